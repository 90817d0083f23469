/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/timetable.h"

#include <assert.h>
#include <stdlib.h>

#include "schedule/schedule-kind.h"

void schedule_entry_done(ScheduleEntry *entry) {
        assert(entry);

        entry->schedule = schedule_free(entry->schedule);
        entry->zone = time_zone_unref(entry->zone);
}

void timetable_done(Timetable *timetable) {
        assert(timetable);

        for (size_t i = 0; i < timetable->n_entries; i++)
                schedule_entry_done(&timetable->entries[i]);
        free(timetable->entries);
        *timetable = (Timetable){ 0 };
}

bool timetable_has_kind(const Timetable *timetable, ScheduleKind kind) {
        assert(timetable);

        for (size_t i = 0; i < timetable->n_entries; i++)
                if (schedule_kind(timetable->entries[i].schedule) == kind)
                        return true;
        return false;
}

static ScheduleContext entry_context(const ScheduleEntry *entry, const ScheduleContext *context) {
        ScheduleContext own = *context;

        if (entry->zone)
                own.zone = entry->zone;
        return own;
}

int schedule_entry_next(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {
        ScheduleContext own = entry_context(entry, context);

        return schedule_next(entry->schedule, &own, after_usec, ret);
}

int schedule_entry_previous(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {
        ScheduleContext own = entry_context(entry, context);

        return schedule_previous(entry->schedule, &own, before_usec, ret);
}

/* One instant is one occurrence, whoever else comes to it: what applies to any of them applies to it. */
static void occurrence_join(Occurrence *occurrence, const Occurrence *other) {
        occurrence->notes |= other->notes;
        occurrence->count = MAX(occurrence->count, other->count);
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

                if (schedule_entry_next(&timetable->entries[i], context, after_usec, &occurrence) <= 0)
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

                if (schedule_entry_previous(&timetable->entries[i], context, before_usec, &occurrence) <= 0)
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

/* One schedule that can say how many lie between; the first and the last are two questions more. */
static void count_one(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret) {

        ScheduleContext own = entry_context(entry, context);
        Occurrence first, last;

        if (schedule_next(entry->schedule, &own, after_usec, &first) <= 0 || first.due_usec > until_usec ||
            schedule_previous(entry->schedule, &own, usec_add(until_usec, 1), &last) <= 0)
                return;

        ret->n_occurrences = schedule_count(entry->schedule, &own, after_usec, until_usec);
        ret->first_usec = first.due_usec;
        ret->last_usec = last.due_usec;
}

void timetable_count(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret) {

        OccurrenceSpan span = {};
        Occurrence occurrence;

        assert(timetable);
        assert(context);
        assert(ret);

        if (timetable->n_entries == 1 && schedule_can_count(timetable->entries[0].schedule)) {
                count_one(&timetable->entries[0], context, after_usec, until_usec, &span);
                *ret = span;
                return;
        }

        for (usec_t at = after_usec; timetable_next(timetable, context, at, &occurrence, NULL) > 0 &&
             occurrence.due_usec <= until_usec;
             at = occurrence.due_usec) {
                if (span.n_occurrences++ == 0)
                        span.first_usec = occurrence.due_usec;
                span.last_usec = occurrence.due_usec;
        }
        *ret = span;
}
