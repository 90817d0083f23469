/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/describe-text.h"

#include <assert.h>

#define WEEKDAYS_MONDAY_TO_FRIDAY 0x3eU
#define WEEKDAYS_WEEKEND 0x41U

static const char *const month_words[] = {
        "",     "January", "February",  "March",   "April",    "May",      "June",
        "July", "August",  "September", "October", "November", "December",
};

/* Sunday stands at both ends. */
static const char *const weekday_words[] = {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
};

/* The step of an arithmetic series of at least three values; 0 if it is none. */
static unsigned series_step(uint64_t mask) {
        unsigned first = describe_lowest(mask), step;

        if (describe_count(mask) < 3)
                return 0;
        step = describe_lowest(mask & (mask - 1)) - first;
        for (unsigned i = 0; i < describe_count(mask); i++)
                if (first + i * step > 63 || !(mask >> (first + i * step) & 1))
                        return 0;
        return step;
}

unsigned describe_even_step(uint64_t mask, unsigned size) {
        unsigned step = series_step(mask);

        if (describe_count(mask) == 2)
                step = describe_highest(mask) - describe_lowest(mask);
        return step > 0 && step * describe_count(mask) == size ? step : 0;
}

static void add_value(Buffer *buffer, unsigned value, const char *const *words) {
        if (words)
                (void) buffer_add_string(buffer, words[value]);
        else
                (void) buffer_add_format(buffer, "%u", value);
}

static void add_values(Buffer *buffer, uint64_t mask, const char *const *words) {
        for (bool first = true; mask; first = false) {
                unsigned begin = describe_lowest(mask), end = begin + describe_lowest(~(mask >> begin)) - 1;

                if (end - begin == 1)
                        end = begin; /* two neighbours are no range */
                mask &= ~(((2ULL << (end - begin)) - 1) << begin);

                if (!first)
                        (void) buffer_add_string(buffer, mask ? ", " : " and ");
                add_value(buffer, begin, words);
                if (end > begin) {
                        (void) buffer_add_string(buffer, " to ");
                        add_value(buffer, end, words);
                }
        }
}

void describe_values(uint64_t mask, Buffer *buffer) {
        unsigned step = series_step(mask);

        assert(mask);

        if (step > 1 && describe_count(mask) > 4)
                (void) buffer_add_format(
                                buffer, "%u to %u in steps of %u", describe_lowest(mask),
                                describe_highest(mask), step);
        else
                add_values(buffer, mask, NULL);
}

/* One run of values, which may go over the end of its field; false if it is none, or all of it. */
static bool cyclic_run(uint64_t mask, unsigned size, unsigned *ret_first, unsigned *ret_last) {
        uint64_t begins = mask & ~(mask << 1 | mask >> (size - 1)) & ((1ULL << size) - 1);

        if (describe_count(begins) != 1)
                return false;
        *ret_first = describe_lowest(begins);
        *ret_last = (*ret_first + describe_count(mask) - 1) % size;
        return true;
}

void describe_weekdays(unsigned weekdays, bool as_adverb, Buffer *buffer) {
        unsigned first, last;

        assert(weekdays);

        if (as_adverb && weekdays == WEEKDAYS_MONDAY_TO_FRIDAY)
                (void) buffer_add_string(buffer, "weekdays");
        else if (as_adverb && weekdays == WEEKDAYS_WEEKEND)
                (void) buffer_add_string(buffer, "weekends");
        else if (describe_count(weekdays) > 2 && cyclic_run(weekdays, 7, &first, &last))
                (void) buffer_add_format(buffer, "%s to %s", weekday_words[first], weekday_words[last]);
        else /* from Monday on, so that a weekend is no gap: Sunday becomes 7 */
                add_values(buffer, (weekdays & 0x7eU) | (weekdays & 1) << 7, weekday_words);
}

void describe_months(const char *before, unsigned months, Buffer *buffer) {
        if (months != DESCRIBE_ALL_MONTHS) {
                (void) buffer_add_string(buffer, before);
                add_values(buffer, months, month_words);
        }
}

void describe_hours(uint64_t hours, Buffer *buffer) {
        unsigned first, last;

        if (hours == DESCRIBE_ALL_HOURS)
                return;
        if (cyclic_run(hours, 24, &first, &last)) {
                (void) buffer_add_format(buffer, " between %02u:00 and %02u:59", first, last);
                return;
        }
        (void) buffer_add_string(buffer, " in the hours ");
        describe_values(hours, buffer);
}

/* One minute of several hours. */
static void describe_hourly(unsigned minute, uint64_t hours, Buffer *buffer) {
        unsigned step = describe_even_step(hours, 24), first = describe_lowest(hours), last;

        if (hours == DESCRIBE_ALL_HOURS) {
                (void) buffer_add_string(buffer, "every hour");
                if (minute > 0)
                        (void) buffer_add_format(buffer, " at minute %u", minute);
        } else if (step > 0) {
                (void) buffer_add_format(buffer, "every %u hours", step);
                if (first > 0 || minute > 0)
                        (void) buffer_add_format(buffer, " from %02u:%02u", first, minute);
        } else if (cyclic_run(hours, 24, &first, &last)) {
                (void) buffer_add_format(
                                buffer, "every hour from %02u:%02u to %02u:%02u", first, minute, last,
                                minute);
        } else {
                (void) buffer_add_format(buffer, "at minute %u of the hours ", minute);
                describe_values(hours, buffer);
        }
}

void describe_minutes(uint64_t hours, uint64_t minutes, Buffer *buffer) {
        unsigned step = describe_even_step(minutes, 60);

        assert(hours && minutes);

        if (describe_count(minutes) == 1) {
                describe_hourly(describe_lowest(minutes), hours, buffer);
                return;
        }

        if (step == 1)
                (void) buffer_add_string(buffer, "every minute");
        else if (step > 0) {
                (void) buffer_add_format(buffer, "every %u minutes", step);
                if (describe_lowest(minutes) > 0)
                        (void) buffer_add_format(
                                        buffer, " from minute %u of the hour", describe_lowest(minutes));
        } else {
                (void) buffer_add_string(buffer, "at minutes ");
                describe_values(minutes, buffer);
                (void) buffer_add_string(buffer, " of the hour");
        }
        describe_hours(hours, buffer);
}
