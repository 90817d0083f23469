/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>

#include "schedule/cron.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *expression, *description;
} cases[] = {
        { "30 2 * * *",          "at 02:30 every day" },
        { "30 2 * * mon-fri",    "at 02:30 on weekdays" },
        { "30 2 * * sat,sun",    "at 02:30 on weekends" },
        { "30 2 * * 1",          "at 02:30 on Monday" },
        { "30 2 * * 1,3,5",      "at 02:30 on Monday, Wednesday and Friday" },
        { "30 2 * * fri-mon",    "at 02:30 on Friday to Monday" },
        { "0 2,14 * * *",        "at 02:00 and 14:00 every day" },
        { "0,30 9,12 * * *",     "at 09:00, 09:30, 12:00 and 12:30 every day" },
        { "* * * * *",           "every minute" },
        { "0-59 0-23 1-31 1-12 0-7", "every minute" },
        { "*/15 * * * *",        "every 15 minutes" },
        { "5/15 * * * *",        "every 15 minutes from minute 5 of the hour" },
        { "0,30 * * * *",        "every 30 minutes" },
        { "*/7 * * * *",         "at minutes 0 to 56 in steps of 7 of the hour" },
        { "1,2,40 * * * *",      "at minutes 1, 2 and 40 of the hour" },
        { "0 * * * *",           "every hour" },
        { "5 * * * *",           "every hour at minute 5" },
        { "0 */2 * * *",         "every 2 hours" },
        { "10 1/2 * * *",        "every 2 hours from 01:10" },
        { "0 */12 * * *",        "at 00:00 and 12:00 every day" },
        { "0 */5 * * *",         "at 00:00, 05:00, 10:00, 15:00 and 20:00 every day" },
        { "30 9-17 * * *",       "every hour from 09:30 to 17:30" },
        { "0 22-6 * * *",        "every hour from 22:00 to 06:00" },
        { "5 1,3,4,5,9,11,20 * * *", "at minute 5 of the hours 1, 3 to 5, 9, 11 and 20" },
        { "*/5 9-17 * * mon-fri", "every 5 minutes between 09:00 and 17:59 on Monday to Friday" },
        { "* 3 * * *",           "every minute between 03:00 and 03:59" },
        { "* 22-2 * * *",        "every minute between 22:00 and 02:59" },
        { "*/10 1,5 * * *",      "every 10 minutes in the hours 1 and 5" },
        { "15 30 2 * * *",       "at 02:30:15 every day" },
        { "0,30 30 2,14 * * *",  "at 02:30, 02:30:30, 14:30 and 14:30:30 every day" },
        { "* * * * * *",         "every second" },
        { "*/10 * * * * *",      "every 10 seconds" },
        { "5/10 * * * * *",      "every 10 seconds from second 5 of the minute" },
        { "1,2,40 * * * * *",    "at seconds 1, 2 and 40 of the minute" },
        { "30 * * * * *",        "every minute at second 30" },
        { "30 */15 9-17 * * *",  "every 15 minutes at second 30 between 09:00 and 17:59" },
        { "*/10 30 * * * *",     "every 10 seconds in minute 30 of the hour" },
        { "*/10 0-4 2 * * *",    "every 10 seconds in minutes 0 to 4 of the hour between 02:00 and 02:59" },
        { "15 5 * * * *",        "every hour at minute 5 and second 15" },
        { "15 0 */2 * * *",      "every 2 hours from 00:00:15" },
        { "15 30 9-17 * * *",    "every hour from 09:30:15 to 17:30:15" },
        { "15 5 1,3,4,5,9,11,20 * * *", "at minute 5 and second 15 of the hours 1, 3 to 5, 9, 11 and 20" },
        { "H H * * *",           "at 01:47 (by hash) every day" },
        { "H * * * *",           "every hour at minute 47 (by hash)" },
        { "H/15 * * * *",        "every 15 minutes from minute 2 of the hour (by hash)" },
        { "10~30 4 * * *",       "at 04:18 (by hash) every day" },
        { "*/30 * * 2 *",        "every 30 minutes in February" },
};
/* clang-format on */

START_TEST(an_expression_in_english) {
        const ScheduleOptions options = { .hash_key = "backup" };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP_FREE char *description = NULL;

        ck_assert_int_eq(cron_parse(cases[_i].expression, &options, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_describe(schedule, &description), 0);
        ck_assert_str_eq(description, cases[_i].description);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-describe");
        TCase *describe = tcase_create("describe");

        tcase_add_loop_test(describe, an_expression_in_english, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, describe);
        return suite;
}
