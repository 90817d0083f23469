/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/launch-request.h"

#include <errno.h>

#include "support/test-support.h"
#include "util/string-list.h"

static ParameterValue items[] = {
        { (char *) "name", (char *) "O'Neil\"${credential:x}", false },
        { (char *) "day", (char *) "../%Y", false },
        { (char *) "plain", (char *) "100%", false },
        { (char *) "pass", (char *) "0123456789abcdef0123456789abcdef", true },
};
static const ParameterValues values = { items, ARRAY_SIZE(items) };

#define N_WITHOUT_PATHS 5

/* clang-format off */
static const struct {
        const char *request;
        const char *expanded; /* NULL: -EINVAL */
} expand_cases[] = {
        { "{\"a\":1,\"b\":[true,null,\"x\"]}",   "{\"a\":1,\"b\":[true,null,\"x\"]}" },
        { "{\"a\":\"${name}\"}",                 "{\"a\":\"O'Neil\\\"${credential:x}\"}" },
        { "{\"a\":\"$${name}\"}",                "{\"a\":\"${name}\"}" },
        { "{\"a\":\"u:${credential:db}@h\"}",    "{\"a\":[\"u:\",{\"credential\":\"db\"},\"@h\"]}" },
        { "{\"a\":{\"b\":[\"${pass}\"]}}",       "{\"a\":{\"b\":[[{\"credential\":\"parameter.pass\"}]]}}" },
        /* from here on with a path */
        { "{\"to\":\"/x/%n-%i.${plain}\"}",      "{\"to\":\"/x/backup-7.100%\"}" },
        { "{\"to\":\"/x/$${plain}\"}",           "{\"to\":\"/x/${plain}\"}" },
        { "{\"to\":\"/x/${day}\"}",              NULL },
        { "[",                                   NULL },
};
/* clang-format on */

START_TEST(a_request_has_the_values_in_it) {
        char *paths[] = { (char *) "to", NULL };
        Job job = { .name = (char *) "backup",
                    .action = ACTION_PROGRAM,
                    .request = { .request = (char *) expand_cases[_i].request, .paths = paths } };
        const Launch launch = { .id = { 7, 1 }, .job = &job, .parameters = &values };
        CLEANUP_FREE char *expanded = NULL;
        int r = launch_request_expand(&launch, &expanded);

        ck_assert_int_eq(r, expand_cases[_i].expanded ? 0 : -EINVAL);
        if (expand_cases[_i].expanded)
                ck_assert_str_eq(expanded, expand_cases[_i].expanded);
}
END_TEST

/* With nothing to expand, too, and with no paths among the keys. */
START_TEST(a_request_without_paths_is_no_other) {
        Job job = { .name = (char *) "backup",
                    .action = ACTION_HTTP,
                    .request.request = (char *) expand_cases[_i].request };
        const Launch launch = { .id = { 7, 1 }, .job = &job, .parameters = &values };
        CLEANUP_FREE char *expanded = NULL;

        ck_assert_int_eq(launch_request_expand(&launch, &expanded), 0);
        ck_assert_str_eq(expanded, expand_cases[_i].expanded);
}
END_TEST

START_TEST(each_credential_is_named_once) {
        char *own[] = { (char *) "key", NULL }, *named[] = { (char *) "db", (char *) "key", NULL };
        Job job = { .process.credentials = own, .request.credentials = named };
        CLEANUP(string_list_freep) char **list = NULL;
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(launch_request_credentials(&job, &list), 0);
        ck_assert_int_eq(string_list_join(list, " ", &text), 0);
        ck_assert_str_eq(text, "key db");
}
END_TEST

/* clang-format off */
static const struct {
        const char *result, *message; /* NULL: none */
} message_cases[] = {
        { "{\"message\":\"no such key\"}", "no such key" },
        { "{\"message\":\"\"}",            NULL },
        { "{\"message\":7}",               NULL },
        { "{\"rows\":7}",                  NULL },
        { "{",                             NULL },
};
/* clang-format on */

START_TEST(a_result_may_say_why) {
        CLEANUP_FREE char *message = NULL;

        ck_assert_int_eq(
                        launch_result_message(message_cases[_i].result, &message),
                        message_cases[_i].message ? 1 : 0);
        if (message_cases[_i].message)
                ck_assert_str_eq(message, message_cases[_i].message);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("launch-request");
        TCase *tcase = tcase_create("launch-request");

        tcase_add_loop_test(tcase, a_request_has_the_values_in_it, 0, ARRAY_SIZE(expand_cases));
        tcase_add_loop_test(tcase, a_request_without_paths_is_no_other, 0, N_WITHOUT_PATHS);
        tcase_add_test(tcase, each_credential_is_named_once);
        tcase_add_loop_test(tcase, a_result_may_say_why, 0, ARRAY_SIZE(message_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
