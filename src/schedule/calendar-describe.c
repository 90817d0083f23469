/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A calendar expression in English: the times of the day, the days, the years and the zone. What the masks
 * say is said; only fractions of a second and years are told element by element.
 */

#include <string.h>

#include "schedule/calendar.h"
#include "schedule/describe-text.h"

#define MAX_TIMES 6U /* of the day that are listed one by one */
#define ALL_DAYS 0xfffffffeU

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

/* What joins the parts of a list: nothing, ", " or " and ". */
static void add_separator(Buffer *buffer, size_t i, size_t n) {
        if (i > 0)
                (void) buffer_add_string(buffer, i + 1 == n ? " and " : ", ");
}

static const CalendarElement *elements_of(const CalendarSchedule *calendar, CalendarField field) {
        return calendar->elements + calendar->element_begin[field];
}

/* The one second of the minute; -1 if there are several. */
static int32_t single_second(const CalendarSchedule *calendar) {
        const CalendarElement *element = elements_of(calendar, CALENDAR_SECOND);

        if (calendar_n_elements(calendar, CALENDAR_SECOND) > 1 || element->step > 0)
                return -1;
        return element->start;
}

/* How many seconds of the minute there are; 0 if they are not to be listed. */
static unsigned count_listed_seconds(const CalendarSchedule *calendar) {
        const CalendarElement *elements = elements_of(calendar, CALENDAR_SECOND);
        unsigned n = calendar_n_elements(calendar, CALENDAR_SECOND);

        for (unsigned i = 0; i < n; i++)
                if (elements[i].step > 0)
                        return 0;
        return n;
}

/* "02:30", "14:00:30" for each second of a minute; returns how many times are named now. */
static unsigned add_minute_times(
                Buffer *buffer,
                const CalendarSchedule *calendar,
                unsigned hour,
                unsigned minute,
                unsigned i,
                unsigned n) {

        const CalendarElement *seconds = elements_of(calendar, CALENDAR_SECOND);

        for (unsigned second = 0; second < calendar_n_elements(calendar, CALENDAR_SECOND); second++) {
                add_separator(buffer, i++, n);
                (void) buffer_add_format(buffer, "%02u:%02u", hour, minute);
                if (single_second(calendar) == 0)
                        continue;
                (void) buffer_add_char(buffer, ':');
                add_seconds(buffer, 2, seconds[second].start);
        }
        return i;
}

/* "at 02:30", "at 02:00 and 14:00:30" */
static void add_times(Buffer *buffer, const CalendarSchedule *calendar, unsigned n_times) {
        unsigned i = 0;

        (void) buffer_add_string(buffer, "at ");
        for (uint64_t hours = calendar->hours; hours; hours &= hours - 1)
                for (uint64_t minutes = calendar->minutes; minutes; minutes &= minutes - 1)
                        i = add_minute_times(
                                        buffer, calendar, describe_lowest(hours), describe_lowest(minutes), i,
                                        n_times);
}

/* "0.5", "10 to 20", "0 to 30 in steps of 0.5", of fractions that are no bits of a mask. */
static void add_second_elements(Buffer *buffer, const CalendarSchedule *calendar) {
        const CalendarElement *elements = elements_of(calendar, CALENDAR_SECOND);
        unsigned n = calendar_n_elements(calendar, CALENDAR_SECOND);

        for (unsigned i = 0; i < n; i++) {
                const CalendarElement *element = &elements[i];
                int32_t last = element->stop;

                add_separator(buffer, i, n);
                add_seconds(buffer, 1, element->start);
                if (element->step == 0)
                        continue;
                if (last < 0) {
                        last = calendar_limits[CALENDAR_SECOND].max;
                        last -= (last - element->start) % element->step;
                }
                (void) buffer_add_string(buffer, " to ");
                add_seconds(buffer, 1, last);
                (void) buffer_add_string(buffer, " in steps of ");
                add_seconds(buffer, 1, element->step);
        }
}

/* The step of fractions that go on evenly from one minute to the next, from its very beginning; or 0. */
static int32_t even_fraction(const CalendarSchedule *calendar) {
        const CalendarElement *element = elements_of(calendar, CALENDAR_SECOND);

        if (calendar_n_elements(calendar, CALENDAR_SECOND) > 1 || element->start > 0 || element->stop >= 0 ||
            element->step == 0 || USEC_PER_MINUTE % element->step != 0)
                return 0;
        return element->step;
}

/* Several seconds of a minute: "every 5 seconds", "at seconds 1, 2 and 40 of the minute". */
static void add_several_seconds(Buffer *buffer, const CalendarSchedule *calendar) {
        unsigned step = calendar->fractions ? 0 : describe_even_step(calendar->seconds, 60);
        int32_t fraction = calendar->fractions ? even_fraction(calendar) : 0;

        if (step == 1)
                (void) buffer_add_string(buffer, "every second");
        else if (step > 0) {
                (void) buffer_add_format(buffer, "every %u seconds", step);
                if (describe_lowest(calendar->seconds) > 0)
                        (void) buffer_add_format(
                                        buffer, " from second %u of the minute",
                                        describe_lowest(calendar->seconds));
        } else if (fraction > 0) {
                (void) buffer_add_string(buffer, "every ");
                add_seconds(buffer, 1, fraction);
                (void) buffer_add_string(buffer, " seconds");
        } else {
                (void) buffer_add_string(buffer, "at seconds ");
                if (calendar->fractions)
                        add_second_elements(buffer, calendar);
                else
                        describe_values(calendar->seconds, buffer);
                (void) buffer_add_string(buffer, " of the minute");
        }
}

/* In which minutes there are several seconds. */
static void add_minute_window(Buffer *buffer, const CalendarSchedule *calendar) {
        unsigned n = describe_count(calendar->minutes) * describe_count(calendar->hours), i = 0;

        if (calendar->minutes == DESCRIBE_ALL_MINUTES) {
                describe_hours(calendar->hours, buffer);
                return;
        }
        if (n > MAX_TIMES) {
                (void) buffer_add_string(
                                buffer,
                                describe_count(calendar->minutes) > 1 ? " in minutes " : " in minute ");
                describe_values(calendar->minutes, buffer);
                (void) buffer_add_string(buffer, " of the hour");
                describe_hours(calendar->hours, buffer);
                return;
        }

        (void) buffer_add_string(buffer, n > 1 ? " in the minutes " : " in the minute ");
        for (uint64_t hours = calendar->hours; hours; hours &= hours - 1)
                for (uint64_t minutes = calendar->minutes; minutes; minutes &= minutes - 1) {
                        add_separator(buffer, i++, n);
                        (void) buffer_add_format(
                                        buffer, "%02u:%02u", describe_lowest(hours),
                                        describe_lowest(minutes));
                }
}

/* Returns true if single times of the day are named, which read on as "on weekdays" or "every day". */
static bool add_time_of_day(Buffer *buffer, const CalendarSchedule *calendar) {
        unsigned n_minutes = describe_count(calendar->minutes), n_hours = describe_count(calendar->hours);
        unsigned n_times = n_minutes * n_hours * count_listed_seconds(calendar);
        bool every_hours = n_minutes == 1 && n_hours > 2 && describe_even_step(calendar->hours, 24) > 0;
        int32_t second = single_second(calendar);

        if (n_times > 0 && n_times <= MAX_TIMES && !(second >= 0 && every_hours)) {
                add_times(buffer, calendar, n_times);
                return true;
        }
        if (second < 0) {
                add_several_seconds(buffer, calendar);
                add_minute_window(buffer, calendar);
                return false;
        }

        describe_minutes(calendar->hours, calendar->minutes, buffer);
        if (second > 0) {
                (void) buffer_add_string(buffer, ", at second ");
                add_seconds(buffer, 1, second);
        }
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

/* " of the month" or the months by name. */
static void add_of_months(Buffer *buffer, const CalendarSchedule *calendar) {
        if (calendar->months == DESCRIBE_ALL_MONTHS)
                (void) buffer_add_string(buffer, " of the month");
        describe_months(" of ", calendar->months, buffer);
}

static void add_days(Buffer *buffer, const CalendarSchedule *calendar, uint32_t days) {
        unsigned n = describe_count(days);

        if (calendar->from_end && n == 1)
                add_day_from_end(buffer, describe_lowest(days));
        else if (calendar->from_end && days == (2U << n) - 2)
                (void) buffer_add_format(buffer, "the last %u days", n);
        else if (calendar->from_end) {
                (void) buffer_add_string(buffer, "days ");
                describe_values(days, buffer);
                add_of_months(buffer, calendar);
                (void) buffer_add_string(buffer, ", counted from the end");
                return;
        } else if (days == 2)
                (void) buffer_add_string(buffer, "the first day");
        else {
                (void) buffer_add_string(buffer, n == 1 ? "day " : "days ");
                describe_values(days, buffer);
        }
        add_of_months(buffer, calendar);
}

static const char *const month_words[] = {
        "",     "January", "February",  "March",   "April",    "May",      "June",
        "July", "August",  "September", "October", "November", "December",
};

/* "on 24 December 2026"; returns false if it is not one single date. */
static bool add_single_date(Buffer *buffer, const CalendarSchedule *calendar, unsigned weekdays) {
        const CalendarElement *years = elements_of(calendar, CALENDAR_YEAR);
        uint32_t days = written_days(calendar);

        if (calendar_n_elements(calendar, CALENDAR_YEAR) != 1 || years->step > 0 || calendar->from_end ||
            describe_count(days) != 1 || describe_count(calendar->months) != 1)
                return false;

        (void) buffer_add_format(
                        buffer, " on %u %s %d", describe_lowest(days),
                        month_words[describe_lowest(calendar->months)], years->start);
        if (weekdays != DESCRIBE_ALL_WEEKDAYS) {
                (void) buffer_add_string(buffer, ", if that is a ");
                describe_weekdays(weekdays, false, buffer);
        }
        return true;
}

static void add_date(Buffer *buffer, const CalendarSchedule *calendar, unsigned weekdays, bool at_times) {
        uint32_t days = written_days(calendar);
        bool any_day = !calendar->from_end && days == ALL_DAYS;
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
                add_of_months(buffer, calendar);
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
                add_separator(buffer, i, n);
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
