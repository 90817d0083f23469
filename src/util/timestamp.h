/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Instants as text, ISO 8601. No time zone data is needed here: TimeZone (schedule/) does that. */

#include "util/civil-date.h"
#include "util/types.h"

#define TIMESTAMP_MAX 40U

/* "2026-03-29T01:00:00.000000Z", the JSON form. */
const char *timestamp_format_utc(usec_t instant_usec, char buffer[static TIMESTAMP_MAX]);

/* "20260329T010000Z", for names. */
const char *timestamp_format_compact(usec_t instant_usec, char buffer[static TIMESTAMP_MAX]);

/* "2026-03-29T02:00:00+01:00", fractions only if there are any. */
const char *timestamp_format_offset(
                usec_t instant_usec,
                int32_t offset_seconds,
                char buffer[static TIMESTAMP_MAX]);

/* What a text says before a zone is applied. */
typedef struct Timestamp {
        CivilTime local;
        bool has_offset;        /* "Z" or "+01:00" was written: the instant is known */
        int32_t offset_seconds; /* east of Greenwich */
        bool has_time;          /* false: only a date was written */
        bool has_seconds;       /* false: minute precision */
} Timestamp;

/*
 * Reads "2026-03-29", "2026-03-29T02:30", "2026-03-29 02:30:00.5", each with an optional "Z" or "+HH:MM"
 * (with or without colon; ":SS" behind it for local mean times), and "@SECONDS[.FRACTION]". Returns 0 or
 * -EINVAL; the whole text must match.
 */
int timestamp_parse(const char *text, Timestamp *ret);

/* The instant of a Timestamp that has an offset. */
usec_t timestamp_to_usec(const Timestamp *timestamp);
