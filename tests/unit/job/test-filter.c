/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/filter.h"

#include "support/test-support.h"
#include "util/string-list.h"

static char *http_or_sql[] = { (char *) "http", (char *) "s*", NULL };
static char *nightly[] = { (char *) "nightly", NULL };
static char *send_any[] = { (char *) "send-*", NULL };
static char *europe[] = { (char *) "europe", NULL };
static char *tags[] = { (char *) "weekly", (char *) "nightly", NULL };
static uid_t owners[] = { 0, 1000 };

/* clang-format off */
static const struct {
        JobSelection selection;
        JobTraits traits;
        bool matches;
} cases[] = {
        { { 0 },                                     { .kind = "command" },                       true },
        { { 0 },                                     { 0 },                                       true },
        { { .kinds = http_or_sql },                  { .kind = "http" },                          true },
        { { .kinds = http_or_sql },                  { .kind = "sql" },                           true },
        { { .kinds = http_or_sql },                  { .kind = "command" },                       false },
        { { .kinds = http_or_sql },                  { .kind = NULL },                            false },
        { { .templates = send_any },                 { .template = "send-code" },                 true },
        { { .templates = send_any },                 { .kind = "http" },                          false },
        { { .profiles = europe },                    { .profile = "europe" },                     true },
        { { .profiles = europe },                    { .profile = "asia" },                       false },
        { { .tags = nightly },                       { .tags = tags },                            true },
        { { .tags = europe },                        { .tags = tags },                            false },
        { { .tags = nightly },                       { 0 },                                       false },
        { { .owners = owners, .n_owners = 2 },       { .owner_uid = 1000 },                       true },
        { { .owners = owners, .n_owners = 2 },       { .owner_uid = 1001 },                       false },
        { { .kinds = http_or_sql, .tags = nightly }, { .kind = "http", .tags = tags },            true },
        { { .kinds = http_or_sql, .tags = nightly }, { .kind = "http" },                          false },
};
/* clang-format on */

START_TEST(each_list_has_to_match) {
        ck_assert_int_eq(job_selection_matches(&cases[_i].selection, &cases[_i].traits), cases[_i].matches);
}
END_TEST

START_TEST(no_selection_matches_all) {
        ck_assert(job_selection_matches(NULL, &(const JobTraits){ 0 }));
}
END_TEST

START_TEST(a_copy_is_its_own) {
        const JobSelection selection = {
                .kinds = http_or_sql, .templates = send_any, .tags = nightly, .owners = owners, .n_owners = 2
        };
        JobSelection copy = { 0 };

        ck_assert_int_eq(job_selection_copy(&selection, &copy), 0);
        ck_assert(string_list_equal(copy.kinds, http_or_sql));
        ck_assert_ptr_ne(copy.kinds, http_or_sql);
        ck_assert(string_list_equal(copy.templates, send_any));
        ck_assert_ptr_null(copy.profiles); /* not an empty list: that would match nothing */
        ck_assert(string_list_equal(copy.tags, nightly));
        ck_assert_uint_eq(copy.n_owners, 2);
        ck_assert_uint_eq(copy.owners[1], 1000);
        job_selection_done(&copy);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("filter");
        TCase *selection = tcase_create("selection");

        tcase_add_loop_test(selection, each_list_has_to_match, 0, (int) ARRAY_SIZE(cases));
        tcase_add_test(selection, no_selection_matches_all);
        tcase_add_test(selection, a_copy_is_its_own);
        suite_add_tcase(suite, selection);
        return suite;
}
