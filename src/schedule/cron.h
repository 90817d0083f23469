/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the files of the cron kind share: a parsed expression.
 *
 *         [SECOND] MINUTE HOUR DAY MONTH WEEKDAY [YEAR]
 *
 * Five fields; six begin with the second; seven have the second first and the year last. An absent second is
 * 0, an absent year is any. Years are 1970 to 2199; a "*" there goes on for ever.
 *
 * An element of a list is one of these, in any case of letters. Ranges may wrap, but not in years.
 *
 *         *  ?           all values             L  L-3      last day, 3 days before it (DAY)
 *         5  jan  fri    one                    15W         the weekday nearest to day 15 of the same month
 *         9-17  fri-mon  from … to              LW  L-3W    the same for L and L-3
 *         H  H(0-29)     one, by hash           5L  friL    last Friday of the month (WEEKDAY)
 *         0~29  ~29  5~  the same, of a range   fri#2       second Friday
 *
 * "*", a value, a range, H and ~ may have a step: "5/15" is from 5 to the end of the field, "H/15" is every
 * 15 from a first one by hash.
 *
 * By hash: SipHash-2-4 with a key of zeros over the hash key, a NUL byte and one byte with the number of the
 * field: second 0, minute 1, hour 2, day 3, month 4, weekday 5, year 6, however many are written; with a salt
 * then another NUL and the salt. That modulo the number of values in the range (with a step: modulo the step)
 * counts from the first value of the range. The range of H is the field; of the day it is 1 to 28.
 */

#include "schedule/schedule-kind.h"
#include "util/types.h"

#define CRON_YEAR_MIN 1970U
#define CRON_YEAR_MAX 2199U

/* The numbers go into the hash: they must never change. */
typedef enum CronField {
        CRON_SECOND,
        CRON_MINUTE,
        CRON_HOUR,
        CRON_DAY,
        CRON_MONTH,
        CRON_WEEKDAY,
        CRON_YEAR,
        CRON_FIELD_COUNT,
} CronField;

typedef enum CronElementKind {
        CRON_ALL,             /* first and last are the limits of the field */
        CRON_VALUE,           /* last: the same, or with a step the end of the field */
        CRON_RANGE,           /* first may be greater than last: then it wraps */
        CRON_HASH,            /* H: of first to last, the limits that H has in the field */
        CRON_HASH_RANGE,      /* H(first-last) */
        CRON_RANDOM,          /* first~last */
        CRON_FROM_END,        /* L, L-n: n is in first */
        CRON_NEAREST,         /* nW: n is in first */
        CRON_NEAREST_TO_LAST, /* LW, L-nW */
        CRON_NTH_WEEKDAY,     /* first: the weekday, last: n */
        CRON_LAST_WEEKDAY,    /* first: the weekday */
} CronElementKind;

/* One item of a list, as written, but for names and what was left out. */
typedef struct CronElement {
        CronElementKind kind;
        uint16_t first, last;
        uint16_t step; /* 0: none was written */
} CronElement;

/* The days that both day fields name. Bit n is day n; weekdays are bits 0 (Sunday) to 6. */
typedef struct CronDaySet {
        uint32_t days;
        uint32_t from_end;        /* bit n: n days before the last */
        uint32_t nearest;         /* the weekday (Monday to Friday) nearest to day n */
        uint32_t nearest_to_last; /* … nearest to n days before the last */
        uint8_t weekdays;
        uint8_t nth_weekdays[6]; /* index n: the n-th in the month; 0: the last */
        bool either;             /* a day or a weekday matches, instead of both */
} CronDaySet;

typedef struct CronSchedule {
        Schedule base;

        /* Bit n is value n; no mask is ever empty. */
        uint64_t seconds, minutes;
        uint32_t hours;
        uint16_t months;
        uint64_t years[4]; /* bit n is CRON_YEAR_MIN + n; only those that have a matching day */
        bool any_year;     /* then `years` means nothing */

        /* What the day set comes to, for there are only 28 kinds of months and 14 of years. */
        uint32_t month_days[4][7];  /* by length - 28 and weekday of the first: bit n is day n */
        uint16_t year_months[2][7]; /* by leap and weekday of 1 January: the months with a matching day */

        CronDaySet day_set; /* for the description */
        bool interval_like;
        const char *warning;

        /* The elements of field f are [element_begin[f], element_begin[f + 1]). Absent fields have one, too.
         */
        uint16_t element_begin[CRON_FIELD_COUNT + 1];
        CronElement elements[];
} CronSchedule;

/* Fills month_days and year_months from the day set and the months. */
void cron_resolve_days(CronSchedule *cron);

/* Drops the years without a matching day. Returns false if none is left, or no kind of year has one. */
bool cron_resolve_years(CronSchedule *cron);

/* True if the elements of the field say no more than its absence does: second 0, any year. */
bool cron_field_is_default(const CronSchedule *cron, CronField field);

/* LocalPattern functions; `data` is the CronSchedule. */
bool cron_pattern_next(const void *data, usec_t from, usec_t *ret);
bool cron_pattern_previous(const void *data, usec_t until, usec_t *ret);
uint64_t cron_pattern_count(const void *data, usec_t from, usec_t until);

int cron_next(const Schedule *schedule, const ScheduleContext *context, usec_t after_usec, Occurrence *ret);
int cron_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret);

uint64_t cron_count(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec);

/*
 * The shortest form: numbers instead of names, a second that is 0 and a year that is any are left out. H
 * stays H: with the same hash key it is parsed to the same.
 */
void cron_format(const Schedule *schedule, Buffer *buffer);
void cron_describe(const Schedule *schedule, Buffer *buffer);

/* The date as it goes on behind "at 02:30"; `at_times` is false behind "every 5 minutes". */
void cron_describe_date(const CronSchedule *cron, bool at_times, Buffer *buffer);

/* Adds " (by hash)" if an element of the fields from `first` to `last` was chosen so. */
void cron_describe_hash(const CronSchedule *cron, CronField first, CronField last, Buffer *buffer);
