/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which days match is decided when the expression is parsed, once for each kind of month: a month is its
 * length and the weekday of its first day, and a year is a leap year or not and the weekday of its first day.
 * The search then knows nothing of L, W and #.
 */

#include <assert.h>

#include "schedule/cron.h"
#include "util/civil-date.h"

#define DAYS_PER_WEEK 7U
#define SATURDAY 6U
#define SUNDAY 0U

/* A kind of month. */
typedef struct MonthShape {
        unsigned n_days, first_weekday;
} MonthShape;

/* The days of the month on these weekdays, also beyond its end. */
static uint32_t days_on_weekdays(const MonthShape *month, uint8_t weekdays) {
        /* The week, seven times over; from there the month is a window of it. */
        uint64_t weeks = (uint64_t) weekdays * 0x0000040810204081U;

        return (uint32_t) (weeks >> month->first_weekday) << 1;
}

/* The Monday to Friday that is nearest to a day without leaving its month. */
static unsigned nearest_weekday(const MonthShape *month, unsigned day) {
        unsigned weekday = (month->first_weekday + day - 1) % DAYS_PER_WEEK;

        if (weekday == SATURDAY)
                return day > 1 ? day - 1 : day + 2;
        if (weekday == SUNDAY)
                return day < month->n_days ? day + 1 : day - 2;
        return day;
}

static uint32_t special_days(const MonthShape *month, const CronDaySet *set) {
        uint32_t days = 0;

        for (unsigned day = 1; day <= month->n_days; day++) {
                unsigned to_end = month->n_days - day;

                if (set->from_end >> to_end & 1)
                        days |= 1U << day;
                if ((set->nearest >> day | set->nearest_to_last >> to_end) & 1)
                        days |= 1U << nearest_weekday(month, day);
        }
        return days;
}

static uint32_t special_weekdays(const MonthShape *month, const CronDaySet *set) {
        uint32_t week = (1U << DAYS_PER_WEEK) - 1, days;

        days = days_on_weekdays(month, set->nth_weekdays[0]) & week << (month->n_days - DAYS_PER_WEEK + 1);
        for (unsigned n = 1; n < ARRAY_SIZE(set->nth_weekdays); n++)
                days |= days_on_weekdays(month, set->nth_weekdays[n]) & week << ((n - 1) * DAYS_PER_WEEK + 1);
        return days;
}

static uint32_t days_of_month(const MonthShape *month, const CronDaySet *set) {
        uint32_t by_day = set->days | special_days(month, set);
        uint32_t by_weekday = days_on_weekdays(month, set->weekdays) | special_weekdays(month, set);
        uint32_t days = set->either ? by_day | by_weekday : by_day & by_weekday;

        return days & (uint32_t) ((2ULL << month->n_days) - 2);
}

static uint16_t months_of_year(const CronSchedule *cron, bool leap, unsigned first_weekday) {
        uint16_t months = 0;

        for (unsigned month = 1; month <= 12; month++) {
                unsigned n_days = (unsigned) civil_days_in_month(leap ? 2000 : 2001, (int) month);

                if (cron->months >> month & 1 && cron->month_days[n_days - 28][first_weekday])
                        months |= (uint16_t) (1U << month);
                first_weekday = (first_weekday + n_days) % DAYS_PER_WEEK;
        }
        return months;
}

void cron_resolve_days(CronSchedule *cron) {
        assert(cron);

        for (unsigned n = 0; n < ARRAY_SIZE(cron->month_days); n++)
                for (unsigned weekday = 0; weekday < DAYS_PER_WEEK; weekday++) {
                        MonthShape month = { .n_days = 28 + n, .first_weekday = weekday };

                        cron->month_days[n][weekday] = days_of_month(&month, &cron->day_set);
                }

        for (unsigned leap = 0; leap < ARRAY_SIZE(cron->year_months); leap++)
                for (unsigned weekday = 0; weekday < DAYS_PER_WEEK; weekday++)
                        cron->year_months[leap][weekday] = months_of_year(cron, leap, weekday);
}

static bool any_kind_of_year_matches(const CronSchedule *cron) {
        for (unsigned weekday = 0; weekday < DAYS_PER_WEEK; weekday++)
                if (cron->year_months[0][weekday] | cron->year_months[1][weekday])
                        return true;
        return false;
}

bool cron_resolve_years(CronSchedule *cron) {
        bool found = false;

        assert(cron);

        if (cron->any_year)
                return any_kind_of_year_matches(cron);

        for (unsigned year = CRON_YEAR_MIN; year <= CRON_YEAR_MAX; year++) {
                int weekday = civil_date_weekday((CivilDate){ .year = (int) year, .month = 1, .day = 1 });
                bool leap = civil_days_in_month((int) year, 2) == 29;
                unsigned bit = year - CRON_YEAR_MIN;

                if (!cron->year_months[leap][weekday])
                        cron->years[bit / 64] &= ~(1ULL << bit % 64);
                found = found || cron->years[bit / 64] >> bit % 64 & 1;
        }
        return found;
}
