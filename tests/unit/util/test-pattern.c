/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/pattern.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test-random.h"
#include "support/test-support.h"

static int match(const char *pattern, unsigned flags, const char *text) {
        CLEANUP(pattern_freep) Pattern *compiled = NULL;
        const char *fault = NULL;
        int r = pattern_new(pattern, flags, &compiled, &fault);

        ck_assert_msg(r == 0, "'%s' %s", pattern, fault ?: "");
        return pattern_match(compiled, text, strlen(text));
}

/* clang-format off */
static const struct {
        const char *pattern, *text;
        int wanted; /* as a whole */
} whole[] = {
        { "",                      "",              1 },
        { "",                      "a",             0 },
        { "abc",                   "abc",           1 },
        { "abc",                   "abcd",          0 },
        { "a|b|cd",                "cd",            1 },
        { "a|b|cd",                "ac",            0 },
        { "a|",                    "",              1 },
        { "()|a",                  "a",             1 },
        { "(a|b)*c",               "ababc",         1 },
        { "(a*)*",                 "aaa",           1 },
        { "((a*)+)?b",             "b",             1 },
        { "a+b?",                  "aa",            1 },
        { "a+",                    "",              0 },
        { "a{3}",                  "aaa",           1 },
        { "a{3}",                  "aaaa",          0 },
        { "a{2,4}",                "aaaa",          1 },
        { "a{2,4}",                "a",             0 },
        { "a{2,}",                 "aaaaa",         1 },
        { "a{,2}",                 "",              1 },
        { "a{,2}",                 "aaa",           0 },
        { "a{0}b",                 "b",             1 },
        { "a{0}b",                 "ab",            0 },
        { "(a{2}){2}",             "aaaa",          1 },
        { "(ab|c){2,3}",           "abcab",         1 },
        { "(ab|c){2,3}",           "abcabc",        0 },
        { "a{1000}",               "a",             0 },
        { "[0-9]{4}-[0-9]{2}",     "2026-11",       1 },
        { "[]a]+",                 "a]",            1 },
        { "[^]a]",                 "b",             1 },
        { "[^]a]",                 "]",             0 },
        { "[a-]+",                 "a-",            1 },
        { "[\\w]+",                "\\w",           1 }, /* no escapes in there */
        { "[[:alpha:]_]+",         "a_Z",           1 },
        { "[[:digit:]]",           "x",             0 },
        { "\\w+\\s\\W",            "a_1 -",         1 },
        { "\\S",                   " ",             0 },
        { "a\\.b\\{\\\\",          "a.b{\\",        1 },
        { "a.c",                   "a\nc",          1 },
        { "^a$",                   "a",             1 },
        { "a^b",                   "ab",            0 },
        { "..",                    "\303\244\342\202\254",     1 }, /* two characters, five bytes */
        { "[\303\240-\303\266]",   "\303\244",      1 },
        { "[^a]",                  "\303\244",      1 },
        { "[\303\240-\303\266]",   "\303\274",      0 },
        { "a.",                    "a\377",         1 }, /* a byte that is no character */
};

static const struct {
        const char *pattern, *text;
        unsigned flags;
        int wanted; /* somewhere */
} somewhere[] = {
        { "b",          "abc",          0,             1 },
        { "^b",         "abc",          0,             0 },
        { "",           "abc",          0,             1 },
        { "c$",         "abc",          0,             1 },
        { "^b",         "a\nb",         0,             0 },
        { "^b",         "a\nb",         PATTERN_LINES, 1 },
        { "^a$",        "b\na\nb",      PATTERN_LINES, 1 },
        { "a.b",        "a\nb",         PATTERN_LINES, 0 },
        { "a[^x]b",     "a\nb",         PATTERN_LINES, 0 },
        { "a[[:space:]]b", "a\nb",      PATTERN_LINES, 1 },
        { "\\bok\\b",   "it is ok.",    0,             1 },
        { "\\bok\\b",   "it is okay",   0,             0 },
        { "\\Bk",       "ok",           0,             1 },
        { "^(ok|fine)$", "x\nfine",     PATTERN_LINES, 1 },
};

static const struct {
        const char *pattern, *fault;
} faulty[] = {
        { "(",            "has a '(' without its ')'" },
        { "a(b",          "has a '(' without its ')'" },
        { "a)b",          "has a ')' without its '('" },
        { "[",            "has a '[' without its ']'" },
        { "[a-",          "has a '[' without its ']'" },
        { "[]",           "has a '[' without its ']'" },
        { "[z-a]",        "has a range in '[]' that runs backwards" },
        { "[[:nothing:]]", "has a class in '[]' that is not known" },
        { "[[:alpha",     "has a class in '[]' that is not known" },
        { "[[=a=]]",      "has a class in '[]' that is not known" },
        { "*a",           "has nothing that its '*', '+', '?' or '{' could repeat" },
        { "a|+",          "has nothing that its '*', '+', '?' or '{' could repeat" },
        { "a{",           "has a '{' that is no number of repetitions" },
        { "a{x}",         "has a '{' that is no number of repetitions" },
        { "a{3,2}",       "has a '{' that is no number of repetitions" },
        { "a{1001}",      "repeats more than 1000 times" },
        { "a{1,99999999999999999999}", "repeats more than 1000 times" },
        { "(a{100}){99}", "is too long with its repetitions written out" },
        { "((((a?){10}){10}){10}){10}", "is too long with its repetitions written out" },
        { "((a{1,200}){1,200}){1,200}", "is too long with its repetitions written out" },
        { "(a)\\1",       "refers back to a group, which is not supported" },
        { "a\\",          "ends in a backslash" },
        { "\\d",          "has a backslash before what it gives no meaning to" },
        { "\\<a",         "has a backslash before what it gives no meaning to" },
};
/* clang-format on */

START_TEST(as_a_whole) {
        ck_assert_int_eq(match(whole[_i].pattern, PATTERN_WHOLE, whole[_i].text), whole[_i].wanted);
}
END_TEST

START_TEST(anywhere) {
        ck_assert_int_eq(
                        match(somewhere[_i].pattern, somewhere[_i].flags, somewhere[_i].text),
                        somewhere[_i].wanted);
}
END_TEST

START_TEST(faults) {
        Pattern *pattern = NULL;
        const char *fault = NULL;

        ck_assert_int_eq(pattern_new(faulty[_i].pattern, 0, &pattern, &fault), -EINVAL);
        ck_assert_str_eq(fault, faulty[_i].fault);
        ck_assert_ptr_null(pattern);
}
END_TEST

static size_t below(TestRandom *random, size_t limit) {
        return (size_t) test_random_between(random, 0, (int64_t) limit - 1);
}

/* `n` times the same. */
static char *repeated(const char *piece, size_t n) {
        char *text = calloc(n * strlen(piece) + 1, 1);

        ck_assert_ptr_nonnull(text);
        for (size_t i = 0; i < n; i++)
                memcpy(text + i * strlen(piece), piece, strlen(piece));
        return text;
}

START_TEST(what_is_long_or_deep) {
        CLEANUP_FREE char *longest = repeated("a", PATTERN_SIZE_MAX),
                          *longer = repeated("a", PATTERN_SIZE_MAX + 1);
        CLEANUP_FREE char *deep = repeated("(", 500), *bars = repeated("|", 1000),
                          *stars = repeated("*", 1000);
        CLEANUP_FREE char *many = NULL;
        Pattern *pattern = NULL;
        const char *fault = NULL;

        ck_assert_int_eq(match(longest, PATTERN_WHOLE, longest), 1);
        ck_assert_int_eq(pattern_new(longer, 0, &pattern, &fault), -EINVAL);
        ck_assert_str_eq(fault, "is longer than 1024 bytes");
        ck_assert_int_eq(pattern_new(deep, 0, &pattern, &fault), -EINVAL);
        ck_assert_str_eq(fault, "has groups that are nested more than 100 deep");
        ck_assert_int_eq(match(bars, PATTERN_WHOLE, ""), 1);
        ck_assert(asprintf(&many, "a%s", stars) > 0);
        if (pattern_new(many, 0, &pattern, &fault) == 0)
                pattern = pattern_free(pattern);
        else
                ck_assert_str_eq(fault, "is too long with its repetitions written out");
}
END_TEST

/* Each of these takes libc minutes, or all memory there is. */
START_TEST(what_never_ends_elsewhere) {
        static const char *const patterns[] = {
                ".*a.{30}c", ".*a.{999}b", "(a|b)*a(a|b){400}c", "(.*a){300}c", "(x+x+)+y", "((a*)*b*)*c",
        };
        TestRandom random = test_random_new();
        CLEANUP_FREE char *text = calloc(262145, 1);
        int r;

        ck_assert_ptr_nonnull(text);
        for (size_t i = 0; i < 262144; i++)
                text[i] = "ab"[below(&random, 2)];
        for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
                r = match(patterns[i], 0, text);
                ck_assert_msg(r == 0 || r == 1 || r == -E2BIG, "%s: %d", patterns[i], r);
                r = match(patterns[i], PATTERN_WHOLE, text);
                ck_assert_msg(r == 0 || r == -E2BIG, "%s: %d", patterns[i], r);
        }
        ck_assert_int_eq(match(".*a.{999}c|.*b.{999}c", 0, text), -E2BIG);
}
END_TEST

/* --- libc's opinion -------------------------------------------------------------------------------- */

static void add_piece(TestRandom *random, char *pattern, size_t size, unsigned depth) {
        static const char *const pieces[] = { "a", "b", "c", ".", "[ab]", "[^a]", "[b-c]", "\\w", "\\." };
        static const char *const times[] = { "", "", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,1}", "{2,}" };
        size_t what = below(random, depth > 0 ? 14 : 9);
        size_t n = strlen(pattern);

        if (what < ARRAY_SIZE(pieces)) {
                (void) snprintf(pattern + n, size - n, "%s", pieces[what]);
        } else {
                (void) snprintf(pattern + n, size - n, "(");
                for (size_t i = 1 + below(random, 3); i > 0; i--) {
                        if (below(random, 4) == 0)
                                (void) strncat(pattern, "|", size - strlen(pattern) - 1);
                        add_piece(random, pattern, size, depth - 1);
                }
                (void) strncat(pattern, ")", size - strlen(pattern) - 1);
        }
        (void) strncat(pattern, times[below(random, ARRAY_SIZE(times))], size - strlen(pattern) - 1);
}

static void make_text(TestRandom *random, char *text, size_t size, const char *of) {
        size_t n = below(random, size - 1);

        for (size_t i = 0; i < n; i++)
                text[i] = of[below(random, strlen(of))];
        text[n] = '\0';
}

static void compare(const char *pattern, const char *text) {
        CLEANUP_FREE char *as_whole = NULL;
        regex_t theirs;
        int wanted;

        ck_assert(asprintf(&as_whole, "^(%s)$", pattern) > 0);
        ck_assert_int_eq(regcomp(&theirs, as_whole, REG_EXTENDED | REG_NOSUB), 0);
        wanted = regexec(&theirs, text, 0, NULL, 0) == 0;
        regfree(&theirs);
        ck_assert_msg(match(pattern, PATTERN_WHOLE, text) == wanted, "whole '%s' and '%s': libc has %d",
                      pattern, text, wanted);

        ck_assert_int_eq(regcomp(&theirs, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE), 0);
        wanted = regexec(&theirs, text, 0, NULL, 0) == 0;
        regfree(&theirs);
        ck_assert_msg(match(pattern, PATTERN_LINES, text) == wanted, "'%s' in '%s': libc has %d", pattern,
                      text, wanted);
}

START_TEST(libc_has_the_same) {
        TestRandom random = test_random_new();
        char pattern[512], text[12];

        for (unsigned i = 0; i < 3000; i++) {
                pattern[0] = '\0';
                if (below(&random, 8) == 0)
                        (void) strcpy(pattern, "^");
                for (size_t n = 1 + below(&random, 4); n > 0; n--)
                        add_piece(&random, pattern, sizeof(pattern), 2);
                if (below(&random, 8) == 0)
                        (void) strcat(pattern, "$");
                for (unsigned n = 0; n < 4; n++) {
                        make_text(&random, text, sizeof(text), "abc.\n");
                        compare(pattern, text);
                }
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("pattern");
        TCase *tcase = tcase_create("pattern");

        tcase_add_loop_test(tcase, as_a_whole, 0, ARRAY_SIZE(whole));
        tcase_add_loop_test(tcase, anywhere, 0, ARRAY_SIZE(somewhere));
        tcase_add_loop_test(tcase, faults, 0, ARRAY_SIZE(faulty));
        tcase_add_test(tcase, what_is_long_or_deep);
        tcase_add_test(tcase, what_never_ends_elsewhere);
        tcase_add_test(tcase, libc_has_the_same);
        suite_add_tcase(suite, tcase);
        return suite;
}
