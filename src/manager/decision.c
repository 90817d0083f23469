/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/decision.h"

#include <assert.h>
#include <string.h>

#include "manager/admission.h"
#include "manager/alert-events.h"
#include "manager/execution.h"
#include "manager/gates.h"
#include "manager/scheduled-job.h"
#include "manager/user-limits.h"

void decision_forget_fold(ScheduledJob *job) {
        job->fold = execution_record_free(job->fold);
        job->fold_known = true;
}

/* After a restart the row that covers the last decided instant may go on. */
static int fold_load(ScheduledJob *job) {
        CLEANUP(execution_record_freep) ExecutionRecord *found = NULL;
        int r;

        if (job->fold_known)
                return 0;

        found = malloc(sizeof(*found));
        if (!found)
                return -ENOMEM;
        execution_record_init(found);

        r = store_find_execution(
                        job->manager->host.store, job->stored.id, job->stored.cursor_usec,
                        job->stored.cursor_usec, found);
        if (r < 0)
                return r;
        if (r > 0 && cause_is_of_schedule(found->cause) && execution_state_is_final(found->state) &&
            !execution_state_is_outcome(found->state))
                job->fold = TAKE_PTR(found);
        job->fold_known = true;
        return 0;
}

unsigned decision_insert_flags(const ScheduledJob *job, const PlannedOccurrence *planned) {
        if (planned && planned->parent_id != 0)
                return STORE_INSERT_NEXT_PASS; /* two ends at one instant are two starts */
        if (planned && planned->interval_like &&
            planned->occurrence.due_usec <= job->manager->set_back_until_usec)
                return STORE_INSERT_NEXT_PASS;
        return 0;
}

static void log_never_started(const ScheduledJob *job, const NeverStarted *what, uint64_t id) {
        char due[TIMESTAMP_MAX], count[48] = "";
        bool skipped = what->state == EXECUTION_SKIPPED;

        if (what->count > 1)
                (void) snprintf(count, sizeof(count), "%" PRIu64 " occurrences from ", what->count);
        (void) manager_log(
                        LOG_NOTICE, 0, skipped ? MESSAGE_ID_OCCURRENCE_SKIPPED : MESSAGE_ID_OCCURRENCE_MISSED,
                        job->stored.name, id, "Job '%s': %s%s %s %s (%s%s%s)", job->stored.name, count,
                        timestamp_format_utc(what->first_usec, due), what->count > 1 ? "were" : "was",
                        skipped ? "skipped" : "missed", execution_reason_to_string(what->reason),
                        what->detail ? ": " : "", what->detail ?: "");
}

/* Announces a copy of the row as it will be on disk. */
static void announce(ScheduledJob *job, const ExecutionRecord *record) {
        ExecutionRecord copy;

        if (manager_is_observed(job->manager) && execution_record_copy(record, &copy) >= 0)
                manager_announce_record(job->manager, &copy);
}

static int fold_extend(ScheduledJob *job, const NeverStarted *what) {
        int r;

        job->fold->due_last_usec = what->last_usec;
        job->fold->count += what->count;
        job->fold->ended_usec = manager_now(job->manager);

        r = store_update_execution(job->manager->host.store, job->fold);
        if (r < 0)
                return r;
        if (what->armed)
                execution_withdraw(what->armed);
        announce(job, job->fold);
        return 0;
}

static int fold_start_from_armed(ScheduledJob *job, const NeverStarted *what) {
        ExecutionRecord *record = &what->armed->record;
        ExecutionRecord *fold = malloc(sizeof(*fold));
        int r;

        if (!fold)
                return -ENOMEM;

        record->due_last_usec = what->last_usec;
        record->count = what->count;
        execution_close(what->armed, what->state, what->reason, what->detail);

        r = execution_record_copy(record, fold);
        if (r < 0)
                free(fold); /* the next one begins a row of its own */
        else
                job->fold = fold;
        return 0;
}

static int fold_start(ScheduledJob *job, const NeverStarted *what) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = NULL;
        Manager *manager = job->manager;
        int r;

        record = malloc(sizeof(*record));
        if (!record)
                return -ENOMEM;
        execution_record_init(record);

        r = execution_describe(job, record);
        if (r < 0)
                return r;
        if (what->detail) {
                record->reason_detail = strdup(what->detail);
                if (!record->reason_detail)
                        return -ENOMEM;
        }
        record->state = what->state;
        record->reason = what->reason;
        record->cause = what->cause;
        record->due_usec = record->nominal_usec = record->start_after_usec = what->first_usec;
        if (what->planned && what->count == 1)
                record->nominal_usec = what->planned->occurrence.nominal_usec;
        record->due_last_usec = what->last_usec;
        record->count = what->count;
        record->notes = what->planned ? what->planned->occurrence.notes : 0;
        record->parent_id = what->planned ? what->planned->parent_id : 0;
        record->queued_usec = record->ended_usec = manager_now(manager);

        record->id = manager->last_execution_id + 1;
        /* What ran before the clock was set back may be part of it: this row stands beside that one. */
        r = store_insert_execution(manager->host.store, record, STORE_INSERT_NEXT_PASS, NULL, NULL);
        if (r < 0)
                return r;
        manager->last_execution_id++;

        announce(job, record);
        job->fold = TAKE_PTR(record);
        return 0;
}

int decision_has_row(const ScheduledJob *job, usec_t due_usec, bool ran) {
        CLEANUP(execution_record_done) ExecutionRecord found = { 0 };
        int r;

        execution_record_init(&found);
        r = store_find_execution(job->manager->host.store, job->stored.id, due_usec, due_usec, &found);
        if (r <= 0 || !cause_is_of_schedule(found.cause) || found.state == EXECUTION_ARMED)
                return MIN(r, 0);
        return !ran || found.started_usec != USEC_INFINITY;
}

/* It ran before the clock was set back: nothing that becomes of its repetition is written. */
static int was_started_before(const ScheduledJob *job, const NeverStarted *what) {
        if (what->count != 1 || what->armed || what->first_usec > job->manager->set_back_until_usec ||
            decision_insert_flags(job, what->planned) != 0)
                return 0;
        return decision_has_row(job, what->first_usec, true);
}

/* Nothing else is due between the row it would join and it; what waited may be decided later than its
 * followers. */
static bool follows_fold(const ScheduledJob *job, const NeverStarted *what) {
        PlannedOccurrence next;
        PlannerView view;
        bool found;

        if (!job->fold || cause_is_of_schedule(job->fold->cause) != cause_is_of_schedule(what->cause))
                return false;
        if (!cause_is_of_schedule(what->cause))
                return true;
        view = scheduled_job_view(job);
        found = planner_next(&view, job->fold->due_last_usec, &next) > 0;
        if (what->reason == REASON_EXCEPTED)
                return !found || next.occurrence.due_usec > what->first_usec;
        return found && next.occurrence.due_usec == what->first_usec;
}

int decision_never_started(ScheduledJob *job, const NeverStarted *what) {
        const char *detail = what->detail;
        bool folds;
        int r;

        r = was_started_before(job, what);
        if (r > 0) {
                scheduled_job_move_cursor(job, what->last_usec);
                scheduled_job_save_state(job);
        }
        if (r != 0)
                return MIN(r, 0);

        r = fold_load(job);
        if (r < 0)
                return r;

        /* What does not hold is the condition, whatever its value was each time. */
        if (what->reason == REASON_CONDITION && job->fold && what->armed &&
            job->fold->condition == what->armed->record.condition)
                detail = job->fold->reason_detail;
        folds = planner_may_fold(job->fold, what->first_usec, what->state, what->reason, detail) &&
                        follows_fold(job, what);
        store_begin_group(job->manager->host.store);
        if (folds) {
                r = fold_extend(job, what);
        } else {
                decision_forget_fold(job);
                r = what->armed ? fold_start_from_armed(job, what) : fold_start(job, what);
        }
        if (r >= 0 && what->state == EXECUTION_MISSED && job->fold)
                alerts_on_missed(job, job->fold);
        store_end_group(job->manager->host.store);
        if (r < 0)
                return r;

        if (!folds)
                log_never_started(job, what, job->fold ? job->fold->id : 0);
        if (cause_is_of_schedule(what->cause))
                scheduled_job_move_cursor(job, what->last_usec);
        scheduled_job_save_state(job);
        return 0;
}

Execution *decision_armed_for(ScheduledJob *job, usec_t due_usec) {
        Execution *armed = scheduled_job_armed(job);

        if (!armed || armed->record.due_usec == due_usec)
                return armed;
        execution_withdraw(armed);
        return NULL;
}

int decision_skip(
                ScheduledJob *job,
                const PlannedOccurrence *planned,
                ExecutionCause cause,
                ExecutionReason reason,
                const char *detail) {

        usec_t due_usec = planned->occurrence.due_usec;

        return decision_never_started(
                        job,
                        &(NeverStarted){
                                        .first_usec = due_usec,
                                        .last_usec = due_usec,
                                        .count = 1,
                                        .state = EXECUTION_SKIPPED,
                                        .reason = reason,
                                        .detail = detail,
                                        .cause = cause,
                                        .planned = planned,
                                        .armed = cause_is_of_schedule(cause)
                                                        ? decision_armed_for(job, due_usec)
                                                        : NULL,
                        });
}

/* Its random delay is drawn here, once; it never comes before one that waits already. */
static usec_t start_of(const ScheduledJob *job, usec_t due_usec, usec_t earliest_usec) {
        const RandomDelay *random_delay = &job->job->random_delay;
        const ManagerHost *host = &job->manager->host;
        PlannerView view = scheduled_job_view(job);
        usec_t delay_usec = view.delay_usec;

        if (random_delay->fresh && delay_usec > 0)
                delay_usec = host->random ? (usec_t) (host->random(host->userdata) % (uint64_t) delay_usec)
                                          : 0;
        return MAX(usec_add(due_usec, delay_usec), earliest_usec);
}

bool decision_hold(Execution *execution, usec_t start_after_usec, WaitingFor waiting_for) {
        ExecutionRecord *record = &execution->record;

        record->state = EXECUTION_WAITING;
        record->queued_usec = manager_now(execution->manager);
        execution_record_wait(record, waiting_for, record->queued_usec);
        record->start_after_usec = MAX(start_after_usec, record->due_usec);
        if (record->start_after_usec > record->due_usec)
                record->notes |= SCHEDULE_NOTE_DELAYED;
        return execution_hold(execution);
}

static int begin_row(ScheduledJob *job, const ExecutionBegin *begin) {
        usec_t due_usec = begin->planned->occurrence.due_usec;
        bool of_schedule = cause_is_of_schedule(begin->cause), saved = false;
        Execution *armed = of_schedule ? decision_armed_for(job, due_usec) : NULL, *execution = NULL;
        int r;

        if (begin->state != EXECUTION_WAITING)
                decision_forget_fold(job);
        else /* it may end as the one before it did; if that cannot be read, it gets a row of its own */
                (void) fold_load(job);
        if (!armed) {
                r = execution_begin(job, begin, &execution);
                if (r < 0)
                        return r;
                if (begin->state == EXECUTION_WAITING && begin->waiting_for == WAITING_FOR_NOTHING)
                        gates_expect(execution);
        } else if (begin->state == EXECUTION_WAITING) {
                saved = decision_hold(armed, begin->start_after_usec, begin->waiting_for);
        } else {
                saved = execution_become_due(armed);
        }

        if (of_schedule)
                scheduled_job_move_cursor(job, due_usec);
        if (!saved)
                scheduled_job_save_state(job);
        return 0;
}

int decision_begin(ScheduledJob *job, const PlannedOccurrence *planned, ExecutionCause cause) {
        usec_t due_usec = planned->occurrence.due_usec;
        usec_t start_after_usec = cause_is_of_schedule(cause)
                        ? start_of(job, due_usec, scheduled_job_last_start(job))
                        : due_usec;
        ExecutionBegin begin = {
                .planned = planned,
                .cause = cause,
                .state = EXECUTION_STARTING,
                .insert_flags = decision_insert_flags(job, planned),
                .start_after_usec = start_after_usec,
        };
        const char *limit = user_limits_refuse(job);
        char detail[BLOCKER_TEXT_MAX];

        if (limit)
                return decision_skip(job, planned, cause, REASON_USER_LIMIT, limit);
        if (start_after_usec > manager_now(job->manager) ||
            (!cause_is_of_schedule(cause) &&
             (scheduled_job_is_held(job) || manager_is_frozen(job->manager)))) {
                /* Whether it overlaps is seen then. */
                begin.state = EXECUTION_WAITING;
                begin.waiting_for = WAITING_FOR_DELAY;
                return begin_row(job, &begin);
        }

        switch (admission_judge(job)) {
        case OVERLAP_REFUSE:
                return decision_skip(
                                job, planned, cause, REASON_OVERLAP, admission_describe_blocker(job, detail));
        case OVERLAP_FULL:
                return decision_skip(job, planned, cause, REASON_QUEUE_FULL, NULL);
        case OVERLAP_WAIT:
                begin.state = EXECUTION_WAITING;
                begin.waiting_for = WAITING_FOR_OVERLAP;
                break;
        default:
                if (!admission_gates_are_open(job))
                        begin.state = EXECUTION_WAITING; /* they are asked when its row is on disk */
                break;
        }
        return begin_row(job, &begin);
}

int decision_queue(ScheduledJob *job, const PlannedOccurrence *planned, usec_t *earliest_usec) {
        const ExecutionBegin begin = {
                .planned = planned,
                .cause = CAUSE_CATCH_UP,
                .state = EXECUTION_WAITING,
                .waiting_for = WAITING_FOR_OVERLAP,
                .insert_flags = decision_insert_flags(job, planned),
                .start_after_usec = start_of(job, planned->occurrence.due_usec, *earliest_usec),
        };
        int r;

        r = execution_begin(job, &begin, NULL);
        if (r < 0)
                return r;
        scheduled_job_move_cursor(job, planned->occurrence.due_usec);
        *earliest_usec = begin.start_after_usec;
        return 0;
}
