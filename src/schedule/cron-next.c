/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The search in local time, by bit masks: the next set bit of the minute, then of the hour, then of the day
 * in a mask of the whole month. Nothing is ever tried minute by minute or day by day; months that do not
 * match cost one test each.
 */

#include <assert.h>

#include "schedule/cron.h"
#include "schedule/local-search.h"
#include "util/civil-date.h"

#define MINUTES_PER_DAY 1440

/* The rarest expression that the parser lets pass is a weekday on 29 February, with 40 years in between. */
#define MAX_MONTHS (12 * 48)

/* A month, with what the search needs to go to its neighbours without any division. */
typedef struct Month {
        int year, month;
        unsigned n_days;
        int64_t first_day; /* since 1970-01-01 */
} Month;

static int64_t floor_divide(int64_t value, int64_t divisor) {
        return value / divisor - (value % divisor < 0);
}

/* Of bits 0 to 63 from `begin` up; -1 if none is set there. */
static int lowest_from(uint64_t mask, unsigned begin) {
        uint64_t rest = begin < 64 ? mask >> begin << begin : 0;

        return rest ? __builtin_ctzll(rest) : -1;
}

static int highest_until(uint64_t mask, int end) {
        uint64_t rest = end < 0 ? 0 : mask & (UINT64_MAX >> (63 - end));

        return rest ? 63 - __builtin_clzll(rest) : -1;
}

static uint32_t matching_days(const CronSchedule *cron, const Month *month) {
        int64_t weekday = (month->first_day + 4) % 7; /* 1970-01-01 was a Thursday */

        if (!(cron->months >> month->month & 1))
                return 0;
        return cron_days_of_month(cron, month->n_days, (unsigned) (weekday < 0 ? weekday + 7 : weekday));
}

static void month_forward(Month *month) {
        month->first_day += month->n_days;
        if (++month->month > 12) {
                month->month = 1;
                month->year++;
        }
        month->n_days = (unsigned) civil_days_in_month(month->year, month->month);
}

static void month_back(Month *month) {
        if (--month->month < 1) {
                month->month = 12;
                month->year--;
        }
        month->n_days = (unsigned) civil_days_in_month(month->year, month->month);
        month->first_day -= month->n_days;
}

static Month month_of(int64_t day, int *ret_day_of_month) {
        CivilDate date = civil_date_from_days(day);

        *ret_day_of_month = date.day;
        return (Month){
                .year = date.year,
                .month = date.month,
                .n_days = (unsigned) civil_days_in_month(date.year, date.month),
                .first_day = day - (date.day - 1),
        };
}

/* The first minute of a day that is not before `from`, or -1. */
static int first_minute(const CronSchedule *cron, int from) {
        int hour = lowest_from(cron->hours, (unsigned) from / 60), minute;

        if (hour < 0)
                return -1;
        if (hour > from / 60)
                return hour * 60 + __builtin_ctzll(cron->minutes);

        minute = lowest_from(cron->minutes, (unsigned) from % 60);
        if (minute >= 0)
                return hour * 60 + minute;

        hour = lowest_from(cron->hours, (unsigned) hour + 1);
        return hour < 0 ? -1 : hour * 60 + __builtin_ctzll(cron->minutes);
}

static int last_minute(const CronSchedule *cron, int until) {
        int hour = highest_until(cron->hours, until / 60), minute;
        int last = 63 - __builtin_clzll(cron->minutes);

        if (hour < 0)
                return -1;
        if (hour < until / 60)
                return hour * 60 + last;

        minute = highest_until(cron->minutes, until % 60);
        if (minute >= 0)
                return hour * 60 + minute;

        hour = highest_until(cron->hours, hour - 1);
        return hour < 0 ? -1 : hour * 60 + last;
}

static bool give(int64_t day, int minute, usec_t *ret) {
        usec_t local = (day * MINUTES_PER_DAY + minute) * USEC_PER_MINUTE;

        if (local < LOCAL_TIME_MIN || local > LOCAL_TIME_MAX)
                return false;
        *ret = local;
        return true;
}

bool cron_pattern_next(const void *data, usec_t from, usec_t *ret) {
        const CronSchedule *cron = data;
        int day_of_month, minute, found;
        int64_t minutes, day;
        uint32_t days;
        Month month;

        minutes = -floor_divide(-MAX(from, LOCAL_TIME_MIN), USEC_PER_MINUTE); /* rounded up */
        day = floor_divide(minutes, MINUTES_PER_DAY);
        month = month_of(day, &day_of_month);

        days = matching_days(cron, &month);
        minute = days >> day_of_month & 1 ? first_minute(cron, (int) (minutes - day * MINUTES_PER_DAY)) : -1;
        if (minute >= 0)
                return give(day, minute, ret);

        found = lowest_from(days, (unsigned) day_of_month + 1);
        for (int i = 0; found < 0; i++) {
                if (i >= MAX_MONTHS || month.year > 9999)
                        return false;
                month_forward(&month);
                found = lowest_from(matching_days(cron, &month), 0);
        }
        return give(month.first_day + found - 1, first_minute(cron, 0), ret);
}

bool cron_pattern_previous(const void *data, usec_t until, usec_t *ret) {
        const CronSchedule *cron = data;
        int day_of_month, minute, found;
        int64_t minutes, day;
        uint32_t days;
        Month month;

        minutes = floor_divide(MIN(until, LOCAL_TIME_MAX), USEC_PER_MINUTE);
        day = floor_divide(minutes, MINUTES_PER_DAY);
        month = month_of(day, &day_of_month);

        days = matching_days(cron, &month);
        minute = days >> day_of_month & 1 ? last_minute(cron, (int) (minutes - day * MINUTES_PER_DAY)) : -1;
        if (minute >= 0)
                return give(day, minute, ret);

        found = highest_until(days, day_of_month - 1);
        for (int i = 0; found < 0; i++) {
                if (i >= MAX_MONTHS || month.year < 1)
                        return false;
                month_back(&month);
                found = highest_until(matching_days(cron, &month), 31);
        }
        return give(month.first_day + found - 1, last_minute(cron, MINUTES_PER_DAY - 1), ret);
}

/* How many times of a day are not later than a minute of it. */
static uint64_t times_until(const CronSchedule *cron, int minute) {
        unsigned n_minutes = (unsigned) __builtin_popcountll(cron->minutes), n_hours;
        int hour = minute / 60;

        if (minute < 0)
                return 0;
        n_hours = (unsigned) __builtin_popcount(cron->hours & ((1U << hour) - 1));
        if (!(cron->hours >> hour & 1))
                return n_hours * n_minutes;
        return n_hours * n_minutes +
                        (unsigned) __builtin_popcountll(cron->minutes & (UINT64_MAX >> (63 - minute % 60)));
}

/* How many days in [first, last] match. */
static uint64_t count_days(const CronSchedule *cron, int64_t first, int64_t last) {
        uint64_t n = 0;
        Month month;
        int ignored;

        if (first > last)
                return 0;
        for (month = month_of(first, &ignored); month.first_day <= last; month_forward(&month)) {
                uint32_t days = matching_days(cron, &month);
                int64_t begin = first - month.first_day + 1, end = last - month.first_day + 1;

                if (begin > 1)
                        days &= ~((1U << begin) - 1);
                if (end < 31)
                        days &= (2U << end) - 1;
                n += (unsigned) __builtin_popcount(days);
        }
        return n;
}

/* Whole days by the mask of their month, and the two ends by the minute. */
uint64_t cron_pattern_count(const void *data, usec_t from, usec_t until) {
        const CronSchedule *cron = data;
        int64_t first, last, first_day, last_day;
        int first_minute_of_day, last_minute_of_day;
        uint64_t per_day = times_until(cron, MINUTES_PER_DAY - 1), n;

        from = MAX(from, LOCAL_TIME_MIN);
        until = MIN(until, LOCAL_TIME_MAX);
        if (from > until)
                return 0;

        first = -floor_divide(-from, USEC_PER_MINUTE);
        last = floor_divide(until, USEC_PER_MINUTE);
        if (first > last)
                return 0;
        first_day = floor_divide(first, MINUTES_PER_DAY);
        last_day = floor_divide(last, MINUTES_PER_DAY);
        first_minute_of_day = (int) (first - first_day * MINUTES_PER_DAY);
        last_minute_of_day = (int) (last - last_day * MINUTES_PER_DAY);

        /* All days in full, less what the first has before and the last behind. */
        n = count_days(cron, first_day, last_day) * per_day;
        if (count_days(cron, first_day, first_day) > 0)
                n -= times_until(cron, first_minute_of_day - 1);
        if (count_days(cron, last_day, last_day) > 0)
                n -= per_day - times_until(cron, last_minute_of_day);
        return n;
}

static LocalPattern cron_pattern(const CronSchedule *cron) {
        return (LocalPattern){
                .data = cron,
                .dst = cron->base.dst,
                .next = cron_pattern_next,
                .previous = cron_pattern_previous,
                .count = cron_pattern_count,
        };
}

int cron_next(const Schedule *schedule, const ScheduleContext *context, usec_t after_usec, Occurrence *ret) {
        LocalPattern pattern = cron_pattern((const CronSchedule *) schedule);

        return local_search_next(&pattern, context->zone, after_usec, ret);
}

int cron_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {
        LocalPattern pattern = cron_pattern((const CronSchedule *) schedule);

        return local_search_previous(&pattern, context->zone, before_usec, ret);
}

uint64_t cron_count(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec) {

        LocalPattern pattern = cron_pattern((const CronSchedule *) schedule);

        return local_search_count(&pattern, context->zone, after_usec, until_usec);
}
