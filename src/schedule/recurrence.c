/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Time is cut into periods, one of the frequency each: years, …, seconds; INTERVAL takes one in so many,
 * counted from that of DTSTART. What a period has is the days that match times the times of the day, and both
 * are found by masks. Periods that a coarser part leaves empty are leapt over: a rule by the second that is
 * only for January costs one step a month.
 */

#include "schedule/recurrence.h"

#include <assert.h>

#include "schedule/bit-mask.h"
#include "schedule/local-search.h"
#include "util/civil-date.h"

#define SECONDS_PER_DAY 86400
#define ALL_HOURS ((1U << 24) - 1)
#define ALL_SIXTY ((1ULL << 60) - 1)

/* Empty periods in a row after which there is nothing more to come. */
#define N_PERIODS_MAX 100000U

typedef struct Period {
        int64_t first_day, end_day; /* since 1970-01-01, [first, end) */
        uint32_t hours;
        uint64_t minutes, seconds;
} Period;

static int64_t floor_divide(int64_t value, int64_t divisor) {
        return value / divisor - (value % divisor < 0);
}

static unsigned weekday_of(int64_t day) {
        return (unsigned) (day + 4 - floor_divide(day + 4, 7) * 7); /* 1970-01-01 was a Thursday */
}

static int64_t year_begin(int64_t year) {
        return civil_date_to_days((CivilDate){ (int) year, 1, 1 });
}

static int64_t month_begin(int64_t month) {
        int64_t year = floor_divide(month, 12);

        return civil_date_to_days((CivilDate){ (int) year, (int) (month - year * 12) + 1, 1 });
}

static int64_t day_of(usec_t local_usec) {
        return floor_divide(local_usec, USEC_PER_DAY);
}

/* The day of the week that weeks begin with is this many days behind a Thursday. */
static int64_t week_shift(const Recurrence *rule) {
        return (rule->week_start + 3) % 7;
}

/* The number of the period that a local time is in. */
static int64_t index_of(const Recurrence *rule, usec_t local_usec) {
        int64_t day = day_of(local_usec);

        switch (rule->frequency) {
        case RECURRENCE_YEARLY:
                return civil_date_from_days(day).year;
        case RECURRENCE_MONTHLY: {
                CivilDate date = civil_date_from_days(day);

                return (int64_t) date.year * 12 + date.month - 1;
        }
        case RECURRENCE_WEEKLY:
                return floor_divide(day - week_shift(rule), 7);
        case RECURRENCE_DAILY:
                return day;
        case RECURRENCE_HOURLY:
                return floor_divide(local_usec, USEC_PER_HOUR);
        case RECURRENCE_MINUTELY:
                return floor_divide(local_usec, USEC_PER_MINUTE);
        default:
                return floor_divide(local_usec, USEC_PER_SEC);
        }
}

/* A period of less than a day: a second, a minute or an hour. */
static Period short_period(const RecurrenceSeries *series, int64_t first_second) {
        const RecurrenceFrequency frequency = series->rule->frequency;
        int64_t day = floor_divide(first_second, SECONDS_PER_DAY),
                time = first_second - day * SECONDS_PER_DAY;
        Period period = { day, day + 1, series->hours, series->minutes, series->seconds };

        period.hours &= 1U << (time / 3600);
        if (frequency <= RECURRENCE_MINUTELY)
                period.minutes &= 1ULL << (time / 60 % 60);
        if (frequency <= RECURRENCE_SECONDLY)
                period.seconds &= 1ULL << (time % 60);
        return period;
}

static Period period_at(const RecurrenceSeries *series, int64_t index) {
        Period period = { 0, 0, series->hours, series->minutes, series->seconds };

        switch (series->rule->frequency) {
        case RECURRENCE_YEARLY:
                period.first_day = year_begin(index);
                period.end_day = year_begin(index + 1);
                return period;
        case RECURRENCE_MONTHLY:
                period.first_day = month_begin(index);
                period.end_day = month_begin(index + 1);
                return period;
        case RECURRENCE_WEEKLY:
                period.first_day = index * 7 + week_shift(series->rule);
                period.end_day = period.first_day + 7;
                return period;
        case RECURRENCE_DAILY:
                period.first_day = index;
                period.end_day = index + 1;
                return period;
        case RECURRENCE_HOURLY:
                return short_period(series, index * 3600);
        case RECURRENCE_MINUTELY:
                return short_period(series, index * 60);
        default:
                return short_period(series, index);
        }
}

static bool in_either(const uint64_t *forward, const uint64_t *back, int64_t n, int64_t n_back) {
        return (forward[n / 64] >> (n % 64) & 1) || (back[n_back / 64] >> (n_back % 64) & 1);
}

/* The week has its number in the year that its fourth day is in. */
static bool week_matches(const Recurrence *rule, int64_t day) {
        int64_t fourth = day - (weekday_of(day) + 7 - rule->week_start) % 7 + 3;
        int64_t year = civil_date_from_days(fourth).year;
        int64_t n = (fourth - year_begin(year)) / 7 + 1;
        int64_t n_back = (year_begin(year + 1) - 1 - fourth) / 7 + 1;

        return in_either(&rule->weeks, &rule->weeks_back, n, n_back);
}

/* BYDAY; one with a number counts in the month where there is one, else in the year. */
static bool weekday_matches(const RecurrenceSeries *series, int64_t day, CivilDate date) {
        const Recurrence *rule = series->rule;
        unsigned weekday = weekday_of(day);
        int64_t n, n_back;

        if (!series->weekdays && !rule->has_nth_weekdays)
                return true;
        if (series->weekdays >> weekday & 1)
                return true;
        if (!rule->has_nth_weekdays)
                return false;

        if (rule->frequency == RECURRENCE_MONTHLY || rule->months) {
                n = (date.day - 1) / 7 + 1;
                n_back = (civil_days_in_month(date.year, date.month) - date.day) / 7 + 1;
        } else {
                n = (day - year_begin(date.year)) / 7 + 1;
                n_back = (year_begin(date.year + 1) - 1 - day) / 7 + 1;
        }
        return in_either(&rule->nth_weekdays[weekday], &rule->nth_weekdays_back[weekday], n, n_back);
}

static bool month_matches(const RecurrenceSeries *series, int month) {
        return !series->months || (series->months >> month & 1);
}

static bool day_matches(const RecurrenceSeries *series, int64_t day, CivilDate date) {
        const Recurrence *rule = series->rule;
        unsigned from_end = (unsigned) (civil_days_in_month(date.year, date.month) - date.day + 1);

        if (!month_matches(series, date.month))
                return false;
        if ((series->month_days || rule->month_days_back) && !(series->month_days >> date.day & 1) &&
            !(rule->month_days_back >> from_end & 1))
                return false;
        if (rule->has_year_days &&
            !in_either(rule->year_days, rule->year_days_back, day - year_begin(date.year) + 1,
                       year_begin(date.year + 1) - day))
                return false;
        if ((rule->weeks || rule->weeks_back) && !week_matches(rule, day))
                return false;
        return weekday_matches(series, day, date);
}

static int time_of(int hour, int minute, int second) {
        return hour * 3600 + minute * 60 + second;
}

/* The first second of the day that is not before `from`; -1: there is none. No mask is empty. */
static int first_time(const Period *period, int from) {
        int hour = mask_lowest_from(period->hours, (unsigned) from / 3600);
        int minute = mask_lowest_from(period->minutes, (unsigned) from / 60 % 60), second;

        if (hour == from / 3600) {
                if (minute == from / 60 % 60) {
                        second = mask_lowest_from(period->seconds, (unsigned) from % 60);
                        if (second >= 0)
                                return time_of(hour, minute, second);
                        minute = mask_lowest_from(period->minutes, (unsigned) minute + 1);
                }
                if (minute >= 0)
                        return time_of(hour, minute, __builtin_ctzll(period->seconds));
                hour = mask_lowest_from(period->hours, (unsigned) hour + 1);
        }
        return hour < 0 ? -1
                        : time_of(hour, __builtin_ctzll(period->minutes), __builtin_ctzll(period->seconds));
}

static int last_time(const Period *period, int until) {
        int hour = mask_highest_until(period->hours, until / 3600);
        int minute = mask_highest_until(period->minutes, until / 60 % 60), second;
        int last_minute = mask_highest_until(period->minutes, 59);
        int last_second = mask_highest_until(period->seconds, 59);

        if (hour == until / 3600) {
                if (minute == until / 60 % 60) {
                        second = mask_highest_until(period->seconds, until % 60);
                        if (second >= 0)
                                return time_of(hour, minute, second);
                        minute = mask_highest_until(period->minutes, minute - 1);
                }
                if (minute >= 0)
                        return time_of(hour, minute, last_second);
                hour = mask_highest_until(period->hours, hour - 1);
        }
        return hour < 0 ? -1 : time_of(hour, last_minute, last_second);
}

/* Local times are counted in seconds here: `bound` is the first, or the last, that counts. */
static bool period_next(const RecurrenceSeries *series, const Period *period, int64_t bound, int64_t *ret) {
        int64_t day = MAX(period->first_day, floor_divide(bound, SECONDS_PER_DAY));

        while (day < period->end_day) {
                CivilDate date = civil_date_from_days(day);
                int64_t from = MAX(bound - day * SECONDS_PER_DAY, 0);
                int time;

                if (!month_matches(series, date.month)) {
                        day += civil_days_in_month(date.year, date.month) - date.day + 1;
                        continue;
                }
                time = day_matches(series, day, date) ? first_time(period, (int) from) : -1;
                if (time >= 0) {
                        *ret = day * SECONDS_PER_DAY + time;
                        return true;
                }
                day++;
        }
        return false;
}

static bool period_previous(
                const RecurrenceSeries *series,
                const Period *period,
                int64_t bound,
                int64_t *ret) {
        int64_t day = MIN(period->end_day - 1, floor_divide(bound, SECONDS_PER_DAY));

        while (day >= period->first_day) {
                CivilDate date = civil_date_from_days(day);
                int64_t until = MIN(bound - day * SECONDS_PER_DAY, SECONDS_PER_DAY - 1);
                int time;

                if (!month_matches(series, date.month)) {
                        day -= date.day;
                        continue;
                }
                time = day_matches(series, day, date) ? last_time(period, (int) until) : -1;
                if (time >= 0) {
                        *ret = day * SECONDS_PER_DAY + time;
                        return true;
                }
                day--;
        }
        return false;
}

static int nth_bit(uint64_t mask, int64_t n) {
        while (n-- > 0)
                mask &= mask - 1;
        return __builtin_ctzll(mask);
}

/* The days of a period that match, counted from its first one. */
static size_t matching_days(const RecurrenceSeries *series, const Period *period, int16_t *ret) {
        size_t n = 0;

        for (int64_t day = period->first_day; day < period->end_day; day++)
                if (day_matches(series, day, civil_date_from_days(day)))
                        ret[n++] = (int16_t) (day - period->first_day);
        return n;
}

/* BYSETPOS: of all that the period has, only some by their place. */
static bool period_position(
                const RecurrenceSeries *series,
                const Period *period,
                bool forward,
                int64_t bound,
                int64_t *ret) {

        const Recurrence *rule = series->rule;
        int64_t n_minutes = __builtin_popcountll(period->minutes),
                n_seconds = __builtin_popcountll(period->seconds);
        int64_t per_day = __builtin_popcount(period->hours) * n_minutes * n_seconds, n_all;
        int16_t days[366];
        bool found = false;

        n_all = (int64_t) matching_days(series, period, days) * per_day;
        for (size_t i = 0; i < rule->n_positions; i++) {
                int64_t place = rule->positions[i] > 0 ? rule->positions[i] - 1 : n_all + rule->positions[i];
                int64_t time;

                if (place < 0 || place >= n_all)
                        continue;
                time = (period->first_day + days[place / per_day]) * SECONDS_PER_DAY;
                place %= per_day;
                time += time_of(nth_bit(period->hours, place / (n_minutes * n_seconds)),
                                nth_bit(period->minutes, place / n_seconds % n_minutes),
                                nth_bit(period->seconds, place % n_seconds));
                if (forward ? time < bound || (found && time > *ret) : time > bound || (found && time < *ret))
                        continue;
                *ret = time;
                found = true;
        }
        return found;
}

static bool period_find(
                const RecurrenceSeries *series,
                const Period *period,
                bool forward,
                int64_t bound,
                int64_t *ret) {

        if (!period->hours || !period->minutes || !period->seconds)
                return false;
        if (series->rule->n_positions > 0)
                return period_position(series, period, forward, bound, ret);
        return forward ? period_next(series, period, bound, ret)
                       : period_previous(series, period, bound, ret);
}

/*
 * The stretch around an empty period that has nothing either: the month, the day, the hour or the minute that
 * does not match, else the period itself. In seconds of local time, [begin, end).
 */
static void empty_stretch(
                const RecurrenceSeries *series,
                const Period *period,
                int64_t first_second,
                int64_t *ret_begin,
                int64_t *ret_end) {

        int64_t day = period->first_day;
        CivilDate date = civil_date_from_days(day);
        int64_t size = 1;

        if (!month_matches(series, date.month)) {
                *ret_begin = (day - date.day + 1) * SECONDS_PER_DAY;
                *ret_end = *ret_begin +
                                (int64_t) civil_days_in_month(date.year, date.month) * SECONDS_PER_DAY;
                return;
        }
        if (!day_matches(series, day, date) || series->rule->frequency == RECURRENCE_DAILY)
                size = SECONDS_PER_DAY;
        else if (!period->hours || series->rule->frequency == RECURRENCE_HOURLY)
                size = 3600;
        else if (!period->minutes || series->rule->frequency == RECURRENCE_MINUTELY)
                size = 60;
        *ret_begin = floor_divide(first_second, size) * size;
        *ret_end = *ret_begin + size;
}

/* The next period, in either direction, that may have something. */
static int64_t step_over(const RecurrenceSeries *series, const Period *period, int64_t index, bool forward) {
        const Recurrence *rule = series->rule;
        int64_t interval = rule->interval, begin, end, unit, to;

        if (rule->frequency > RECURRENCE_DAILY)
                return forward ? index + interval : index - interval;

        unit = rule->frequency == RECURRENCE_DAILY               ? SECONDS_PER_DAY
                        : rule->frequency == RECURRENCE_HOURLY   ? 3600
                        : rule->frequency == RECURRENCE_MINUTELY ? 60
                                                                 : 1;
        empty_stretch(series, period, index * unit, &begin, &end);
        to = index_of(rule, (forward ? end : begin - 1) * USEC_PER_SEC) - series->start_index;
        return series->start_index +
                        (forward ? -floor_divide(-to, interval) : floor_divide(to, interval)) * interval;
}

/* `from` and what is found are in seconds. */
static bool find_next(const RecurrenceSeries *series, int64_t from, int64_t *ret) {
        int64_t interval = series->rule->interval;
        int64_t to = index_of(series->rule, from * USEC_PER_SEC) - series->start_index;
        int64_t index = series->start_index - floor_divide(-to, interval) * interval;

        for (unsigned n = 0; n < N_PERIODS_MAX; n++) {
                Period period = period_at(series, index);

                if (period.first_day > MIN(series->last_local_usec, LOCAL_TIME_MAX) / USEC_PER_DAY)
                        return false;
                if (period_find(series, &period, true, from, ret))
                        return true;
                index = step_over(series, &period, index, true);
        }
        return false;
}

static bool find_previous(const RecurrenceSeries *series, int64_t until, int64_t *ret) {
        int64_t interval = series->rule->interval;
        int64_t to = index_of(series->rule, until * USEC_PER_SEC) - series->start_index;
        int64_t index = series->start_index + floor_divide(to, interval) * interval;

        for (unsigned n = 0; n < N_PERIODS_MAX && index >= series->start_index; n++) {
                Period period = period_at(series, index);

                if (period_find(series, &period, false, until, ret))
                        return true;
                index = step_over(series, &period, index, false);
        }
        return false;
}

bool recurrence_next(const RecurrenceSeries *series, usec_t from_local_usec, usec_t *ret) {
        usec_t from = MAX(from_local_usec - series->fraction_usec, series->start_local_usec);
        int64_t found;

        if (from > series->last_local_usec || from > LOCAL_TIME_MAX)
                return false;
        if (!find_next(series, -floor_divide(-from, USEC_PER_SEC), &found) ||
            found * USEC_PER_SEC > MIN(series->last_local_usec, LOCAL_TIME_MAX))
                return false;
        *ret = found * USEC_PER_SEC + series->fraction_usec;
        return true;
}

bool recurrence_previous(const RecurrenceSeries *series, usec_t until_local_usec, usec_t *ret) {
        usec_t last = MIN(series->last_local_usec, LOCAL_TIME_MAX);
        usec_t until = MIN(until_local_usec - series->fraction_usec, last);
        int64_t found;

        if (until < series->start_local_usec)
                return false;
        if (!find_previous(series, floor_divide(until, USEC_PER_SEC), &found) ||
            found * USEC_PER_SEC < series->start_local_usec)
                return false;
        *ret = found * USEC_PER_SEC + series->fraction_usec;
        return true;
}

/* The times of a day before a second of it. */
static uint64_t times_before(const RecurrenceSeries *series, int64_t second) {
        unsigned hour = (unsigned) (second / 3600), minute = (unsigned) (second / 60 % 60);
        uint64_t n_seconds = (uint64_t) __builtin_popcountll(series->seconds);
        uint64_t n_minutes = (uint64_t) __builtin_popcountll(series->minutes);
        uint64_t n = mask_count_below(series->hours, hour) * n_minutes * n_seconds;

        if (series->hours >> hour & 1)
                n += mask_count_below(series->minutes, minute) * n_seconds;
        if ((series->hours >> hour & 1) && (series->minutes >> minute & 1))
                n += mask_count_below(series->seconds, (unsigned) (second % 60));
        return n;
}

/* With each period in, a day that matches has all of its times. Both ends are occurrences. */
static uint64_t count_by_days(const RecurrenceSeries *series, int64_t first, int64_t last) {
        int64_t first_day = floor_divide(first, SECONDS_PER_DAY),
                last_day = floor_divide(last, SECONDS_PER_DAY);
        uint64_t per_day = times_before(series, SECONDS_PER_DAY - 1), n = 0;

        per_day += series->hours >> 23 & series->minutes >> 59 & series->seconds >> 59 & 1;
        for (int64_t day = first_day; day <= last_day; day++)
                if (day_matches(series, day, civil_date_from_days(day)))
                        n += per_day;
        n -= times_before(series, first - first_day * SECONDS_PER_DAY);
        n -= per_day - times_before(series, last - last_day * SECONDS_PER_DAY) - 1;
        return n;
}

uint64_t recurrence_count(const RecurrenceSeries *series, usec_t from_local_usec, usec_t until_local_usec) {
        const Recurrence *rule = series->rule;
        usec_t first, last, at;
        uint64_t n = 0;

        if (!recurrence_next(series, from_local_usec, &first) || first > until_local_usec ||
            !recurrence_previous(series, until_local_usec, &last))
                return 0;
        if (rule->interval == 1 && rule->frequency <= RECURRENCE_DAILY && rule->n_positions == 0)
                return count_by_days(
                                series, floor_divide(first, USEC_PER_SEC), floor_divide(last, USEC_PER_SEC));

        for (at = first; recurrence_next(series, at, &at) && at <= last; at++)
                n++;
        return n;
}

/* What the rule does not say, DTSTART does: the time of day, and the day where no part names one. */
static void take_from_start(RecurrenceSeries *series, CivilTime start) {
        const Recurrence *rule = series->rule;
        RecurrenceFrequency frequency = rule->frequency;
        bool weekly = rule->weeks || rule->weeks_back;
        bool has_day = rule->has_year_days || rule->month_days || rule->month_days_back || rule->weekdays ||
                        rule->has_nth_weekdays;

        series->hours = rule->hours ?: frequency > RECURRENCE_HOURLY ? 1U << start.hour : ALL_HOURS;
        series->minutes = rule->minutes ?: frequency > RECURRENCE_MINUTELY ? 1ULL << start.minute : ALL_SIXTY;
        series->seconds = rule->seconds ?: frequency > RECURRENCE_SECONDLY ? 1ULL << start.second : ALL_SIXTY;
        series->months = rule->months;
        series->month_days = rule->month_days;
        series->weekdays = rule->weekdays;

        if (has_day || frequency < RECURRENCE_WEEKLY)
                return;
        if (frequency == RECURRENCE_WEEKLY || weekly)
                series->weekdays = (uint8_t) (1U << civil_date_weekday(start.date));
        else
                series->month_days = 1U << start.date.day;
        if (frequency == RECURRENCE_YEARLY && !rule->months && !weekly)
                series->months = (uint16_t) (1U << start.date.month);
}

void recurrence_series_init(
                RecurrenceSeries *series,
                const Recurrence *rule,
                usec_t start_local_usec,
                usec_t until_local_usec) {

        usec_t at, last = until_local_usec;

        assert(series);
        assert(rule && rule->interval > 0);

        start_local_usec = MIN(MAX(start_local_usec, LOCAL_TIME_MIN), LOCAL_TIME_MAX);
        *series = (RecurrenceSeries){ .rule = rule, .last_local_usec = until_local_usec };
        series->start_local_usec = floor_divide(start_local_usec, USEC_PER_SEC) * USEC_PER_SEC;
        series->fraction_usec = start_local_usec - series->start_local_usec;
        series->start_index = index_of(rule, series->start_local_usec);
        take_from_start(series, civil_time_from_usec(series->start_local_usec));

        at = start_local_usec;
        for (uint32_t n = 0; n < rule->count && recurrence_next(series, at, &last); n++)
                at = last + 1;
        series->last_local_usec = MIN(last, until_local_usec);
}
