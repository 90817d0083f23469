/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The search in local time: the next set bit of the second, the minute, the hour, then of a mask of the whole
 * month, of the months and of the years. Only fractions of a second are no bits: of those each element is
 * asked for its next value.
 */

#include <assert.h>

#include "schedule/bit-mask.h"
#include "schedule/calendar.h"
#include "schedule/local-search.h"
#include "util/civil-date.h"

#define DAYS_UNTIL_1970_AND_MONDAY 3 /* 1970-01-01 was a Thursday */

/* Counting values of which several elements give the same goes window by window, as bits on the stack. */
#define WINDOW_WORDS 1024U
#define WINDOW_USEC ((usec_t) WINDOW_WORDS * 64)

static usec_t element_last(const CalendarElement *element) {
        if (element->stop >= 0)
                return element->stop;
        return element->step > 0 ? USEC_PER_MINUTE - 1 : element->start;
}

/* The first value from `from` on, or -1. */
static usec_t element_next(const CalendarElement *element, usec_t from) {
        usec_t value = element->start;

        if (from > value && element->step == 0)
                return -1;
        if (from > value)
                value += (from - value + element->step - 1) / element->step * element->step;
        return value <= element_last(element) ? value : -1;
}

/* The last value up to `until`, or -1. */
static usec_t element_previous(const CalendarElement *element, usec_t until) {
        if (until < element->start)
                return -1;
        if (element->step == 0)
                return element->start;

        until = MIN(until, element_last(element)) - element->start;
        return element->start + until / element->step * element->step;
}

static usec_t next_of_elements(const CalendarElement *elements, size_t n_elements, usec_t from) {
        usec_t found = -1;

        for (size_t i = 0; i < n_elements; i++) {
                usec_t value = element_next(&elements[i], from);

                if (value >= 0 && (found < 0 || value < found))
                        found = value;
        }
        return found;
}

static usec_t next_in_minute(const CalendarSchedule *calendar, usec_t from) {
        int second;

        if (calendar->fractions)
                return next_of_elements(
                                calendar->elements + calendar->element_begin[CALENDAR_SECOND],
                                calendar_n_elements(calendar, CALENDAR_SECOND), from);

        second = mask_lowest_from(calendar->seconds, (unsigned) ((from + USEC_PER_SEC - 1) / USEC_PER_SEC));
        return second < 0 ? -1 : second * USEC_PER_SEC;
}

static usec_t previous_in_minute(const CalendarSchedule *calendar, usec_t until) {
        usec_t found = -1;
        int second;

        if (calendar->fractions) {
                for (size_t i = calendar->element_begin[CALENDAR_SECOND];
                     i < calendar->element_begin[CALENDAR_SECOND + 1]; i++)
                        found = MAX(found, element_previous(&calendar->elements[i], until));
                return found;
        }

        second = mask_highest_until(calendar->seconds, (int) (until / USEC_PER_SEC));
        return second < 0 ? -1 : second * USEC_PER_SEC;
}

static usec_t next_in_hour(const CalendarSchedule *calendar, usec_t from) {
        unsigned minute = (unsigned) (from / USEC_PER_MINUTE);
        int found;

        if (calendar->minutes >> minute & 1) {
                usec_t rest = next_in_minute(calendar, from % USEC_PER_MINUTE);

                if (rest >= 0)
                        return minute * USEC_PER_MINUTE + rest;
        }
        found = mask_lowest_from(calendar->minutes, minute + 1);
        return found < 0 ? -1 : found * USEC_PER_MINUTE + next_in_minute(calendar, 0);
}

static usec_t previous_in_hour(const CalendarSchedule *calendar, usec_t until) {
        int minute = (int) (until / USEC_PER_MINUTE), found;

        if (calendar->minutes >> minute & 1) {
                usec_t rest = previous_in_minute(calendar, until % USEC_PER_MINUTE);

                if (rest >= 0)
                        return minute * USEC_PER_MINUTE + rest;
        }
        found = mask_highest_until(calendar->minutes, minute - 1);
        return found < 0 ? -1 : found * USEC_PER_MINUTE + previous_in_minute(calendar, USEC_PER_MINUTE - 1);
}

static usec_t next_in_day(const CalendarSchedule *calendar, usec_t from) {
        unsigned hour = (unsigned) (from / USEC_PER_HOUR);
        int found;

        if (calendar->hours >> hour & 1) {
                usec_t rest = next_in_hour(calendar, from % USEC_PER_HOUR);

                if (rest >= 0)
                        return hour * USEC_PER_HOUR + rest;
        }
        found = mask_lowest_from(calendar->hours, hour + 1);
        return found < 0 ? -1 : found * USEC_PER_HOUR + next_in_hour(calendar, 0);
}

static usec_t previous_in_day(const CalendarSchedule *calendar, usec_t until) {
        int hour = (int) (until / USEC_PER_HOUR), found;

        if (calendar->hours >> hour & 1) {
                usec_t rest = previous_in_hour(calendar, until % USEC_PER_HOUR);

                if (rest >= 0)
                        return hour * USEC_PER_HOUR + rest;
        }
        found = mask_highest_until(calendar->hours, hour - 1);
        return found < 0 ? -1 : found * USEC_PER_HOUR + previous_in_hour(calendar, USEC_PER_HOUR - 1);
}

/* The days of a month that match, bit 1 to 31, and the day number of its first. */
static uint32_t matching_days(const CalendarSchedule *calendar, int year, int month, int64_t *ret_first_day) {
        int64_t first = civil_date_to_days((CivilDate){ .year = year, .month = month, .day = 1 });
        uint32_t days = calendar->days[civil_days_in_month(year, month) - 28];

        *ret_first_day = first;
        if (calendar->weekdays != CALENDAR_ALL_WEEKDAYS) {
                /* The week, seven times over; from the first day's on, the month is a window of it. */
                uint64_t weeks = (uint64_t) calendar->weekdays * 0x0000040810204081U;

                days &= (uint32_t) (weeks >> (first + DAYS_UNTIL_1970_AND_MONDAY) % 7) << 1;
        }
        return days;
}

/* The first matching year from `year` on; beyond CALENDAR_YEAR_MAX if there is none. */
static int next_year(const CalendarSchedule *calendar, int year) {
        unsigned bit = (unsigned) (year - CALENDAR_YEAR_MIN);

        for (unsigned word = bit / 64; word < CALENDAR_YEAR_WORDS; word++, bit = 0) {
                int found = mask_lowest_from(calendar->years[word], bit % 64);

                if (found >= 0)
                        return CALENDAR_YEAR_MIN + (int) word * 64 + found;
        }
        return CALENDAR_YEAR_MAX + 1;
}

/* The last matching year up to `year`; before CALENDAR_YEAR_MIN if there is none. */
static int previous_year(const CalendarSchedule *calendar, int year) {
        int bit = year - CALENDAR_YEAR_MIN, end = bit % 64;

        for (int word = bit / 64; bit >= 0 && word >= 0; word--, end = 63) {
                int found = mask_highest_until(calendar->years[word], end);

                if (found >= 0)
                        return CALENDAR_YEAR_MIN + word * 64 + found;
        }
        return CALENDAR_YEAR_MIN - 1;
}

/* The first matching day from a date on, as a day number, or -1. */
static int64_t next_day(const CalendarSchedule *calendar, CivilDate from) {
        int year = next_year(calendar, from.year);
        int month = year == from.year ? from.month : 1;
        int day = year == from.year ? from.day : 1;

        for (; year <= CALENDAR_YEAR_MAX; year = next_year(calendar, year + 1), month = 1) {
                int found_month = mask_lowest_from(calendar->months_with_days, (unsigned) month);

                for (; found_month >= 0;
                     found_month = mask_lowest_from(calendar->months_with_days, (unsigned) found_month + 1)) {
                        int64_t first_day;
                        uint32_t days = matching_days(calendar, year, found_month, &first_day);
                        int found = mask_lowest_from(days, found_month == month ? (unsigned) day : 1);

                        if (found >= 0)
                                return first_day + found - 1;
                }
                day = 1;
        }
        return -1;
}

/* The last matching day up to a date, as a day number, or -1. */
static int64_t previous_day(const CalendarSchedule *calendar, CivilDate until) {
        int year = previous_year(calendar, until.year);
        int month = year == until.year ? until.month : 12;
        int day = year == until.year ? until.day : 31;

        for (; year >= CALENDAR_YEAR_MIN; year = previous_year(calendar, year - 1), month = 12) {
                int found_month = mask_highest_until(calendar->months_with_days, month);

                for (; found_month >= 0;
                     found_month = mask_highest_until(calendar->months_with_days, found_month - 1)) {
                        int64_t first_day;
                        uint32_t days = matching_days(calendar, year, found_month, &first_day);
                        int found = mask_highest_until(days, found_month == month ? day : 31);

                        if (found >= 0)
                                return first_day + found - 1;
                }
                day = 31;
        }
        return -1;
}

/* All times lie within these. */
static usec_t local_min(void) {
        return civil_time_to_usec((CivilTime){ .date = { CALENDAR_YEAR_MIN, 1, 1 } });
}

static usec_t local_max(void) {
        return civil_time_to_usec((CivilTime){ .date = { CALENDAR_YEAR_MAX + 1, 1, 1 } }) - 1;
}

bool calendar_pattern_next(const void *data, usec_t from, usec_t *ret) {
        const CalendarSchedule *calendar = data;
        usec_t time, day_usec;
        int64_t day, found;

        from = MAX(from, local_min());
        if (from > local_max())
                return false;

        day = from / USEC_PER_DAY;
        found = next_day(calendar, civil_date_from_days(day));
        if (found == day) {
                day_usec = day * USEC_PER_DAY;
                time = next_in_day(calendar, from - day_usec);
                if (time >= 0) {
                        *ret = day_usec + time;
                        return true;
                }
                if (day_usec + USEC_PER_DAY > local_max())
                        return false;
                found = next_day(calendar, civil_date_from_days(day + 1));
        }
        if (found < 0)
                return false;

        *ret = found * USEC_PER_DAY + next_in_day(calendar, 0);
        return true;
}

bool calendar_pattern_previous(const void *data, usec_t until, usec_t *ret) {
        const CalendarSchedule *calendar = data;
        usec_t time, day_usec;
        int64_t day, found;

        until = MIN(until, local_max());
        if (until < local_min())
                return false;

        day = until / USEC_PER_DAY;
        found = previous_day(calendar, civil_date_from_days(day));
        if (found == day) {
                day_usec = day * USEC_PER_DAY;
                time = previous_in_day(calendar, until - day_usec);
                if (time >= 0) {
                        *ret = day_usec + time;
                        return true;
                }
                if (day == 0)
                        return false;
                found = previous_day(calendar, civil_date_from_days(day - 1));
        }
        if (found < 0)
                return false;

        *ret = found * USEC_PER_DAY + previous_in_day(calendar, USEC_PER_DAY - 1);
        return true;
}

/* Sets the bits of an element's values in [begin, begin + WINDOW_USEC). */
static void mark_window(uint64_t *words, const CalendarElement *element, usec_t begin) {
        usec_t value = element_next(element, begin);
        usec_t end = MIN(begin + WINDOW_USEC - 1, element_last(element));

        for (; value >= 0 && value <= end; value += MAX(element->step, 1)) {
                words[(value - begin) / 64] |= 1ULL << (value - begin) % 64;
                if (element->step == 0)
                        return;
        }
}

/* How many values several elements have in a window up to `until`, each counted once. */
static uint64_t count_window(const CalendarElement *elements, size_t n_elements, usec_t begin, usec_t until) {

        uint64_t words[WINDOW_WORDS + 1] = {}, n = 0;
        usec_t end = MIN(until + 1 - begin, WINDOW_USEC);

        for (size_t i = 0; i < n_elements; i++)
                mark_window(words, &elements[i], begin);

        for (usec_t word = 0; word < end / 64; word++)
                n += (unsigned) __builtin_popcountll(words[word]);
        return n + mask_count_below(words[end / 64], (unsigned) (end % 64));
}

/* How many values several elements have up to `until`, each counted once. */
static uint64_t count_union(const CalendarElement *elements, size_t n_elements, usec_t until) {
        usec_t begin = next_of_elements(elements, n_elements, 0);
        uint64_t n = 0;

        while (begin >= 0 && begin <= until) {
                n += count_window(elements, n_elements, begin, until);
                begin = next_of_elements(elements, n_elements, begin + WINDOW_USEC);
        }
        return n;
}

/* How many times of a minute are not later than `until`, which may be -1. */
static uint64_t count_in_minute(const CalendarSchedule *calendar, usec_t until) {
        const CalendarElement *elements = calendar->elements + calendar->element_begin[CALENDAR_SECOND];
        size_t n_elements = calendar_n_elements(calendar, CALENDAR_SECOND);

        if (until < 0)
                return 0;
        if (!calendar->fractions)
                return mask_count_below(calendar->seconds, (unsigned) (until / USEC_PER_SEC) + 1);
        if (n_elements > 1)
                return count_union(elements, n_elements, until);

        until = element_previous(elements, until) - elements->start;
        return until < 0 ? 0 : 1 + (uint64_t) (until / MAX(elements->step, 1));
}

/* How many times of a day are not later than `until`, which may be -1. */
static uint64_t count_in_day(const CalendarSchedule *calendar, uint64_t per_minute, usec_t until) {
        uint64_t per_hour = per_minute * (unsigned) __builtin_popcountll(calendar->minutes), n;
        unsigned hour, minute;

        if (until < 0)
                return 0;
        hour = (unsigned) (until / USEC_PER_HOUR);
        minute = (unsigned) (until % USEC_PER_HOUR / USEC_PER_MINUTE);

        n = mask_count_below(calendar->hours, hour) * per_hour;
        if (!(calendar->hours >> hour & 1))
                return n;
        n += mask_count_below(calendar->minutes, minute) * per_minute;
        if (calendar->minutes >> minute & 1)
                n += count_in_minute(calendar, until % USEC_PER_MINUTE);
        return n;
}

/* How many days in [first, last] match. */
static uint64_t count_days(const CalendarSchedule *calendar, int64_t first, int64_t last) {
        CivilDate date = civil_date_from_days(first);
        uint64_t n = 0;
        int64_t first_day;

        for (int year = next_year(calendar, date.year); year <= CALENDAR_YEAR_MAX;
             year = next_year(calendar, year + 1))
                for (int month = 1; month <= 12; month++) {
                        uint32_t days;

                        if (!(calendar->months_with_days >> month & 1))
                                continue;
                        days = matching_days(calendar, year, month, &first_day);
                        if (first_day > last)
                                return n;
                        if (first > first_day)
                                days = first - first_day < 31
                                                ? days >> (first - first_day + 1) << (first - first_day + 1)
                                                : 0;
                        if (last - first_day < 30)
                                days &= (2U << (last - first_day + 1)) - 1;
                        n += (unsigned) __builtin_popcount(days);
                }
        return n;
}

/* Whole days by the mask of their month, and the two ends by the time. */
uint64_t calendar_pattern_count(const void *data, usec_t from, usec_t until) {
        const CalendarSchedule *calendar = data;
        uint64_t per_minute, per_day, n;
        int64_t first, last;

        from = MAX(from, local_min());
        until = MIN(until, local_max());
        if (from > until)
                return 0;

        per_minute = count_in_minute(calendar, USEC_PER_MINUTE - 1);
        per_day = count_in_day(calendar, per_minute, USEC_PER_DAY - 1);
        first = from / USEC_PER_DAY;
        last = until / USEC_PER_DAY;

        /* All days in full, less what the first has before and the last behind. */
        n = count_days(calendar, first, last) * per_day;
        if (count_days(calendar, first, first) > 0)
                n -= count_in_day(calendar, per_minute, from % USEC_PER_DAY - 1);
        if (count_days(calendar, last, last) > 0)
                n -= per_day - count_in_day(calendar, per_minute, until % USEC_PER_DAY);
        return n;
}

static LocalPattern calendar_pattern(const CalendarSchedule *calendar) {
        return (LocalPattern){
                .data = calendar,
                .dst = calendar->base.dst,
                .next = calendar_pattern_next,
                .previous = calendar_pattern_previous,
                .count = calendar_pattern_count,
        };
}

int calendar_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {
        LocalPattern pattern = calendar_pattern((const CalendarSchedule *) schedule);

        return local_search_next(&pattern, context->zone, after_usec, ret);
}

int calendar_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {
        LocalPattern pattern = calendar_pattern((const CalendarSchedule *) schedule);

        return local_search_previous(&pattern, context->zone, before_usec, ret);
}

uint64_t calendar_count(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec) {
        LocalPattern pattern = calendar_pattern((const CalendarSchedule *) schedule);

        return local_search_count(&pattern, context->zone, after_usec, until_usec);
}
