/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/secret-store.h"

#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/file.h"

#define ONE "00112233445566778899aabbccddeeff"
#define TWO "10112233445566778899aabbccddeeff"
#define THREE "20112233445566778899aabbccddeeff"

static char base[] = "/tmp/test-secret-store-XXXXXX";
static char directory[64];

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk) {
        return remove(path);
}

static void set_up(void) {
        strcpy(base, "/tmp/test-secret-store-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(base));
        (void) snprintf(directory, sizeof(directory), "%s/secrets", base);
}

static void tear_down(void) {
        (void) nftw(base, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static bool is_kept(const char *store, const char *id) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(secret_path(directory, store, id, &path), 0);
        return access(path, F_OK) == 0;
}

START_TEST(a_value_is_kept_until_it_is_dropped) {
        CLEANUP_FREE char *path = NULL, *data = NULL;
        struct stat st;
        size_t size;

        ck_assert_int_eq(secret_keep(directory, "store", ONE, "old", 3), 0);
        ck_assert_int_eq(secret_keep(directory, "store", ONE, "a\0b\n", 4), 0);
        ck_assert_int_eq(secret_path(directory, "store", ONE, &path), 0);
        ck_assert_int_eq(lstat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0600);
        ck_assert_int_eq(lstat(directory, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0700);
        ck_assert_int_eq(file_read(path, 16, &data, &size), 0);
        ck_assert_mem_eq(data, "a\0b\n", 4);
        ck_assert_uint_eq(size, 4);

        ck_assert_int_eq(secret_drop(directory, "store", ONE), 0);
        ck_assert_int_eq(secret_drop(directory, "store", ONE), 0); /* there is none any more */
        ck_assert(!is_kept("store", ONE));
}
END_TEST

START_TEST(others_of_the_same_store_are_dropped) {
        CLEANUP_FREE char *unfinished = NULL;

        ck_assert_int_eq(secret_drop_others(directory, "store", ONE, 1), 0); /* there is no directory yet */
        ck_assert_int_eq(secret_keep(directory, "store", ONE, "1", 1), 0);
        ck_assert_int_eq(secret_keep(directory, "store", TWO, "2", 1), 0);
        ck_assert_int_eq(secret_keep(directory, "store", THREE, "3", 1), 0);
        ck_assert_int_eq(secret_keep(directory, "other", TWO, "4", 1), 0);
        ck_assert_int_ge(asprintf(&unfinished, "%s/.store." ONE ".abcdef", directory), 0);
        ck_assert_int_eq(file_replace(unfinished, "x", 1, 0600, false), 0);

        ck_assert_int_eq(secret_drop_others(directory, "store", ONE THREE, 2), 2);

        ck_assert(is_kept("store", ONE));
        ck_assert(!is_kept("store", TWO));
        ck_assert(is_kept("store", THREE));
        ck_assert(is_kept("other", TWO));
        ck_assert_int_eq(access(unfinished, F_OK), -1);
        ck_assert_int_eq(secret_drop_others(directory, "store", NULL, 0), 2);
        ck_assert(is_kept("other", TWO));
}
END_TEST

static const char *const bad_ids[] = {
        "",
        "..",
        "../../../../../etc/passwd",
        "0011",
        ONE "0",
        "00112233445566778899AABBCCDDEEFF",
        "0011223344556677/899aabbccddeeff",
};

START_TEST(nothing_else_is_an_id) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(secret_path(directory, "store", bad_ids[_i], &path), -EINVAL);
        ck_assert_int_eq(secret_keep(directory, "store", bad_ids[_i], "x", 1), -EINVAL);
        ck_assert_int_eq(secret_drop(directory, "store", bad_ids[_i]), -EINVAL);
}
END_TEST

START_TEST(what_cannot_be_kept_is_refused) {
        static char large[SECRET_SIZE_MAX + 1];

        ck_assert_int_eq(secret_keep(directory, "store", ONE, large, sizeof(large)), -E2BIG);
        ck_assert_int_eq(secret_keep(directory, "../x", ONE, "x", 1), -EINVAL);
        ck_assert_int_eq(mkdir(directory, 0700), 0);
        ck_assert_int_eq(chmod(directory, 0777), 0); /* anybody could put something there */
        ck_assert_int_lt(secret_keep(directory, "store", ONE, "x", 1), 0);
        ck_assert(!is_kept("store", ONE));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("secret-store");
        TCase *keeping = tcase_create("keeping");

        tcase_add_checked_fixture(keeping, set_up, tear_down);
        tcase_add_test(keeping, a_value_is_kept_until_it_is_dropped);
        tcase_add_test(keeping, others_of_the_same_store_are_dropped);
        tcase_add_loop_test(keeping, nothing_else_is_an_id, 0, ARRAY_SIZE(bad_ids));
        tcase_add_test(keeping, what_cannot_be_kept_is_refused);
        suite_add_tcase(suite, keeping);
        return suite;
}
