/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Fixed-time: the local time L is due at f(L), the first instant at which the local clock shows L or more.
 * That one definition says it all: without a clock change f(L) is the instant that shows L; of two it is the
 * first; in a gap it is the gap's end. f never falls, so "the first f(L) later than t" is the f of the first
 * L above everything that the clock has shown until t (its high water), and the previous one is found the
 * same way. What shares one f(L) is collapsed.
 *
 * Interval-like: within a span of one offset the local time is elapsed time. The spans are searched one by
 * one, so a repeated hour is met twice and a gap never.
 */

#include "schedule/local-search.h"

#include <assert.h>

#include "schedule/time-zone-internal.h"

/* Instants are kept this far inside of LOCAL_TIME_MIN and _MAX, so that no offset leads out of the range. */
#define INSTANT_MARGIN (2 * USEC_PER_DAY)

static usec_t clamp_instant(usec_t instant) {
        return MIN(MAX(instant, LOCAL_TIME_MIN - INSTANT_MARGIN), LOCAL_TIME_MAX + INSTANT_MARGIN);
}

/* The latest local time that the clock has shown until `instant`, which is in `span`. */
static usec_t high_water(const TimeZone *zone, usec_t instant, const ZoneOffset *span) {
        usec_t highest = instant + span->offset_usec, reach = instant - time_zone_spread(zone);
        ZoneOffset before = *span;

        while (before.begin_usec > reach) {
                usec_t last = before.begin_usec - 1;

                time_zone_offset_at(zone, last, &before);
                highest = MAX(highest, last + before.offset_usec);
        }
        return highest;
}

/* f(local). `span` holds an instant that is not later than f(local) and then the span of the result. */
static usec_t first_instant_reaching(const TimeZone *zone, usec_t local, ZoneOffset *span) {
        usec_t earliest = local - zone->max_offset_seconds * USEC_PER_SEC;

        if (local - span->offset_usec >= span->end_usec && earliest > span->end_usec)
                time_zone_offset_at(zone, earliest, span);

        while (local - span->offset_usec >= span->end_usec)
                time_zone_offset_at(zone, span->end_usec, span);

        return MAX(span->begin_usec, local - span->offset_usec);
}

static bool shown_again_later(const TimeZone *zone, usec_t local, const ZoneOffset *span) {
        usec_t reach = local - zone->min_offset_seconds * USEC_PER_SEC;
        ZoneOffset later = *span;

        while (later.end_usec <= reach) {
                usec_t instant;

                time_zone_offset_at(zone, later.end_usec, &later);
                instant = local - later.offset_usec;
                if (instant >= later.begin_usec && instant < later.end_usec)
                        return true;
        }
        return false;
}

static bool shown_before(const TimeZone *zone, usec_t local, const ZoneOffset *span) {
        usec_t reach = local - zone->max_offset_seconds * USEC_PER_SEC;
        ZoneOffset earlier = *span;

        while (earlier.begin_usec > reach) {
                usec_t instant;

                time_zone_offset_at(zone, earlier.begin_usec - 1, &earlier);
                instant = local - earlier.offset_usec;
                if (instant >= earlier.begin_usec && instant < earlier.end_usec)
                        return true;
        }
        return false;
}

/* What is due at the end of a gap: all that the clock jumped over, and what it shows then. */
static void collect_gap(
                const LocalPattern *pattern,
                const TimeZone *zone,
                const ZoneOffset *span,
                Occurrence *ret) {
        usec_t shown = ret->due_usec + span->offset_usec, last = ret->due_usec - 1, local;
        ZoneOffset before;

        time_zone_offset_at(zone, last, &before);
        local = high_water(zone, last, &before);

        ret->count = 0;
        while (local < shown && pattern->next(pattern->data, local + 1, &local) && local <= shown) {
                ret->count++;
                if (local < shown)
                        ret->notes |= SCHEDULE_NOTE_GAP;
        }
        if (ret->count > 1)
                ret->notes |= SCHEDULE_NOTE_COLLAPSED;
}

/* The occurrence that the pattern's time `local` belongs to. */
static Occurrence fixed_occurrence(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t local,
                ZoneOffset *span) {
        Occurrence occurrence = { .count = 1 };

        occurrence.due_usec = first_instant_reaching(zone, local, span);
        if (occurrence.due_usec == span->begin_usec)
                collect_gap(pattern, zone, span, &occurrence);
        if (shown_again_later(zone, occurrence.due_usec + span->offset_usec, span))
                occurrence.notes |= SCHEDULE_NOTE_OVERLAP_FIRST;
        return occurrence;
}

static int fixed_next(const LocalPattern *pattern, const TimeZone *zone, usec_t after, Occurrence *ret) {
        ZoneOffset span;
        usec_t local;

        time_zone_offset_at(zone, after, &span);
        if (!pattern->next(pattern->data, high_water(zone, after, &span) + 1, &local))
                return 0;

        *ret = fixed_occurrence(pattern, zone, local, &span);
        return 1;
}

static int fixed_previous(const LocalPattern *pattern, const TimeZone *zone, usec_t before, Occurrence *ret) {
        ZoneOffset span;
        usec_t local;

        time_zone_offset_at(zone, before - 1, &span);
        if (!pattern->previous(pattern->data, high_water(zone, before - 1, &span), &local))
                return 0;

        time_zone_offset_at(zone, local - zone->max_offset_seconds * USEC_PER_SEC, &span);
        *ret = fixed_occurrence(pattern, zone, local, &span);
        return 1;
}

static Occurrence interval_occurrence(const TimeZone *zone, usec_t local, const ZoneOffset *span) {
        Occurrence occurrence = { .due_usec = local - span->offset_usec, .count = 1 };

        if (shown_before(zone, local, span))
                occurrence.notes |= SCHEDULE_NOTE_OVERLAP_SECOND;
        else if (shown_again_later(zone, local, span))
                occurrence.notes |= SCHEDULE_NOTE_OVERLAP_FIRST;
        return occurrence;
}

/*
 * If the pattern has nothing between two local times, no span in between has to be looked at, once the clock
 * can no longer be set back to before the first of them.
 */
static int interval_next(const LocalPattern *pattern, const TimeZone *zone, usec_t after, Occurrence *ret) {
        usec_t from = after + 1, spread = time_zone_spread(zone);

        for (;;) {
                ZoneOffset span;
                usec_t local, skip;

                time_zone_offset_at(zone, from, &span);
                if (!pattern->next(pattern->data, from + span.offset_usec, &local)) {
                        if (span.end_usec > from + spread)
                                return 0;
                        from = span.end_usec;
                        continue;
                }
                if (local - span.offset_usec < span.end_usec) {
                        *ret = interval_occurrence(zone, local, &span);
                        return 1;
                }

                skip = local - zone->max_offset_seconds * USEC_PER_SEC;
                from = span.end_usec - from >= spread ? MAX(span.end_usec, skip) : span.end_usec;
        }
}

static int interval_previous(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t before,
                Occurrence *ret) {
        usec_t until = before - 1, spread = time_zone_spread(zone);

        for (;;) {
                ZoneOffset span;
                usec_t local, skip;

                time_zone_offset_at(zone, until, &span);
                if (!pattern->previous(pattern->data, until + span.offset_usec, &local)) {
                        if (span.begin_usec <= until - spread)
                                return 0;
                        until = span.begin_usec - 1;
                        continue;
                }
                if (local - span.offset_usec >= span.begin_usec) {
                        *ret = interval_occurrence(zone, local, &span);
                        return 1;
                }

                skip = local - zone->min_offset_seconds * USEC_PER_SEC;
                until = until - span.begin_usec >= spread ? MIN(span.begin_usec - 1, skip)
                                                          : span.begin_usec - 1;
        }
}

int local_search_next(const LocalPattern *pattern, const TimeZone *zone, usec_t after_usec, Occurrence *ret) {
        usec_t after;

        assert(pattern);
        assert(zone);
        assert(ret);

        after = clamp_instant(after_usec);
        return pattern->dst.overlap == DST_OVERLAP_BOTH ? interval_next(pattern, zone, after, ret)
                                                        : fixed_next(pattern, zone, after, ret);
}

int local_search_previous(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t before_usec,
                Occurrence *ret) {
        usec_t before;

        assert(pattern);
        assert(zone);
        assert(ret);

        before = clamp_instant(before_usec);
        return pattern->dst.overlap == DST_OVERLAP_BOTH ? interval_previous(pattern, zone, before, ret)
                                                        : fixed_previous(pattern, zone, before, ret);
}

/* Span by span, for each shows its local times once. */
static uint64_t interval_count(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t after,
                usec_t until) {
        uint64_t n = 0;

        for (usec_t from = after + 1; from <= until;) {
                ZoneOffset span;

                time_zone_offset_at(zone, from, &span);
                n +=
                                pattern->count(pattern->data, from + span.offset_usec,
                                               MIN(until, span.end_usec - 1) + span.offset_usec);
                from = span.end_usec;
        }
        return n;
}

/* All local times between both high waters, where those that share the end of a gap count once. */
static uint64_t fixed_count(const LocalPattern *pattern, const TimeZone *zone, usec_t after, usec_t until) {
        ZoneOffset span;
        usec_t low, high;
        uint64_t n;

        time_zone_offset_at(zone, until, &span);
        high = high_water(zone, until, &span);
        time_zone_offset_at(zone, after, &span);
        low = high_water(zone, after, &span);
        n = pattern->count(pattern->data, low + 1, high);

        while (span.end_usec <= until) {
                usec_t shown_before_gap;
                uint64_t n_collapsed;

                shown_before_gap = high_water(zone, span.end_usec - 1, &span);
                time_zone_offset_at(zone, span.end_usec, &span);
                n_collapsed = pattern->count(
                                pattern->data, shown_before_gap + 1, span.begin_usec + span.offset_usec);
                n -= n_collapsed > 1 ? n_collapsed - 1 : 0;
        }
        return n;
}

uint64_t local_search_count(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t after_usec,
                usec_t until_usec) {
        usec_t after, until;

        assert(pattern && pattern->count);
        assert(zone);

        after = clamp_instant(after_usec);
        until = clamp_instant(until_usec);
        if (after >= until)
                return 0;
        return pattern->dst.overlap == DST_OVERLAP_BOTH ? interval_count(pattern, zone, after, until)
                                                        : fixed_count(pattern, zone, after, until);
}

static bool no_pattern(const void *data, usec_t local, usec_t *ret) {
        return false;
}

static bool single_next(const void *data, usec_t from, usec_t *ret) {
        const usec_t *local = data;

        if (*local < from)
                return false;
        *ret = *local;
        return true;
}

Occurrence local_search_instant(const TimeZone *zone, usec_t local) {
        const LocalPattern single = {
                .data = &local,
                .dst = { DST_GAP_RUN, DST_OVERLAP_FIRST },
                .next = single_next,
                .previous = no_pattern,
        };
        ZoneOffset span;

        assert(zone);

        time_zone_offset_at(zone, local - zone->max_offset_seconds * USEC_PER_SEC, &span);
        return fixed_occurrence(&single, zone, local, &span);
}
