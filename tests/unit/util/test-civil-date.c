/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/civil-date.h"

#include <time.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        CivilDate date;
        int64_t days;
        int weekday;
} date_cases[] = {
        { { 1970,  1,  1 },        0, 4 },
        { { 1969, 12, 31 },       -1, 3 },
        { { 2000,  2, 29 },    11016, 2 },
        { { 2000,  3,  1 },    11017, 3 },
        { { 1900,  2, 28 },   -25509, 3 },
        { { 1900,  3,  1 },   -25508, 4 },
        { { 2026, 11, 21 },    20778, 6 },
        { { 2028,  2, 29 },    21243, 2 },
        { {    1,  1,  1 },  -719162, 1 },
        { { 9999, 12, 31 },  2932896, 5 },
        { {    0,  2, 29 },  -719469, 2 },
        { {   -1, 12, 31 },  -719529, 5 },
};

static const struct {
        int year, month, days;
} month_cases[] = {
        { 2026, 1, 31 }, { 2026, 4, 30 }, { 2026, 2, 28 }, { 2026, 12, 31 },
        { 2024, 2, 29 }, { 1900, 2, 28 }, { 2000, 2, 29 }, { 2100, 2, 28 },
};

static const struct {
        CivilDate date;
        bool valid;
} valid_cases[] = {
        { { 2026,  1,  1 }, true  },
        { { 2024,  2, 29 }, true  },
        { { 2026,  2, 29 }, false },
        { { 2026,  4, 31 }, false },
        { { 2026,  0,  1 }, false },
        { { 2026, 13,  1 }, false },
        { { 2026,  1,  0 }, false },
        { { 2026,  1, 32 }, false },
        { { 2026,  1, -1 }, false },
};

static const struct {
        CivilTime time;
        usec_t usec;
} time_cases[] = {
        { { { 1970,  1,  1 },  0,  0,  0,      0 },                 0 },
        { { { 1969, 12, 31 }, 23, 59, 59, 999999 },                -1 },
        { { { 2001,  9,  9 },  1, 46, 40,      0 },  1000000000000000 },
        { { { 2026,  3, 29 },  1,  0,  0, 500000 },  1774746000500000 },
        { { { 1901, 12, 13 }, 20, 45, 52,      0 }, -2147483648000000 },
};
/* clang-format on */

static void assert_date_eq(CivilDate a, CivilDate b) {
        ck_assert_int_eq(a.year, b.year);
        ck_assert_int_eq(a.month, b.month);
        ck_assert_int_eq(a.day, b.day);
}

START_TEST(dates_and_days_convert_both_ways) {
        ck_assert_int_eq(civil_date_to_days(date_cases[_i].date), date_cases[_i].days);
        assert_date_eq(civil_date_from_days(date_cases[_i].days), date_cases[_i].date);
}
END_TEST

START_TEST(weekday_counts_from_sunday) {
        ck_assert_int_eq(civil_date_weekday(date_cases[_i].date), date_cases[_i].weekday);
}
END_TEST

START_TEST(months_have_their_days) {
        ck_assert_int_eq(
                        civil_days_in_month(month_cases[_i].year, month_cases[_i].month),
                        month_cases[_i].days);
}
END_TEST

START_TEST(only_days_of_the_calendar_are_valid) {
        ck_assert_int_eq(civil_date_valid(valid_cases[_i].date), valid_cases[_i].valid);
}
END_TEST

/* Two eras, so that each kind of year occurs: each day follows the one before it, as counted by hand. */
START_TEST(each_day_follows_the_one_before) {
        CivilDate expected = { .year = 1599, .month = 12, .day = 31 };
        int64_t first = civil_date_to_days(expected);
        int weekday = civil_date_weekday(expected);

        for (int64_t days = first; days < first + 800 * 366; days++) {
                assert_date_eq(civil_date_from_days(days), expected);
                ck_assert_int_eq(civil_date_to_days(expected), days);
                ck_assert_int_eq(civil_date_weekday(expected), weekday);

                weekday = (weekday + 1) % 7;
                if (++expected.day <= civil_days_in_month(expected.year, expected.month))
                        continue;
                expected.day = 1;
                if (++expected.month <= 12)
                        continue;
                expected.month = 1;
                expected.year++;
        }
}
END_TEST

START_TEST(times_and_microseconds_convert_both_ways) {
        CivilTime time = civil_time_from_usec(time_cases[_i].usec);

        ck_assert_int_eq(civil_time_to_usec(time_cases[_i].time), time_cases[_i].usec);
        assert_date_eq(time.date, time_cases[_i].time.date);
        ck_assert_int_eq(time.hour, time_cases[_i].time.hour);
        ck_assert_int_eq(time.minute, time_cases[_i].time.minute);
        ck_assert_int_eq(time.second, time_cases[_i].time.second);
        ck_assert_int_eq(time.usec, time_cases[_i].time.usec);
}
END_TEST

START_TEST(the_c_library_agrees) {
        for (int64_t second = -5000000000; second < 9000000000; second += 86399 * 7) {
                CivilTime time = civil_time_from_usec(second * USEC_PER_SEC);
                time_t seconds = second;
                struct tm tm;

                ck_assert_ptr_nonnull(gmtime_r(&seconds, &tm));
                assert_date_eq(time.date, (CivilDate){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday });
                ck_assert_int_eq(civil_date_weekday(time.date), tm.tm_wday);
                ck_assert_int_eq(time.hour, tm.tm_hour);
                ck_assert_int_eq(time.minute, tm.tm_min);
                ck_assert_int_eq(time.second, tm.tm_sec);
        }
}
END_TEST

START_TEST(the_ends_of_the_range_hold) {
        CivilTime too_late = { .date = { .year = 300000, .month = 1, .day = 1 } };
        CivilTime too_early = { .date = { .year = -300000, .month = 1, .day = 1 } };

        ck_assert_int_eq(civil_time_to_usec(civil_time_from_usec(INT64_MAX)), INT64_MAX);
        ck_assert_int_eq(
                        civil_time_to_usec(civil_time_from_usec(INT64_MIN + USEC_PER_DAY)),
                        INT64_MIN + USEC_PER_DAY);
        ck_assert_int_eq(civil_time_from_usec(INT64_MIN).date.year, -290308);
        ck_assert_int_eq(civil_time_to_usec(too_late), USEC_INFINITY);
        ck_assert_int_eq(civil_time_to_usec(too_early), INT64_MIN);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("civil-date");
        TCase *date = tcase_create("date"), *time = tcase_create("time");

        tcase_add_loop_test(date, dates_and_days_convert_both_ways, 0, ARRAY_SIZE(date_cases));
        tcase_add_loop_test(date, weekday_counts_from_sunday, 0, ARRAY_SIZE(date_cases));
        tcase_add_loop_test(date, months_have_their_days, 0, ARRAY_SIZE(month_cases));
        tcase_add_loop_test(date, only_days_of_the_calendar_are_valid, 0, ARRAY_SIZE(valid_cases));
        tcase_add_test(date, each_day_follows_the_one_before);
        tcase_add_loop_test(time, times_and_microseconds_convert_both_ways, 0, ARRAY_SIZE(time_cases));
        tcase_add_test(time, the_c_library_agrees);
        tcase_add_test(time, the_ends_of_the_range_hold);
        suite_add_tcase(suite, date);
        suite_add_tcase(suite, time);
        return suite;
}
