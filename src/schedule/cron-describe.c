/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A cron expression in English. It is made from the masks and not from the text, so that it says what
 * happens: "0-59" and "*" are the same words. Whatever has no nicer form is listed.
 */

#include <assert.h>
#include <string.h>

#include "schedule/cron.h"

#define MAX_TIMES 6U /* of the day that are listed one by one */
#define ALL_MINUTES ((1ULL << 60) - 1)
#define ALL_HOURS ((1ULL << 24) - 1)
#define ALL_DAYS 0xfffffffeU
#define ALL_MONTHS 0x1ffeU
#define ALL_WEEKDAYS 0x7fU
#define WEEKDAYS_MONDAY_TO_FRIDAY 0x3eU
#define WEEKDAYS_WEEKEND 0x41U

static const char *const month_words[] = {
        "",     "January", "February",  "March",   "April",    "May",      "June",
        "July", "August",  "September", "October", "November", "December",
};

static const char *const weekday_words[] = {
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
};

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

/* "1, 5 to 9 and 20", or "1 to 31 in steps of 2". */
static void add_values(Buffer *buffer, uint64_t mask, const char *const *words) {
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

/* From Monday on, so that a weekend is no gap: Sunday becomes 7. */
static void add_weekdays(Buffer *buffer, unsigned weekdays) {
        unsigned first, last;

        if (count(weekdays) > 2 && cyclic_run(weekdays, 7, &first, &last))
                (void) buffer_add_format(buffer, "%s to %s", weekday_words[first], weekday_words[last]);
        else
                add_values(buffer, (weekdays & 0x7eU) | (weekdays & 1) << 7, weekday_words);
}

/* "at 02:30", "at 02:00 and 14:00" */
static void add_times(Buffer *buffer, const CronSchedule *cron) {
        unsigned n = count(cron->minutes) * count(cron->hours), i = 0;

        (void) buffer_add_string(buffer, "at ");
        for (uint64_t hours = cron->hours; hours; hours &= hours - 1)
                for (uint64_t minutes = cron->minutes; minutes; minutes &= minutes - 1) {
                        if (i > 0)
                                (void) buffer_add_string(buffer, i + 1 == n ? " and " : ", ");
                        (void) buffer_add_format(buffer, "%02u:%02u", lowest(hours), lowest(minutes));
                        i++;
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
        add_values(buffer, hours, NULL);
}

/* One minute of more hours than can be listed. */
static void add_hourly(Buffer *buffer, unsigned minute, uint64_t hours) {
        unsigned step = even_step(hours, 24), first = lowest(hours), last;

        if (hours == ALL_HOURS) {
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
                add_values(buffer, hours, NULL);
        }
}

/* Returns true if single times of the day are named, which read on as "on weekdays" or "every day". */
static bool add_time_of_day(Buffer *buffer, const CronSchedule *cron) {
        unsigned step = even_step(cron->minutes, 60);

        if (count(cron->minutes) * count(cron->hours) <= MAX_TIMES &&
            !(count(cron->minutes) == 1 && count(cron->hours) > 2 && even_step(cron->hours, 24))) {
                add_times(buffer, cron);
                return true;
        }
        if (count(cron->minutes) == 1) {
                add_hourly(buffer, lowest(cron->minutes), cron->hours);
                return false;
        }

        if (step == 1)
                (void) buffer_add_string(buffer, "every minute");
        else if (step > 0) {
                (void) buffer_add_format(buffer, "every %u minutes", step);
                if (lowest(cron->minutes) > 0)
                        (void) buffer_add_format(
                                        buffer, " from minute %u of the hour", lowest(cron->minutes));
        } else {
                (void) buffer_add_string(buffer, "at minutes ");
                add_values(buffer, cron->minutes, NULL);
                (void) buffer_add_string(buffer, " of the hour");
        }
        add_window(buffer, cron->hours);
        return false;
}

static void add_days_of_month(Buffer *buffer, uint32_t days) {
        (void) buffer_add_string(buffer, count(days) == 1 ? "day " : "days ");
        add_values(buffer, days, NULL);
}

static void add_months(Buffer *buffer, const char *before, unsigned months) {
        if (months != ALL_MONTHS) {
                (void) buffer_add_string(buffer, before);
                add_values(buffer, months, month_words);
        }
}

static void add_weekday_phrase(Buffer *buffer, const CronSchedule *cron, bool at_times) {
        (void) buffer_add_string(buffer, " on ");
        if (at_times && cron->weekdays == WEEKDAYS_MONDAY_TO_FRIDAY)
                (void) buffer_add_string(buffer, "weekdays");
        else if (at_times && cron->weekdays == WEEKDAYS_WEEKEND)
                (void) buffer_add_string(buffer, "weekends");
        else
                add_weekdays(buffer, cron->weekdays);
        add_months(buffer, " in ", cron->months);
}

static void add_both_days(Buffer *buffer, const CronSchedule *cron) {
        if (cron->days_either) {
                (void) buffer_add_string(buffer, " on ");
                add_days_of_month(buffer, cron->days);
                (void) buffer_add_string(buffer, " of the month or on ");
                add_weekdays(buffer, cron->weekdays);
                add_months(buffer, ", in ", cron->months);
                return;
        }

        (void) buffer_add_string(buffer, " on ");
        add_weekdays(buffer, cron->weekdays);
        (void) buffer_add_string(buffer, ", but only on ");
        add_days_of_month(buffer, cron->days);
        (void) buffer_add_string(buffer, " of the month");
        add_months(buffer, ", in ", cron->months);
}

static void add_date(Buffer *buffer, const CronSchedule *cron, bool at_times) {
        bool any_day = cron->days == ALL_DAYS, any_weekday = cron->weekdays == ALL_WEEKDAYS;

        if (cron->days_either && (any_day || any_weekday))
                any_day = any_weekday = true;

        if (any_day && any_weekday) {
                (void) buffer_add_string(buffer, at_times ? " every day" : "");
                add_months(buffer, " in ", cron->months);
        } else if (any_day)
                add_weekday_phrase(buffer, cron, at_times);
        else if (any_weekday) {
                (void) buffer_add_string(buffer, " on ");
                add_days_of_month(buffer, cron->days);
                if (cron->months == ALL_MONTHS)
                        (void) buffer_add_string(buffer, " of the month");
                add_months(buffer, " of ", cron->months);
        } else
                add_both_days(buffer, cron);
}

void cron_describe(const Schedule *schedule, Buffer *buffer) {
        const CronSchedule *cron = (const CronSchedule *) schedule;
        bool at_times = add_time_of_day(buffer, cron);

        add_date(buffer, cron, at_times);
}
