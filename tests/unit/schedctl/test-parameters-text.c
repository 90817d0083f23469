/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/parameters-text.h"

#include <string.h>

#include "support/test-support.h"
#include "util/types.h"

static const struct {
        const char *execution, *text;
} cases[] = {
        { "{}", "" },
        { "{\"parameters\": {}, \"profile\": null, \"profile_revision\": null}", "" },
        { "{\"parameters\": {\"n\": 5, \"loud\": true, \"who\": \"bob\", \"pin\": \"***\"}}",
          "n=5 loud=true who=bob pin=***" },
        { "{\"parameters\": {\"n\": 5}, \"profile\": \"europe\", \"profile_revision\": 3}",
          "n=5 (profile 'europe', revision 3)" },
        { "{\"parameters\": {}, \"profile\": \"europe\", \"profile_revision\": 3}",
          "(profile 'europe', revision 3)" },
};

START_TEST(what_it_ran_with_is_one_line) {
        json_t *execution = json_loads(cases[_i].execution, 0, NULL);
        char buffer[PARAMETERS_TEXT_MAX];

        ck_assert_ptr_nonnull(execution);
        ck_assert_str_eq(parameters_text(execution, buffer), cases[_i].text);
        json_decref(execution);
}
END_TEST

START_TEST(what_has_no_room_is_left_out) {
        json_t *parameters = json_object(), *execution = NULL;
        char value[3001], buffer[PARAMETERS_TEXT_MAX];
        const char *text;

        for (size_t i = 0; i + 2 < sizeof(value); i += 2)
                memcpy(value + i, "ä", 3);
        ck_assert_int_eq(json_object_set_new(parameters, "a", json_string(value)), 0);
        execution = json_pack(
                        "{s:o, s:s, s:i}", "parameters", parameters, "profile", "p", "profile_revision", 1);
        text = parameters_text(execution, buffer);
        ck_assert_uint_lt(strlen(text), PARAMETERS_TEXT_MAX);
        ck_assert_ptr_nonnull(strstr(text, "ä … (profile 'p', revision 1)"));
        json_decref(execution);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("parameters-text");
        TCase *format = tcase_create("format");

        tcase_add_loop_test(format, what_it_ran_with_is_one_line, 0, ARRAY_SIZE(cases));
        tcase_add_test(format, what_has_no_room_is_left_out);
        suite_add_tcase(suite, format);
        return suite;
}
