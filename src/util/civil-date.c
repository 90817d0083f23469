/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Years are counted from 1 March, so that the leap day is the last day of its year, and in eras of 400
 * years, which all have the same number of days. Both directions are then plain arithmetic, for any year.
 */

#include "util/civil-date.h"

#include <assert.h>

#define DAYS_PER_ERA 146097
#define DAYS_TO_EPOCH 719468 /* from 0000-03-01 to 1970-01-01 */

static int64_t floor_divide(int64_t value, int64_t divisor) {
        return value / divisor - (value % divisor < 0 ? 1 : 0);
}

int64_t civil_date_to_days(CivilDate date) {
        int64_t year, era, year_of_era, day_of_year;

        assert(date.month >= 1 && date.month <= 12);

        year = (int64_t) date.year - (date.month <= 2 ? 1 : 0);
        era = floor_divide(year, 400);
        year_of_era = year - era * 400;
        day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + (int64_t) date.day - 1;
        return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
                        DAYS_TO_EPOCH;
}

CivilDate civil_date_from_days(int64_t days) {
        int64_t era, day_of_era, year_of_era, day_of_year, month;

        days += DAYS_TO_EPOCH;
        era = floor_divide(days, DAYS_PER_ERA);
        day_of_era = days - era * DAYS_PER_ERA;
        year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        month = (5 * day_of_year + 2) / 153; /* 0 = March */
        return (CivilDate){
                .year = (int) (year_of_era + era * 400 + (month >= 10 ? 1 : 0)),
                .month = (int) (month < 10 ? month + 3 : month - 9),
                .day = (int) (day_of_year - (153 * month + 2) / 5 + 1),
        };
}

int civil_date_weekday(CivilDate date) {
        int64_t days = civil_date_to_days(date) + 4; /* 1970-01-01 was a Thursday */

        return (int) (days - floor_divide(days, 7) * 7);
}

int civil_days_in_month(int year, int month) {
        static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

        assert(month >= 1 && month <= 12);

        return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool civil_date_valid(CivilDate date) {
        return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
                        date.day <= civil_days_in_month(date.year, date.month);
}

usec_t civil_time_to_usec(CivilTime time) {
        int64_t seconds_of_day = (int64_t) time.hour * 3600 + (int64_t) time.minute * 60 + time.second;
        int64_t days = civil_date_to_days(time.date);
        usec_t midnight, instant;

        if (__builtin_mul_overflow(days, USEC_PER_DAY, &midnight) ||
            __builtin_add_overflow(midnight, seconds_of_day * USEC_PER_SEC + time.usec, &instant))
                return days < 0 ? INT64_MIN : USEC_INFINITY;
        return instant;
}

CivilTime civil_time_from_usec(usec_t usec) {
        int64_t days = floor_divide(usec, USEC_PER_DAY);
        int64_t rest = usec % USEC_PER_DAY;

        if (rest < 0)
                rest += USEC_PER_DAY;

        return (CivilTime){
                .date = civil_date_from_days(days),
                .hour = (int) (rest / USEC_PER_HOUR),
                .minute = (int) (rest / USEC_PER_MINUTE % 60),
                .second = (int) (rest / USEC_PER_SEC % 60),
                .usec = (int) (rest % USEC_PER_SEC),
        };
}
