/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A recurrence rule in English: the times of the day, the days, what they are counted in, and BYSETPOS. */

#include "schedule/describe-text.h"
#include "schedule/rrule.h"

static const char *const nth_words[] = { "", "first", "second", "third", "fourth", "fifth" };

/* The items of an enumeration, where it is not known before which is the last. */
typedef struct Enumeration {
        Buffer *buffer;
        unsigned n_items, i;
} Enumeration;

static void next_item(Enumeration *items) {
        describe_separator(items->i++, items->n_items, items->buffer);
}

/* "first", "12th"; from the end: "last", "second last", "12th last". */
static void add_nth(Buffer *buffer, unsigned n, bool back) {
        if (back && n == 1) {
                (void) buffer_add_string(buffer, "last");
                return;
        }
        if (n < ARRAY_SIZE(nth_words))
                (void) buffer_add_string(buffer, nth_words[n]);
        else
                (void) buffer_add_format(
                                buffer, "%u%s", n,
                                n / 10 % 10 == 1              ? "th"
                                                : n % 10 == 1 ? "st"
                                                : n % 10 == 2 ? "nd"
                                                : n % 10 == 3 ? "rd"
                                                              : "th");
        if (back)
                (void) buffer_add_string(buffer, " last");
}

/* " at minute 5", " at minutes 1 and 5"; nothing for all of them, or only the first. */
static void add_within(uint64_t mask, const char *unit, Buffer *buffer) {
        if (mask == DESCRIBE_ALL_MINUTES || mask == 1)
                return;
        (void) buffer_add_format(buffer, " at %s%s ", unit, describe_count(mask) > 1 ? "s" : "");
        describe_values(mask, NULL, buffer);
}

/* Returns true if single times of the day are named, which read on as "every day". */
static bool add_times(const RecurrenceSeries *series, Buffer *buffer) {
        static const char *const units[] = {
                [RECURRENCE_SECONDLY] = "second",
                [RECURRENCE_MINUTELY] = "minute",
                [RECURRENCE_HOURLY] = "hour",
        };
        const Recurrence *rule = series->rule;

        if (rule->frequency > RECURRENCE_HOURLY) {
                const DescribeTimes times = { series->hours, series->minutes, series->seconds };

                return describe_times(&times, buffer);
        }

        if (rule->interval == 1)
                (void) buffer_add_format(buffer, "every %s", units[rule->frequency]);
        else
                (void) buffer_add_format(
                                buffer, "every %" PRIu32 " %ss", rule->interval, units[rule->frequency]);
        add_within(series->minutes, "minute", buffer);
        add_within(series->seconds, "second", buffer);
        describe_minute_window(series->hours, DESCRIBE_ALL_MINUTES, buffer);
        return false;
}

/* "days 1 and 15 and the last day" */
static void add_month_days(const RecurrenceSeries *series, Buffer *buffer) {
        uint32_t days = series->month_days, back = series->rule->month_days_back;
        Enumeration items = { buffer, (days ? 1 : 0) + describe_count(back), 0 };

        if (days) {
                next_item(&items);
                (void) buffer_add_string(buffer, describe_count(days) > 1 ? "days " : "day ");
                describe_values(days, NULL, buffer);
        }
        for (; back; back &= back - 1) {
                next_item(&items);
                (void) buffer_add_string(buffer, "the ");
                add_nth(buffer, describe_lowest(back), true);
                (void) buffer_add_string(buffer, " day");
        }
}

/* "the 100th and the last day" */
static void add_year_days(const Recurrence *rule, Buffer *buffer) {
        Enumeration items = { .buffer = buffer };

        for (size_t i = 0; i < RECURRENCE_YEAR_WORDS; i++)
                items.n_items += describe_count(rule->year_days[i]) + describe_count(rule->year_days_back[i]);
        for (unsigned n = 1; n <= 366; n++)
                if (rule->year_days[n / 64] >> (n % 64) & 1) {
                        next_item(&items);
                        (void) buffer_add_string(buffer, "the ");
                        add_nth(buffer, n, false);
                }
        for (unsigned n = 366; n > 0; n--)
                if (rule->year_days_back[n / 64] >> (n % 64) & 1) {
                        next_item(&items);
                        (void) buffer_add_string(buffer, "the ");
                        add_nth(buffer, n, true);
                }
        (void) buffer_add_string(buffer, items.n_items > 1 ? " days" : " day");
}

/* "Monday, the first Tuesday and the last Friday" */
static void add_weekdays(const RecurrenceSeries *series, Buffer *buffer) {
        const Recurrence *rule = series->rule;
        Enumeration items = { buffer, series->weekdays ? 1 : 0, 0 };

        if (!rule->has_nth_weekdays) {
                describe_weekdays(series->weekdays, true, buffer);
                return;
        }
        for (unsigned day = 0; day < 7; day++)
                items.n_items += describe_count(rule->nth_weekdays[day]) +
                                describe_count(rule->nth_weekdays_back[day]);
        if (series->weekdays) {
                next_item(&items);
                describe_weekdays(series->weekdays, false, buffer);
        }
        for (unsigned i = 0; i < 14; i++) {
                unsigned day = (i / 2 + 1) % 7; /* from Monday on */
                bool back = i % 2 == 1;
                uint64_t nth = back ? rule->nth_weekdays_back[day] : rule->nth_weekdays[day];

                for (; nth; nth &= nth - 1) {
                        next_item(&items);
                        (void) buffer_add_string(buffer, "the ");
                        add_nth(buffer, describe_lowest(nth), back);
                        (void) buffer_add_format(buffer, " %s", describe_weekday(day));
                }
        }
}

/* What days are counted in: "of the month", "of March", "of the year". */
static void add_of(const RecurrenceSeries *series, bool in_year, Buffer *buffer) {
        if (in_year)
                (void) buffer_add_string(buffer, " of the year");
        else
                describe_of_months(series->months ?: DESCRIBE_ALL_MONTHS, buffer);
}

static bool names_days(const RecurrenceSeries *series) {
        const Recurrence *rule = series->rule;

        return series->weekdays || rule->has_nth_weekdays || series->month_days || rule->month_days_back ||
                        rule->has_year_days;
}

static void add_days(const RecurrenceSeries *series, Buffer *buffer) {
        const Recurrence *rule = series->rule;
        bool in_year = rule->frequency == RECURRENCE_YEARLY && !series->months;
        bool has_weekdays = series->weekdays || rule->has_nth_weekdays;
        const char *before = " on ";

        if (has_weekdays) {
                (void) buffer_add_string(buffer, " on ");
                add_weekdays(series, buffer);
                before = ", but only on ";
        }
        if (series->month_days || rule->month_days_back) {
                (void) buffer_add_string(buffer, before);
                add_month_days(series, buffer);
                add_of(series, false, buffer);
        } else if (rule->has_year_days) {
                (void) buffer_add_string(buffer, before);
                add_year_days(rule, buffer);
                (void) buffer_add_string(buffer, " of the year");
                describe_months(", in ", series->months ?: DESCRIBE_ALL_MONTHS, buffer);
        } else if (rule->has_nth_weekdays) {
                add_of(series, in_year, buffer);
        } else {
                describe_months(" in ", series->months ?: DESCRIBE_ALL_MONTHS, buffer);
        }
}

static void add_weeks(const Recurrence *rule, Buffer *buffer) {
        Enumeration items = { buffer, (rule->weeks ? 1 : 0) + describe_count(rule->weeks_back), 0 };

        if (items.n_items == 0)
                return;
        (void) buffer_add_string(buffer, " in ");
        if (rule->weeks) {
                next_item(&items);
                (void) buffer_add_string(buffer, describe_count(rule->weeks) > 1 ? "weeks " : "week ");
                describe_values(rule->weeks, NULL, buffer);
        }
        for (uint64_t back = rule->weeks_back; back; back &= back - 1) {
                next_item(&items);
                (void) buffer_add_string(buffer, "the ");
                add_nth(buffer, describe_lowest(back), true);
                (void) buffer_add_string(buffer, " week");
        }
        (void) buffer_add_string(buffer, " of the year");
}

static void add_positions(const Recurrence *rule, Buffer *buffer) {
        static const char *const periods[] = { "second", "minute", "hour", "day", "week", "month", "year" };
        Enumeration items = { buffer, (unsigned) rule->n_positions, 0 };

        if (rule->n_positions == 0)
                return;
        (void) buffer_add_string(buffer, ", only the ");
        for (size_t i = 0; i < rule->n_positions; i++) {
                int position = rule->positions[i];

                next_item(&items);
                add_nth(buffer, (unsigned) (position < 0 ? -position : position), position < 0);
        }
        (void) buffer_add_format(buffer, " of each %s", periods[rule->frequency]);
}

void rrule_describe(const RecurrenceSeries *series, bool has_start, Buffer *buffer) {
        static const char *const units[] = { "", "", "", "day", "week", "month", "year" };
        const Recurrence *rule = series->rule;
        RecurrenceSeries said = *series;
        bool at_times, in_units;

        /* Without a start nobody knows which day it stands for. */
        if (!has_start) {
                said.month_days = rule->month_days;
                said.months = rule->months;
                said.weekdays = rule->weekdays;
        }

        at_times = add_times(&said, buffer);
        in_units = rule->frequency >= RECURRENCE_DAILY;
        if (in_units && rule->interval == 1 && at_times && !names_days(&said))
                (void) buffer_add_format(buffer, " every %s", units[rule->frequency]);
        add_days(&said, buffer);
        add_weeks(rule, buffer);
        if (in_units && rule->interval > 1)
                (void) buffer_add_format(
                                buffer, ", every %" PRIu32 " %ss", rule->interval, units[rule->frequency]);
        add_positions(rule, buffer);
}
