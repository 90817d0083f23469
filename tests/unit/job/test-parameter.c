/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/parameter.h"

#include <stdlib.h>
#include <string.h>

#include "support/test-support.h"

static char *copy_text(const char *text) {
        char *copy = strdup(text);

        ck_assert_ptr_nonnull(copy);
        return copy;
}

START_TEST(a_declaration_is_found_by_its_name) {
        CLEANUP(parameter_set_done) ParameterSet set = { 0 };

        set.items = calloc(2, sizeof(*set.items));
        ck_assert_ptr_nonnull(set.items);
        set.n_items = 2;
        set.items[0].name = copy_text("user-id");
        set.items[1].name = copy_text("channel");
        set.items[1].type = PARAMETER_CHOICE;

        ck_assert_ptr_eq(parameter_set_find(&set, "channel"), &set.items[1]);
        ck_assert_ptr_null(parameter_set_find(&set, "channe"));
}
END_TEST

START_TEST(names_and_variables) {
        static const struct {
                const char *name, *variable; /* NULL: no name */
        } cases[] = {
                { "user-id", "JOBSCHED_P_USER_ID" },
                { "a", "JOBSCHED_P_A" },
                { "a1-b2", "JOBSCHED_P_A1_B2" },
                { "", NULL },
                { "1a", NULL },
                { "-a", NULL },
                { "User", NULL },
                { "a_b", NULL },
                { "a=b", NULL },
                { "a}b", NULL },
                { "a234567890123456789012345678901234567890123456789012345678901234",
                  "JOBSCHED_P_A23456789012345678"
                  "9012345678901234567890123456789012345678901234" },
                { "a2345678901234567890123456789012345678901234567890123456789012345", NULL },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                CLEANUP_FREE char *variable = NULL;

                ck_assert_msg(parameter_name_valid(cases[i].name) == (cases[i].variable != NULL), "%s",
                              cases[i].name);
                if (!cases[i].variable)
                        continue;
                ck_assert_int_eq(parameter_variable(cases[i].name, &variable), 0);
                ck_assert_str_eq(variable, cases[i].variable);
        }
}
END_TEST

START_TEST(what_stands_for_a_secret) {
        static const struct {
                const char *text;
                size_t credential; /* the length of its name */
                bool is_reference;
        } cases[] = {
                { "${credential:mail}", 4, false },
                { "${credential:}", 0, false },
                { "${credential:a}b", 0, false },
                { "x${credential:a}", 0, false },
                { "${credential:a", 0, false },
                { "0123456789abcdef0123456789abcdef", 0, false },
                { "${secret:0123456789abcdef0123456789abcdef}", 0, true },
                { "${secret:0123456789abcdef0123456789abcdef", 0, false },
                { "${secret:0123456789abcdef0123456789abcdef}}", 0, false },
                { "${secret:0123456789abcdef0123456789abcde}", 0, false },
                { "${secret:mail}", 0, false },
                { "", 0, false },
        };

        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                ck_assert_uint_eq(parameter_credential(cases[i].text, NULL), cases[i].credential);
                ck_assert((parameter_secret_reference(cases[i].text) != NULL) == cases[i].is_reference);
        }
}
END_TEST

START_TEST(a_copy_stands_for_itself) {
        CLEANUP(parameter_set_done) ParameterSet set = { 0 };
        CLEANUP(parameter_set_done) ParameterSet copy = { 0 };

        set.items = calloc(1, sizeof(*set.items));
        ck_assert_ptr_nonnull(set.items);
        set.n_items = 1;
        set.items[0] = (Parameter){ .name = copy_text("n"), .minimum = copy_text("1"), .required = true };
        ck_assert_int_eq(parameter_set_copy(&set, &copy), 0);
        ck_assert_uint_eq(copy.n_items, 1);
        ck_assert_str_eq(copy.items[0].name, "n");
        ck_assert_str_eq(copy.items[0].minimum, "1");
        ck_assert_ptr_null(copy.items[0].maximum);
        ck_assert(copy.items[0].required);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("parameter");
        TCase *names = tcase_create("names");

        tcase_add_test(names, a_declaration_is_found_by_its_name);
        tcase_add_test(names, names_and_variables);
        tcase_add_test(names, what_stands_for_a_secret);
        tcase_add_test(names, a_copy_stands_for_itself);
        suite_add_tcase(suite, names);
        return suite;
}
