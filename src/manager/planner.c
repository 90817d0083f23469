/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/planner.h"

#include <assert.h>
#include <string.h>

#include "manager/manager-internal.h"

bool planner_is_event(ScheduleKind kind) {
        return kind == SCHEDULE_BOOT || kind == SCHEDULE_STARTUP || kind == SCHEDULE_RESUME;
}

static bool is_event(const Schedule *schedule) {
        return planner_is_event(schedule_kind(schedule));
}

static bool is_elapsed(const Schedule *schedule) {
        return is_event(schedule) || schedule_is_from_end(schedule);
}

/* The first occurrence of those schedules that `matches` names, whatever is excepted. */
static int next_of(
                const PlannerView *view,
                bool (*matches)(const Schedule *schedule),
                usec_t after_usec,
                PlannedOccurrence *ret) {
        int found = 0;

        for (size_t i = 0; i < view->job->timetable.n_entries; i++) {
                const ScheduleEntry *entry = &view->job->timetable.entries[i];
                Occurrence occurrence;

                if (!matches(entry->schedule))
                        continue;
                if (schedule_entry_next(entry, &view->context, after_usec, &occurrence) <= 0)
                        continue;
                if (found == 0 || occurrence.due_usec < ret->occurrence.due_usec)
                        *ret = (PlannedOccurrence){
                                .occurrence = occurrence,
                                .kind = schedule_kind(entry->schedule),
                                .interval_like = job_is_interval_like(view->job, i),
                        };
                found = 1;
        }
        return found;
}

int planner_next(const PlannerView *view, usec_t after_usec, PlannedOccurrence *ret) {
        PlannedOccurrence planned = { 0 };
        size_t entry = 0;
        int r;

        assert(view);
        assert(ret);

        if (view->elapsed_only)
                return next_of(view, is_elapsed, after_usec, ret);

        r = timetable_next(&view->job->timetable, &view->context, after_usec, &planned.occurrence, &entry);
        if (r <= 0)
                return r;

        planned.kind = schedule_kind(view->job->timetable.entries[entry].schedule);
        planned.interval_like = job_is_interval_like(view->job, entry);
        *ret = planned;
        return 1;
}

void planner_late_span(const PlannerView *view, usec_t after_usec, usec_t until_usec, OccurrenceSpan *ret) {
        PlannedOccurrence event;

        if (next_of(view, is_event, after_usec, &event) > 0)
                until_usec = MIN(until_usec, event.occurrence.due_usec - 1);

        timetable_count(&view->job->timetable, &view->context, after_usec, until_usec, ret);
}

static bool within(const CatchUp *catch_up, usec_t start_after_usec, usec_t now_usec) {
        return now_usec <= usec_add(start_after_usec, catch_up->within_usec);
}

/* Walks back from the last one: at most `max` steps, however many there are. */
static void choose_newest(
                const PlannerView *view,
                const OccurrenceSpan *span,
                uint64_t max,
                usec_t now_usec,
                CatchUpPlan *plan) {

        const Job *job = view->job;
        usec_t before_usec = usec_add(span->last_usec, 1);
        Occurrence occurrence;

        while (plan->n_run < MIN(max, span->n_occurrences)) {
                if (timetable_previous(&job->timetable, &view->context, before_usec, &occurrence) <= 0 ||
                    occurrence.due_usec < span->first_usec)
                        break;
                if (!within(&job->catch_up, usec_add(occurrence.due_usec, view->delay_usec), now_usec)) {
                        plan->too_late = true;
                        break;
                }
                plan->first_run = occurrence;
                plan->n_run++;
                before_usec = occurrence.due_usec;
        }

        plan->n_missed -= plan->n_run;
        if (plan->n_run > 0 && plan->n_missed > 0) {
                plan->missed_last_usec = span->first_usec;
                if (timetable_previous(&job->timetable, &view->context, before_usec, &occurrence) > 0)
                        plan->missed_last_usec = MAX(occurrence.due_usec, span->first_usec);
        }
}

void planner_catch_up(
                const PlannerView *view,
                const OccurrenceSpan *span,
                bool another_is_due,
                usec_t now_usec,
                CatchUpPlan *ret) {

        const CatchUp *catch_up = &view->job->catch_up;

        assert(span->n_occurrences > 0);

        *ret = (CatchUpPlan){ .n_missed = span->n_occurrences, .missed_last_usec = span->last_usec };
        if (catch_up->policy == CATCH_UP_ALL)
                choose_newest(view, span, catch_up->max, now_usec, ret);
        else if (catch_up->policy == CATCH_UP_LATEST && !another_is_due)
                choose_newest(view, span, 1, now_usec, ret);
}

ExecutionReason planner_late_start(
                const CatchUp *catch_up,
                ExecutionCause cause,
                usec_t start_after_usec,
                usec_t now_usec) {

        if (now_usec <= usec_add(start_after_usec, LATE_TOLERANCE_USEC) || cause == CAUSE_BOOT ||
            cause == CAUSE_DEPENDENCY)
                return REASON_NONE;
        if (cause == CAUSE_MANUAL)
                return now_usec <= start_after_usec + MANUAL_TOLERANCE_USEC ? REASON_NONE : REASON_TOO_LATE;
        if (catch_up->policy == CATCH_UP_NONE)
                return REASON_DOWN;
        return within(catch_up, start_after_usec, now_usec) ? REASON_NONE : REASON_TOO_LATE;
}

usec_t planner_wake(usec_t due_usec, usec_t now_usec, usec_t write_ahead_usec, bool may_arm) {
        if (!may_arm || due_usec - write_ahead_usec <= now_usec)
                return due_usec;
        return due_usec - write_ahead_usec;
}

bool planner_may_arm(const PlannerView *view) {
        return view->delay_usec == 0 && view->job->accuracy_usec == 0;
}

usec_t planner_coalesce(usec_t instant_usec, usec_t accuracy_usec) {
        /* Each step divides those before it. */
        static const usec_t steps[] = {
                USEC_PER_DAY,        USEC_PER_HOUR,   30 * USEC_PER_MINUTE, 10 * USEC_PER_MINUTE,
                5 * USEC_PER_MINUTE, USEC_PER_MINUTE, 30 * USEC_PER_SEC,    10 * USEC_PER_SEC,
                5 * USEC_PER_SEC,    USEC_PER_SEC,    500 * USEC_PER_MSEC,  100 * USEC_PER_MSEC,
                10 * USEC_PER_MSEC,  USEC_PER_MSEC,
        };

        if (accuracy_usec == 0 || instant_usec == USEC_INFINITY)
                return instant_usec;
        for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
                usec_t over = ((instant_usec % steps[i]) + steps[i]) % steps[i];
                usec_t missing = over == 0 ? 0 : steps[i] - over;

                if (missing <= accuracy_usec)
                        return usec_add(instant_usec, missing);
        }
        return instant_usec;
}

bool planner_may_fold(
                const ExecutionRecord *fold,
                usec_t due_usec,
                ExecutionState state,
                ExecutionReason reason,
                const char *detail) {

        return fold && fold->state == state && fold->reason == reason && fold->due_last_usec < due_usec &&
                        strcmp(fold->reason_detail ?: "", detail ?: "") == 0;
}

bool planner_is_finished(const PlannerView *view, usec_t after_usec) {
        PlannedOccurrence next;

        if (view->job->timetable.n_entries == 0)
                return false;
        for (size_t i = 0; i < view->job->timetable.n_entries; i++)
                if (is_elapsed(view->job->timetable.entries[i].schedule))
                        return false;
        return planner_next(view, after_usec, &next) == 0;
}
