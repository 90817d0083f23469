/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "job/yaml-field.h"
#include "support/test-support.h"

typedef struct Numbers {
        int integer;
        double decimal, percentage;
} Numbers;

/* clang-format off */
static const YamlField fields[] = {
        { YAML_INTEGER   ("integer",    Numbers, integer, -20, 19) },
        { YAML_DECIMAL   ("decimal",    Numbers, decimal, 0, 1000) },
        { YAML_PERCENTAGE("percentage", Numbers, percentage, 0, 100) },
        { .key = NULL },
};

static const struct {
        const char *text;
        Numbers numbers;
        const char *fault; /* NULL: none */
} cases[] = {
        { "integer: 19",        { .integer = 19 },        NULL },
        { "integer: -20",       { .integer = -20 },       NULL },
        { "integer: 0",         { .integer = 0 },         NULL },
        { "integer: -21",       { 0 }, "1:10: 'integer' expects a number from -20 to 19, not -21" },
        { "integer: 20",        { 0 }, "1:10: 'integer' expects a number from -20 to 19, not 20" },
        { "integer: 99999999999999999999", { 0 }, "1:10: 'integer' expects a whole number, not '99999999999999999999'" },
        { "integer: +1",        { 0 }, "1:10: 'integer' expects a whole number, not '+1'" },
        { "integer: --1",       { 0 }, "1:10: 'integer' expects a whole number, not '--1'" },
        { "integer: 010",       { 0 }, "1:10: 'integer' expects a whole number, not '010'" },
        { "integer: 1.0",       { 0 }, "1:10: 'integer' expects a whole number, not '1.0'" },
        { "integer: [1]",       { 0 }, "1:10: 'integer' expects a whole number, not a list" },
        { "decimal: 2",         { .decimal = 2 },         NULL },
        { "decimal: 2.25",      { .decimal = 2.25 },      NULL },
        { "decimal: 0.5",       { .decimal = 0.5 },       NULL },
        { "decimal: 1000",      { .decimal = 1000 },      NULL },
        { "decimal: 0",         { 0 }, "1:10: 'decimal' expects a number above 0 and up to 1000, not 0" },
        { "decimal: 1000.5",    { 0 }, "1:10: 'decimal' expects a number above 0 and up to 1000, not 1000.5" },
        { "decimal: .5",        { 0 }, "1:10: 'decimal' expects a number such as 2.5, not '.5'" },
        { "decimal: 5.",        { 0 }, "1:10: 'decimal' expects a number such as 2.5, not '5.'" },
        { "decimal: 1,5",       { 0 }, "1:10: 'decimal' expects a number such as 2.5, not '1,5'" },
        { "decimal: 1.2.3",     { 0 }, "1:10: 'decimal' expects a number such as 2.5, not '1.2.3'" },
        { "decimal: 1e2",       { 0 }, "1:10: 'decimal' expects a number such as 2.5, not '1e2'" },
        { "decimal: -1",        { 0 }, "1:10: 'decimal' expects a number such as 2.5, not '-1'" },
        { "decimal: 01.5",      { 0 }, "1:10: 'decimal' expects a number such as 2.5, not '01.5'" },
        { "decimal: 0.0000000000000001", { 0 }, "1:10: 'decimal' expects a number such as 2.5, not '0.0000000000000001'" },
        { "percentage: 10%",    { .percentage = 10 },     NULL },
        { "percentage: 12.5%",  { .percentage = 12.5 },   NULL },
        { "percentage: 0%",     { .percentage = 0 },      NULL },
        { "percentage: 100.5%", { 0 }, "1:13: 'percentage' expects a percentage from 0% to 100%, not 100.5%" },
        { "percentage: 10",     { 0 }, "1:13: 'percentage' expects a percentage such as 10%, not '10'" },
        { "percentage: 10 %",   { 0 }, "1:13: 'percentage' expects a percentage such as 10%, not '10 %'" },
        { "percentage: \"%\"",  { 0 }, "1:13: 'percentage' expects a percentage such as 10%, not '%'" },
};
/* clang-format on */

START_TEST(numbers_are_read_exactly_or_refused) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        YamlContext context = { .tree = &tree, .diagnostics = &diagnostics };
        const char *text = cases[_i].text;
        CLEANUP_FREE char *fault = NULL;
        Numbers numbers = { 0 };
        YamlNode *root = NULL;

        ck_assert_int_eq(yaml_tree_add_source(&tree, NULL), 0);
        ck_assert_int_eq(yaml_tree_parse(&tree, 0, text, strlen(text), &diagnostics, &root), 0);

        ck_assert_int_eq(yaml_fields_decode(&context, fields, root, &numbers), 0);

        ck_assert_uint_eq(diagnostics.n_items, cases[_i].fault ? 1 : 0);
        if (cases[_i].fault) {
                const Diagnostic *item = &diagnostics.items[0];

                ck_assert_int_gt(asprintf(&fault, "%u:%u: %s", item->line, item->column, item->message), 0);
                ck_assert_str_eq(fault, cases[_i].fault);
        }
        ck_assert_int_eq(numbers.integer, cases[_i].numbers.integer);
        ck_assert_double_eq(numbers.decimal, cases[_i].numbers.decimal);
        ck_assert_double_eq(numbers.percentage, cases[_i].numbers.percentage);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("yaml-number");
        TCase *tcase = tcase_create("yaml-number");

        tcase_add_loop_test(tcase, numbers_are_read_exactly_or_refused, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
