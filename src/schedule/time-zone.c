/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/time-zone.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/time-zone-internal.h"

/* Beyond this the seconds of a span no longer fit into microseconds: it is the end of time. */
#define SECONDS_LIMIT (INT64_MAX / USEC_PER_SEC)

static const int64_t utc_begins[] = { INT64_MIN };
static const uint16_t utc_span_types[] = { 0 };
static const ZoneType utc_types[] = { { 0, false, "UTC" } };
static const TimeZone utc_zone = {
        .n_refs = 1,
        .name = "UTC",
        .n_spans = 1,
        .begins_seconds = utc_begins,
        .span_types = utc_span_types,
        .n_types = 1,
        .types = utc_types,
        .abbreviations = NULL,
};

const TimeZone *time_zone_utc(void) {
        return &utc_zone;
}

TimeZone *time_zone_ref(TimeZone *zone) {
        if (zone && zone != &utc_zone)
                zone->n_refs++;
        return zone;
}

TimeZone *time_zone_unref(TimeZone *zone) {
        if (!zone || zone == &utc_zone)
                return NULL;

        assert(zone->n_refs > 0);
        if (--zone->n_refs > 0)
                return NULL;

        free((void *) zone->name);
        free((void *) zone->begins_seconds);
        free((void *) zone->span_types);
        free((void *) zone->types);
        free((void *) zone->abbreviations);
        free(zone);
        return NULL;
}

const char *time_zone_name(const TimeZone *zone) {
        assert(zone);
        return zone->name;
}

static int64_t floor_divide(int64_t value, int64_t divisor) {
        return value / divisor - (value % divisor < 0);
}

static usec_t seconds_to_usec(int64_t seconds) {
        if (seconds >= SECONDS_LIMIT)
                return USEC_INFINITY;
        if (seconds <= -SECONDS_LIMIT)
                return -USEC_INFINITY;
        return seconds * USEC_PER_SEC;
}

/* The span that holds an instant: the last one that does not begin later. */
static size_t find_span(const TimeZone *zone, int64_t seconds) {
        const int64_t *begins = zone->begins_seconds;
        size_t base = 0, n = zone->n_spans;

        while (n > 1) {
                size_t half = n / 2;

                base += begins[base + half] <= seconds ? half : 0;
                n -= half;
        }
        return base;
}

/* What to take off an instant so that the list has it: a whole number of cycles. */
static int64_t cycle_shift(const TimeZone *zone, int64_t seconds) {
        int64_t limit;

        if (!zone->cycles)
                return 0;
        limit = zone->begins_seconds[zone->n_spans - 1];
        if (seconds < limit)
                return 0;
        return ((seconds - limit) / ZONE_CYCLE_SECONDS + 1) * ZONE_CYCLE_SECONDS;
}

static int32_t span_offset(const TimeZone *zone, size_t i) {
        return zone->types[zone->span_types[i]].offset_seconds;
}

static usec_t span_begin(const TimeZone *zone, size_t i, int64_t shift) {
        return i == 0 ? -USEC_INFINITY : seconds_to_usec(zone->begins_seconds[i] + shift);
}

static usec_t span_end(const TimeZone *zone, size_t i, int64_t shift) {
        return i + 1 == zone->n_spans ? USEC_INFINITY : seconds_to_usec(zone->begins_seconds[i + 1] + shift);
}

void time_zone_offset_at(const TimeZone *zone, usec_t instant_usec, ZoneOffset *ret) {
        int64_t seconds, shift;
        size_t first, last;
        int32_t offset;

        assert(zone);
        assert(ret);

        seconds = floor_divide(instant_usec, USEC_PER_SEC);
        shift = cycle_shift(zone, seconds);
        first = last = find_span(zone, seconds - shift);
        offset = span_offset(zone, first);

        /* Neighbours that differ in name only are one span here. */
        while (first > 0 && span_offset(zone, first - 1) == offset)
                first--;
        while (last + 1 < zone->n_spans && span_offset(zone, last + 1) == offset)
                last++;

        *ret = (ZoneOffset){
                .begin_usec = span_begin(zone, first, shift),
                .end_usec = span_end(zone, last, shift),
                .offset_usec = offset * USEC_PER_SEC,
        };
}

usec_t time_zone_spread(const TimeZone *zone) {
        return (zone->max_offset_seconds - zone->min_offset_seconds) * USEC_PER_SEC;
}

void time_zone_span(const TimeZone *zone, usec_t instant_usec, usec_t *ret_begin_usec, usec_t *ret_end_usec) {
        ZoneOffset span;

        assert(ret_begin_usec);
        assert(ret_end_usec);

        time_zone_offset_at(zone, instant_usec, &span);
        *ret_begin_usec = span.begin_usec;
        *ret_end_usec = span.end_usec;
}

void time_zone_to_local(const TimeZone *zone, usec_t instant_usec, LocalTime *ret) {
        const ZoneType *type;
        int64_t seconds;

        assert(zone);
        assert(ret);

        seconds = floor_divide(instant_usec, USEC_PER_SEC);
        type = &zone->types[zone->span_types[find_span(zone, seconds - cycle_shift(zone, seconds))]];

        *ret = (LocalTime){
                .civil = civil_time_from_usec(usec_add(instant_usec, type->offset_seconds * USEC_PER_SEC)),
                .offset_seconds = type->offset_seconds,
                .is_dst = type->is_dst,
                .abbreviation = type->abbreviation,
        };
}

/*
 * Goes through the spans that may show the local time. Each shows it at most once; where none does, it lies
 * in the gap between two of them.
 */
void time_zone_from_local(const TimeZone *zone, const CivilTime *local, ZoneInstants *ret) {
        ZoneInstants found = { .transition_usec = USEC_INFINITY };
        usec_t local_usec, latest;
        ZoneOffset span;

        assert(zone);
        assert(local);
        assert(ret);

        local_usec = civil_time_to_usec(*local);
        latest = local_usec - zone->min_offset_seconds * USEC_PER_SEC;
        time_zone_offset_at(zone, local_usec - zone->max_offset_seconds * USEC_PER_SEC, &span);

        for (;;) {
                usec_t instant = local_usec - span.offset_usec, offset_before = span.offset_usec;

                if (instant >= span.begin_usec && instant < span.end_usec && found.n_instants < 2)
                        found.instants[found.n_instants++] = instant;
                if (span.end_usec > latest)
                        break;

                time_zone_offset_at(zone, span.end_usec, &span);
                if (local_usec >= span.begin_usec + offset_before &&
                    local_usec < span.begin_usec + span.offset_usec &&
                    found.transition_usec == USEC_INFINITY) {
                        found.transition_usec = span.begin_usec;
                        found.gap_usec = span.offset_usec - offset_before;
                }
        }

        if (found.n_instants > 0)
                found.transition_usec = found.gap_usec = 0;
        *ret = found;
}
