/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the grammar refuses, and the zone. What it takes is in test-calendar-normal. */

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "schedule/schedule.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *expression;
        size_t offset;
        const char *reason; /* a part of it */
} error_cases[] = {
        { "Mondey 10:00",          0, "did you mean 'Monday'?" },
        { "dayly",                 0, "did you mean 'daily'?" },
        { "secondly",              0, "'secondly' has no meaning here" },
        { "weekly,",               0, "stands alone" },
        { "10:00 Fri",             6, "wrong place" },
        { "Mon Tue",               4, "wrong place" },
        { "Mon, Tue",              5, "wrong place" },
        { "Mon daily",             4, "stands alone" },
        { "Sun..Mon",              0, "the week ends on Sunday" },
        { "Mon..Wed..Fri",         8, "'.' has no meaning here" },
        { "Mon.Fri",               3, "'.' has no meaning here" },
        { "Mon..",                 5, "a weekday is expected" },
        { "Mon,,Tue",              4, "a weekday is expected" },
        { "Mon5",                  3, "a blank is missing" },
        { "  Mon..Xyz",            7, "'Xyz'" },
        { "Mon\t10:00",            3, "a blank is missing" },
        { "*:4,30:*\n",            8, "a character that no" },
        { "daily\n",               0, "wrong place" },
        { "*/2:0",                 1, "write 0/" },
        { "*-*-*/2",               5, "write 1/" },
        { "*,1:0",                 1, "',' has no meaning" },
        { "1,*:0",                 2, "stands alone in its field" },
        { "1,:0",                  2, "':' has no meaning" },
        { ",1:0",                  0, "',' has no meaning" },
        { "*",                     1, "':' and the minute expected" },
        { "10",                    2, "':' and the minute expected" },
        { "10:",                   3, "too early" },
        { "10:0:",                 5, "too early" },
        { "10 00",                 2, "':' and the minute expected" },
        { "10:00:00 00",           8, "a blank has no meaning" },
        { "10:00  UTC",            5, "" },
        { "1:1:1:1",               5, "':' has no meaning" },
        { "1-1-1-1",               5, "'-' has no meaning" },
        { "1-1:0",                 1, "'-' has no meaning" },
        { "*~*-1",                 1, "'~' stands before the day" },
        { "2026-02-01T10:00",     10, "a blank and not 'T'" },
        { "-1:0",                  0, "'-' has no meaning" },
        { "+1:0",                  0, "'+' has no meaning" },
        { "10:60",                 3, "minute 60 is out of range: 0 to 59 expected" },
        { "24:00",                 0, "hour 24" },
        { "*-13-1",                2, "month 13" },
        { "*-*-0",                 4, "day 0" },
        { "*-*-1,32",              6, "day 32" },
        { "*-*~29",                4, "day 29 from the end" },
        { "*-*~1,27",              6, "1 to 25 expected" },
        { "2200-1-1",              0, "year 2200" },
        { "100-1-1",               0, "year 100" },
        { "60..80-1-1",            0, "runs backwards" },
        { "5..1:0",                0, "runs backwards" },
        { "*:*:60",                4, "second 60" },
        { "*:*:59.9999999",        4, "second 60" },
        { "*:*:0/60",              4, "leads out of the second's range" },
        { "23/1:0",                0, "leads out of the hour's range" },
        { "*-*-1/31",              4, "leads out of the day's range" },
        { "*-*~1/2",               4, "leads out of the day's range" },
        { "*:0/0",                 4, "a step of 0" },
        { "*:*:0/0.0000001",       6, "a step of 0" },
        { "*:0/",                  4, "too early" },
        { "*:0..",                 5, "too early" },
        { "*:*:3..3",              4, "spans a second" },
        { "*:*:3.5..4.4",          4, "spans a second" },
        { "10:0:0.",               7, "a digit is missing" },
        { "10:0:.5",               5, "'.' has no meaning" },
        { "10:0:1...5",            8, "'.' has no meaning" },
        { "10:0:1..2..3",          9, "'.' has no meaning" },
        { "10:0:1/2/3",            8, "'/' has no meaning" },
        { "10.5:0",                2, "'.' has no meaning" },
        { "3000000000:0",          0, "too large" },
        { "*:*:2148",              4, "too large" },
        { "99999999999999999999:0", 0, "too large" },
        { "@",                     1, "seconds is missing" },
        { "@-5",                   1, "before 1970" },
        { "@1.5",                  2, "nothing may follow" },
        { "@12 10:00",             3, "nothing may follow" },
        { "@7258118400",           1, "after the year 2199" },
        { "@99999999999999999999", 1, "after the year 2199" },
        { "10:00 Europe/Nowhere",  6, "time zone 'Europe/Nowhere'" },
        { "10:00 local",           6, "time zone 'local'" },
        { "10:00 Z",               6, "time zone 'Z'" },
        { "UTC",                   0, "'UTC' has no meaning here" },
        { "M\303\266n",            0, "'M'" },
        { "*:\303\266",            2, "a character that no calendar expression has" },
};
/* clang-format on */

/* Knows a single zone. */
static int find_zone(void *userdata, const char *name, TimeZone **ret) {
        TimeZone *zone = userdata;

        if (strcmp(name, "Europe/Berlin") != 0)
                return -ENOENT;
        *ret = time_zone_ref(zone);
        return 0;
}

static int find_nothing(void *userdata, const char *name, TimeZone **ret) {
        return -ENOENT;
}

static int find_no_memory(void *userdata, const char *name, TimeZone **ret) {
        return -ENOMEM;
}

START_TEST(an_error_says_where_and_why) {
        const ScheduleOptions options = { .find_zone = find_nothing };
        Schedule *schedule = NULL;
        ScheduleError error = {};
        int r = schedule_parse(SCHEDULE_CALENDAR, error_cases[_i].expression, &options, &schedule, &error);

        ck_assert_msg(r == -EINVAL, "'%s': %d", error_cases[_i].expression, r);
        ck_assert_ptr_null(schedule);
        ck_assert_msg(strstr(error.reason, error_cases[_i].reason), "'%s': %s", error_cases[_i].expression,
                      error.reason);
        ck_assert_msg(error.offset == error_cases[_i].offset, "'%s': %zu, %s", error_cases[_i].expression,
                      error.offset, error.reason);
}
END_TEST

START_TEST(a_text_may_end_with_a_zone) {
        CLEANUP(time_zone_unrefp) TimeZone *berlin = NULL;
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP_FREE char *text = NULL;
        ScheduleOptions options = { .find_zone = find_zone };

        ck_assert_int_eq(time_zone_load("Etc/UTC", &berlin), 0); /* any will do */
        options.find_zone_userdata = berlin;

        ck_assert_int_eq(
                        schedule_parse(SCHEDULE_CALENDAR, "Mon 10:00 Europe/Berlin", &options, &schedule,
                                       NULL),
                        0);
        ck_assert_ptr_eq(schedule_zone(schedule), berlin);
        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        ck_assert_str_eq(text, "Mon *-*-* 10:00:00 Etc/UTC");
}
END_TEST

START_TEST(a_moment_is_in_utc_whatever_zone_follows) {
        CLEANUP(time_zone_unrefp) TimeZone *berlin = NULL;
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleOptions options = { .find_zone = find_zone };

        ck_assert_int_eq(time_zone_load("Etc/UTC", &berlin), 0);
        options.find_zone_userdata = berlin;

        ck_assert_int_eq(schedule_parse(SCHEDULE_CALENDAR, "@5 Europe/Berlin", &options, &schedule, NULL), 0);
        ck_assert_str_eq(time_zone_name(schedule_zone(schedule)), "UTC");
}
END_TEST

START_TEST(utc_needs_nobody_to_find_it) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error = {};

        ck_assert_int_eq(schedule_parse(SCHEDULE_CALENDAR, "10:00 utc", NULL, &schedule, &error), 0);
        ck_assert_str_eq(time_zone_name(schedule_zone(schedule)), "UTC");
        schedule = schedule_free(schedule);

        ck_assert_int_eq(
                        schedule_parse(SCHEDULE_CALENDAR, "10:00 Europe/Berlin", NULL, &schedule, &error),
                        -EINVAL);
        ck_assert_uint_eq(error.offset, 6);
}
END_TEST

START_TEST(memory_that_runs_out_is_no_error_of_the_text) {
        const ScheduleOptions options = { .find_zone = find_no_memory };
        Schedule *schedule = NULL;

        ck_assert_int_eq(
                        schedule_parse(SCHEDULE_CALENDAR, "10:00 Europe/Berlin", &options, &schedule, NULL),
                        -ENOMEM);
}
END_TEST

START_TEST(a_list_has_its_limit) {
        char text[2 * 242 + 8] = "";
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error = {};

        for (int i = 0; i < 241; i++)
                memcpy(text + i * 2, "1,", 2);
        strcpy(text + 241 * 2 - 1, ":00");
        ck_assert_int_eq(schedule_parse(SCHEDULE_CALENDAR, text, NULL, &schedule, &error), 0);
        schedule = schedule_free(schedule);

        strcpy(text + 241 * 2 - 1, ",1:00");
        ck_assert_int_eq(schedule_parse(SCHEDULE_CALENDAR, text, NULL, &schedule, &error), -EINVAL);
        ck_assert_uint_eq(error.offset, 482);
}
END_TEST

START_TEST(the_normal_form_fits_into_a_text) {
        char list[900] = "*:*:0.1";
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error = {};

        for (int i = 0; i < 160; i++)
                sprintf(list + strlen(list), ",%d.%d", i % 60, i % 9 + 1);
        ck_assert_int_eq(schedule_parse(SCHEDULE_CALENDAR, list, NULL, &schedule, &error), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error.reason, "in full"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-parse");
        TCase *tcase = tcase_create("calendar-parse");

        tcase_add_loop_test(tcase, an_error_says_where_and_why, 0, ARRAY_SIZE(error_cases));
        tcase_add_test(tcase, a_text_may_end_with_a_zone);
        tcase_add_test(tcase, a_moment_is_in_utc_whatever_zone_follows);
        tcase_add_test(tcase, utc_needs_nobody_to_find_it);
        tcase_add_test(tcase, memory_that_runs_out_is_no_error_of_the_text);
        tcase_add_test(tcase, a_list_has_its_limit);
        tcase_add_test(tcase, the_normal_form_fits_into_a_text);
        suite_add_tcase(suite, tcase);
        return suite;
}
