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
        uint64_t hours, minutes;
        const char *text;
} minute_cases[] = {
        { DESCRIBE_ALL_HOURS, DESCRIBE_ALL_MINUTES, "every minute" },
        { DESCRIBE_ALL_HOURS, 1ULL,                 "every hour" },
        { DESCRIBE_ALL_HOURS, 1ULL << 5,            "every hour at minute 5" },
        { DESCRIBE_ALL_HOURS, 1ULL | 1ULL << 30,    "every 30 minutes" },
        { DESCRIBE_ALL_HOURS, 1ULL | 1ULL << 31,    "at minutes 0 and 31 of the hour" },
        { 0x555555,           1ULL << 10,           "every 2 hours from 00:10" },
        { FROM_TO(9, 17),     1ULL << 30,           "every hour from 09:30 to 17:30" },
        { 0x23,               1ULL << 30,           "at minute 30 of the hours 0, 1 and 5" },
        { FROM_TO(9, 17),     DESCRIBE_ALL_MINUTES, "every minute between 09:00 and 17:59" },
        { 0x23,               DESCRIBE_ALL_MINUTES, "every minute in the hours 0, 1 and 5" },
};

static const struct {
        uint64_t mask;
        unsigned size, step;
} step_cases[] = {
        { 1ULL | 1ULL << 30, 60, 30 },
        { 1ULL | 1ULL << 29, 60, 0 },
        { 0x1111111111111111, 60, 0 }, /* 60 is beyond the end */
        { DESCRIBE_ALL_MINUTES, 60, 1 },
        { 1ULL, 60, 0 },
};
/* clang-format on */

START_TEST(values_are_listed) {
        CLEANUP(buffer_done) Buffer buffer = {};

        describe_values(value_cases[_i].mask, &buffer);
        ck_assert_str_eq(buffer.data, value_cases[_i].text);
}
END_TEST

START_TEST(weekdays_have_names) {
        CLEANUP(buffer_done) Buffer buffer = {};

        describe_weekdays(weekday_cases[_i].weekdays, weekday_cases[_i].as_adverb, &buffer);
        ck_assert_str_eq(buffer.data, weekday_cases[_i].text);
}
END_TEST

START_TEST(minutes_that_are_too_many_to_list) {
        CLEANUP(buffer_done) Buffer buffer = {};

        describe_minutes(minute_cases[_i].hours, minute_cases[_i].minutes, &buffer);
        ck_assert_str_eq(buffer.data, minute_cases[_i].text);
}
END_TEST

START_TEST(a_step_is_even_or_none) {
        ck_assert_uint_eq(describe_even_step(step_cases[_i].mask, step_cases[_i].size), step_cases[_i].step);
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
        tcase_add_loop_test(tcase, minutes_that_are_too_many_to_list, 0, ARRAY_SIZE(minute_cases));
        tcase_add_loop_test(tcase, a_step_is_even_or_none, 0, ARRAY_SIZE(step_cases));
        tcase_add_test(tcase, all_months_are_not_said);
        suite_add_tcase(suite, tcase);
        return suite;
}
