/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <string.h>

#include "schedule/exceptions.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define DATES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* clang-format off */
static const struct {
        ExceptionItem item;
        const char *zone, *instant;
        bool excepted;
} match_cases[] = {
        /* days of the week, by local date */
        { { .days = "Sat,Sun" },             "UTC",           "2026-01-03T00:00:00Z", true },
        { { .days = "Sat,Sun" },             "UTC",           "2026-01-04T23:59:59Z", true },
        { { .days = "Sat,Sun" },             "UTC",           "2026-01-05T00:00:00Z", false },
        { { .days = "Sat,Sun" },             "Europe/Berlin", "2026-01-02T23:00:00Z", true },
        { { .days = "Sat,Sun" },             "Europe/Berlin", "2026-01-02T22:59:59Z", false },
        { { .days = "mon - FRIDAY" },        "UTC",           "2026-01-01T12:00:00Z", true },
        { { .days = "Fri..Mon" },            "UTC",           "2026-01-04T12:00:00Z", true },
        { { .days = "Fri..Mon" },            "UTC",           "2026-01-06T12:00:00Z", false },
        { { .days = "Tuesday" },             "UTC",           "1969-12-30T12:00:00Z", true },

        /* dates: one, each year's, ranges with both ends */
        { { .dates = DATES("2026-12-24") },             "UTC", "2026-12-24T12:00:00Z", true },
        { { .dates = DATES("2026-12-24") },             "UTC", "2027-12-24T12:00:00Z", false },
        { { .dates = DATES("12-24", "12-31") },         "UTC", "2027-12-31T12:00:00Z", true },
        { { .dates = DATES("2026-12-24..2027-01-02") }, "UTC", "2027-01-02T23:59:59Z", true },
        { { .dates = DATES("2026-12-24..2027-01-02") }, "UTC", "2027-01-03T00:00:00Z", false },
        { { .dates = DATES(" 12-24 .. 01-02 ") },       "UTC", "2031-01-02T12:00:00Z", true },
        { { .dates = DATES("12-24..01-02") },           "UTC", "2031-01-03T12:00:00Z", false },
        { { .dates = DATES("12-24..01-02") },           "UTC", "2031-12-24T00:00:00Z", true },
        { { .dates = DATES("02-29") },                  "UTC", "2028-02-29T12:00:00Z", true },
        { { .dates = DATES("02-29") },                  "UTC", "2027-03-01T12:00:00Z", false },
        { { .dates = DATES("02-25..02-29") },           "UTC", "2027-02-28T12:00:00Z", true },

        /* a time of day: half open, across midnight by the date of the instant itself */
        { { .time = "22:00..23:00" },                   "UTC", "2026-01-01T22:00:00Z", true },
        { { .time = "22:00..23:00" },                   "UTC", "2026-01-01T23:00:00Z", false },
        { { .time = "22:00-06:00" },                    "UTC", "2026-01-01T05:59:59Z", true },
        { { .time = "22:00..06:00" },                   "UTC", "2026-01-01T06:00:00Z", false },
        { { .time = "22:00..06:00" },                   "UTC", "2026-01-01T21:59:59Z", false },
        { { .time = "22:00:30..24:00" },                "UTC", "2026-01-01T22:00:29Z", false },
        { { .time = "22:00:30..24:00" },                "UTC", "2026-01-01T23:59:59Z", true },
        { { .days = "Sat", .time = "22:00..06:00" },    "UTC", "2026-01-03T05:00:00Z", true },
        { { .days = "Sat", .time = "22:00..06:00" },    "UTC", "2026-01-04T05:00:00Z", false },
        { { .days = "Sat", .time = "22:00..06:00" },    "UTC", "2026-01-03T12:00:00Z", false },
        { { .days = "Thu", .dates = DATES("12-24") },   "UTC", "2026-12-24T12:00:00Z", true },
        { { .days = "Thu", .dates = DATES("12-24") },   "UTC", "2027-12-24T12:00:00Z", false },

        /* a repeated hour in both of its passes */
        { { .time = "02:00..03:00" }, "Europe/Berlin", "2026-10-25T00:30:00Z", true },
        { { .time = "02:00..03:00" }, "Europe/Berlin", "2026-10-25T01:30:00Z", true },
        { { .time = "02:00..03:00" }, "Europe/Berlin", "2026-10-25T02:00:00Z", false },

        /* a calendar text without a time is the whole day, one with a time is that minute or second */
        { { .calendar = "*-12-24" },           "UTC",           "2026-12-24T17:12:00Z", true },
        { { .calendar = "*-12-24" },           "Europe/Berlin", "2026-12-23T23:00:00Z", true },
        { { .calendar = "*-12-24" },           "Europe/Berlin", "2026-12-24T23:00:00Z", false },
        { { .calendar = "*-12-24 18:00" },     "UTC",           "2026-12-24T18:00:59Z", true },
        { { .calendar = "*-12-24 18:00" },     "UTC",           "2026-12-24T18:01:00Z", false },
        { { .calendar = "*-12-24 18:00:00" },  "UTC",           "2026-12-24T18:00:00Z", true },
        { { .calendar = "*-12-24 18:00:00" },  "UTC",           "2026-12-24T18:00:01Z", false },
        { { .calendar = "hourly" },            "UTC",           "2026-12-24T18:00:30Z", true },
        { { .calendar = "hourly" },            "UTC",           "2026-12-24T18:30:00Z", false },
        { { .calendar = "Sun *-*-1..7" },      "UTC",           "2026-03-01T10:00:00Z", true },
        { { .cron = "* 22-23 * * fri" },       "UTC",           "2026-01-02T22:59:59Z", true },
        { { .cron = "* 22-23 * * fri" },       "UTC",           "2026-01-02T21:59:59Z", false },
        { { .cron = "0 0 1 1 *" },             "UTC",           "2026-01-01T00:00:00Z", true },
        { { .cron = "0 0 1 1 *" },             "UTC",           "2026-01-01T00:01:00Z", false },

        /* a day whose midnight the clock jumps over */
        { { .calendar = "2018-11-04" },        "America/Sao_Paulo", "2018-11-04T03:00:00Z", true },
        { { .calendar = "2018-11-04" },        "America/Sao_Paulo", "2018-11-04T02:59:59Z", false },
};

static const struct {
        ExceptionItem item;
        const char *key;
        size_t offset;
        const char *reason;
} fault_cases[] = {
        { {},                                            "except", 0, "days, dates, time, calendar, cron or ics expected" },
        { { .days = "" },                                "days",   0, "a day of the week such as \"Sat\" expected" },
        { { .days = "Sat,Sonntag" },                     "days",   4, "a day of the week such as \"Sat\" expected" },
        { { .days = "Sat Sun" },                         "days",   4, "\",\", \"..\" or the end expected" },
        { { .days = "Mon.." },                           "days",   5, "a day of the week such as \"Sat\" expected" },
        { { .dates = (const char *const[]){ NULL } },    "dates",  0, "the list of dates is empty" },
        { { .dates = DATES("2026-02-29") },              "dates",  0, "the calendar has no such day" },
        { { .dates = DATES("0000-02-29") },              "dates",  0, "the calendar has no such day" },
        { { .dates = DATES("13-01") },                   "dates",  0, "the calendar has no such day" },
        { { .dates = DATES("24.12.") },                  "dates",  2, "a date such as 2026-12-24, or 12-24 for each year, expected" },
        { { .dates = DATES("2026-12-24 x") },            "dates", 11, "\"..\" or the end expected" },
        { { .dates = DATES("2026-12-24..01-02") },       "dates",  0, "one end of the range has a year and the other has none" },
        { { .dates = DATES("2026-12-24..2026-12-23") },  "dates",  0, "the range ends before it begins" },
        { { .time = "22" },                              "time",   2, "a time of day such as 22:00 expected" },
        { { .time = "22:00" },                           "time",   5, "\"..\" and the time at which it ends expected" },
        { { .time = "24:00..06:00" },                    "time",   0, "the day has no such time" },
        { { .time = "22:60..06:00" },                    "time",   0, "the day has no such time" },
        { { .time = "22:00..22:00" },                    "time",   0, "the range is empty: it ends when it begins" },
        { { .time = "22:00..06:00 x" },                  "time",  13, "the end of the text expected" },
        { { .cron = "@every 5min" },                     "cron",   0, "this names no time of the day or the week" },
        { { .cron = "@reboot" },                         "cron",   0, "this names no time of the day or the week" },
};
/* clang-format on */

START_TEST(an_item_covers_what_all_its_parts_cover) {
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(match_cases[_i].zone);
        usec_t instant = test_usec(match_cases[_i].instant), begin, end;

        ck_assert_int_eq(exceptions_new(&exceptions), 0);
        ck_assert(!exceptions_match(exceptions, zone, instant));
        ck_assert_int_eq(exceptions_add(exceptions, &match_cases[_i].item, NULL, NULL), 0);

        ck_assert(exceptions_match(exceptions, zone, instant) == match_cases[_i].excepted);
        ck_assert(exceptions_span(exceptions, zone, instant, &begin, &end) == match_cases[_i].excepted);
        ck_assert_int_le(begin, instant);
        ck_assert_int_gt(end, instant);
}
END_TEST

START_TEST(a_fault_names_its_key_and_place) {
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        ScheduleError error = {};
        const char *key = NULL;

        ck_assert_int_eq(exceptions_new(&exceptions), 0);
        ck_assert_int_eq(exceptions_add(exceptions, &fault_cases[_i].item, &key, &error), -EINVAL);

        ck_assert_str_eq(key, fault_cases[_i].key);
        ck_assert_str_eq(error.reason, fault_cases[_i].reason);
        ck_assert_uint_eq(error.offset, fault_cases[_i].offset);
}
END_TEST

START_TEST(an_exception_has_a_name) {
        for (OnExcept value = 0; value < ON_EXCEPT_COUNT; value++)
                ck_assert_int_eq(on_except_from_string(on_except_to_string(value)), (int) value);
        ck_assert_int_eq(on_except_from_string("next-week"), -EINVAL);
}
END_TEST

static Exceptions *random_exceptions(TestRandom *random) {
        Exceptions *exceptions = NULL;

        ck_assert_int_eq(exceptions_new(&exceptions), 0);
        for (int i = 0; i < 2; i++) {
                int64_t row = test_random_between(random, 0, ARRAY_SIZE(match_cases) - 1);

                ck_assert_int_eq(exceptions_add(exceptions, &match_cases[row].item, NULL, NULL), 0);
        }
        return exceptions;
}

/* Any two items of the table together, at instants around clock changes and elsewhere. */
START_TEST(within_a_span_the_answer_is_the_same) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        TestRandom random = test_random_new();

        for (int n = 0; n < 2000; n++) {
                CLEANUP(exceptions_freep) Exceptions *exceptions = random_exceptions(&random);
                usec_t first = test_usec("2026-10-20T00:00:00Z"), begin, end;
                usec_t instant = first + test_random_between(&random, 0, 90 * 86400) * USEC_PER_SEC;
                bool excepted = exceptions_span(exceptions, zone, instant, &begin, &end);

                begin = MAX(begin, instant - USEC_PER_WEEK);
                end = MIN(end, instant + USEC_PER_WEEK);
                ck_assert(exceptions_match(exceptions, zone, begin) == excepted);
                ck_assert(exceptions_match(exceptions, zone, end - 1) == excepted);
                for (int i = 0; i < 20; i++) {
                        usec_t at = test_random_between(&random, begin, end - 1);

                        ck_assert_msg(exceptions_match(exceptions, zone, at) == excepted, "seed %" PRIu64,
                                      random.seed);
                }
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("exceptions");
        TCase *match = tcase_create("match");
        TCase *parse = tcase_create("parse");

        tcase_add_loop_test(match, an_item_covers_what_all_its_parts_cover, 0, ARRAY_SIZE(match_cases));
        tcase_add_test(match, within_a_span_the_answer_is_the_same);
        tcase_add_loop_test(parse, a_fault_names_its_key_and_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(parse, an_exception_has_a_name);
        suite_add_tcase(suite, match);
        suite_add_tcase(suite, parse);
        return suite;
}
