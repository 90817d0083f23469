/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/expand.h"

#include <string.h>

#include "job/expand-part.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define T(text) ((char *) (text))

static Parameter declared_items[] = {
        { .name = T("user-id"), .type = PARAMETER_INTEGER },
        { .name = T("channel"), .type = PARAMETER_STRING },
        { .name = T("empty"), .type = PARAMETER_STRING },
        { .name = T("password"), .type = PARAMETER_SECRET },
};
static const ParameterSet declared = { declared_items, ARRAY_SIZE(declared_items) };

static ParameterValue value_items[] = {
        { T("user-id"), T("7"), false },
        { T("channel"), T("${user-id} $${x} 5% ../a"), false },
        { T("password"), T("0123456789abcdef0123456789abcdef"), true },
};
static const ParameterValues values = { value_items, ARRAY_SIZE(value_items) };

/* clang-format off */
static const struct {
        const char *text;
        unsigned flags;
        const char *error; /* NULL: right */
} check_cases[] = {
        { "",                            0, NULL },
        { "plain $HOME $(x) $ $$ 5$",    0, NULL },
        { "${user-id}",                  0, NULL },
        { "a${user-id}b${channel}c",     0, NULL },
        { "$${anything",                 0, NULL },
        { "$${x} ${user-id}",            0, NULL },
        { "$$${user-id}",                0, NULL },
        { "${user_id}",                  0, "there is no parameter 'user_id'; did you mean 'user-id'?" },
        { "${HOME}",                     0, "there is no parameter 'HOME'; '$${' stands for a plain '${'" },
        { "${}",                         0, "there is no parameter ''; '$${' stands for a plain '${'" },
        { "${user-id",                   0, "'${user-id' has no closing '}'; '$${' stands for a plain '${'" },
        { "a ${",                        0, "'${' has no closing '}'; '$${' stands for a plain '${'" },
        { "${password}",                 0, "the secret parameter 'password' cannot stand here: a command finds it in the file $CREDENTIALS_DIRECTORY/parameter.password" },
        { "${password}",                 EXPAND_CREDENTIALS, NULL },
        { "${credential:a}",             0, "a credential cannot stand here: a command finds those of 'credentials' in $CREDENTIALS_DIRECTORY" },
        { "x${credential:site-token}y",  EXPAND_CREDENTIALS, NULL },
        { "${credential:}",              EXPAND_CREDENTIALS, "'' is no name for a credential: letters, digits, '_', '-' and '.'" },
        { "${credential:../x}",          EXPAND_CREDENTIALS, "'../x' is no name for a credential: letters, digits, '_', '-' and '.'" },
        { "${credential:a/b}",           EXPAND_CREDENTIALS, "'a/b' is no name for a credential: letters, digits, '_', '-' and '.'" },
};

static const struct {
        const char *text;
        unsigned flags;
        const char *expanded; /* NULL: refused … */
        const char *error;    /* … with this */
} expand_cases[] = {
        { "",                  0, "", NULL },
        { "plain $HOME $",     0, "plain $HOME $", NULL },
        { "${user-id}",        0, "7", NULL },
        { "<${user-id}>",      0, "<7>", NULL },
        { "${empty}",          0, "", NULL },
        { "$${user-id}",       0, "${user-id}", NULL },
        { "$$${user-id}",      0, "$${user-id}", NULL },
        { "$${${user-id}}",    0, "${7}", NULL },
        { "%d ${user-id}",     EXPAND_PERCENT, "%d 7", NULL },

        /* one pass: what a value holds is never looked at again */
        { "${channel}",        0, "${user-id} $${x} 5% ../a", NULL },
        { "%d ${channel}",     EXPAND_PERCENT, "%d ${user-id} $${x} 5%% ../a", NULL },

        { "${channel}",        EXPAND_PATH, NULL, "parameter 'channel' stands in a path, so its value can hold no '/'" },
        { "${user-id}/x",      EXPAND_PATH, "7/x", NULL },
        { "${password}",       0, NULL, "the secret parameter 'password' cannot stand in this text" },
        { "${credential:a}",   0, NULL, "a credential cannot stand in this text" },
        { "x ${user-id",       0, NULL, "'${user-id' has no closing '}'" },
};

static const struct {
        const char *text, *found; /* NULL: none */
} find_cases[] = {
        { "echo ${HOME} $HOME",      NULL },
        { "echo ${user-id}",         "user-id" },
        { "${x} ${${channel}",       "channel" },
        { "echo ${user-id",          NULL },
        { "echo $${user-id}",        "user-id" }, /* to a shell that is a number and a text */
        { "${password}",             "password" },
};
/* clang-format on */

START_TEST(a_text_is_checked_at_load) {
        CLEANUP_FREE char *error = NULL;
        int r;

        r = expand_check(check_cases[_i].text, &declared, check_cases[_i].flags, &error);
        ck_assert_str_eq(error ?: "", check_cases[_i].error ?: "");
        ck_assert_int_eq(r, check_cases[_i].error ? -EINVAL : 0);
}
END_TEST

START_TEST(a_text_is_expanded_in_one_pass) {
        CLEANUP_FREE char *expanded = NULL;
        CLEANUP_FREE char *error = NULL;
        int r;

        r = expand_text(expand_cases[_i].text, &values, expand_cases[_i].flags, &expanded, &error);
        ck_assert_str_eq(error ?: "", expand_cases[_i].error ?: "");
        ck_assert_int_eq(r, expand_cases[_i].error ? -EINVAL : 0);
        if (expand_cases[_i].expanded)
                ck_assert_str_eq(expanded, expand_cases[_i].expanded);
}
END_TEST

START_TEST(an_escaped_text_expands_to_itself) {
        CLEANUP_FREE char *escaped = NULL;
        CLEANUP_FREE char *expanded = NULL;
        CLEANUP_FREE char *error = NULL;

        ck_assert_int_eq(expand_escape(expand_cases[_i].text, &escaped), 0);
        ck_assert_int_eq(expand_check(escaped, &(ParameterSet){ 0 }, 0, &error), 0);
        ck_assert_int_eq(expand_text(escaped, &values, 0, &expanded, &error), 0);
        ck_assert_str_eq(expanded, expand_cases[_i].text);
        ck_assert(expand_is_needed(escaped) == (strstr(expand_cases[_i].text, "${") != NULL));
}
END_TEST

START_TEST(a_declared_name_is_found_where_nothing_expands) {
        const Parameter *found = expand_find(find_cases[_i].text, &declared);

        ck_assert_str_eq(found ? found->name : "", find_cases[_i].found ?: "");
}
END_TEST

START_TEST(a_path_takes_no_dots) {
        static ParameterValue item = { T("channel"), T("a..b"), false };
        CLEANUP_FREE char *expanded = NULL;
        CLEANUP_FREE char *error = NULL;

        ck_assert_int_eq(
                        expand_text("/x/${channel}", &(ParameterValues){ &item, 1 }, EXPAND_PATH, &expanded,
                                    &error),
                        -EINVAL);
        ck_assert_str_eq(error, "parameter 'channel' stands in a path, so its value can hold no '..'");
}
END_TEST

START_TEST(credentials_are_named_once) {
        CLEANUP(string_list_freep) char **names = NULL;

        ck_assert_int_eq(
                        expand_credentials(
                                        "${credential:a}${user-id}$${credential:no}${credential:b}", &names),
                        0);
        ck_assert_int_eq(expand_credentials("${credential:a}", &names), 0);
        ck_assert_uint_eq(string_list_length(names), 2);
        ck_assert_str_eq(names[0], "a");
        ck_assert_str_eq(names[1], "b");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("expand");
        TCase *texts = tcase_create("texts");

        tcase_add_loop_test(texts, a_text_is_checked_at_load, 0, ARRAY_SIZE(check_cases));
        tcase_add_loop_test(texts, a_text_is_expanded_in_one_pass, 0, ARRAY_SIZE(expand_cases));
        tcase_add_loop_test(texts, an_escaped_text_expands_to_itself, 0, ARRAY_SIZE(expand_cases));
        tcase_add_loop_test(texts, a_declared_name_is_found_where_nothing_expands, 0, ARRAY_SIZE(find_cases));
        tcase_add_test(texts, a_path_takes_no_dots);
        tcase_add_test(texts, credentials_are_named_once);
        suite_add_tcase(suite, texts);
        return suite;
}
