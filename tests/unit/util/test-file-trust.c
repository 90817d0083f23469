/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/file-trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/test-support.h"

START_TEST(whom_a_file_belongs_to_decides) {
        const FileTrust system = { .system_mode = true, .owner_uid = 7 }, user = { .owner_uid = 7 };
        struct stat status = { .st_mode = S_IFREG | 0644 };

        ck_assert_ptr_null(file_trust_fault(&status, &system));
        ck_assert_ptr_null(file_trust_fault(&status, &user));
        status.st_uid = 7;
        ck_assert_str_eq(file_trust_fault(&status, &system), "does not belong to root");
        ck_assert_ptr_null(file_trust_fault(&status, &user));
        status.st_uid = 8;
        ck_assert_str_eq(file_trust_fault(&status, &user), "belongs to neither you nor root");
        status = (struct stat){ .st_mode = S_IFDIR | S_ISVTX | 0777 };
        ck_assert_ptr_null(file_trust_fault(&status, &system));
        status.st_mode = S_IFREG | S_ISVTX | 0666;
        ck_assert_str_eq(file_trust_fault(&status, &system), "is writable by everyone (chmod go-w)");
}
END_TEST

START_TEST(each_directory_on_the_way_is_judged) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        const FileTrust nobody = { .owner_uid = 12345 };

        /* Those of the system are root's, and /tmp is sticky. */
        ck_assert_int_eq(file_trust_check_directories("/tmp", &nobody, &diagnostics), 0);
        ck_assert_int_eq(file_trust_check_directories("/tmp/.", &nobody, &diagnostics), 0);
        ck_assert_int_eq(file_trust_check_directories("/nonexistent/x", &nobody, &diagnostics), -ENOENT);
        ck_assert_uint_eq(diagnostics.n_items, 0);
}
END_TEST

/* root's link to somebody's link to a file of root's: that somebody would choose which file is read. */
START_TEST(each_link_on_the_way_is_judged) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        const FileTrust trust = { .owner_uid = 1, .system_mode = true };
        static const char *const links[][2] = {
                { "theirs/hop", "/etc/passwd" },
                { "through-theirs", "theirs/hop" },
                { "hop", "/etc/passwd" },
                { "fine", "hop" },
                { "loop", "loop" },
                { "their-link", "/etc/passwd" },
        };
        static const struct {
                const char *name;
                int r;
        } cases[] = {
                { "through-theirs", -EPERM }, { "fine", 0 },
                { "loop", -ELOOP },           { "their-link", -EPERM },
                { "theirs/hop", -EPERM },     { "fine/x", -ENOTDIR },
                { "../fine", -ENOENT },       { "theirs/../fine", -EPERM },
        };
        char directory[] = "/tmp/test-file-trust-XXXXXX", path[256];

        if (getuid() != 0) {
                (void) fprintf(stderr, "skipped: only root can give a directory away\n");
                return;
        }
        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void) snprintf(path, sizeof(path), "%s/theirs", directory);
        ck_assert_int_eq(mkdir(path, 0755), 0);
        ck_assert_int_eq(chown(path, 65534, 65534), 0);
        for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
                (void) snprintf(path, sizeof(path), "%s/%s", directory, links[i][0]);
                ck_assert_int_eq(symlink(links[i][1], path), 0);
        }
        ck_assert_int_eq(lchown(path, 65534, 65534), 0);

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                (void) snprintf(path, sizeof(path), "%s/%s", directory, cases[i].name);
                diagnostics_done(&diagnostics);
                ck_assert_int_eq(file_trust_check_directories(path, &trust, &diagnostics), cases[i].r);
                ck_assert_uint_eq(diagnostics.n_items, cases[i].r == -EPERM ? 1 : 0);
        }

        for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
                (void) snprintf(path, sizeof(path), "%s/%s", directory, links[i][0]);
                (void) unlink(path);
        }
        (void) snprintf(path, sizeof(path), "%s/theirs", directory);
        (void) rmdir(path);
        (void) rmdir(directory);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("file-trust");
        TCase *tcase = tcase_create("file-trust");

        tcase_add_test(tcase, whom_a_file_belongs_to_decides);
        tcase_add_test(tcase, each_directory_on_the_way_is_judged);
        tcase_add_test(tcase, each_link_on_the_way_is_judged);
        suite_add_tcase(suite, tcase);
        return suite;
}
