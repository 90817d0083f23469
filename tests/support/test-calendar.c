/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/test-calendar.h"

#include <stdio.h>
#include <string.h>

#define YEAR 0
#define MONTH 1
#define DAY 2
#define SECOND 5

#define FRACTION 50000 /* all fractions are multiples of it: few enough to go through them */

static const struct {
        int min, max;
} limits[TEST_CALENDAR_N_FIELDS] = {
        { 2024, 2036 }, { 1, 12 }, { 1, 31 }, { 0, 23 }, { 0, 59 }, { 0, 59 * USEC_PER_SEC },
};

static const char *const weekday_names[] = { "Mon",      "Tue",    "Wed",      "Thu",     "Fri",
                                             "Sat",      "Sun",    "Monday",   "tuesday", "Wednesday",
                                             "THURSDAY", "friday", "Saturday", "sun" };

static bool chance(TestRandom *random, int percent) {
        return test_random_between(random, 1, 100) <= percent;
}

static int between(TestRandom *random, int first, int last) {
        return (int) test_random_between(random, first, last);
}

/* A span of one field: of seconds whole ones, or a multiple of FRACTION. */
static int random_span(TestRandom *random, int field, int last) {
        if (field != SECOND)
                return between(random, 1, last);
        if (last < USEC_PER_SEC || chance(random, 30))
                return FRACTION * between(random, 2, MAX(last / FRACTION, 2));
        return (int) USEC_PER_SEC * between(random, 1, last / (int) USEC_PER_SEC);
}

static TestCalendarElement random_element(TestRandom *random, int field, bool from_end, int max) {
        TestCalendarElement element = { .stop = -1 };
        int room;

        element.start = between(random, limits[field].min, max);
        if (field == SECOND) {
                element.start -= element.start % (int) USEC_PER_SEC;
                if (chance(random, 15))
                        element.start += FRACTION * between(random, 0, 19);
        }

        room = max - element.start;
        if (chance(random, 30) && room >= (field == SECOND ? (int) USEC_PER_SEC : 1)) {
                element.stop = element.start + random_span(random, field, room);
                if (field == SECOND && element.stop - element.start < USEC_PER_SEC)
                        element.stop = element.start + (int) USEC_PER_SEC;
                element.step = field == SECOND ? (int) USEC_PER_SEC : 1;
                room = element.stop - element.start;
        } else if (from_end)
                room = element.start - 1;

        if (chance(random, 30) && room >= (field == SECOND ? 2 * FRACTION : 1))
                element.step = random_span(random, field, room);
        return element;
}

static void random_list(TestRandom *random, TestCalendar *calendar, int field) {
        TestCalendarList *list = &calendar->lists[field];
        bool from_end = field == DAY && calendar->from_end;
        int max = limits[field].max;

        list->n_elements = chance(random, 25) ? 0 : (size_t) between(random, 1, chance(random, 70) ? 1 : 4);
        if (from_end)
                max = 28 - 3 * (int) MAX(list->n_elements, (size_t) 1) + 3;
        for (size_t i = 0; i < list->n_elements; i++)
                list->elements[i] = random_element(random, field, from_end, max);
}

static void add(char *text, const char *part) {
        (void) strncat(text, part, TEST_CALENDAR_TEXT_MAX - 1 - strlen(text));
}

static void add_value(char *text, int field, const char *before, int value) {
        int unit = field == SECOND ? (int) USEC_PER_SEC : 1;
        char number[40];

        (void) snprintf(number, sizeof(number), "%s%d", before, value / unit);
        add(text, number);
        if (value % unit > 0) {
                (void) snprintf(number, sizeof(number), ".%06d", value % unit);
                add(text, number);
        }
}

static void add_list(char *text, const TestCalendarList *list, int field) {
        if (list->n_elements == 0)
                add(text, "*");
        for (size_t i = 0; i < list->n_elements; i++) {
                const TestCalendarElement *element = &list->elements[i];

                add_value(text, field, i > 0 ? "," : "", element->start);
                if (element->stop >= 0)
                        add_value(text, field, "..", element->stop);
                if (element->step > 0)
                        add_value(text, field, "/", element->step);
        }
}

static void random_weekdays(TestRandom *random, TestCalendar *calendar) {
        calendar->weekdays = 0;
        for (int n = between(random, 1, 3); n > 0; n--) {
                int first = between(random, 0, 6),
                    last = chance(random, 30) ? between(random, first, 6) : first;

                add(calendar->text, weekday_names[first + 7 * between(random, 0, 1)]);
                if (last > first) {
                        add(calendar->text, chance(random, 20) ? "-" : "..");
                        add(calendar->text, weekday_names[last + 7 * between(random, 0, 1)]);
                }
                add(calendar->text, n > 1 ? "," : " ");
                for (int day = first; day <= last; day++)
                        calendar->weekdays |= 1U << day;
        }
}

static void random_date(TestRandom *random, TestCalendar *calendar) {
        calendar->from_end = chance(random, 30);
        random_list(random, calendar, MONTH);
        random_list(random, calendar, DAY);
        if (chance(random, 60)) {
                if (chance(random, 40))
                        random_list(random, calendar, YEAR);
                add_list(calendar->text, &calendar->lists[YEAR], YEAR);
                add(calendar->text, "-");
        }
        add_list(calendar->text, &calendar->lists[MONTH], MONTH);
        add(calendar->text, calendar->from_end ? "~" : "-");
        add_list(calendar->text, &calendar->lists[DAY], DAY);
}

static void set_zero(TestCalendarList *list) {
        *list = (TestCalendarList){ .n_elements = 1, .elements = { { .stop = -1 } } };
}

static void random_time(TestRandom *random, TestCalendar *calendar) {
        for (int field = DAY + 1; field <= SECOND; field++) {
                if (field == SECOND && chance(random, 40)) {
                        set_zero(&calendar->lists[SECOND]);
                        return;
                }
                random_list(random, calendar, field);
                if (field > DAY + 1)
                        add(calendar->text, ":");
                add_list(calendar->text, &calendar->lists[field], field);
        }
}

void test_calendar_random(TestRandom *random, TestCalendar *ret) {
        bool date = chance(random, 70);

        *ret = (TestCalendar){ .weekdays = 0x7f };
        if (chance(random, 30))
                random_weekdays(random, ret);
        if (date)
                random_date(random, ret);
        if (date && chance(random, 30)) {
                for (int field = DAY + 1; field <= SECOND; field++)
                        set_zero(&ret->lists[field]);
                return;
        }
        if (date)
                add(ret->text, " ");
        random_time(random, ret);
}

void test_calendar_random_wrong(TestRandom *random, char ret_text[static TEST_CALENDAR_TEXT_MAX]) {
        static const char signs[] = "*,.-~/: 0123456789@MT";
        TestCalendar calendar;
        size_t length;

        test_calendar_random(random, &calendar);
        memcpy(ret_text, calendar.text, TEST_CALENDAR_TEXT_MAX);
        length = strlen(ret_text);

        for (int n = between(random, 1, 2); n > 0; n--) {
                size_t at = (size_t) between(random, 0, (int) length - 1);
                char sign = signs[between(random, 0, (int) sizeof(signs) - 2)];

                if (chance(random, 50) && length + 1 < TEST_CALENDAR_TEXT_MAX) {
                        memmove(ret_text + at + 1, ret_text + at, length + 1 - at);
                        length++;
                }
                ret_text[at] = sign;
        }
}

static bool element_has(const TestCalendarElement *element, int value) {
        if (element->step == 0)
                return value == element->start;
        if (value < element->start || (element->stop >= 0 && value > element->stop))
                return false;
        return (value - element->start) % element->step == 0;
}

bool test_calendar_has(const TestCalendar *calendar, int field, int value) {
        const TestCalendarList *list = &calendar->lists[field];

        for (size_t i = 0; i < list->n_elements; i++)
                if (element_has(&list->elements[i], value))
                        return true;
        return list->n_elements == 0 && (field != SECOND || value % USEC_PER_SEC == 0);
}

bool test_calendar_has_day(const TestCalendar *calendar, int day, int n_days) {
        const TestCalendarList *list = &calendar->lists[DAY];
        int from_end = n_days + 1 - day;

        if (!calendar->from_end)
                return test_calendar_has(calendar, DAY, day);
        for (size_t i = 0; i < list->n_elements; i++) {
                const TestCalendarElement *element = &list->elements[i];

                /* Without an end the steps go on to the last day, so they count down. */
                if (element->step > 0 && element->stop < 0) {
                        if (from_end <= element->start && (element->start - from_end) % element->step == 0)
                                return true;
                } else if (element_has(element, from_end))
                        return true;
        }
        return list->n_elements == 0;
}
