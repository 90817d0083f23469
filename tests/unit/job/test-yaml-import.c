/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-import.h"

#include <string.h>

#include "job/yaml-emit.h"
#include "support/test-support.h"

static const char text[] = "a: {b: [1, \"x y\"], c: null}\nd: |\n  two\n  lines\n";

static YamlNode *parse(YamlTree *tree, const char *file) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        YamlNode *root = NULL;
        int source = yaml_tree_add_source(tree, file);

        ck_assert_int_ge(source, 0);
        ck_assert_int_eq(yaml_tree_parse(tree, source, text, strlen(text), &diagnostics, &root), 0);
        return root;
}

START_TEST(a_copy_outlives_the_original) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        CLEANUP(buffer_done) Buffer expected = { 0 };
        CLEANUP(buffer_done) Buffer copied = { 0 };
        YamlNode *copy = NULL, *again = NULL;
        YamlTree from = { 0 };
        YamlNode *root;

        ck_assert_int_eq(yaml_tree_add_source(&tree, NULL), 0);
        ck_assert_int_eq(yaml_tree_add_source(&from, "other"), 0);
        root = parse(&from, "file");
        yaml_emit(root, &expected);
        ck_assert_int_eq(yaml_tree_import(&tree, &from, root, &copy), 0);
        ck_assert_int_eq(yaml_tree_import(&tree, &from, root, &again), 0);
        ck_assert_uint_eq(yaml_node_count(copy), yaml_node_count(root));
        yaml_tree_done(&from);

        yaml_emit(copy, &copied);
        ck_assert_str_eq(copied.data, expected.data);
        ck_assert_uint_eq(tree.n_sources, 2);
        ck_assert_str_eq(yaml_tree_source(&tree, copy->first->value), "file");
        ck_assert_uint_eq(copy->first->next->line, 2);
        ck_assert_uint_eq(again->source, copy->source);
}
END_TEST

START_TEST(what_is_placed_stands_there) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        const YamlNode place = { .source = 7, .line = 30, .column = 4 };
        YamlNode *root = parse(&tree, "file");

        yaml_node_place(root, &place);
        ck_assert_uint_eq(root->first->next->line, 30);
        ck_assert_uint_eq(root->first->value->first->value->column, 4);
        ck_assert_uint_eq(root->first->value->first->source, 7);
        ck_assert_uint_eq(yaml_node_count(root), 11);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("yaml-import");
        TCase *import = tcase_create("import");

        tcase_add_test(import, a_copy_outlives_the_original);
        tcase_add_test(import, what_is_placed_stands_there);
        suite_add_tcase(suite, import);
        return suite;
}
