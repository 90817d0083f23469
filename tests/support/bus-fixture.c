/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/bus-fixture.h"

#include <check.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <utlist.h>

#include "bus/bus-internal.h"
#include "job/job-decode.h"
#include "protocol/names.h"
#include "util/string-list.h"

#define DEADLINE_USEC (60 * USEC_PER_SEC)

/* --- an executor that waits to be told ------------------------------------------------------------- */

static void fake_set_events(void *userdata, const ExecutorEvents *events) {
        BusFixture *fixture = userdata;

        fixture->events = events ? *events : (ExecutorEvents){ 0 };
}

static bool fake_is_connected(void *userdata) {
        return true;
}

static int fake_start(void *userdata, const Launch *launch) {
        BusFixture *fixture = userdata;

        ck_assert_uint_lt(fixture->n_launches, BUS_FIXTURE_LAUNCHES_MAX);
        fixture->launches[fixture->n_launches++] = launch->id;
        return 0;
}

static int fake_stop(void *userdata, LaunchId id) {
        return 0;
}

static int fake_kill(void *userdata, LaunchId id, int signal, bool everything) {
        return 0;
}

static int fake_acknowledge(void *userdata, LaunchId id) {
        return 0;
}

static int fake_follow(void *userdata, LaunchId id, bool on) {
        BusFixture *fixture = userdata;

        fixture->n_follows += on;
        return 0;
}

static void fake_wake_at(void *userdata, usec_t realtime_usec) {
}

static int fake_lookup_user(
                void *userdata,
                const char *name,
                uid_t uid,
                executor_user_t done,
                void *done_userdata) {

        BusFixture *fixture = userdata;
        char text[32];

        fixture->n_lookups++;
        if (!fixture->answers_lookups)
                return -ENOTCONN;
        (void) snprintf(text, sizeof(text), "user-%u", (unsigned) uid);
        done(done_userdata, 0, uid, uid, text);
        return 0;
}

/* --- what the daemon would give -------------------------------------------------------------------- */

static void on_wakeup_wanted(void *userdata, usec_t realtime_usec) {
}

static void on_reload(void *userdata, const Caller *caller, bus_reloaded_t done, void *done_userdata) {
        BusFixture *fixture = userdata;

        fixture->n_reloads++;
        done(done_userdata, 0, fixture->reload_faults, NULL);
}

static void on_get_runner(void *userdata, BusRunnerInfo *ret) {
        *ret = (BusRunnerInfo){ .connected = true, .pid = 4711, .version = "0.1.0", .cgroup = true };
}

static int on_store_ready(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        (void) store_dispatch(userdata);
        return 0;
}

static void make_manager(BusFixture *fixture) {
        const StoreOptions options = { .commit_rows = 1000, .clock = &system_clock };
        const ExecutorHello hello = { .incarnation = "11111111111111111111111111111111",
                                      .generation = "22222222222222222222222222222222" };
        CLEANUP_FREE char *error = NULL;
        ManagerHost host;

        ck_assert_int_eq(store_open(&options, &fixture->store, &error), 0);
        ck_assert_int_ge(
                        sd_event_add_io(fixture->event, &fixture->store_source, store_get_fd(fixture->store),
                                        EPOLLIN, on_store_ready, fixture->store),
                        0);
        ck_assert_int_eq(time_zone_cache_new(&fixture->zones), 0);

        host = (ManagerHost){
                .clock = &system_clock,
                .store = fixture->store,
                .executor = &fixture->executor,
                .zones = fixture->zones,
                .set_wakeup = on_wakeup_wanted,
                .boot_identity = "33333333333333333333333333333333+1",
                .boot_id = "33333333333333333333333333333333",
                .host_name = "host",
                .system_mode = true,
                .userdata = fixture,
        };
        ck_assert_int_eq(manager_new(&host, &fixture->manager), 0);
        ck_assert_int_eq(manager_load(fixture->manager), 0);
        if (fixture->events.on_connected)
                fixture->events.on_connected(fixture->events.userdata, &hello);
}

void bus_fixture_init(BusFixture *fixture) {
        *fixture = (BusFixture){ .answers_lookups = true };
        fixture->executor = (Executor){
                .userdata = fixture,
                .set_events = fake_set_events,
                .is_connected = fake_is_connected,
                .start = fake_start,
                .stop = fake_stop,
                .kill = fake_kill,
                .acknowledge = fake_acknowledge,
                .follow = fake_follow,
                .wake_at = fake_wake_at,
                .lookup_user = fake_lookup_user,
        };
        ck_assert_int_ge(sd_event_new(&fixture->event), 0);
        make_manager(fixture);

        fixture->host = (BusHost){
                .manager = fixture->manager,
                .instance = &fixture->instance,
                .clock = &system_clock,
                .version = "1.2.3",
                .is_bus_wanted = true,
                .owner_uid = getuid(),
                .actions = &fixture->actions,
                .reload = on_reload,
                .get_runner = on_get_runner,
                .userdata = fixture,
        };
        ck_assert_int_eq(bus_server_new(fixture->event, &fixture->host, &fixture->server), 0);
}

void bus_fixture_done(BusFixture *fixture) {
        bus_fixture_settle(fixture);
        (void) bus_server_free(fixture->server);
        (void) manager_free(fixture->manager);
        (void) sd_event_source_disable_unref(fixture->store_source);
        (void) store_close(fixture->store);
        (void) time_zone_cache_free(fixture->zones);
        (void) string_list_free(fixture->reload_faults);
        (void) sd_event_unref(fixture->event);
}

static int compare_loaded(const void *a, const void *b) {
        return strcmp(((const LoadedJob *) a)->name, ((const LoadedJob *) b)->name);
}

void bus_fixture_apply(BusFixture *fixture, const BusFixtureJob *jobs, size_t n_jobs) {
        JobSet set = { 0 };

        set.jobs = calloc(n_jobs, sizeof(*set.jobs));
        ck_assert_ptr_nonnull(set.jobs);
        for (size_t i = 0; i < n_jobs; i++) {
                Diagnostics diagnostics = { 0 };
                const JobDecodeContext context = {
                        .zones = fixture->zones,
                        .origin = jobs[i].owner_uid == 0 ? JOB_ORIGIN_FILE : JOB_ORIGIN_RUNTIME,
                        .owner_uid = jobs[i].owner_uid,
                        .system_mode = true,
                        .file = "/etc/jobsched.d/test.yaml",
                };

                set.jobs[i].name = strdup(jobs[i].name);
                ck_assert_int_eq(
                                job_decode_definition(
                                                &context, jobs[i].name, jobs[i].body, strlen(jobs[i].body),
                                                &diagnostics, &set.jobs[i].job),
                                0);
                diagnostics_done(&diagnostics);
        }
        set.n_jobs = n_jobs;
        qsort(set.jobs, n_jobs, sizeof(*set.jobs), compare_loaded);

        ck_assert_int_eq(manager_apply(fixture->manager, &set, NULL), 0);
        job_set_done(&set);
        bus_fixture_settle(fixture);
}

/* --- the loop -------------------------------------------------------------------------------------- */

void bus_fixture_run_until(BusFixture *fixture, const bool *flag) {
        usec_t deadline_usec = clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + DEADLINE_USEC;

        while (!*flag) {
                ck_assert_int_ge(sd_event_run(fixture->event, 100000), 0);
                ck_assert_int_lt(clock_now(&system_clock, CLOCK_KIND_MONOTONIC), deadline_usec);
        }
}

/* The store commits in a thread of its own: its queue is waited for, then the loop runs until it is idle. */
void bus_fixture_settle(BusFixture *fixture) {
        for (unsigned n = 0; n < 3; n++) {
                (void) store_flush(fixture->store);
                while (sd_event_run(fixture->event, 1000) > 0)
                        continue;
        }
}

sd_bus *bus_fixture_client(BusFixture *fixture, uid_t uid) {
        BusConnection *peer;
        sd_bus *client = NULL;
        int fds[2];

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
        ck_assert_int_eq(bus_server_add_peer(fixture->server, fds[0]), 0);
        peer = fixture->server->peers->prev;
        if (uid != (uid_t) -1)
                peer->uid = uid;

        ck_assert_int_ge(sd_bus_new(&client), 0);
        ck_assert_int_ge(sd_bus_set_fd(client, fds[1], fds[1]), 0);
        ck_assert_int_ge(sd_bus_negotiate_fds(client, 1), 0);
        ck_assert_int_ge(sd_bus_start(client), 0);
        ck_assert_int_ge(sd_bus_attach_event(client, fixture->event, 0), 0);
        return client;
}

typedef struct Answer {
        sd_bus_message *message;
        bool is_there;
} Answer;

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        Answer *answer = userdata;

        answer->message = sd_bus_message_ref(reply);
        answer->is_there = true;
        return 0;
}

static sd_bus_message *send_and_wait(BusFixture *fixture, sd_bus *client, sd_bus_message *call) {
        CLEANUP(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
        Answer answer = { 0 };

        ck_assert_int_ge(sd_bus_call_async(client, &slot, call, on_answer, &answer, UINT64_MAX), 0);
        (void) sd_bus_message_unref(call);
        bus_fixture_run_until(fixture, &answer.is_there);
        return answer.message;
}

sd_bus_message *bus_fixture_call(
                BusFixture *fixture,
                sd_bus *client,
                const char *path,
                const char *interface,
                const char *member,
                const char *types,
                ...) {

        sd_bus_message *call = NULL;
        va_list arguments;

        ck_assert_int_ge(sd_bus_message_new_method_call(client, &call, NULL, path, interface, member), 0);
        va_start(arguments, types);
        if (types)
                ck_assert_int_ge(sd_bus_message_appendv(call, types, arguments), 0);
        va_end(arguments);
        return send_and_wait(fixture, client, call);
}

sd_bus_message *bus_fixture_call_to(
                BusFixture *fixture,
                sd_bus *client,
                const char *destination,
                const char *path,
                const char *interface,
                const char *member,
                const char *types,
                ...) {

        sd_bus_message *call = NULL;
        va_list arguments;

        ck_assert_int_ge(
                        sd_bus_message_new_method_call(client, &call, destination, path, interface, member),
                        0);
        va_start(arguments, types);
        if (types)
                ck_assert_int_ge(sd_bus_message_appendv(call, types, arguments), 0);
        va_end(arguments);
        return send_and_wait(fixture, client, call);
}

sd_bus_message *test_expect_return(sd_bus_message *reply) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        if (error)
                ck_abort_msg("%s: %s", error->name, error->message);
        return reply;
}

void test_expect_error(sd_bus_message *reply, const char *name) {
        const sd_bus_error *error = sd_bus_message_get_error(reply);

        ck_assert_ptr_nonnull(error);
        ck_assert_str_eq(error->name, name);
        ck_assert_ptr_nonnull(error->message);
        (void) sd_bus_message_unref(reply);
}

/* --- the runner ------------------------------------------------------------------------------------ */

void bus_fixture_started(BusFixture *fixture, size_t launch) {
        fixture->events.on_started(
                        fixture->events.userdata, fixture->launches[launch], 1234,
                        clock_now(&system_clock, CLOCK_KIND_REALTIME));
        bus_fixture_settle(fixture);
}

void bus_fixture_output(BusFixture *fixture, size_t launch, OutputStream stream, const char *text) {
        fixture->events.on_output(
                        fixture->events.userdata, fixture->launches[launch], stream, text, strlen(text));
}

void bus_fixture_ended(BusFixture *fixture, size_t launch, int exit_code, const char *stored_output) {
        size_t size = stored_output ? strlen(stored_output) : 0;
        char pieces[512] = { OUTPUT_STDOUT, 0, 0, 0, (char) size };
        OutputRecord output = { .data = pieces, .size = size > 0 ? size + 8 : 0, .total_bytes = size };
        const usec_t now_usec = clock_now(&system_clock, CLOCK_KIND_REALTIME);
        const LaunchOutcome outcome = {
                .end = LAUNCH_EXITED,
                .exit_code = exit_code,
                .signal = -1,
                .http_status = -1,
                .pid = 1234,
                .started_usec = now_usec,
                .ended_usec = now_usec,
                .cpu_seconds = 0.25,
                .memory_peak_bytes = 1 << 20,
                .output = &output,
        };

        ck_assert_uint_lt(size, 128);
        memcpy(pieces + 8, stored_output ?: "", size);
        fixture->events.on_ended(fixture->events.userdata, fixture->launches[launch], &outcome);
        bus_fixture_settle(fixture);
}

char *test_read_fd(int fd, size_t *ret_size) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char chunk[4096], *text = NULL;
        ssize_t n;

        while ((n = read(fd, chunk, sizeof(chunk))) > 0)
                ck_assert_int_eq(buffer_add(&buffer, chunk, (size_t) n), 0);
        ck_assert_int_eq(n, 0);
        if (ret_size)
                *ret_size = buffer.size;
        ck_assert_int_eq(buffer_take(&buffer, &text), 0);
        return text;
}
