/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/action-scan.h"

#include <string.h>
#include <sys/stat.h>

#include "job/action-catalog.h"
#include "support/test-support.h"
#include "util/file.h"
#include "util/string-list.h"

static char base[64], paths[2][96];
static char *directories[] = { paths[0], paths[1], NULL };

static void set_up(void) {
        strcpy(base, "/tmp/test-action-scan.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(base));
        for (size_t i = 0; i < 2; i++) {
                (void) snprintf(paths[i], sizeof(paths[i]), "%s/%s", base, i == 0 ? "site" : "own");
                ck_assert_int_eq(mkdir(paths[i], 0755), 0);
        }
}

static void tear_down(void) {
        CLEANUP_FREE char *command = NULL;

        ck_assert_int_gt(asprintf(&command, "rm -rf %s", base), 0);
        ck_assert_int_eq(system(command), 0);
}

static void put(size_t directory, const char *name, const char *text, mode_t mode) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(paths[directory], name, &path), 0);
        ck_assert_int_eq(file_replace(path, text, strlen(text), mode, false), 0);
}

START_TEST(the_first_executable_of_a_name_counts) {
        CLEANUP(action_files_done) ActionFiles files = { 0 };

        put(0, "redis", "site", 0755);
        put(1, "redis", "own", 0755);
        put(1, "file", "own", 0755);
        put(1, "notes", "no program", 0644);
        put(0, ".hidden", "no program", 0755);
        ck_assert_int_eq(action_files_scan(directories, &files), 0);

        ck_assert_uint_eq(files.n_items, 2);
        ck_assert_str_eq(files.items[0].name, "file");
        ck_assert(files.items[0].builtin);
        ck_assert_str_eq(files.items[1].name, "redis");
        ck_assert(!files.items[1].builtin);
        ck_assert_ptr_nonnull(strstr(files.items[1].path, "/site/redis"));
        ck_assert_ptr_null(files.refused);
}
END_TEST

START_TEST(what_cannot_be_a_key_is_refused_with_a_reason) {
        CLEANUP(action_files_done) ActionFiles files = { 0 };

        put(0, "my_kind.sh", "", 0755);
        put(0, "schedule", "", 0755);
        ck_assert_int_eq(action_files_scan(directories, &files), 0);

        ck_assert_uint_eq(files.n_items, 0);
        ck_assert_uint_eq(string_list_length(files.refused), 2);
}
END_TEST

START_TEST(another_file_has_another_stamp) {
        ActionFiles files = { 0 };
        char stamps[3][ACTION_STAMP_MAX];

        for (size_t i = 0; i < 3; i++) {
                if (i != 1)
                        put(0, "redis", i == 0 ? "one" : "two", 0755);
                ck_assert_int_eq(action_files_scan(directories, &files), 0);
                memcpy(stamps[i], files.items[0].stamp, sizeof(stamps[i]));
                action_files_done(&files);
        }
        ck_assert_str_eq(stamps[0], stamps[1]);
        ck_assert_str_ne(stamps[1], stamps[2]);
}
END_TEST

START_TEST(there_may_be_no_directory_and_not_too_many_programs) {
        CLEANUP(action_files_done) ActionFiles none = { 0 }, many = { 0 };
        char *nowhere[] = { (char *) "/nonexistent/actions", NULL }, name[16];

        ck_assert_int_eq(action_files_scan(nowhere, &none), 0);
        ck_assert_uint_eq(none.n_items, 0);
        ck_assert_ptr_null(none.refused);

        for (unsigned i = 0; i <= ACTIONS_MAX; i++) {
                (void) snprintf(name, sizeof(name), "kind-%u", i);
                put(0, name, "", 0755);
        }
        ck_assert_int_eq(action_files_scan(directories, &many), 0);
        ck_assert_uint_eq(many.n_items, ACTIONS_MAX);
        ck_assert_uint_eq(string_list_length(many.refused), 1);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("action-scan");
        TCase *tcase = tcase_create("action-scan");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, the_first_executable_of_a_name_counts);
        tcase_add_test(tcase, what_cannot_be_a_key_is_refused_with_a_reason);
        tcase_add_test(tcase, another_file_has_another_stamp);
        tcase_add_test(tcase, there_may_be_no_directory_and_not_too_many_programs);
        suite_add_tcase(suite, tcase);
        return suite;
}
