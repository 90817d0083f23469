/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A calendar expression in English: the times of the day, the days, the years and the zone. What the masks
 * say is said; only fractions of a second and years are told element by element.
 */

#include <string.h>

#include "schedule/calendar.h"
#include "schedule/describe-text.h"

static const CalendarElement *elements_of(const CalendarSchedule *calendar, CalendarField field) {
        return calendar->elements + calendar->element_begin[field];
}

/* "30", "30.5" */
static void add_seconds(Buffer *buffer, int width, int32_t value_usec) {
        int32_t fraction = value_usec % (int32_t) USEC_PER_SEC;
        int digits = 6;

        (void) buffer_add_format(buffer, "%0*d", width, value_usec / (int32_t) USEC_PER_SEC);
        if (fraction == 0)
                return;
        for (; fraction % 10 == 0; fraction /= 10)
                digits--;
        (void) buffer_add_format(buffer, ".%0*d", digits, fraction);
}

static bool has_step(const CalendarSchedule *calendar, CalendarField field) {
        const CalendarElement *elements = elements_of(calendar, field);

        for (unsigned i = 0; i < calendar_n_elements(calendar, field); i++)
                if (elements[i].step > 0)
                        return true;
        return false;
}

/* "at 00:00:00.25 and 00:00:30" */
static void add_fraction_times(Buffer *buffer, const CalendarSchedule *calendar, unsigned n_times) {
        const CalendarElement *seconds = elements_of(calendar, CALENDAR_SECOND);
        unsigned n_seconds = calendar_n_elements(calendar, CALENDAR_SECOND);
        uint64_t hours = calendar->hours, minutes = calendar->minutes;

        (void) buffer_add_string(buffer, "at ");
        for (unsigned i = 0; i < n_times; i++) {
                describe_separator(i, n_times, buffer);
                (void) buffer_add_format(
                                buffer, "%02u:%02u:", describe_lowest(hours), describe_lowest(minutes));
                add_seconds(buffer, 2, seconds[i % n_seconds].start);

                if ((i + 1) % n_seconds != 0)
                        continue;
                minutes &= minutes - 1;
                if (!minutes)
                        hours &= hours - 1;
                minutes = minutes ?: calendar->minutes;
        }
}

/* "0.5", "0 to 30 in steps of 0.5" */
static void add_second_element(Buffer *buffer, const CalendarElement *element) {
        int32_t last = element->stop;

        add_seconds(buffer, 1, element->start);
        if (element->step == 0)
                return;
        if (last < 0) {
                last = calendar_limits[CALENDAR_SECOND].max;
                last -= (last - element->start) % element->step;
        }
        (void) buffer_add_string(buffer, " to ");
        add_seconds(buffer, 1, last);
        (void) buffer_add_string(buffer, " in steps of ");
        add_seconds(buffer, 1, element->step);
}

/* The step of fractions that go on evenly from one minute to the next, from its very beginning; or 0. */
static int32_t even_fraction(const CalendarSchedule *calendar) {
        const CalendarElement *element = elements_of(calendar, CALENDAR_SECOND);

        if (calendar_n_elements(calendar, CALENDAR_SECOND) > 1 || element->start > 0 || element->stop >= 0 ||
            element->step == 0 || USEC_PER_MINUTE % element->step != 0)
                return 0;
        return element->step;
}

/* "every 0.5 seconds", "at seconds 1 and 2.5 of the minute" */
static void add_fractions(Buffer *buffer, const CalendarSchedule *calendar) {
        const CalendarElement *elements = elements_of(calendar, CALENDAR_SECOND);
        unsigned n = calendar_n_elements(calendar, CALENDAR_SECOND);
        int32_t step = even_fraction(calendar);

        if (step > 0) {
                (void) buffer_add_string(buffer, "every ");
                add_seconds(buffer, 1, step);
                (void) buffer_add_string(buffer, " seconds");
                return;
        }

        (void) buffer_add_string(buffer, n > 1 || elements->step > 0 ? "at seconds " : "at second ");
        for (unsigned i = 0; i < n; i++) {
                describe_separator(i, n, buffer);
                add_second_element(buffer, &elements[i]);
        }
        (void) buffer_add_string(buffer, " of the minute");
}

/* As describe_times(). */
static bool add_time_of_day(Buffer *buffer, const CalendarSchedule *calendar) {
        const DescribeTimes times = {
                .hours = calendar->hours,
                .minutes = calendar->minutes,
                .seconds = calendar->seconds,
        };
        unsigned n_times;

        if (!calendar->fractions)
                return describe_times(&times, buffer);

        n_times = describe_count(calendar->hours) * describe_count(calendar->minutes) *
                        calendar_n_elements(calendar, CALENDAR_SECOND);
        if (n_times <= DESCRIBE_TIMES_MAX && !has_step(calendar, CALENDAR_SECOND)) {
                add_fraction_times(buffer, calendar, n_times);
                return true;
        }

        add_fractions(buffer, calendar);
        describe_minute_window(calendar->hours, calendar->minutes, buffer);
        return false;
}

/* The days as written: of the month, or from its end. */
static uint32_t written_days(const CalendarSchedule *calendar) {
        uint32_t days = 0;

        if (!calendar->from_end)
                return calendar->days[3];
        for (int day = 1; day <= 28; day++)
                if (calendar->days[0] >> (29 - day) & 1)
                        days |= 1U << day;
        return days;
}

/* "first" of "the first Monday": the seven days are one week from either end. Returns NULL if they are not.
 */
static const char *week_word(const CalendarSchedule *calendar, uint32_t days) {
        static const char *const words[] = { "first", "second", "third", "fourth" };
        static const char *const words_from_end[] = {
                "last",
                "second-to-last",
                "third-to-last",
                "fourth-to-last",
        };

        for (unsigned week = 0; week < 4; week++)
                if (days == 0xfeU << week * 7)
                        return calendar->from_end ? words_from_end[week] : words[week];
        return NULL;
}

static void add_day_from_end(Buffer *buffer, unsigned day) {
        static const char *const words[] = { "", "last", "second-to-last", "third-to-last",
                                             "fourth-to-last" };
        const char *suffix = day == 21 ? "st" : day == 22 ? "nd" : day == 23 ? "rd" : "th";

        if (day < ARRAY_SIZE(words))
                (void) buffer_add_format(buffer, "the %s day", words[day]);
        else
                (void) buffer_add_format(buffer, "the %u%s-to-last day", day, suffix);
}

static void add_days(Buffer *buffer, const CalendarSchedule *calendar, uint32_t days) {
        unsigned n = describe_count(days);

        if (calendar->from_end && n == 1)
                add_day_from_end(buffer, describe_lowest(days));
        else if (calendar->from_end && days == (2U << n) - 2)
                (void) buffer_add_format(buffer, "the last %u days", n);
        else if (calendar->from_end) {
                (void) buffer_add_string(buffer, "days ");
                describe_values(days, NULL, buffer);
                describe_of_months(calendar->months, buffer);
                (void) buffer_add_string(buffer, ", counted from the end");
                return;
        } else if (days == 2)
                (void) buffer_add_string(buffer, "the first day");
        else {
                (void) buffer_add_string(buffer, n == 1 ? "day " : "days ");
                describe_values(days, NULL, buffer);
        }
        describe_of_months(calendar->months, buffer);
}

/* "on 24 December 2026"; returns false if it is not one single date. */
static bool add_single_date(Buffer *buffer, const CalendarSchedule *calendar, unsigned weekdays) {
        const CalendarElement *years = elements_of(calendar, CALENDAR_YEAR);
        uint32_t days = written_days(calendar);

        if (calendar_n_elements(calendar, CALENDAR_YEAR) != 1 || years->step > 0 || calendar->from_end ||
            describe_count(days) != 1 || describe_count(calendar->months) != 1)
                return false;

        (void) buffer_add_format(
                        buffer, " on %u %s %d", describe_lowest(days),
                        describe_month(describe_lowest(calendar->months)), years->start);
        if (weekdays != DESCRIBE_ALL_WEEKDAYS) {
                (void) buffer_add_string(buffer, ", if that is a ");
                describe_weekdays(weekdays, false, buffer);
        }
        return true;
}

static void add_date(Buffer *buffer, const CalendarSchedule *calendar, unsigned weekdays, bool at_times) {
        uint32_t days = written_days(calendar);
        bool any_day = !calendar->from_end && days == DESCRIBE_ALL_DAYS;
        const char *week = week_word(calendar, days);

        if (any_day && weekdays == DESCRIBE_ALL_WEEKDAYS) {
                (void) buffer_add_string(buffer, at_times ? " every day" : "");
                describe_months(" in ", calendar->months, buffer);
                return;
        }

        (void) buffer_add_string(buffer, " on ");
        if (any_day) {
                describe_weekdays(weekdays, at_times, buffer);
                describe_months(" in ", calendar->months, buffer);
        } else if (weekdays == DESCRIBE_ALL_WEEKDAYS)
                add_days(buffer, calendar, days);
        else if (week && describe_count(weekdays) == 1) {
                (void) buffer_add_format(buffer, "the %s ", week);
                describe_weekdays(weekdays, false, buffer);
                describe_of_months(calendar->months, buffer);
        } else {
                describe_weekdays(weekdays, false, buffer);
                (void) buffer_add_string(buffer, ", but only on ");
                add_days(buffer, calendar, days);
        }
}

/* ", in 2026", ", in 2026 to 2030", ", every 4 years from 2028" */
static void add_years(Buffer *buffer, const CalendarSchedule *calendar) {
        const CalendarElement *elements = elements_of(calendar, CALENDAR_YEAR);
        unsigned n = calendar_n_elements(calendar, CALENDAR_YEAR);

        for (unsigned i = 0; i < n; i++) {
                const CalendarElement *element = &elements[i];

                if (i == 0)
                        (void) buffer_add_string(buffer, element->step > 1 ? ", " : ", in ");
                describe_separator(i, n, buffer);
                if (element->step > 1)
                        (void) buffer_add_format(buffer, "every %d years from ", element->step);
                (void) buffer_add_format(buffer, "%d", element->start);
                if (element->stop >= 0)
                        (void) buffer_add_format(buffer, " to %d", element->stop);
                else if (element->step == 1)
                        (void) buffer_add_string(buffer, " and later");
        }
}

static void add_zone(Buffer *buffer, const TimeZone *zone) {
        const char *name = time_zone_name(zone);

        (void) buffer_add_format(buffer, ", %s%s", name, strcmp(name, "UTC") == 0 ? "" : " time");
}

void calendar_describe(const Schedule *schedule, Buffer *buffer) {
        const CalendarSchedule *calendar = (const CalendarSchedule *) schedule;
        unsigned weekdays = (calendar->weekdays << 1 & 0x7eU) | calendar->weekdays >> 6; /* from Sunday */
        bool at_times = add_time_of_day(buffer, calendar);

        if (!add_single_date(buffer, calendar, weekdays)) {
                add_date(buffer, calendar, weekdays, at_times);
                add_years(buffer, calendar);
        }
        if (schedule->zone)
                add_zone(buffer, schedule->zone);
}
