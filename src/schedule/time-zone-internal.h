/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the files of TimeZone share, and what the search for local times asks of it.
 *
 * A zone is a sorted list of spans. The first begins at the beginning of time. Where the footer's rule has
 * daylight saving, the list goes on by that rule for somewhat more than the 400 years after which the
 * calendar repeats itself, weekdays included; later instants are looked up that many cycles earlier. So each
 * look-up is one binary search, whatever the year.
 */

#include "schedule/time-zone.h"
#include "util/types.h"

#define ZONE_CYCLE_SECONDS ((int64_t) 146097 * 86400) /* 400 years */

typedef struct ZoneType {
        int32_t offset_seconds;
        bool is_dst;
        const char *abbreviation; /* into TimeZone.abbreviations */
} ZoneType;

struct TimeZone {
        unsigned n_refs;
        const char *name;
        size_t n_spans; /* at least 1 */
        const int64_t *begins_seconds;
        const uint16_t *span_types;
        size_t n_types;
        const ZoneType *types;
        const char *abbreviations;
        int32_t min_offset_seconds, max_offset_seconds;
        bool cycles; /* from the last span on, everything repeats what was 400 years before */
};

/* The span of one offset around an instant, [begin, end). */
typedef struct ZoneOffset {
        usec_t begin_usec, end_usec; /* -/+USEC_INFINITY where it never changes */
        usec_t offset_usec;
} ZoneOffset;

void time_zone_offset_at(const TimeZone *zone, usec_t instant_usec, ZoneOffset *ret);

/* How far local time can jump back at most: the largest offset minus the smallest. */
usec_t time_zone_spread(const TimeZone *zone);

/* A copy of UTC on the heap under another name. Returns 0 or -ENOMEM. */
int time_zone_new_utc(const char *name, TimeZone **ret);
