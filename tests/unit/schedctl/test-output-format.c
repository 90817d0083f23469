/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/output-format.h"

#include <string.h>
#include <yaml.h>

#include "support/test-support.h"
#include "util/buffer.h"

/* clang-format off */
static const struct {
        const char *json, *yaml;
} cases[] = {
        { "{}",                                "{}\n" },
        { "[]",                                "[]\n" },
        { "{\"a\":1,\"b\":null,\"c\":true,\"d\":1.5}", "a: 1\nb: null\nc: true\nd: 1.5\n" },
        { "{\"a\":\"text\",\"b\":\"two words\"}", "a: text\nb: two words\n" },
        { "{\"a\":\"\",\"b\":\"yes\",\"c\":\"12:30\",\"d\":\"010\",\"e\":\"- x\",\"f\":\"a: b\",\"g\":\"x #y\",\"h\":\"NULL\"}",
          "a: \"\"\nb: \"yes\"\nc: \"12:30\"\nd: \"010\"\ne: \"- x\"\nf: \"a: b\"\ng: \"x #y\"\nh: \"NULL\"\n" },
        { "{\"a\":\"two\\nlines\\t\\u001b \\\" \\\\ \\/\"}", "a: \"two\\nlines\\t\\u001B \\\" \\\\ /\"\n" },
        { "{\"a\":[1,\"x\"],\"b\":{\"c\":[]},\"d\":{}}", "a:\n  - 1\n  - x\nb:\n  c: []\nd: {}\n" },
        { "[{\"a\":1,\"b\":[2,3]},{\"a\":4}]",   "- a: 1\n  b:\n    - 2\n    - 3\n- a: 4\n" },
        { "[{\"a\":{\"b\":{\"c\":\"30 2 * * *\"}}}]", "- a:\n    b:\n      c: \"30 2 * * *\"\n" },
        { "{\"t\":\"2026-03-29T01:00:00.000000Z\"}", "t: \"2026-03-29T01:00:00.000000Z\"\n" },
};
/* clang-format on */

START_TEST(json_becomes_yaml) {
        CLEANUP_JSON json_t *json = json_loads(cases[_i].json, 0, NULL);
        CLEANUP_FREE char *text = NULL;
        Buffer buffer = { 0 };

        ck_assert_ptr_nonnull(json);
        ck_assert_int_eq(yaml_format(json, &buffer), 0);
        ck_assert_int_eq(buffer_take(&buffer, &text), 0);

        ck_assert_str_eq(text, cases[_i].yaml);
}
END_TEST

START_TEST(a_yaml_parser_takes_it) {
        yaml_parser_t parser;
        yaml_document_t document;

        ck_assert_int_eq(yaml_parser_initialize(&parser), 1);
        yaml_parser_set_input_string(&parser, (const unsigned char *) cases[_i].yaml, strlen(cases[_i].yaml));
        ck_assert_int_eq(yaml_parser_load(&parser, &document), 1);
        ck_assert_ptr_nonnull(yaml_document_get_root_node(&document));
        yaml_document_delete(&document);
        yaml_parser_delete(&parser);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("output-format");
        TCase *yaml = tcase_create("yaml");

        tcase_add_loop_test(yaml, json_becomes_yaml, 0, (int) ARRAY_SIZE(cases));
        tcase_add_loop_test(yaml, a_yaml_parser_takes_it, 0, (int) ARRAY_SIZE(cases));
        suite_add_tcase(suite, yaml);
        return suite;
}
