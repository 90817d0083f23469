/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Occurrences that nobody met in time: while the daemon was down, the host slept, the clock was set or the
 * job was paused. */

#include <assert.h>

#include "manager/decision.h"
#include "manager/execution.h"
#include "manager/scheduled-job.h"
#include "util/string-list.h"

void decision_late_reason(
                const Manager *manager,
                usec_t instant_usec,
                ExecutionReason *ret,
                const char **ret_detail) {

        if (instant_usec > manager->thawed.from_usec && instant_usec <= manager->thawed.until_usec) {
                *ret = manager->thawed.reason;
                *ret_detail = manager->thawed.detail;
                return;
        }

        *ret = REASON_DOWN;
        *ret_detail = "jobschedd was not running";
        if (instant_usec <= manager->started_usec)
                return;

        *ret_detail = "jobschedd was held up";
        if (instant_usec > manager->gap.from_usec && instant_usec <= manager->gap.until_usec) {
                *ret = manager->gap.reason;
                *ret_detail = manager->gap.detail;
        }
}

static int write_missed(
                ScheduledJob *job,
                const PlannedOccurrence *first,
                const OccurrenceSpan *span,
                const CatchUpPlan *plan) {

        NeverStarted missed = {
                .first_usec = span->first_usec,
                .last_usec = plan->missed_last_usec,
                .count = plan->n_missed,
                .state = EXECUTION_MISSED,
                .cause = CAUSE_SCHEDULE,
                .planned = first,
                .armed = decision_armed_for(job, span->first_usec),
        };

        decision_late_reason(job->manager, span->last_usec, &missed.reason, &missed.detail);
        if (missed.reason == REASON_FROZEN) { /* nobody missed it: it was held back */
                missed.state = EXECUTION_SKIPPED;
        } else if (plan->too_late) {
                missed.reason = REASON_TOO_LATE;
                missed.detail = "later than catch-up allows";
        }
        return decision_never_started(job, &missed);
}

/*
 * A row and the cursor behind it may have come to disk in two commits, and only the first of them: whatever
 * is covered is decided. Returns 1 if the cursor moved.
 */
static int check_cursor(ScheduledJob *job, usec_t until_usec) {
        CLEANUP(execution_record_done) ExecutionRecord found = { 0 };
        usec_t search_usec = until_usec;
        int r;

        execution_record_init(&found);
        if (job->cursor_checked)
                return 0;

        do {
                execution_record_done(&found);
                r = store_find_execution(
                                job->manager->host.store, job->stored.id, job->stored.cursor_usec + 1,
                                search_usec, &found);
                if (r < 0)
                        return r;
                search_usec = found.due_usec - 1;
        } while (r > 0 && found.state == EXECUTION_ARMED);

        job->cursor_checked = true;
        if (r == 0 || found.cause == CAUSE_MANUAL || found.due_last_usec <= job->stored.cursor_usec)
                return 0;
        scheduled_job_move_cursor(job, MIN(found.due_last_usec, until_usec));
        return 1;
}

static int write_excepted(ScheduledJob *job, usec_t after_usec, usec_t until_usec) {
        const Timetable *timetable = &job->job->timetable;
        PlannerView view = scheduled_job_view(job);
        OccurrenceSpan span = { 0 };

        if (timetable->exceptions && job->job->enabled)
                timetable_excepted(timetable, &view.context, after_usec, until_usec, &span);
        if (span.n_occurrences == 0)
                return 0;
        return decision_never_started(
                        job,
                        &(NeverStarted){
                                        .first_usec = span.first_usec,
                                        .last_usec = span.last_usec,
                                        .count = span.n_occurrences,
                                        .state = EXECUTION_SKIPPED,
                                        .reason = REASON_EXCEPTED,
                                        .cause = CAUSE_SCHEDULE,
                        });
}

int decision_excepted(ScheduledJob *job, usec_t until_usec) {
        int r;

        if (!job->job->timetable.exceptions)
                return 0;
        r = check_cursor(job, manager_now(job->manager));
        return r != 0 ? r : write_excepted(job, scheduled_job_cursor(job), until_usec - 1);
}

static void late_plan(
                const ScheduledJob *job,
                const PlannedOccurrence *first,
                usec_t until_usec,
                OccurrenceSpan *ret_span,
                CatchUpPlan *ret_plan) {

        PlannerView view = scheduled_job_view(job);
        usec_t now_usec = manager_now(job->manager);
        PlannedOccurrence next;
        bool another_is_due;

        planner_late_span(&view, scheduled_job_cursor(job), until_usec, ret_span);
        if (ret_span->n_occurrences == 0) /* a schedule that disagrees with itself */
                *ret_span = (OccurrenceSpan){ 1, first->occurrence.due_usec, first->occurrence.due_usec };

        another_is_due = planner_next(&view, ret_span->last_usec, &next) > 0 &&
                        next.occurrence.due_usec <= now_usec;
        planner_catch_up(&view, ret_span, another_is_due, now_usec, ret_plan);
}

/* Nothing is begun late: all are missed. */
static void plan_nothing(const OccurrenceSpan *span, CatchUpPlan *plan) {
        plan->n_run = 0;
        plan->n_missed = span->n_occurrences;
        plan->missed_last_usec = span->last_usec;
}

/* Every row is written before the first of them starts, oldest first: after a crash the cursor is where the
 * rows on disk end. */
static int queue_all(ScheduledJob *job, const CatchUpPlan *plan) {
        PlannerView view = scheduled_job_view(job);
        PlannedOccurrence planned;
        usec_t after_usec = plan->first_run.due_usec - 1, earliest_usec = scheduled_job_last_start(job);
        Execution *armed = decision_armed_for(job, plan->first_run.due_usec);
        int r;

        if (armed)
                execution_withdraw(armed);
        decision_forget_fold(job);
        for (uint64_t i = 0; i < plan->n_run && planner_next(&view, after_usec, &planned) > 0; i++) {
                r = decision_queue(job, &planned, &earliest_usec);
                if (r < 0)
                        return r;
                after_usec = planned.occurrence.due_usec;
        }
        scheduled_job_save_state(job);
        return 0;
}

static bool queues(const ScheduledJob *job) {
        return job->job->catch_up.policy == CATCH_UP_ALL;
}

/* The newest of the late ones are begun. */
static int run_late(ScheduledJob *job, const PlannedOccurrence *first, const CatchUpPlan *plan) {
        PlannedOccurrence latest = *first;

        if (plan->n_run == 0)
                return 0;
        if (queues(job))
                return queue_all(job, plan);
        if (plan->n_missed > 0)
                latest.occurrence = plan->first_run;
        return decision_begin(job, &latest, CAUSE_CATCH_UP);
}

int decision_late(ScheduledJob *job, const PlannedOccurrence *first, usec_t until_usec) {
        usec_t after_usec;
        OccurrenceSpan span;
        CatchUpPlan plan;
        int r;

        r = check_cursor(job, manager_now(job->manager));
        if (r != 0)
                return r; /* moved: what is left is asked for again */

        after_usec = scheduled_job_cursor(job);
        late_plan(job, first, until_usec, &span, &plan);
        if (plan.n_missed > 0) {
                r = write_missed(job, first, &span, &plan);
                if (r < 0)
                        return r;
        }
        r = run_late(job, first, &plan);
        if (r >= 0)
                r = write_excepted(job, after_usec, span.last_usec);
        if (r < 0)
                return r;

        if (scheduled_job_counts_from_end(job)) { /* what was not run now is counted from here */
                scheduled_job_move_cursor(job, until_usec);
                scheduled_job_save_state(job);
        }
        return 0;
}

/* As many as catch-up runs came after it before the daemon was there again. */
static bool enough_are_newer(const ScheduledJob *job, usec_t due_usec) {
        PlannerView view = scheduled_job_view(job);
        uint64_t n_wanted = queues(job) ? job->job->catch_up.max : 1;
        usec_t until_usec = job->manager->started_usec - view.delay_usec;
        PlannedOccurrence newer = { .occurrence.due_usec = due_usec };

        for (uint64_t n = 0; n < n_wanted; n++)
                if (planner_next(&view, newer.occurrence.due_usec, &newer) <= 0 ||
                    newer.occurrence.due_usec > until_usec)
                        return false;
        return true;
}

int decision_overtaken(Execution *execution) {
        const ExecutionRecord *record = &execution->record;
        ScheduledJob *job = execution->scheduled_job;
        NeverStarted missed = {
                .first_usec = record->due_usec,
                .last_usec = record->due_usec,
                .count = 1,
                .state = EXECUTION_MISSED,
                .cause = record->cause,
                .armed = execution,
        };
        int r;

        if ((record->cause != CAUSE_SCHEDULE && record->cause != CAUSE_CATCH_UP) ||
            record->due_usec != job->stored.cursor_usec || !enough_are_newer(job, record->due_usec))
                return 0;

        decision_late_reason(job->manager, record->due_usec, &missed.reason, &missed.detail);
        decision_forget_fold(job);
        r = decision_never_started(job, &missed);
        return r < 0 ? r : 1;
}

/* The row of what a pause, a freeze or an order has kept from running so far. */
static int held_span(ScheduledJob *job, usec_t until_usec, ExecutionReason reason) {
        PlannerView view = scheduled_job_view(job);
        usec_t after_usec = scheduled_job_cursor(job);
        OccurrenceSpan span = { 0 };
        int r;

        if (job->job->enabled)
                timetable_count(&job->job->timetable, &view.context, after_usec, until_usec, &span);
        if (span.n_occurrences > 0) {
                r = decision_never_started(
                                job,
                                &(NeverStarted){
                                                .first_usec = span.first_usec,
                                                .last_usec = span.last_usec,
                                                .count = span.n_occurrences,
                                                .state = EXECUTION_SKIPPED,
                                                .reason = reason,
                                                .cause = CAUSE_SCHEDULE,
                                                .armed = decision_armed_for(job, span.first_usec),
                                });
                if (r < 0)
                        return r;
        }

        r = write_excepted(job, after_usec, until_usec);
        if (r < 0)
                return r;
        scheduled_job_move_cursor(job, until_usec);
        return 0;
}

int decision_ordered_skip(ScheduledJob *job, const PlannedOccurrence *next) {
        usec_t until_usec = MIN(job->stored.skip_until_usec, manager_now(job->manager));
        int r;

        if (!scheduled_job_skips(job, next->occurrence.due_usec))
                return 0;
        r = check_cursor(job, manager_now(job->manager));
        if (r == 0)
                r = held_span(job, until_usec, REASON_OPERATOR);
        if (r < 0)
                return r;
        scheduled_job_move_cursor(job, next->occurrence.due_usec); /* a schedule may disagree with itself */
        scheduled_job_save_state(job);
        return 1;
}

int decision_settle(ScheduledJob *job, bool may_run, PlannedOccurrence *ret_catch_up) {
        usec_t now_usec = manager_now(job->manager), after_usec;
        PlannerView view = scheduled_job_view(job);
        PlannedOccurrence first;
        OccurrenceSpan span;
        CatchUpPlan plan;
        int r;

        *ret_catch_up = (PlannedOccurrence){ .occurrence.due_usec = USEC_INFINITY };
        if (scheduled_job_is_paused(job))
                return held_span(job, now_usec, REASON_PAUSED);
        if (manager_is_frozen(job->manager))
                return held_span(job, now_usec, REASON_FROZEN);
        if (!job->job->enabled || view.elapsed_only)
                return 0;

        do {
                if (planner_next(&view, job->stored.cursor_usec, &first) <= 0 ||
                    first.occurrence.due_usec > now_usec)
                        return MIN(decision_excepted(job, now_usec + 1), 0);
                r = decision_ordered_skip(job, &first);
                if (r == 0)
                        r = check_cursor(job, now_usec);
        } while (r > 0);
        if (r < 0)
                return r;
        after_usec = job->stored.cursor_usec;

        late_plan(job, &first, now_usec, &span, &plan);
        if (!may_run || (!queues(job) && scheduled_job_is_held(job)))
                plan_nothing(&span, &plan);
        if (plan.n_missed > 0) {
                r = write_missed(job, &first, &span, &plan);
                if (r < 0)
                        return r;
        }
        r = write_excepted(job, after_usec, now_usec);
        if (r < 0 || plan.n_run == 0)
                return r;
        if (queues(job))
                return queue_all(job, &plan);
        *ret_catch_up = first;
        ret_catch_up->occurrence = plan.first_run;
        return 0;
}

int decision_end_pause(ScheduledJob *job, usec_t until_usec) {
        int r;

        /* No more than was lived through, if the clock was set back. */
        until_usec = MIN(until_usec, manager_now(job->manager));
        if (job->job) {
                r = held_span(job, until_usec, REASON_PAUSED);
                if (r < 0)
                        return r;
        }
        job->stored.paused_since_usec = job->stored.paused_until_usec = USEC_INFINITY;
        scheduled_job_save_state(job);
        return 0;
}

int decision_drop_frozen(ScheduledJob *job, usec_t until_usec) {
        int r;

        r = held_span(job, until_usec, REASON_FROZEN);
        if (r >= 0)
                scheduled_job_save_state(job);
        return r;
}

static int one_in_the_past(ScheduledJob *job, usec_t due_usec) {
        char due[TIMESTAMP_MAX];
        PlannedOccurrence planned = {
                .occurrence = { .due_usec = due_usec, .nominal_usec = due_usec, .count = 1 },
                .kind = SCHEDULE_AT,
        };
        int r;

        r = decision_has_row(job, due_usec, false); /* the job was there before, and is added again */
        if (r != 0)
                return MIN(r, 0);

        (void) manager_log(
                        LOG_WARNING, 0, MESSAGE_ID_OCCURRENCE_MISSED, job->stored.name, 0,
                        "%s:%u: job '%s' was to run at %s, which is in the past: it will not run",
                        job->job->file ?: "(no file)", job->job->line, job->stored.name,
                        timestamp_format_utc(due_usec, due));
        decision_forget_fold(job);
        return decision_never_started(
                        job,
                        &(NeverStarted){
                                        .first_usec = due_usec,
                                        .last_usec = due_usec,
                                        .count = 1,
                                        .state = EXECUTION_MISSED,
                                        .reason = REASON_IN_THE_PAST,
                                        .cause = CAUSE_SCHEDULE,
                                        .planned = &planned,
                        });
}

int decision_in_the_past(ScheduledJob *job, const Job *old) {
        usec_t now_usec = manager_now(job->manager);
        PlannerView view = scheduled_job_view(job);
        int r;

        for (size_t i = 0; i < job->job->timetable.n_entries; i++) {
                const ScheduleEntry *entry = &job->job->timetable.entries[i];
                Occurrence occurrence;

                if (schedule_kind(entry->schedule) != SCHEDULE_AT ||
                    (old && string_list_contains(old->schedule_texts, job->job->schedule_texts[i])))
                        continue;
                if (schedule_entry_previous(entry, &view.context, now_usec, &occurrence) <= 0)
                        continue;
                if (!job->manager->untrusted && occurrence.due_usec > job->stored.cursor_usec)
                        continue; /* it is hardly late, and will run */

                r = one_in_the_past(job, occurrence.due_usec);
                if (r < 0)
                        return r;
        }
        return 0;
}
