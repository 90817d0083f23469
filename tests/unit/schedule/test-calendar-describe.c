/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>

#include "schedule/schedule.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *expression, *description;
} cases[] = {
        { "06:00",                   "at 06:00 every day" },
        { "Mon..Fri 06:00",          "at 06:00 on weekdays" },
        { "Sat,Sun 06:00",           "at 06:00 on weekends" },
        { "Mon 06:00",               "at 06:00 on Monday" },
        { "Mon,Sat,Sun 06:00",       "at 06:00 on Saturday to Monday" },
        { "0,12:00:30",              "at 00:00:30 and 12:00:30 every day" },
        { "00:00:00.25",             "at 00:00:00.25 every day" },
        { "10:00:1,2.5",             "at 10:00:01 and 10:00:02.5 every day" },
        { "*:0/15",                  "every 15 minutes" },
        { "*:5/15:30",               "every 15 minutes from minute 5 of the hour at second 30" },
        { "9..17:0/15",              "every 15 minutes between 09:00 and 17:59" },
        { "Mon..Fri 9..17:0/15",     "every 15 minutes between 09:00 and 17:59 on Monday to Friday" },
        { "hourly",                  "every hour" },
        { "*:05",                    "every hour at minute 5" },
        { "0/2:0",                   "every 2 hours" },
        { "9..17:30",                "every hour from 09:30 to 17:30" },
        { "minutely",                "every minute" },
        { "*:*:30.5",                "at second 30.5 of the minute" },
        { "*:*:*",                   "every second" },
        { "*:*:0/1,7",               "every second" },
        { "*:*:0/5",                 "every 5 seconds" },
        { "*:*:2/5",                 "every 5 seconds from second 2 of the minute" },
        { "*:*:0/7",                 "at seconds 0 to 56 in steps of 7 of the minute" },
        { "*:*:0/0.5",               "every 0.5 seconds" },
        { "*:*:0..30/0.5",           "at seconds 0 to 30 in steps of 0.5 of the minute" },
        { "*:*:1.5,5..9/2,0.25/0.7", "at seconds 0.25 to 59.75 in steps of 0.7, 1.5 and 5 to 9 in steps of 2 of the minute" },
        { "10:00:0/5",               "every 5 seconds in minute 0 of the hour between 10:00 and 10:59" },
        { "10:0,5:0/10",             "every 10 seconds in minutes 0 and 5 of the hour between 10:00 and 10:59" },
        { "10,11:*:0/10",            "every 10 seconds between 10:00 and 11:59" },
        { "*:30:0/10",               "every 10 seconds in minute 30 of the hour" },
        { "9..17:30,31:*",           "every second in minutes 30 and 31 of the hour between 09:00 and 17:59" },
        { "daily",                   "at 00:00 every day" },
        { "weekly",                  "at 00:00 on Monday" },
        { "monthly",                 "at 00:00 on the first day of the month" },
        { "quarterly",               "at 00:00 on the first day of January, April, July and October" },
        { "yearly",                  "at 00:00 on the first day of January" },
        { "*-02~1",                  "at 00:00 on the last day of February" },
        { "*-*~2",                   "at 00:00 on the second-to-last day of the month" },
        { "*-*~5",                   "at 00:00 on the 5th-to-last day of the month" },
        { "*-*~22",                  "at 00:00 on the 22nd-to-last day of the month" },
        { "*-*~1..3",                "at 00:00 on the last 3 days of the month" },
        { "*-*~1,3,5",               "at 00:00 on days 1, 3 and 5 of the month, counted from the end" },
        { "Mon *-05~07/1",           "at 00:00 on the last Monday of May" },
        { "Fri *-*-8..14 17:00",     "at 17:00 on the second Friday of the month" },
        { "Mon,Tue *-*-1..7",        "at 00:00 on Monday and Tuesday, but only on days 1 to 7 of the month" },
        { "Fri *-*-13",              "at 00:00 on Friday, but only on day 13 of the month" },
        { "Mon *-02-29",             "at 00:00 on Monday, but only on day 29 of February" },
        { "*-*-2/2",                 "at 00:00 on days 2 to 30 in steps of 2 of the month" },
        { "*-1..3-* *:0/30",         "every 30 minutes in January to March" },
        { "Mon *-1-* 9:00",          "at 09:00 on Monday in January" },
        { "*-02-30",                 "at 00:00 on day 30 of February" },
        { "2026-12-24 18:00",        "at 18:00 on 24 December 2026" },
        { "Fri 2026-11-13",          "at 00:00 on 13 November 2026, if that is a Friday" },
        { "@0",                      "at 00:00 on 1 January 1970, UTC" },
        { "2026-*-* 10:00",          "at 10:00 every day, in 2026" },
        { "2026..2030,2040-1-1",     "at 00:00 on the first day of January, in 2026 to 2030 and 2040" },
        { "2020/4-2-29",             "at 00:00 on day 29 of February, every 4 years from 2020" },
        { "2027/1-1-1",              "at 00:00 on the first day of January, in 2027 and later" },
        { "10:00 UTC",               "at 10:00 every day, UTC" },
        { "10:00 Etc/UTC",           "at 10:00 every day, Etc/UTC time" },
};
/* clang-format on */

static int find_zone(void *userdata, const char *name, TimeZone **ret) {
        return time_zone_load(name, ret);
}

START_TEST(an_expression_in_english) {
        const ScheduleOptions options = { .find_zone = find_zone };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP_FREE char *description = NULL;

        ck_assert_int_eq(
                        schedule_parse(SCHEDULE_CALENDAR, cases[_i].expression, &options, &schedule, NULL),
                        0);
        ck_assert_int_eq(schedule_describe(schedule, &description), 0);
        ck_assert_str_eq(description, cases[_i].description);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-describe");
        TCase *tcase = tcase_create("calendar-describe");

        tcase_add_loop_test(tcase, an_expression_in_english, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
