/* SPDX-License-Identifier: GPL-2.0-or-later */

/* L, W and #: where they stand and where they are refused. Which days they are is in test-cron-days. */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "schedule/cron.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text;
        CronDaySet set; /* without the plain days, and without `either` */
} cases[] = {
        { "0 0 L * *",          { .from_end = 1 << 0 } },
        { "0 0 l-3 * *",        { .from_end = 1 << 3 } },
        { "0 0 L-30 * *",       { .from_end = 1 << 30 } },
        { "0 0 L,L-1,5 * *",    { .from_end = 1 << 0 | 1 << 1 } },
        { "0 0 LW * *",         { .nearest_to_last = 1 << 0 } },
        { "0 0 WL * *",         { .nearest_to_last = 1 << 0 } },
        { "0 0 L-2W * *",       { .nearest_to_last = 1 << 2 } },
        { "0 0 15,LW * *",      { .nearest_to_last = 1 << 0 } },
        { "0 0 31W * *",        { .nearest = 1U << 31 } },
        { "0 0 1w,15w * *",     { .nearest = 1 << 1 | 1 << 15 } },
        { "0 0 * * 5L",         { .nth_weekdays = { [0] = 1 << 5 } } },
        { "0 0 * * friL,SundayL", { .nth_weekdays = { [0] = 1 << 5 | 1 << 0 } } },
        { "0 0 * * 0#1,7#2",    { .nth_weekdays = { [1] = 1, [2] = 1 } } },
        { "0 0 * * Saturday#5", { .nth_weekdays = { [5] = 1 << 6 } } },
};

static const struct {
        const char *text;
        size_t offset;
        const char *reason;
} invalid_cases[] = {
        { "L * * * *",       0,  "'L' (the last day) has no meaning here: it stands in the day of the month" },
        { "0 0 * L *",       6,  "'L'" },
        { "0 0 * * L",       8,  "'L' (the last day) has no meaning here: it stands in the day of the month, or behind a weekday" },
        { "0 0 * * 1,L",     10, "'L'" },
        { "0 0 * * L5",      8,  "'L'" },
        { "0 0 * * mon-friL", 15, "'L'" },
        { "0 0 * * LW",      8,  "'LW' (the last weekday of the month) has no meaning here" },
        { "0 0 5L * *",      5,  "'L'" },
        { "0 0 L-31 * *",    6,  "no month has a day 31 days before its last" },
        { "0 0 L- * *",      6,  "a value is missing" },
        { "0 0 L/2 * *",     5,  "L, W and # have no steps" },
        { "0 0 L-5-3 * *",   7,  "'-' has no meaning" },
        { "0 0 15W/2 * *",   7,  "L, W and # have no steps" },
        { "0 0 1-5W * *",    7,  "'W' (the nearest weekday) has no meaning here: it stands behind a single day" },
        { "0 0 1,15W * *",   6,  "W is for a single day" },
        { "0 0 15W,1-5 * *", 4,  "W is for a single day" },
        { "0 0 *W * *",      5,  "'W'" },
        { "0 0 W * *",       4,  "'W'" },
        { "0 0 32W * *",     4,  "day of the month 32" },
        { "15W 0 * * *",     2,  "'W'" },
        { "0 0 * * 1W",      9,  "'W'" },
        { "0 0 * * fri#6",   12, "no month has a weekday number 6: 1 to 5 expected" },
        { "0 0 * * fri#0",   12, "no month has a weekday number 0" },
        { "0 0 * * fri#",    12, "a value is missing" },
        { "0 0 * * #2",      8,  "'#' (the n-th weekday of the month) has no meaning here" },
        { "0 0 * * 1-5#2",   11, "'#'" },
        { "0 0 * * fri#2/2", 13, "L, W and # have no steps" },
        { "0 0 5#2 * *",     5,  "'#'" },
        { "0 0 * * 8#2",     8,  "day of the week 8" },
        { "0 0 L-29 2 *",    4,  "none of the months has such a day" },
        { "0 0 30W 2 *",     4,  "none of the months has such a day" },
        { "0 0 31W 4,6 */2", 4,  "none of the months has such a day" },
};
/* clang-format on */

START_TEST(a_sign_is_taken_where_it_belongs) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        const ScheduleOptions options = {};
        ScheduleError error = {};
        CronDaySet set;
        int r;

        r = cron_parse(cases[_i].text, &options, &schedule, &error);
        ck_assert_msg(r == 0, "'%s': %s", cases[_i].text, error.reason);
        set = ((const CronSchedule *) schedule)->day_set;
        ck_assert_uint_eq(set.from_end, cases[_i].set.from_end);
        ck_assert_uint_eq(set.nearest, cases[_i].set.nearest);
        ck_assert_uint_eq(set.nearest_to_last, cases[_i].set.nearest_to_last);
        ck_assert_mem_eq(set.nth_weekdays, cases[_i].set.nth_weekdays, sizeof(set.nth_weekdays));
}
END_TEST

START_TEST(and_refused_elsewhere) {
        const ScheduleOptions options = {};
        Schedule *schedule = NULL;
        ScheduleError error = {};

        ck_assert_int_eq(cron_parse(invalid_cases[_i].text, &options, &schedule, &error), -EINVAL);
        ck_assert_msg(strstr(error.reason, invalid_cases[_i].reason) &&
                                      error.offset == invalid_cases[_i].offset,
                      "'%s': at %zu: %s", invalid_cases[_i].text, error.offset, error.reason);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-sign");
        TCase *sign = tcase_create("sign");

        tcase_add_loop_test(sign, a_sign_is_taken_where_it_belongs, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(sign, and_refused_elsewhere, 0, ARRAY_SIZE(invalid_cases));
        suite_add_tcase(suite, sign);
        return suite;
}
