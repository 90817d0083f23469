/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of the cron kind share: a parsed expression as bit masks. */

#include "schedule/schedule-kind.h"
#include "util/types.h"

typedef enum CronField {
        CRON_MINUTE,
        CRON_HOUR,
        CRON_DAY,
        CRON_MONTH,
        CRON_WEEKDAY,
        CRON_FIELD_COUNT,
} CronField;

/* One item of a list, as written: "*", "5", "9-17", "22-6/2", "5/15". */
typedef struct CronElement {
        uint8_t first, last;
        uint16_t step; /* 0: none was written */
        bool star;     /* then first and last are the limits of the field */
        bool range;    /* a "-" was written */
} CronElement;

typedef struct CronSchedule {
        Schedule base;

        /* Bit n is value n; a weekday 7 is bit 0. No mask is ever empty. */
        uint64_t minutes;
        uint32_t hours;
        uint32_t days;
        uint16_t months;
        uint8_t weekdays;

        bool days_either; /* day or weekday matches, instead of both */
        bool interval_like;
        const char *warning;

        /* The elements of field f are [element_begin[f], element_begin[f + 1]). */
        uint16_t element_begin[CRON_FIELD_COUNT + 1];
        CronElement elements[];
} CronSchedule;

/* The days of a month of `n_days` days that match, bit 1 to 31; `first_weekday` is that of its first day. */
static inline uint32_t cron_days_of_month(const CronSchedule *cron, unsigned n_days, unsigned first_weekday) {
        /* The week, seven times over; from there the month is a window of it. */
        uint64_t weeks = (uint64_t) cron->weekdays * 0x0000040810204081U;
        uint32_t by_weekday = (uint32_t) (weeks >> first_weekday) << 1;
        uint32_t both = cron->days_either ? cron->days | by_weekday : cron->days & by_weekday;

        return both & (uint32_t) ((2ULL << n_days) - 2);
}

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

void cron_format(const Schedule *schedule, Buffer *buffer);
void cron_describe(const Schedule *schedule, Buffer *buffer);
