/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/waiting.h"

#include <assert.h>
#include <stdio.h>

#include "manager/admission.h"
#include "manager/decision.h"
#include "manager/dependency.h"
#include "manager/execution-parameters.h"
#include "manager/execution.h"
#include "manager/gates.h"
#include "manager/place.h"
#include "manager/retry.h"
#include "manager/scheduled-job.h"

/* --- start or end ---------------------------------------------------------------------------------- */

/* The newest revision is its own, with values of now. Returns false if it has ended over those. */
static bool take_newest(Execution *execution) {
        ScheduledJob *job = execution->scheduled_job;
        CLEANUP_FREE char *error = NULL;
        int r = 0;

        if (cause_is_of_schedule(execution->record.cause))
                parameters_refresh(job, &execution->record);
        else
                r = parameters_renew(job, &execution->record, &error);
        if (r < 0) {
                execution_refuse_parameters(execution, r, error);
                return false;
        }
        if (execution->record.job_revision != job->stored.revision)
                execution->is_unsaved = false; /* which its row does not say */
        (void) job_unref(execution->job);
        execution->job = job_ref(job->job);
        execution->record.job_revision = job->stored.revision;
        return true;
}

static void start(Execution *execution) {
        ScheduledJob *job = execution->scheduled_job;

        gates_leave(execution);
        if (execution->record.attempts == 0) {
                if (!take_newest(execution))
                        return;
                decision_forget_fold(job);
                dependency_job_started(job, manager_now(job->manager));
        }
        execution_begin_attempt(execution);
}

static void never_started(
                Execution *execution,
                ExecutionState state,
                ExecutionReason reason,
                const char *detail) {

        ScheduledJob *job = execution->scheduled_job;
        int r;

        if (execution->record.attempts > 0) {
                execution_give_up(execution, reason);
                return;
        }
        if (!cause_is_of_schedule(execution->record.cause)) {
                execution_close(execution, state, reason, detail);
                return;
        }

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

static bool is_by_hand(const Execution *execution) {
        return execution->record.cause == CAUSE_MANUAL;
}

/* A paused job starts nothing but what is asked for by hand. Returns true if that is the end of it. */
static bool is_paused(Execution *execution) {
        if (!scheduled_job_is_paused(execution->scheduled_job) || is_by_hand(execution))
                return false;
        never_started(execution, EXECUTION_SKIPPED, REASON_PAUSED, NULL);
        return true;
}

/* Its commit comes back to it, or nothing may start, or the clock has to be trusted first. */
static bool is_held(const Execution *execution) {
        return execution->phase != PHASE_READY || manager_is_frozen(execution->manager) ||
                        (execution->manager->untrusted && execution->record.cause != CAUSE_BOOT &&
                         !is_by_hand(execution));
}

/* --- at the gates ---------------------------------------------------------------------------------- */

/* Overlap lets it pass. Returns true if it still waits; then *again_usec is when to look at the latest. */
static bool pass_gates(Execution *execution, usec_t now_usec, usec_t *again_usec) {
        GateVerdict verdict;
        bool changed;

        if (gates_pass(execution, now_usec, &verdict, &changed)) {
                start(execution);
                return false;
        }
        if (verdict.answer == GATE_CLOSED) {
                *again_usec = MIN(*again_usec, verdict.look_again_usec);
                execution_place(execution);
                if (changed && !execution->is_unsaved)
                        (void) execution_save(execution); /* the next daemon finds out by itself */
                return true;
        }
        execution->record.condition = verdict.condition;
        never_started(execution, EXECUTION_SKIPPED, verdict.reason,
                      verdict.detail[0] ? verdict.detail : NULL);
        return false;
}

/* It comes to the gates, and waits behind those of its job that are not at the queue yet. */
static void enter_gates(Execution *execution, usec_t now_usec, usec_t *again_usec) {
        ScheduledJob *job = execution->scheduled_job;

        if (job->n_marks[MARK_PARKED] == 0 || execution->record.forced) {
                (void) pass_gates(execution, now_usec, again_usec);
                return;
        }
        execution_record_wait(&execution->record, WAITING_FOR_NOTHING, now_usec);
        execution_place(execution);
        (void) execution_save(execution);
}

static Execution *next_parked(Execution *execution) {
        while (execution && execution_is_at_queue(execution))
                execution = execution->place_next;
        return execution;
}

/* Only the first can be the next to start; of those at the queue the queue itself knows which is next. */
static usec_t release_gated(ScheduledJob *job, usec_t now_usec) {
        usec_t again_usec = USEC_INFINITY;
        Execution *execution, *next;

        for (execution = scheduled_job_first(job, PLACE_GATED); execution; execution = next) {
                next = execution->place_next;
                if (is_held(execution))
                        break;
                if (is_paused(execution) || !pass_gates(execution, now_usec, &again_usec))
                        continue;
                if (!execution_is_at_queue(execution) || job->n_marks[MARK_PARKED] == 0)
                        break;
                next = next_parked(next);
        }
        return again_usec;
}

bool waiting_admit(Execution *execution) {
        ScheduledJob *job = execution->scheduled_job;
        usec_t now_usec = manager_now(execution->manager), again_usec;

        if (execution->place != PLACE_GATED || is_held(execution) || is_paused(execution))
                return false;
        if (job->n_marks[MARK_PARKED] > 0 && execution != scheduled_job_first(job, PLACE_GATED)) {
                /* One before it went back to an earlier gate: it goes there as well. */
                gates_leave(execution);
                enter_gates(execution, now_usec, &again_usec);
                return false;
        }
        return !pass_gates(execution, now_usec, &again_usec) && execution->record.state == EXECUTION_STARTING;
}

/* --- behind others of its job ---------------------------------------------------------------------- */

static bool overlap_lets_go(const Execution *execution) {
        const ScheduledJob *job = execution->scheduled_job;
        bool one_by_one = job->job->catch_up.policy == CATCH_UP_ALL;

        if (one_by_one && execution->record.cause == CAUSE_CATCH_UP)
                return scheduled_job_count_active(job) == 0;
        return admission_has_room(job) && !(one_by_one && job->n_marks[MARK_CATCHING] > 0);
}

static usec_t release_queued(ScheduledJob *job, usec_t now_usec) {
        usec_t again_usec = USEC_INFINITY;
        Execution *execution, *next;

        for (execution = scheduled_job_first(job, PLACE_QUEUED); execution; execution = next) {
                usec_t start_usec = execution->record.start_after_usec;

                next = execution->place_next;
                if (start_usec > now_usec)
                        return MIN(again_usec, planner_coalesce(start_usec, job->job->accuracy_usec));
                if (is_held(execution))
                        break;
                if (is_paused(execution))
                        continue;
                if (!overlap_lets_go(execution))
                        break;
                if (execution->record.cause != CAUSE_MANUAL)
                        admission_supersede(job);
                enter_gates(execution, now_usec, &again_usec);
        }
        return again_usec;
}

/* --- held back until an instant -------------------------------------------------------------------- */

/* A later one could start now, and `latest` wants only that. */
static bool is_overtaken(const Execution *waiting, usec_t now_usec) {
        const ScheduledJob *job = waiting->scheduled_job;
        const Execution *later = waiting->place_next;
        PlannerView view = scheduled_job_view(job);
        PlannedOccurrence newer;

        if (later && later->record.start_after_usec <= now_usec)
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
        if (reason == REASON_NONE && catch_up->policy != CATCH_UP_ALL &&
            cause_is_of_schedule(execution->record.cause) && is_overtaken(execution, now_usec))
                reason = REASON_DOWN;
        if (reason == REASON_DOWN)
                decision_late_reason(job->manager, execution->record.start_after_usec, &reason, &detail);
        if (reason != REASON_NONE)
                never_started(execution, reason == REASON_FROZEN ? EXECUTION_SKIPPED : EXECUTION_MISSED,
                              reason, detail);
        return reason != REASON_NONE;
}

/* Its delay is over: now it is seen whether it overlaps. */
static void end_delay(Execution *execution, usec_t now_usec, usec_t *again_usec) {
        ScheduledJob *job = execution->scheduled_job;
        char blocker[BLOCKER_TEXT_MAX];

        switch (admission_judge(job)) {
        case OVERLAP_REFUSE:
                never_started(execution, EXECUTION_SKIPPED, REASON_OVERLAP,
                              admission_describe_blocker(job, blocker));
                break;
        case OVERLAP_FULL:
                never_started(execution, EXECUTION_SKIPPED, REASON_QUEUE_FULL, NULL);
                break;
        case OVERLAP_WAIT:
                execution_record_wait(&execution->record, WAITING_FOR_OVERLAP, now_usec);
                execution_place(execution);
                (void) execution_save(execution);
                break;
        default:
                enter_gates(execution, now_usec, again_usec);
                break;
        }
}

static usec_t release_delayed(ScheduledJob *job, usec_t now_usec) {
        usec_t again_usec = USEC_INFINITY;
        Execution *execution, *next;

        for (execution = scheduled_job_first(job, PLACE_DELAYED); execution; execution = next) {
                usec_t start_usec = execution->record.start_after_usec;

                next = execution->place_next;
                if (start_usec > now_usec)
                        return MIN(again_usec, planner_coalesce(start_usec, job->job->accuracy_usec));
                if (is_held(execution))
                        break;
                if (!is_paused(execution) && !is_missed(execution, now_usec))
                        end_delay(execution, now_usec, &again_usec);
        }
        return again_usec;
}

/* --- between attempts ------------------------------------------------------------------------------ */

/* When the clock was set back, it does not wait longer than it would have had to. */
static usec_t retry_at(Execution *execution, usec_t now_usec) {
        ExecutionRecord *record = &execution->record;
        const Job *job = execution_job(execution);
        usec_t longest_usec;

        if (!job || record->retry_at_usec <= now_usec)
                return record->retry_at_usec;
        longest_usec = retry_longest_delay(&job->retry, MAX(record->attempts, 1U));
        record->retry_at_usec = MIN(record->retry_at_usec, usec_add(now_usec, longest_usec));
        return record->retry_at_usec;
}

static void try_again(Execution *execution, usec_t now_usec, usec_t *again_usec) {
        ExecutionRecord *record = &execution->record;

        record->state = EXECUTION_WAITING;
        record->retry_at_usec = USEC_INFINITY;
        execution_record_wait(record, WAITING_FOR_DELAY, now_usec); /* which is over */
        (void) pass_gates(execution, now_usec, again_usec);
}

/* If others of the job are active by then (one was started by hand), it waits for those, in this state. */
static usec_t release_retries(ScheduledJob *job, usec_t now_usec) {
        usec_t again_usec = USEC_INFINITY;
        Execution *execution, *next;

        if (manager_is_frozen(job->manager))
                return again_usec;
        for (execution = scheduled_job_first(job, PLACE_RETRYING); execution; execution = next) {
                usec_t retry_at_usec = retry_at(execution, now_usec);

                next = execution->place_next;
                if (retry_at_usec > now_usec)
                        again_usec = MIN(again_usec, retry_at_usec);
                else if (execution->phase == PHASE_READY && !is_paused(execution) &&
                         (admission_has_room(job) || execution->record.forced))
                        try_again(execution, now_usec, &again_usec);
        }
        return again_usec;
}

/* --- all of them ----------------------------------------------------------------------------------- */

usec_t waiting_release(ScheduledJob *job) {
        usec_t now_usec = manager_now(job->manager);
        usec_t again_usec = release_gated(job, now_usec);

        again_usec = MIN(again_usec, release_queued(job, now_usec));
        return MIN(again_usec, release_delayed(job, now_usec));
}

usec_t waiting_retry(ScheduledJob *job) {
        return release_retries(job, manager_now(job->manager));
}

/* Of a long list only the first can be the next to start; but the queue has to know of all that are there. */
void waiting_on_disk(Execution *execution) {
        ScheduledJob *job = execution->scheduled_job;
        usec_t again_usec = USEC_INFINITY;

        if (execution == scheduled_job_first(job, execution->place)) {
                scheduled_job_replan(job);
                return;
        }
        if (execution->place != PLACE_GATED || scheduled_job_is_held(job) ||
            !execution_is_at_queue(execution->place_prev) || is_held(execution) || is_paused(execution))
                return;
        if (pass_gates(execution, manager_now(job->manager), &again_usec) && again_usec != USEC_INFINITY)
                scheduled_job_replan(job); /* it wants another look then */
}

/* --- taken back ------------------------------------------------------------------------------------ */

void waiting_take_back(ScheduledJob *job, usec_t now_usec) {
        Execution *execution, *next;

        for (execution = job->executions; execution; execution = next) {
                next = execution->next;
                if (!execution_is_waiting(execution) || execution->record.due_usec <= now_usec ||
                    execution->record.attempts > 0)
                        continue;
                if (cause_is_of_schedule(execution->record.cause)) {
                        execution_withdraw(execution);
                } else if (execution->record.start_after_usec > now_usec) {
                        execution->record.start_after_usec = now_usec; /* what asked for it has happened */
                        (void) execution_save(execution);
                }
        }
}

void waiting_drop(ScheduledJob *job, usec_t now_usec) {
        Execution *execution, *next;

        for (execution = scheduled_job_first(job, PLACE_DELAYED); execution; execution = next) {
                next = execution->place_next;
                if (execution->record.start_after_usec > now_usec)
                        break;
                if (execution->phase == PHASE_READY && !is_by_hand(execution))
                        never_started(execution, EXECUTION_SKIPPED, REASON_FROZEN, NULL);
        }
}

static void cancel(ScheduledJob *job, const char *what, bool by_hand_too) {
        static const ExecutionPlace places[] = {
                PLACE_DELAYED, PLACE_QUEUED, PLACE_GATED, PLACE_STARTED, PLACE_RETRYING,
        };
        Execution *execution, *next;
        char detail[64];

        for (size_t i = 0; i < ARRAY_SIZE(places); i++)
                for (execution = scheduled_job_first(job, places[i]); execution; execution = next) {
                        next = execution->place_next;
                        if (!execution_is_unsent(execution) || (!by_hand_too && is_by_hand(execution)))
                                continue;
                        (void) snprintf(detail, sizeof(detail), "the job was %s before %s", what,
                                        execution->record.attempts > 0 ? "the next attempt"
                                                                       : "it was started");
                        execution_close(execution, EXECUTION_CANCELLED, REASON_JOB_REMOVED, detail);
                }
}

void waiting_cancel(ScheduledJob *job) {
        cancel(job, "removed", true);
}

void waiting_cancel_scheduled(ScheduledJob *job) {
        cancel(job, "disabled", false);
}
