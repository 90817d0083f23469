/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/text-diff.h"
#include "support/test-support.h"
#include "util/cleanup.h"
#include "util/types.h"

/* clang-format off */
static const struct {
        const char *old, *new, *diff;
} cases[] = {
        { "",              "",              "" },
        { "a\nb\n",        "a\nb\n",        " a\n b\n" },
        { NULL,            "a\n",           "+a\n" },
        { "a\n",           NULL,            "-a\n" },
        { "a\nb\nc\n",     "a\nx\nc\n",     " a\n-b\n+x\n c\n" },
        { "a\nb\n",        "a\nb\nc\n",     " a\n b\n+c\n" },
        { "a\nb\nc\nd",    "b\nc\nx\nd",    "-a\n b\n c\n+x\n d\n" },
        { "1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nx\n5\n6\n7\n", " 2\n 3\n-4\n+x\n 5\n 6\n" },
};
/* clang-format on */

START_TEST(what_differs_is_shown_with_two_lines_around) {
        CLEANUP_FREE char *diff = NULL;

        ck_assert_int_eq(text_diff(cases[_i].old, cases[_i].new, &diff), 0);
        ck_assert_str_eq(diff, cases[_i].diff);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("manager-text-diff");
        TCase *diff = tcase_create("diff");

        tcase_add_loop_test(diff, what_differs_is_shown_with_two_lines_around, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, diff);
        return suite;
}
