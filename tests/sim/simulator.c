/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sim/simulator.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job/job-decode.h"
#include "sim/simulator-internal.h"
#include "support/test-time.h"
#include "util/file.h"
#include "util/log.h"
#include "util/string-list.h"

/* --- clocks ---------------------------------------------------------------------------------------- */

static usec_t sim_now(void *userdata, ClockKind kind) {
        const Sim *sim = userdata;

        return kind == CLOCK_KIND_REALTIME            ? sim->realtime_usec
                        : kind == CLOCK_KIND_BOOTTIME ? sim->boottime_usec
                                                      : sim->monotonic_usec;
}

static void advance(Sim *sim, usec_t span_usec) {
        sim->realtime_usec += span_usec;
        sim->boottime_usec += span_usec;
        sim->monotonic_usec += span_usec;
}

bool sim_reaches_outside(Sim *sim) {
        if (sim->crashing)
                return false;
        sim->point++;
        if (sim->crash_at != 0 && sim->point >= sim->crash_at) {
                sim->crashing = true;
                return sim->crash_at % 2 == 1;
        }
        return true;
}

/* --- the daemon ------------------------------------------------------------------------------------ */

static void set_wakeup(void *userdata, usec_t realtime_usec) {
        ((Sim *) userdata)->wakeup_usec = realtime_usec;
}

static bool clock_synchronized(void *userdata) {
        return ((Sim *) userdata)->clock_synchronized;
}

static uint64_t draw(void *userdata) {
        return ((Sim *) userdata)->random;
}

static void on_execution_changed(void *userdata, const ExecutionRecord *record) {
        CLEANUP(execution_record_done) ExecutionRecord row = { 0 };
        Sim *sim = userdata;

        if (sim->crashing)
                return;
        execution_record_init(&row);
        SIM_ASSERT(sim, store_read_execution(sim->store, record->id, &row) == 1,
                   "told of execution %" PRIu64 ", which is not on disk", record->id);
        SIM_ASSERT(sim, row.state == record->state, "told that %" PRIu64 " is %s, on disk it is %s",
                   record->id, execution_state_to_string(record->state),
                   execution_state_to_string(row.state));
}

static void database_path(const Sim *sim, unsigned number, char buffer[static 256]) {
        (void) snprintf(buffer, 256, "%s/%u.db", sim->directory, number);
}

static void copy_file(const char *from, const char *to) {
        char buffer[65536];
        FILE *in = fopen(from, "re"), *out;
        size_t n;

        if (!in)
                return;
        out = fopen(to, "we");
        ck_assert_ptr_nonnull(out);
        while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
                ck_assert_uint_eq(fwrite(buffer, 1, n, out), n);
        (void) fclose(in);
        ck_assert_int_eq(fclose(out), 0);
}

static void copy_database(Sim *sim) {
        char from[256], to[256], from_log[300], to_log[300];

        database_path(sim, sim->n_databases, from);
        database_path(sim, ++sim->n_databases, to);
        (void) snprintf(from_log, sizeof(from_log), "%s-wal", from);
        (void) snprintf(to_log, sizeof(to_log), "%s-wal", to);
        copy_file(from, to);
        copy_file(from_log, to_log);
}

static void remove_database(const Sim *sim, unsigned number) {
        static const char *const endings[] = { "", "-wal", "-shm" };
        char path[256], file[300];

        database_path(sim, number, path);
        for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
                (void) snprintf(file, sizeof(file), "%s%s", path, endings[i]);
                (void) unlink(file);
        }
}

static void open_store(Sim *sim) {
        CLEANUP_FREE char *error = NULL;
        char path[256];
        StoreOptions options = { .inline_commits = true, .clock = &sim->clock, .path = path };
        int r;

        database_path(sim, sim->n_databases, path);
        r = store_open(&options, &sim->store, &error);
        ck_assert_msg(r == 0, "%s", error ?: strerror(-r));
}

static void hold_jobs(JobSet *set) {
        *set = (JobSet){ .held_files = calloc(1, sizeof(HeldFile)), .n_held_files = 1 };
        set->held_files[0] = (HeldFile){
                .path = strdup("jobs.yaml"),
                .error = { .file = strdup("jobs.yaml"), .message = strdup("not YAML"), .line = 7 },
        };
}

static void decode_jobs(Sim *sim, JobSet *set) {
        JobDecodeContext context = {
                .zones = sim->zones,
                .system_mode = true,
                .file = "jobs.yaml",
                .site = &sim->site,
        };

        *set = (JobSet){ .jobs = calloc(SIM_JOBS_MAX, sizeof(LoadedJob)) };
        for (size_t i = 0; i < SIM_JOBS_MAX; i++) {
                LoadedJob *loaded = &set->jobs[set->n_jobs];
                CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
                const char *text = sim->jobs[i].text;
                int r;

                if (text[0] == '\0')
                        continue;
                set->n_jobs++;
                loaded->name = strdup(sim->jobs[i].name);
                context.owner_uid = sim->jobs[i].owner_uid;
                r = job_decode_definition(
                                &context, loaded->name, text, strlen(text), &diagnostics, &loaded->job);
                if (r >= 0 && sim->adjust)
                        sim->adjust(loaded->job);
                if (r < 0) {
                        loaded->job = NULL;
                        loaded->error.message = strdup("does not parse");
                        loaded->error.file = strdup("jobs.yaml");
                }
        }
}

/* They are written in the order of their names. */
static void set_profiles(const Sim *sim, JobSet *set) {
        ProfileDefinitions *profiles = &set->profiles;

        profiles->items = calloc(SIM_PROFILES_MAX, sizeof(*profiles->items));
        for (size_t i = 0; i < SIM_PROFILES_MAX; i++) {
                ProfileDefinition *item = &profiles->items[profiles->n_items];

                if (sim->profiles[i].value[0] == '\0')
                        continue;
                profiles->n_items++;
                item->name = strdup(sim->profiles[i].name);
                item->file = strdup("jobs.yaml");
                item->line = 1;
                ck_assert_int_eq(string_list_push(&item->values, sim->profiles[i].value), 0);
        }
}

void sim_write_profile(Sim *sim, const char *name, const char *value) {
        size_t i = 0;

        while (sim->profiles[i].name[0] != '\0' && strcmp(sim->profiles[i].name, name) != 0)
                i++;
        (void) snprintf(sim->profiles[i].name, sizeof(sim->profiles[i].name), "%s", name);
        (void) snprintf(sim->profiles[i].value, sizeof(sim->profiles[i].value), "%s", value ?: "");
}

static void set_queues(Sim *sim) {
        const QueueDefinitions queues = { .items = sim->queues, .n_items = sim->n_queues };

        ck_assert_int_eq(
                        manager_set_queues(
                                        sim->manager,
                                        &(QueueLimits){
                                                        .queues = &queues,
                                                        .default_slots = 1,
                                                        .max_running = sim->max_running,
                                                        .starts_per_second = sim->starts_per_second,
                                        }),
                        0);
}

void sim_reload(Sim *sim) {
        JobSet set;

        if (!sim->manager)
                return;
        set_queues(sim);
        if (sim->file_is_held)
                hold_jobs(&set);
        else
                decode_jobs(sim, &set);
        if (!sim->file_is_held)
                set_profiles(sim, &set);
        ck_assert_int_eq(manager_apply(sim->manager, &set, NULL), 0);
        sim_settle(sim);
}

void sim_start_daemon(Sim *sim) {
        static const char *const boots[] = { "b0", "b1", "b2", "b3" };
        const char *boot = boots[sim->boot % ARRAY_SIZE(boots)];
        const ManagerObserver observer = { .on_execution_changed = on_execution_changed, .userdata = sim };
        ManagerHost host = {
                .clock = &sim->clock,
                .executor = &sim->executor,
                .zones = sim->zones,
                .set_wakeup = set_wakeup,
                .clock_synchronized = clock_synchronized,
                .boot_identity = boot,
                .boot_id = boot,
                .host_name = "box",
                .machine_id = "box",
                .random = draw,
                .facts = &sim->facts,
                .composer = sim->composer,
                .site = &sim->site,
                .system_mode = true,
                .write_ahead_usec = sim->write_ahead_usec,
                .userdata = sim,
        };

        if (!sim->store)
                open_store(sim);
        host.store = sim->store;

        sim->crashing = false;
        sim->wakeup_usec = USEC_INFINITY;
        ck_assert_int_eq(manager_new(&host, &sim->manager), 0);
        ck_assert_int_eq(manager_add_observer(sim->manager, &observer), 0);
        ck_assert_int_eq(manager_load(sim->manager), 0);
        sim_reload(sim);
}

static void forget_cursors(Sim *sim) {
        for (size_t i = 0; i < SIM_JOBS_MAX; i++)
                sim->jobs[i].cursor_usec = INT64_MIN;
}

void sim_kill_daemon(Sim *sim) {
        bool has_store;

        forget_cursors(sim); /* what was not on disk is decided again */
        sim->crashing = true;
        sim->connected = false;
        has_store = sim->store != NULL;
        if (has_store)
                copy_database(sim);
        sim->manager = manager_free(sim->manager);
        sim->store = store_close(sim->store); /* what it still writes goes to the old copy */
        if (has_store)
                remove_database(sim, sim->n_databases - 1);
        sim->wakeup_usec = USEC_INFINITY;
        sim->n_crashes++;
        for (size_t i = 0; i < sim->n_runs; i++)
                sim->runs[i].announced = sim->runs[i].end_announced = false;
}

void sim_kill_runner(Sim *sim, bool new_generation) {
        for (size_t i = 0; i < sim->n_runs; i++) {
                SimRun *run = &sim->runs[i];

                if (run->generation == sim->generation && !run->ended) {
                        run->ended = run->lost = true;
                        run->ended_real_usec = sim->realtime_usec;
                }
        }
        sim->incarnation++;
        if (new_generation)
                sim->generation++;
        if (sim->connected) {
                sim->connected = false;
                sim->events.on_disconnected(sim->events.userdata, 0);
        }
}

void sim_reboot(Sim *sim, usec_t off_usec) {
        sim_kill_daemon(sim);
        sim_kill_runner(sim, true);
        sim->boot++;
        advance(sim, off_usec);
        sim->boottime_usec = sim->monotonic_usec = USEC_PER_SEC;
        for (size_t i = 0; i < sim->n_runs; i++)
                sim->runs[i].ends_usec = 0;
}

/* --- time ------------------------------------------------------------------------------------------ */

static void check_cursors(Sim *sim) {
        for (size_t i = 0; i < SIM_JOBS_MAX && sim->manager; i++) {
                const ScheduledJob *job = manager_find_job(sim->manager, sim->jobs[i].name);

                if (!job)
                        continue;
                SIM_ASSERT(sim, job->stored.cursor_usec >= MIN(sim->jobs[i].cursor_usec, sim->realtime_usec),
                           "the cursor of '%s' moved back", sim->jobs[i].name);
                sim->jobs[i].cursor_usec = job->stored.cursor_usec;
        }
}

static void restart_after_crash(Sim *sim) {
        if (!sim->crashing || !sim->manager)
                return;
        sim_kill_daemon(sim);
        sim->crash_at = 0;
        sim_start_daemon(sim);
}

void sim_settle(Sim *sim) {
        bool busy;

        do {
                busy = false;
                if (sim->manager && !sim->connected && !sim->runner_down && !sim->crashing) {
                        sim_connect_runner(sim);
                        busy = true;
                }
                if (sim->manager && sim_reaches_outside(sim))
                        busy = store_dispatch(sim->store) > 0 || busy;
                if (sim->manager)
                        busy = sim_runner_speaks(sim) || busy;
                if (sim->manager)
                        busy = sim_errands_speak(sim) || busy;
                if (sim->crashing && sim->manager) {
                        restart_after_crash(sim);
                        busy = true;
                }
        } while (busy);
        check_cursors(sim);
        if (!sim->manager)
                (void) sim_runner_speaks(sim);
}

static usec_t next_event(const Sim *sim) {
        usec_t span_usec = USEC_INFINITY;

        if (sim->manager && sim->wakeup_usec != USEC_INFINITY)
                span_usec = MAX(sim->wakeup_usec - sim->realtime_usec, (usec_t) 0);
        for (size_t i = 0; i < sim->n_runs; i++)
                if (!sim->runs[i].ended && sim->runs[i].generation == sim->generation)
                        span_usec = MIN(span_usec,
                                        MAX(sim->runs[i].ends_usec - sim->boottime_usec, (usec_t) 0));
        if (sim_errands_next(sim) != USEC_INFINITY)
                span_usec = MIN(span_usec, sim_errands_next(sim) - sim->boottime_usec);
        return span_usec;
}

void sim_run(Sim *sim, usec_t span_usec) {
        usec_t until_usec = sim->boottime_usec + span_usec;
        unsigned n_still = 0;

        sim_settle(sim);
        while (sim->boottime_usec < until_usec) {
                usec_t left_usec = until_usec - sim->boottime_usec;
                usec_t next_usec = MIN(next_event(sim), left_usec);

                n_still = next_usec == 0 ? n_still + 1 : 0;
                SIM_ASSERT(sim, n_still < 1000, "the daemon spins");
                advance(sim, next_usec);
                if (sim->manager && sim->wakeup_usec <= sim->realtime_usec) {
                        sim->wakeup_usec = USEC_INFINITY;
                        sim->n_wakeups++;
                        manager_wakeup(sim->manager);
                }
                sim_settle(sim);
        }
}

void sim_run_until(Sim *sim, const char *instant) {
        sim_run(sim, test_usec(instant) - sim->realtime_usec);
}

void sim_sleep(Sim *sim, usec_t span_usec) {
        sim->realtime_usec += span_usec;
        sim->boottime_usec += span_usec;
        for (size_t i = 0; i < sim->n_runs; i++)
                sim->runs[i].ends_usec += span_usec;
        if (sim->manager)
                manager_clock_changed(sim->manager, CLOCK_CHANGE_RESUMED, span_usec);
        sim_settle(sim);
}

void sim_freeze(Sim *sim, usec_t span_usec) {
        advance(sim, span_usec);
        if (sim->manager)
                manager_wakeup(sim->manager);
        sim_settle(sim);
}

void sim_step_clock(Sim *sim, usec_t delta_usec) {
        sim->realtime_usec += delta_usec;
        sim->clock_was_set_back = sim->clock_was_set_back || delta_usec < 0;
        forget_cursors(sim);
        if (sim->manager)
                manager_clock_changed(sim->manager, CLOCK_CHANGE_SET, delta_usec);
        sim_settle(sim);
}

void sim_write_queue(Sim *sim, const char *name, uint64_t slots) {
        size_t i;

        for (i = 0; i < sim->n_queues && strcmp(sim->queues[i].name, name) != 0;)
                i++;
        ck_assert_uint_lt(i, SIM_QUEUES_MAX);
        sim->queues[i] = (QueueDefinition){ .name = (char *) name, .slots = slots };
        sim->n_queues = MAX(sim->n_queues, i + 1);
}

/* Sorted by name, as a scan gives them: tests add them in that order. */
static size_t job_index(const Sim *sim, const char *name) {
        size_t i;

        for (i = 0;
             i < SIM_JOBS_MAX - 1 && sim->jobs[i].name[0] != '\0' && strcmp(sim->jobs[i].name, name) != 0;)
                i++;
        return i;
}

void sim_write_job(Sim *sim, const char *name, const char *text) {
        size_t i = job_index(sim, name);

        (void) snprintf(sim->jobs[i].name, sizeof(sim->jobs[i].name), "%s", name);
        (void) snprintf(sim->jobs[i].text, sizeof(sim->jobs[i].text), "%s", text ?: "");
}

void sim_own_job(Sim *sim, const char *name, uid_t owner_uid) {
        sim->jobs[job_index(sim, name)].owner_uid = owner_uid;
}

void sim_set_end(Sim *sim, const char *name, usec_t duration_usec, int exit_code) {
        size_t i = job_index(sim, name);

        ck_assert_str_eq(sim->jobs[i].name, name);
        sim->jobs[i].has_end = true;
        sim->jobs[i].duration_usec = duration_usec;
        sim->jobs[i].exit_code = exit_code;
}

/* --- life ------------------------------------------------------------------------------------------ */

void sim_init(Sim *sim, const char *now) {
        static char *const anything[] = { (char *) "*", NULL };
        /* What a simulated crash may lose is the daemon's memory, not the disk's: no test waits for a disk.
         */
        char template[40];

        (void) snprintf(template, sizeof(template), "%s/jobsched-sim.XXXXXX",
                        access("/dev/shm", W_OK) >= 0 ? "/dev/shm" : "/tmp");
        log_set_max_level(LOG_EMERG);
        *sim = (Sim){
                .realtime_usec = test_usec(now),
                .boottime_usec = USEC_PER_HOUR,
                .monotonic_usec = USEC_PER_HOUR,
                .clock_synchronized = true,
                .write_ahead_usec = USEC_PER_SEC,
                .wakeup_usec = USEC_INFINITY,
                .duration_usec = USEC_PER_SEC,
                .max_running = 1000,
                .starts_per_second = INFINITY,
                .site = {
                        .allow_queues = anything,
                        .allow_users = anything,
                        .user_limits = { .jobs = UINT64_MAX,
                                         .profiles = UINT64_MAX,
                                         .running = UINT64_MAX,
                                         .waiting = UINT64_MAX,
                                         .starts_per_minute = UINT64_MAX,
                                         .changes_per_minute = UINT64_MAX,
                                         .definition_bytes = UINT64_MAX },
                },
                .incarnation = 1,
                .generation = 1,
                .boot = 1,
        };
        sim->clock = (Clock){ .now = sim_now, .userdata = sim };
        sim->executor = sim_executor;
        sim->executor.userdata = sim;
        sim_init_facts(sim);
        sim->runs = calloc(SIM_RUNS_MAX, sizeof(SimRun));
        sim->messages = calloc(SIM_MESSAGES_MAX, sizeof(SimMessage));
        ck_assert_ptr_nonnull(sim->messages);
        sim->directory = strdup(mkdtemp(template));
        ck_assert_ptr_nonnull(sim->runs);
        ck_assert_ptr_nonnull(sim->directory);
        ck_assert_int_eq(time_zone_cache_new(&sim->zones), 0);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        return remove(path);
}

void sim_done(Sim *sim) {
        sim_check_invariants(sim);
        sim->crashing = true;
        sim->manager = manager_free(sim->manager);
        sim->store = store_close(sim->store);
        (void) time_zone_cache_free(sim->zones);
        (void) nftw(sim->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        free(sim->directory);
        free(sim->runs);
        free(sim->messages);
}
