/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Many at once: 10,000 jobs that are due at one instant, and 100,000 executions that wait in a queue. The
 * manager and the store are the real ones, clock and runner are not.
 */

#include <check.h>
#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job/job-decode.h"
#include "manager/manager.h"
#include "support/store-fixture.h"
#include "support/test-support.h"
#include "support/test-time.h"
#include "util/cleanup.h"
#include "util/log.h"

#define NOW "2026-01-01T00:00:30Z"
#define DURATION_USEC USEC_PER_SEC
#define PLAIN "schedule: {at: 2026-01-01T00:01:00Z}\ntimezone: UTC\ncommand: [/bin/true]\n"

/* What waits takes this much of the daemon's memory at most, whatever else is going on. */
#define WAITING_BYTES_MAX 2048U

typedef struct LoadRun {
        LaunchId id;
        usec_t started_usec;
        bool announced;
} LoadRun;

/* A runner whose launches all take equally long: they end in the order in which they began. */
static struct {
        usec_t now_usec, wakeup_usec;
        Clock clock;
        StoreFixture store;
        TimeZoneCache *zones;
        Manager *manager;
        Executor executor;
        ExecutorEvents events;
        LoadRun *runs;
        size_t n_runs, n_runs_max, n_announced, n_ended;
        size_t most_at_once, most_in_a_second;
} load;

/* --- clock and runner ------------------------------------------------------------------------------ */

static usec_t now(void *userdata, ClockKind kind) {
        (void) userdata, (void) kind;
        return load.now_usec;
}

static void set_wakeup(void *userdata, usec_t realtime_usec) {
        (void) userdata;
        load.wakeup_usec = realtime_usec;
}

static void count_last_second(void) {
        size_t n = 0;

        while (n < load.n_runs && load.runs[load.n_runs - 1 - n].started_usec > load.now_usec - USEC_PER_SEC)
                n++;
        load.most_in_a_second = MAX(load.most_in_a_second, n);
}

static int executor_start(void *userdata, const Launch *launch) {
        (void) userdata;
        ck_assert_uint_lt(load.n_runs, load.n_runs_max);
        load.runs[load.n_runs++] = (LoadRun){ .id = launch->id, .started_usec = load.now_usec };
        load.most_at_once = MAX(load.most_at_once, load.n_runs - load.n_ended);
        return 0;
}

static int executor_signal(void *userdata, LaunchId id) {
        (void) userdata, (void) id;
        return 0;
}

static int executor_kill(void *userdata, LaunchId id, int number, bool everything) {
        (void) userdata, (void) id, (void) number, (void) everything;
        return 0;
}

static int executor_follow(void *userdata, LaunchId id, bool on) {
        (void) userdata, (void) id, (void) on;
        return 0;
}

static bool executor_is_connected(void *userdata) {
        (void) userdata;
        return true;
}

static void executor_wake_at(void *userdata, usec_t realtime_usec) {
        (void) userdata, (void) realtime_usec;
}

static void executor_set_events(void *userdata, const ExecutorEvents *events) {
        (void) userdata;
        load.events = events ? *events : (ExecutorEvents){ 0 };
}

static void end_run(const LoadRun *run) {
        const LaunchOutcome outcome = {
                .end = LAUNCH_EXITED,
                .signal = -1,
                .pid = 1000,
                .started_usec = run->started_usec,
                .ended_usec = load.now_usec,
                .cpu_seconds = 0,
                .memory_peak_bytes = 4096,
        };

        load.events.on_ended(load.events.userdata, run->id, &outcome);
}

static bool runner_speaks(void) {
        bool said = false;

        for (; load.n_announced < load.n_runs; load.n_announced++, said = true) {
                const LoadRun *run = &load.runs[load.n_announced];

                load.events.on_started(load.events.userdata, run->id, 1000, run->started_usec);
        }
        while (load.n_ended < load.n_announced &&
               load.runs[load.n_ended].started_usec + DURATION_USEC <= load.now_usec) {
                end_run(&load.runs[load.n_ended++]);
                said = true;
        }
        return said;
}

/* --- the host -------------------------------------------------------------------------------------- */

/* No test waits for a disk. */
static void init_store(void) {
        char directory[48];

        (void) snprintf(directory, sizeof(directory), "%s/test-store-XXXXXX",
                        access("/dev/shm", W_OK) >= 0 ? "/dev/shm" : "/tmp");
        ck_assert_ptr_nonnull(mkdtemp(directory));
        load.store.directory = strdup(directory);
        ck_assert_int_gt(asprintf(&load.store.path, "%s/jobsched.db", directory), 0);
}

static void start_daemon(const QueueLimits *limits, size_t n_runs_max) {
        static const ExecutorHello hello = { .incarnation = "i", .generation = "g" };
        ManagerHost host = {
                .clock = &load.clock,
                .executor = &load.executor,
                .set_wakeup = set_wakeup,
                .boot_identity = "b",
                .boot_id = "b",
                .host_name = "box",
                .system_mode = true,
                .write_ahead_usec = USEC_PER_SEC,
        };

        log_set_max_level(LOG_EMERG);
        load.now_usec = test_usec(NOW);
        load.wakeup_usec = USEC_INFINITY;
        load.clock = (Clock){ .now = now };
        load.executor = (Executor){
                .set_events = executor_set_events,
                .is_connected = executor_is_connected,
                .start = executor_start,
                .stop = executor_signal,
                .kill = executor_kill,
                .acknowledge = executor_signal,
                .follow = executor_follow,
                .wake_at = executor_wake_at,
        };
        load.n_runs_max = n_runs_max;
        load.runs = calloc(n_runs_max, sizeof(LoadRun));
        ck_assert_ptr_nonnull(load.runs);

        init_store();
        store_fixture_open(&load.store, &(StoreOptions){ .inline_commits = true, .clock = &load.clock });
        ck_assert_int_eq(time_zone_cache_new(&load.zones), 0);
        host.store = load.store.store;
        host.zones = load.zones;
        ck_assert_int_eq(manager_new(&host, &load.manager), 0);
        ck_assert_int_eq(manager_load(load.manager), 0);
        load.events.on_connected(load.events.userdata, &hello);
        ck_assert_int_eq(manager_set_queues(load.manager, limits), 0);
}

static void teardown(void) {
        load.manager = manager_free(load.manager);
        store_fixture_done(&load.store);
        (void) time_zone_cache_free(load.zones);
        free(load.runs);
        memset(&load, 0, sizeof(load));
}

/* All share one definition, which is not what is measured. */
static void apply_jobs(size_t n_jobs, const char *text) {
        const JobDecodeContext context = { .zones = load.zones, .system_mode = true, .file = "jobs.yaml" };
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(job_unrefp) Job *job = NULL;
        JobSet set = { .jobs = calloc(n_jobs, sizeof(LoadedJob)), .n_jobs = n_jobs };

        ck_assert_ptr_nonnull(set.jobs);
        ck_assert_int_eq(job_decode_definition(&context, "j", text, strlen(text), &diagnostics, &job), 0);
        for (size_t i = 0; i < n_jobs; i++) {
                ck_assert_int_gt(asprintf(&set.jobs[i].name, "j%06zu", i), 0);
                set.jobs[i].job = job_ref(job);
        }
        ck_assert_int_eq(manager_apply(load.manager, &set, NULL), 0);
}

static void settle(void) {
        bool busy;

        do {
                busy = store_dispatch(load.store.store) > 0;
                busy = runner_speaks() || busy;
        } while (busy);
        count_last_second();
}

/* Until all have ended, or until the instant. */
static void run_until(const char *instant, size_t n_ended) {
        usec_t until_usec = test_usec(instant), next_usec;

        settle();
        while (load.now_usec < until_usec && load.n_ended < n_ended) {
                next_usec = MIN(load.wakeup_usec, until_usec);
                if (load.n_ended < load.n_runs)
                        next_usec = MIN(next_usec, load.runs[load.n_ended].started_usec + DURATION_USEC);
                load.now_usec = MAX(load.now_usec, next_usec);
                if (load.wakeup_usec <= load.now_usec) {
                        load.wakeup_usec = USEC_INFINITY;
                        manager_wakeup(load.manager);
                }
                settle();
        }
}

static int64_t count_rows(const char *state) {
        char sql[128];

        (void) snprintf(sql, sizeof(sql), "SELECT count(*) FROM execution WHERE state = '%s'", state);
        return store_fixture_ask(&load.store, sql);
}

/* --- stories --------------------------------------------------------------------------------------- */

#define N_DUE 10000U

static const QueueDefinitions no_queues = { 0 };

START_TEST(ten_thousand_due_at_once_run_a_hundred_at_a_time) {
        start_daemon(
                        &(QueueLimits){
                                        .queues = &no_queues,
                                        .default_slots = 1,
                                        .max_running = 100,
                                        .starts_per_second = INFINITY,
                        },
                        N_DUE);
        apply_jobs(N_DUE, PLAIN);
        run_until("2026-01-01T00:10:00Z", N_DUE);
        ck_assert_uint_eq(load.most_at_once, 100);
        ck_assert_uint_eq(load.n_ended, N_DUE);
        ck_assert_int_eq(count_rows("succeeded"), N_DUE);
        /* No slot stands empty: a hundred each second. */
        ck_assert_int_eq(load.now_usec, test_usec("2026-01-01T00:02:40Z"));
}
END_TEST

START_TEST(ten_thousand_due_at_once_start_fifty_a_second) {
        start_daemon(
                        &(QueueLimits){
                                        .queues = &no_queues,
                                        .default_slots = 1,
                                        .max_running = 1000,
                                        .starts_per_second = 50,
                        },
                        N_DUE);
        apply_jobs(N_DUE, PLAIN);
        run_until("2026-01-01T00:10:00Z", N_DUE);
        ck_assert_uint_eq(load.most_in_a_second, 50);
        ck_assert_uint_eq(load.n_ended, N_DUE);
        ck_assert_int_eq(load.now_usec, test_usec("2026-01-01T00:04:20Z"));
}
END_TEST

#define N_WAITING 100000U

static QueueDefinition io = { .name = (char *) "io", .slots = 1 };
static const QueueDefinitions queues = { .items = &io, .n_items = 1 };

static void set_slots(uint64_t slots) {
        io.slots = slots;
        ck_assert_int_eq(
                        manager_set_queues(
                                        load.manager,
                                        &(QueueLimits){
                                                        .queues = &queues,
                                                        .default_slots = 1,
                                                        .max_running = N_WAITING,
                                                        .starts_per_second = INFINITY,
                                        }),
                        0);
}

static int waiting_is(void *userdata, const QueueStatus *queue) {
        ck_assert_uint_eq(queue->used, 0);
        ck_assert_uint_eq(queue->waiting, *(const uint64_t *) userdata);
        return 0;
}

START_TEST(a_hundred_thousand_wait_in_a_queue) {
        uint64_t n_waiting = N_WAITING;
        size_t before, bytes;

        io.slots = 1;
        start_daemon(
                        &(QueueLimits){
                                        .queues = &queues,
                                        .default_slots = 1,
                                        .max_running = N_WAITING,
                                        .starts_per_second = INFINITY,
                        },
                        N_WAITING);
        manager_pause_queue(load.manager, "io", NULL, NULL, NULL);
        apply_jobs(N_WAITING, PLAIN "queue: io\n");
        run_until("2026-01-01T00:00:58Z", N_WAITING);
        before = mallinfo2().uordblks;
        run_until("2026-01-01T00:02:00Z", N_WAITING);
        bytes = (mallinfo2().uordblks - before) / N_WAITING;
        printf("%zu bytes for each execution that waits\n", bytes);
        ck_assert_int_eq(manager_list_queues(load.manager, waiting_is, &n_waiting), 0);
        ck_assert_int_eq(count_rows("waiting"), N_WAITING);
        ck_assert_uint_lt(bytes, WAITING_BYTES_MAX);

        set_slots(1000);
        manager_resume_queue(load.manager, "io", NULL, NULL, NULL);
        run_until("2026-01-01T00:10:00Z", N_WAITING);
        ck_assert_uint_eq(load.most_at_once, 1000);
        ck_assert_int_eq(count_rows("succeeded"), N_WAITING);
        ck_assert_int_eq(load.now_usec, test_usec("2026-01-01T00:03:40Z"));
        n_waiting = 0;
        ck_assert_int_eq(manager_list_queues(load.manager, waiting_is, &n_waiting), 0);
}
END_TEST

#define N_OF_ONE_JOB 100000U

/* Started by hand, all wait; then they are let in. */
START_TEST(a_hundred_thousand_of_one_job_wait_in_a_queue) {
        start_daemon(
                        &(QueueLimits){
                                        .queues = &queues,
                                        .default_slots = 1,
                                        .max_running = N_WAITING,
                                        .starts_per_second = INFINITY,
                        },
                        N_OF_ONE_JOB + 1000);
        manager_pause_queue(load.manager, "io", NULL, NULL, NULL);
        apply_jobs(1, "command: [/bin/true]\nqueue: io\noverlap: allow\n");
        for (unsigned i = 0; i < N_OF_ONE_JOB; i++)
                manager_start_job(load.manager, "j000000", NULL, NULL, NULL, NULL);
        run_until("2026-01-01T00:01:00Z", N_OF_ONE_JOB);
        ck_assert_int_eq(count_rows("waiting"), N_OF_ONE_JOB);

        set_slots(1000);
        manager_resume_queue(load.manager, "io", NULL, NULL, NULL);
        run_until("2026-01-01T00:10:00Z", N_OF_ONE_JOB);
        ck_assert_uint_eq(load.most_at_once, 1000);
        ck_assert_uint_eq(load.n_ended, N_OF_ONE_JOB); /* most of which `keep` has removed by now */
        ck_assert_int_eq(count_rows("waiting") + count_rows("starting") + count_rows("running"), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("sim-queue-load");
        TCase *many = tcase_create("many");

        tcase_set_timeout(many, 300);
        tcase_add_checked_fixture(many, NULL, teardown);
        tcase_add_test(many, ten_thousand_due_at_once_run_a_hundred_at_a_time);
        tcase_add_test(many, ten_thousand_due_at_once_start_fifty_a_second);
        tcase_add_test(many, a_hundred_thousand_wait_in_a_queue);
        tcase_add_test(many, a_hundred_thousand_of_one_job_wait_in_a_queue);
        suite_add_tcase(suite, many);
        return suite;
}
