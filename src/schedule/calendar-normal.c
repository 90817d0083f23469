/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The normal form: what an element may be, the masks that it stands for, and its text. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/calendar.h"

/*
 * Every month has that many days, so only those can be counted from its end. systemd takes off three more for
 * each further element of the list, and what it refuses has to be refused: the text must mean the same there.
 */
#define DAYS_FROM_END_MAX 28
#define DAYS_FROM_END_LESS 3

/* clang-format off */
const CalendarLimits calendar_limits[CALENDAR_FIELD_COUNT] = {
        [CALENDAR_YEAR]   = { CALENDAR_YEAR_MIN, CALENDAR_YEAR_MAX, "year", "1970 to 2199" },
        [CALENDAR_MONTH]  = { 1, 12, "month", "1 to 12" },
        [CALENDAR_DAY]    = { 1, 31, "day", "1 to 31" },
        [CALENDAR_HOUR]   = { 0, 23, "hour", "0 to 23" },
        [CALENDAR_MINUTE] = { 0, 59, "minute", "0 to 59" },
        [CALENDAR_SECOND] = { 0, 60 * USEC_PER_SEC - 1, "second", "0 to 59.999999" },
};
/* clang-format on */

static const char *const weekday_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

/* Two digits are 1970 to 2069. */
static int32_t full_year(int32_t year) {
        if (year < 0 || year > 99)
                return year;
        return year + (year < 70 ? 2000 : 1900);
}

static void format_value(Buffer *buffer, CalendarField field, const char *before, int width, int32_t value) {
        int32_t unit = field == CALENDAR_SECOND ? (int32_t) USEC_PER_SEC : 1;

        (void) buffer_add_format(buffer, "%s%0*d", before, width, value / unit);
        if (value % unit > 0)
                (void) buffer_add_format(buffer, ".%06d", value % unit);
}

void calendar_element_normalize(CalendarField field, CalendarElement *element) {
        if (field == CALENDAR_YEAR) {
                element->start = full_year(element->start);
                element->stop = full_year(element->stop);
        }

        if (element->stop > element->start && element->step > 0)
                element->stop -= (element->stop - element->start) % element->step;
        if (element->stop == element->start) {
                element->stop = -1;
                element->step = 0;
        }
}

static int refuse_value(
                CalendarField field,
                bool from_end,
                int32_t max,
                const CalendarElement *element,
                ScheduleError *reterr) {

        int32_t value = element->start < calendar_limits[field].min || element->start > max ? element->start
                                                                                            : element->stop;
        CLEANUP(buffer_done) Buffer text = {};

        format_value(&text, field, "", 1, value);
        if (text.failed)
                return -ENOMEM;
        if (from_end)
                return schedule_error(
                                reterr, element->offset,
                                "day %s from the end of the month is out of range here: 1 to %d expected",
                                text.data, max);
        return schedule_error(
                        reterr, element->offset, "%s %s is out of range: %s expected",
                        calendar_limits[field].name, text.data, calendar_limits[field].example);
}

int calendar_element_check(
                CalendarField field,
                bool from_end,
                size_t index,
                const CalendarElement *element,
                ScheduleError *reterr) {

        int32_t min = calendar_limits[field].min, max = calendar_limits[field].max;

        assert(!from_end || field == CALENDAR_DAY);

        if (from_end)
                max = MAX(DAYS_FROM_END_MAX - DAYS_FROM_END_LESS * (int32_t) MIN(index, (size_t) 9), min);
        if (element->start < min || element->start > max || element->stop > max)
                return refuse_value(field, from_end, max, element, reterr);
        if (element->stop >= 0 && element->stop < element->start)
                return schedule_error(
                                reterr, element->offset,
                                "this range runs backwards: the smaller %s comes first",
                                calendar_limits[field].name);

        /* A step leads to a second value. */
        if (element->step > max - min ||
            (element->stop < 0 && element->step > (from_end ? element->start - min : max - element->start)))
                return schedule_error(
                                reterr, element->offset,
                                "this step leads out of the %s's range at once: %d to %d expected",
                                calendar_limits[field].name, min, field == CALENDAR_SECOND ? 59 : max);
        return 0;
}

static int compare_elements(const void *left, const void *right) {
        const CalendarElement *a = left, *b = right;

        if (a->start != b->start)
                return a->start < b->start ? -1 : 1;
        if (a->stop != b->stop)
                return a->stop < b->stop ? -1 : 1;
        return (a->step > b->step) - (a->step < b->step);
}

size_t calendar_elements_sort(CalendarElement *elements, size_t n_elements) {
        size_t n = 0;

        if (n_elements < 2)
                return n_elements;

        qsort(elements, n_elements, sizeof(*elements), compare_elements);
        for (size_t i = 1; i < n_elements; i++)
                if (compare_elements(&elements[n], &elements[i]) != 0)
                        elements[++n] = elements[i];
        return n + 1;
}

static void set_year(CalendarSchedule *calendar, int32_t year) {
        unsigned bit = (unsigned) (year - CALENDAR_YEAR_MIN);

        calendar->years[bit / 64] |= 1ULL << bit % 64;
}

static void set_value(CalendarSchedule *calendar, CalendarField field, int32_t value) {
        switch (field) {
        case CALENDAR_YEAR:
                set_year(calendar, value);
                break;
        case CALENDAR_MONTH:
                calendar->months |= (uint16_t) (1U << value);
                break;
        case CALENDAR_DAY:
                for (int i = 0; i < 4; i++) {
                        int day = calendar->from_end ? 28 + i + 1 - value : value;

                        if (day <= 28 + i)
                                calendar->days[i] |= 1U << day;
                }
                break;
        case CALENDAR_HOUR:
                calendar->hours |= 1U << value;
                break;
        case CALENDAR_MINUTE:
                calendar->minutes |= 1ULL << value;
                break;
        default:
                calendar->seconds |= 1ULL << value / USEC_PER_SEC;
                break;
        }
}

static bool is_whole(const CalendarElement *element) {
        return element->start % USEC_PER_SEC == 0 && element->step % USEC_PER_SEC == 0;
}

static void set_element(CalendarSchedule *calendar, CalendarField field, const CalendarElement *element) {
        int32_t step = element->step, last = element->stop;

        if (field == CALENDAR_SECOND && !is_whole(element)) {
                calendar->fractions = true;
                return;
        }

        if (last < 0)
                last = step > 0 ? calendar_limits[field].max : element->start;
        if (field == CALENDAR_DAY && calendar->from_end && element->stop < 0 && step > 0) {
                for (int32_t value = element->start; value >= 1; value -= step)
                        set_value(calendar, field, value);
                return;
        }
        for (int32_t value = element->start; value <= last; value += step) {
                set_value(calendar, field, value);
                if (step == 0)
                        return;
        }
}

static void set_all(CalendarSchedule *calendar, CalendarField field) {
        const CalendarElement all = { .start = calendar_limits[field].min, .stop = -1, .step = 1 };

        set_element(calendar, field, &all);
}

/* The days that a month has in some year. */
static uint32_t days_that_come(const CalendarSchedule *calendar, int month) {
        if (month == 2)
                return calendar->days[0] | calendar->days[1];
        return calendar->days[month == 4 || month == 6 || month == 9 || month == 11 ? 2 : 3];
}

static bool repeats(const CalendarSchedule *calendar, CalendarField field) {
        for (unsigned i = calendar->element_begin[field]; i < calendar->element_begin[field + 1]; i++)
                if (calendar->elements[i].step > 0)
                        return true;
        return calendar_n_elements(calendar, field) == 0;
}

void calendar_fill_masks(CalendarSchedule *calendar) {
        usec_t ignored;

        for (CalendarField field = 0; field < CALENDAR_FIELD_COUNT; field++) {
                for (unsigned i = calendar->element_begin[field]; i < calendar->element_begin[field + 1]; i++)
                        set_element(calendar, field, &calendar->elements[i]);
                if (calendar_n_elements(calendar, field) == 0)
                        set_all(calendar, field);
        }

        /* The search needs not look where no day is. */
        for (int month = 1; month <= 12; month++)
                if (days_that_come(calendar, month))
                        calendar->months_with_days |= calendar->months & (uint16_t) (1U << month);

        calendar->interval_like = repeats(calendar, CALENDAR_HOUR) || repeats(calendar, CALENDAR_MINUTE) ||
                        repeats(calendar, CALENDAR_SECOND);
        if (!calendar_pattern_next(calendar, INT64_MIN, &ignored))
                calendar->warning = "there is no such date, so this is never due";
}

static void format_weekdays(Buffer *buffer, unsigned weekdays) {
        bool first = true;

        if (weekdays == CALENDAR_ALL_WEEKDAYS)
                return;

        for (unsigned begin = 0, end; begin < 7; begin = end + 1) {
                for (end = begin; weekdays >> end & 1; end++)
                        ;
                if (end == begin)
                        continue;

                (void) buffer_add_format(buffer, "%s%s", first ? "" : ",", weekday_names[begin]);
                if (end - begin > 1)
                        (void) buffer_add_format(
                                        buffer, "%s%s", end - begin > 2 ? ".." : ",", weekday_names[end - 1]);
                first = false;
        }
        (void) buffer_add_char(buffer, ' ');
}

static void format_element(Buffer *buffer, CalendarField field, const CalendarElement *element) {
        int32_t unit = field == CALENDAR_SECOND ? (int32_t) USEC_PER_SEC : 1;
        int width = field == CALENDAR_YEAR ? 4 : 2;

        format_value(buffer, field, "", width, element->start);
        if (element->stop >= 0)
                format_value(buffer, field, "..", width, element->stop);
        if (element->step > 0 && (element->stop < 0 || element->step != unit))
                format_value(buffer, field, "/", 1, element->step);
}

/* Every second, and nothing between two of them. */
static bool is_every_second(const CalendarSchedule *calendar, CalendarField field) {
        if (field != CALENDAR_SECOND || calendar->fractions)
                return false;
        for (unsigned i = calendar->element_begin[field]; i < calendar->element_begin[field + 1]; i++) {
                const CalendarElement *element = &calendar->elements[i];

                if (element->start == 0 && element->stop < 0 && element->step == USEC_PER_SEC)
                        return true;
        }
        return false;
}

static void format_field(Buffer *buffer, const CalendarSchedule *calendar, CalendarField field, char after) {
        if (calendar_n_elements(calendar, field) == 0 || is_every_second(calendar, field))
                (void) buffer_add_char(buffer, '*');
        else
                for (unsigned i = calendar->element_begin[field]; i < calendar->element_begin[field + 1];
                     i++) {
                        if (i > calendar->element_begin[field])
                                (void) buffer_add_char(buffer, ',');
                        format_element(buffer, field, &calendar->elements[i]);
                }
        if (after)
                (void) buffer_add_char(buffer, after);
}

void calendar_format(const Schedule *schedule, Buffer *buffer) {
        const CalendarSchedule *calendar = (const CalendarSchedule *) schedule;

        format_weekdays(buffer, calendar->weekdays);
        format_field(buffer, calendar, CALENDAR_YEAR, '-');
        format_field(buffer, calendar, CALENDAR_MONTH, calendar->from_end ? '~' : '-');
        format_field(buffer, calendar, CALENDAR_DAY, ' ');
        format_field(buffer, calendar, CALENDAR_HOUR, ':');
        format_field(buffer, calendar, CALENDAR_MINUTE, ':');
        format_field(buffer, calendar, CALENDAR_SECOND, '\0');
        if (schedule->zone)
                (void) buffer_add_format(buffer, " %s", time_zone_name(schedule->zone));
}
