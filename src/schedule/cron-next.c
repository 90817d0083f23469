/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The search in local time, by bit masks: the next set bit of the second, then of the minute, of the hour, of
 * the day in a mask of the whole month, of the month in a mask of the whole year. Nothing is ever tried
 * second by second or day by day. A year without a matching day costs one look at its kind, and there are at
 * most 40 of them in a row, for the parser lets nothing pass that no kind of year has.
 */

#include "schedule/bit-mask.h"
#include "schedule/cron.h"
#include "schedule/local-search.h"
#include "util/civil-date.h"

#define SECONDS_PER_DAY 86400
#define YEAR_MIN 1
#define YEAR_MAX 9999

/* Days before each month, which are also those until the end of the one before. */
static const uint16_t days_before_month[2][14] = {
        { 0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 },
        { 0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366 },
};

typedef struct Year {
        int year;
        bool leap;
        int64_t first_day; /* since 1970-01-01 */
} Year;

typedef struct Month {
        Year year;
        int month;
        int64_t first_day;
} Month;

static int64_t floor_divide(int64_t value, int64_t divisor) {
        return value / divisor - (value % divisor < 0);
}

static unsigned weekday_of(int64_t day) {
        int64_t weekday = (day + 4) % 7; /* 1970-01-01 was a Thursday */

        return (unsigned) (weekday < 0 ? weekday + 7 : weekday);
}

static bool is_leap(int year) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool year_matches(const CronSchedule *cron, int year) {
        unsigned bit = (unsigned) year - CRON_YEAR_MIN;

        return cron->any_year || (bit < 256 && cron->years[bit / 64] >> bit % 64 & 1);
}

/* The months of a year that have a matching day. */
static uint16_t matching_months(const CronSchedule *cron, const Year *year) {
        return year_matches(cron, year->year) ? cron->year_months[year->leap][weekday_of(year->first_day)]
                                              : 0;
}

static uint32_t matching_days(const CronSchedule *cron, const Month *month) {
        const uint16_t *before = days_before_month[month->year.leap];

        if (!(cron->months >> month->month & 1) || !year_matches(cron, month->year.year))
                return 0;
        return cron->month_days[before[month->month + 1] - before[month->month] - 28]
                               [weekday_of(month->first_day)];
}

static Month month_in_year(const Year *year, int month) {
        return (Month){
                .year = *year,
                .month = month,
                .first_day = year->first_day + days_before_month[year->leap][month],
        };
}

static Month month_of(int64_t day, int *ret_day_of_month) {
        CivilDate date = civil_date_from_days(day);
        Month month = {
                .year = { .year = date.year, .leap = is_leap(date.year) },
                .month = date.month,
                .first_day = day - (date.day - 1),
        };

        month.year.first_day = month.first_day - days_before_month[month.year.leap][date.month];
        *ret_day_of_month = date.day;
        return month;
}

/* To the first later month with a matching day; false: there is none. */
static bool month_forward(const CronSchedule *cron, Month *month) {
        Year year = month->year;
        int found = mask_lowest_from(matching_months(cron, &year), (unsigned) month->month + 1);

        while (found < 0) {
                if (year.year >= (cron->any_year ? YEAR_MAX : (int) CRON_YEAR_MAX))
                        return false;
                year.first_day += days_before_month[year.leap][13];
                year.leap = is_leap(++year.year);
                found = mask_lowest_from(matching_months(cron, &year), 1);
        }
        *month = month_in_year(&year, found);
        return true;
}

static bool month_back(const CronSchedule *cron, Month *month) {
        Year year = month->year;
        int found = mask_highest_until(matching_months(cron, &year), month->month - 1);

        while (found < 0) {
                if (year.year <= (cron->any_year ? YEAR_MIN : (int) CRON_YEAR_MIN))
                        return false;
                year.leap = is_leap(--year.year);
                year.first_day -= days_before_month[year.leap][13];
                found = mask_highest_until(matching_months(cron, &year), 12);
        }
        *month = month_in_year(&year, found);
        return true;
}

/* The first minute of a day that is not before `from`, or -1. */
static int first_minute(const CronSchedule *cron, int from) {
        int hour = mask_lowest_from(cron->hours, (unsigned) from / 60), minute;

        if (hour < 0)
                return -1;
        if (hour > from / 60)
                return hour * 60 + __builtin_ctzll(cron->minutes);

        minute = mask_lowest_from(cron->minutes, (unsigned) from % 60);
        if (minute >= 0)
                return hour * 60 + minute;

        hour = mask_lowest_from(cron->hours, (unsigned) hour + 1);
        return hour < 0 ? -1 : hour * 60 + __builtin_ctzll(cron->minutes);
}

static int last_minute(const CronSchedule *cron, int until) {
        int hour = until < 0 ? -1 : mask_highest_until(cron->hours, until / 60), minute;
        int last = 63 - __builtin_clzll(cron->minutes);

        if (hour < 0)
                return -1;
        if (hour < until / 60)
                return hour * 60 + last;

        minute = mask_highest_until(cron->minutes, until % 60);
        if (minute >= 0)
                return hour * 60 + minute;

        hour = mask_highest_until(cron->hours, hour - 1);
        return hour < 0 ? -1 : hour * 60 + last;
}

/* The first second of a day that is not before `from`, or -1. */
static int first_second(const CronSchedule *cron, int from) {
        int second = mask_lowest_from(cron->seconds, (unsigned) from % 60);
        int minute = first_minute(cron, second < 0 ? from / 60 + 1 : from / 60);

        if (minute < 0)
                return -1;
        if (second < 0 || minute > from / 60)
                second = __builtin_ctzll(cron->seconds);
        return minute * 60 + second;
}

static int last_second(const CronSchedule *cron, int until) {
        int second = mask_highest_until(cron->seconds, until % 60);
        int minute = last_minute(cron, second < 0 ? until / 60 - 1 : until / 60);

        if (minute < 0)
                return -1;
        if (second < 0 || minute < until / 60)
                second = 63 - __builtin_clzll(cron->seconds);
        return minute * 60 + second;
}

static bool give(int64_t day, int second, usec_t *ret) {
        int64_t seconds = day * SECONDS_PER_DAY + second;

        if (seconds < LOCAL_TIME_MIN / USEC_PER_SEC || seconds > LOCAL_TIME_MAX / USEC_PER_SEC)
                return false;
        *ret = seconds * USEC_PER_SEC;
        return true;
}

bool cron_pattern_next(const void *data, usec_t from, usec_t *ret) {
        const CronSchedule *cron = data;
        int64_t seconds, day;
        int day_of_month, second, found;
        uint32_t days;
        Month month;

        seconds = -floor_divide(-MAX(from, LOCAL_TIME_MIN), USEC_PER_SEC); /* rounded up */
        day = floor_divide(seconds, SECONDS_PER_DAY);
        month = month_of(day, &day_of_month);

        days = matching_days(cron, &month);
        second = days >> day_of_month & 1 ? first_second(cron, (int) (seconds - day * SECONDS_PER_DAY)) : -1;
        if (second >= 0)
                return give(day, second, ret);

        found = mask_lowest_from(days, (unsigned) day_of_month + 1);
        if (found < 0) {
                if (!month_forward(cron, &month))
                        return false;
                found = mask_lowest_from(matching_days(cron, &month), 1);
        }
        return give(month.first_day + found - 1, first_second(cron, 0), ret);
}

bool cron_pattern_previous(const void *data, usec_t until, usec_t *ret) {
        const CronSchedule *cron = data;
        int64_t seconds, day;
        int day_of_month, second, found;
        uint32_t days;
        Month month;

        seconds = floor_divide(MIN(until, LOCAL_TIME_MAX), USEC_PER_SEC);
        day = floor_divide(seconds, SECONDS_PER_DAY);
        month = month_of(day, &day_of_month);

        days = matching_days(cron, &month);
        second = days >> day_of_month & 1 ? last_second(cron, (int) (seconds - day * SECONDS_PER_DAY)) : -1;
        if (second >= 0)
                return give(day, second, ret);

        found = mask_highest_until(days, day_of_month - 1);
        if (found < 0) {
                if (!month_back(cron, &month))
                        return false;
                found = mask_highest_until(matching_days(cron, &month), 31);
        }
        return give(month.first_day + found - 1, last_second(cron, SECONDS_PER_DAY - 1), ret);
}

/* How many of the values 0 to `last` are in the mask; `last` may be -1. */
static unsigned count_until(uint64_t mask, int last) {
        return last < 0 ? 0 : (unsigned) __builtin_popcountll(mask & (UINT64_MAX >> (63 - last)));
}

/* How many times of a day are not later than a second of it. */
static uint64_t times_until(const CronSchedule *cron, int second) {
        uint64_t n_seconds = count_until(cron->seconds, 59), n_minutes = count_until(cron->minutes, 59), n;
        int hour = second / 3600, minute = second / 60 % 60;

        if (second < 0)
                return 0;
        n = count_until(cron->hours, hour - 1) * n_minutes * n_seconds;
        if (cron->hours >> hour & 1) {
                n += count_until(cron->minutes, minute - 1) * n_seconds;
                if (cron->minutes >> minute & 1)
                        n += count_until(cron->seconds, second % 60);
        }
        return n;
}

/* How many days in [first, last] match. */
static uint64_t count_days(const CronSchedule *cron, int64_t first, int64_t last) {
        uint64_t n = 0;
        Month month;
        int ignored;

        if (first > last)
                return 0;
        month = month_of(first, &ignored);
        do {
                int64_t begin = first - month.first_day + 1, end = last - month.first_day + 1;
                uint32_t days = matching_days(cron, &month);

                if (begin > 1)
                        days &= ~((1U << begin) - 1);
                if (end < 31)
                        days &= (2U << end) - 1;
                n += (unsigned) __builtin_popcount(days);
        } while (month_forward(cron, &month) && month.first_day <= last);
        return n;
}

/* Whole days by the mask of their month, and the two ends by the second. */
uint64_t cron_pattern_count(const void *data, usec_t from, usec_t until) {
        const CronSchedule *cron = data;
        int64_t first, last, first_day, last_day;
        uint64_t per_day = times_until(cron, SECONDS_PER_DAY - 1), n;

        from = MAX(from, LOCAL_TIME_MIN);
        until = MIN(until, LOCAL_TIME_MAX);
        if (from > until)
                return 0;

        first = -floor_divide(-from, USEC_PER_SEC);
        last = floor_divide(until, USEC_PER_SEC);
        if (first > last)
                return 0;
        first_day = floor_divide(first, SECONDS_PER_DAY);
        last_day = floor_divide(last, SECONDS_PER_DAY);

        /* All days in full, less what the first has before and the last behind. */
        n = count_days(cron, first_day, last_day) * per_day;
        if (count_days(cron, first_day, first_day) > 0)
                n -= times_until(cron, (int) (first - first_day * SECONDS_PER_DAY) - 1);
        if (count_days(cron, last_day, last_day) > 0)
                n -= per_day - times_until(cron, (int) (last - last_day * SECONDS_PER_DAY));
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
