/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One attempt: START goes to the runner, which says that it runs and how it ended. */

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job/output-path.h"
#include "manager/alert-events.h"
#include "manager/dependency.h"
#include "manager/execution-private.h"
#include "manager/gates.h"
#include "manager/outcome.h"
#include "manager/parent-environment.h"
#include "manager/progress.h"
#include "manager/scheduled-job.h"
#include "util/string-list.h"

static void start_failed(Execution *execution, int error) {
        CLEANUP_FREE char *detail = NULL;

        if (asprintf(&detail, "the runner cannot be asked to start it: %s", strerror(abs(error))) < 0)
                detail = NULL;
        execution_close(execution, EXECUTION_FAILED, REASON_LAUNCH, detail);
        execution_answer_start(execution, error, detail);
}

/* The record says where the whole output is. What the runner cannot open is in no file. */
static int name_output_file(Execution *execution, const Job *job) {
        const OutputPathFacts facts = {
                .job = job->name,
                .execution_id = execution->record.id,
                .due_usec = execution->record.due_usec,
                .zone = job->zone,
        };
        CLEANUP_FREE char *path = NULL;
        int r;

        r = job->output.file ? output_path_expand(job->output.file, &facts, &path) : 0;
        if (r == -ENOMEM)
                return r;
        return execution_set_text(path, &execution->record.output_file);
}

static int send_start(Execution *execution) {
        const Executor *executor = execution->manager->host.executor;
        CLEANUP(string_list_freep) char **environment = NULL;
        Launch launch = {
                .id = execution_launch_id(execution),
                .job = execution_job(execution),
                .cause = execution->record.cause,
                .due_usec = execution->record.due_usec,
        };
        int r;

        if (!launch.job)
                return -ENOENT;
        r = parent_environment(execution, &environment);
        if (r < 0)
                return r;
        launch.environment = environment;
        r = name_output_file(execution, launch.job);
        if (r < 0)
                return r;
        r = executor->start(executor->userdata, &launch);
        if (r < 0)
                return r;

        execution->phase = PHASE_SENT;
        execution->record.attempts = launch.id.attempt;
        execution_forget_progress(execution);
        if (launch.id.attempt == 1)
                dependency_job_started(execution->scheduled_job, manager_now(execution->manager));
        return 0;
}

void execution_try_start(Execution *execution) {
        Manager *manager = execution->manager;
        int r;

        if (execution->phase != PHASE_READY || execution->record.state != EXECUTION_STARTING ||
            !manager->connected)
                return;

        /* Which runner may have got it has to be known after a crash: on disk before it is sent. */
        if (!execution_is_marked(execution)) {
                execution_mark_runner(execution);
                execution->phase = PHASE_MARKING;
                if (execution_save(execution) < 0) {
                        execution->record.runner_incarnation[0] = '\0';
                        execution->phase = PHASE_READY; /* tried again at the next connection */
                }
                return;
        }

        r = send_start(execution);
        if (r < 0 && r != -ENOTCONN) /* on_connected() comes back to it */
                start_failed(execution, r);
}

bool execution_become_due(Execution *execution) {
        assert(execution->record.state == EXECUTION_ARMED);

        execution->record.state = EXECUTION_STARTING;
        execution->record.queued_usec = manager_now(execution->manager);
        queue_take_slot(execution);
        execution_try_start(execution);

        /*
         * What is on disk is enough for the next daemon to find out what became of it, and STARTED comes in a
         * moment. That saves a write for each execution.
         */
        if (execution->phase == PHASE_SENT)
                return true;
        if (execution->phase != PHASE_MARKING && !execution_state_is_final(execution->record.state))
                (void) execution_save(execution);
        return false;
}

/* --- end -------------------------------------------------------------------------------------------- */

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

void execution_close(Execution *execution, ExecutionState state, ExecutionReason reason, const char *detail) {
        ExecutionRecord *record = &execution->record;
        Store *store = execution->manager->host.store;
        int r;

        assert(execution_state_is_final(state));
        assert(!execution_state_is_final(record->state));

        gates_leave(execution);
        queue_give_slot(execution);

        record->state = state;
        record->reason = reason;
        if (execution_set_text(detail, &record->reason_detail) < 0) /* the reason says the most of it */
                record->reason_detail = NULL;
        if (record->ended_usec == USEC_INFINITY)
                record->ended_usec = manager_now(execution->manager);

        execution->phase = PHASE_CLOSED;
        store_begin_group(store);
        if (execution_state_is_outcome(state))
                alerts_on_ended(execution, NULL);
        if (join_counts(record))
                remember_in_job(execution);
        r = execution_save(execution);
        dependency_job_ended(execution);
        store_end_group(store);
        if (r < 0 && execution->n_pending == 0)
                execution_finish(execution);
}

void execution_on_started(Execution *execution, pid_t pid, usec_t started_usec) {
        ExecutionRecord *record = &execution->record;
        Store *store = execution->manager->host.store;

        if (record->state == EXECUTION_RUNNING || execution_state_is_final(record->state))
                return; /* said again after a reconnection */

        queue_take_slot(execution); /* of a row written ahead that runs all the same */
        execution->phase = PHASE_RUNNING;
        record->state = EXECUTION_RUNNING;
        record->attempts = MAX(record->attempts, 1U);
        record->pid = pid;
        record->started_usec = started_usec;
        execution_mark_runner(execution);

        store_begin_group(store);
        (void) execution_save(execution);
        alerts_on_running(execution, false);
        store_end_group(store);
        if (record->attempts == 1)
                dependency_job_started(execution->scheduled_job, started_usec);
        scheduled_job_save_state(execution->scheduled_job);
        (void) manager_log(
                        LOG_DEBUG, 0, MESSAGE_ID_EXECUTION_STARTED, record->job, record->id,
                        "Job '%s': execution %" PRIu64 " started, process %d", record->job, record->id,
                        (int) pid);
}

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

static void record_outcome(ExecutionRecord *record, const LaunchOutcome *outcome, usec_t now_usec) {
        record->exit_code = outcome->exit_code;
        record->signal = outcome->signal;
        record->attempts = MAX(record->attempts, 1U);
        if (outcome->pid > 0)
                record->pid = outcome->pid;
        if (outcome->started_usec != USEC_INFINITY)
                record->started_usec = outcome->started_usec;
        record->ended_usec = outcome->ended_usec != USEC_INFINITY ? outcome->ended_usec : now_usec;
        record->cpu_seconds = outcome->cpu_seconds;
        record->memory_peak_bytes = outcome->memory_peak_bytes;
        if (outcome->output) {
                record->output_bytes = outcome->output->total_bytes;
                record->output_truncated = outcome->output->total_bytes > output_kept(outcome->output);
        }
}

static int save_attempt(Execution *execution, const LaunchOutcome *outcome) {
        const ExecutionRecord *record = &execution->record;
        AttemptRecord attempt = {
                .execution_id = record->id,
                .attempt = record->attempts,
                .state = record->state,
                .reason = record->reason,
                .started_usec = record->started_usec,
                .ended_usec = record->ended_usec,
                .exit_code = record->exit_code,
                .signal = record->signal,
                .pid = record->pid,
                .cpu_seconds = record->cpu_seconds,
                .memory_peak_bytes = record->memory_peak_bytes,
        };

        if (outcome->output)
                attempt.output = *outcome->output; /* borrowed: the store copies it */
        return store_put_attempt(execution->manager->host.store, &attempt);
}

void execution_on_ended(Execution *execution, const LaunchOutcome *outcome) {
        static const SuccessCodes plain = { .exit_codes = { 1 } };
        ExecutionRecord *record = &execution->record;
        const char *boot_id = execution->manager->host.boot_id ?: "";
        Store *store = execution->manager->host.store;
        bool start_is_news = record->started_usec == USEC_INFINITY;
        const Job *job;
        Verdict verdict;
        int r;

        if (execution_state_is_final(record->state)) { /* said again; acknowledged when it is on disk */
                if (execution->n_pending == 0)
                        (void) execution_save(execution);
                return;
        }

        job = execution_job(execution);
        verdict = outcome_judge(
                        outcome, job ? &job->success_codes : &plain, strcmp(record->boot_id, boot_id) == 0);
        record_outcome(record, outcome, manager_now(execution->manager));
        record->state = verdict.state;
        record->reason = verdict.reason;
        (void) execution_record_set_message(record, outcome->message); /* the reason says the most of it */

        queue_give_slot(execution);
        execution->phase = PHASE_ENDED;
        if (start_is_news)
                dependency_job_started(execution->scheduled_job, record->started_usec);
        store_begin_group(store);
        r = save_attempt(execution, outcome);
        if (r < 0)
                (void) manager_store_error(execution->manager, r, "an attempt");
        alerts_on_ended(execution, outcome->output);
        remember_in_job(execution);
        r = execution_save(execution);
        dependency_job_ended(execution);
        store_end_group(store);
        if (r < 0)
                (void) manager_log(
                                LOG_ERR, ENOMEM, NULL, record->job, record->id,
                                "The outcome of execution %" PRIu64
                                " of job '%s' is written when the runner reports it again",
                                record->id, record->job);
}
