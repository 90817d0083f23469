/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/errand-description.h"

#include <errno.h>
#include <string.h>

#include "protocol/message.h"
#include "support/test-support.h"

#define EXITED(code) ((code) << 8)

/* clang-format off */
static const struct {
        const char *answer, *complaint;
        int status, error;
        const char *text;
} cases[] = {
        { "{\"name\":\"x\"}\n", "",                 EXITED(0), 0,       "{\"name\":\"x\"}\n" },
        { "{}",                 "a warning\n",      EXITED(0), 0,       "{}" },
        { "{}",                 "",                 EXITED(2), EIO,     "asked to --describe itself it ended with exit code 2" },
        { "",                   "no such\nlong",    EXITED(1), EIO,     "asked to --describe itself it ended with exit code 1: no such" },
        { "",                   "\xff",             EXITED(1), EIO,     "asked to --describe itself it ended with exit code 1: \xef\xbf\xbd" },
        { "{}",                 "",                 9,         EIO,     "asked to --describe itself it was killed by signal 9" },
        { "",                   "",                 EXITED(0), EBADMSG, "its answer to --describe is not a JSON object: not an object, byte 0" },
        { "{\"a\":1",           "",                 EXITED(0), EBADMSG, "its answer to --describe is not a JSON object: neither a comma nor the end of a list or object, byte 6" },
};
/* clang-format on */

START_TEST(an_answer_is_an_object_or_a_sentence) {
        CLEANUP(buffer_done) Buffer answer = { 0 }, complaint = { 0 };
        CLEANUP_FREE char *text = NULL;

        (void) buffer_add_string(&answer, cases[_i].answer);
        (void) buffer_add_string(&complaint, cases[_i].complaint);

        ck_assert_int_eq(description_judge(&answer, &complaint, cases[_i].status, &text), cases[_i].error);
        ck_assert_str_eq(text, cases[_i].text);
}
END_TEST

START_TEST(an_answer_has_a_bound_whoever_ended_it) {
        CLEANUP(buffer_done) Buffer answer = { 0 }, complaint = { 0 };
        CLEANUP_FREE char *text = NULL;

        for (size_t i = 0; i <= DESCRIPTION_SIZE_MAX; i++)
                (void) buffer_add_char(&answer, ' ');

        ck_assert_int_eq(description_judge(&answer, &complaint, 9, &text), EFBIG);
        ck_assert_str_eq(text, "its answer to --describe is larger than 256 KiB");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("errand-description");
        TCase *tcase = tcase_create("errand-description");

        tcase_add_loop_test(tcase, an_answer_is_an_object_or_a_sentence, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, an_answer_has_a_bound_whoever_ended_it);
        suite_add_tcase(suite, tcase);
        return suite;
}
