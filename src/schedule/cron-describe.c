/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A cron expression in English. It is made from the masks and not from the text, so that it says what
 * happens: "0-59" and "*" are the same words, and of H it names the value. Whatever has no nicer form is
 * listed. Here is the time of day; the date is in cron-describe-date.c.
 */

#include "schedule/cron.h"

#define MAX_TIMES 6U /* of the day that are listed one by one */
#define ALL_MINUTES ((1ULL << 60) - 1)
#define ALL_HOURS ((1ULL << 24) - 1)

static unsigned count(uint64_t mask) {
        return (unsigned) __builtin_popcountll(mask);
}

static unsigned lowest(uint64_t mask) {
        return (unsigned) __builtin_ctzll(mask);
}

static unsigned highest(uint64_t mask) {
        return 63 - (unsigned) __builtin_clzll(mask);
}

/* The step of an arithmetic series of at least three values; 0 if it is none. */
static unsigned series_step(uint64_t mask) {
        unsigned first = lowest(mask), step;

        if (count(mask) < 3)
                return 0;
        step = lowest(mask & (mask - 1)) - first;
        for (unsigned i = 0; i < count(mask); i++)
                if (first + i * step > 63 || !(mask >> (first + i * step) & 1))
                        return 0;
        return step;
}

/* A series that goes on evenly from one turn of its field to the next, as every 15 of 60 minutes. */
static unsigned even_step(uint64_t mask, unsigned size) {
        unsigned step = series_step(mask);

        if (count(mask) == 2)
                step = highest(mask) - lowest(mask);
        return step > 0 && step * count(mask) == size ? step : 0;
}

static void add_value(Buffer *buffer, unsigned value, const char *const *words) {
        if (words)
                (void) buffer_add_string(buffer, words[value]);
        else
                (void) buffer_add_format(buffer, "%u", value);
}

void cron_describe_values(uint64_t mask, const char *const *words, Buffer *buffer) {
        unsigned step = series_step(mask);

        if (step > 1 && !words && count(mask) > 4) {
                (void) buffer_add_format(
                                buffer, "%u to %u in steps of %u", lowest(mask), highest(mask), step);
                return;
        }

        for (bool first = true; mask; first = false) {
                unsigned begin = lowest(mask), end = begin + lowest(~(mask >> begin)) - 1;

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

/* One run of values, which may go over the end of its field; false if it is none, or all of it. */
static bool cyclic_run(uint64_t mask, unsigned size, unsigned *ret_first, unsigned *ret_last) {
        uint64_t begins = mask & ~(mask << 1 | mask >> (size - 1)) & ((1ULL << size) - 1);

        if (count(begins) != 1)
                return false;
        *ret_first = lowest(begins);
        *ret_last = (*ret_first + count(mask) - 1) % size;
        return true;
}

static void add_clock(Buffer *buffer, unsigned hour, unsigned minute, unsigned second) {
        (void) buffer_add_format(buffer, "%02u:%02u", hour, minute);
        if (second > 0)
                (void) buffer_add_format(buffer, ":%02u", second);
}

/* "at 02:30", "at 02:00 and 14:00" */
static void add_times(Buffer *buffer, const CronSchedule *cron) {
        unsigned n_minutes = count(cron->minutes), n_seconds = count(cron->seconds);
        unsigned n = count(cron->hours) * n_minutes * n_seconds;
        uint64_t hours = cron->hours, minutes = cron->minutes, seconds = cron->seconds;

        (void) buffer_add_string(buffer, "at ");
        for (unsigned i = 0; i < n; i++) {
                if (i > 0)
                        (void) buffer_add_string(buffer, i + 1 == n ? " and " : ", ");
                add_clock(buffer, lowest(hours), lowest(minutes), lowest(seconds));

                seconds &= seconds - 1;
                if (!seconds)
                        minutes &= minutes - 1;
                seconds = seconds ?: cron->seconds;
                if (!minutes)
                        hours &= hours - 1;
                minutes = minutes ?: cron->minutes;
        }
}

/* In which hours something happens more than once. */
static void add_window(Buffer *buffer, uint64_t hours) {
        unsigned first, last;

        if (hours == ALL_HOURS)
                return;
        if (cyclic_run(hours, 24, &first, &last)) {
                (void) buffer_add_format(buffer, " between %02u:00 and %02u:59", first, last);
                return;
        }
        (void) buffer_add_string(buffer, " in the hours ");
        cron_describe_values(hours, NULL, buffer);
}

/* One minute of more hours than can be listed. */
static void add_hourly(Buffer *buffer, const CronSchedule *cron) {
        unsigned minute = lowest(cron->minutes), second = lowest(cron->seconds);
        unsigned step = even_step(cron->hours, 24), first = lowest(cron->hours), last;

        if (cron->hours == ALL_HOURS) {
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
        } else if (cyclic_run(cron->hours, 24, &first, &last)) {
                (void) buffer_add_string(buffer, "every hour from ");
                add_clock(buffer, first, minute, second);
                (void) buffer_add_string(buffer, " to ");
                add_clock(buffer, last, minute, second);
        } else {
                (void) buffer_add_format(buffer, "at minute %u", minute);
                if (second > 0)
                        (void) buffer_add_format(buffer, " and second %u", second);
                (void) buffer_add_string(buffer, " of the hours ");
                cron_describe_values(cron->hours, NULL, buffer);
        }
}

/* "every 10 seconds", "at minutes 1, 2 and 40 of the hour" */
static void add_frequency(Buffer *buffer, uint64_t mask, const char *unit, const char *whole) {
        unsigned step = even_step(mask, 60);

        if (step == 1)
                (void) buffer_add_format(buffer, "every %s", unit);
        else if (step > 0) {
                (void) buffer_add_format(buffer, "every %u %ss", step, unit);
                if (lowest(mask) > 0)
                        (void) buffer_add_format(buffer, " from %s %u of the %s", unit, lowest(mask), whole);
        } else {
                (void) buffer_add_format(buffer, "at %s%s ", unit, count(mask) > 1 ? "s" : "");
                cron_describe_values(mask, NULL, buffer);
                (void) buffer_add_format(buffer, " of the %s", whole);
        }
}

/* Seconds, in which minutes of which hours. */
static void add_seconds(Buffer *buffer, const CronSchedule *cron) {
        add_frequency(buffer, cron->seconds, "second", "minute");
        if (cron->minutes != ALL_MINUTES) {
                (void) buffer_add_string(buffer, count(cron->minutes) > 1 ? " in minutes " : " in minute ");
                cron_describe_values(cron->minutes, NULL, buffer);
                (void) buffer_add_string(buffer, " of the hour");
        }
        add_window(buffer, cron->hours);
}

/* Returns true if single times of the day are named, which read on as "on weekdays" or "every day". */
static bool add_time_of_day(Buffer *buffer, const CronSchedule *cron) {
        unsigned n_minutes = count(cron->minutes), n_hours = count(cron->hours),
                 n_seconds = count(cron->seconds);

        if (n_minutes * n_hours * n_seconds <= MAX_TIMES &&
            !(n_seconds * n_minutes == 1 && n_hours > 2 && even_step(cron->hours, 24))) {
                add_times(buffer, cron);
                return true;
        }
        if (n_seconds > 1)
                add_seconds(buffer, cron);
        else if (n_minutes == 1)
                add_hourly(buffer, cron);
        else {
                add_frequency(buffer, cron->minutes, "minute", "hour");
                if (cron->seconds > 1)
                        (void) buffer_add_format(buffer, " at second %u", lowest(cron->seconds));
                add_window(buffer, cron->hours);
        }
        return false;
}

void cron_describe_hash(const CronSchedule *cron, CronField first, CronField last, Buffer *buffer) {
        for (unsigned i = cron->element_begin[first]; i < cron->element_begin[last + 1]; i++) {
                CronElementKind kind = cron->elements[i].kind;

                if (kind == CRON_HASH || kind == CRON_HASH_RANGE || kind == CRON_RANDOM) {
                        (void) buffer_add_string(buffer, " (by hash)");
                        return;
                }
        }
}

void cron_describe(const Schedule *schedule, Buffer *buffer) {
        const CronSchedule *cron = (const CronSchedule *) schedule;
        bool at_times = add_time_of_day(buffer, cron);

        cron_describe_hash(cron, CRON_SECOND, CRON_HOUR, buffer);
        cron_describe_date(cron, at_times, buffer);
}
