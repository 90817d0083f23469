/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/runner-process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/file.h"
#include "util/log.h"

static char directory[64], program[96], said[96];
static RunnerProcess runner;

/* A script in the runner's place: says how it was started, then does what the test says. */
static void make_program(const char *then) {
        FILE *file = fopen(program, "we");

        ck_assert_ptr_nonnull(file);
        ck_assert_int_gt(
                        fprintf(file,
                                "#!/bin/sh\n"
                                "{ echo \"arguments: $*\"; ps -o sid= -p $$ | grep -q \"^ *$$ *$\" && echo "
                                "leader\n"
                                "ls -l /proc/self/fd/0 | grep -o /dev/null; test -e /proc/$$/fd/77 || echo "
                                "closed\n"
                                "} >%s.new; mv %s.new %s\n%s\n",
                                said, said, said, then),
                        0);
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_int_eq(chmod(program, 0755), 0);
}

static void setup(void) {
        strcpy(directory, "/tmp/test-runner-process.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void) snprintf(program, sizeof(program), "%s/runner", directory);
        (void) snprintf(said, sizeof(said), "%s/said", directory);
        ck_assert_int_eq(setenv("JOBSCHED_RUNNER", program, 1), 0);
        runner = (RunnerProcess){ 0 };
}

static void teardown(void) {
        (void) unlink(program);
        (void) unlink(said);
        (void) rmdir(directory);
}

START_TEST(it_is_detached_and_inherits_nothing) {
        CLEANUP_FREE char *text = NULL;
        size_t size;

        make_program("exit 0");
        ck_assert_int_eq(dup2(STDERR_FILENO, 77), 77); /* what somebody left open */
        ck_assert_int_eq(runner_process_ensure(&runner), 0);
        ck_assert_int_gt(runner.pid, 0);
        ck_assert_int_eq(waitpid(runner.pid, NULL, 0), runner.pid);
        ck_assert_int_eq(file_read(said, 4096, &text, &size), 0);
        ck_assert_str_eq(text, "arguments: --user\nleader\n/dev/null\nclosed\n");
}
END_TEST

START_TEST(one_that_lives_is_enough) {
        pid_t pid;

        make_program("exec cat /dev/zero >/dev/null");
        ck_assert_int_eq(runner_process_ensure(&runner), 0);
        pid = runner.pid;
        ck_assert_int_eq(runner_process_ensure(&runner), 0);
        ck_assert_int_eq(runner.pid, pid);

        /* one that died is replaced, and no zombie stays */
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitid(P_PID, (id_t) pid, NULL, WEXITED | WNOWAIT), 0);
        make_program("exit 0");
        ck_assert_int_eq(runner_process_ensure(&runner), 0);
        ck_assert_int_ne(runner.pid, pid);
        ck_assert_int_eq(waitpid(pid, NULL, WNOHANG), -1);
        ck_assert_int_eq(waitpid(runner.pid, NULL, 0), runner.pid);
}
END_TEST

START_TEST(what_cannot_be_started_is_an_error) {
        log_set_max_level(LOG_EMERG);
        ck_assert_int_eq(runner_process_ensure(&runner), -ENOENT);
        ck_assert_int_le(runner.pid, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("runner-process");
        TCase *process = tcase_create("process");

        tcase_add_checked_fixture(process, setup, teardown);
        tcase_add_test(process, it_is_detached_and_inherits_nothing);
        tcase_add_test(process, one_that_lives_is_enough);
        tcase_add_test(process, what_cannot_be_started_is_an_error);
        suite_add_tcase(suite, process);
        return suite;
}
