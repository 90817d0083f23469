/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/regex-check.h"

#include <string.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text;
        bool good;
} cases[] = {
        { "", true },
        { "^(ok|fine)$", true },
        { "[0-9]{4}-[0-9]{2}-[0-9]{2}", true },
        { "a{1000}", true },
        { "a{,10}b{3,}", true },
        { "\\{9999999}", true },
        { "a{", true },
        { "a{x}", true },
        { "(a)\\1", false },
        { "a{1001}", false },
        { "(a{100}){11}", false },
        { "((a{1,200}){1,200}){1,200}", false },
        { "a{99999999999999999999}", false },
        { "a{1,99999}", false },
        { "a{,99999}", false },
};
/* clang-format on */

START_TEST(what_is_bounded) {
        const char *fault = NULL;

        ck_assert(regex_check(cases[_i].text, &fault) == cases[_i].good);
        ck_assert((fault == NULL) == cases[_i].good);
}
END_TEST

START_TEST(a_long_one_is_not) {
        const char *fault = NULL;
        char text[2000];

        memset(text, 'a', sizeof(text));
        text[1024] = '\0';
        ck_assert(regex_check(text, &fault));
        text[1024] = 'a';
        text[1025] = '\0';
        ck_assert(!regex_check(text, &fault));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("regex-check");
        TCase *tcase = tcase_create("regex-check");

        tcase_add_loop_test(tcase, what_is_bounded, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, a_long_one_is_not);
        suite_add_tcase(suite, tcase);
        return suite;
}
