/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/daemon-child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/clock.h"

static sd_event *event;
static Deadlines deadlines;
static DaemonChild child;

static void setup(void) {
        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(deadlines_init(&deadlines, event), 0);
}

static void teardown(void) {
        deadlines_done(&deadlines);
        (void) sd_event_unref(event);
}

/* Waits for the child's end and tells of it, as the runner's SIGCHLD handler does. */
static int reap(void) {
        int status = 0;

        ck_assert_int_gt(child.pid, 0);
        ck_assert_int_eq(waitpid(child.pid, &status, 0), child.pid);
        daemon_child_on_reaped(&child, child.pid, status);
        return status;
}

static usec_t pause_usec(void) {
        return deadline_get(&child.restart) - clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
}

START_TEST(it_is_started_again_with_growing_pauses) {
        usec_t last_usec = 0;

        daemon_child_init(&child, &deadlines, "/bin/false", false);
        daemon_child_start(&child);
        for (unsigned n = 1; n <= 3; n++) {
                ck_assert_int_eq(WEXITSTATUS(reap()), 1);
                ck_assert_uint_eq(child.n_failures, n);
                ck_assert_int_eq(child.pid, 0);
                ck_assert(deadline_get(&child.restart) > last_usec);
                last_usec = deadline_get(&child.restart);
                while (child.pid == 0)
                        ck_assert_int_ge(sd_event_run(event, UINT64_MAX), 0);
        }
        (void) reap();
        daemon_child_stop(&child);
}
END_TEST

START_TEST(the_pause_has_a_limit) {
        daemon_child_init(&child, &deadlines, "/bin/false", false);
        child.n_failures = 1000000;
        daemon_child_start(&child);
        (void) reap();
        ck_assert_int_le(pause_usec(), 30 * USEC_PER_SEC);
        ck_assert_int_gt(pause_usec(), 0);
        daemon_child_stop(&child);
}
END_TEST

START_TEST(a_good_run_forgets_the_failures_before) {
        daemon_child_init(&child, &deadlines, "/bin/false", false);
        child.n_failures = 9;
        daemon_child_start(&child);
        child.started_usec -= 3600 * USEC_PER_SEC; /* an hour ago */
        (void) reap();
        ck_assert_uint_eq(child.n_failures, 1);
        daemon_child_stop(&child);
}
END_TEST

START_TEST(what_cannot_be_executed_ends_with_127_and_is_tried_again) {
        daemon_child_init(&child, &deadlines, "/nonexistent/jobschedd", false);
        daemon_child_start(&child);
        ck_assert_int_eq(WEXITSTATUS(reap()), 127);
        ck_assert(deadline_get(&child.restart) != USEC_INFINITY);
        daemon_child_stop(&child);
        ck_assert(deadline_get(&child.restart) == USEC_INFINITY);
}
END_TEST

/* Ignored signals and a mask would be inherited through exec. */
START_TEST(it_starts_with_signals_as_they_were) {
        sigset_t mask;
        int status;

        ck_assert(signal(SIGTERM, SIG_IGN) != SIG_ERR);
        (void) sigemptyset(&mask);
        (void) sigaddset(&mask, SIGTERM);
        ck_assert_int_eq(sigprocmask(SIG_BLOCK, &mask, NULL), 0);

        daemon_child_init(&child, &deadlines, "/bin/cat", false); /* waits on standard input */
        {
                int ends[2];

                ck_assert_int_eq(pipe(ends), 0);
                ck_assert_int_ge(dup2(ends[0], STDIN_FILENO), 0);
        }
        daemon_child_start(&child);
        daemon_child_stop(&child);
        status = reap();
        ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}
END_TEST

START_TEST(once_stopped_it_stays_away) {
        daemon_child_init(&child, &deadlines, "/bin/false", false);
        daemon_child_start(&child);
        daemon_child_stop(&child);
        (void) reap();
        ck_assert(deadline_get(&child.restart) == USEC_INFINITY);
        daemon_child_start(&child);
        ck_assert_int_eq(child.pid, 0);
}
END_TEST

START_TEST(another_child_is_none_of_its_business) {
        daemon_child_init(&child, &deadlines, "/bin/false", false);
        daemon_child_on_reaped(&child, 0, 0);
        daemon_child_start(&child);
        daemon_child_on_reaped(&child, child.pid + 1, 0);
        ck_assert_int_gt(child.pid, 0);
        ck_assert_uint_eq(child.n_failures, 0);
        (void) reap();
        daemon_child_stop(&child);
}
END_TEST

START_TEST(without_a_program_there_is_nothing) {
        daemon_child_init(&child, &deadlines, NULL, false);
        daemon_child_start(&child);
        daemon_child_signal(&child, SIGHUP);
        daemon_child_stop(&child);
        ck_assert_int_eq(child.pid, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("daemon-child");
        TCase *restarts = tcase_create("restarts");

        tcase_add_checked_fixture(restarts, setup, teardown);
        tcase_add_test(restarts, it_is_started_again_with_growing_pauses);
        tcase_add_test(restarts, the_pause_has_a_limit);
        tcase_add_test(restarts, a_good_run_forgets_the_failures_before);
        tcase_add_test(restarts, what_cannot_be_executed_ends_with_127_and_is_tried_again);
        tcase_add_test(restarts, it_starts_with_signals_as_they_were);
        tcase_add_test(restarts, once_stopped_it_stays_away);
        tcase_add_test(restarts, another_child_is_none_of_its_business);
        tcase_add_test(restarts, without_a_program_there_is_nothing);
        suite_add_tcase(suite, restarts);
        return suite;
}
