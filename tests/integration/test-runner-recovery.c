/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The real jobsched-runner when it, or its client, comes and goes. */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#include "support/runner-fixture.h"
#include "support/test-support.h"
#include "util/file.h"

static RunnerFixture fixture;

static void set_up(void) {
        runner_fixture_init(&fixture);
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);
}

static void tear_down(void) {
        runner_fixture_done(&fixture);
}

static void send_ids(MessageType type, uint64_t execution_id) {
        runner_fixture_send(&fixture, &(Message){ .type = type, .acknowledge = { execution_id, 1 } });
}

/* Ignores SIGTERM, and has children in sessions of their own, one of them an orphan. */
#define STUBBORN_SCRIPT                                                                                   \
        "trap '' TERM; setsid sleep 1000 & echo $!; (setsid sh -c 'echo $$; sleep 1000 & echo $!; wait' " \
        "&); "                                                                                            \
        "echo $$; sleep 1000 & echo $!; while :; do wait; done"

START_TEST(what_a_killed_runner_left_is_lost_and_dead) {
        MessageStart start = runner_fixture_script(1, STUBBORN_SCRIPT);
        CLEANUP_FREE char *generation = NULL;
        pid_t pids[8];
        size_t n = 0;
        char *rest, *end;

        runner_fixture_send_start(&fixture, &start);
        runner_fixture_send(&fixture, &(Message){ .type = MESSAGE_FOLLOW, .follow = { 1, 1, 1 } });
        while (!fixture.output.data || strspn(fixture.output.data, "0123456789") == fixture.output.size ||
               n < 5) {
                ck_assert_int_gt(sd_event_run(fixture.event, 30 * USEC_PER_SEC), 0);
                n = 0;
                for (size_t i = 0; i < fixture.output.size; i++)
                        n += fixture.output.data[i] == '\n';
        }
        rest = fixture.output.data;
        for (n = 0; n < 5; n++, rest = end)
                pids[n] = (pid_t) strtol(rest, &end, 10);
        generation = strdup(fixture.welcome.generation);

        ck_assert_int_eq(kill(fixture.pid, SIGKILL), 0);
        (void) runner_fixture_wait(&fixture);
        runner_fixture_disconnect(&fixture);
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);

        ck_assert_str_eq(fixture.welcome.generation, generation);
        ck_assert_uint_eq(fixture.n_listed, 1);
        ck_assert_uint_eq(fixture.listed[1].state, LISTED_LOST);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_uint_eq(fixture.ended[1].kind, END_LOST);
        for (size_t i = 0; i < n; i++)
                test_wait_gone(pids[i]);
}
END_TEST

START_TEST(a_killed_runner_still_knows_the_outcomes) {
        MessageStart start = runner_fixture_script(1, "echo kept; exit 9");
        CLEANUP_FREE char *text = NULL;

        runner_fixture_send_start(&fixture, &start);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_int_eq(kill(fixture.pid, SIGKILL), 0);
        (void) runner_fixture_wait(&fixture);
        runner_fixture_disconnect(&fixture);
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);

        ck_assert_uint_eq(fixture.listed[1].state, LISTED_ENDED);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        text = test_output_text(&fixture.ended[1], 1, NULL);
        ck_assert_int_eq(fixture.ended[1].exit_code, 9);
        ck_assert_str_eq(text, "kept\n");
}
END_TEST

START_TEST(an_outcome_that_is_gone_is_told_as_lost) {
        MessageStart start = runner_fixture_script(1, "exit 3");
        CLEANUP_FREE char *path = NULL;

        runner_fixture_send_start(&fixture, &start);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_int_gt(asprintf(&path, "%s/runs/%s.1.1", fixture.directory, fixture.store), 0);
        ck_assert_int_eq(unlink(path), 0);
        runner_fixture_disconnect(&fixture);
        runner_fixture_connect(&fixture);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_uint_eq(fixture.ended[1].kind, END_LOST);
        ck_assert_str_eq(
                        fixture.ended[1].message,
                        "the runner cannot read its record of how it ended any more");
}
END_TEST

START_TEST(a_new_client_takes_over) {
        MessageStart running = runner_fixture_script(1, "cat < gate; exit 6"),
                     ended = runner_fixture_script(2, "exit 8");
        CLEANUP_FREE char *gate = NULL;
        int fd;

        ck_assert_int_eq(path_join(fixture.directory, "gate", &gate), 0);
        ck_assert_int_eq(mkfifo(gate, 0600), 0);
        running.directory = fixture.directory;
        runner_fixture_send_start(&fixture, &running);
        runner_fixture_send_start(&fixture, &ended);
        runner_fixture_run_until(&fixture, &fixture.n_started, 2);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        runner_fixture_disconnect(&fixture); /* without an acknowledgement */
        runner_fixture_connect(&fixture);

        ck_assert_uint_eq(fixture.n_listed, 2);
        ck_assert_uint_eq(fixture.listed[1].state, LISTED_RUNNING);
        ck_assert_uint_gt(fixture.listed[1].pid, 0);
        ck_assert_uint_eq(fixture.listed[2].state, LISTED_ENDED);
        ck_assert_str_eq(fixture.listed[2].store_uuid, fixture.store);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_int_eq(fixture.ended[2].exit_code, 8);

        fd = open(gate, O_WRONLY | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        (void) close(fd);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 2);
        ck_assert_int_eq(fixture.ended[1].exit_code, 6);

        send_ids(MESSAGE_ACKNOWLEDGE, 1);
        send_ids(MESSAGE_ACKNOWLEDGE, 2);
        ck_assert_int_eq(connection_flush(fixture.connection), 1);
        runner_fixture_disconnect(&fixture);
        runner_fixture_connect(&fixture);
        ck_assert_uint_eq(fixture.n_listed, 0);
}
END_TEST

/* What a dead daemon left in the socket is read before its successor is listened to. */
START_TEST(the_old_client_is_read_to_its_end_first) {
        MessageStart start = runner_fixture_script(3, "exit 1");
        int fd = runner_fixture_connect_raw(&fixture);

        ck_assert_int_ge(fd, 0); /* waits behind the first one, says nothing */
        runner_fixture_send_start(&fixture, &start);
        ck_assert_int_eq(connection_flush(fixture.connection), 1);
        runner_fixture_disconnect(&fixture);
        (void) close(fd);
        runner_fixture_connect(&fixture);

        ck_assert_uint_eq(fixture.n_listed, 1);
}
END_TEST

START_TEST(a_re_exec_keeps_runs_client_and_name) {
        MessageStart start = runner_fixture_script(1, "printf before-; cat < gate; echo after; exit 6");
        CLEANUP_FREE char *gate = NULL, *text = NULL, *incarnation = strdup(fixture.welcome.incarnation);
        int fd;

        ck_assert_int_eq(path_join(fixture.directory, "gate", &gate), 0);
        ck_assert_int_eq(mkfifo(gate, 0600), 0);
        start.directory = fixture.directory;
        start.timeout_usec = 60 * USEC_PER_SEC;
        runner_fixture_send_start(&fixture, &start);
        runner_fixture_send(&fixture, &(Message){ .type = MESSAGE_FOLLOW, .follow = { 1, 1, 1 } });
        runner_fixture_run_until(&fixture, &fixture.output.size, strlen("before-"));

        for (int i = 0; i < 3; i++) {
                ck_assert_int_eq(kill(fixture.pid, i == 0 ? SIGUSR2 : SIGHUP), 0);
                /* The answer comes from the new program, over the old connection. */
                runner_fixture_send(
                                &fixture,
                                &(Message){ .type = MESSAGE_LOOKUP, .lookup = { .name = (char *) "root" } });
                runner_fixture_run_until(&fixture, &fixture.n_looked_up, (size_t) i + 1);
        }
        ck_assert_uint_eq(fixture.n_closed, 0);

        fd = open(gate, O_WRONLY | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        (void) close(fd);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        text = test_output_text(&fixture.ended[1], 1, NULL);
        ck_assert_int_eq(fixture.ended[1].exit_code, 6);
        ck_assert_str_eq(text, "before-after\n");
        ck_assert_uint_eq(fixture.n_started, 1);

        runner_fixture_disconnect(&fixture);
        runner_fixture_connect(&fixture);
        ck_assert_str_eq(fixture.welcome.incarnation, incarnation);
        ck_assert_uint_eq(fixture.welcome.pid, (uint64_t) fixture.pid);
}
END_TEST

/* The alarm timers of the runner, by what its descriptors are. */
static size_t count_alarms(void) {
        size_t n = 0;

        for (int fd = 0; fd < 64; fd++) {
                CLEANUP_FREE char *text = NULL;
                char path[64];

                (void) snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int) fixture.pid, fd);
                n += file_read(path, 4096, &text, NULL) >= 0 && strstr(text, "clockid: 8\n");
        }
        return n;
}

/* The answer comes when all before it has been dealt with. */
static void wait_for_answer(void) {
        size_t n = fixture.n_looked_up + 1;

        runner_fixture_send(
                        &fixture,
                        &(Message){ .type = MESSAGE_LOOKUP, .lookup = { .name = (char *) "root" } });
        runner_fixture_run_until(&fixture, &fixture.n_looked_up, n);
}

START_TEST(the_alarm_outlives_client_and_re_exec) {
        const MessageWakeAt in_one_hour = { time(NULL) * USEC_PER_SEC + USEC_PER_HOUR };
        size_t n_expected = 1;
        int fd = timerfd_create(CLOCK_REALTIME_ALARM, TFD_CLOEXEC);

        if (fd < 0)
                n_expected = 0; /* the runner may not either, and goes on */
        else
                (void) close(fd);

        runner_fixture_send(&fixture, &(Message){ .type = MESSAGE_WAKE_AT, .wake_at = in_one_hour });
        wait_for_answer();
        ck_assert_uint_eq(count_alarms(), n_expected);
        runner_fixture_disconnect(&fixture);
        runner_fixture_connect(&fixture);
        ck_assert_uint_eq(count_alarms(), n_expected);
        ck_assert_int_eq(kill(fixture.pid, SIGUSR2), 0);
        wait_for_answer();
        ck_assert_uint_eq(count_alarms(), n_expected);

        runner_fixture_send(&fixture, &(Message){ .type = MESSAGE_WAKE_AT, .wake_at = { USEC_INFINITY } });
        wait_for_answer();
        ck_assert_uint_eq(count_alarms(), 0);
}
END_TEST

START_TEST(rubbish_ends_only_its_connection) {
        static const char *const rubbish[] = { "GET / HTTP/1.0\r\n\r\n",
                                               "\xff\xff\xff\xff\xff\xff\xff\xff\xff", "x" };
        char byte;

        runner_fixture_disconnect(&fixture);
        for (size_t i = 0; i < ARRAY_SIZE(rubbish); i++) {
                CLEANUP_CLOSE int fd = runner_fixture_connect_raw(&fixture);

                ck_assert_int_ge(fd, 0);
                ck_assert_int_gt(send(fd, rubbish[i], strlen(rubbish[i]), 0), 0);
                ck_assert_int_le(recv(fd, &byte, 1, 0), 0);
        }
        runner_fixture_connect(&fixture);
        ck_assert_uint_eq(fixture.n_welcomes, 1);
}
END_TEST

START_TEST(a_stopped_runner_stops_its_runs) {
        MessageStart start = runner_fixture_script(1, "echo ready; sleep 1000");
        int status;

        runner_fixture_send_start(&fixture, &start);
        runner_fixture_run_until(&fixture, &fixture.n_started, 1);
        ck_assert_int_eq(kill(fixture.pid, SIGTERM), 0);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        ck_assert_uint_eq(fixture.ended[1].kind, END_SHUTDOWN);
        send_ids(MESSAGE_ACKNOWLEDGE, 1);
        runner_fixture_run_until(&fixture, &fixture.n_closed, 1);

        status = runner_fixture_wait(&fixture);
        ck_assert(WIFEXITED(status));
        ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(a_second_runner_is_refused) {
        MessageStart start = runner_fixture_script(1, "exit 0");
        char *arguments[] = { (char *) "jobsched-runner", (char *) "--user", NULL };
        int status = 0;
        pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                (void) setenv("JOBSCHED_RUNNER_DIR", fixture.directory, 1);
                (void) execv(getenv("JOBSCHED_RUNNER_PROGRAM") ?: "./jobsched-runner", arguments);
                _exit(127);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(WEXITSTATUS(status), 1);
        (void) runner_fixture_run(&fixture, &start); /* the first one goes on */
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("runner-recovery");
        TCase *recovery = tcase_create("recovery");

        tcase_set_timeout(recovery, 120);
        tcase_add_checked_fixture(recovery, set_up, tear_down);
        tcase_add_test(recovery, what_a_killed_runner_left_is_lost_and_dead);
        tcase_add_test(recovery, a_killed_runner_still_knows_the_outcomes);
        tcase_add_test(recovery, an_outcome_that_is_gone_is_told_as_lost);
        tcase_add_test(recovery, a_new_client_takes_over);
        tcase_add_test(recovery, the_old_client_is_read_to_its_end_first);
        tcase_add_test(recovery, a_re_exec_keeps_runs_client_and_name);
        tcase_add_test(recovery, the_alarm_outlives_client_and_re_exec);
        tcase_add_test(recovery, rubbish_ends_only_its_connection);
        tcase_add_test(recovery, a_stopped_runner_stops_its_runs);
        tcase_add_test(recovery, a_second_runner_is_refused);
        suite_add_tcase(suite, recovery);
        return suite;
}
