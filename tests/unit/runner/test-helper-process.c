/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/helper-process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/file.h"

START_TEST(it_gets_its_streams) {
        char *arguments[] = { (char *) "/bin/sh", (char *) "-c", (char *) "echo out; echo err >&2", NULL };
        HelperStreams streams = HELPER_STREAMS_OWN;
        CLEANUP_FREE char *text = NULL;
        int fds[2];
        pid_t pid;

        ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
        streams.output_fd = streams.error_fd = fds[1];
        ck_assert_int_eq(helper_process_start(arguments, &streams, &pid), 0);
        (void) close(fds[1]);
        ck_assert_int_eq(fd_read_all(fds[0], 4096, &text, NULL), 0);
        ck_assert_str_eq(text, "out\nerr\n");
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        (void) close(fds[0]);
}
END_TEST

/* Blocked and ignored signals are inherited otherwise: it could not be ended. */
START_TEST(signals_reach_it_whatever_we_do_with_ours) {
        char *arguments[] = { (char *) "sh", (char *) "-c", (char *) "kill -TERM $$; exit 7", NULL };
        const HelperStreams streams = HELPER_STREAMS_OWN;
        sigset_t all;
        int status;
        pid_t pid;

        (void) signal(SIGTERM, SIG_IGN);
        (void) sigfillset(&all);
        ck_assert_int_eq(sigprocmask(SIG_SETMASK, &all, NULL), 0);
        ck_assert_int_eq(helper_process_start(arguments, &streams, &pid), 0);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSIGNALED(status));
        ck_assert_int_eq(WTERMSIG(status), SIGTERM);
}
END_TEST

START_TEST(a_program_that_is_not_there_is_said) {
        char *arguments[] = { (char *) "/nowhere/program", NULL };
        const HelperStreams streams = HELPER_STREAMS_OWN;
        pid_t pid;

        ck_assert_int_eq(helper_process_start(arguments, &streams, &pid), -ENOENT);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("helper-process");
        TCase *tcase = tcase_create("start");

        tcase_add_test(tcase, it_gets_its_streams);
        tcase_add_test(tcase, signals_reach_it_whatever_we_do_with_ours);
        tcase_add_test(tcase, a_program_that_is_not_there_is_said);
        suite_add_tcase(suite, tcase);
        return suite;
}
