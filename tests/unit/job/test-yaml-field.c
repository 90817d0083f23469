/* SPDX-License-Identifier: GPL-2.0-or-later */

/* yaml-field.c and yaml-scalar.c: a table of every kind of row, and what it says of everything else. */

#include "job/yaml-field.h"

#include <stdlib.h>
#include <string.h>

#include "support/test-support.h"
#include "util/buffer.h"
#include "util/string-list.h"

typedef enum Colour {
        COLOUR_RED,
        COLOUR_GREEN,
        COLOUR_COUNT,
} Colour;

static const char *const colour_names[] = { "red", "green", NULL };
_Static_assert(ARRAY_SIZE(colour_names) == COLOUR_COUNT + 1, "one name for each colour");

typedef struct Inner {
        bool flag;
} Inner;

typedef struct Object {
        char *name;
        char **list;
        bool flag;
        uint64_t number, size;
        usec_t span, delay;
        Colour colour;
        Inner inner;
        const YamlNode *node;
} Object;

/* clang-format off */
static const YamlField inner_fields[] = {
        { YAML_BOOL("flag", Inner, flag) },
        { .key = NULL },
};

static const YamlField fields[] = {
        { YAML_STRING     ("name",   Object, name), .required = true },
        { YAML_STRING_LIST("list",   Object, list) },
        { YAML_BOOL       ("flag",   Object, flag) },
        { YAML_UNSIGNED   ("number", Object, number, 1, 100) },
        { YAML_SIZE       ("size",   Object, size, 1024, 1048576) },
        { YAML_DURATION   ("span",   Object, span, USEC_PER_SEC, USEC_INFINITY) },
        { YAML_DURATION   ("delay",  Object, delay, 0, USEC_PER_MINUTE) },
        { YAML_ENUM       ("colour", Object, colour, Colour, colour_names) },
        { YAML_MAPPING    ("inner",  Object, inner, Inner, inner_fields) },
        { YAML_NODE       ("node",   Object, node), .may_be_empty = true },
        { .key = NULL },
};

static const struct {
        const char *text;
        const char *faults;
} cases[] = {
        { "name: x",                             "" },
        { "{}",                                  "1:1: key 'name' is missing" },
        { "name: null",                          "1:1: key 'name' is missing" },
        { "[]",                                  "1:1: expected a mapping ('key: value'), not a list" },
        { "text",                                "1:1: expected a mapping ('key: value'), not a text" },
        { "name: x\nnmae: y",                    "2:1: unknown key 'nmae'; did you mean 'name'?" },
        { "name: x\nwhatever: y",                "2:1: unknown key 'whatever'; known are name, list, flag, number, size, span, delay, colour, inner, node" },
        { "name: x\nflag: true\nname: y",        "3:1: key 'name' is given twice, first in line 1" },
        { "name: x\n<<: y",                      "2:1: merging with '<<' is not supported: use 'defaults'" },
        { "name: x\nflag:\nnode:",               "2:1: 'flag' has no value; write null for its default" },

        /* texts */
        { "name: 42",                            "" },
        { "name: 3.10",                          "" },
        { "name: -7",                            "" },
        { "name: 2026-01-31",                    "" },
        { "name: a:b",                           "" },
        { "name: [a]",                           "1:7: 'name' expects a text, not a list" },
        { "name: {a: b}",                        "1:7: 'name' expects a text, not a mapping" },
        { "name: 010",                           "1:7: 010 in 'name' could be a number in octal: quote it if the text is meant, as \"010\"" },
        { "name: 0x1F",                          "1:7: 0x1F in 'name' could be a number in base 16: quote it if the text is meant, as \"0x1F\"" },
        { "name: 0b11",                          "1:7: 0b11 in 'name' could be a number in octal or binary: quote it if the text is meant, as \"0b11\"" },
        { "name: 1e3",                           "1:7: 1e3 in 'name' could be a number with an exponent: quote it if the text is meant, as \"1e3\"" },
        { "name: 12:30",                         "1:7: 12:30 in 'name' could be a number in base 60: quote it if the text is meant, as \"12:30\"" },
        { "name: 1_000",                         "1:7: 1_000 in 'name' could be a number with separators: quote it if the text is meant, as \"1_000\"" },
        { "name: .inf",                          "1:7: .inf in 'name' could be a number: quote it if the text is meant, as \".inf\"" },
        { "name: Yes",                           "1:7: Yes in 'name' could be true or false: quote it if the text is meant, as \"Yes\"" },
        { "name: off",                           "1:7: off in 'name' could be true or false: quote it if the text is meant, as \"off\"" },
        { "name: \"010\"",                       "" },
        { "name: 'yes'",                         "" },
        { "name: 0xyz",                          "" },
        { "name: 1.2.3",                         "" },
        { "name: yesterday",                     "" },

        { "name: x\nlist: a",                    "2:7: 'list' expects a list of texts, not a text" },
        { "name: x\nlist: [a, [b], on]",         "2:11: 'list' expects a text, not a list\n"
                                                 "2:16: on in 'list' could be true or false: quote it if the text is meant, as \"on\"" },
        { "name: x\nlist:\n  - a\n  -\n",        "4:4: 'list' has an item without a value: write \"\" for an empty text" },

        /* typed scalars */
        { "name: x\nflag: yes",                  "2:7: 'flag' expects true or false, not 'yes': write true" },
        { "name: x\nflag: 0",                    "2:7: 'flag' expects true or false, not '0': write false" },
        { "name: x\nflag: maybe",                "2:7: 'flag' expects true or false, not 'maybe'" },
        { "name: x\nflag: \"true\"",             "2:7: 'flag' expects true or false, not 'true': write true" },
        { "name: x\nflag: [true]",               "2:7: 'flag' expects true or false, not a list" },
        { "name: x\nnumber: 7",                  "" },
        { "name: x\nnumber: 0",                  "2:9: 'number' expects a number from 1 to 100, not 0" },
        { "name: x\nnumber: 101",                "2:9: 'number' expects a number from 1 to 100, not 101" },
        { "name: x\nnumber: 99999999999999999999", "2:9: 'number' expects a number from 1 to 100, not 99999999999999999999" },
        { "name: x\nnumber: 07",                 "2:9: 'number' expects a whole number, not '07'" },
        { "name: x\nnumber: -1",                 "2:9: 'number' expects a whole number, not '-1'" },
        { "name: x\nnumber: 1.5",                "2:9: 'number' expects a whole number, not '1.5'" },
        { "name: x\nsize: 64K",                  "" },
        { "name: x\nsize: 1",                    "2:7: 'size' expects a size from 1K to 1M, not '1'" },
        { "name: x\nsize: 2M",                   "2:7: 'size' expects a size from 1K to 1M, not '2M'" },
        { "name: x\nsize: big",                  "2:7: 'size' expects a size such as 64K or 2M, not 'big'" },
        { "name: x\nspan: 90",                   "" },
        { "name: x\nspan: 1h 30min",             "" },
        { "name: x\nspan: infinity",             "" },
        { "name: x\nspan: 1ms",                  "2:7: 'span' expects a duration of at least 1s, or infinity, not '1ms'" },
        { "name: x\nspan: 12:30",                "2:7: 'span' expects a duration such as 90s or 1h 30min, not '12:30', which could be a number in base 60" },
        { "name: x\nspan: 010",                  "2:7: 'span' expects a duration such as 90s or 1h 30min, not '010', which could be a number in octal" },
        { "name: x\nspan: soon",                 "2:7: 'span' expects a duration such as 90s or 1h 30min, not 'soon'" },
        { "name: x\nspan: {}",                   "2:7: 'span' expects a duration such as 90s or 1h 30min, not a mapping" },
        { "name: x\ndelay: 2min",                "2:8: 'delay' expects a duration from 0 to 1min, not '2min'" },
        { "name: x\ncolour: green",              "" },
        { "name: x\ncolour: gren",               "2:9: 'colour' expects one of red, green, not 'gren'; did you mean 'green'?" },
        { "name: x\ncolour: blue",               "2:9: 'colour' expects one of red, green, not 'blue'" },
        { "name: x\ncolour: [red]",              "2:9: 'colour' expects one of red, green, not a list" },
        { "name: x\ninner: {flag: true}",        "" },
        { "name: x\ninner: {flga: true}",        "2:9: unknown key 'flga'; did you mean 'flag'?" },
        { "name: x\ninner: true",                "2:8: 'inner' expects a mapping, not a text" },

        /* all in one pass */
        { "number: 0\nfoo: 1\nflag: on",         "1:9: 'number' expects a number from 1 to 100, not 0\n"
                                                 "2:1: unknown key 'foo'; known are name, list, flag, number, size, span, delay, colour, inner, node\n"
                                                 "3:7: 'flag' expects true or false, not 'on': write true\n"
                                                 "1:1: key 'name' is missing" },
};
/* clang-format on */

static void object_done(Object *object) {
        free(object->name);
        (void) string_list_free(object->list);
}

static char *decode(const char *text, bool partial, Object *object) {
        CLEANUP(yaml_tree_done) YamlTree tree = { 0 };
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        YamlContext context = { .tree = &tree, .diagnostics = &diagnostics, .partial = partial };
        YamlNode *root = NULL;
        char *result;

        ck_assert_int_eq(yaml_tree_add_source(&tree, NULL), 0);
        ck_assert_int_eq(yaml_tree_parse(&tree, 0, text, strlen(text), &diagnostics, &root), 0);
        ck_assert_int_eq(yaml_fields_decode(&context, fields, root, object), 0);
        object->node = NULL;

        for (size_t i = 0; i < diagnostics.n_items; i++)
                (void) buffer_add_format(
                                &buffer, "%s%u:%u: %s", i > 0 ? "\n" : "", diagnostics.items[i].line,
                                diagnostics.items[i].column, diagnostics.items[i].message);
        (void) buffer_add_string(&buffer, "");
        ck_assert_int_eq(buffer_take(&buffer, &result), 0);
        return result;
}

START_TEST(what_is_wrong_is_told_with_its_place) {
        CLEANUP(object_done) Object object = { 0 };
        CLEANUP_FREE char *faults = decode(cases[_i].text, false, &object);

        ck_assert_msg(strcmp(faults, cases[_i].faults) == 0, "%s\ngives   %s\nand not %s", cases[_i].text,
                      faults, cases[_i].faults);
}
END_TEST

START_TEST(what_is_right_is_kept) {
        CLEANUP(object_done) Object object = { 0 };
        CLEANUP_FREE char *faults =
                        decode("name: x\nlist: [a, 42]\nflag: true\nnumber: 7\nsize: 2K\nspan: 90\ndelay: "
                               "1s\ncolour: green\n"
                               "inner: {flag: true}\n",
                               false, &object);

        ck_assert_str_eq(faults, "");
        ck_assert_str_eq(object.name, "x");
        ck_assert_uint_eq(string_list_length(object.list), 2);
        ck_assert_str_eq(object.list[1], "42");
        ck_assert(object.flag);
        ck_assert_uint_eq(object.number, 7);
        ck_assert_uint_eq(object.size, 2048);
        ck_assert_int_eq(object.span, 90 * USEC_PER_SEC);
        ck_assert_int_eq(object.delay, USEC_PER_SEC);
        ck_assert_int_eq(object.colour, COLOUR_GREEN);
        ck_assert(object.inner.flag);
}
END_TEST

START_TEST(what_is_wrong_or_null_leaves_the_default) {
        CLEANUP(object_done) Object object = { .number = 5, .flag = true, .colour = COLOUR_GREEN, .span = 1 };
        CLEANUP_FREE char *faults = decode("number: 0\nflag: null\ncolour: x\nspan: ~\n", true, &object);

        ck_assert_uint_eq(object.number, 5);
        ck_assert(object.flag);
        ck_assert_int_eq(object.colour, COLOUR_GREEN);
        ck_assert_int_eq(object.span, 1);
}
END_TEST

START_TEST(nothing_is_missing_from_defaults) {
        CLEANUP(object_done) Object object = { 0 };
        CLEANUP_FREE char *faults = decode("number: 7\n", true, &object);

        ck_assert_str_eq(faults, "");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("yaml-field");
        TCase *tcase = tcase_create("yaml-field");

        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, what_is_right_is_kept);
        tcase_add_test(tcase, what_is_wrong_or_null_leaves_the_default);
        tcase_add_test(tcase, nothing_is_missing_from_defaults);
        suite_add_tcase(suite, tcase);
        return suite;
}
