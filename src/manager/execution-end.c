/* SPDX-License-Identifier: GPL-2.0-or-later */

/* How an attempt ends, and with it the execution, unless another attempt follows. */

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "manager/alert-events.h"
#include "manager/dependency.h"
#include "manager/execution-private.h"
#include "manager/gates.h"
#include "manager/outcome.h"
#include "manager/place.h"
#include "manager/retry.h"
#include "manager/scheduled-job.h"
#include "manager/secrets.h"
#include "util/duration.h"

/* --- the execution --------------------------------------------------------------------------------- */

static void remember_in_job(const Execution *execution) {
        StoredJob *stored = &execution->scheduled_job->stored;
        const ExecutionRecord *record = &execution->record;
        usec_t ended_usec = MIN(record->ended_usec, manager_now(execution->manager));
        usec_t before_usec = stored->last_ended_usec;

        if (before_usec != USEC_INFINITY && ended_usec < before_usec - CLOCK_STEP_MIN_USEC)
                return; /* heard of late: there is a later one */

        execution->scheduled_job->last_end_usec = ended_usec;
        stored->last_execution_id = record->id;
        stored->last_state = record->state;
        stored->last_due_usec = record->due_usec;
        stored->last_started_usec = record->started_usec;
        /* Never twice the same, so that joins can tell one end from the next. */
        stored->last_ended_usec =
                        before_usec == USEC_INFINITY ? ended_usec : MAX(ended_usec, before_usec + 1);
        scheduled_job_save_state(execution->scheduled_job);
}

void execution_became_final(Execution *execution, const OutputRecord *output) {
        assert(execution_state_is_final(execution->record.state));

        secrets_release_execution(execution);
        if (execution_state_is_outcome(execution->record.state))
                alerts_on_ended(execution, output);
        if (join_counts(&execution->record))
                remember_in_job(execution);
        dependency_job_ended(execution);
}

void execution_close(Execution *execution, ExecutionState state, ExecutionReason reason, const char *detail) {
        ExecutionRecord *record = &execution->record;
        Store *store = execution->manager->host.store;
        int r;

        assert(execution_state_is_final(state));
        assert(!execution_state_is_final(record->state));

        gates_leave(execution);
        queue_give_slot(execution);

        /* An attempt is counted before it begins. This one never did. */
        if (record->state == EXECUTION_STARTING && record->attempts > 0)
                record->attempts--;
        record->state = state;
        record->reason = reason;
        record->waiting_for = WAITING_FOR_NOTHING;
        record->waiting_since_usec = record->retry_at_usec = USEC_INFINITY;
        if (execution_set_text(detail, &record->reason_detail) < 0) /* the reason says the most of it */
                record->reason_detail = NULL;
        if (record->ended_usec == USEC_INFINITY)
                record->ended_usec = manager_now(execution->manager);

        execution->phase = execution->phase == PHASE_BETWEEN ? PHASE_ENDED : PHASE_CLOSED;
        store_begin_group(store);
        r = execution_save(execution);
        execution_became_final(execution, NULL);
        store_end_group(store);
        if (r < 0 && execution->n_pending == 0)
                execution_finish(execution);
}

/* --- an attempt ------------------------------------------------------------------------------------ */

/* How much of the job's output is in the pieces, each of which has a head of 8 bytes. */
static uint64_t output_kept(const OutputRecord *output) {
        uint64_t kept = 0;
        uint32_t size;

        for (size_t at = 0; at + 8 <= output->size; at += 8 + (size_t) size) {
                memcpy(&size, output->data + at + 4, sizeof(size));
                size = le32toh(size);
                if (output->data[at] != OUTPUT_NOTE)
                        kept += size;
        }
        return kept;
}

static int record_result(ExecutionRecord *record, const LaunchOutcome *outcome) {
        char *copy = outcome->result ? strdup(outcome->result) : NULL;

        if (outcome->result && !copy)
                return -ENOMEM;
        if (!copy)
                return 0; /* the message may be one */
        free(record->result);
        record->result = copy;
        return 0;
}

static void record_outcome(ExecutionRecord *record, const LaunchOutcome *outcome) {
        record->exit_code = outcome->exit_code;
        record->http_status = outcome->http_status;
        record->signal = outcome->signal;
        record->attempts = MAX(record->attempts, 1U);
        if (outcome->pid > 0)
                record->pid = outcome->pid;
        if (outcome->started_usec != USEC_INFINITY &&
            (record->attempts == 1 || record->started_usec == USEC_INFINITY))
                record->started_usec = outcome->started_usec;
        record->cpu_seconds = outcome->cpu_seconds;
        record->memory_peak_bytes = outcome->memory_peak_bytes;
        if (outcome->output) {
                record->output_bytes = outcome->output->total_bytes;
                record->output_truncated = outcome->output->total_bytes > output_kept(outcome->output);
        }
}

static usec_t attempt_started(const Execution *execution, const LaunchOutcome *outcome) {
        if (outcome->started_usec != USEC_INFINITY)
                return outcome->started_usec;
        if (execution->attempt_started_usec == USEC_INFINITY && execution->record.attempts == 1)
                return execution->record.started_usec;
        return execution->attempt_started_usec;
}

static int save_attempt(
                const Execution *execution,
                const LaunchOutcome *outcome,
                Verdict verdict,
                usec_t ended_usec) {
        const ExecutionRecord *record = &execution->record;
        AttemptRecord attempt = {
                .execution_id = record->id,
                .attempt = record->attempts,
                .state = verdict.state,
                .reason = verdict.reason,
                .started_usec = attempt_started(execution, outcome),
                .ended_usec = ended_usec,
                .exit_code = record->exit_code,
                .signal = record->signal,
                .http_status = record->http_status,
                .pid = record->pid,
                .cpu_seconds = record->cpu_seconds,
                .memory_peak_bytes = record->memory_peak_bytes,
        };

        if (outcome->output)
                attempt.output = *outcome->output; /* borrowed: the store copies it */
        return store_put_attempt(execution->manager->host.store, &attempt);
}

/* Marked in its row, so that the next daemon knows it as well. */
static bool is_to_end(const Execution *execution) {
        return execution->record.reason == REASON_REPLACED || execution->record.reason == REASON_OPERATOR;
}

/* When it is tried again; USEC_INFINITY: it is not. */
static usec_t next_attempt(Execution *execution, const Job *job, Verdict verdict, usec_t ended_usec) {
        const ExecutionRecord *record = &execution->record;
        const ScheduledJob *scheduled = execution->scheduled_job;
        const ManagerHost *host = &execution->manager->host;
        RetryFacts facts = {
                .state = verdict.state,
                .exit_code = record->exit_code,
                .signal = record->signal,
                .attempt = record->attempts,
                .first_started_usec = record->started_usec,
                .ended_usec = MIN(ended_usec, manager_now(execution->manager)),
        };

        if (!job || job->retry.attempts <= 1 || verdict.is_final || is_to_end(execution) ||
            !scheduled_job_is_listed(scheduled) ||
            (scheduled->job && !scheduled->job->enabled && record->cause != CAUSE_MANUAL))
                return USEC_INFINITY;
        facts.random = host->random ? host->random(host->userdata) : 0;
        return retry_next(&job->retry, &facts);
}

static void log_retry(const Execution *execution, const Job *job, Verdict verdict) {
        const ExecutionRecord *record = &execution->record;
        char left[DURATION_SHORT_MAX];

        (void) manager_log(
                        LOG_NOTICE, 0, MESSAGE_ID_EXECUTION_FAILED, record->job, record->id,
                        "Job '%s': attempt %u of %" PRIu64 " of execution %" PRIu64
                        " %s (%s); the next one is in %s",
                        record->job, record->attempts, job->retry.attempts, record->id,
                        execution_state_to_string(verdict.state), execution_reason_to_string(verdict.reason),
                        duration_format_short(
                                        MAX(record->retry_at_usec - manager_now(execution->manager),
                                            (usec_t) 0),
                                        left));
}

/* `at_runner`: the runner keeps its record until it is acknowledged. */
static void attempt_over(
                Execution *execution,
                const Job *job,
                const LaunchOutcome *outcome,
                Verdict verdict,
                bool at_runner) {
        Store *store = execution->manager->host.store;
        ExecutionRecord *record = &execution->record;
        usec_t now_usec = manager_now(execution->manager), retry_at_usec;
        usec_t ended_usec = outcome->ended_usec != USEC_INFINITY ? outcome->ended_usec : now_usec;
        int r;

        if (record->started_usec == USEC_INFINITY && outcome->started_usec != USEC_INFINITY)
                dependency_job_started(execution->scheduled_job, outcome->started_usec);
        record_outcome(record, outcome);
        if (verdict.state == EXECUTION_CANCELLED && verdict.reason == REASON_OPERATOR &&
            record->reason == REASON_REPLACED)
                verdict.reason = REASON_REPLACED;
        retry_at_usec = next_attempt(execution, job, verdict, ended_usec);

        execution->last_state = verdict.state;
        record->reason = verdict.reason;
        /* Without them the reason says the most of it. */
        (void) execution_record_set_message(record, outcome->message);
        (void) record_result(record, outcome);
        queue_give_slot(execution);

        store_begin_group(store);
        r = save_attempt(execution, outcome, verdict, ended_usec);
        if (r < 0)
                (void) manager_store_error(execution->manager, r, "an attempt");
        if (retry_at_usec != USEC_INFINITY) {
                record->state = EXECUTION_RETRYING;
                record->retry_at_usec = retry_at_usec;
                execution->phase = at_runner ? PHASE_BETWEEN : PHASE_READY;
                log_retry(execution, job, verdict);
        } else {
                record->state = verdict.state;
                record->ended_usec = ended_usec;
                execution->phase = at_runner ? PHASE_ENDED : PHASE_CLOSED;
        }
        r = execution_save(execution);
        if (retry_at_usec == USEC_INFINITY)
                execution_became_final(execution, outcome->output);
        else
                alerts_forget(execution);
        store_end_group(store);
        if (r < 0)
                (void) manager_log(
                                LOG_ERR, ENOMEM, NULL, record->job, record->id,
                                "The outcome of execution %" PRIu64
                                " of job '%s' is written when the runner reports it again",
                                record->id, record->job);
}

void execution_on_ended(Execution *execution, const LaunchOutcome *outcome) {
        static const SuccessCodes plain = { .exit_codes = { 1 } };
        const char *boot_id = execution->manager->host.boot_id ?: "";
        const ExecutionRecord *record = &execution->record;
        const Job *job;
        Verdict verdict;

        if (execution_state_is_final(record->state) || execution->phase == PHASE_BETWEEN) {
                /* said again; acknowledged when it is on disk */
                if (execution->n_pending == 0)
                        (void) execution_save(execution);
                return;
        }

        job = execution_job(execution);
        verdict = outcome_judge(
                        outcome, job ? &job->success_codes : &plain, strcmp(record->boot_id, boot_id) == 0);
        attempt_over(execution, job, outcome, verdict, true);
}

void execution_on_lost(Execution *execution, const char *detail) {
        const char *boot_id = execution->manager->host.boot_id ?: "";
        bool same_boot = strcmp(execution->record.boot_id, boot_id) == 0;
        const LaunchOutcome outcome = {
                .end = LAUNCH_LOST,
                .exit_code = -1,
                .signal = -1,
                .message = detail,
                .started_usec = USEC_INFINITY,
                .ended_usec = USEC_INFINITY,
                .cpu_seconds = -1,
                .memory_peak_bytes = -1,
                .http_status = -1,
        };
        const Verdict verdict = { EXECUTION_LOST, same_boot ? REASON_RUNNER_LOST : REASON_HOST_DOWN };

        attempt_over(execution, execution_job(execution), &outcome, verdict, false);
}

/* --- no further attempt ---------------------------------------------------------------------------- */

/* After a restart, what the attempt's own row says. */
static ExecutionState last_state(Execution *execution) {
        CLEANUP(attempt_record_done) AttemptRecord attempt = { 0 };
        const ExecutionRecord *record = &execution->record;

        if (execution->last_state != EXECUTION_ARMED)
                return execution->last_state;
        if (store_read_attempt(execution->manager->host.store, record->id, record->attempts, &attempt) > 0)
                return attempt.state;
        return EXECUTION_FAILED;
}

void execution_give_up(Execution *execution, ExecutionReason reason) {
        ExecutionState state = last_state(execution);
        char detail[64];

        (void) snprintf(detail, sizeof(detail), "attempt %u ended as %s", execution->record.attempts,
                        execution_state_to_string(state));
        execution_close(execution, state, reason, detail);
}

void execution_replace(Execution *execution) {
        if (execution_is_unsent(execution)) {
                execution_close(execution, EXECUTION_CANCELLED, REASON_REPLACED,
                                "a later execution of the job took its place");
                return;
        }
        if (execution->record.reason == REASON_REPLACED)
                return;
        execution->record.reason = REASON_REPLACED;
        (void) execution_save(execution);
}

void execution_cancel(Execution *execution) {
        if (execution_is_unsent(execution)) {
                execution_close(execution, EXECUTION_CANCELLED, REASON_OPERATOR,
                                execution->record.attempts > 0 ? "stopped before its next attempt"
                                                               : "stopped before it was started");
                return;
        }
        if (is_to_end(execution))
                return;
        execution->record.reason = REASON_OPERATOR;
        (void) execution_save(execution);
}

void execution_send_stop(Execution *execution) {
        const Executor *executor = execution->manager->host.executor;

        if (!is_to_end(execution) || execution->stop_sent ||
            (execution->phase != PHASE_SENT && execution->phase != PHASE_RUNNING))
                return;
        execution->stop_sent = executor->stop(executor->userdata, execution_launch_id(execution)) >= 0;
}
