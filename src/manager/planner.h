/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Decides without touching anything: what is due next, when to look again, what becomes of due times that
 * went by. Everything is in the arguments.
 */

#include "job/execution-record.h"
#include "job/job.h"

typedef struct PlannedOccurrence {
        Occurrence occurrence;
        ScheduleKind kind; /* of the schedule that gives it */
        bool interval_like;
        uint64_t parent_id; /* the execution whose end makes it due; 0: the schedule does */
} PlannedOccurrence;

typedef struct PlannerView {
        const Job *job;
        ScheduleContext context;
        usec_t delay_usec; /* random-delay lets no occurrence start later than this after its due time */
        bool elapsed_only; /* the clock is not to be trusted: only what counts from an event is planned */
} PlannerView;

/* The first occurrence later than `after_usec`. Returns 1 with *ret, or 0: never again. */
int planner_next(const PlannerView *view, usec_t after_usec, PlannedOccurrence *ret);

/* `boot`, `startup` and `resume` are due after what happened, and never too late for it. */
bool planner_is_event(ScheduleKind kind);

/* Occurrences in (after, until] that are not of an event, which is never judged late: the span ends before
 * the first of those. */
void planner_late_span(const PlannerView *view, usec_t after_usec, usec_t until_usec, OccurrenceSpan *ret);

/* What becomes of occurrences that nobody met in time: the older ones are missed, the newest run late. */
typedef struct CatchUpPlan {
        uint64_t n_run;
        Occurrence first_run; /* valid if n_run > 0 */
        uint64_t n_missed;
        usec_t missed_last_usec; /* valid if n_missed > 0 */
        bool too_late;           /* `within` is what kept the last of the missed from running */
} CatchUpPlan;

/* `another_is_due`: a later occurrence is about to start in time, and `latest` needs none of these. */
void planner_catch_up(
                const PlannerView *view,
                const OccurrenceSpan *span,
                bool another_is_due,
                usec_t now_usec,
                CatchUpPlan *ret);

/*
 * Whether a begun occurrence that no runner has been told of may still be started. Returns REASON_NONE: yes,
 * or the reason for which it is missed.
 */
ExecutionReason planner_late_start(
                const CatchUp *catch_up,
                ExecutionCause cause,
                usec_t start_after_usec,
                usec_t now_usec);

/* When a job whose next occurrence is due at `due_usec` has to be looked at: to write its row ahead, or then.
 */
usec_t planner_wake(usec_t due_usec, usec_t now_usec, usec_t write_ahead_usec, bool may_arm);

/* Whether the row of what is due next may be written ahead: not if it is not to start at that very instant.
 */
bool planner_may_arm(const PlannerView *view);

/*
 * The instant at which to wake up for one that may be met later by up to `accuracy_usec`: of all within reach
 * the roundest, so that others come to it too.
 */
usec_t planner_coalesce(usec_t instant_usec, usec_t accuracy_usec);

/* Whether an occurrence that was not started joins the row of those before it. */
bool planner_may_fold(
                const ExecutionRecord *fold,
                usec_t due_usec,
                ExecutionState state,
                ExecutionReason reason,
                const char *detail);

/* All of its schedules are over for good: `at` in the past, and nothing else. Events come again. */
bool planner_is_finished(const PlannerView *view, usec_t after_usec);
