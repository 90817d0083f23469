/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/text.h"

#include <locale.h>
#include <string.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text, *line, *output;
} clean_cases[] = {
        { "",                    "",                    "" },
        { "plain ünï 語 😀",      "plain ünï 語 😀",      "plain ünï 語 😀" },
        { "a\tb\nc",             "a b c",               "a\tb\nc" },
        { "\x1b[31mred\x1b[0m",  "\\x1b[31mred\\x1b[0m", "\x1b[31mred\x1b[0m" },
        { "\x1b]0;title\x07",    "\\x1b]0;title\\x07",  "\\x1b]0;title\\x07" },
        { "\x1b[2J\x1b[H",       "\\x1b[2J\\x1b[H",     "\\x1b[2J\\x1b[H" },
        { "\x1b[31",             "\\x1b[31",            "\\x1b[31" },
        { "\xc2\x9b""2J",        "\\x9b2J",             "\\x9b2J" },           /* C1's CSI */
        { "a\xff\xfe""b",        "a\xef\xbf\xbd\xef\xbf\xbd""b", "a\xef\xbf\xbd\xef\xbf\xbd""b" },
        { "\xc0\xaf",            "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd" }, /* overlong */
        { "\xed\xa0\x80",        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* a surrogate */
        { "\xe2\x82",            "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd" }, /* cut */
        { "a\xe2\x80\xae""exe",  "a\\u202eexe",         "a\\u202eexe" },       /* turns the order around */
};
/* clang-format on */

START_TEST(nothing_that_moves_the_cursor_passes) {
        CLEANUP_FREE char *line = NULL, *output = NULL;
        Buffer buffer = { 0 };

        ck_assert_int_eq(text_clean(&buffer, clean_cases[_i].text), 0);
        ck_assert_int_eq(buffer_take(&buffer, &line), 0);
        ck_assert_str_eq(line, clean_cases[_i].line);

        ck_assert_int_eq(
                        text_clean_output(&buffer, clean_cases[_i].text, strlen(clean_cases[_i].text), true),
                        0);
        ck_assert_int_eq(buffer_take(&buffer, &output), 0);
        ck_assert_str_eq(output, clean_cases[_i].output);
}
END_TEST

START_TEST(what_stands_before_is_not_overwritten) {
        static const char text[] = "line\r\nx\rfake\r";
        CLEANUP_FREE char *alone = NULL, *beside = NULL;
        Buffer buffer = { 0 };

        ck_assert_int_eq(text_clean_output(&buffer, text, strlen(text), true), 0);
        ck_assert_int_eq(buffer_take(&buffer, &alone), 0);
        ck_assert_str_eq(alone, text);
        ck_assert_int_eq(text_clean_output(&buffer, text, strlen(text), false), 0);
        ck_assert_int_eq(buffer_take(&buffer, &beside), 0);
        ck_assert_str_eq(beside, "line\r\nx\\x0dfake\\x0d");
}
END_TEST

/* clang-format off */
static const struct {
        const char *text;
        size_t width, room;
        const char *cut;
} cut_cases[] = {
        { "abc",      3, 3, "abc" },
        { "abcd",     4, 3, "ab…" },
        { "äöüß",     4, 3, "äö…" },
        { "語語語",    6, 5, "語語…" },
        { "語語語",    6, 4, "語…" },
        { "e\xcc\x81""e\xcc\x81", 2, 2, "e\xcc\x81""e\xcc\x81" }, /* combining marks have no width */
        { "",         0, 0, "" },
        { "ab",       2, 0, "…" },
};
/* clang-format on */

START_TEST(text_is_measured_and_cut_in_columns) {
        const Screen screen = { .utf8 = true };
        CLEANUP_FREE char *cut = NULL;
        Buffer buffer = { 0 };
        size_t used;

        ck_assert_uint_eq(text_width(cut_cases[_i].text), cut_cases[_i].width);
        used = text_add_cut(&buffer, &screen, cut_cases[_i].text, cut_cases[_i].room);
        ck_assert_int_eq(buffer_take(&buffer, &cut), 0);
        ck_assert_str_eq(cut, cut_cases[_i].cut);
        ck_assert_uint_eq(used, text_width(cut));
}
END_TEST

static void set_locale(void) {
        ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}

Suite *test_suite(void) {
        Suite *suite = suite_create("text");
        TCase *text = tcase_create("text");

        tcase_add_unchecked_fixture(text, set_locale, NULL);
        tcase_add_loop_test(text, nothing_that_moves_the_cursor_passes, 0, (int) ARRAY_SIZE(clean_cases));
        tcase_add_test(text, what_stands_before_is_not_overwritten);
        tcase_add_loop_test(text, text_is_measured_and_cut_in_columns, 0, (int) ARRAY_SIZE(cut_cases));
        suite_add_tcase(suite, text);
        return suite;
}
