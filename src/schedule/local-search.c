/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The time line is a row of spans, each of one offset. Within a span a local time is just an instant less the
 * offset, so what is due there comes from a few sources, each a range of local times with one way to map
 * them:
 *
 *   - the local times that the span itself shows. Those that another span shows as well are repeated ones:
 *     "first" leaves them to the earliest span, "second" to the latest, "both" to each.
 *   - where a gap lies before the span, the local times that the clock jumps over: "run" maps them all to the
 *     gap's end, "shift" reads them with the offset from before the gap, which is later by its length. One
 *     that some span shows after all, or that an earlier gap has, is not of this gap.
 *
 * The next occurrence is the first instant that a source maps a time of the pattern to; the previous one is
 * the last, and the occurrence at an instant is what all sources map there. It holds for any zone, however
 * close its transitions are.
 *
 * No two local times are further apart than their instants by more than the zone's spread. So nothing of this
 * matters where no transition is that near: an instant less the offset is all there is to it. This way is
 * tried first.
 */

#include "schedule/local-search.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>

#include "schedule/time-zone-internal.h"

/* Instants are kept this far around LOCAL_TIME_MIN and _MAX: more than any offset, so no time is lost. */
#define INSTANT_MARGIN (3 * USEC_PER_DAY)
#define INSTANT_MIN (LOCAL_TIME_MIN - INSTANT_MARGIN)
#define INSTANT_MAX (LOCAL_TIME_MAX + INSTANT_MARGIN)

/* What is asked for: the instants [from, until), all of them in `span`. */
typedef struct Window {
        const LocalPattern *pattern;
        const TimeZone *zone;
        ZoneOffset span;
        usec_t from, until;
} Window;

/* Local times, [begin, end). */
typedef struct LocalRange {
        usec_t begin, end;
} LocalRange;

typedef enum SourceKind {
        SOURCE_SHOWN,
        SOURCE_RUN,
        SOURCE_SHIFTED,
} SourceKind;

typedef struct Source {
        SourceKind kind;
        LocalRange range;
        usec_t offset_usec; /* shown and shifted: due at the local time less this */
        usec_t gap_usec;    /* run: due at, and shifted: the instant that ends the gap */

        /* What these instants show is not of this source. */
        usec_t others_from, others_until;
} Source;

static usec_t clamp_instant(usec_t instant) {
        return MIN(MAX(instant, INSTANT_MIN), INSTANT_MAX);
}

static usec_t max_offset(const TimeZone *zone) {
        return zone->max_offset_seconds * USEC_PER_SEC;
}

static usec_t min_offset(const TimeZone *zone) {
        return zone->min_offset_seconds * USEC_PER_SEC;
}

/* Takes `other` off what is free around `local`. Returns false, with *free set to it, if it holds `local`. */
static bool take_off(LocalRange *free, usec_t local, LocalRange other) {
        if (other.begin >= other.end)
                return true;
        if (other.begin > local) {
                free->end = MIN(free->end, other.begin);
                return true;
        }
        if (other.end <= local) {
                free->begin = MAX(free->begin, other.end);
                return true;
        }
        *free = other;
        return false;
}

/*
 * Whether a local time of the source's range is its own. *ret is the range around it of which the same is
 * true, so that nobody has to ask for each.
 */
static bool is_own(const TimeZone *zone, const Source *source, usec_t local, LocalRange *ret) {
        usec_t instant = MAX(source->others_from, source->range.begin - max_offset(zone));
        usec_t until = MIN(source->others_until, source->range.end - min_offset(zone));
        ZoneOffset span;

        *ret = source->range;
        for (usec_t offset_before = USEC_INFINITY; instant < until; instant = span.end_usec) {
                LocalRange shown;

                time_zone_offset_at(zone, instant, &span);
                shown.begin = instant + span.offset_usec;
                shown.end = MIN(span.end_usec, until) + span.offset_usec;
                if (!take_off(ret, local, shown))
                        return false;

                if (source->kind != SOURCE_SHOWN && offset_before != USEC_INFINITY &&
                    span.begin_usec < source->gap_usec &&
                    !take_off(ret, local, (LocalRange){ instant + offset_before, shown.begin }))
                        return false;
                offset_before = span.offset_usec;
        }
        return true;
}

static bool source_next(const Window *window, const Source *source, usec_t *ret) {
        const LocalPattern *pattern = window->pattern;
        usec_t local = source->range.begin;
        LocalRange range;

        while (local < source->range.end && pattern->next(pattern->data, local, &local) &&
               local < source->range.end) {
                if (is_own(window->zone, source, local, &range)) {
                        *ret = local;
                        return true;
                }
                local = range.end;
        }
        return false;
}

static bool source_previous(const Window *window, const Source *source, usec_t *ret) {
        const LocalPattern *pattern = window->pattern;
        usec_t local = source->range.end - 1;
        LocalRange range;

        while (local >= source->range.begin && pattern->previous(pattern->data, local, &local) &&
               local >= source->range.begin) {
                if (is_own(window->zone, source, local, &range)) {
                        *ret = local;
                        return true;
                }
                local = range.begin - 1;
        }
        return false;
}

static uint64_t pattern_count(const LocalPattern *pattern, LocalRange range) {
        uint64_t n = 0;

        if (pattern->count)
                return pattern->count(pattern->data, range.begin, range.end - 1);
        for (usec_t local = range.begin; pattern->next(pattern->data, local, &local) && local < range.end;
             local++)
                n++;
        return n;
}

static uint64_t source_count(const Window *window, const Source *source) {
        LocalRange range;
        uint64_t n = 0;

        for (usec_t local = source->range.begin; local < source->range.end; local = range.end)
                if (is_own(window->zone, source, local, &range))
                        n += pattern_count(
                                        window->pattern,
                                        (LocalRange){ local, MIN(range.end, source->range.end) });
        return n;
}

static usec_t source_due(const Source *source, usec_t local) {
        return source->kind == SOURCE_RUN ? source->gap_usec : local - source->offset_usec;
}

static Source shown_source(const Window *window) {
        const ZoneOffset *span = &window->span;
        Source source = {
                .kind = SOURCE_SHOWN,
                .range = { window->from + span->offset_usec, window->until + span->offset_usec },
                .offset_usec = span->offset_usec,
        };

        switch (window->pattern->dst.overlap) {
        case DST_OVERLAP_FIRST:
                source.others_from = INSTANT_MIN;
                source.others_until = span->begin_usec;
                break;
        case DST_OVERLAP_SECOND:
                source.others_from = span->end_usec;
                source.others_until = INSTANT_MAX;
                break;
        default:
                break; /* none */
        }
        return source;
}

/* What is due in the window of the gap before the span `behind`. Returns false if there is no such thing. */
static bool gap_source(
                const Window *window,
                const ZoneOffset *before,
                const ZoneOffset *behind,
                Source *ret) {
        usec_t at = behind->begin_usec, length = behind->offset_usec - before->offset_usec;
        usec_t begin, end;

        if (window->pattern->dst.gap == DST_GAP_SHIFT) {
                begin = MAX(at, window->from);
                end = MIN(at + length, window->until);
        } else {
                begin = at;
                end = at >= window->from ? at + length : at;
        }
        if (begin >= end)
                return false;

        *ret = (Source){
                .kind = window->pattern->dst.gap == DST_GAP_SHIFT ? SOURCE_SHIFTED : SOURCE_RUN,
                .range = { begin + before->offset_usec, end + before->offset_usec },
                .offset_usec = before->offset_usec,
                .gap_usec = at,
                .others_from = INSTANT_MIN,
                .others_until = INSTANT_MAX,
        };
        return true;
}

/*
 * Goes through the gaps that have something due in the window, the latest first. `behind` is the window's own
 * span at first, and then the one behind the gap that was given.
 */
static bool next_gap_source(const Window *window, ZoneOffset *behind, Source *ret) {
        usec_t reach = window->from - time_zone_spread(window->zone);

        if (window->pattern->dst.gap == DST_GAP_SKIP)
                return false;

        while (behind->begin_usec > reach) {
                ZoneOffset before;
                bool found;

                time_zone_offset_at(window->zone, behind->begin_usec - 1, &before);
                found = gap_source(window, &before, behind, ret);
                *behind = before;
                if (found)
                        return true;
        }
        return false;
}

/* The first instant of the window at which a gap's time is due; window->until: there is none. */
static usec_t first_of_gaps(const Window *window) {
        usec_t due = window->until, local;
        ZoneOffset behind = window->span;
        Source source;

        while (next_gap_source(window, &behind, &source))
                if (source_next(window, &source, &local))
                        due = MIN(due, source_due(&source, local));
        return due;
}

static usec_t first_in_window(const Window *window) {
        Source shown = shown_source(window);
        usec_t due = first_of_gaps(window), local;

        if (source_next(window, &shown, &local))
                due = MIN(due, source_due(&shown, local));
        return due;
}

/* The last instant of the window at which something is due; an earlier one: there is none. */
static usec_t last_in_window(const Window *window) {
        Source source = shown_source(window);
        usec_t due = window->from - 1, local;
        ZoneOffset behind = window->span;

        do
                if (source_previous(window, &source, &local))
                        due = MAX(due, source_due(&source, local));
        while (next_gap_source(window, &behind, &source));
        return due;
}

/* In which pass of a repeated local time the only instant of the window is. */
static unsigned pass_note(const Window *window) {
        Source earlier = shown_source(window), later = earlier;
        LocalRange ignored;

        earlier.others_from = INSTANT_MIN;
        earlier.others_until = window->span.begin_usec;
        if (!is_own(window->zone, &earlier, earlier.range.begin, &ignored))
                return SCHEDULE_NOTE_OVERLAP_SECOND;

        later.others_from = window->span.end_usec;
        later.others_until = INSTANT_MAX;
        return is_own(window->zone, &later, later.range.begin, &ignored) ? 0 : SCHEDULE_NOTE_OVERLAP_FIRST;
}

static Window window_at(const Window *window, usec_t instant) {
        Window at = *window;

        at.from = instant;
        at.until = instant + 1;
        return at;
}

static bool shown_is_due(const Window *window, usec_t instant) {
        Window at = window_at(window, instant);
        Source shown = shown_source(&at);

        return source_count(&at, &shown) > 0;
}

static Occurrence occurrence_at(const Window *window, usec_t due) {
        Window at = window_at(window, due);
        Occurrence occurrence = { .due_usec = due };
        ZoneOffset behind = at.span;
        uint64_t count = 0;
        Source source;

        if (shown_is_due(window, due)) {
                occurrence.notes = pass_note(&at);
                count = 1;
        }
        while (next_gap_source(&at, &behind, &source)) {
                uint64_t n = source_count(&at, &source);

                if (n > 0)
                        occurrence.notes |=
                                        source.kind == SOURCE_RUN ? SCHEDULE_NOTE_GAP : SCHEDULE_NOTE_SHIFTED;
                count += n;
        }
        if (count > 1)
                occurrence.notes |= SCHEDULE_NOTE_COLLAPSED;
        occurrence.count = (unsigned) MIN(count, UINT_MAX);
        return occurrence;
}

/* Whether a transition can matter to an instant of its span. */
static bool transition_is_near(const TimeZone *zone, usec_t instant, const ZoneOffset *span) {
        usec_t spread = time_zone_spread(zone);

        return instant < span->begin_usec + spread || instant + spread >= span->end_usec;
}

static int plain_occurrence(usec_t due, Occurrence *ret) {
        *ret = (Occurrence){ .due_usec = due, .count = 1 };
        return 1;
}

/*
 * Far from all transitions. Whatever is due from `from` on has the local time of `from` or a later one, so
 * the pattern's next one decides; if that is in another span, it is there the next one as well. Returns
 * -EAGAIN if a transition is near.
 */
static int plain_next(const LocalPattern *pattern, const TimeZone *zone, usec_t from, Occurrence *ret) {
        ZoneOffset span;
        usec_t local;

        time_zone_offset_at(zone, from, &span);
        if (transition_is_near(zone, from, &span))
                return -EAGAIN;
        if (!pattern->next(pattern->data, from + span.offset_usec, &local))
                return 0;
        if (!transition_is_near(zone, local - span.offset_usec, &span))
                return plain_occurrence(local - span.offset_usec, ret);

        from = local - max_offset(zone);
        time_zone_offset_at(zone, from, &span);
        if (transition_is_near(zone, from, &span) ||
            transition_is_near(zone, local - span.offset_usec, &span))
                return -EAGAIN;
        return plain_occurrence(local - span.offset_usec, ret);
}

static int plain_previous(const LocalPattern *pattern, const TimeZone *zone, usec_t until, Occurrence *ret) {
        ZoneOffset span;
        usec_t local;

        time_zone_offset_at(zone, until, &span);
        if (transition_is_near(zone, until, &span))
                return -EAGAIN;
        if (!pattern->previous(pattern->data, until + span.offset_usec, &local))
                return 0;
        if (!transition_is_near(zone, local - span.offset_usec, &span))
                return plain_occurrence(local - span.offset_usec, ret);

        until = local - min_offset(zone);
        time_zone_offset_at(zone, until, &span);
        if (transition_is_near(zone, until, &span) ||
            transition_is_near(zone, local - span.offset_usec, &span))
                return -EAGAIN;
        return plain_occurrence(local - span.offset_usec, ret);
}

/*
 * Span by span. What is due from `from` on has at least this local time less the smallest offset, and a local
 * time is not due before it less the largest one: where the pattern has nothing, no span is looked at.
 */
static int spanwise_next(const LocalPattern *pattern, const TimeZone *zone, usec_t from, Occurrence *ret) {
        for (;;) {
                Window window = { .pattern = pattern, .zone = zone };
                usec_t local, due;

                if (!pattern->next(pattern->data, from + min_offset(zone), &local))
                        return 0;
                window.from = MAX(from, local - max_offset(zone));
                time_zone_offset_at(zone, window.from, &window.span);
                window.until = MIN(window.span.end_usec, INSTANT_MAX);

                due = first_in_window(&window);
                if (due < window.until) {
                        *ret = occurrence_at(&window, due);
                        return 1;
                }
                from = window.until;
        }
}

static int spanwise_previous(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t until,
                Occurrence *ret) {
        for (;;) {
                Window window = { .pattern = pattern, .zone = zone };
                usec_t local, due;

                if (!pattern->previous(pattern->data, until + max_offset(zone), &local))
                        return 0;
                until = MIN(until, local - min_offset(zone));
                time_zone_offset_at(zone, until, &window.span);
                window.from = MAX(window.span.begin_usec, INSTANT_MIN);
                window.until = until + 1;

                due = last_in_window(&window);
                if (due >= window.from) {
                        *ret = occurrence_at(&window, due);
                        return 1;
                }
                until = window.from - 1;
        }
}

int local_search_next(const LocalPattern *pattern, const TimeZone *zone, usec_t after_usec, Occurrence *ret) {
        usec_t from;
        int r;

        assert(pattern);
        assert(zone);
        assert(ret);

        from = clamp_instant(after_usec) + 1;
        r = plain_next(pattern, zone, from, ret);
        return r == -EAGAIN ? spanwise_next(pattern, zone, from, ret) : r;
}

int local_search_previous(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t before_usec,
                Occurrence *ret) {
        usec_t until;
        int r;

        assert(pattern);
        assert(zone);
        assert(ret);

        until = clamp_instant(before_usec) - 1;
        r = plain_previous(pattern, zone, until, ret);
        return r == -EAGAIN ? spanwise_previous(pattern, zone, until, ret) : r;
}

/* What the span shows, by the pattern's own count, and the few instants that only a gap has. */
static uint64_t count_in_window(const Window *window) {
        Source shown = shown_source(window);
        uint64_t n = source_count(window, &shown);
        Window rest = *window;

        for (;;) {
                usec_t due = first_of_gaps(&rest);

                if (due >= rest.until)
                        return n;
                if (!shown_is_due(window, due))
                        n++;
                rest.from = due + 1;
        }
}

uint64_t local_search_count(
                const LocalPattern *pattern,
                const TimeZone *zone,
                usec_t after_usec,
                usec_t until_usec) {

        usec_t from, until;
        uint64_t n = 0;

        assert(pattern && pattern->count);
        assert(zone);

        from = clamp_instant(after_usec) + 1;
        until = clamp_instant(until_usec) + 1;
        while (from < until) {
                Window window = { .pattern = pattern, .zone = zone, .from = from };

                time_zone_offset_at(zone, from, &window.span);
                window.until = MIN(window.span.end_usec, until);
                n += count_in_window(&window);
                from = window.until;
        }
        return n;
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
        };
        Occurrence occurrence;
        int r;

        assert(zone);

        r = local_search_next(&single, zone, local - max_offset(zone) - 1, &occurrence);
        assert(r > 0); /* a single time is always due once */
        return occurrence;
}
