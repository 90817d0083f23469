/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/planner.h"

#include <assert.h>
#include <string.h>

#include "manager/manager-internal.h"

/* The first occurrence among the schedules of one kind. */
static int next_of_kind(const PlannerView *view, ScheduleKind kind, usec_t after_usec, Occurrence *ret) {
        int found = 0;

        for (size_t i = 0; i < view->job->timetable.n_entries; i++) {
                const ScheduleEntry *entry = &view->job->timetable.entries[i];
                Occurrence occurrence;

                if (schedule_kind(entry->schedule) != kind)
                        continue;
                if (schedule_entry_next(entry, &view->context, after_usec, &occurrence) <= 0)
                        continue;
                if (found == 0 || occurrence.due_usec < ret->due_usec)
                        *ret = occurrence;
                found = 1;
        }
        return found;
}

int planner_next(const PlannerView *view, usec_t after_usec, PlannedOccurrence *ret) {
        PlannedOccurrence planned = { .kind = SCHEDULE_BOOT };
        size_t entry = 0;
        int r;

        assert(view);
        assert(ret);

        if (view->boot_only) {
                r = next_of_kind(view, SCHEDULE_BOOT, after_usec, &planned.occurrence);
                if (r > 0)
                        *ret = planned;
                return r;
        }

        r = timetable_next(&view->job->timetable, &view->context, after_usec, &planned.occurrence, &entry);
        if (r <= 0)
                return r;

        planned.kind = schedule_kind(view->job->timetable.entries[entry].schedule);
        planned.interval_like = job_is_interval_like(view->job, entry);
        *ret = planned;
        return 1;
}

void planner_late_span(const PlannerView *view, usec_t after_usec, usec_t until_usec, OccurrenceSpan *ret) {
        Occurrence boot;

        if (next_of_kind(view, SCHEDULE_BOOT, after_usec, &boot) > 0 && boot.due_usec <= until_usec)
                until_usec = boot.due_usec - 1;

        timetable_count(&view->job->timetable, &view->context, after_usec, until_usec, ret);
}

static bool within(const CatchUp *catch_up, usec_t due_usec, usec_t now_usec) {
        return now_usec <= usec_add(due_usec, catch_up->within_usec);
}

void planner_catch_up(
                const CatchUp *catch_up,
                const OccurrenceSpan *span,
                bool another_is_due,
                usec_t now_usec,
                CatchUpPlan *ret) {

        assert(span->n_occurrences > 0);

        *ret = (CatchUpPlan){ .n_missed = span->n_occurrences };
        if (catch_up->policy != CATCH_UP_LATEST || another_is_due)
                return;

        if (!within(catch_up, span->last_usec, now_usec)) {
                ret->too_late = true;
                return;
        }
        ret->run_latest = true;
        ret->n_missed--;
}

ExecutionReason planner_late_start(
                const CatchUp *catch_up,
                ExecutionCause cause,
                usec_t due_usec,
                usec_t now_usec) {

        if (now_usec <= usec_add(due_usec, LATE_TOLERANCE_USEC) || cause == CAUSE_BOOT)
                return REASON_NONE;
        if (cause == CAUSE_MANUAL)
                return now_usec <= due_usec + MANUAL_TOLERANCE_USEC ? REASON_NONE : REASON_TOO_LATE;
        if (catch_up->policy == CATCH_UP_NONE)
                return REASON_DOWN;
        return within(catch_up, due_usec, now_usec) ? REASON_NONE : REASON_TOO_LATE;
}

usec_t planner_wake(usec_t due_usec, usec_t now_usec, usec_t write_ahead_usec, bool may_arm) {
        if (!may_arm || due_usec - write_ahead_usec <= now_usec)
                return due_usec;
        return due_usec - write_ahead_usec;
}

bool planner_may_fold(
                const ExecutionRecord *fold,
                usec_t decided_until_usec,
                ExecutionState state,
                ExecutionReason reason,
                const char *detail) {

        return fold && fold->state == state && fold->reason == reason &&
                        fold->due_last_usec <= decided_until_usec &&
                        strcmp(fold->reason_detail ?: "", detail ?: "") == 0;
}

bool planner_is_finished(const PlannerView *view, usec_t after_usec) {
        PlannedOccurrence next;

        if (view->job->timetable.n_entries == 0)
                return false;
        for (size_t i = 0; i < view->job->timetable.n_entries; i++)
                if (schedule_kind(view->job->timetable.entries[i].schedule) == SCHEDULE_BOOT)
                        return false;
        return planner_next(view, after_usec, &next) == 0;
}
