/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/process-id.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "support/test-support.h"
#include "util/cleanup.h"

/* A child that waits to be killed. */
static pid_t child_start(void) {
        pid_t pid = fork();

        if (pid == 0) {
                (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
                for (;;)
                        (void) pause();
        }
        ck_assert_int_gt(pid, 0);
        return pid;
}

static void child_reap(pid_t pid) {
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

START_TEST(a_process_keeps_its_identity) {
        ProcessId first = { 0 }, second = { 0 };

        ck_assert_int_eq(process_id_of(getpid(), &first), 0);
        ck_assert_int_eq(process_id_of(getpid(), &second), 0);

        ck_assert_int_eq(first.pid, getpid());
        ck_assert_uint_gt(first.start_ticks, 0);
        ck_assert_uint_eq(first.start_ticks, second.start_ticks);
}
END_TEST

START_TEST(a_child_starts_no_earlier_than_its_parent) {
        ProcessId parent = { 0 }, child = { 0 };
        pid_t pid = child_start();

        ck_assert_int_eq(process_id_of(getpid(), &parent), 0);
        ck_assert_int_eq(process_id_of(pid, &child), 0);
        child_reap(pid);

        ck_assert_uint_ge(child.start_ticks, parent.start_ticks);
        ck_assert_uint_lt(child.start_ticks, parent.start_ticks + 6000); /* a minute of USER_HZ */
}
END_TEST

START_TEST(a_name_like_a_stat_line_does_not_confuse) {
        static const char *const names[] = { "a) R 1 2 3", "((((", ") ) )", "", "x y", "new\nline" };
        static const char *const shown[] = { "a) R 1 2 3", "((((", ") ) )", "", "x y", "new" };
        ProcessId before = { 0 }, after = { 0 };
        CLEANUP_FREE char *name = NULL;

        ck_assert_int_eq(process_id_of(getpid(), &before), 0);
        ck_assert_int_eq(prctl(PR_SET_NAME, names[_i]), 0);

        ck_assert_int_eq(process_id_of(getpid(), &after), 0);
        ck_assert_uint_eq(after.start_ticks, before.start_ticks);
        ck_assert_int_eq(process_name_of(getpid(), &name), 0);
        ck_assert_str_eq(name, shown[_i]);
}
END_TEST

START_TEST(who_does_not_exist_is_not_found) {
        static const pid_t pids[] = { 0, -1, INT32_MAX };
        ProcessId process = { .pid = 77, .start_ticks = 77 };
        ProcessId wanted = { .pid = pids[_i], .start_ticks = 1 };
        char *name = NULL;

        ck_assert_int_eq(process_id_of(pids[_i], &process), -ESRCH);
        ck_assert_int_eq(process.pid, 77);
        ck_assert_int_eq(process_name_of(pids[_i], &name), -ESRCH);
        ck_assert_ptr_null(name);
        ck_assert_int_lt(process_id_open(&wanted), 0);
}
END_TEST

START_TEST(the_descriptor_tells_when_the_process_ends) {
        pid_t pid = child_start();
        ProcessId process = { 0 };
        struct pollfd item = { .events = POLLIN };
        CLEANUP_CLOSE int fd = -EBADF;

        ck_assert_int_eq(process_id_of(pid, &process), 0);
        fd = process_id_open(&process);
        ck_assert_int_ge(fd, 0);

        item.fd = fd;
        ck_assert_int_eq(poll(&item, 1, 0), 0);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(poll(&item, 1, 10000), 1);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

START_TEST(another_start_time_is_another_process) {
        ProcessId process = { 0 };

        ck_assert_int_eq(process_id_of(getpid(), &process), 0);
        process.start_ticks--;

        ck_assert_int_eq(process_id_open(&process), -ESRCH);
}
END_TEST

START_TEST(a_reaped_process_is_gone) {
        pid_t pid = child_start();
        ProcessId process = { 0 };

        ck_assert_int_eq(process_id_of(pid, &process), 0);
        child_reap(pid);

        ck_assert_int_eq(process_id_open(&process), -ESRCH);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("process-id");
        TCase *process = tcase_create("process");

        tcase_add_test(process, a_process_keeps_its_identity);
        tcase_add_test(process, a_child_starts_no_earlier_than_its_parent);
        tcase_add_loop_test(process, a_name_like_a_stat_line_does_not_confuse, 0, 6);
        tcase_add_loop_test(process, who_does_not_exist_is_not_found, 0, 3);
        tcase_add_test(process, the_descriptor_tells_when_the_process_ends);
        tcase_add_test(process, another_start_time_is_another_process);
        tcase_add_test(process, a_reaped_process_is_gone);
        suite_add_tcase(suite, process);
        return suite;
}
