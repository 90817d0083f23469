/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * From local times to instants: the one place that knows what a clock change does to a schedule.
 *
 * A notation gives its local times as a LocalPattern and knows nothing of time zones; a local time is
 * microseconds as if it were UTC.
 */

#include "schedule/dst-rule.h"
#include "schedule/occurrence.h"
#include "schedule/time-zone.h"
#include "util/types.h"

/* No pattern has a time outside of these: the years 1 to 9999. */
#define LOCAL_TIME_MIN ((usec_t) -62135596800 * USEC_PER_SEC)
#define LOCAL_TIME_MAX ((usec_t) 253402300799 * USEC_PER_SEC)

typedef struct LocalPattern {
        const void *data;
        DstRule dst; /* never AUTO */

        /* The first time that is not earlier than `from`; false: there is none. */
        bool (*next)(const void *data, usec_t from, usec_t *ret);

        /* The last time that is not later than `until`; false: there is none. */
        bool (*previous)(const void *data, usec_t until, usec_t *ret);

        /* How many times there are in [from, until]. Only local_search_count() asks. */
        uint64_t (*count)(const void *data, usec_t from, usec_t until);
} LocalPattern;

/* As schedule_next() and schedule_previous(). */
int local_search_next(const LocalPattern *pattern, const TimeZone *zone, usec_t after_usec, Occurrence *ret);
int local_search_previous(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t before_usec,
                Occurrence *ret);

/* How many occurrences lie in (after, until], without going through them. */
uint64_t local_search_count(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t after_usec,
                usec_t until_usec);

/* When a single local time is due, as that of a fixed-time schedule. */
Occurrence local_search_instant(const TimeZone *zone, usec_t local);
