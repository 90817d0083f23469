/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/pattern.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test-random.h"
#include "support/test-support.h"

static int match(const char *text, unsigned flags, const char *value) {
        CLEANUP(pattern_freep) Pattern *pattern = NULL;
        char fault[PATTERN_FAULT_MAX] = "";

        ck_assert_msg(pattern_new(text, flags, &pattern, fault) == 0, "'%s' %s", text, fault);
        return pattern_match(pattern, value, strlen(value));
}

/* clang-format off */
static const struct {
        const char *pattern, *text;
        unsigned flags;
        int wanted;
} cases[] = {
        { "",                  "",            PATTERN_WHOLE, 1 },
        { "",                  "a",           PATTERN_WHOLE, 0 },
        { "abc",               "abcd",        PATTERN_WHOLE, 0 },
        { "abc",               "xabc",        PATTERN_WHOLE, 0 },
        { "a|b|cd",            "cd",          PATTERN_WHOLE, 1 },
        { "a|ab",              "ab",          PATTERN_WHOLE, 1 }, /* the longer one, if that is what it takes */
        { "(a|b)*c",           "ababc",       PATTERN_WHOLE, 1 },
        { "a{2,4}",            "a",           PATTERN_WHOLE, 0 },
        { "[0-9]{4}-\\d{2}",   "2026-11",     PATTERN_WHOLE, 1 },
        { "[[:alpha:]_]+",     "a_Z",         PATTERN_WHOLE, 1 },
        { "\\w+\\s\\W",        "a_1 -",       PATTERN_WHOLE, 1 },
        { "\\w",               "\303\244",    PATTERN_WHOLE, 0 },
        { "(a)\\1",            "aa",          PATTERN_WHOLE, 1 },
        { "a$",                "a\n",         PATTERN_WHOLE, 0 },
        { "a",                 "a\n",         PATTERN_WHOLE, 0 },
        { "a.c",               "a\nc",        PATTERN_WHOLE, 1 },
        { "..",                "\303\244\342\202\254", PATTERN_WHOLE, 1 }, /* two characters, five bytes */
        { "[\303\240-\303\266]", "\303\244",  PATTERN_WHOLE, 1 },
        { "a.",                "a\377",       PATTERN_WHOLE, 0 }, /* a byte that is no character */

        { "b",                 "abc",         0,             1 },
        { "b|x",               "abc",         0,             1 },
        { "^b|x",              "abc",         0,             0 },
        { "^b",                "a\nb",        0,             0 },
        { "a.b",               "a\nb",        0,             1 },
        { "^b",                "a\nb",        PATTERN_LINES, 1 },
        { "^a$",               "b\na\nb",     PATTERN_LINES, 1 },
        { "^(ok|fine)$",       "x\nfine",     PATTERN_LINES, 1 },
        { "a.b",               "a\nb",        PATTERN_LINES, 0 },
        { "(?i)OK",            "it is ok",    PATTERN_LINES, 1 },
        { "\\bok\\b",          "it is okay",  PATTERN_LINES, 0 },
        { "b",                 "\377\377b",   PATTERN_LINES, 1 }, /* behind what is no text */
};

static const struct {
        const char *pattern, *fault;
        unsigned flags;
} faulty[] = {
        { "a(b",                "is no regular expression: missing closing parenthesis, at byte 4", 0 },
        { "a)(b",               "is no regular expression: unmatched closing parenthesis, at byte 2", 0 },
        { "a)(b",               "is no regular expression: unmatched closing parenthesis, at byte 2", PATTERN_WHOLE },
        { "*a",                 "is no regular expression: quantifier does not follow a repeatable item, at byte 1", 0 },
        { "[z-a]",              "is no regular expression: range out of order in character class, at byte 4", 0 },
        { "\\C",                "is no regular expression: using \\C is disabled by the application, at byte 3", 0 },
        { "((a{999}){999}){99}", "is no regular expression: regular expression is too large, at byte 20", PATTERN_WHOLE },
        { "a\377",              "is no regular expression: UTF-8 error: illegal byte (0xfe or 0xff), at byte 2", 0 },
        /* Limits that an expression may set for itself, and the end of ours in a comment. */
        { "(*LIMIT_MATCH=4000000000)a", "is no regular expression: (*VERB) not recognized or malformed, at byte 25", 0 },
        { "(?x)a #",            "is no regular expression: missing closing parenthesis, at byte 20", 0 },
};
/* clang-format on */

START_TEST(texts_match_or_not) {
        ck_assert_int_eq(match(cases[_i].pattern, cases[_i].flags, cases[_i].text), cases[_i].wanted);
}
END_TEST

START_TEST(faults_are_told) {
        Pattern *pattern = NULL;
        char fault[PATTERN_FAULT_MAX];

        ck_assert_int_eq(pattern_new(faulty[_i].pattern, faulty[_i].flags, &pattern, fault), -EINVAL);
        ck_assert_str_eq(fault, faulty[_i].fault);
        ck_assert_ptr_null(pattern);
}
END_TEST

START_TEST(the_length_is_bounded) {
        char text[PATTERN_SIZE_MAX + 2], fault[PATTERN_FAULT_MAX];
        Pattern *pattern = NULL;

        memset(text, 'a', sizeof(text));
        text[PATTERN_SIZE_MAX] = '\0';
        ck_assert_int_eq(match(text, 0, text), 1);
        text[PATTERN_SIZE_MAX] = 'a';
        text[PATTERN_SIZE_MAX + 1] = '\0';
        ck_assert_int_eq(pattern_new(text, 0, &pattern, fault), -EINVAL);
        ck_assert_str_eq(fault, "is longer than 1024 bytes");
}
END_TEST

#define LONG ((size_t) 256 * 1024)

/* What others try for minutes, or for ever, at each of a quarter of a million places. */
START_TEST(nothing_takes_for_ever) {
        static const char *const patterns[] = {
                ".*a.{30}c",      ".*a.{500}c|.*b.{500}c", "(a|b)*a(a|b){400}c",   "(.*a){20}c",
                "([ab]+[ab]+)+y", "((a*)*b*)*c",           "(?:(?=(a|b)+)[ab])*c", "(?R)?c|[ab](?R)",
        };
        TestRandom random = test_random_new();
        CLEANUP_FREE char *text = calloc(LONG + 1, 1);

        ck_assert_ptr_nonnull(text);
        for (size_t i = 0; i < LONG; i++)
                text[i] = "ab"[test_random_between(&random, 0, 1)];
        for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
                ck_assert_int_eq(match(patterns[i], PATTERN_LINES, text), -E2BIG);
                ck_assert_int_le(match(patterns[i], PATTERN_WHOLE, text), 0);
        }
}
END_TEST

/* The bound is not in the way of what people search for: at the far end of all that is looked at. */
START_TEST(what_is_simple_is_found_at_the_end) {
        static const char *const patterns[] = {
                "c", "^c$", "[^ab\\n]", "(x|y|c)$", "\\bc\\b", "c|d", "(?i)C"
        };
        CLEANUP_FREE char *text = calloc(LONG + 1, 1);

        ck_assert_ptr_nonnull(text);
        memset(text, 'a', LONG);
        for (size_t i = 99; i < LONG; i += 100)
                text[i] = '\n';
        memcpy(text + LONG - 2, "\nc", 2);
        for (size_t i = 0; i < ARRAY_SIZE(patterns); i++)
                ck_assert_msg(match(patterns[i], PATTERN_LINES, text) == 1, "%s", patterns[i]);
        ck_assert_int_eq(match("[abc\\n]+", PATTERN_WHOLE, text), 1);
        ck_assert_int_eq(match("(a|b|c|\\n)+", PATTERN_WHOLE, text + LONG - (size_t) 64 * 1024), 1);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("pattern");
        TCase *tcase = tcase_create("pattern");

        tcase_add_loop_test(tcase, texts_match_or_not, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(tcase, faults_are_told, 0, ARRAY_SIZE(faulty));
        tcase_add_test(tcase, the_length_is_bounded);
        tcase_add_test(tcase, nothing_takes_for_ever);
        tcase_add_test(tcase, what_is_simple_is_found_at_the_end);
        suite_add_tcase(suite, tcase);
        return suite;
}
