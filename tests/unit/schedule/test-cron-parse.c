/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/schedule.h"
#include "support/test-support.h"
#include "util/cleanup.h"

/* clang-format off */
static const struct {
        const char *text, *canonical;
        bool interval_like;
} valid_cases[] = {
        { "* * * * *",             "* * * * *",        true },
        { "30 2 * * *",            "30 2 * * *",       false },
        { "  30\t2  * *  * ",      "30 2 * * *",       false },
        { "007 02 * * *",          "7 2 * * *",        false },
        { "0,30 2 * * *",          "0,30 2 * * *",     false },
        { "*/15 2 * * *",          "*/15 2 * * *",     true },
        { "5/15 2 * * *",          "5/15 2 * * *",     true },
        { "0 */2 * * *",           "0 */2 * * *",      true },
        { "0 9-17 * * *",          "0 9-17 * * *",     true },
        { "0 9-9 * * *",           "0 9-9 * * *",      true },
        { "0 22-6 * * *",          "0 22-6 * * *",     true },
        { "0 2,9-17/4 * * *",      "0 2,9-17/4 * * *", true },
        { "0 0 */2 */3 */2",       "0 0 */2 */3 */2",  false }, /* only minute and hour count */
        { "0 0 * JAN,mar Mon-FRI", "0 0 * 1,3 1-5",    false },
        { "0 0 * january sunday",  "0 0 * 1 0",        false },
        { "0 0 * may may-sat",     NULL,               false }, /* a month is no weekday */
        { "0 0 * * fri-mon",       "0 0 * * 5-1",      false },
        { "0 0 * * 7",             "0 0 * * 0",        false },
        { "0 0 * * 5-7",           "0 0 * * 5-7",      false },
        { "0 0 * * 7-2",           "0 0 * * 0-2",      false },
        { "0 0 * * 7-7",           "0 0 * * 7-7",      false },
        { "0 0 * * 7/2",           "0 0 * * 0/2",      false },
        { "0 0 25-5 nov-feb *",    "0 0 25-5 11-2 *",  false },
        { "0 0 29 2 *",            "0 0 29 2 *",       false },
        { "0 0 30 2 1",            "0 0 30 2 1",       false }, /* the Mondays come */
        { "@yearly",               "0 0 1 1 *",        false },
        { "@annually",             "0 0 1 1 *",        false },
        { "@monthly",              "0 0 1 * *",        false },
        { "@weekly",               "0 0 * * 0",        false },
        { "@daily",                "0 0 * * *",        false },
        { "@midnight",             "0 0 * * *",        false },
        { "@hourly",               "0 * * * *",        true },
        { "@Daily",                "0 0 * * *",        false },
};

static const struct {
        const char *text;
        size_t offset;
        const char *reason; /* a part of it */
} invalid_cases[] = {
        { "61 * * * *",         0,  "minute 61 is out of range: 0 to 59" },
        { "0 24 * * *",         2,  "hour 24 is out of range: 0 to 23" },
        { "0 0 0 * *",          4,  "day of the month 0" },
        { "0 0 32 * *",         4,  "day of the month 32" },
        { "0 0 * 13 *",         6,  "month 13" },
        { "0 0 * * 8",          8,  "day of the week 8" },
        { "  0 0 * * 8",        10, "day of the week 8" },
        { "0,5,60 * * * *",     4,  "minute 60" },
        { "0 0-24 * * *",       4,  "hour 24" },
        { "99999999999 * * * *", 0, "too large" },
        { "0 0 30 2 *",         4,  "February has no day 30" },
        { "0 0 31 4,6,9,11 *",  4,  "none of the months has a day 31" },
        { "0 0 30-31 feb */2",  4,  "February has no day 30" },
        { "*/0 * * * *",        2,  "step of 0" },
        { "*/ * * * *",         2,  "step is missing" },
        { "*/x * * * *",        2,  "step is missing" },
        { "*/1000 * * * *",     2,  "step 1000 is too large" },
        { "*/5/5 * * * *",      3,  "has no meaning" },
        { "5- * * * *",         2,  "a value is missing" },
        { "-5 * * * *",         0,  "'-' has no meaning" },
        { ",5 * * * *",         0,  "',' has no meaning" },
        { "5, * * * *",         2,  "a value is missing" },
        { "1.5 * * * *",        1,  "'.' has no meaning" },
        { "*5 * * * *",         1,  "has no meaning" },
        { "1-5-9 * * * *",      3,  "has no meaning" },
        { "0 0 * janury *",     6,  "did you mean 'January'?" },
        { "0 0 * jna *",        6,  "did you mean 'jan'?" },
        { "0 0 * * mno",        8,  "did you mean 'mon'?" },
        { "0 0 * mon *",        6,  "'mon' has no meaning here: 1 to 12 or jan to dec" },
        { "mon * * * *",        0,  "'mon' has no meaning here: 0 to 59" },
        { "0 0 * * \xc3\xa4",   8,  "a character that no cron expression has" },
        { "0 0 L * *",          4,  "'L' (the last day) is not known" },
        { "0 0 l * *",          4,  "'L' (the last day) is not known" },
        { "0 0 L-3 * *",        4,  "'L'" },
        { "0 0 LW * *",         4,  "'LW' (the last weekday of the month)" },
        { "0 0 15W * *",        6,  "'W' (the nearest weekday)" },
        { "0 0 * * 5L",         9,  "'L'" },
        { "0 0 * * fri#2",      11, "'#' (the n-th weekday of the month)" },
        { "0 0 ? * *",          4,  "'?' (no particular day)" },
        { "H * * * *",          0,  "'H' (a value by hash)" },
        { "H(0-29)/10 * * * *", 0,  "'H'" },
        { "0~30 * * * *",       1,  "'~' (a random value)" },
        { "* * * * * *",        10, "expected 5 fields (minute, hour, day of the month, month, day of the week), got 6" },
        { "0 0 1 1 * * 2026",   10, "got 7" },
        { "0 0 1 1 * 2026",     10, "a year needs 7 fields" },
        { "* * * *",            7,  "got 4" },
        { "*",                  1,  "got 1" },
        { "",                   0,  "empty" },
        { "   ",                0,  "empty" },
        { "@daly",              0,  "did you mean '@daily'?" },
        { "@",                  0,  "is no macro" },
        { "@daily 5",           7,  "nothing may follow" },
        { "@every",             6,  "not a span" },
        { "@every 0",           7,  "the span is 0" },
        { "@every 1month",      7,  "no fixed length" },
};

static const struct {
        const char *text;
        bool warned;
} warning_cases[] = {
        { "*/15 * * * *", false },
        { "*/7 * * * *",  true },
        { "*/90 * * * *", true },
        { "0 */5 * * *",  true },
        { "0 0 */2 * *",  false },
        { "5-20/4 * * * *", false },
};
/* clang-format on */

START_TEST(an_expression_has_one_canonical_form) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP(schedule_freep) Schedule *again = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *text_again = NULL;
        ScheduleError error = {};
        int r;

        r = schedule_parse(SCHEDULE_CRON, valid_cases[_i].text, NULL, &schedule, &error);
        if (!valid_cases[_i].canonical) {
                ck_assert_int_eq(r, -EINVAL);
                return;
        }
        ck_assert_msg(r == 0, "'%s': %s", valid_cases[_i].text, error.reason);
        ck_assert_int_eq(schedule_kind(schedule), SCHEDULE_CRON);
        ck_assert_int_eq(schedule_is_interval_like(schedule), valid_cases[_i].interval_like);
        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        ck_assert_str_eq(text, valid_cases[_i].canonical);

        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, text, NULL, &again, NULL), 0);
        ck_assert_int_eq(schedule_format(again, &text_again), 0);
        ck_assert_str_eq(text, text_again);
        ck_assert_int_eq(schedule_is_interval_like(again), valid_cases[_i].interval_like);
}
END_TEST

START_TEST(what_cannot_be_right_is_refused_with_place_and_reason) {
        ScheduleError error = {};
        Schedule *schedule = NULL;
        int r;

        r = schedule_parse(SCHEDULE_CRON, invalid_cases[_i].text, NULL, &schedule, &error);
        ck_assert_int_eq(r, -EINVAL);
        ck_assert_msg(strstr(error.reason, invalid_cases[_i].reason), "'%s': %s", invalid_cases[_i].text,
                      error.reason);
        ck_assert_msg(error.offset == invalid_cases[_i].offset, "'%s': at %zu: %s", invalid_cases[_i].text,
                      error.offset, error.reason);

        ck_assert_int_eq(
                        schedule_parse(SCHEDULE_CRON, invalid_cases[_i].text, NULL, &schedule, NULL),
                        -EINVAL);
}
END_TEST

START_TEST(what_is_right_but_odd_is_warned_of) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;

        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, warning_cases[_i].text, NULL, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_warning(schedule) != NULL, warning_cases[_i].warned);
}
END_TEST

START_TEST(long_texts_are_refused) {
        static char text[5000];
        ScheduleError error = {};
        Schedule *schedule = NULL;
        size_t n = 0;

        for (int i = 0; i < 400; i++)
                n += (size_t) sprintf(text + n, "1,");
        strcpy(text + n, "1 * * * *");
        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, text, NULL, &schedule, &error), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error.reason, "list elements"));

        memset(text, '1', sizeof(text) - 1);
        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, text, NULL, &schedule, &error), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error.reason, "longer than"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-parse");
        TCase *parse = tcase_create("parse");

        tcase_add_loop_test(parse, an_expression_has_one_canonical_form, 0, ARRAY_SIZE(valid_cases));
        tcase_add_loop_test(
                        parse, what_cannot_be_right_is_refused_with_place_and_reason, 0,
                        ARRAY_SIZE(invalid_cases));
        tcase_add_loop_test(parse, what_is_right_but_odd_is_warned_of, 0, ARRAY_SIZE(warning_cases));
        tcase_add_test(parse, long_texts_are_refused);
        suite_add_tcase(suite, parse);
        return suite;
}
