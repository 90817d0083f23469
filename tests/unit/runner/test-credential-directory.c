/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/credential-directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/file.h"

static char base[] = "/dev/shm/test-credential-XXXXXX";
static RunKey key;
static const CredentialOwner ourselves = { .change = false };

static void set_up(void) {
        strcpy(base, "/dev/shm/test-credential-XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(base));
        ck_assert_int_eq(run_key_init(&key, "store", 7, 1), 0);
}

static void tear_down(void) {
        ck_assert_int_eq(rmdir(base), 0); /* nothing is ever left in it */
}

static char *make(void) {
        const Credential items[] = { { (char *) "one", (char *) "a\0b", 3 }, { (char *) "two", NULL, 0 } };
        char *path = NULL, *message = NULL;

        ck_assert_int_eq(
                        credential_directory_make(
                                        base, &key, items, ARRAY_SIZE(items), &ourselves, &path, &message),
                        0);
        return path;
}

static void assert_mode(const char *path, mode_t mode) {
        struct stat st;

        ck_assert_int_eq(lstat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, mode);
}

START_TEST(it_is_closed_to_all_but_its_user) {
        CLEANUP_FREE char *path = make(), *file = NULL, *data = NULL;
        size_t size;

        ck_assert_int_eq(path_join(path, "one", &file), 0);
        assert_mode(path, 0500);
        assert_mode(file, 0400);
        ck_assert_int_eq(file_read(file, 16, &data, &size), 0);
        ck_assert_mem_eq(data, "a\0b", 3);
        ck_assert_uint_eq(size, 3);
        credential_directory_remove(base, &key);
        credential_directory_remove(base, &key); /* there is none any more */
        ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

START_TEST(what_the_job_puts_there_goes_with_it) {
        CLEANUP_FREE char *path = make(), *deep = NULL, *link_path = NULL;

        ck_assert_int_eq(chmod(path, 0700), 0);
        ck_assert_int_eq(path_join(path, "a/b/c", &deep), 0);
        ck_assert_int_ge(directory_make_all(deep, 0700), 0);
        ck_assert_int_eq(path_join(path, "link", &link_path), 0);
        ck_assert_int_eq(symlink("/dev/shm", link_path), 0);
        ck_assert_int_eq(chmod(path, 0), 0);
        credential_directory_remove(base, &key);
        ck_assert_int_eq(access(path, F_OK), -1);
        ck_assert_int_eq(access("/dev/shm", F_OK), 0);
}
END_TEST

static bool is_other(void *userdata, const RunKey *other) {
        return other->execution_id != key.execution_id;
}

START_TEST(the_sweep_spares_the_living) {
        CLEANUP_FREE char *dead = make(), *alive = NULL;

        key.execution_id = 8;
        alive = make();
        key.execution_id = 7;
        credential_directory_sweep(base, is_other, NULL);
        ck_assert_int_eq(access(dead, F_OK), -1);
        ck_assert_int_eq(access(alive, F_OK), 0);
        key.execution_id = 8;
        credential_directory_sweep(base, is_other, NULL);
        ck_assert_int_eq(access(alive, F_OK), -1);
}
END_TEST

START_TEST(a_disk_is_refused) {
        CLEANUP_FREE char *path = NULL, *message = NULL;

        ck_assert_int_eq(
                        credential_directory_make("/proc", &key, NULL, 0, &ourselves, &path, &message),
                        -EOPNOTSUPP);
        ck_assert_ptr_nonnull(strstr(message, "not in memory"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("credential-directory");
        TCase *directories = tcase_create("directories");

        tcase_add_checked_fixture(directories, set_up, tear_down);
        tcase_add_test(directories, it_is_closed_to_all_but_its_user);
        tcase_add_test(directories, what_the_job_puts_there_goes_with_it);
        tcase_add_test(directories, the_sweep_spares_the_living);
        tcase_add_test(directories, a_disk_is_refused);
        suite_add_tcase(suite, directories);
        return suite;
}
