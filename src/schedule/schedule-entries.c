/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The schedules of one job together. */

#include <assert.h>

#include "schedule/schedule-kind.h"
#include "schedule/schedule.h"

void schedule_entry_done(ScheduleEntry *entry) {
        assert(entry);

        entry->schedule = schedule_free(entry->schedule);
        entry->zone = time_zone_unref(entry->zone);
}

static ScheduleContext entry_context(const ScheduleEntry *entry, const ScheduleContext *context) {
        ScheduleContext own = *context;

        if (entry->zone)
                own.zone = entry->zone;
        return own;
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
int schedule_entries_next(
                const ScheduleEntry *entries,
                size_t n_entries,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret,
                size_t *ret_entry) {

        Occurrence first = { .due_usec = USEC_INFINITY };
        size_t first_entry = SIZE_MAX;

        assert(entries || n_entries == 0);
        assert(context);
        assert(ret);

        for (size_t i = 0; i < n_entries; i++) {
                ScheduleContext own = entry_context(&entries[i], context);
                Occurrence occurrence;

                if (schedule_next(entries[i].schedule, &own, after_usec, &occurrence) <= 0)
                        continue;
                if (first_entry == SIZE_MAX || occurrence.due_usec < first.due_usec) {
                        first = occurrence;
                        first_entry = i;
                } else if (occurrence.due_usec == first.due_usec) {
                        occurrence_join(&first, &occurrence);
                        if (schedule_is_interval_like(entries[first_entry].schedule) &&
                            !schedule_is_interval_like(entries[i].schedule))
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

int schedule_entries_previous(
                const ScheduleEntry *entries,
                size_t n_entries,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {

        Occurrence last = {};
        bool found = false;

        assert(entries || n_entries == 0);
        assert(context);
        assert(ret);

        for (size_t i = 0; i < n_entries; i++) {
                ScheduleContext own = entry_context(&entries[i], context);
                Occurrence occurrence;

                if (schedule_previous(entries[i].schedule, &own, before_usec, &occurrence) <= 0)
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

        ret->n_occurrences =
                        entry->schedule->operations->count(entry->schedule, &own, after_usec, until_usec);
        ret->first_usec = first.due_usec;
        ret->last_usec = last.due_usec;
}

void schedule_entries_count(
                const ScheduleEntry *entries,
                size_t n_entries,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret) {

        OccurrenceSpan span = {};
        Occurrence occurrence;

        assert(entries || n_entries == 0);
        assert(context);
        assert(ret);

        if (n_entries == 1 && entries[0].schedule->operations->count) {
                count_one(&entries[0], context, after_usec, until_usec, &span);
                *ret = span;
                return;
        }

        for (usec_t at = after_usec;
             schedule_entries_next(entries, n_entries, context, at, &occurrence, NULL) > 0 &&
             occurrence.due_usec <= until_usec;
             at = occurrence.due_usec) {
                if (span.n_occurrences++ == 0)
                        span.first_usec = occurrence.due_usec;
                span.last_usec = occurrence.due_usec;
        }
        *ret = span;
}
