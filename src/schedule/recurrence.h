/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Recurrence rules of RFC 5545 as sets, in local time: no text, no time zone, no allocation.
 *
 * Where the RFC leaves something open: a DTSTART that its rule does not give is not an occurrence; a week
 * belongs to the year that most of its days are in, and its days are met in the calendar year that each is
 * in.
 */

#include "util/types.h"

typedef enum RecurrenceFrequency {
        RECURRENCE_SECONDLY,
        RECURRENCE_MINUTELY,
        RECURRENCE_HOURLY,
        RECURRENCE_DAILY,
        RECURRENCE_WEEKLY,
        RECURRENCE_MONTHLY,
        RECURRENCE_YEARLY,
} RecurrenceFrequency;

#define RECURRENCE_POSITIONS_MAX 386U /* as many as libical reads */
#define RECURRENCE_YEAR_WORDS 6U      /* of 64 days */

/*
 * The parts of a rule, as written. Bit n is the value n, in a mask "back" the value -n; what was not written
 * is zero.
 */
typedef struct Recurrence {
        RecurrenceFrequency frequency;
        uint32_t interval;   /* at least 1 */
        uint32_t count;      /* 0: no limit */
        unsigned week_start; /* 0 = Sunday */
        uint64_t seconds, minutes;
        uint32_t hours;
        uint16_t months;
        uint32_t month_days, month_days_back;
        uint64_t year_days[RECURRENCE_YEAR_WORDS], year_days_back[RECURRENCE_YEAR_WORDS];
        uint64_t weeks, weeks_back;
        uint8_t weekdays;                               /* bit 0 = Sunday */
        uint64_t nth_weekdays[7], nth_weekdays_back[7]; /* in the month, or in the year */
        bool has_year_days, has_nth_weekdays;
        int16_t positions[RECURRENCE_POSITIONS_MAX]; /* BYSETPOS */
        size_t n_positions;
} Recurrence;

/* A rule from its DTSTART on, with what the rule leaves to that. Borrows the rule. */
typedef struct RecurrenceSeries {
        const Recurrence *rule;
        usec_t start_local_usec; /* whole seconds */
        usec_t fraction_usec;    /* of each occurrence's second */
        usec_t last_local_usec;  /* nothing later */
        int64_t start_index;     /* of its period */
        uint64_t seconds, minutes;
        uint32_t hours;
        uint16_t months;
        uint32_t month_days;
        uint8_t weekdays;
} RecurrenceSeries;

/* `until_local_usec`: UNTIL, which belongs to it, or USEC_INFINITY. With a COUNT all of it is walked once. */
void recurrence_series_init(
                RecurrenceSeries *series,
                const Recurrence *rule,
                usec_t start_local_usec,
                usec_t until_local_usec);

/* The first local time that is not earlier than `from`; false: there is none. */
bool recurrence_next(const RecurrenceSeries *series, usec_t from_local_usec, usec_t *ret);

/* The last one that is not later than `until`. */
bool recurrence_previous(const RecurrenceSeries *series, usec_t until_local_usec, usec_t *ret);

/* How many there are in [from, until]: a rule for each day or less is counted day by day, any other is
 * walked. */
uint64_t recurrence_count(const RecurrenceSeries *series, usec_t from_local_usec, usec_t until_local_usec);
