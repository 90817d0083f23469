/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/fd-store.h"

#include <errno.h>
#include <fcntl.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define FIRST 200

static void put_fds(size_t n) {
        for (size_t i = 0; i < n; i++) {
                int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

                ck_assert_int_ge(fd, 0);
                ck_assert_int_eq(dup2(fd, FIRST + (int) i), FIRST + (int) i);
                (void) close(fd);
        }
}

static bool is_open(int fd) {
        return fcntl(fd, F_GETFD) >= 0;
}

START_TEST(pipes_are_sorted_by_run_and_the_rest_are_sockets) {
        const char *const names[] = { "store.7.1.2", "jobsched-runner.socket", "store.7.1.1", "store.8.2.1" };
        FdStore store;
        RunKey key;
        int fds[2];

        put_fds(4);
        ck_assert_int_eq(fd_store_sort(&store, (char *const *) names, 4, FIRST), 0);

        ck_assert_uint_eq(store.n_others, 1);
        ck_assert_int_eq(store.others[0], FIRST + 1);
        ck_assert_int_eq(run_key_init(&key, "store", 7, 1), 0);
        fd_store_take(&store, &key, fds);
        ck_assert_int_eq(fds[0], FIRST + 2);
        ck_assert_int_eq(fds[1], FIRST);
        fd_store_take(&store, &key, fds); /* they are gone now */
        ck_assert_int_eq(fds[0], -EBADF);

        fd_store_done(&store);
        ck_assert(is_open(FIRST) && is_open(FIRST + 1) && is_open(FIRST + 2));
        ck_assert(!is_open(FIRST + 3)); /* nobody took it */
}
END_TEST

START_TEST(without_names_all_are_sockets) {
        FdStore store;

        put_fds(1);
        ck_assert_int_eq(fd_store_sort(&store, NULL, 1, FIRST), 0);
        ck_assert_uint_eq(store.n_others, 1);
        ck_assert_uint_eq(store.n, 0);
        fd_store_done(&store);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("fd-store");
        TCase *sorting = tcase_create("sorting");

        tcase_add_test(sorting, pipes_are_sorted_by_run_and_the_rest_are_sockets);
        tcase_add_test(sorting, without_names_all_are_sockets);
        suite_add_tcase(suite, sorting);
        return suite;
}
