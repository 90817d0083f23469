/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/action-parameter.h"

#include "support/test-support.h"

static const char *const colours[] = { "red", NULL };
static const ActionParameter text = { .name = "", .type = ACTION_ANY, .flags = ACTION_CREDENTIALS };
static const ActionParameter members[] = { { .name = "m", .type = ACTION_PATH }, { .name = NULL } };
static const ActionParameter rows[] = {
        { .name = "a", .type = ACTION_STRING, .flags = ACTION_REQUIRED | ACTION_LITERAL, .help = "An a." },
        { .name = "b", .type = ACTION_INTEGER, .minimum = 1, .maximum = 2, .fallback = "2" },
        { .name = "c", .type = ACTION_BOOLEAN, .fallback = "true" },
        { .name = "d", .type = ACTION_CHOICE, .choices = colours, .fallback = "red" },
        { .name = "e", .type = ACTION_LIST, .item = &text },
        { .name = "f", .type = ACTION_MAPPING, .members = members },
        { .name = NULL },
};

START_TEST(the_table_is_told_as_json) {
        const ActionProgram program = { .name = "mine",
                                        .description = "Does it",
                                        .parameters = rows,
                                        .notes = "N",
                                        .example = "mine: {a: 1}" };
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        ck_assert_int_eq(action_program_describe(&program, &buffer), 0);
        ck_assert_str_eq(
                        buffer.data,
                        "{\"name\":\"mine\",\"description\":\"Does it\",\"parameters\":{"
                        "\"a\":{\"type\":\"string\",\"required\":true,\"expand\":false,\"help\":\"An a.\"},"
                        "\"b\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":2,\"default\":2},"
                        "\"c\":{\"type\":\"boolean\",\"default\":true},"
                        "\"d\":{\"type\":\"choice\",\"choices\":[\"red\"],\"default\":\"red\"},"
                        "\"e\":{\"type\":\"list\",\"items\":{\"type\":\"any\",\"credentials\":true}},"
                        "\"f\":{\"type\":\"mapping\",\"parameters\":{\"m\":{\"type\":\"path\"}}}},"
                        "\"notes\":\"N\",\"example\":\"mine: {a: 1}\"}\n");
}
END_TEST

START_TEST(each_type_has_a_name) {
        ck_assert_int_eq(action_type_from_string(action_type_to_string((ActionType) _i)), _i);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("action-parameter");
        TCase *describe = tcase_create("describe");

        tcase_add_test(describe, the_table_is_told_as_json);
        tcase_add_loop_test(describe, each_type_has_a_name, 0, ACTION_TYPE_COUNT);
        suite_add_tcase(suite, describe);
        return suite;
}
