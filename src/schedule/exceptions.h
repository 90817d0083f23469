/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Exceptions: when a job is not to run although its schedule says so.
 *
 * A list of items; an instant is excepted if any item covers it, and an item covers what all of its parts
 * cover. All of it is local time of the zone that is asked for. Pure, as Schedule is: what an iCalendar file
 * holds is handed in as text.
 */

#include "schedule/schedule.h"
#include "schedule/time-zone.h"
#include "util/cleanup.h"
#include "util/string-table.h"
#include "util/types.h"

/* What becomes of an excepted occurrence. */
typedef enum OnExcept {
        ON_EXCEPT_SKIP,
        ON_EXCEPT_NEXT_DAY,     /* the next day on which its time is not excepted */
        ON_EXCEPT_PREVIOUS_DAY, /* the last one before */
        ON_EXCEPT_NEXT_BUSINESS_DAY,
        ON_EXCEPT_PREVIOUS_BUSINESS_DAY,
        ON_EXCEPT_COUNT,
} OnExcept;

DECLARE_STRING_TABLE(on_except, OnExcept);

extern const char *const on_except_names[];

typedef struct Exceptions Exceptions;

/* As written; what is NULL was not. An item needs at least one of them. */
typedef struct ExceptionItem {
        const char *days;         /* "Sat,Sun", "Mon..Fri", "fri-mon" */
        const char *const *dates; /* ends with NULL: "2026-12-24", "12-25", "12-24..01-02": both ends belong
                                     to it */

        /*
         * "22:00..06:00": from the first until before the second. One that crosses midnight covers the end
         * and the beginning of each day: days and dates are those of the instant itself.
         */
        const char *time;

        /* The day of an occurrence if the calendar text has no time of day, else its minute; with seconds
         * written, its second. For cron always the minute. */
        const char *calendar, *cron;

        const char *ics; /* the text of an iCalendar file: each of its events, from DTSTART until before DTEND
                          */

        /* Finds a zone that the file names and does not define, as time_zone_load() does; NULL: that is a
         * fault of the file. */
        int (*find_zone)(void *userdata, const char *name, TimeZone **ret);
        void *find_zone_userdata;
} ExceptionItem;

int exceptions_new(Exceptions **ret);
Exceptions *exceptions_free(Exceptions *exceptions);
DEFINE_CLEANUP(Exceptions, exceptions_free);

/*
 * Returns 0, -ENOMEM, or -EINVAL with *reterr and the key at fault ("days", …; "except" for the whole item)
 * in *reterr_key, which is static text; the error's offset is into the text of that key, of dates into the
 * one at fault.
 */
int exceptions_add(
                Exceptions *exceptions,
                const ExceptionItem *item,
                const char **reterr_key,
                ScheduleError *reterr);

bool exceptions_match(const Exceptions *exceptions, const TimeZone *zone, usec_t instant_usec);

/*
 * The same, and how far it holds: whoever is excepted here is so in all of [*ret_begin, *ret_end), or is not.
 * The span is not always as long as it could be, but hardly ever shorter than a day.
 */
bool exceptions_span(
                const Exceptions *exceptions,
                const TimeZone *zone,
                usec_t instant_usec,
                usec_t *ret_begin_usec,
                usec_t *ret_end_usec);

/* Reads "Mon..Fri,Sun" into a mask, bit 0 = Sunday. Returns 0, or -EINVAL with *reterr. */
int weekdays_parse(const char *text, uint8_t *ret, ScheduleError *reterr);
