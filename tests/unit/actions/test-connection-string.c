/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/connection-string.h"

#include "support/test-support.h"
#include "util/string-list.h"

/* clang-format off */
static const struct {
        const char *text, *secrets; /* joined by '|', without the whole text, which comes last */
} cases[] = {
        { "",                                  NULL },
        { ";;",                                NULL },
        { "DSN=shop",                          NULL },
        { "DSN=shop;UID=jobs;PWD=",            NULL },
        { "DSN=shop;PWD=a b",                  "a b" },
        { "PWD=x;UID=jobs",                    "x" },
        { "pwd = x ; Uid=PWD",                 "x " },
        { "Password=one;DSN=a;Token=two",      "one|two" },
        { "PWD={a;b}}c};UID=x",                "{a;b}}c}|a;b}}c" },
        { "PWD={open;UID=x",                   "{open;UID=x|open;UID=" },
        { "PWD={",                             "{" },
        { "PWD={}",                            "{}" },
        { "UID={PWD=a};DSN=b",                 NULL },
        { "NOPWD=x;PWDX=y",                    NULL },
        { "alone;PWD=x",                       "x" },
        { "=x;PWD=y",                          "y" },
};
/* clang-format on */

START_TEST(passwords_are_found) {
        CLEANUP(string_list_freep) char **list = NULL;
        CLEANUP_FREE char *got = NULL, *wanted = NULL;

        ck_assert_int_eq(connection_string_secrets(cases[_i].text, &list), 0);
        if (!cases[_i].secrets) {
                ck_assert_ptr_null(list);
                return;
        }
        ck_assert_int_ge(asprintf(&wanted, "%s|%s", cases[_i].secrets, cases[_i].text), 0);
        ck_assert_int_eq(string_list_join(list, "|", &got), 0);
        ck_assert_str_eq(got, wanted);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("connection-string");
        TCase *secrets = tcase_create("secrets");

        tcase_add_loop_test(secrets, passwords_are_found, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, secrets);
        return suite;
}
