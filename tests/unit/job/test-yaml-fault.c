/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What does not parse, through yaml_tree_parse(): most of it is libyaml's to find, some is ours. */

#include "job/yaml-fault.h"

#include <string.h>

#include "job/yaml-node.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text;
        size_t size; /* 0: up to the NUL */
        unsigned line, column;
        const char *message;
} fault_cases[] = {
        /* what must be quoted */
        { "a: */5 * * * *\n",         0, 1, 4, "a value that begins with '*' must be quoted, as in \"*/5 * * * *\"" },
        { "a: * * * * *\n",           0, 1, 4, "a value that begins with '*' must be quoted, as in \"*/5 * * * *\"" },
        { "a: *foo\n",                0, 1, 4, "'*foo' is an alias of nothing; a value that begins with '*' must be quoted" },
        { "a: @daily\n",              0, 1, 4, "a value that begins with '@' must be quoted, as in \"@daily\"" },
        { "a: %x\n",                  0, 1, 4, "a value that begins with '%' must be quoted" },
        { "a: `x`\n",                 0, 1, 4, "a value that begins with '`' must be quoted" },
        { "a: & x\n",                 0, 1, 4, "a value that begins with '&' must be quoted" },
        { "a: b: c\n",                0, 1, 5, "a value that holds ': ' must be quoted; or this line is indented wrongly" },
        { "a: \"b\" c\n",             0, 1, 8, "expected 'key: value' here: the indentation is wrong, or a value with "
                                                "quotes in it must be quoted as a whole" },
        { "a: !b c\n",                0, 1, 4, "a tag ('!') is not supported; quote a value that begins with '!'" },
        { "a: !b [c]\n",              0, 1, 4, "a tag ('!') is not supported; quote a value that begins with '!'" },

        /* what is not closed, or indented wrongly */
        { "a: \"b\n",                 0, 1, 4, "a quote is not closed" },
        { "a: [b\nc: d\n",            0, 1, 4, "a list that was opened with '[' is not closed" },
        { "a: {b\n",                  0, 1, 4, "a mapping that was opened with '{' is not closed" },
        { "a:\n\tb: c\n",             0, 2, 1, "indent with spaces, not with a tab" },
        { "a:\n  b\nc\nd: e\n",       0, 4, 1, "a line before this one is no 'key: value'" },
        { "a: - b\n",                 0, 1, 4, "a list cannot begin here: put '- item' on a line of its own, or quote the value" },

        /* what YAML has and we do not */
        { "a: b\n---\na: b\n",        0, 2, 1, "a second document ('---') is not supported: one file, one document" },
        { "%YAML 1.1\n---\na: b\n",   0, 1, 1, "directives ('%') are not supported" },
        { "a: &x [*x]\n",             0, 1, 8, "an alias stands inside of what it stands for" },
        { "? [a]\n: b\n",             0, 1, 3, "a key must be a text; quote a value that begins with '{' or '['" },

        /* bytes */
        { "a: b\nc: \0\n",            10, 2, 4, "a NUL byte: this is not a text file" },
        { "a: \xff\n",                0, 1, 4, "not valid UTF-8: save the file in that encoding" },
        { "\303\274: \xc3(\n",        0, 1, 5, "not valid UTF-8: save the file in that encoding" },
        { "a: \x01\n",                0, 1, 4, "control character 0x01 is not allowed: write it as an escape in double quotes" },
        { "a: \"\\0\"\n",             0, 1, 4, "a text cannot hold a NUL character ('\\0')" },
        { "a: \"\\q\"\n",             0, 1, 5, "unknown escape after '\\': write '\\\\' for a backslash, or use single quotes" },
};
/* clang-format on */

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

START_TEST(a_fault_is_told_in_the_users_words) {
        CLEANUP(parsed_done) Parsed parsed = { 0 };
        const char *text = fault_cases[_i].text;

        parse(&parsed, text, fault_cases[_i].size ?: strlen(text));

        ck_assert_msg(parsed.r == -EINVAL, "%s", text);
        ck_assert_uint_eq(parsed.diagnostics.n_items, 1);
        ck_assert_str_eq(parsed.diagnostics.items[0].message, fault_cases[_i].message);
        ck_assert_str_eq(parsed.diagnostics.items[0].file, "file");
        ck_assert_uint_eq(parsed.diagnostics.items[0].line, fault_cases[_i].line);
        ck_assert_uint_eq(parsed.diagnostics.items[0].column, fault_cases[_i].column);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("yaml-fault");
        TCase *tcase = tcase_create("yaml-fault");

        tcase_add_loop_test(tcase, a_fault_is_told_in_the_users_words, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
