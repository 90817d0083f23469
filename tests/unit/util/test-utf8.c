/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/utf8.h"

#include <string.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define TEXT(literal) .data = (literal), .size = sizeof(literal) - 1

/* clang-format off */
static const struct {
        const char *data;
        size_t size, length;
} length_cases[] = {
        { TEXT("a"),                1 },
        { TEXT("\0"),               1 },
        { TEXT("\xc3\xa4"),         2 },
        { TEXT("\xe2\x82\xac."),    3 },
        { TEXT("\xf0\x9f\x98\x80"), 4 },
        { TEXT("\xf4\x8f\xbf\xbf"), 4 },
        { TEXT("\x80"),             0 },
        { TEXT("\xc3"),             0 }, /* cut short */
        { TEXT("\xe2\x82"),         0 },
        { TEXT("\xc0\x80"),         0 }, /* longer than need be */
        { TEXT("\xed\xa0\x80"),     0 }, /* a surrogate */
        { TEXT("\xf4\x90\x80\x80"), 0 }, /* beyond U+10FFFF */
        { TEXT("\xff"),             0 },
};

static const struct {
        const char *data;
        size_t size, max;
        const char *text;
} clean_cases[] = {
        { TEXT(""),                10, "" },
        { TEXT("plain\n"),         10, "plain\n" },
        { TEXT("plain"),            3, "pla" },
        { TEXT("a\0b"),            10, "a" UTF8_REPLACEMENT "b" },
        { TEXT("a\xff" "b"),       10, "a" UTF8_REPLACEMENT "b" },
        { TEXT("a\xe2\x82\xac"),    3, "a" }, /* no half character */
        { TEXT("a\xe2\x82\xac"),    4, "a\xe2\x82\xac" },
        { TEXT("a\xe2\x82"),       10, "a" UTF8_REPLACEMENT UTF8_REPLACEMENT },
        { TEXT("a"),                0, "" },
};

static const struct {
        const char *text, *plain;
} plain_cases[] = {
        { "",                      "" },
        { "two\nlines\ttab",       "two\nlines\ttab" },
        { "dos\r\n",               "dos\n" },
        { "\x1b[31mred\x7f",       UTF8_REPLACEMENT "[31mred" UTF8_REPLACEMENT },
        { "a\xff\xc3z",            "a" UTF8_REPLACEMENT UTF8_REPLACEMENT "z" },
        { "\xc2\x9b" "m \xc2\xa0", UTF8_REPLACEMENT "m \xc2\xa0" },
};
/* clang-format on */

START_TEST(a_character_has_a_length) {
        ck_assert_uint_eq(utf8_length(length_cases[_i].data, length_cases[_i].size), length_cases[_i].length);
}
END_TEST

START_TEST(text_is_cleaned_and_cut) {
        CLEANUP_FREE char *text = NULL;

        ck_assert_int_eq(
                        utf8_clean(clean_cases[_i].data, clean_cases[_i].size, clean_cases[_i].max, &text),
                        0);
        ck_assert_str_eq(text, clean_cases[_i].text);
}
END_TEST

START_TEST(controls_are_no_plain_text) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const char *text = plain_cases[_i].text;

        ck_assert_int_eq(utf8_add_plain(&buffer, text, strlen(text)), 0);
        ck_assert_str_eq(buffer.data ?: "", plain_cases[_i].plain);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("utf8");
        TCase *tcase = tcase_create("utf8");

        tcase_add_loop_test(tcase, a_character_has_a_length, 0, ARRAY_SIZE(length_cases));
        tcase_add_loop_test(tcase, text_is_cleaned_and_cut, 0, ARRAY_SIZE(clean_cases));
        tcase_add_loop_test(tcase, controls_are_no_plain_text, 0, ARRAY_SIZE(plain_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
