/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-merge.h"

#include <string.h>

#include "job/yaml-emit.h"
#include "support/test-support.h"

static const char *const whole_keys[] = { "schedule", NULL };

/* clang-format off */
static const struct {
        const char *under, *over, *merged;
} merge_cases[] = {
        { "a: 1\nb: 2",               "b: 3\nc: 4",           "a: 1\nb: 3\nc: 4\n" },
        { "m: {x: 1, y: 2}",          "m: {y: 3, z: 4}",      "m:\n  x: 1\n  y: 3\n  z: 4\n" },
        { "m: {x: {p: 1}}",           "m: {x: {q: 2}}",       "m:\n  x:\n    p: 1\n    q: 2\n" },
        { "l: [1, 2]",                "l: [3]",               "l:\n  - 3\n" },
        { "m: {x: 1}",                "m: text",              "m: text\n" },
        { "m: text",                  "m: {x: 1}",            "m:\n  x: 1\n" },
        { "a: 1\nb: 2",               "a: null",              "b: 2\n" },
        { "m: {x: 1, y: 2}",          "m: {x: ~}",            "m:\n  y: 2\n" },
        { "m: {x: 1}",                "m: {x: ~}",            "m: {}\n" },
        { "schedule: {every: 3s}",    "schedule: {cron: x}",  "schedule:\n  cron: x\n" },
        { "m: {schedule: {a: 1}}",    "m: {schedule: {b: 2}}", "m:\n  schedule:\n    a: 1\n    b: 2\n" },
        { "{}",                       "a: 1",                 "a: 1\n" },
        { "a: 1",                     "{}",                   "a: 1\n" },
        { "{}",                       "{}",                   "{}\n" },
        { "a: 1",                     "text",                 "text\n" },
        { "a: 1",                     NULL,                   "a: 1\n" },
        { NULL,                       "a: 1",                 "a: 1\n" },
};
/* clang-format on */

static const YamlNode *parse(YamlTree *tree, const char *text) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        YamlNode *root = NULL;
        int r;

        if (!text)
                return NULL;
        r = yaml_tree_parse(tree, 0, text, strlen(text), &diagnostics, &root);
        ck_assert_msg(r == 0, "%s: %s", text, diagnostics.n_items > 0 ? diagnostics.items[0].message : "");
        return root;
}

START_TEST(the_upper_one_wins_key_by_key) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const YamlNode *merged = NULL;

        ck_assert_int_eq(yaml_tree_add_source(&tree, NULL), 0);
        ck_assert_int_eq(
                        yaml_merge(&tree, parse(&tree, merge_cases[_i].under),
                                   parse(&tree, merge_cases[_i].over), whole_keys, &merged),
                        0);
        yaml_emit(merged, &buffer);
        ck_assert_str_eq(buffer.data, merge_cases[_i].merged);
}
END_TEST

START_TEST(repeated_keys_are_kept_to_be_reported) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        const YamlNode *merged = NULL;

        ck_assert_int_eq(yaml_tree_add_source(&tree, NULL), 0);
        ck_assert_int_eq(
                        yaml_merge(&tree, parse(&tree, "a: 1"), parse(&tree, "a: 2\na: 3"), NULL, &merged),
                        0);
        ck_assert_uint_eq(merged->size, 2);
        ck_assert_str_eq(merged->first->value->text, "2");
        ck_assert(merged->first->next->flags & YAML_FLAG_DUPLICATE);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("yaml-merge");
        TCase *tcase = tcase_create("yaml-merge");

        tcase_add_loop_test(tcase, the_upper_one_wins_key_by_key, 0, ARRAY_SIZE(merge_cases));
        tcase_add_test(tcase, repeated_keys_are_kept_to_be_reported);
        suite_add_tcase(suite, tcase);
        return suite;
}
