/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The client against the protocol's other end, played here over a real socket on the same loop. */

#include "exec/runner-client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "protocol/connection.h"
#include "support/test-support.h"
#include "util/log.h"

#define DEADLINE_USEC (20 * USEC_PER_SEC)
#define STORE_UUID "0123456789abcdef0123456789abcdef"

typedef struct Fixture {
        sd_event *event;
        char directory[64], path[96];
        int listener;
        Connection *server;
        RunnerClient *client;

        Message received[8]; /* by the runner's end */
        size_t n_received;
        unsigned n_server_closed;

        unsigned n_connected, n_disconnected, n_started, n_ended, n_output, n_ensured;
        size_t n_listed;
        bool listed_foreign;
        LaunchId last;
        LaunchEnd last_end;
        uint64_t version; /* the runner's, of the protocol */
        int lookup_error;
        char lookup_name[32];
        unsigned n_errands, n_kept;
        int kept_error;
        ErrandResult errand; /* the last one; its text is not kept */
        uint64_t errand_to_cancel;
} Fixture;

static void on_server_message(void *userdata, Message *message) {
        Fixture *fixture = userdata;

        ck_assert_uint_lt(fixture->n_received, ARRAY_SIZE(fixture->received));
        fixture->received[fixture->n_received++] = *message;
        *message = (Message){ 0 };
}

static void on_server_closed(void *userdata, int error) {
        ((Fixture *) userdata)->n_server_closed++;
}

static void on_connected(void *userdata, const ExecutorHello *hello) {
        Fixture *fixture = userdata;

        fixture->n_connected++;
        fixture->n_listed = hello->n_listed;
        if (hello->n_listed > 0)
                fixture->listed_foreign = hello->listed[0].foreign;
        ck_assert_str_eq(hello->incarnation, "aa");
        ck_assert_str_eq(hello->generation, "bb");
}

static void on_disconnected(void *userdata, int error) {
        ((Fixture *) userdata)->n_disconnected++;
}

static void on_started(void *userdata, LaunchId id, pid_t pid, usec_t started_usec) {
        Fixture *fixture = userdata;

        fixture->n_started++;
        fixture->last = id;
}

static void on_ended(void *userdata, LaunchId id, const LaunchOutcome *outcome) {
        Fixture *fixture = userdata;

        fixture->n_ended++;
        fixture->last = id;
        fixture->last_end = outcome->end;
}

static void on_output(void *userdata, LaunchId id, OutputStream stream, const void *data, size_t size) {
        ((Fixture *) userdata)->n_output++;
}

static void on_user(void *userdata, int error, uid_t uid, gid_t gid, const char *name) {
        Fixture *fixture = userdata;

        fixture->lookup_error = error;
        (void) snprintf(fixture->lookup_name, sizeof(fixture->lookup_name), "%s", name ?: "");
}

static void on_errand(void *userdata, const ErrandResult *result) {
        Fixture *fixture = userdata;
        const Executor *executor = runner_client_executor(fixture->client);

        fixture->n_errands++;
        fixture->errand = *result;
        ck_assert_ptr_nonnull(result->text);
        if (fixture->errand_to_cancel != 0)
                executor->cancel_errand(executor->userdata, fixture->errand_to_cancel);
}

static int on_ensure(void *userdata) {
        ((Fixture *) userdata)->n_ensured++;
        return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        ck_abort_msg("nothing happened within the deadline");
        return 0;
}

static void wait_for(Fixture *fixture, const unsigned *counter, unsigned n) {
        while (*counter < n)
                ck_assert_int_ge(sd_event_run(fixture->event, UINT64_MAX), 0);
}

static void wait_for_received(Fixture *fixture, size_t n) {
        while (fixture->n_received < n)
                ck_assert_int_ge(sd_event_run(fixture->event, UINT64_MAX), 0);
}

static void listen_at(Fixture *fixture) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        strcpy(address.sun_path, fixture->path);
        fixture->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        ck_assert_int_ge(fixture->listener, 0);
        ck_assert_int_eq(bind(fixture->listener, (struct sockaddr *) &address, sizeof(address)), 0);
        ck_assert_int_eq(listen(fixture->listener, 4), 0);
}

static void accept_client(Fixture *fixture) {
        const ConnectionEvents events = { on_server_message, on_server_closed, NULL, fixture };
        int fd = accept4(fixture->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(connection_new(fixture->event, fd, &events, &fixture->server), 0);
}

static int on_listener_readable(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        accept_client(userdata);
        return 0;
}

static void fixture_init(Fixture *fixture, bool listening) {
        const ExecutorEvents events = { on_connected, on_disconnected, on_started, on_ended,
                                        NULL,         on_output,       fixture };
        RunnerClientOptions options = {
                .socket_path = fixture->path,
                .store_uuid = STORE_UUID,
                .peer_uid = getuid(),
                .ensure_runner = on_ensure,
                .userdata = fixture,
        };
        const Executor *executor;

        *fixture = (Fixture){ .listener = -EBADF, .lookup_error = 1, .version = PROTOCOL_VERSION_MAX };
        strcpy(fixture->directory, "/tmp/test-runner-client.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(fixture->directory));
        (void) snprintf(fixture->path, sizeof(fixture->path), "%s/socket", fixture->directory);

        ck_assert_int_ge(sd_event_new(&fixture->event), 0);
        ck_assert_int_ge(
                        sd_event_add_time_relative(
                                        fixture->event, NULL, CLOCK_MONOTONIC, DEADLINE_USEC, 0, on_deadline,
                                        NULL),
                        0);
        if (listening)
                listen_at(fixture);
        ck_assert_int_eq(runner_client_new(fixture->event, &options, &fixture->client), 0);
        executor = runner_client_executor(fixture->client);
        executor->set_events(executor->userdata, &events);
}

static void fixture_done(Fixture *fixture) {
        (void) runner_client_free(fixture->client);
        (void) connection_free(fixture->server);
        for (size_t i = 0; i < fixture->n_received; i++)
                message_done(&fixture->received[i]);
        (void) fd_close(fixture->listener);
        (void) unlink(fixture->path);
        (void) rmdir(fixture->directory);
        (void) sd_event_unref(fixture->event);
}

static void send_to_client(Fixture *fixture, const Message *message) {
        ck_assert_int_eq(connection_send(fixture->server, message), 0);
}

static void greet(Fixture *fixture, const char *listed_uuid) {
        const Message welcome = {
                .type = MESSAGE_WELCOME,
                .welcome = {
                        .version = fixture->version,
                        .incarnation = (char *) "aa",
                        .generation = (char *) "bb",
                        .pid = 99,
                        .runner_version = (char *) "9.9",
                        .cgroup = 1,
                },
        };
        const Message listed = {
                .type = MESSAGE_LISTED,
                .listed = {
                        .execution_id = 5,
                        .attempt = 1,
                        .store_uuid = (char *) listed_uuid,
                        .job = (char *) "backup",
                        .state = LISTED_RUNNING,
                },
        };

        ck_assert_int_eq(runner_client_start(fixture->client), 0);
        accept_client(fixture);
        wait_for_received(fixture, 1);
        ck_assert_int_eq(fixture->received[0].type, MESSAGE_HELLO);
        ck_assert_str_eq(fixture->received[0].hello.store_uuid, STORE_UUID);

        send_to_client(fixture, &welcome);
        if (listed_uuid)
                send_to_client(fixture, &listed);
        send_to_client(fixture, &(Message){ .type = MESSAGE_LIST_END });
        wait_for(fixture, &fixture->n_connected, 1);
}

START_TEST(nothing_is_sent_before_the_list_has_come) {
        Fixture fixture;
        char *arguments[] = { (char *) "/bin/true", NULL };
        Job job = { .name = (char *) "backup", .command.arguments = arguments, .process.kill_signal = 15 };
        const Launch launch = { .id = { 1, 1 }, .job = &job };
        const Executor *executor;

        fixture_init(&fixture, true);
        executor = runner_client_executor(fixture.client);
        ck_assert_int_eq(executor->start(executor->userdata, &launch), -ENOTCONN);
        ck_assert(!executor->is_connected(executor->userdata));

        greet(&fixture, NULL);
        ck_assert(executor->is_connected(executor->userdata));
        ck_assert_int_eq(executor->start(executor->userdata, &launch), 0);
        wait_for_received(&fixture, 3); /* the second tells that nothing is to wake the machine */
        ck_assert_int_eq(fixture.received[2].type, MESSAGE_START);
        ck_assert_str_eq(fixture.received[2].start.job, "backup");
        fixture_done(&fixture);
}
END_TEST

START_TEST(the_list_tells_whose_launches_they_are) {
        Fixture fixture;
        RunnerInfo info;

        fixture_init(&fixture, true);
        greet(&fixture, _i == 0 ? STORE_UUID : "another");

        ck_assert_uint_eq(fixture.n_listed, 1);
        ck_assert_int_eq(fixture.listed_foreign, _i == 1);
        runner_client_get_info(fixture.client, &info);
        ck_assert(info.connected && info.cgroup);
        ck_assert_int_eq(info.pid, 99);
        ck_assert_str_eq(info.version, "9.9");
        fixture_done(&fixture);
}
END_TEST

START_TEST(what_the_runner_tells_reaches_the_manager) {
        Fixture fixture;
        const Message ended = {
                .type = MESSAGE_ENDED,
                .ended = {
                        .execution_id = 5,
                        .attempt = 2,
                        .kind = END_TIMED_OUT,
                        .exit_code = -1,
                        .signal = 15,
                        .message = (char *) "",
                },
        };

        fixture_init(&fixture, true);
        greet(&fixture, NULL);
        send_to_client(&fixture,
                       &(Message){ .type = MESSAGE_STARTED,
                                   .started = { .execution_id = 5, .attempt = 2, .pid = 10 } });
        send_to_client(&fixture,
                       &(Message){ .type = MESSAGE_OUTPUT,
                                   .output = { .execution_id = 5,
                                               .attempt = 2,
                                               .stream = 1,
                                               .data = (char *) "hi",
                                               .data_size = 2 } });
        send_to_client(&fixture, &ended);
        wait_for(&fixture, &fixture.n_ended, 1);

        ck_assert_uint_eq(fixture.n_started, 1);
        ck_assert_uint_eq(fixture.n_output, 1);
        ck_assert_uint_eq(fixture.last.execution_id, 5);
        ck_assert_uint_eq(fixture.last.attempt, 2);
        ck_assert_int_eq(fixture.last_end, LAUNCH_TIMED_OUT);
        fixture_done(&fixture);
}
END_TEST

START_TEST(a_lookup_is_answered_by_its_cookie) {
        Fixture fixture;
        const Executor *executor;
        Message answer = { .type = MESSAGE_LOOKED_UP,
                           .looked_up = { .name = (char *) "ada", .uid = 7, .gid = 8 } };

        fixture_init(&fixture, true);
        greet(&fixture, NULL);
        executor = runner_client_executor(fixture.client);
        ck_assert_int_eq(executor->lookup_user(executor->userdata, NULL, 7, on_user, &fixture), 0);
        wait_for_received(&fixture, 3);
        ck_assert_int_eq(fixture.received[2].type, MESSAGE_LOOKUP);

        answer.looked_up.cookie = fixture.received[2].lookup.cookie;
        send_to_client(&fixture, &answer);
        while (fixture.lookup_error == 1)
                ck_assert_int_ge(sd_event_run(fixture.event, UINT64_MAX), 0);
        ck_assert_int_eq(fixture.lookup_error, 0);
        ck_assert_str_eq(fixture.lookup_name, "ada");
        fixture_done(&fixture);
}
END_TEST

static void on_kept(void *userdata, int error) {
        Fixture *fixture = userdata;

        fixture->n_kept++;
        fixture->kept_error = error;
}

START_TEST(a_secret_is_kept_before_anybody_is_told) {
        const Executor *executor;
        Fixture fixture;
        char ids[64];

        memset(ids, 'a', sizeof(ids));
        fixture_init(&fixture, true);
        executor = runner_client_executor(fixture.client);
        ck_assert_int_eq(executor->keep_secret(executor->userdata, "aa", "x", on_kept, &fixture), -ENOTCONN);
        greet(&fixture, NULL);
        ck_assert_int_eq(executor->keep_secret(executor->userdata, "aa", "x", on_kept, &fixture), 0);
        ck_assert_int_eq(executor->keep_secret(executor->userdata, "bb", "y", on_kept, &fixture), 0);
        ck_assert_int_eq(executor->keep_secret(executor->userdata, "cc", NULL, NULL, NULL), 0);
        ck_assert_int_eq(executor->keep_only_secrets(executor->userdata, ids, 2), 0);
        wait_for_received(&fixture, 6);
        ck_assert_int_eq(fixture.received[2].type, MESSAGE_KEEP_SECRET);
        ck_assert_mem_eq(fixture.received[3].keep_secret.value, "y", 1);
        ck_assert_int_eq(fixture.received[4].type, MESSAGE_DROP_SECRET);
        ck_assert_str_eq(fixture.received[4].drop_secret.id, "cc");
        ck_assert_uint_eq(fixture.received[5].keep_only.ids_size, sizeof(ids));
        ck_assert_mem_eq(fixture.received[5].keep_only.ids, ids, sizeof(ids));
        ck_assert_uint_eq(fixture.n_kept, 0);

        send_to_client(&fixture,
                       &(Message){ .type = MESSAGE_SECRET_KEPT,
                                   .secret_kept = { .id = (char *) "bb", .error = ENOSPC } });
        wait_for(&fixture, &fixture.n_kept, 1);
        ck_assert_int_eq(fixture.kept_error, -ENOSPC);

        fixture.server = connection_free(fixture.server); /* the other one will never be answered */
        wait_for(&fixture, &fixture.n_kept, 2);
        ck_assert_int_eq(fixture.kept_error, -ENOTCONN);
        fixture_done(&fixture);
}
END_TEST

START_TEST(an_errand_carries_its_job_and_is_answered_by_its_cookie) {
        Job job = { .name = (char *) "backup",
                    .owner_uid = 7,
                    .process = { .user = (char *) "ada", .directory = (char *) "/srv" },
                    .command.shell = (char *) "/bin/bash" };
        const Errand errand = { .kind = ERRAND_COMMAND,
                                .job = &job,
                                .script = "true",
                                .input = "a\0b",
                                .input_size = 3,
                                .timeout_usec = 5 };
        const Errand plain = { .kind = ERRAND_PATH_CHANGED, .path = "/x", .watch = true, .since_usec = 9 };
        Message answer = { .type = MESSAGE_ERRAND_DONE,
                           .errand_done = { .exit_code = 3, .signal = -1, .http_status = -1 } };
        const MessageErrand *sent;
        const Executor *executor;
        Fixture fixture;
        uint64_t ids[2];

        fixture_init(&fixture, true);
        executor = runner_client_executor(fixture.client);
        ck_assert_int_eq(
                        executor->run_errand(executor->userdata, &errand, on_errand, &fixture, &ids[0]),
                        -ENOTCONN);
        greet(&fixture, NULL);
        ck_assert_int_eq(executor->run_errand(executor->userdata, &errand, on_errand, &fixture, &ids[0]), 0);
        ck_assert_int_eq(executor->run_errand(executor->userdata, &plain, on_errand, &fixture, &ids[1]), 0);
        wait_for_received(&fixture, 4);

        sent = &fixture.received[2].errand;
        ck_assert_int_eq(fixture.received[2].type, MESSAGE_ERRAND);
        ck_assert_uint_eq(sent->work, ERRAND_WORK_COMMAND);
        ck_assert_str_eq(sent->job, "backup");
        ck_assert_uint_eq(sent->owner_uid, 7);
        ck_assert_str_eq(sent->user, "ada");
        ck_assert_str_eq(sent->directory, "/srv");
        ck_assert_str_eq(sent->shell, "/bin/bash");
        ck_assert_mem_eq(sent->input, "a\0b", 3);
        sent = &fixture.received[3].errand;
        ck_assert_uint_eq(sent->work, ERRAND_WORK_PATH_CHANGED);
        ck_assert_uint_eq(sent->owner_uid, getuid()); /* without a job: the runner's own */
        ck_assert_str_eq(sent->path, "/x");
        ck_assert_int_eq(sent->since_usec, 9);

        answer.errand_done.cookie = fixture.received[2].errand.cookie;
        send_to_client(&fixture, &answer);
        wait_for(&fixture, &fixture.n_errands, 1);
        ck_assert_int_eq(fixture.errand.exit_code, 3);
        ck_assert_int_eq(fixture.errand.error, 0);

        executor->cancel_errand(executor->userdata, ids[1]);
        executor->cancel_errand(executor->userdata, ids[0]); /* over already: nothing is sent */
        wait_for_received(&fixture, 5);
        ck_assert_int_eq(fixture.received[4].type, MESSAGE_ERRAND_CANCEL);
        ck_assert_uint_eq(fixture.received[4].errand_cancel.cookie, fixture.received[3].errand.cookie);
        answer.errand_done.cookie = ids[1]; /* under way when it was cancelled */
        send_to_client(&fixture, &answer);
        send_to_client(&fixture, &(Message){ .type = MESSAGE_STARTED, .started = { 1, 1, 1, 0 } });
        wait_for(&fixture, &fixture.n_started, 1);
        ck_assert_uint_eq(fixture.n_errands, 1);
        fixture_done(&fixture);
}
END_TEST

START_TEST(errands_end_with_the_connection) {
        const Errand errand = { .kind = ERRAND_COMMAND, .script = "true" };
        const Executor *executor;
        Fixture fixture;
        uint64_t ids[3];

        fixture_init(&fixture, true);
        greet(&fixture, NULL);
        executor = runner_client_executor(fixture.client);
        for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
                ck_assert_int_eq(
                                executor->run_errand(
                                                executor->userdata, &errand, on_errand, &fixture, &ids[i]),
                                0);
        wait_for_received(&fixture, 5);
        fixture.errand_to_cancel = ids[2]; /* by whoever is told first */
        fixture.server = connection_free(fixture.server);
        wait_for(&fixture, &fixture.n_disconnected, 1);
        ck_assert_uint_eq(fixture.n_errands, 2);
        ck_assert_int_eq(fixture.errand.error, -ENOTCONN);
        fixture_done(&fixture);
}
END_TEST

START_TEST(a_lost_runner_is_told_of_and_connected_to_again) {
        Fixture fixture;
        const Executor *executor;

        fixture_init(&fixture, true);
        greet(&fixture, NULL);
        executor = runner_client_executor(fixture.client);
        ck_assert_int_eq(executor->lookup_user(executor->userdata, "x", 0, on_user, &fixture), 0);
        wait_for_received(&fixture, 3);
        fixture.server = connection_free(fixture.server);
        wait_for(&fixture, &fixture.n_disconnected, 1);
        ck_assert_int_eq(fixture.lookup_error, -ENOTCONN);
        ck_assert(!executor->is_connected(executor->userdata));

        /* The next try comes by itself. */
        ck_assert_int_ge(
                        sd_event_add_io(fixture.event, NULL, fixture.listener, EPOLLIN, on_listener_readable,
                                        &fixture),
                        0);
        wait_for_received(&fixture, 4);
        ck_assert_int_eq(fixture.received[3].type, MESSAGE_HELLO);
        fixture_done(&fixture);
}
END_TEST

START_TEST(the_instant_to_wake_at_is_told_now_and_to_the_next_runner) {
        Fixture fixture;
        const Executor *executor;

        fixture_init(&fixture, true);
        executor = runner_client_executor(fixture.client);
        executor->wake_at(executor->userdata, 5);
        greet(&fixture, NULL);
        executor->wake_at(executor->userdata, USEC_INFINITY);
        wait_for_received(&fixture, 3);
        ck_assert_int_eq(fixture.received[1].type, MESSAGE_WAKE_AT);
        ck_assert_int_eq(fixture.received[1].wake_at.instant_usec, 5);
        ck_assert_int_eq(fixture.received[2].type, MESSAGE_WAKE_AT);
        ck_assert_int_eq(fixture.received[2].wake_at.instant_usec, USEC_INFINITY);
        fixture_done(&fixture);
}
END_TEST

START_TEST(rubbish_ends_the_connection) {
        Fixture fixture;

        fixture_init(&fixture, true);
        greet(&fixture, NULL);
        send_to_client(&fixture, &(Message){ .type = MESSAGE_LIST_END }); /* has no place any more */
        wait_for(&fixture, &fixture.n_disconnected, 1);
        fixture_done(&fixture);
}
END_TEST

START_TEST(where_nobody_listens_a_runner_is_asked_for) {
        Fixture fixture;

        fixture_init(&fixture, false);
        ck_assert_int_eq(runner_client_start(fixture.client), 0);
        ck_assert_uint_eq(fixture.n_ensured, 1);

        /* And as soon as one listens, it is found. */
        listen_at(&fixture);
        ck_assert_int_ge(
                        sd_event_add_io(fixture.event, NULL, fixture.listener, EPOLLIN, on_listener_readable,
                                        &fixture),
                        0);
        wait_for_received(&fixture, 1);
        ck_assert_int_eq(fixture.received[0].type, MESSAGE_HELLO);
        fixture_done(&fixture);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("exec-runner-client");
        TCase *tcase = tcase_create("runner-client");

        log_open("test-runner-client", LOG_TARGET_NONE);
        tcase_set_timeout(tcase, 60);
        tcase_add_test(tcase, nothing_is_sent_before_the_list_has_come);
        tcase_add_loop_test(tcase, the_list_tells_whose_launches_they_are, 0, 2);
        tcase_add_test(tcase, what_the_runner_tells_reaches_the_manager);
        tcase_add_test(tcase, a_lookup_is_answered_by_its_cookie);
        tcase_add_test(tcase, a_secret_is_kept_before_anybody_is_told);
        tcase_add_test(tcase, an_errand_carries_its_job_and_is_answered_by_its_cookie);
        tcase_add_test(tcase, errands_end_with_the_connection);
        tcase_add_test(tcase, the_instant_to_wake_at_is_told_now_and_to_the_next_runner);
        tcase_add_test(tcase, a_lost_runner_is_told_of_and_connected_to_again);
        tcase_add_test(tcase, rubbish_ends_the_connection);
        tcase_add_test(tcase, where_nobody_listens_a_runner_is_asked_for);
        suite_add_tcase(suite, tcase);
        return suite;
}
