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

START_TEST(a_value_is_found_by_its_name) {
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };

        values.items = calloc(1, sizeof(*values.items));
        ck_assert_ptr_nonnull(values.items);
        values.n_items = 1;
        values.items[0].name = copy_text("user-id");
        values.items[0].text = copy_text("7");

        ck_assert_str_eq(parameter_values_find(&values, "user-id")->text, "7");
        ck_assert_ptr_null(parameter_values_find(&values, "user"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("parameter");
        TCase *names = tcase_create("names");

        tcase_add_test(names, a_declaration_is_found_by_its_name);
        tcase_add_test(names, a_value_is_found_by_its_name);
        suite_add_tcase(suite, names);
        return suite;
}
