/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Time zones, read from the system's TZif files (RFC 8536) by our own reader: no setenv("TZ"), no global
 * state.
 *
 * A TimeZone is immutable and ref-counted. Far-future instants follow the footer's POSIX rule.
 */

#include "util/civil-date.h"
#include "util/cleanup.h"
#include "util/types.h"

typedef struct TimeZone TimeZone;

/* One side of a time zone at an instant. */
typedef struct LocalTime {
        CivilTime civil;
        int32_t offset_seconds; /* east of Greenwich */
        bool is_dst;
        const char *abbreviation; /* borrowed from the zone */
} LocalTime;

/*
 * What a local time means in a zone.
 *   n_instants 1: the usual case.
 *   n_instants 2: it comes twice; instants[0] < instants[1].
 *   n_instants 0: a gap skips it; transition_usec is the first instant after the gap and gap_usec its length.
 */
typedef struct ZoneInstants {
        unsigned n_instants;
        usec_t instants[2];
        usec_t transition_usec;
        usec_t gap_usec;
} ZoneInstants;

TimeZone *time_zone_ref(TimeZone *zone);
TimeZone *time_zone_unref(TimeZone *zone);
DEFINE_CLEANUP(TimeZone, time_zone_unref);

/* Parses the bytes of a TZif file, version 1 to 4. Returns 0, -EBADMSG (not TZif, or inconsistent) or
 * -ENOMEM. */
int time_zone_parse(const char *name, const void *data, size_t size, TimeZone **ret);

/*
 * Loads a zone by IANA name ("Europe/Berlin"), "UTC", or "local" (/etc/localtime; UTC where there is none).
 * $TZDIR or /usr/share/zoneinfo holds the files. Returns 0, -ENOENT (no such zone), -EINVAL (not a name),
 * -EOPNOTSUPP ("posixrules", which is no place, and "right/…", whose seconds are not those of UTC), -EBADMSG
 * (damaged file), or another errno.
 */
int time_zone_load(const char *name, TimeZone **ret);

/* Where time_zone_load() looks for names: $TZDIR, if that is absolute, or /usr/share/zoneinfo. */
const char *time_zone_directory(void);

/* A sentence on why time_zone_load() failed, for the user: static text. */
const char *time_zone_strerror(int error);

const TimeZone *time_zone_utc(void);              /* never freed: references to it are not counted */
const char *time_zone_name(const TimeZone *zone); /* as it was asked for; for "local" the name behind the link
                                                     if known */

void time_zone_to_local(const TimeZone *zone, usec_t instant_usec, LocalTime *ret);
void time_zone_from_local(const TimeZone *zone, const CivilTime *local, ZoneInstants *ret);

/*
 * The span of one offset around an instant: [*ret_begin, *ret_end). -/+USEC_INFINITY where it never changes.
 * Lets a search cross days without asking for each.
 */
void time_zone_span(const TimeZone *zone, usec_t instant_usec, usec_t *ret_begin_usec, usec_t *ret_end_usec);

/*
 * Zones by name, each loaded once. time_zone_cache_refresh() drops all (holders of a reference keep theirs),
 * for when the zone data or /etc/localtime changed.
 */
typedef struct TimeZoneCache TimeZoneCache;

int time_zone_cache_new(TimeZoneCache **ret);
TimeZoneCache *time_zone_cache_free(TimeZoneCache *cache);
DEFINE_CLEANUP(TimeZoneCache, time_zone_cache_free);
int time_zone_cache_get(TimeZoneCache *cache, const char *name, TimeZone **ret); /* a new reference */
/* The same for whoever takes a `find_zone` callback; `userdata` is the cache. */
int time_zone_cache_find(void *userdata, const char *name, TimeZone **ret);
void time_zone_cache_refresh(TimeZoneCache *cache);
uint64_t time_zone_cache_generation(const TimeZoneCache *cache); /* grows with each refresh */
