/* SPDX-License-Identifier: GPL-2.0-or-later */

/* yaml-node.c with yaml-tree.c: from text to nodes. */

#include "job/yaml-node.h"

#include <string.h>

#include "support/test-support.h"
#include "util/buffer.h"

typedef struct Parsed {
        YamlTree tree;
        Diagnostics diagnostics;
        YamlNode *root;
        int r;
} Parsed;

static void parsed_done(Parsed *parsed) {
        yaml_tree_done(&parsed->tree);
        diagnostics_done(&parsed->diagnostics);
}

static void parse(Parsed *parsed, const char *text, size_t size) {
        *parsed = (Parsed){ 0 };
        ck_assert_int_eq(yaml_tree_add_source(&parsed->tree, "file"), 0);
        parsed->r = yaml_tree_parse(&parsed->tree, 0, text, size, &parsed->diagnostics, &parsed->root);
}

static const YamlNode *value_of(const YamlNode *mapping, const char *key) {
        const YamlNode *pair = yaml_mapping_find(mapping, key);

        ck_assert_msg(pair, "no key '%s'", key);
        return pair->value;
}

START_TEST(nodes_know_their_places_and_quotes) {
        static const char text[] = "plain: b c\nquoted: \"x\\ty\"\nsingle: 'z'\nlist:\n  - 1\n  - {k: v}\n";
        CLEANUP(parsed_done) Parsed parsed = { 0 };
        const YamlNode *list;

        parse(&parsed, text, strlen(text));
        ck_assert_int_eq(parsed.r, 0);
        ck_assert_int_eq(parsed.root->kind, YAML_KIND_MAPPING);
        ck_assert_uint_eq(parsed.root->size, 4);

        ck_assert_str_eq(value_of(parsed.root, "plain")->text, "b c");
        ck_assert_uint_eq(value_of(parsed.root, "plain")->flags, YAML_FLAG_PLAIN | YAML_FLAG_VERBATIM);
        ck_assert_str_eq(value_of(parsed.root, "quoted")->text, "x\ty");
        ck_assert_uint_eq(value_of(parsed.root, "quoted")->flags, 0);
        ck_assert_uint_eq(value_of(parsed.root, "single")->flags, YAML_FLAG_VERBATIM);
        ck_assert_uint_eq(value_of(parsed.root, "single")->line, 3);
        ck_assert_uint_eq(value_of(parsed.root, "single")->column, 9);

        list = value_of(parsed.root, "list");
        ck_assert_int_eq(list->kind, YAML_KIND_LIST);
        ck_assert_uint_eq(list->size, 2);
        ck_assert_str_eq(value_of(list->first->next, "k")->text, "v");
        ck_assert_ptr_null(yaml_mapping_find(list, "k"));
        ck_assert_ptr_null(yaml_mapping_find(parsed.root, "nothing"));
}
END_TEST

START_TEST(a_comment_behind_a_plain_text_is_noticed) {
        static const char text[] = "\303\274: \303\266 # no\na: b #c\nd: b#c\ne: \"b\" # c\nf: [x, y] # z\n";
        CLEANUP(parsed_done) Parsed parsed = { 0 };

        parse(&parsed, text, strlen(text));
        ck_assert_int_eq(parsed.r, 0);
        ck_assert(value_of(parsed.root, "\303\274")->flags & YAML_FLAG_CUT);
        ck_assert(value_of(parsed.root, "a")->flags & YAML_FLAG_CUT);
        ck_assert(!(value_of(parsed.root, "d")->flags & YAML_FLAG_CUT));
        ck_assert(!(value_of(parsed.root, "e")->flags & YAML_FLAG_CUT));
        ck_assert(!(value_of(parsed.root, "f")->first->next->flags & YAML_FLAG_CUT));
}
END_TEST

START_TEST(an_alias_gives_the_same_again) {
        static const char text[] = "a: &x {k: [1, 2]}\nb: *x\nc: &y 7\nd: [*y, *y]\n";
        CLEANUP(parsed_done) Parsed parsed = { 0 };

        parse(&parsed, text, strlen(text));
        ck_assert_int_eq(parsed.r, 0);
        ck_assert_str_eq(value_of(value_of(parsed.root, "b"), "k")->first->next->text, "2");
        ck_assert_str_eq(value_of(parsed.root, "d")->first->next->text, "7");
}
END_TEST

START_TEST(a_key_that_comes_again_is_marked) {
        static const char few[] = "a: 1\nb: 2\na: 3\n";
        CLEANUP(parsed_done) Parsed parsed = { 0 };
        CLEANUP(parsed_done) Parsed large = { 0 };
        CLEANUP(buffer_done) Buffer many = { 0 };
        YamlIndex index;

        parse(&parsed, few, strlen(few));
        ck_assert(!(parsed.root->first->flags & YAML_FLAG_DUPLICATE));
        ck_assert(parsed.root->first->next->next->flags & YAML_FLAG_DUPLICATE);

        for (unsigned i = 0; i < 100; i++)
                (void) buffer_add_format(&many, "k%u: %u\n", i % 99, i);
        parse(&large, many.data, many.size);
        ck_assert_int_eq(large.r, 0);
        ck_assert_int_eq(yaml_index_init(&index, &large.tree, large.root), 0);
        ck_assert_str_eq(yaml_index_find(&index, "k0")->value->text, "0");
        ck_assert_str_eq(yaml_index_find(&index, "k98")->value->text, "98");
        ck_assert_ptr_null(yaml_index_find(&index, "k99"));
        ck_assert_uint_eq(index.n_keys, 99);
}
END_TEST

START_TEST(an_empty_document_is_none) {
        static const char *const texts[] = { "", "# nothing\n", "\xEF\xBB\xBF", "\n\n" };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                CLEANUP(parsed_done) Parsed parsed = { 0 };

                parse(&parsed, texts[i], strlen(texts[i]));
                ck_assert_int_eq(parsed.r, 0);
                ck_assert_ptr_null(parsed.root);
        }
}
END_TEST

/* clang-format off */
static const struct {
        const char *unit;
        unsigned n;
        const char *message;
} bomb_cases[] = {
        { "[",      100000, "lists and mappings are nested too deeply (at most 64 levels)" },
        { "{a: ",   100000, "lists and mappings are nested too deeply (at most 64 levels)" },
        { "- ",     100000, "lists and mappings are nested too deeply (at most 64 levels)" },
        { "- &a b\n", 2000, "too many anchors for one file (at most 1,000)" },
};
/* clang-format on */

START_TEST(a_bomb_is_put_out) {
        CLEANUP(buffer_done) Buffer text = { 0 };
        CLEANUP(parsed_done) Parsed parsed = { 0 };

        for (unsigned i = 0; i < bomb_cases[_i].n; i++)
                (void) buffer_add_string(&text, bomb_cases[_i].unit);
        parse(&parsed, text.data, text.size);
        ck_assert_int_eq(parsed.r, -EINVAL);
        ck_assert_str_eq(parsed.diagnostics.items[0].message, bomb_cases[_i].message);
}
END_TEST

START_TEST(aliases_cannot_multiply_without_end) {
        CLEANUP(buffer_done) Buffer text = { 0 };
        CLEANUP(parsed_done) Parsed parsed = { 0 };

        (void) buffer_add_string(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (unsigned i = 1; i < 10; i++) {
                (void) buffer_add_format(&text, "a%u: &a%u [", i, i);
                for (unsigned j = 0; j < 10; j++)
                        (void) buffer_add_format(&text, "%s*a%u", j > 0 ? ", " : "", i - 1);
                (void) buffer_add_string(&text, "]\n");
        }
        parse(&parsed, text.data, text.size);
        ck_assert_int_eq(parsed.r, -EINVAL);
        ck_assert_str_eq(
                        parsed.diagnostics.items[0].message,
                        "the aliases stand for too much (at most 100,000 values)");
}
END_TEST

START_TEST(aliases_cannot_dig_deeper) {
        CLEANUP(buffer_done) Buffer text = { 0 };
        CLEANUP(parsed_done) Parsed parsed = { 0 };

        (void) buffer_add_string(&text, "a0: &a0 [[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]\n");
        for (unsigned i = 1; i < 10; i++)
                (void) buffer_add_format(&text, "a%u: &a%u [[[[[[[[[[*a%u]]]]]]]]]]\n", i, i, i - 1);
        parse(&parsed, text.data, text.size);
        ck_assert_int_eq(parsed.r, -EINVAL);
        ck_assert_str_eq(
                        parsed.diagnostics.items[0].message,
                        "lists and mappings are nested too deeply (at most 64 levels)");
}
END_TEST

START_TEST(null_is_what_is_plain_and_says_so) {
        static const char text[] = "a:\nb: ~\nc: null\nd: \"\"\ne: 'null'\nf: nil\n";
        CLEANUP(parsed_done) Parsed parsed = { 0 };

        parse(&parsed, text, strlen(text));
        ck_assert(yaml_node_is_null(value_of(parsed.root, "a")) &&
                  yaml_node_is_empty(value_of(parsed.root, "a")));
        ck_assert(yaml_node_is_null(value_of(parsed.root, "b")) &&
                  !yaml_node_is_empty(value_of(parsed.root, "b")));
        ck_assert(yaml_node_is_null(value_of(parsed.root, "c")));
        ck_assert(!yaml_node_is_null(value_of(parsed.root, "d")));
        ck_assert(!yaml_node_is_null(value_of(parsed.root, "e")));
        ck_assert(!yaml_node_is_null(value_of(parsed.root, "f")));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("yaml-node");
        TCase *tcase = tcase_create("yaml-node");

        tcase_add_test(tcase, nodes_know_their_places_and_quotes);
        tcase_add_test(tcase, a_comment_behind_a_plain_text_is_noticed);
        tcase_add_test(tcase, an_alias_gives_the_same_again);
        tcase_add_test(tcase, a_key_that_comes_again_is_marked);
        tcase_add_test(tcase, an_empty_document_is_none);
        tcase_add_loop_test(tcase, a_bomb_is_put_out, 0, ARRAY_SIZE(bomb_cases));
        tcase_add_test(tcase, aliases_cannot_multiply_without_end);
        tcase_add_test(tcase, aliases_cannot_dig_deeper);
        tcase_add_test(tcase, null_is_what_is_plain_and_says_so);
        suite_add_tcase(suite, tcase);
        return suite;
}
