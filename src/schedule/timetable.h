/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * All that says when one job is due: its schedules as a union by instant, less what is excepted.
 *
 * What is excepted is left out or moved to another day, at the same local time of its schedule. Only
 * occurrences of fixed-time schedules that name days move (cron, calendar, at, rrule): those of interval-like
 * ones, and of boot, startup and resume, are left out whatever `on_except` says. Exceptions are read in the
 * zone of the context, which is the job's, also for an entry with a zone of its own.
 */

#include "schedule/exceptions.h"
#include "schedule/schedule-entry.h"
#include "schedule/schedule.h"
#include "util/types.h"

/* Embedded in what owns it; all zero is "manual only". */
typedef struct Timetable {
        ScheduleEntry *entries;
        size_t n_entries;

        Exceptions *exceptions; /* NULL: none */
        OnExcept on_except;
        uint8_t business_days; /* bit 0 = Sunday; 0: Monday to Friday */
} Timetable;

void timetable_done(Timetable *timetable);

/*
 * As schedule_next() over the union; the index of the entry that gives it is in *ret_entry, if that is not
 * NULL: of several at one instant a fixed-time one. What meets at one instant is one occurrence, and a moved
 * one that meets one of that day is not called moved.
 *
 * The search ends where only excepted ones come for very long: then nothing is due any more.
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

/*
 * Arithmetic for a single schedule that knows how and whose occurrences do not move, and for the densest of
 * several if there are no exceptions; otherwise by walking.
 */
void timetable_count(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret);

/*
 * The nominal occurrences in (after, until] that an exception swallowed: they were neither left alone nor
 * moved to another day. Computed as timetable_count() does.
 */
void timetable_excepted(
                const Timetable *timetable,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec,
                OccurrenceSpan *ret);
