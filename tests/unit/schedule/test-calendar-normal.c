/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Normal forms, as `systemd-analyze calendar` prints them, and what follows from the elements. */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "schedule/calendar.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *expression, *normal;
} format_cases[] = {
        { "Sat,Thu,Mon..Wed,Sat..Sun",    "Mon..Thu,Sat,Sun *-*-* 00:00:00" },
        { "Mon,Sun 12-*-* 2,1:23",        "Mon,Sun 2012-*-* 01,02:23:00" },
        { "Wed *-1",                      "Wed *-*-01 00:00:00" },
        { "Wed..Wed,Wed *-1",             "Wed *-*-01 00:00:00" },
        { "Wed, 17:48",                   "Wed *-*-* 17:48:00" },
        { "Wed..Sat,Tue 12-10-15 1:2:3",  "Tue..Sat 2012-10-15 01:02:03" },
        { "Mon..Sun",                     "*-*-* 00:00:00" },
        { "Mon,Tue",                      "Mon,Tue *-*-* 00:00:00" },
        { "Mon-Wed",                      "Mon..Wed *-*-* 00:00:00" },
        { "*-*-7 0:0:0",                  "*-*-07 00:00:00" },
        { "10-15",                        "*-10-15 00:00:00" },
        { "monday *-12-* 17:00",          "Mon *-12-* 17:00:00" },
        { "12,14,13,12:20,10,30",         "*-*-* 12,13,14:10,20,30:00" },
        { "mon,fri *-1/2-1,3 *:30:45",    "Mon,Fri *-01/2-01,03 *:30:45" },
        { "03-05 08:05:40",               "*-03-05 08:05:40" },
        { "Sat,Sun 12-05 08:05:40",       "Sat,Sun *-12-05 08:05:40" },
        { "2003-03-05",                   "2003-03-05 00:00:00" },
        { "69..70-1-1",                   NULL }, /* 2069..1970 */
        { "99..05-1-1",                   "1999..2005-01-01 00:00:00" },
        { "1/5-1-1",                      "2001/5-01-01 00:00:00" },
        { "1970/229-1-1",                 "1970/229-01-01 00:00:00" },
        { "*:0..59",                      "*-*-* *:00..59:00" },
        { "*:0/1",                        "*-*-* *:00/1:00" },
        { "*:*:0/1",                      "*-*-* *:*:*" },
        { "*:*:0/1,5,7..9",               "*-*-* *:*:*" },
        { "*:*:0/1,5.5",                  "*-*-* *:*:00/1,05.500000" }, /* "*" would lose the half */
        { "*:*:0..59",                    "*-*-* *:*:00..59" },
        { "*:*:0/2,1/2",                  "*-*-* *:*:00/2,01/2" },
        { "*:4,30:0/1,3,5",               "*-*-* *:04,30:*" },
        { "*:*:0/0.42",                   "*-*-* *:*:00/0.420000" },
        { "*:*:1.125..2.125",             "*-*-* *:*:01.125000..02.125000" },
        { "*:*:1.0..3.8",                 "*-*-* *:*:01..03" },
        { "*:*:1..2/0.3",                 "*-*-* *:*:01..01.900000/0.300000" },
        { "*:*:1.0000005",                "*-*-* *:*:01.000001" },
        { "*:*:1.9999996",                "*-*-* *:*:02" },
        { "*:*:1.00000049",               "*-*-* *:*:01" },
        { "*:*:3..3/2",                   "*-*-* *:*:03" },
        { "1..2/5:0..0",                  "*-*-* 01:00:00" },
        { "*:0..10/3",                    "*-*-* *:00..09/3:00" },
        { "1..3,5,5..7/2-1",              "*-01..03,05,05..07/2-01 00:00:00" },
        { "*-*~1",                        "*-*~01 00:00:00" },
        { "*~05,3",                       "*-*~03,05 00:00:00" },
        { "*-*~* 00:00",                  "*-*-* 00:00:00" },
        { "Mon *-05~07/1",                "Mon *-05~07/1 00:00:00" },
        { "*-*~3..7/3",                   "*-*~03..06/3 00:00:00" },
        { "*-*~1..3/3",                   "*-*~01 00:00:00" },
        { "@1493187147",                  "2017-04-26 06:12:27 UTC" },
        { "@1493187147 UTC",              "2017-04-26 06:12:27 UTC" },
        { "Mon @0",                       "Mon 1970-01-01 00:00:00 UTC" },
        { "@ +5",                         "1970-01-01 00:00:05 UTC" },
        { "minutely",                     "*-*-* *:*:00" },
        { "hourly",                       "*-*-* *:00:00" },
        { "daily",                        "*-*-* 00:00:00" },
        { "weekly",                       "Mon *-*-* 00:00:00" },
        { "Monthly",                      "*-*-01 00:00:00" },
        { "quarterly",                    "*-01,04,07,10-01 00:00:00" },
        { "semiannually",                 "*-01,07-01 00:00:00" },
        { "semi-annually",                "*-01,07-01 00:00:00" },
        { "biannually",                   "*-01,07-01 00:00:00" },
        { "bi-annually",                  "*-01,07-01 00:00:00" },
        { "yearly",                       "*-01-01 00:00:00" },
        { "annually",                     "*-01-01 00:00:00" },
        { "anually",                      "*-01-01 00:00:00" },
        { "yearly UTC",                   "*-01-01 00:00:00 UTC" },
        { "10:00 utc",                    "*-*-* 10:00:00 UTC" },
};

static const struct {
        const char *expression;
        bool interval_like, never;
} property_cases[] = {
        { "10:00",              false, false },
        { "*-*-*",              false, false },
        { "1/2-1/2",            false, false }, /* only the time of the day counts */
        { "Mon..Fri",           false, false },
        { "0,6,12,18:0,30:0,5", false, false },
        { "*:00",               true,  false },
        { "10:*",               true,  false },
        { "10:00:*",            true,  false },
        { "9..17:00",           true,  false },
        { "10:0/15",            true,  false },
        { "10:00:0/0.5",        true,  false },
        { "10:5,20..30",        true,  false },
        { "3..3:00",            false, false }, /* its normal form is 03:00 */
        { "hourly",             true,  false },
        { "daily",              false, false },
        { "@5",                 false, false },
        { "*-02-30",            false, true },
        { "*-02,04-31 *:00",    true,  true },
        { "2026-02-29",         false, true },
        { "Mon 2026-01-01",     false, true },
        { "*-02-29",            false, false },
        { "1970-01-01",         false, false },
};

static const struct {
        CalendarField field;
        CalendarElement element, normal;
} normalize_cases[] = {
        { CALENDAR_YEAR,   { 0, -1, 0, 7 },               { 2000, -1, 0, 7 } },
        { CALENDAR_YEAR,   { 69, 99, 1, 0 },              { 2069, 1999, 1, 0 } },
        { CALENDAR_YEAR,   { 100, -1, 0, 0 },             { 100, -1, 0, 0 } },
        { CALENDAR_MINUTE, { 0, -1, 0, 0 },               { 0, -1, 0, 0 } },
        { CALENDAR_MINUTE, { 3, 10, 4, 0 },               { 3, 7, 4, 0 } },
        { CALENDAR_MINUTE, { 3, 5, 4, 0 },                { 3, -1, 0, 0 } },
        { CALENDAR_MINUTE, { 5, 3, 1, 0 },                { 5, 3, 1, 0 } }, /* the check refuses it */
        { CALENDAR_MINUTE, { 5, -1, 3, 0 },               { 5, -1, 3, 0 } },
        { CALENDAR_SECOND, { 500000, 2600000, 1000000, 0 }, { 500000, 2500000, 1000000, 0 } },
};

static const struct {
        CalendarField field;
        bool from_end;
        size_t index;
        CalendarElement element;
        bool right;
} check_cases[] = {
        { CALENDAR_YEAR,   false, 0, { 1969, -1, 0, 0 },         false },
        { CALENDAR_YEAR,   false, 0, { 2199, -1, 0, 0 },         true },
        { CALENDAR_YEAR,   false, 0, { 2199, -1, 1, 0 },         false },
        { CALENDAR_MONTH,  false, 0, { 0, -1, 0, 0 },            false },
        { CALENDAR_DAY,    false, 0, { 31, -1, 0, 0 },           true },
        { CALENDAR_DAY,    false, 0, { 30, -1, 1, 0 },           true },
        { CALENDAR_DAY,    false, 0, { 31, -1, 1, 0 },           false },
        { CALENDAR_DAY,    true,  0, { 28, -1, 27, 0 },          true },
        { CALENDAR_DAY,    true,  0, { 28, -1, 28, 0 },          false },
        { CALENDAR_DAY,    true,  0, { 29, -1, 0, 0 },           false },
        { CALENDAR_DAY,    true,  1, { 25, -1, 0, 0 },           true },
        { CALENDAR_DAY,    true,  1, { 26, -1, 0, 0 },           false },
        { CALENDAR_DAY,    true,  200, { 2, -1, 0, 0 },          false },
        { CALENDAR_HOUR,   false, 0, { 5, 3, 1, 0 },             false },
        { CALENDAR_HOUR,   false, 0, { 5, 24, 1, 0 },            false },
        { CALENDAR_MINUTE, false, 0, { 0, -1, 60, 0 },           false },
        { CALENDAR_SECOND, false, 0, { 59999999, -1, 0, 0 },     true },
        { CALENDAR_SECOND, false, 0, { 60000000, -1, 0, 0 },     false },
};
/* clang-format on */

static Schedule *parse(const char *expression) {
        Schedule *schedule = NULL;
        ScheduleError error = {};
        int r = schedule_parse(SCHEDULE_CALENDAR, expression, NULL, &schedule, &error);

        ck_assert_msg(r == 0 || r == -EINVAL, "'%s': %d", expression, r);
        return schedule;
}

static void check_format(const char *expression, const char *normal) {
        CLEANUP(schedule_freep) Schedule *schedule = parse(expression);
        CLEANUP_FREE char *text = NULL;

        ck_assert_msg((schedule != NULL) == (normal != NULL), "'%s'", expression);
        if (!schedule)
                return;
        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        ck_assert_str_eq(text, normal);
}

START_TEST(an_expression_has_one_normal_form) {
        check_format(format_cases[_i].expression, format_cases[_i].normal);
        if (format_cases[_i].normal)
                check_format(format_cases[_i].normal, format_cases[_i].normal);
}
END_TEST

START_TEST(what_follows_from_the_elements) {
        CLEANUP(schedule_freep) Schedule *schedule = parse(property_cases[_i].expression);

        ck_assert_ptr_nonnull(schedule);
        ck_assert_msg(schedule_is_interval_like(schedule) == property_cases[_i].interval_like, "'%s'",
                      property_cases[_i].expression);
        ck_assert_msg((schedule_warning(schedule) != NULL) == property_cases[_i].never, "'%s'",
                      property_cases[_i].expression);
}
END_TEST

START_TEST(an_element_is_normalized) {
        CalendarElement element = normalize_cases[_i].element;

        calendar_element_normalize(normalize_cases[_i].field, &element);
        ck_assert_mem_eq(&element, &normalize_cases[_i].normal, offsetof(CalendarElement, offset));
}
END_TEST

START_TEST(an_element_is_checked) {
        ScheduleError error = { .offset = 99 };
        int r = calendar_element_check(
                        check_cases[_i].field, check_cases[_i].from_end, check_cases[_i].index,
                        &check_cases[_i].element, &error);

        ck_assert_int_eq(r, check_cases[_i].right ? 0 : -EINVAL);
        if (r < 0)
                ck_assert_uint_eq(error.offset, 0);
}
END_TEST

START_TEST(a_list_is_sorted_and_has_nothing_twice) {
        CalendarElement elements[] = { { 5, -1, 0, 0 }, { 3, 9, 2, 1 }, { 3, -1, 0, 2 },
                                       { 5, -1, 0, 3 }, { 3, 9, 1, 4 }, { 3, 9, 2, 5 } };

        ck_assert_uint_eq(calendar_elements_sort(elements, ARRAY_SIZE(elements)), 4);
        ck_assert_int_eq(elements[0].stop, -1);
        ck_assert_int_eq(elements[1].step, 1);
        ck_assert_int_eq(elements[2].step, 2);
        ck_assert_int_eq(elements[3].start, 5);
        ck_assert_uint_eq(calendar_elements_sort(elements, 0), 0);
        ck_assert_uint_eq(calendar_elements_sort(elements, 1), 1);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-normal");
        TCase *tcase = tcase_create("calendar-normal");

        tcase_add_loop_test(tcase, an_expression_has_one_normal_form, 0, ARRAY_SIZE(format_cases));
        tcase_add_loop_test(tcase, what_follows_from_the_elements, 0, ARRAY_SIZE(property_cases));
        tcase_add_loop_test(tcase, an_element_is_normalized, 0, ARRAY_SIZE(normalize_cases));
        tcase_add_loop_test(tcase, an_element_is_checked, 0, ARRAY_SIZE(check_cases));
        tcase_add_test(tcase, a_list_is_sorted_and_has_nothing_twice);
        suite_add_tcase(suite, tcase);
        return suite;
}
