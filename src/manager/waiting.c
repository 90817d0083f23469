/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/waiting.h"

#include <assert.h>
#include <stdio.h>
#include <utlist.h>

#include "manager/decision.h"
#include "manager/dependency.h"
#include "manager/execution.h"
#include "manager/gates.h"
#include "manager/scheduled-job.h"

/* --- release --------------------------------------------------------------------------------------- */

static void start(Execution *execution) {
        ScheduledJob *job = execution->scheduled_job;

        /* It has not been tried yet, so the newest revision is its own. */
        (void) job_unref(execution->job);
        execution->job = job_ref(job->job);
        execution->record.job_revision = job->stored.revision;
        execution->record.state = EXECUTION_STARTING;
        execution_record_wait(&execution->record, WAITING_FOR_NOTHING, 0);
        gates_leave(execution);
        queue_take_slot(execution);

        decision_forget_fold(job);
        dependency_job_started(job, manager_now(job->manager));
        execution_try_start(execution);
        if (execution->phase == PHASE_READY)
                (void) execution_save(execution); /* no runner yet */
}

static void never_started(
                Execution *execution,
                ExecutionState state,
                ExecutionReason reason,
                const char *detail) {

        ScheduledJob *job = execution->scheduled_job;
        int r;

        r = decision_never_started(
                        job,
                        &(NeverStarted){
                                        .first_usec = execution->record.due_usec,
                                        .last_usec = execution->record.due_usec,
                                        .count = execution->record.count,
                                        .state = state,
                                        .reason = reason,
                                        .detail = detail,
                                        .cause = execution->record.cause,
                                        .armed = execution,
                        });
        if (r < 0)
                (void) manager_store_error(job->manager, r, "an occurrence that waited");
}

/* The one that stands in its way; those behind it in the queue do not. */
static const Execution *blocker_of(const Execution *waiting) {
        const Execution *execution;
        bool behind = false;

        DL_FOREACH(waiting->scheduled_job->executions, execution) {
                if (execution == waiting)
                        behind = true;
                else if (execution_occupies(execution) && !(behind && execution_is_queued(execution)))
                        return execution;
        }
        return NULL;
}

/* A later one could start now, and `latest` wants only that. */
static bool is_overtaken(const Execution *waiting, usec_t now_usec) {
        const ScheduledJob *job = waiting->scheduled_job;
        PlannerView view = scheduled_job_view(job);
        PlannedOccurrence newer;

        for (const Execution *execution = waiting->next; execution; execution = execution->next)
                if (execution_is_waiting(execution) && execution->record.start_after_usec <= now_usec)
                        return true;
        return planner_next(&view, scheduled_job_cursor(job), &newer) > 0 &&
                        usec_add(newer.occurrence.due_usec, view.delay_usec) <= now_usec;
}

/* Nobody was there when it was to start. Returns true if that is the end of it. */
static bool is_missed(Execution *execution, usec_t now_usec) {
        ScheduledJob *job = execution->scheduled_job;
        const CatchUp *catch_up = &job->job->catch_up;
        usec_t start_usec = usec_add(execution->record.start_after_usec, job->job->accuracy_usec);
        const char *detail = "later than catch-up allows";
        ExecutionReason reason;

        if (now_usec <= usec_add(start_usec, LATE_TOLERANCE_USEC))
                return false;

        reason = planner_late_start(catch_up, execution->record.cause, start_usec, now_usec);
        if (reason == REASON_NONE && catch_up->policy != CATCH_UP_ALL && !execution_is_queued(execution) &&
            cause_is_of_schedule(execution->record.cause) && is_overtaken(execution, now_usec))
                reason = REASON_DOWN;
        if (reason == REASON_DOWN)
                decision_late_reason(job->manager, execution->record.start_after_usec, &reason, &detail);
        if (reason != REASON_NONE)
                never_started(execution, EXECUTION_MISSED, reason, detail);
        return reason != REASON_NONE;
}

/* Its delay is over and nothing of its own job is in its way. Returns when to look again. */
static usec_t pass_gates(Execution *execution, usec_t now_usec) {
        GateVerdict verdict;
        bool changed;

        if (gates_pass(execution, now_usec, &verdict, &changed)) {
                start(execution);
                return USEC_INFINITY;
        }
        if (changed)
                (void) execution_save(execution); /* the next daemon finds out by itself */
        if (verdict.answer == GATE_CLOSED)
                return verdict.look_again_usec;
        execution->record.condition = verdict.condition;
        never_started(execution, EXECUTION_SKIPPED, verdict.reason,
                      verdict.detail[0] ? verdict.detail : NULL);
        return USEC_INFINITY;
}

/* Returns when to look again. */
static usec_t release(Execution *execution, usec_t now_usec) {
        const Execution *blocker;
        char detail[64];

        if (scheduled_job_is_paused(execution->scheduled_job)) {
                never_started(execution, EXECUTION_SKIPPED, REASON_PAUSED, NULL);
                return USEC_INFINITY;
        }
        if (execution->record.waiting_for <= WAITING_FOR_DELAY && is_missed(execution, now_usec))
                return USEC_INFINITY;

        blocker = blocker_of(execution);
        if (!blocker)
                return pass_gates(execution, now_usec);
        if (!execution_is_queued(execution)) {
                (void) snprintf(detail, sizeof(detail), "blocked by execution %" PRIu64, blocker->record.id);
                never_started(execution, EXECUTION_SKIPPED, REASON_OVERLAP, detail);
        }
        return USEC_INFINITY;
}

usec_t waiting_release(ScheduledJob *job) {
        usec_t now_usec = manager_now(job->manager), again_usec = USEC_INFINITY;
        Execution *execution, *next;

        for (execution = job->executions; execution; execution = next) {
                usec_t start_usec = execution->record.start_after_usec;

                next = execution->next;
                if (!execution_is_waiting(execution) ||
                    (job->manager->untrusted && execution->record.cause != CAUSE_BOOT))
                        continue;
                if (start_usec > now_usec)
                        return MIN(again_usec, planner_coalesce(start_usec, job->job->accuracy_usec));
                if (execution->phase != PHASE_READY)
                        break; /* its commit comes back to it */
                again_usec = MIN(again_usec, release(execution, now_usec));
        }
        return again_usec;
}

bool waiting_admit(Execution *execution) {
        if (!execution_is_gated(execution) || execution->phase != PHASE_READY)
                return false;
        (void) release(execution, manager_now(execution->manager));
        return execution->record.state == EXECUTION_STARTING;
}

/* Of a long queue only the first can be the next to start. */
void waiting_on_disk(Execution *execution) {
        const Execution *first;

        if (execution_is_queued(execution)) {
                DL_FOREACH(execution->scheduled_job->executions, first)
                if (execution_is_waiting(first))
                        break;
                if (first != execution)
                        return;
        }
        scheduled_job_replan(execution->scheduled_job);
}

/* --- taken back ------------------------------------------------------------------------------------ */

void waiting_take_back(ScheduledJob *job, usec_t now_usec) {
        Execution *execution, *next;

        for (execution = job->executions; execution; execution = next) {
                next = execution->next;
                if (!execution_is_waiting(execution) || execution->record.due_usec <= now_usec)
                        continue;
                if (cause_is_of_schedule(execution->record.cause)) {
                        execution_withdraw(execution);
                } else if (execution->record.start_after_usec > now_usec) {
                        execution->record.start_after_usec = now_usec; /* what asked for it has happened */
                        (void) execution_save(execution);
                }
        }
}

void waiting_cancel(ScheduledJob *job, const char *detail) {
        Execution *execution, *next;

        for (execution = job->executions; execution; execution = next) {
                next = execution->next;
                if (execution_is_waiting(execution))
                        execution_close(execution, EXECUTION_CANCELLED, REASON_JOB_REMOVED, detail);
        }
}
