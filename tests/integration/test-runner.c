/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The real jobsched-runner with real processes, spoken to as the daemon does. */

#include <fcntl.h>
#include <linux/keyctl.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "support/runner-fixture.h"
#include "support/test-support.h"
#include "util/file.h"
#include "util/string-list.h"

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

/* Numbers in the output of a script, one a line. */
static size_t read_pids(const MessageEnded *ended, pid_t pids[static 8]) {
        CLEANUP_FREE char *text = test_output_text(ended, 1, NULL);
        char *rest = text, *end;
        size_t n = 0;

        for (long pid; n < 8 && (pid = strtol(rest, &end, 10)) > 0 && end != rest; rest = end)
                pids[n++] = (pid_t) pid;
        return n;
}

/* clang-format off */
static const struct {
        const char *script;
        EndKind kind;
        int exit_code, signal;
        const char *output;
} outcome_cases[] = {
        { "exit 0",                            END_EXITED,   0,  -1, "" },
        { "echo out; echo err >&2; exit 3",    END_EXITED,   3,  -1, "out\nerr\n" },
        { "kill -9 $$",                        END_SIGNALED, -1, 9,  "" },
        { "kill -TERM $$",                     END_SIGNALED, -1, 15, "" },
        { "cat",                               END_EXITED,   0,  -1, "" },  /* stdin is /dev/null */
        { "pwd; umask",                        END_EXITED,   0,  -1, "/\n0022\n" },
        { "ls /proc/self/fd | wc -l",          END_EXITED,   0,  -1, "4\n" }, /* 0, 1, 2 and that of ls */
        { "grep SigBlk /proc/self/status",     END_EXITED,   0,  -1, "SigBlk:\t0000000000000000\n" },
        { "grep SigIgn /proc/self/status",     END_EXITED,   0,  -1, "SigIgn:\t0000000000000000\n" },
        { "test $(ps -o sid= -p $$) = $$",     END_EXITED,   0,  -1, "" },
        { "printf 'no end'",                   END_EXITED,   0,  -1, "no end" },
        { "echo $JOBSCHED_JOB $JOBSCHED_EXECUTION $JOBSCHED_ATTEMPT $JOBSCHED_CAUSE $JOBSCHED_SCHEDULED_TIME",
          END_EXITED, 0, -1, "test-job 5 1 schedule 1970-01-01T00:00:00.000000Z\n" },
        { "echo $LANG; echo ${TERM-none}",     END_EXITED,   0,  -1, "C.UTF-8\nnone\n" },
        { "sleep 100 & exit 4",                END_EXITED,   4,  -1, "" }, /* who holds the pipe is not waited for */
};
/* clang-format on */

START_TEST(a_run_ends_as_its_process_does) {
        MessageStart start = runner_fixture_script(5, outcome_cases[_i].script);
        const MessageEnded *ended = runner_fixture_run(&fixture, &start);
        CLEANUP_FREE char *text = test_output_text(ended, 0, NULL);

        ck_assert_uint_eq(ended->kind, outcome_cases[_i].kind);
        ck_assert_int_eq(ended->exit_code, outcome_cases[_i].exit_code);
        ck_assert_int_eq(ended->signal, outcome_cases[_i].signal);
        ck_assert_str_eq(text, outcome_cases[_i].output);
        ck_assert_uint_eq(ended->output_total_bytes, strlen(outcome_cases[_i].output));
        ck_assert_uint_eq(fixture.n_started, 1);
        ck_assert_uint_eq(fixture.started[5].pid, ended->pid);
        ck_assert_int_le(ended->started_usec, ended->ended_usec);
        ck_assert_int_ge(ended->cpu_usec, 0);
        ck_assert_int_gt(ended->memory_peak_bytes, 0);
}
END_TEST

#define ARGUMENTS(...) ((char *[]){ __VA_ARGS__, NULL })

START_TEST(what_cannot_start_says_why) {
        /* clang-format off */
        const struct {
                MessageStart start;
                EndKind kind;
                const char *message;
        } cases[] = {
                { { .arguments = ARGUMENTS((char *) "/no/such/program") }, END_LAUNCH,
                  "cannot execute '/no/such/program': No such file or directory" },
                { { .arguments = ARGUMENTS((char *) "no-such-program") }, END_LAUNCH,
                  "cannot execute 'no-such-program': there is no such program in its PATH" },
                { { .arguments = ARGUMENTS((char *) "/etc/passwd") }, END_LAUNCH,
                  "cannot execute '/etc/passwd': Permission denied" },
                { { .script = (char *) "true", .shell = (char *) "/no/shell" }, END_LAUNCH,
                  "cannot execute the shell '/no/shell': No such file or directory" },
                { { .script = (char *) "true", .directory = (char *) "/no/directory" }, END_LAUNCH,
                  "cannot change to directory '/no/directory': No such file or directory" },
                { { .script = (char *) "true", .user = (char *) "no-such-user" }, END_ACCOUNT,
                  "no such user 'no-such-user'" },
                { { .script = (char *) "true", .group = (char *) "no-such-group" }, END_ACCOUNT,
                  "no such group 'no-such-group'" },
                { { .script = NULL }, END_LAUNCH, "the job has no command" },
        };
        /* clang-format on */

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                MessageStart start = runner_fixture_script(i, cases[i].start.script);
                const MessageEnded *ended;

                start.arguments = cases[i].start.arguments;
                start.shell = cases[i].start.shell ?: start.shell;
                start.directory = cases[i].start.directory ?: start.directory;
                start.user = cases[i].start.user;
                start.group = cases[i].start.group;
                ended = runner_fixture_run(&fixture, &start);

                ck_assert_str_eq(ended->message, cases[i].message);
                ck_assert_uint_eq(ended->kind, cases[i].kind);
                ck_assert_int_eq(ended->exit_code, -1);
                ck_assert(ended->started_usec == USEC_INFINITY);
        }
        ck_assert_uint_eq(fixture.n_started, 0);
}
END_TEST

START_TEST(a_list_keeps_its_arguments) {
        MessageStart start = runner_fixture_script(1, NULL);
        CLEANUP_FREE char *text = NULL;

        start.arguments = ARGUMENTS(
                        (char *) "printf", (char *) "[%s]", (char *) "a b", (char *) "$HOME", (char *) "");
        text = test_output_text(runner_fixture_run(&fixture, &start), 1, NULL);
        ck_assert_str_eq(text, "[a b][$HOME][]");
}
END_TEST

/* Ignores SIGTERM, and has children in sessions of their own, one of them an orphan. */
#define STUBBORN_SCRIPT                                                                                   \
        "trap '' TERM; setsid sleep 1000 & echo $!; (setsid sh -c 'echo $$; sleep 1000 & echo $!; wait' " \
        "&); "                                                                                            \
        "echo $$; sleep 1000 & echo $!; while :; do wait; done"

START_TEST(a_time_out_leaves_nothing_behind) {
        MessageStart start = runner_fixture_script(1, STUBBORN_SCRIPT);
        const MessageEnded *ended;
        pid_t pids[8];
        size_t n;

        start.timeout_usec = 3 * USEC_PER_SEC; /* by then all of them are there */
        start.kill_timeout_usec = 100 * USEC_PER_MSEC;
        ended = runner_fixture_run(&fixture, &start);

        ck_assert_uint_eq(ended->kind, END_TIMED_OUT);
        ck_assert_int_eq(ended->signal, SIGKILL);
        n = read_pids(ended, pids);
        ck_assert_uint_eq(n, 5);
        for (size_t i = 0; i < n; i++)
                test_wait_gone(pids[i]);
}
END_TEST

START_TEST(a_time_out_is_polite_first) {
        MessageStart start = runner_fixture_script(1, "trap 'echo bye; exit 7' TERM; sleep 1000 & wait");
        CLEANUP_FREE char *text = NULL;
        const MessageEnded *ended;

        start.timeout_usec = 2 * USEC_PER_SEC; /* by then it has its trap */
        ended = runner_fixture_run(&fixture, &start);

        text = test_output_text(ended, 1, NULL);
        ck_assert_uint_eq(ended->kind, END_TIMED_OUT);
        ck_assert_int_eq(ended->exit_code, 7);
        ck_assert_str_eq(text, "bye\n");
}
END_TEST

START_TEST(what_is_left_behind_is_killed_at_the_end) {
        MessageStart start = runner_fixture_script(
                        1,
                        "(setsid sh -c 'trap \"\" TERM HUP; echo $$; exec >/dev/null 2>&1; touch there; "
                        "sleep "
                        "1000' &); until [ -e there ]; do sleep 0.02; done; exit 5");
        const MessageEnded *ended;
        pid_t pids[8];

        start.directory = fixture.directory;
        ended = runner_fixture_run(&fixture, &start);
        ck_assert_int_eq(ended->exit_code, 5);
        ck_assert_uint_eq(read_pids(ended, pids), 1);
        test_wait_gone(pids[0]);
}
END_TEST

START_TEST(a_stop_escalates) {
        MessageStart start = runner_fixture_script(1, STUBBORN_SCRIPT);

        start.kill_timeout_usec = 100 * USEC_PER_MSEC;
        runner_fixture_send_start(&fixture, &start);
        runner_fixture_run_until(&fixture, &fixture.n_started, 1);
        runner_fixture_send(
                        &fixture,
                        &(Message){ .type = MESSAGE_STOP,
                                    .stop = { .execution_id = 1, .attempt = 1, .kind = STOP_ESCALATE } });
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);

        ck_assert_uint_eq(fixture.ended[1].kind, END_STOPPED);
}
END_TEST

START_TEST(a_signal_reaches_the_main_process_only) {
        MessageStart start = runner_fixture_script(
                        1, "trap 'echo usr1; exit 2' USR1; echo ready; while :; do :; done");

        runner_fixture_send_start(&fixture, &start);
        runner_fixture_send(&fixture, &(Message){ .type = MESSAGE_FOLLOW, .follow = { 1, 1, 1 } });
        runner_fixture_run_until(&fixture, &fixture.output.size, strlen("ready\n"));
        runner_fixture_send(
                        &fixture,
                        &(Message){ .type = MESSAGE_STOP,
                                    .stop = { .execution_id = 1,
                                              .attempt = 1,
                                              .kind = STOP_SIGNAL,
                                              .signal = SIGUSR1 } });
        runner_fixture_run_until(&fixture, &fixture.n_output_ends, 1);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);

        ck_assert_uint_eq(fixture.ended[1].kind, END_EXITED);
        ck_assert_int_eq(fixture.ended[1].exit_code, 2);
        ck_assert_str_eq(fixture.output.data, "ready\nusr1\n");
}
END_TEST

static size_t runner_peak_kib(void) {
        CLEANUP_FREE char *status = NULL;
        const char *line;
        char path[64];

        (void) snprintf(path, sizeof(path), "/proc/%d/status", (int) fixture.pid);
        ck_assert_int_eq(file_read(path, 65536, &status, NULL), 0);
        line = strstr(status, "VmHWM:");
        return line ? strtoul(line + strlen("VmHWM:"), NULL, 10) : 0;
}

START_TEST(a_gigabyte_of_output_stays_bounded) {
        MessageStart start = runner_fixture_script(1, "echo first; head -c 1073741824 /dev/zero; echo last");
        const MessageEnded *ended = runner_fixture_run(&fixture, &start);
        CLEANUP_FREE char *remark = test_output_text(ended, 3, NULL), *text = NULL;
        size_t size;

        text = test_output_text(ended, 1, &size);
        ck_assert_uint_eq(ended->output_total_bytes, 1073741824 + 11);
        ck_assert_uint_le(ended->output_size, 65536 + 100);
        ck_assert_uint_gt(size, 60000);
        ck_assert_int_eq(memcmp(text, "first\n", 6), 0);
        ck_assert_str_eq(text + size - 5, "last\n");
        ck_assert_ptr_nonnull(strstr(remark, "bytes left out"));
        (void) fprintf(stderr, "runner's peak with a gigabyte of output: %zu KiB\n", runner_peak_kib());
#ifndef __SANITIZE_ADDRESS__
        ck_assert_uint_lt(runner_peak_kib(), 16 * 1024);
#endif
}
END_TEST

START_TEST(output_is_kept_byte_for_byte) {
        MessageStart start = runner_fixture_script(1, "printf 'a\\000b\\377\\n\\000'");
        const MessageEnded *ended = runner_fixture_run(&fixture, &start);
        CLEANUP_FREE char *text = NULL;
        size_t size;

        text = test_output_text(ended, 1, &size);
        ck_assert_uint_eq(size, 6);
        ck_assert_mem_eq(text, "a\0b\xff\n\0", 6);
}
END_TEST

START_TEST(a_start_is_done_once) {
        MessageStart start = runner_fixture_script(1, "echo x >> count; exit 0");
        CLEANUP_FREE char *path = NULL, *count = NULL;

        start.directory = fixture.directory;
        for (int i = 0; i < 5; i++)
                runner_fixture_send_start(&fixture, &start);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        runner_fixture_send_start(&fixture, &start); /* also after the end, until it is acknowledged */
        (void) runner_fixture_run(&fixture, &start);

        ck_assert_int_eq(path_join(fixture.directory, "count", &path), 0);
        ck_assert_int_eq(file_read(path, 100, &count, NULL), 0);
        ck_assert_str_eq(count, "x\n");
}
END_TEST

START_TEST(users_are_looked_up) {
        /* clang-format off */
        const struct { const char *name; uint64_t uid; uint64_t error; const char *found; } cases[] = {
                { "root", 9,          0,      "root" },
                { "",     0,          0,      "root" },
                { "none-such", 0,     ENOENT, "" },
                { "",     3999999999, ENOENT, "" },
        };
        /* clang-format on */

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                runner_fixture_send(
                                &fixture,
                                &(Message){ .type = MESSAGE_LOOKUP,
                                            .lookup = { .cookie = 100 + i,
                                                        .name = (char *) cases[i].name,
                                                        .uid = cases[i].uid } });
                runner_fixture_run_until(&fixture, &fixture.n_looked_up, i + 1);
                ck_assert_uint_eq(fixture.looked_up.cookie, 100 + i);
                ck_assert_uint_eq(fixture.looked_up.error, cases[i].error);
                ck_assert_str_eq(fixture.looked_up.name, cases[i].found);
        }
}
END_TEST

static double runner_cpu_seconds(void) {
        CLEANUP_FREE char *stat = NULL;
        unsigned long user = 0, system = 0;
        char path[64];

        (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) fixture.pid);
        ck_assert_int_eq(file_read(path, 4096, &stat, NULL), 0);
        (void) sscanf(strrchr(stat, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                      &system);
        return (double) (user + system) / (double) sysconf(_SC_CLK_TCK);
}

START_TEST(a_thousand_runs_in_a_burst_all_end) {
        enum {
                N = 1000
        };
        MessageStart warm = runner_fixture_script(0, "exit 0");
        double cpu;

        (void) runner_fixture_run(&fixture, &warm);
        cpu = runner_cpu_seconds();
        for (uint64_t i = 1; i <= N; i++) {
                MessageStart start = runner_fixture_script(i, NULL);

                start.arguments = ARGUMENTS((char *) "/bin/true");
                runner_fixture_send_start(&fixture, &start);
        }
        runner_fixture_run_until(&fixture, &fixture.n_ended, N + 1);
        ck_assert_uint_eq(fixture.n_started, N + 1);
        for (uint64_t i = 1; i <= N; i++) {
                ck_assert_uint_eq(fixture.ended[i].kind, END_EXITED);
                send_ids(MESSAGE_ACKNOWLEDGE, i);
        }
        (void) fprintf(stderr, "runner's CPU for each of a thousand runs: %.0f us; peak %zu KiB\n",
                       (runner_cpu_seconds() - cpu) * 1e6 / N, runner_peak_kib());
        ck_assert_int_eq(connection_flush(fixture.connection), 1);
        runner_fixture_disconnect(&fixture);
        runner_fixture_connect(&fixture);
        ck_assert_uint_eq(fixture.n_listed, 0);
}
END_TEST

START_TEST(without_descriptors_a_start_fails_and_the_runner_goes_on) {
        enum {
                N = 40
        };
        size_t n_failed = 0;

        runner_fixture_init(&fixture);
        fixture.open_files = 64;
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);
        for (uint64_t i = 0; i < N; i++) {
                MessageStart start = runner_fixture_script(i, "sleep 1000");

                runner_fixture_send_start(&fixture, &start);
        }
        while (fixture.n_started + fixture.n_ended < N)
                ck_assert_int_gt(sd_event_run(fixture.event, 30 * USEC_PER_SEC), 0);
        for (uint64_t i = 0; i < N; i++) {
                if (!fixture.ended[i].message)
                        continue;
                n_failed++;
                ck_assert_uint_eq(fixture.ended[i].kind, END_LAUNCH);
                ck_assert_msg(strstr(fixture.ended[i].message, "descriptor") ||
                                              strstr(fixture.ended[i].message, "open files"),
                              "%s", fixture.ended[i].message);
        }
        ck_assert_uint_gt(n_failed, 0);
        ck_assert_uint_gt(fixture.n_started, 0);
        runner_fixture_done(&fixture);
}
END_TEST


START_TEST(runs_share_no_keyring) {
        MessageStart start;
        CLEANUP_FREE char *texts[2] = { NULL };

        if (getuid() != 0 || syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0) {
                (void) fprintf(stderr, "skipped: not root, or no keyrings here\n");
                return;
        }
        ck_assert_int_ge(
                        syscall(SYS_add_key, "user", "test-jobsched-secret", "x", 1,
                                KEY_SPEC_SESSION_KEYRING),
                        0);
        runner_fixture_init(&fixture);
        fixture.system = true;
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);

        start = runner_fixture_script(1, "grep -c test-jobsched-secret /proc/keys");
        start.user = (char *) "nobody";
        texts[0] = test_output_text(runner_fixture_run(&fixture, &start), 0, NULL);
        ck_assert_str_eq(texts[0], "0\n");
        runner_fixture_done(&fixture);
}
END_TEST

START_TEST(a_run_is_its_user) {
        MessageStart start = runner_fixture_script(
                        1, "id -u; id -g; id -G; echo $USER $HOME; test -r /etc/shadow; echo $?");
        const struct passwd *nobody = getpwnam("nobody");
        CLEANUP_FREE char *text = NULL, *expected = NULL;
        const MessageEnded *ended;

        if (getuid() != 0 || !nobody) {
                (void) fprintf(stderr, "skipped: only root can change to the user 'nobody'\n");
                return;
        }
        runner_fixture_init(&fixture);
        fixture.system = true;
        runner_fixture_start(&fixture);
        runner_fixture_connect(&fixture);

        start.user = (char *) "nobody";
        start.directory = (char *) "";
        ended = runner_fixture_run(&fixture, &start);
        text = test_output_text(ended, 0, NULL);
        ck_assert_int_ge(
                        asprintf(&expected, "%u\n%u\n%u\nnobody %s\n1\n", (unsigned) nobody->pw_uid,
                                 (unsigned) nobody->pw_gid, (unsigned) nobody->pw_gid, nobody->pw_dir),
                        0);
        ck_assert_str_eq(ended->message, "");
        ck_assert_str_eq(text, expected);

        start = runner_fixture_script(2, "true");
        start.user = (char *) "jobsched";
        ended = runner_fixture_run(&fixture, &start);
        ck_assert_uint_eq(ended->kind, END_ACCOUNT);
        ck_assert_str_eq(ended->message, "nothing may run as 'jobsched', the scheduler's own user");

        start = runner_fixture_script(3, "true");
        start.owner_uid = nobody->pw_uid;
        start.user = (char *) "root";
        ended = runner_fixture_run(&fixture, &start);
        ck_assert_uint_eq(ended->kind, END_ACCOUNT);

        start = runner_fixture_script(4, "id -G");
        start.user = (char *) "nobody";
        start.has_groups = 1;
        start.groups = ARGUMENTS((char *) "0", (char *) "4");
        ended = runner_fixture_run(&fixture, &start);
        free(text);
        text = test_output_text(ended, 0, NULL);
        ck_assert_ptr_nonnull(strstr(text, " 0 4"));

        start = runner_fixture_script(5, "echo by name >/dev/stderr; echo $?");
        start.user = (char *) "nobody";
        ended = runner_fixture_run(&fixture, &start);
        free(text);
        text = test_output_text(ended, 0, NULL);
        ck_assert_ptr_nonnull(strstr(text, "by name\n"));
        ck_assert_ptr_nonnull(strstr(text, "0\n"));
        runner_fixture_done(&fixture);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("runner");
        TCase *runs = tcase_create("runs"), *special = tcase_create("special");
        TCase *burst = tcase_create("burst");

        tcase_set_timeout(runs, 120);
        tcase_add_checked_fixture(runs, set_up, tear_down);
        tcase_add_loop_test(runs, a_run_ends_as_its_process_does, 0, ARRAY_SIZE(outcome_cases));
        tcase_add_test(runs, what_cannot_start_says_why);
        tcase_add_test(runs, a_list_keeps_its_arguments);
        tcase_add_test(runs, a_time_out_leaves_nothing_behind);
        tcase_add_test(runs, a_time_out_is_polite_first);
        tcase_add_test(runs, what_is_left_behind_is_killed_at_the_end);
        tcase_add_test(runs, a_stop_escalates);
        tcase_add_test(runs, a_signal_reaches_the_main_process_only);
        tcase_add_test(runs, a_gigabyte_of_output_stays_bounded);
        tcase_add_test(runs, output_is_kept_byte_for_byte);
        tcase_add_test(runs, a_start_is_done_once);
        tcase_add_test(runs, users_are_looked_up);
        suite_add_tcase(suite, runs);

        tcase_set_timeout(burst, 120);
        tcase_add_checked_fixture(burst, set_up, tear_down);
        tcase_add_test(burst, a_thousand_runs_in_a_burst_all_end);
        suite_add_tcase(suite, burst);

        tcase_set_timeout(special, 120);
        tcase_add_test(special, without_descriptors_a_start_fails_and_the_runner_goes_on);
        tcase_add_test(special, runs_share_no_keyring);
        tcase_add_test(special, a_run_is_its_user);
        suite_add_tcase(suite, special);
        return suite;
}
