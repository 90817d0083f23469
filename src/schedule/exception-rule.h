/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of Exceptions share: one item, parsed, and what a part of it says about a moment. */

#include "schedule/event-list.h"
#include "schedule/exceptions.h"
#include "schedule/time-zone-internal.h"
#include "util/types.h"

#define EXCEPTION_N_DATES_MAX 10000U

/* Both ends belong to it. Yearly: month * 32 + day, and a first behind the last crosses the new year;
 * otherwise days since 1970-01-01. */
typedef struct ExceptionDates {
        bool yearly;
        int64_t first, last;
} ExceptionDates;

typedef struct ExceptionRule {
        uint8_t weekdays; /* bit 0 = Sunday; 0: not written */
        ExceptionDates *dates;
        size_t n_dates; /* 0: not written */

        bool has_time;
        usec_t time_begin_usec, time_end_usec; /* of the day; may cross midnight */

        Schedule *calendar, *cron;        /* NULL: not written */
        usec_t calendar_granularity_usec; /* what an occurrence covers: a day, a minute or a second */

        bool has_events;
        EventList instants, locals; /* of an iCalendar file */
} ExceptionRule;

/* An instant, as the parts of a rule look at it. */
typedef struct ExceptionMoment {
        const TimeZone *zone;
        usec_t instant_usec, local_usec;
        int64_t day;       /* of the local time, since 1970-01-01 */
        ZoneOffset offset; /* around it */
} ExceptionMoment;

/* Whether something holds, and where it stays so: [begin, end), which the moment is in. */
typedef struct ExceptionVerdict {
        bool holds;
        usec_t begin_usec, end_usec;
} ExceptionVerdict;

/* The same for a span of local time, as far as it lies within one offset. */
ExceptionVerdict exception_verdict_local(
                const ExceptionMoment *moment,
                bool holds,
                usec_t begin_local_usec,
                usec_t end_local_usec);

void exception_rule_done(ExceptionRule *rule);

/* As exceptions_add(). */
int exception_rule_parse(
                const ExceptionItem *item,
                ExceptionRule *ret,
                const char **reterr_key,
                ScheduleError *reterr);
