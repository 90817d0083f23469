/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* All that says when one job is due: its schedules as a union by instant. */

#include "schedule/schedule.h"
#include "util/types.h"

/* One schedule of a job. */
typedef struct ScheduleEntry {
        Schedule *schedule;
        TimeZone *zone; /* its own; NULL: the context's */
} ScheduleEntry;

/* Embedded in what owns it; all zero is "manual only". */
typedef struct Timetable {
        ScheduleEntry *entries;
        size_t n_entries;
} Timetable;

void timetable_done(Timetable *timetable);

void schedule_entry_done(ScheduleEntry *entry);

/* As schedule_next() and schedule_previous(), in the entry's own zone if it has one. */
int schedule_entry_next(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret);
int schedule_entry_previous(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret);

/* True if one of the entries is of that kind. */
bool timetable_has_kind(const Timetable *timetable, ScheduleKind kind);

/*
 * As schedule_next() over the union; the index of the entry that gives it is in *ret_entry, if that is not
 * NULL: of several at one instant a fixed-time one.
 */
int timetable_next(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret,
                size_t *ret_entry);

int timetable_previous(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret);

/* How many occurrences lie in (after, until], and the first and the last of them. */
typedef struct OccurrenceSpan {
        uint64_t n_occurrences;
        usec_t first_usec, last_usec; /* valid if n_occurrences > 0 */
} OccurrenceSpan;

/* Arithmetic for a single schedule that knows how, whatever the span; otherwise by walking. */
void timetable_count(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret);
