/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/describe-text.h"

#include <check.h>

#include "support/test-support.h"

#define FROM_TO(first, last) ((2ULL << (last)) - (1ULL << (first)))

/* clang-format off */
static const struct {
        uint64_t mask;
        const char *text;
} value_cases[] = {
        { 1ULL << 5,                         "5" },
        { 1ULL << 5 | 1ULL << 6,             "5 and 6" },
        { FROM_TO(1, 5),                     "1 to 5" },
        { 1ULL << 1 | FROM_TO(5, 9),         "1 and 5 to 9" },
        { 1ULL << 1 | FROM_TO(5, 9) | 1ULL << 63, "1, 5 to 9 and 63" },
        { 0x55,                              "0, 2, 4 and 6" },
        { 0x155,                             "0 to 8 in steps of 2" },
};

static const struct {
        unsigned weekdays;
        bool as_adverb;
        const char *text;
} weekday_cases[] = {
        { 0x02, true,  "Monday" },
        { 0x3e, true,  "weekdays" },
        { 0x3e, false, "Monday to Friday" },
        { 0x41, true,  "weekends" },
        { 0x41, false, "Saturday and Sunday" },
        { 0x63, false, "Friday to Monday" },
        { 0x15, false, "Tuesday, Thursday and Sunday" },
};

static const struct {
        DescribeTimes times;
        bool single;
        const char *text;
} time_cases[] = {
        { { 1ULL << 2, 1ULL << 30, 1 },                           true,  "at 02:30" },
        { { 1ULL << 2, 1ULL << 30 | 1, 1ULL << 5 },               true,  "at 02:00:05 and 02:30:05" },
        { { DESCRIBE_ALL_HOURS, DESCRIBE_ALL_MINUTES, 1 },        false, "every minute" },
        { { DESCRIBE_ALL_HOURS, DESCRIBE_ALL_MINUTES, 2 },        false, "every minute at second 1" },
        { { DESCRIBE_ALL_HOURS, DESCRIBE_ALL_MINUTES, DESCRIBE_ALL_SECONDS }, false, "every second" },
        { { DESCRIBE_ALL_HOURS, 1, 1 },                           false, "every hour" },
        { { DESCRIBE_ALL_HOURS, 1ULL << 5, 1 },                   false, "every hour at minute 5" },
        { { DESCRIBE_ALL_HOURS, 1ULL << 5, 2 },                   false, "every hour at minute 5 and second 1" },
        { { DESCRIBE_ALL_HOURS, 1ULL | 1ULL << 30, 1 },           false, "every 30 minutes" },
        { { DESCRIBE_ALL_HOURS, 1ULL | 1ULL << 31, 1 },           false, "at minutes 0 and 31 of the hour" },
        { { 0x555555, 1ULL << 10, 1 },                            false, "every 2 hours from 00:10" },
        { { FROM_TO(9, 17), 1ULL << 30, 1 },                      false, "every hour from 09:30 to 17:30" },
        { { 0x3b3, 1ULL << 30, 1 },                               false, "at minute 30 of the hours 0, 1, 4, 5 and 7 to 9" },
        { { FROM_TO(9, 17), DESCRIBE_ALL_MINUTES, 1 },            false, "every minute between 09:00 and 17:59" },
        { { 0x23, DESCRIBE_ALL_MINUTES, 1 },                      false, "every minute in the hours 0, 1 and 5" },
        { { 1, 1, DESCRIBE_ALL_SECONDS },                         false, "every second in minute 0 of the hour between 00:00 and 00:59" },
};
/* clang-format on */

START_TEST(values_are_listed) {
        CLEANUP(buffer_done) Buffer buffer = {};

        describe_values(value_cases[_i].mask, NULL, &buffer);
        ck_assert_str_eq(buffer.data, value_cases[_i].text);
}
END_TEST

START_TEST(weekdays_have_names) {
        CLEANUP(buffer_done) Buffer buffer = {};

        describe_weekdays(weekday_cases[_i].weekdays, weekday_cases[_i].as_adverb, &buffer);
        ck_assert_str_eq(buffer.data, weekday_cases[_i].text);
}
END_TEST

START_TEST(times_of_the_day) {
        CLEANUP(buffer_done) Buffer buffer = {};

        ck_assert_int_eq(describe_times(&time_cases[_i].times, &buffer), time_cases[_i].single);
        ck_assert_str_eq(buffer.data, time_cases[_i].text);
}
END_TEST

START_TEST(values_may_have_words) {
        static const char *const words[] = { "a", "b", "c", "d" };
        CLEANUP(buffer_done) Buffer buffer = {};

        describe_values(0x9, words, &buffer);
        ck_assert_str_eq(buffer.data, "a and d");
}
END_TEST

START_TEST(months_have_names) {
        CLEANUP(buffer_done) Buffer buffer = {};

        describe_of_months(DESCRIBE_ALL_MONTHS, &buffer);
        describe_of_months(0x6, &buffer);
        ck_assert_str_eq(buffer.data, " of the month of January and February");
        ck_assert_str_eq(describe_month(12), "December");
        ck_assert_str_eq(describe_weekday(6), "Saturday");
}
END_TEST

START_TEST(all_months_are_not_said) {
        CLEANUP(buffer_done) Buffer buffer = {};

        describe_months(" in ", DESCRIBE_ALL_MONTHS, &buffer);
        ck_assert_uint_eq(buffer.size, 0);
        describe_months(" in ", 0x1c8, &buffer);
        ck_assert_str_eq(buffer.data, " in March and June to August");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("describe-text");
        TCase *tcase = tcase_create("describe-text");

        tcase_add_loop_test(tcase, values_are_listed, 0, ARRAY_SIZE(value_cases));
        tcase_add_loop_test(tcase, weekdays_have_names, 0, ARRAY_SIZE(weekday_cases));
        tcase_add_loop_test(tcase, times_of_the_day, 0, ARRAY_SIZE(time_cases));
        tcase_add_test(tcase, values_may_have_words);
        tcase_add_test(tcase, months_have_names);
        tcase_add_test(tcase, all_months_are_not_said);
        suite_add_tcase(suite, tcase);
        return suite;
}
