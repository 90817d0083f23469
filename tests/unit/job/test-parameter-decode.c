/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/parameter-decode.h"

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define C "command: x\n"
#define N(rules) C "parameters: {n: {" rules "}}\n"
#define V(rules, value) N(rules) "values: {n: " value "}\n"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { N("type: integer, minimum: 1, maximum: 9, default: 3, label: N, help: a number, required: true, hidden: false"), "" },
        { N("type: number, minimum: 0.5, maximum: 1.5"), "" },
        { N("type: string, min-length: 1, max-length: 5, pattern: \"[a-z]*\", default: abc"), "" },
        { N("type: boolean, default: true"), "" },
        { N("type: choice, choices: [a, b], default: b"), "" },
        { N("type: date, default: 2026-03-29"), "" },
        { N("type: secret, min-length: 8, default: \"${credential:x}\""), "" },
        { C "parameters: {n: null}\n", "" },
        { C "parameters: [n]\n", "2:13: 'parameters' expects a mapping such as {NAME: {type: string}}, not a list" },
        { C "parameters: {n: integer}\n", "2:17: parameter 'n' expects a mapping such as {type: string}, not a text" },
        { C "parameters: {N: {type: string}}\n", "2:14: 'N' is not a name for a parameter: up to 64 small letters, digits and '-', the first a letter" },
        { C "parameters: {n: {type: string}, n: {type: string}}\n", "2:33: key 'n' is given twice, first in line 2" },
        { N("label: x"), "2:17: key 'type' is missing" },
        { N("type: strin"), "2:24: 'type' expects one of integer, number, string, boolean, choice, date, secret, not 'strin'; did you mean 'string'?" },
        { N("type: string, defualt: x"), "2:32: unknown key 'defualt'; did you mean 'default'?" },
        { N("type: string, minimum: 1"), "2:41: 'minimum' is for parameters of type integer and number, not string" },
        { N("type: boolean, choices: [a]"), "2:42: 'choices' is for parameters of type choice, not boolean" },
        { N("type: choice"), "2:14: parameter 'n' is a choice and needs 'choices'" },
        { N("type: choice, choices: []"), "2:41: 'choices' expects from 1 to 1000 texts" },
        { N("type: choice, choices: [a, a]"), "2:41: 'choices' has 'a' twice" },
        { N("type: choice, choices: [yes, no]"), "2:42: yes in 'choices' could be true or false: quote it if the text is meant, as \"yes\"\n"
                                                  "2:47: no in 'choices' could be true or false: quote it if the text is meant, as \"no\"" },
        { N("type: integer, minimum: x"), "2:42: parameter 'n' expects an integer, not 'x'" },
        { N("type: integer, minimum: 5, maximum: 3"), "2:54: parameter 'n' expects an integer of at least 5, not '3'" },
        { N("type: integer, default: x"), "2:42: parameter 'n' expects an integer, not 'x'" },
        { N("type: integer, maximum: 3, default: 4"), "2:54: parameter 'n' expects an integer of at most 3, not '4'" },
        { N("type: string, min-length: 3, max-length: 2"), "2:59: 'max-length' is less than 'min-length'" },
        { N("type: string, pattern: \"[\""), "2:41: 'pattern': the pattern is no regular expression: missing terminating ] for character class, at byte 2" },
        { N("type: string, default: no"), "2:41: no in 'default' could be true or false: quote it if the text is meant, as \"no\"" },
        { N("type: secret, default: hunter2"), "2:41: the secret parameter 'n' expects ${credential:NAME} in a file: a secret is not written down" },
        { N("type: secret, default: \"${credential:a/b}\""), "2:41: 'a/b' is no name for a credential: letters, digits, '_', '-' and '.'" },

        { V("type: integer", "7"), "" },
        { V("type: integer", "\"7\""), "" },
        { V("type: string", "7"), "" },
        { V("type: string", "null"), "" },
        { V("type: date", "2026-03-29"), "" },
        { V("type: secret", "\"${credential:x}\""), "" },
        { V("type: integer, minimum: 1", "0"), "3:13: parameter 'n' expects an integer of at least 1, not '0'" },
        { V("type: integer", "010"), "3:13: parameter 'n' expects an integer, not '010'" },
        { V("type: string", "010"), "3:13: 010 in 'n' could be a number in octal: quote it if the text is meant, as \"010\"" },
        { V("type: string", "[a]"), "3:13: 'n' expects a text, not a list" },
        { V("type: boolean", "yes"), "3:13: parameter 'n' expects true or false, not 'yes'" },
        { V("type: choice, choices: [mail, sms]", "mial"), "3:13: parameter 'n' expects one of mail, sms, not 'mial'; did you mean 'mail'?" },
        { V("type: secret", "hunter2"), "3:13: the secret parameter 'n' expects ${credential:NAME} in a file: a secret is not written down" },
        { V("type: secret", "0123456789abcdef0123456789abcdef"), "3:13: the secret parameter 'n' expects ${credential:NAME} in a file: a secret is not written down" },
        { N("type: integer") "values: {m: 7}\n", "3:10: there is no parameter 'm'" },
        { N("type: integer") "values: {nn: 7}\n", "3:10: there is no parameter 'nn'" },
        { C "values: {n: 7}\n", "2:10: there is no parameter 'n': the job declares none, and has none from a template" },
        { C "values: [n]\n", "2:9: 'values' expects a mapping such as {NAME: value}, not a list" },
        { C "parameters: {user-id: {type: integer}}\nvalues: {user_id: 7}\n", "3:10: there is no parameter 'user_id'; did you mean 'user-id'?" },
};

static const struct {
        const char *text, *values, *faults;
} profile_cases[] = {
        { "{region: eu-1, n: 7, yes: true, day: 2026-03-29}", "region=eu-1|n=7|yes=true|day=2026-03-29", "" },
        { "{a: \"no\", b: null}", "a=no", "" },
        { "{a: no}", "", "1:5: no in 'a' could be true or false: quote it if the text is meant, as \"no\"" },
        { "{A: x}", "", "1:2: 'A' is not a name for a parameter: up to 64 small letters, digits and '-', the first a letter" },
        { "{a: [x]}", "", "1:5: 'a' expects a text, not a list" },
};
/* clang-format on */

START_TEST(declarations_and_values_are_judged) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(what_is_declared_is_kept) {
        CLEANUP(job_unrefp)
        Job *job = test_job(
                        C "parameters:\n  user-id: {type: integer, minimum: 1, label: User, required: true}\n"
                          "  channel: {type: choice, choices: [sms, mail], default: sms}\n"
                          "  text: {type: string, min-length: 2, max-length: 9, pattern: \"a.*\", hidden: "
                          "true}\n"
                          "values: {user-id: 7}\n");
        const Parameter *user = &job->parameters.items[0], *channel = &job->parameters.items[1],
                        *text = &job->parameters.items[2];

        ck_assert_uint_eq(job->parameters.n_items, 3);
        ck_assert_str_eq(user->name, "user-id");
        ck_assert_int_eq(user->type, PARAMETER_INTEGER);
        ck_assert_str_eq(user->minimum, "1");
        ck_assert_ptr_null(user->maximum);
        ck_assert_str_eq(user->label, "User");
        ck_assert(user->required && !user->hidden);
        ck_assert_str_eq(channel->fallback, "sms");
        ck_assert_uint_eq(string_list_length(channel->choices), 2);
        ck_assert_uint_eq(text->min_length, 2);
        ck_assert_uint_eq(text->max_length, 9);
        ck_assert_str_eq(text->pattern, "a.*");
        ck_assert(text->hidden);
        ck_assert_str_eq(job->values[0], "user-id=7");
}
END_TEST

START_TEST(a_profile_is_a_list_of_values) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(string_list_freep) char **values = NULL;
        CLEANUP_FREE char *joined = NULL;
        const char *text = profile_cases[_i].text;
        YamlContext context = { .tree = &tree, .diagnostics = &diagnostics };
        YamlNode *root = NULL;

        ck_assert_int_eq(yaml_tree_add_source(&tree, NULL), 0);
        ck_assert_int_eq(yaml_tree_parse(&tree, 0, text, strlen(text), &diagnostics, &root), 0);
        ck_assert_int_eq(profile_values_decode(&context, root, &values), 0);

        ck_assert_int_eq(string_list_join(values, "|", &joined), 0);
        ck_assert_str_eq(joined, profile_cases[_i].values);
        if (*profile_cases[_i].faults) {
                CLEANUP_FREE char *fault = NULL;

                ck_assert_uint_eq(diagnostics.n_items, 1);
                ck_assert_int_eq(diagnostic_format(&diagnostics.items[0], &fault), 0);
                ck_assert_ptr_nonnull(strstr(fault, diagnostics.items[0].message));
                ck_assert_ptr_nonnull(strstr(profile_cases[_i].faults, diagnostics.items[0].message));
        } else
                ck_assert_uint_eq(diagnostics.n_items, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("parameter-decode");
        TCase *decode = tcase_create("decode");

        tcase_add_loop_test(decode, declarations_and_values_are_judged, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(decode, what_is_declared_is_kept);
        tcase_add_loop_test(decode, a_profile_is_a_list_of_values, 0, ARRAY_SIZE(profile_cases));
        suite_add_tcase(suite, decode);
        return suite;
}
