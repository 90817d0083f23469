/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/decision.h"

#include <assert.h>
#include <string.h>

#include "manager/execution.h"
#include "manager/scheduled-job.h"
#include "util/string-list.h"

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
        if (r > 0 && found->cause != CAUSE_MANUAL && execution_state_is_final(found->state) &&
            !execution_state_is_outcome(found->state))
                job->fold = TAKE_PTR(found);
        job->fold_known = true;
        return 0;
}

static void move_cursor(ScheduledJob *job, usec_t instant_usec) {
        job->stored.cursor_usec = MAX(job->stored.cursor_usec, instant_usec);
}

unsigned decision_insert_flags(const ScheduledJob *job, const PlannedOccurrence *planned) {
        if (planned && planned->interval_like &&
            planned->occurrence.due_usec <= job->manager->set_back_until_usec)
                return STORE_INSERT_NEXT_PASS;
        return 0;
}

/* A span may begin with what ran before the clock was set back: its row stands beside that one. */
static unsigned span_insert_flags(const ScheduledJob *job, const NeverStarted *what) {
        if (what->count > 1 && what->first_usec <= job->manager->set_back_until_usec)
                return STORE_INSERT_NEXT_PASS;
        return decision_insert_flags(job, what->planned);
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
        record->due_last_usec = what->last_usec;
        record->count = what->count;
        record->notes = what->planned ? what->planned->occurrence.notes : 0;
        record->queued_usec = record->ended_usec = manager_now(manager);

        record->id = manager->last_execution_id + 1;
        r = store_insert_execution(manager->host.store, record, span_insert_flags(job, what), NULL, NULL);
        if (r < 0)
                return r;
        manager->last_execution_id++;

        announce(job, record);
        job->fold = TAKE_PTR(record);
        return 0;
}

/* Whether a row covers that instant already; `ran`: only one of an execution that was started counts. */
static int has_row(const ScheduledJob *job, usec_t due_usec, bool ran) {
        CLEANUP(execution_record_done) ExecutionRecord found = { 0 };
        int r;

        execution_record_init(&found);
        r = store_find_execution(job->manager->host.store, job->stored.id, due_usec, due_usec, &found);
        if (r <= 0 || found.cause == CAUSE_MANUAL || found.state == EXECUTION_ARMED)
                return MIN(r, 0);
        return !ran || found.started_usec != USEC_INFINITY;
}

/* It ran before the clock was set back: nothing that becomes of its repetition is written. */
static int was_started_before(const ScheduledJob *job, const NeverStarted *what) {
        if (what->count != 1 || what->armed || what->first_usec > job->manager->set_back_until_usec ||
            decision_insert_flags(job, what->planned) != 0)
                return 0;
        return has_row(job, what->first_usec, true);
}

int decision_never_started(ScheduledJob *job, const NeverStarted *what) {
        bool folds;
        int r;

        r = was_started_before(job, what);
        if (r > 0) {
                move_cursor(job, what->last_usec);
                scheduled_job_save_state(job);
        }
        if (r != 0)
                return MIN(r, 0);

        r = fold_load(job);
        if (r < 0)
                return r;

        folds = planner_may_fold(job->fold, job->stored.cursor_usec, what->state, what->reason, what->detail);
        if (folds) {
                r = fold_extend(job, what);
        } else {
                decision_forget_fold(job);
                r = what->armed ? fold_start_from_armed(job, what) : fold_start(job, what);
        }
        if (r < 0)
                return r;

        if (!folds)
                log_never_started(job, what, job->fold ? job->fold->id : 0);
        move_cursor(job, what->last_usec);
        scheduled_job_save_state(job);
        return 0;
}

/* The row that was written ahead for that instant; one for another instant is taken back. */
static Execution *armed_for(ScheduledJob *job, usec_t due_usec) {
        Execution *armed = scheduled_job_armed(job);

        if (!armed || armed->record.due_usec == due_usec)
                return armed;
        execution_withdraw(armed);
        return NULL;
}

static int decision_overlap(
                ScheduledJob *job,
                const PlannedOccurrence *planned,
                ExecutionCause cause,
                const Execution *blocker,
                Execution *armed) {

        char detail[64];

        (void) snprintf(detail, sizeof(detail), "blocked by execution %" PRIu64, blocker->record.id);
        return decision_never_started(
                        job,
                        &(NeverStarted){
                                        .first_usec = planned->occurrence.due_usec,
                                        .last_usec = planned->occurrence.due_usec,
                                        .count = 1,
                                        .state = EXECUTION_SKIPPED,
                                        .reason = REASON_OVERLAP,
                                        .detail = detail,
                                        .cause = cause,
                                        .planned = planned,
                                        .armed = armed,
                        });
}

int decision_begin(ScheduledJob *job, const PlannedOccurrence *planned, ExecutionCause cause) {
        usec_t due_usec = planned->occurrence.due_usec;
        Execution *armed = armed_for(job, due_usec), *blocker = scheduled_job_blocker(job);
        int r;

        if (blocker)
                return decision_overlap(job, planned, cause, blocker, armed);

        decision_forget_fold(job);
        if (armed) {
                move_cursor(job, due_usec);
                if (!execution_become_due(armed))
                        scheduled_job_save_state(job);
                return 0;
        }

        r =
                        execution_begin(job,
                                        &(ExecutionBegin){
                                                        .planned = planned,
                                                        .cause = cause,
                                                        .state = EXECUTION_STARTING,
                                                        .insert_flags = decision_insert_flags(job, planned),
                                        },
                                        NULL);
        if (r < 0)
                return r;
        move_cursor(job, due_usec);
        scheduled_job_save_state(job);
        return 0;
}

/* Why nobody was there at that instant. */
static void late_reason(
                const Manager *manager,
                usec_t due_usec,
                ExecutionReason *ret,
                const char **ret_detail) {
        *ret = REASON_DOWN;
        *ret_detail = "jobschedd was not running";
        if (due_usec <= manager->started_usec)
                return;

        *ret_detail = "jobschedd was held up";
        if (due_usec > manager->gap.from_usec && due_usec <= manager->gap.until_usec) {
                *ret = manager->gap.reason;
                *ret_detail = manager->gap.detail;
        }
}

static int decision_missed(
                ScheduledJob *job,
                const PlannedOccurrence *first,
                const OccurrenceSpan *span,
                const CatchUpPlan *plan,
                Execution *armed) {

        NeverStarted missed = {
                .first_usec = span->first_usec,
                .last_usec = span->last_usec,
                .count = plan->n_missed,
                .state = EXECUTION_MISSED,
                .cause = CAUSE_SCHEDULE,
                .planned = first,
                .armed = armed,
        };
        PlannerView view = scheduled_job_view(job);
        Occurrence before;

        if (plan->run_latest) {
                if (timetable_previous(&view.job->timetable, &view.context, span->last_usec, &before) <= 0)
                        return -ERANGE;
                missed.last_usec = before.due_usec;
        }

        late_reason(job->manager, span->last_usec, &missed.reason, &missed.detail);
        if (plan->too_late) {
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
        move_cursor(job, MIN(found.due_last_usec, until_usec));
        return 1;
}

static int late_plan(
                const ScheduledJob *job,
                const PlannedOccurrence *first,
                usec_t until_usec,
                OccurrenceSpan *ret_span,
                CatchUpPlan *ret_plan) {

        PlannerView view = scheduled_job_view(job);
        usec_t now_usec = manager_now(job->manager);
        PlannedOccurrence next;
        bool another_is_due;

        planner_late_span(&view, job->stored.cursor_usec, until_usec, ret_span);
        if (ret_span->n_occurrences == 0) /* a schedule that disagrees with itself */
                *ret_span = (OccurrenceSpan){ 1, first->occurrence.due_usec, first->occurrence.due_usec };

        another_is_due = planner_next(&view, ret_span->last_usec, &next) > 0 &&
                        next.occurrence.due_usec <= now_usec;
        planner_catch_up(&job->job->catch_up, ret_span, another_is_due, now_usec, ret_plan);
        return 0;
}

int decision_late(ScheduledJob *job, const PlannedOccurrence *first, usec_t until_usec) {
        PlannedOccurrence latest = *first;
        Execution *armed;
        OccurrenceSpan span;
        CatchUpPlan plan;
        int r;

        r = check_cursor(job, manager_now(job->manager));
        if (r != 0)
                return r; /* moved: what is left is asked for again */

        r = late_plan(job, first, until_usec, &span, &plan);
        if (r < 0)
                return r;
        armed = armed_for(job, span.first_usec);
        if (plan.n_missed > 0) {
                r = decision_missed(job, first, &span, &plan, armed);
                if (r < 0)
                        return r;
                latest.occurrence = (Occurrence){ .due_usec = span.last_usec, .count = 1 };
        }
        return plan.run_latest ? decision_begin(job, &latest, CAUSE_CATCH_UP) : 0;
}

int decision_overtaken(Execution *execution) {
        const ExecutionRecord *record = &execution->record;
        ScheduledJob *job = execution->scheduled_job;
        PlannerView view = scheduled_job_view(job);
        NeverStarted missed = {
                .first_usec = record->due_usec,
                .last_usec = record->due_usec,
                .count = 1,
                .state = EXECUTION_MISSED,
                .cause = record->cause,
                .armed = execution,
        };
        PlannedOccurrence newer;
        int r;

        if ((record->cause != CAUSE_SCHEDULE && record->cause != CAUSE_CATCH_UP) ||
            record->due_usec != job->stored.cursor_usec)
                return 0;
        if (planner_next(&view, record->due_usec, &newer) <= 0 ||
            newer.occurrence.due_usec > job->manager->started_usec)
                return 0;

        late_reason(job->manager, record->due_usec, &missed.reason, &missed.detail);
        decision_forget_fold(job);
        r = decision_never_started(job, &missed);
        return r < 0 ? r : 1;
}

/* The row of what a pause has kept from running so far. */
static int paused_span(ScheduledJob *job, usec_t until_usec) {
        PlannerView view = scheduled_job_view(job);
        OccurrenceSpan span = { 0 };
        int r;

        if (job->job->enabled)
                timetable_count(&job->job->timetable, &view.context, job->stored.cursor_usec, until_usec,
                                &span);
        if (span.n_occurrences > 0) {
                r = decision_never_started(
                                job,
                                &(NeverStarted){
                                                .first_usec = span.first_usec,
                                                .last_usec = span.last_usec,
                                                .count = span.n_occurrences,
                                                .state = EXECUTION_SKIPPED,
                                                .reason = REASON_PAUSED,
                                                .cause = CAUSE_SCHEDULE,
                                });
                if (r < 0)
                        return r;
        }

        move_cursor(job, until_usec);
        return 0;
}

int decision_settle(ScheduledJob *job, bool may_run, PlannedOccurrence *ret_catch_up) {
        usec_t now_usec = manager_now(job->manager);
        PlannerView view = scheduled_job_view(job);
        PlannedOccurrence first;
        OccurrenceSpan span;
        CatchUpPlan plan;
        int r;

        *ret_catch_up = (PlannedOccurrence){ .occurrence.due_usec = USEC_INFINITY };
        if (scheduled_job_is_paused(job))
                return paused_span(job, now_usec);
        if (!job->job->enabled || view.boot_only)
                return 0;

        do {
                if (planner_next(&view, job->stored.cursor_usec, &first) <= 0 ||
                    first.occurrence.due_usec > now_usec)
                        return 0;
                r = check_cursor(job, now_usec);
        } while (r > 0);
        if (r < 0)
                return r;

        r = late_plan(job, &first, now_usec, &span, &plan);
        if (r < 0)
                return r;
        if (plan.run_latest && !may_run) {
                plan.run_latest = false;
                plan.n_missed++;
        }
        if (plan.n_missed > 0) {
                r = decision_missed(job, &first, &span, &plan, armed_for(job, span.first_usec));
                if (r < 0)
                        return r;
        }
        if (plan.run_latest) {
                *ret_catch_up = first;
                ret_catch_up->occurrence = (Occurrence){ .due_usec = span.last_usec, .count = 1 };
        }
        return 0;
}

int decision_end_pause(ScheduledJob *job, usec_t until_usec) {
        int r;

        /* No more than was lived through, if the clock was set back. */
        until_usec = MIN(until_usec, manager_now(job->manager));
        if (job->job) {
                r = paused_span(job, until_usec);
                if (r < 0)
                        return r;
        }
        job->stored.paused_since_usec = job->stored.paused_until_usec = USEC_INFINITY;
        scheduled_job_save_state(job);
        return 0;
}

static int one_in_the_past(ScheduledJob *job, usec_t due_usec) {
        char due[TIMESTAMP_MAX];
        PlannedOccurrence planned = {
                .occurrence = { .due_usec = due_usec, .count = 1 },
                .kind = SCHEDULE_AT,
        };
        int r;

        r = has_row(job, due_usec, false); /* the job was there before, and is added again */
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

                r = one_in_the_past(job, occurrence.due_usec);
                if (r < 0)
                        return r;
        }
        return 0;
}
