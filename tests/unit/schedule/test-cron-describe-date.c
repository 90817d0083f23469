/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>

#include "schedule/cron.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        CronDays days;
        const char *expression, *description;
} cases[] = {
        { CRON_DAYS_AUTO, "0 0 1 * *",           "at 00:00 on day 1 of the month" },
        { CRON_DAYS_AUTO, "0 0 1,15 * *",        "at 00:00 on days 1 and 15 of the month" },
        { CRON_DAYS_AUTO, "0 0 */2 * *",         "at 00:00 on days 1 to 31 in steps of 2 of the month" },
        { CRON_DAYS_AUTO, "0 0 1 1 *",           "at 00:00 on day 1 of January" },
        { CRON_DAYS_AUTO, "0 0 * 3,6-8 *",       "at 00:00 every day in March and June to August" },
        { CRON_DAYS_AUTO, "0 0 * 1 mon",         "at 00:00 on Monday in January" },
        { CRON_DAYS_AUTO, "0 0 1 * mon",         "at 00:00 on day 1 of the month or on Monday" },
        { CRON_DAYS_AUTO, "0 0 1 5 mon",         "at 00:00 on day 1 of the month or on Monday, in May" },
        { CRON_DAYS_AUTO, "0 0 */9 * mon",       "at 00:00 on Monday, but only on days 1, 10, 19 and 28 of the month" },
        { CRON_DAYS_AUTO, "0 0 L * *",           "at 00:00 on the last day of the month" },
        { CRON_DAYS_AUTO, "0 0 L 2 *",           "at 00:00 on the last day of February" },
        { CRON_DAYS_AUTO, "0 0 L-3 * *",         "at 00:00 on the day 3 days before the last of the month" },
        { CRON_DAYS_AUTO, "0 0 L-1 1,6 *",       "at 00:00 on the day 1 day before the last of January and June" },
        { CRON_DAYS_AUTO, "0 0 LW * *",          "at 00:00 on the last weekday of the month" },
        { CRON_DAYS_AUTO, "0 0 15W * *",         "at 00:00 on the weekday nearest to day 15 of the month" },
        { CRON_DAYS_AUTO, "0 0 1W,15W * *",      "at 00:00 on the weekday nearest to day 1 and the weekday nearest to day 15 of the month" },
        { CRON_DAYS_AUTO, "0 0 L-2W * *",        "at 00:00 on the weekday nearest to the day 2 days before the last of the month" },
        { CRON_DAYS_AUTO, "0 0 1,15,L * *",      "at 00:00 on days 1 and 15 and the last day of the month" },
        { CRON_DAYS_AUTO, "0 0 * * friL",        "at 00:00 on the last Friday of the month" },
        { CRON_DAYS_AUTO, "0 0 * * fri#2",       "at 00:00 on the second Friday of the month" },
        { CRON_DAYS_AUTO, "0 0 * * 1#1,1#3,5L",  "at 00:00 on the first Monday, the third Monday and the last Friday of the month" },
        { CRON_DAYS_AUTO, "0 0 * * mon,friL",    "at 00:00 on Monday and the last Friday of the month" },
        { CRON_DAYS_AUTO, "0 0 * 3 sun#5",       "at 00:00 on the fifth Sunday of March" },
        { CRON_DAYS_AUTO, "*/15 9-17 * * friL",  "every 15 minutes between 09:00 and 17:59 on the last Friday of the month" },
        { CRON_DAYS_AUTO, "0 0 L * fri#2",       "at 00:00 on the last day of the month or on the second Friday of the month" },
        { CRON_DAYS_AUTO, "0 0 */2 5 fri#2",     "at 00:00 on the second Friday of the month, but only on days 1 to 31 in steps of 2 of the month, in May" },
        { CRON_DAYS_AND, "0 0 13 * fri",   "at 00:00 on Friday, but only on day 13 of the month" },
        { CRON_DAYS_OR,  "0 0 */9 * mon",  "at 00:00 on days 1, 10, 19 and 28 of the month or on Monday" },
        { CRON_DAYS_OR,  "0 0 * * mon",    "at 00:00 on Monday" },
        { CRON_DAYS_AUTO, "0 0 H * *",           "at 00:00 on day 7 of the month (by hash)" },
        { CRON_DAYS_AUTO, "0 0 * * H",           "at 00:00 on Thursday (by hash)" },
        { CRON_DAYS_AUTO, "0 0 0 1 1 * 2030",    "at 00:00 on day 1 of January in 2030" },
        { CRON_DAYS_AUTO, "0 0 0 * * * 2026-2028,2030", "at 00:00 every day in the years 2026 to 2028 and 2030" },
        { CRON_DAYS_AUTO, "0 0 0 * * * 2026-2034/2", "at 00:00 every day in the years 2026 to 2034 in steps of 2" },
        { CRON_DAYS_AUTO, "0 0 0 29 2 * 2026-2034", "at 00:00 on day 29 of February in the years 2028 and 2032" },
};
/* clang-format on */

START_TEST(a_date_in_english) {
        const ScheduleOptions options = { .hash_key = "backup", .days = cases[_i].days };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP_FREE char *description = NULL;

        ck_assert_int_eq(cron_parse(cases[_i].expression, &options, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_describe(schedule, &description), 0);
        ck_assert_str_eq(description, cases[_i].description);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-describe-date");
        TCase *describe = tcase_create("describe");

        tcase_add_loop_test(describe, a_date_in_english, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, describe);
        return suite;
}
