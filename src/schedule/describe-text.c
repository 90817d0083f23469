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

static unsigned highest(uint64_t mask) {
        return 63 - (unsigned) __builtin_clzll(mask);
}

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

/* A series that goes on evenly from one turn of its field to the next, as every 15 of 60 minutes. */
static unsigned even_step(uint64_t mask, unsigned size) {
        unsigned step = series_step(mask);

        if (describe_count(mask) == 2)
                step = highest(mask) - describe_lowest(mask);
        return step > 0 && step * describe_count(mask) == size ? step : 0;
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

void describe_separator(unsigned i, unsigned n, Buffer *buffer) {
        if (i > 0)
                (void) buffer_add_string(buffer, i + 1 == n ? " and " : ", ");
}

static void add_value(Buffer *buffer, unsigned value, const char *const *words) {
        if (words)
                (void) buffer_add_string(buffer, words[value]);
        else
                (void) buffer_add_format(buffer, "%u", value);
}

void describe_values(uint64_t mask, const char *const *words, Buffer *buffer) {
        unsigned step = series_step(mask);

        assert(mask);

        if (step > 1 && !words && describe_count(mask) > 4) {
                (void) buffer_add_format(
                                buffer, "%u to %u in steps of %u", describe_lowest(mask), highest(mask),
                                step);
                return;
        }

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

const char *describe_weekday(unsigned weekday) {
        assert(weekday < 7);
        return weekday_words[weekday];
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
                describe_values((weekdays & 0x7eU) | (weekdays & 1) << 7, weekday_words, buffer);
}

const char *describe_month(unsigned month) {
        assert(month >= 1 && month <= 12);
        return month_words[month];
}

void describe_months(const char *before, unsigned months, Buffer *buffer) {
        if (months != DESCRIBE_ALL_MONTHS) {
                (void) buffer_add_string(buffer, before);
                describe_values(months, month_words, buffer);
        }
}

void describe_of_months(unsigned months, Buffer *buffer) {
        if (months == DESCRIBE_ALL_MONTHS)
                (void) buffer_add_string(buffer, " of the month");
        describe_months(" of ", months, buffer);
}

static void add_clock(Buffer *buffer, unsigned hour, unsigned minute, unsigned second) {
        (void) buffer_add_format(buffer, "%02u:%02u", hour, minute);
        if (second > 0)
                (void) buffer_add_format(buffer, ":%02u", second);
}

/* "at 02:30", "at 02:00 and 14:00" */
static void add_times(Buffer *buffer, const DescribeTimes *times) {
        uint64_t hours = times->hours, minutes = times->minutes, seconds = times->seconds;
        unsigned n = describe_count(hours) * describe_count(minutes) * describe_count(seconds);

        (void) buffer_add_string(buffer, "at ");
        for (unsigned i = 0; i < n; i++) {
                describe_separator(i, n, buffer);
                add_clock(buffer, describe_lowest(hours), describe_lowest(minutes), describe_lowest(seconds));

                seconds &= seconds - 1;
                if (!seconds)
                        minutes &= minutes - 1;
                seconds = seconds ?: times->seconds;
                if (!minutes)
                        hours &= hours - 1;
                minutes = minutes ?: times->minutes;
        }
}

/* In which hours something happens more than once. */
static void add_hours(Buffer *buffer, uint64_t hours) {
        unsigned first, last;

        if (hours == DESCRIBE_ALL_HOURS)
                return;
        if (cyclic_run(hours, 24, &first, &last)) {
                (void) buffer_add_format(buffer, " between %02u:00 and %02u:59", first, last);
                return;
        }
        (void) buffer_add_string(buffer, " in the hours ");
        describe_values(hours, NULL, buffer);
}

void describe_minute_window(uint64_t hours, uint64_t minutes, Buffer *buffer) {
        if (minutes != DESCRIBE_ALL_MINUTES) {
                (void) buffer_add_string(
                                buffer, describe_count(minutes) > 1 ? " in minutes " : " in minute ");
                describe_values(minutes, NULL, buffer);
                (void) buffer_add_string(buffer, " of the hour");
        }
        add_hours(buffer, hours);
}

/* One minute of more hours than can be listed. */
static void add_hourly(Buffer *buffer, const DescribeTimes *times) {
        unsigned minute = describe_lowest(times->minutes), second = describe_lowest(times->seconds);
        unsigned step = even_step(times->hours, 24), first = describe_lowest(times->hours), last;

        if (times->hours == DESCRIBE_ALL_HOURS) {
                (void) buffer_add_string(buffer, "every hour");
                if (minute > 0 || second > 0)
                        (void) buffer_add_format(buffer, " at minute %u", minute);
                if (second > 0)
                        (void) buffer_add_format(buffer, " and second %u", second);
        } else if (step > 0) {
                (void) buffer_add_format(buffer, "every %u hours", step);
                if (first > 0 || minute > 0 || second > 0) {
                        (void) buffer_add_string(buffer, " from ");
                        add_clock(buffer, first, minute, second);
                }
        } else if (cyclic_run(times->hours, 24, &first, &last)) {
                (void) buffer_add_string(buffer, "every hour from ");
                add_clock(buffer, first, minute, second);
                (void) buffer_add_string(buffer, " to ");
                add_clock(buffer, last, minute, second);
        } else {
                (void) buffer_add_format(buffer, "at minute %u", minute);
                if (second > 0)
                        (void) buffer_add_format(buffer, " and second %u", second);
                (void) buffer_add_string(buffer, " of the hours ");
                describe_values(times->hours, NULL, buffer);
        }
}

/* "every 10 seconds", "at minutes 1, 2 and 40 of the hour" */
static void add_frequency(Buffer *buffer, uint64_t mask, const char *unit, const char *whole) {
        unsigned step = even_step(mask, 60);

        if (step == 1)
                (void) buffer_add_format(buffer, "every %s", unit);
        else if (step > 0) {
                (void) buffer_add_format(buffer, "every %u %ss", step, unit);
                if (describe_lowest(mask) > 0)
                        (void) buffer_add_format(
                                        buffer, " from %s %u of the %s", unit, describe_lowest(mask), whole);
        } else {
                (void) buffer_add_format(buffer, "at %s%s ", unit, describe_count(mask) > 1 ? "s" : "");
                describe_values(mask, NULL, buffer);
                (void) buffer_add_format(buffer, " of the %s", whole);
        }
}

bool describe_times(const DescribeTimes *times, Buffer *buffer) {
        unsigned n_hours = describe_count(times->hours), n_minutes = describe_count(times->minutes);
        unsigned n_seconds = describe_count(times->seconds);

        assert(times->hours && times->minutes && times->seconds);

        if (n_minutes * n_hours * n_seconds <= DESCRIBE_TIMES_MAX &&
            !(n_seconds * n_minutes == 1 && n_hours > 2 && even_step(times->hours, 24))) {
                add_times(buffer, times);
                return true;
        }
        if (n_seconds > 1) {
                add_frequency(buffer, times->seconds, "second", "minute");
                describe_minute_window(times->hours, times->minutes, buffer);
        } else if (n_minutes == 1)
                add_hourly(buffer, times);
        else {
                add_frequency(buffer, times->minutes, "minute", "hour");
                if (times->seconds > 1)
                        (void) buffer_add_format(buffer, " at second %u", describe_lowest(times->seconds));
                add_hours(buffer, times->hours);
        }
        return false;
}
