/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/cleanup.h"

#include <fcntl.h>
#include <stdbool.h>

#include "support/test-support.h"

typedef struct Thing {
        int *n_freed;
} Thing;

static Thing *thing_free(Thing *thing) {
        (*thing->n_freed)++;
        return NULL;
}
DEFINE_CLEANUP(Thing, thing_free);

static bool is_open(int fd) {
        return fcntl(fd, F_GETFD) >= 0;
}

START_TEST(take_ptr_leaves_null) {
        char text[] = "text";
        char *owner = text, *taken;

        taken = TAKE_PTR(owner);

        ck_assert_ptr_eq(taken, text);
        ck_assert_ptr_null(owner);
}
END_TEST

START_TEST(take_ptr_evaluates_its_argument_once) {
        char a[] = "a", b[] = "b";
        char *owners[] = { a, b };
        size_t i = 0;

        ck_assert_ptr_eq(TAKE_PTR(owners[i++]), a);

        ck_assert_uint_eq(i, 1);
        ck_assert_ptr_null(owners[0]);
        ck_assert_ptr_eq(owners[1], b);
}
END_TEST

START_TEST(take_fd_leaves_ebadf) {
        int fd = 7;

        ck_assert_int_eq(TAKE_FD(fd), 7);
        ck_assert_int_eq(fd, -EBADF);
}
END_TEST

START_TEST(scope_end_destroys_what_is_left) {
        int n_freed = 0;

        {
                CLEANUP(thing_freep) Thing *thing = &(Thing){ .n_freed = &n_freed };

                ck_assert_ptr_nonnull(thing);
        }
        ck_assert_int_eq(n_freed, 1);
}
END_TEST

START_TEST(scope_end_leaves_alone_what_was_taken) {
        int n_freed = 0;
        Thing *outside;

        {
                CLEANUP(thing_freep) Thing *thing = &(Thing){ .n_freed = &n_freed };

                outside = TAKE_PTR(thing);
        }
        ck_assert_int_eq(n_freed, 0);
        ck_assert_ptr_nonnull(outside);
}
END_TEST

START_TEST(scope_end_closes_a_descriptor_and_keeps_errno) {
        int borrowed;

        {
                CLEANUP_CLOSE int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

                borrowed = fd;
                ck_assert(is_open(borrowed));
                errno = EXDEV;
        }
        ck_assert_int_eq(errno, EXDEV);
        ck_assert(!is_open(borrowed));
}
END_TEST

START_TEST(scope_end_closes_a_stream) {
        int borrowed;

        {
                CLEANUP_FCLOSE FILE *stream = fopen("/dev/null", "re");

                ck_assert_ptr_nonnull(stream);
                borrowed = fileno(stream);
        }
        ck_assert(!is_open(borrowed));
}
END_TEST

START_TEST(nothing_to_destroy_is_fine) {
        CLEANUP(thing_freep) Thing *thing = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        CLEANUP_FCLOSE FILE *stream = NULL;

        ck_assert_ptr_null(thing);
        ck_assert_ptr_null(text);
        ck_assert_ptr_null(stream);
        ck_assert_int_eq(fd_close(fd), -EBADF);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cleanup");
        TCase *take = tcase_create("take"), *scope = tcase_create("scope");

        tcase_add_test(take, take_ptr_leaves_null);
        tcase_add_test(take, take_ptr_evaluates_its_argument_once);
        tcase_add_test(take, take_fd_leaves_ebadf);
        tcase_add_test(scope, scope_end_destroys_what_is_left);
        tcase_add_test(scope, scope_end_leaves_alone_what_was_taken);
        tcase_add_test(scope, scope_end_closes_a_descriptor_and_keeps_errno);
        tcase_add_test(scope, scope_end_closes_a_stream);
        tcase_add_test(scope, nothing_to_destroy_is_fine);
        suite_add_tcase(suite, take);
        suite_add_tcase(suite, scope);
        return suite;
}
