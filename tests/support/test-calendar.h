/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Random calendar expressions, each with its meaning in the plainest form: the elements as they were written,
 * with which a test can ask of any value whether it is meant.
 */

#include "support/test-random.h"
#include "util/types.h"

#define TEST_CALENDAR_TEXT_MAX 512U
#define TEST_CALENDAR_ELEMENTS_MAX 4U
#define TEST_CALENDAR_N_FIELDS 6 /* year, month, day, hour, minute, second in microseconds */

typedef struct TestCalendarElement {
        int start, stop, step; /* stop -1: no range; step 0: none */
} TestCalendarElement;

typedef struct TestCalendarList {
        size_t n_elements; /* 0: "*" */
        TestCalendarElement elements[TEST_CALENDAR_ELEMENTS_MAX];
} TestCalendarList;

typedef struct TestCalendar {
        char text[TEST_CALENDAR_TEXT_MAX];
        unsigned weekdays; /* bit 0 is Monday */
        bool from_end;
        TestCalendarList lists[TEST_CALENDAR_N_FIELDS];
} TestCalendar;

/* An expression that is right. */
void test_calendar_random(TestRandom *random, TestCalendar *ret);

/* Like one, with something in it that may be wrong. */
void test_calendar_random_wrong(TestRandom *random, char ret_text[static TEST_CALENDAR_TEXT_MAX]);

/* Whether the list of a field other than the day has the value. */
bool test_calendar_has(const TestCalendar *calendar, int field, int value);

/* Whether a day of a month of `n_days` days is meant, be the weekday as it may. */
bool test_calendar_has_day(const TestCalendar *calendar, int day, int n_days);
