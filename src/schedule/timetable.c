/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/timetable.h"

#include <assert.h>
#include <stdlib.h>

#include "schedule/excepted-search.h"
#include "schedule/schedule-kind.h"

void timetable_done(Timetable *timetable) {
        assert(timetable);

        for (size_t i = 0; i < timetable->n_entries; i++)
                schedule_entry_done(&timetable->entries[i]);
        free(timetable->entries);
        timetable->exceptions = exceptions_free(timetable->exceptions);
        *timetable = (Timetable){ 0 };
}

/* One instant is one occurrence, whoever else comes to it: what applies to any of them applies to it. */
static void occurrence_join(Occurrence *occurrence, const Occurrence *other) {
        bool moved = (occurrence->notes & other->notes & SCHEDULE_NOTE_EXCEPTED_MOVED) != 0;

        occurrence->notes |= other->notes;
        occurrence->count = MAX(occurrence->count, other->count);
        occurrence->nominal_usec = MIN(occurrence->nominal_usec, other->nominal_usec);
        if (!moved) {
                occurrence->notes &= ~(unsigned) SCHEDULE_NOTE_EXCEPTED_MOVED;
                occurrence->nominal_usec = occurrence->due_usec;
        }
}

static ExceptPolicy policy_of(const Timetable *timetable) {
        return (ExceptPolicy){
                .exceptions = timetable->exceptions,
                .on_except = timetable->on_except,
                .business_days = timetable->business_days,
        };
}

static int entry_next(
                const Timetable *timetable,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {

        ExceptPolicy policy = policy_of(timetable);

        if (timetable->exceptions)
                return excepted_next(&policy, entry, context, after_usec, ret);
        return schedule_entry_next(entry, context, after_usec, ret);
}

static int entry_previous(
                const Timetable *timetable,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {

        ExceptPolicy policy = policy_of(timetable);

        if (timetable->exceptions)
                return excepted_previous(&policy, entry, context, before_usec, ret);
        return schedule_entry_previous(entry, context, before_usec, ret);
}

/*
 * Of several that come to the same instant a fixed-time one is named: it never runs twice when the clock is
 * set back, so the union does not either.
 */
int timetable_next(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret,
                size_t *ret_entry) {

        Occurrence first = { .due_usec = USEC_INFINITY };
        size_t first_entry = SIZE_MAX;

        assert(timetable);
        assert(context);
        assert(ret);

        for (size_t i = 0; i < timetable->n_entries; i++) {
                Occurrence occurrence;

                if (entry_next(timetable, &timetable->entries[i], context, after_usec, &occurrence) <= 0)
                        continue;
                if (first_entry == SIZE_MAX || occurrence.due_usec < first.due_usec) {
                        first = occurrence;
                        first_entry = i;
                } else if (occurrence.due_usec == first.due_usec) {
                        occurrence_join(&first, &occurrence);
                        if (schedule_is_interval_like(timetable->entries[first_entry].schedule) &&
                            !schedule_is_interval_like(timetable->entries[i].schedule))
                                first_entry = i;
                }
        }

        if (first_entry == SIZE_MAX)
                return 0;
        *ret = first;
        if (ret_entry)
                *ret_entry = first_entry;
        return 1;
}

int timetable_previous(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {

        Occurrence last = {};
        bool found = false;

        assert(timetable);
        assert(context);
        assert(ret);

        for (size_t i = 0; i < timetable->n_entries; i++) {
                Occurrence occurrence;

                if (entry_previous(timetable, &timetable->entries[i], context, before_usec, &occurrence) <= 0)
                        continue;
                if (!found || occurrence.due_usec > last.due_usec)
                        last = occurrence;
                else if (occurrence.due_usec == last.due_usec)
                        occurrence_join(&last, &occurrence);
                found = true;
        }

        if (!found)
                return 0;
        *ret = last;
        return 1;
}

/* One more span of occurrences, behind those before. */
static void span_add(OccurrenceSpan *span, uint64_t n, usec_t first_usec, usec_t last_usec) {
        if (n == 0)
                return;
        if (span->n_occurrences == 0)
                span->first_usec = first_usec;
        span->last_usec = last_usec;
        span->n_occurrences += n;
}

/* One schedule that can say how many lie between; the first and the last are two questions more. */
static void count_one(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *span) {

        ScheduleContext own = schedule_entry_context(entry, context);
        Occurrence first, last;

        if (schedule_next(entry->schedule, &own, after_usec, &first) <= 0 || first.due_usec > until_usec ||
            schedule_previous(entry->schedule, &own, usec_add(until_usec, 1), &last) <= 0)
                return;

        span_add(span, schedule_count(entry->schedule, &own, after_usec, until_usec), first.due_usec,
                 last.due_usec);
}

/* The same, of those only that are excepted, or are not: span by span, for in each it is one or the other. */
static void count_one_by_spans(
                const Timetable *timetable,
                const ScheduleContext *context,
                bool excepted,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *span) {

        const ScheduleEntry *entry = &timetable->entries[0];
        Occurrence first;

        while (schedule_entry_next(entry, context, after_usec, &first) > 0 && first.due_usec <= until_usec) {
                usec_t begin, end;

                if (exceptions_span(timetable->exceptions, context->zone, first.due_usec, &begin, &end) ==
                    excepted)
                        count_one(entry, context, first.due_usec - 1, MIN(end - 1, until_usec), span);
                after_usec = end - 1;
        }
}

static bool counts_by_arithmetic(const Timetable *timetable) {
        ExceptPolicy policy = policy_of(timetable);

        return timetable->n_entries == 1 && schedule_can_count(timetable->entries[0].schedule) &&
                        !(timetable->exceptions && excepted_moves(&policy, &timetable->entries[0]));
}

/* The entry with the most occurrences, of those that can say how many there are; SIZE_MAX: none can. */
static size_t densest_entry(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec) {

        size_t densest = SIZE_MAX;
        uint64_t most = 0;

        for (size_t i = 0; i < timetable->n_entries; i++) {
                ScheduleContext own = schedule_entry_context(&timetable->entries[i], context);
                uint64_t n;

                if (!schedule_can_count(timetable->entries[i].schedule))
                        continue;
                n = schedule_count(timetable->entries[i].schedule, &own, after_usec, until_usec);
                if (densest == SIZE_MAX || n > most) {
                        densest = i;
                        most = n;
                }
        }
        return densest;
}

/* The first instant later than `after_usec` to which any entry but one comes; USEC_INFINITY: none. */
static usec_t next_of_others(
                const Timetable *timetable,
                const ScheduleContext *context,
                size_t left_out,
                usec_t after_usec) {

        usec_t first = USEC_INFINITY;
        Occurrence occurrence;

        for (size_t i = 0; i < timetable->n_entries; i++)
                if (i != left_out &&
                    schedule_entry_next(&timetable->entries[i], context, after_usec, &occurrence) > 0)
                        first = MIN(first, occurrence.due_usec);
        return first;
}

/* The densest by arithmetic, and one by one what the others have beside it. */
static void count_union(
                const Timetable *timetable,
                const ScheduleContext *context,
                size_t densest,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *span) {

        const ScheduleEntry *entry = &timetable->entries[densest];
        usec_t at = after_usec;
        Occurrence occurrence;

        count_one(entry, context, after_usec, until_usec, span);
        while ((at = next_of_others(timetable, context, densest, at)) <= until_usec && at != USEC_INFINITY) {
                if (schedule_entry_next(entry, context, at - 1, &occurrence) > 0 && occurrence.due_usec == at)
                        continue;
                span->first_usec = span->n_occurrences > 0 ? MIN(span->first_usec, at) : at;
                span->last_usec = span->n_occurrences > 0 ? MAX(span->last_usec, at) : at;
                span->n_occurrences++;
        }
}

void timetable_count(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret) {

        OccurrenceSpan span = {};
        Occurrence occurrence;
        size_t densest;

        assert(timetable);
        assert(context);
        assert(ret);

        if (counts_by_arithmetic(timetable)) {
                if (timetable->exceptions)
                        count_one_by_spans(timetable, context, false, after_usec, until_usec, &span);
                else
                        count_one(&timetable->entries[0], context, after_usec, until_usec, &span);
                *ret = span;
                return;
        }

        densest = timetable->exceptions ? SIZE_MAX
                                        : densest_entry(timetable, context, after_usec, until_usec);
        if (densest != SIZE_MAX) {
                count_union(timetable, context, densest, after_usec, until_usec, &span);
                *ret = span;
                return;
        }

        for (usec_t at = after_usec; timetable_next(timetable, context, at, &occurrence, NULL) > 0 &&
             occurrence.due_usec <= until_usec;
             at = occurrence.due_usec)
                span_add(&span, 1, occurrence.due_usec, occurrence.due_usec);
        *ret = span;
}

/* The first nominal time of any entry. */
static bool nominal_next(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t *ret) {

        usec_t first = USEC_INFINITY;
        Occurrence occurrence;

        for (size_t i = 0; i < timetable->n_entries; i++)
                if (schedule_entry_next(&timetable->entries[i], context, after_usec, &occurrence) > 0)
                        first = MIN(first, occurrence.due_usec);
        *ret = first;
        return first != USEC_INFINITY;
}

/* Each entry that comes to the excepted instant leaves it out. */
static bool all_swallowed(const Timetable *timetable, const ScheduleContext *context, usec_t nominal_usec) {
        ExceptPolicy policy = policy_of(timetable);
        Occurrence occurrence;

        for (size_t i = 0; i < timetable->n_entries; i++) {
                const ScheduleEntry *entry = &timetable->entries[i];

                if (schedule_entry_next(entry, context, nominal_usec - 1, &occurrence) > 0 &&
                    occurrence.due_usec == nominal_usec &&
                    !excepted_swallows(&policy, entry, context, nominal_usec))
                        return false;
        }
        return true;
}

void timetable_excepted(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret) {

        OccurrenceSpan span = {};
        usec_t at = after_usec, nominal, begin, end;

        assert(timetable);
        assert(context);
        assert(ret);

        if (timetable->exceptions && counts_by_arithmetic(timetable)) {
                count_one_by_spans(timetable, context, true, after_usec, until_usec, &span);
                *ret = span;
                return;
        }

        while (timetable->exceptions && nominal_next(timetable, context, at, &nominal) &&
               nominal <= until_usec) {
                at = nominal;
                if (!exceptions_span(timetable->exceptions, context->zone, nominal, &begin, &end))
                        at = end - 1;
                else if (all_swallowed(timetable, context, nominal))
                        span_add(&span, 1, nominal, nominal);
        }
        *ret = span;
}
