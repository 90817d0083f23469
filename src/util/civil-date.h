/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The proleptic Gregorian calendar, without time zones. */

#include "util/types.h"

typedef struct CivilDate {
        int year;  /* 1…9999 in anything that is parsed */
        int month; /* 1…12 */
        int day;   /* 1…31 */
} CivilDate;

typedef struct CivilTime {
        CivilDate date;
        int hour, minute, second; /* 0…23, 0…59, 0…59 */
        int usec;                 /* 0…999999 */
} CivilTime;

int64_t civil_date_to_days(CivilDate date); /* since 1970-01-01 */
CivilDate civil_date_from_days(int64_t days);
int civil_date_weekday(CivilDate date); /* 0 = Sunday … 6 */
int civil_days_in_month(int year, int month);
bool civil_date_valid(CivilDate date); /* a day that the calendar has */

/* As if the local time were UTC. */
usec_t civil_time_to_usec(CivilTime time);
CivilTime civil_time_from_usec(usec_t usec);
