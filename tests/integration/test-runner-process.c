/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a job's processes get, seen from inside: niceness, limits, files; and what becomes of those it leaves.
 */

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

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

#define LIST(...) ((char *[]){ __VA_ARGS__, NULL })

START_TEST(a_job_sees_what_was_set_for_it) {
        CLEANUP_FREE char *text = NULL;
        MessageStart start = runner_fixture_script(
                        1,
                        "nice; cat /proc/self/oom_score_adj; ulimit -n; ulimit -Hn; ulimit -c; umask; pwd; "
                        "cat; "
                        "ionice | cut -d: -f1; grep Cpus_allowed_list /proc/self/status | cut -f2");
        const MessageEnded *ended;

        start.has_nice = 1;
        start.nice = 7;
        start.has_oom_score = 1;
        start.oom_score = 500;
        start.has_affinity = 1;
        start.affinity = (char *) "0";
        start.io_class = 3;
        start.resource_limits = LIST((char *) "7:100:200", (char *) "4:0:0");
        start.umask = 027;
        start.directory = (char *) "/usr";
        start.has_input = 1;
        start.input = (char *) "from stdin\n";
        ended = runner_fixture_run(&fixture, &start);
        text = test_output_text(ended, 0, NULL);

        ck_assert_str_eq(text, "7\n500\n100\n200\n0\n0027\n/usr\nfrom stdin\nidle\n0\n");
        ck_assert_uint_eq(ended->kind, END_EXITED);
}
END_TEST

START_TEST(a_large_input_comes_whole) {
        const size_t size = 4 * 1024 * 1024;
        CLEANUP_FREE char *text = NULL, *input = malloc(size + 1);
        MessageStart start =
                        runner_fixture_script(1, "wc -c; (echo x >/dev/stdin) 2>/dev/null || echo read-only");

        ck_assert_ptr_nonnull(input);
        memset(input, 'x', size);
        input[size] = '\0';
        start.has_input = 1;
        start.input = input;
        text = test_output_text(runner_fixture_run(&fixture, &start), 0, NULL);
        ck_assert_str_eq(text, "4194304\nread-only\n");
}
END_TEST

START_TEST(an_empty_input_is_not_dev_null) {
        MessageStart start = runner_fixture_script(1, "cat; test -c /dev/stdin || echo none");
        CLEANUP_FREE char *text = NULL;

        start.has_input = 1;
        start.input = (char *) "";
        text = test_output_text(runner_fixture_run(&fixture, &start), 0, NULL);
        ck_assert_str_eq(text, "none\n");
}
END_TEST

START_TEST(environment_files_are_read_in_order) {
        CLEANUP_FREE char *text = NULL;
        MessageStart start = runner_fixture_script(1, NULL);
        char first[96], second[96], third[96], expected[128];

        runner_fixture_write_file(
                        &fixture, "first", "# comment\nA=1\nB='b b'\nJOBSCHED_EXECUTION=9\n", first);
        runner_fixture_write_file(&fixture, "second", "A=2\n", second);
        (void) snprintf(expected, sizeof(expected), "PATH=%s:/bin:/usr/bin\n", fixture.directory);
        runner_fixture_write_file(&fixture, "third", expected, third);
        start.environment_files = LIST((char *) "-/no/such/file", first, second, third);
        start.environment = LIST((char *) "A=0", (char *) "C=3");
        start.script = (char *) "echo $A,$B,$C,$JOBSCHED_EXECUTION; echo ${PATH%%:*}";
        text = test_output_text(runner_fixture_run(&fixture, &start), 0, NULL);
        (void) snprintf(expected, sizeof(expected), "0,b b,3,1\n%s\n", fixture.directory);
        ck_assert_str_eq(text, expected);
}
END_TEST

START_TEST(a_program_is_looked_for_in_the_path_of_an_environment_file) {
        MessageStart start = runner_fixture_script(1, NULL);
        char program[96], file[96], line[128];
        const MessageEnded *ended;

        runner_fixture_write_file(&fixture, "only-there", "#!/bin/sh\nexit 5\n", program);
        ck_assert_int_eq(chmod(program, 0755), 0);
        (void) snprintf(line, sizeof(line), "PATH=/nowhere:%s", fixture.directory);
        runner_fixture_write_file(&fixture, "environment", line, file);
        start.arguments = LIST((char *) "only-there");
        start.environment_files = LIST(file);
        ended = runner_fixture_run(&fixture, &start);
        ck_assert_str_eq(ended->message, "");
        ck_assert_int_eq(ended->exit_code, 5);
}
END_TEST

START_TEST(an_environment_file_that_cannot_be_read_says_why) {
        char path[96], message[256];
        /* clang-format off */
        const struct {
                const char *path, *reason;
        } cases[] = {
                { "/dev/zero",     "it is not a regular file" },
                { "/no/such/file", "No such file or directory" },
                { "-/dev/zero",    "it is not a regular file" },
                { "wrong",         "line 2 is not NAME=value" },
                { "link",          "it is a symbolic link" },
                { "fifo",          "it is not a regular file" },
        };
        /* clang-format on */

        runner_fixture_write_file(&fixture, "wrong", "A=1\nno assignment\n", path);
        (void) snprintf(path, sizeof(path), "%s/link", fixture.directory);
        ck_assert_int_eq(symlink("wrong", path), 0);
        (void) snprintf(path, sizeof(path), "%s/fifo", fixture.directory);
        ck_assert_int_eq(mkfifo(path, 0600), 0);
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                MessageStart start = runner_fixture_script(i, "exit 0");
                const char *name = cases[i].path;

                if (name[0] == '/' || name[0] == '-')
                        (void) snprintf(path, sizeof(path), "%s", name);
                else
                        (void) snprintf(path, sizeof(path), "%s/%s", fixture.directory, name);
                start.environment_files = LIST(path);
                (void) snprintf(message, sizeof(message), "cannot read environment file '%s': %s",
                                path + (path[0] == '-'), cases[i].reason);
                runner_fixture_expect_failure(&fixture, &start, message);
        }
}
END_TEST

START_TEST(a_setting_that_cannot_be_made_says_which) {
        MessageStart start = runner_fixture_script(1, "exit 0");

        start.has_affinity = 1;
        start.affinity = (char *) "1000-1001";
        runner_fixture_expect_failure(
                        &fixture, &start,
                        "cannot set cpu-affinity 1000-1001: the host has none of these CPUs for it");

        start = runner_fixture_script(2, "exit 0");
        start.resource_limits = LIST((char *) "7:2:1");
        runner_fixture_expect_failure(
                        &fixture, &start, "cannot set limits.open-files to 2:1 (-1: none): Invalid argument");
}
END_TEST

START_TEST(what_only_root_may_is_not_permitted) {
        MessageStart start = runner_fixture_script(1, "exit 0");

        if (getuid() == 0)
                return; /* root may */
        start.has_nice = 1;
        start.nice = -5;
        runner_fixture_expect_failure(&fixture, &start, "cannot set nice -5: not permitted");
}
END_TEST

START_TEST(limits_that_are_not_in_force_are_told_of) {
        MessageStart start = runner_fixture_script(1, "ulimit -v");
        CLEANUP_FREE char *text = NULL, *note = NULL;
        const MessageEnded *ended;

        if (fixture.welcome.cgroup)
                return; /* they are */
        start.memory_max_bytes = 512 * 1024 * 1024;
        start.tasks_max = 3;
        ended = runner_fixture_run(&fixture, &start);
        text = test_output_text(ended, 1, NULL);
        note = test_output_text(ended, 3, NULL);
        ck_assert_str_eq(text, "524288\n");
        ck_assert_str_eq(
                        note,
                        "… limits.memory holds for the address space of each process (no cgroup (v2) was "
                        "delegated to the runner); limits.tasks not in force (no cgroup (v2) was delegated "
                        "to the runner) …\n");
        ck_assert_uint_eq(ended->output_total_bytes, strlen(text));
}
END_TEST

START_TEST(what_is_left_behind_is_waited_for) {
        MessageStart start = runner_fixture_script(1, NULL);
        CLEANUP_FREE char *script = NULL, *text = NULL;

        ck_assert_int_ge(
                        asprintf(&script,
                                 "cd %s; (touch begun; until [ -e go ]; do sleep 0.02; done; echo late) & "
                                 "exit 3",
                                 fixture.directory),
                        0);
        start.script = script;
        start.left_behind = LEFT_BEHIND_IS_AWAITED;
        runner_fixture_send_start(&fixture, &start);
        runner_fixture_wait_for_file(&fixture, "begun");
        runner_fixture_run_until(&fixture, &fixture.n_started, 1);
        ck_assert_uint_eq(fixture.n_ended, 0);
        runner_fixture_write_file(&fixture, "go", "", NULL);
        runner_fixture_run_until(&fixture, &fixture.n_ended, 1);
        text = test_output_text(&fixture.ended[1], 0, NULL);
        ck_assert_str_eq(text, "late\n");
        ck_assert_int_eq(fixture.ended[1].exit_code, 3);
        ck_assert_uint_eq(fixture.ended[1].kind, END_EXITED);
}
END_TEST

START_TEST(a_time_out_ends_the_waiting) {
        MessageStart start = runner_fixture_script(
                        1, "sh -c 'trap \"\" TERM; while :; do sleep 0.1; done' & exit 0");
        const MessageEnded *ended;

        start.left_behind = LEFT_BEHIND_IS_AWAITED;
        start.timeout_usec = 2 * USEC_PER_SEC; /* by then the main process has ended */
        start.kill_timeout_usec = 100 * USEC_PER_MSEC;
        ended = runner_fixture_run(&fixture, &start);
        ck_assert_uint_eq(ended->kind, END_TIMED_OUT);
        ck_assert_int_eq(ended->exit_code, 0);
}
END_TEST

START_TEST(what_is_left_behind_may_be_left) {
        MessageStart start = runner_fixture_script(1, NULL), other = runner_fixture_script(2, "exit 0");
        CLEANUP_FREE char *script = NULL, *text = NULL;
        pid_t pid;

        ck_assert_int_ge(
                        asprintf(&script,
                                 "cd %s; (until [ -e go ]; do sleep 0.02; done; touch done) >/dev/null 2>&1 "
                                 "& echo $!",
                                 fixture.directory),
                        0);
        start.script = script;
        start.left_behind = LEFT_BEHIND_IS_LEFT;
        text = test_output_text(runner_fixture_run(&fixture, &start), 1, NULL);
        pid = (pid_t) strtol(text, NULL, 10);
        (void) runner_fixture_run(&fixture, &other); /* its end sweeps */
        ck_assert_int_eq(kill(pid, 0), 0);
        runner_fixture_write_file(&fixture, "go", "", NULL);
        runner_fixture_wait_for_file(&fixture, "done");
        test_wait_gone(pid);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("runner-process");
        TCase *settings = tcase_create("settings"), *leftovers = tcase_create("left-behind");

        tcase_add_checked_fixture(settings, set_up, tear_down);
        tcase_set_timeout(settings, 60);
        tcase_add_test(settings, a_job_sees_what_was_set_for_it);
        tcase_add_test(settings, a_large_input_comes_whole);
        tcase_add_test(settings, an_empty_input_is_not_dev_null);
        tcase_add_test(settings, environment_files_are_read_in_order);
        tcase_add_test(settings, a_program_is_looked_for_in_the_path_of_an_environment_file);
        tcase_add_test(settings, an_environment_file_that_cannot_be_read_says_why);
        tcase_add_test(settings, a_setting_that_cannot_be_made_says_which);
        tcase_add_test(settings, what_only_root_may_is_not_permitted);
        tcase_add_test(settings, limits_that_are_not_in_force_are_told_of);
        suite_add_tcase(suite, settings);

        tcase_add_checked_fixture(leftovers, set_up, tear_down);
        tcase_set_timeout(leftovers, 60);
        tcase_add_test(leftovers, what_is_left_behind_is_waited_for);
        tcase_add_test(leftovers, a_time_out_ends_the_waiting);
        tcase_add_test(leftovers, what_is_left_behind_may_be_left);
        suite_add_tcase(suite, leftovers);
        return suite;
}
