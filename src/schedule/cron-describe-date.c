/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The days, months and years of a cron expression in English, as they go on behind a time of day. */

#include "schedule/cron.h"
#include "schedule/describe-text.h"

#define N_YEARS (CRON_YEAR_MAX - CRON_YEAR_MIN + 1)

static const char *const nth_words[] = { "last", "first", "second", "third", "fourth", "fifth" };

/* The items of an enumeration, where it is not known before which is the last. */
typedef struct Enumeration {
        Buffer *buffer;
        unsigned n_items, i;
} Enumeration;

static void next_item(Enumeration *items) {
        if (items->i > 0)
                (void) buffer_add_string(items->buffer, items->i + 1 == items->n_items ? " and " : ", ");
        items->i++;
}

static bool has_special_weekdays(const CronDaySet *set) {
        for (unsigned n = 0; n < ARRAY_SIZE(set->nth_weekdays); n++)
                if (set->nth_weekdays[n])
                        return true;
        return false;
}

static void add_from_end(Buffer *buffer, unsigned n) {
        if (n == 0)
                (void) buffer_add_string(buffer, "the last day");
        else
                (void) buffer_add_format(buffer, "the day %u %s before the last", n, n == 1 ? "day" : "days");
}

/* "days 1 and 15", "day 1, the last day and the weekday nearest to day 15" */
static void add_days(Buffer *buffer, const CronDaySet *set) {
        Enumeration items = {
                .buffer = buffer,
                .n_items = (set->days ? 1 : 0) + describe_count(set->nearest) +
                                describe_count(set->nearest_to_last) + describe_count(set->from_end),
        };

        if (set->days) {
                next_item(&items);
                (void) buffer_add_string(buffer, describe_count(set->days) == 1 ? "day " : "days ");
                describe_values(set->days, NULL, buffer);
        }
        for (uint32_t rest = set->nearest; rest; rest &= rest - 1) {
                next_item(&items);
                (void) buffer_add_format(buffer, "the weekday nearest to day %d", __builtin_ctz(rest));
        }
        for (uint32_t rest = set->nearest_to_last; rest; rest &= rest - 1) {
                unsigned n = (unsigned) __builtin_ctz(rest);

                next_item(&items);
                (void) buffer_add_string(buffer, n == 0 ? "the last weekday" : "the weekday nearest to ");
                if (n > 0)
                        add_from_end(buffer, n);
        }
        for (uint32_t rest = set->from_end; rest; rest &= rest - 1) {
                next_item(&items);
                add_from_end(buffer, (unsigned) __builtin_ctz(rest));
        }
}

/* "Monday", "the second Monday and the last Friday" */
static void add_weekday_set(Buffer *buffer, const CronDaySet *set) {
        Enumeration items = { .buffer = buffer, .n_items = set->weekdays ? 1 : 0 };

        for (unsigned n = 0; n < ARRAY_SIZE(set->nth_weekdays); n++)
                items.n_items += describe_count(set->nth_weekdays[n]);

        if (set->weekdays) {
                next_item(&items);
                describe_weekdays(set->weekdays, false, buffer);
        }
        for (unsigned i = 1; i <= ARRAY_SIZE(set->nth_weekdays); i++) {
                unsigned n = i % ARRAY_SIZE(set->nth_weekdays); /* the last ones come last */

                for (unsigned rest = set->nth_weekdays[n]; rest; rest &= rest - 1) {
                        next_item(&items);
                        (void) buffer_add_format(
                                        buffer, "the %s %s", nth_words[n],
                                        describe_weekday(describe_lowest(rest)));
                }
        }
}

static void add_weekday_phrase(Buffer *buffer, const CronSchedule *cron, bool at_times) {
        const CronDaySet *set = &cron->day_set;

        (void) buffer_add_string(buffer, " on ");
        if (has_special_weekdays(set)) {
                add_weekday_set(buffer, set);
                describe_of_months(cron->months, buffer);
                return;
        }
        describe_weekdays(set->weekdays, at_times, buffer);
        describe_months(" in ", cron->months, buffer);
}

static void add_both_days(Buffer *buffer, const CronSchedule *cron) {
        const CronDaySet *set = &cron->day_set;

        (void) buffer_add_string(buffer, " on ");
        if (set->either) {
                add_days(buffer, set);
                (void) buffer_add_string(buffer, " of the month or on ");
                add_weekday_set(buffer, set);
                if (has_special_weekdays(set))
                        (void) buffer_add_string(buffer, " of the month");
        } else {
                add_weekday_set(buffer, set);
                if (has_special_weekdays(set))
                        (void) buffer_add_string(buffer, " of the month");
                (void) buffer_add_string(buffer, ", but only on ");
                add_days(buffer, set);
                (void) buffer_add_string(buffer, " of the month");
        }
        describe_months(", in ", cron->months, buffer);
}

static void add_days_and_months(Buffer *buffer, const CronSchedule *cron, bool at_times) {
        const CronDaySet *set = &cron->day_set;
        bool any_day = set->days == DESCRIBE_ALL_DAYS, any_weekday = set->weekdays == DESCRIBE_ALL_WEEKDAYS;

        if (set->either && (any_day || any_weekday))
                any_day = any_weekday = true;

        if (any_day && any_weekday) {
                (void) buffer_add_string(buffer, at_times ? " every day" : "");
                describe_months(" in ", cron->months, buffer);
        } else if (any_day)
                add_weekday_phrase(buffer, cron, at_times);
        else if (any_weekday) {
                (void) buffer_add_string(buffer, " on ");
                add_days(buffer, set);
                describe_of_months(cron->months, buffer);
        } else
                add_both_days(buffer, cron);
}

static bool has_year(const CronSchedule *cron, unsigned year) {
        return year < N_YEARS && cron->years[year / 64] >> year % 64 & 1;
}

/* The year behind a run of years that begins with `year`. */
static unsigned run_end(const CronSchedule *cron, unsigned year) {
        while (has_year(cron, year))
                year++;
        return year;
}

static unsigned next_year(const CronSchedule *cron, unsigned year) {
        while (year < N_YEARS && !has_year(cron, year))
                year++;
        return year;
}

/* The step of an arithmetic series of more than four years; 0 if it is none. */
static unsigned year_step(const CronSchedule *cron, unsigned *ret_last) {
        unsigned first = next_year(cron, 0), year = next_year(cron, first + 1), step = year - first, n = 2;

        for (unsigned next; (next = next_year(cron, year + 1)) < N_YEARS; year = next, n++)
                if (next - year != step)
                        return 0;
        *ret_last = year;
        return n > 4 && year < N_YEARS ? step : 0;
}

static void add_years(Buffer *buffer, const CronSchedule *cron) {
        unsigned first = next_year(cron, 0), last = first, step = year_step(cron, &last);
        Enumeration items = { .buffer = buffer };

        if (step > 1) {
                (void) buffer_add_format(
                                buffer, " in the years %u to %u in steps of %u", CRON_YEAR_MIN + first,
                                CRON_YEAR_MIN + last, step);
                return;
        }

        for (unsigned year = first; year < N_YEARS; year = next_year(cron, run_end(cron, year)))
                items.n_items++;
        (void) buffer_add_string(
                        buffer,
                        items.n_items == 1 && run_end(cron, first) == first + 1 ? " in " : " in the years ");
        for (unsigned year = first; year < N_YEARS; year = next_year(cron, run_end(cron, year))) {
                unsigned end = run_end(cron, year) - 1;

                next_item(&items);
                (void) buffer_add_format(buffer, "%u", CRON_YEAR_MIN + year);
                if (end > year)
                        (void) buffer_add_format(buffer, " to %u", CRON_YEAR_MIN + end);
        }
}

void cron_describe_date(const CronSchedule *cron, bool at_times, Buffer *buffer) {
        add_days_and_months(buffer, cron, at_times);
        if (!cron->any_year)
                add_years(buffer, cron);
        cron_describe_hash(cron, CRON_DAY, CRON_YEAR, buffer);
}
