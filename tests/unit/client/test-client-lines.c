/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <string.h>

#include "client/client.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text;
        size_t n_lines;
        const char *last;
} split_cases[] = {
        { "",                     0, NULL },
        { "\n\n",                 0, NULL },
        { "{\"a\":1}",            1, "{\"a\":1}" },
        { "{\"a\":1}\n",          1, "{\"a\":1}" },
        { "{}\n{}\n{\"b\":2}\n",  3, "{\"b\":2}" },
        { "{}\n\n{\"c\":\"\\n\"}", 2, "{\"c\":\"\\n\"}" },
};
/* clang-format on */

START_TEST(text_is_cut_at_line_breaks) {
        ClientLines lines = { 0 };
        const char *text = split_cases[_i].text;

        ck_assert_int_eq(client_lines_split(strdup(text), strlen(text), &lines), 0);

        ck_assert_uint_eq(lines.n_lines, split_cases[_i].n_lines);
        if (split_cases[_i].last) {
                ClientLine last = lines.lines[lines.n_lines - 1];

                ck_assert_uint_eq(last.size, strlen(split_cases[_i].last));
                ck_assert_mem_eq(last.text, split_cases[_i].last, last.size);
        }
        client_lines_done(&lines);
}
END_TEST

static const struct {
        const char *text;
        int result;
} parse_cases[] = {
        { "{\"id\": 9007199254740991}", 0 },
        { "[]", -EBADMSG },
        { "{", -EBADMSG },
        { "", -EBADMSG },
        { "7", -EBADMSG },
};

START_TEST(a_line_is_one_object) {
        CLEANUP_JSON json_t *json = NULL;
        ClientLine line = { parse_cases[_i].text, strlen(parse_cases[_i].text) };

        ck_assert_int_eq(client_line_parse(&line, &json), parse_cases[_i].result);
        if (json)
                ck_assert_int_eq(json_integer_value(json_object_get(json, "id")), 9007199254740991);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("client-lines");
        TCase *lines = tcase_create("lines");

        tcase_add_loop_test(lines, text_is_cut_at_line_breaks, 0, (int) ARRAY_SIZE(split_cases));
        tcase_add_loop_test(lines, a_line_is_one_object, 0, (int) ARRAY_SIZE(parse_cases));
        suite_add_tcase(suite, lines);
        return suite;
}
