/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/file-glob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "support/test-support.h"
#include "util/file.h"
#include "util/string-list.h"

/* In a directory of its own: files, and what is none. */
static const char *const files[] = { "b.log",   "a.log",    "a.txt",  ".hidden.log",
                                     "[x].log", "link.log", "sub.log" };

static char directory[] = "/tmp/test-file-glob.XXXXXX";

static void in_directory(const char *name, char path[static 64]) {
        (void) snprintf(path, 64, "%s/%s", directory, name);
}

static void make_files(void) {
        char path[64];

        ck_assert_ptr_nonnull(mkdtemp(directory));
        for (size_t i = 0; i < 5; i++) {
                in_directory(files[i], path);
                ck_assert_int_eq(file_replace(path, "x", 1, 0600, false), 0);
        }
        in_directory("link.log", path);
        ck_assert_int_eq(symlink("a.log", path), 0);
        in_directory("sub.log", path);
        ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void remove_files(void) {
        char path[64];

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                in_directory(files[i], path);
                (void) remove(path);
        }
        (void) rmdir(directory);
}

/* clang-format off */
static const struct {
        const char *pattern, *found;
} cases[] = {
        { "*.log",       "[x].log a.log b.log" }, /* neither links nor directories, nor what is hidden */
        { "a.*",         "a.log a.txt" },
        { "?.log",       "a.log b.log" },
        { "[ab].log",    "a.log b.log" },
        { "\\[x].log",   "[x].log" },
        { "[!a].log",    "b.log" },
        { ".*.log",      ".hidden.log" },
        { "a.log",       "a.log" },
        { "link.log",    "" },
        { "sub.log",     "" },
        { "c*",          "" },
};
/* clang-format on */

START_TEST(regular_files_are_found_in_order) {
        const char *const roots[] = { NULL, directory };

        for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
                CLEANUP(string_list_freep) char **found = NULL;
                CLEANUP_FREE char *names = NULL;
                char path[64];

                in_directory(cases[_i].pattern, path);
                ck_assert_int_eq(file_glob(roots[i], path, &found), 0);
                ck_assert_int_eq(string_list_join(found, " ", &names), 0);
                ck_assert_str_eq(names, cases[_i].found);
        }
}
END_TEST

/* clang-format off */
static const struct {
        const char *root, *path;
        int result;
} fault_cases[] = {
        { NULL,   "a*",                 -EINVAL },
        { NULL,   "/no-such-folder/*",  -ENOENT },
        { "/usr", "/etc/*",             -EXDEV  },
        { "/usr", "/usr/../etc/*",      -EXDEV  },
};
/* clang-format on */

START_TEST(a_directory_that_is_none_is_said) {
        CLEANUP(string_list_freep) char **found = NULL;

        ck_assert_int_eq(
                        file_glob(fault_cases[_i].root, fault_cases[_i].path, &found),
                        fault_cases[_i].result);
        ck_assert_ptr_null(found);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("file-glob");
        TCase *glob = tcase_create("glob");

        tcase_add_unchecked_fixture(glob, make_files, remove_files);
        tcase_add_loop_test(glob, regular_files_are_found_in_order, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(glob, a_directory_that_is_none_is_said, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, glob);
        return suite;
}
