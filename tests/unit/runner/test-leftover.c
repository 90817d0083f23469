/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/leftover.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/cleanup.h"

/* Of this process: the same test may run beside it, and processes are found on the whole host. */
static char *own_mark(unsigned number) {
        static char marks[4][32];

        (void) snprintf(marks[number], sizeof(marks[number]), "test-%d.%u.1", (int) getpid(), number);
        return marks[number];
}

/*
 * A shell with a mark that has a child in a session of its own; that one says on a pipe when it is there, and
 * executes nothing after that: a process that does has no environment for a moment. Neither ends by itself,
 * also not when the other one has been killed.
 */
static pid_t start_marked(const char *mark) {
        CLEANUP_FREE char *variable = NULL;
        int fds[2];
        pid_t pid;
        char byte;

        ck_assert_int_ge(asprintf(&variable, "JOBSCHED_RUN=%s", mark), 0);
        ck_assert_int_eq(pipe(fds), 0);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                char *environment[] = { variable, (char *) "PATH=/usr/bin:/bin", NULL };

                (void) dup2(fds[1], STDOUT_FILENO);
                (void) close(fds[0]);
                (void) execle("/bin/sh", "sh", "-c",
                              "setsid sh -c 'echo; exec >/dev/null; kill -STOP $$' & exec >/dev/null; wait; "
                              "kill -STOP $$",
                              NULL, environment);
                _exit(127);
        }
        (void) close(fds[1]);
        ck_assert_int_eq(read(fds[0], &byte, 1), 1);
        (void) close(fds[0]);
        return pid;
}

static bool has_mark(void *userdata, const LeftoverTraits *traits) {
        return strcmp(traits->mark, userdata) == 0;
}

static bool skip_none(void *userdata, pid_t pid) {
        return false;
}

static void expect_killed(pid_t pid) {
        int status = 0;

        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSIGNALED(status));
        ck_assert_int_eq(WTERMSIG(status), SIGKILL);
}

START_TEST(marked_children_die_with_all_below_them) {
        pid_t ours = start_marked(own_mark(1)), others = start_marked(own_mark(2));

        ck_assert_int_eq(leftover_kill_children(skip_none, has_mark, own_mark(1)), 2);
        expect_killed(ours);
        ck_assert_int_eq(waitpid(others, NULL, WNOHANG), 0);

        ck_assert_int_ge(leftover_signal_descendants(others, SIGKILL), 1);
        ck_assert_int_eq(kill(others, SIGKILL), 0);
        expect_killed(others);
}
END_TEST

START_TEST(marked_processes_are_found_everywhere) {
        pid_t pid = start_marked(own_mark(3));
        LeftoverTraits traits;

        ck_assert_int_eq(leftover_traits(pid, &traits), 0);
        ck_assert_str_eq(traits.mark, own_mark(3));
        ck_assert_int_eq(leftover_kill_everywhere(has_mark, own_mark(3)), 2);
        expect_killed(pid);
        ck_assert_int_eq(leftover_kill_everywhere(has_mark, own_mark(3)), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("leftover");
        TCase *kill_case = tcase_create("kill");

        tcase_set_timeout(kill_case, 30);
        tcase_add_test(kill_case, marked_children_die_with_all_below_them);
        tcase_add_test(kill_case, marked_processes_are_found_everywhere);
        suite_add_tcase(suite, kill_case);
        return suite;
}
