/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-emit.h"

#include <string.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text, *emitted;
} emit_cases[] = {
        { "a: x y\n",                            "a: x y\n" },
        { "a: 'x'\n",                            "a: \"x\"\n" },
        { "a: \"42\"\nb: 42\n",                  "a: \"42\"\nb: 42\n" },
        { "a: 'it''s \"\\ '\n",                  "a: \"it's \\\"\\\\ \"\n" },
        { "a: \"x\\ty\\r\\u0001\\e\"\n",         "a: \"x\\ty\\r\\x01\\e\"\n" },
        { "a: \"\\u0085\\u2028\\u2029\\uFEFF\"", "a: \"\\u0085\\u2028\\u2029\\uFEFF\"\n" },
        { "a: \"\303\274\342\202\254\"\n",       "a: \"\303\274\342\202\254\"\n" },
        { "a: |\n  x\n   y\n\n  z\n",            "a: |\n  x\n   y\n\n  z\n" },
        { "a: |-\n  x\n  y\n",                   "a: |-\n  x\n  y\n" },
        { "a: |+\n  x\n\n\n",                    "a: \"x\\n\\n\\n\"\n" },
        { "a: \" x\\ny\"\n",                     "a: \" x\\ny\"\n" },
        { "a: \"x\\n \\ny\"\n",                  "a: \"x\\n \\ny\"\n" },
        { "a: \"x\\n  \"\n",                     "a: \"x\\n  \"\n" },
        { "a: >\n  x\n  y\n",                    "a: |\n  x y\n" },
        { "a: x\n  y\n\n  z\n",                  "a: |-\n  x y\n  z\n" },
        { "\"a: b\": c\n? d\n: e\n",             "\"a: b\": c\nd: e\n" },
        { "a: [x, [y, z], [], {}, {k: v, l: [w]}, ~]\n",
          "a:\n  - x\n  -\n    - y\n    - z\n  - []\n  - {}\n  - k: v\n    l:\n      - w\n  - null\n" },
        { "a: {}\nb: []\nc:\nd: ~\n",            "a: {}\nb: []\n" },
        { "a: [-, -x, b]\n",                     "a:\n  - \"-\"\n  - -x\n  - b\n" }, /* no list in a list */
        { "- a\n- |\n  b\n  c\n",                "- a\n- |\n  b\n  c\n" },
};
/* clang-format on */

static const YamlNode *parse(YamlTree *tree, const char *text) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        YamlNode *root = NULL;
        int r;

        r = yaml_tree_parse(tree, 0, text, strlen(text), &diagnostics, &root);
        ck_assert_msg(r == 0, "%s: %s", text, diagnostics.n_items > 0 ? diagnostics.items[0].message : "");
        return root;
}

START_TEST(what_is_written_reads_as_the_same) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        CLEANUP(buffer_done) Buffer first = { 0 };
        CLEANUP(buffer_done) Buffer second = { 0 };

        ck_assert_int_eq(yaml_tree_add_source(&tree, NULL), 0);
        yaml_emit(parse(&tree, emit_cases[_i].text), &first);
        ck_assert_str_eq(first.data, emit_cases[_i].emitted);
        yaml_emit(parse(&tree, first.data), &second);
        ck_assert_str_eq(second.data, first.data);
}
END_TEST

START_TEST(a_patch_keeps_what_is_null) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        ck_assert_int_eq(yaml_tree_add_source(&tree, NULL), 0);
        yaml_emit_with_nulls(parse(&tree, "a:\nb: {c: ~, d: 1}\ne: {f: null}\n"), &buffer);
        ck_assert_str_eq(buffer.data, "a: null\nb:\n  c: null\n  d: 1\ne:\n  f: null\n");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("yaml-emit");
        TCase *tcase = tcase_create("yaml-emit");

        tcase_add_loop_test(tcase, what_is_written_reads_as_the_same, 0, ARRAY_SIZE(emit_cases));
        tcase_add_test(tcase, a_patch_keeps_what_is_null);
        suite_add_tcase(suite, tcase);
        return suite;
}
