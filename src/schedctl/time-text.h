/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Instants as people read and write them. */

#include "schedule/time-zone.h"
#include "util/types.h"

#define TIME_TEXT_MAX 96U

/* The zone of the caller: $TZ, else the system's. UTC when neither can be read. */
TimeZone *time_text_local_zone(void);

/* "Sun 2026-11-22 02:30:00 CET"; "-" for USEC_INFINITY. */
const char *time_text_format(const TimeZone *zone, usec_t instant_usec, char buffer[static TIME_TEXT_MAX]);

/* "5min left", "2h 3min ago", "now"; "-" for USEC_INFINITY. */
const char *time_text_relative(usec_t instant_usec, usec_t now_usec, char buffer[static TIME_TEXT_MAX]);

/* What a text may mean: it covers from…until (the whole minute or second that was written). */
typedef struct TimeMeaning {
        usec_t from_usec, until_usec;
} TimeMeaning;

typedef struct TimeMeanings {
        TimeMeaning meanings[2]; /* two when a clock change makes the local time come twice, earlier first */
        unsigned n_meanings;
} TimeMeanings;

/*
 * Reads ISO 8601 (in `zone` if it has no offset), "HH:MM[:SS]" (today), "@SECONDS", "now", "today",
 * "yesterday", "tomorrow" (their midnights, or with a time: "tomorrow 08:00"), "2h ago", "-2h", "+2h". A
 * local time that a clock change skips means the first instant after it. Returns 0 or -EINVAL.
 */
int time_text_parse(const TimeZone *zone, usec_t now_usec, const char *text, TimeMeanings *ret);
