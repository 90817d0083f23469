/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/execution.h"

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "manager/gates.h"
#include "manager/outcome.h"
#include "manager/scheduled-job.h"
#include "util/duration.h"

bool execution_is_unsent(const Execution *execution) {
        return execution->phase == PHASE_BEGINNING || execution->phase == PHASE_READY ||
                        execution->phase == PHASE_MARKING;
}

LaunchId execution_launch_id(const Execution *execution) {
        return (LaunchId){ .execution_id = execution->record.id,
                           .attempt = MAX(execution->record.attempts, 1U) };
}

static void detach(Execution *execution) {
        gates_leave(execution);
        queue_give_slot(execution);
        HASH_DEL(execution->manager->executions, execution);
        DL_DELETE(execution->scheduled_job->executions, execution);
}

Execution *execution_free(Execution *execution) {
        if (!execution)
                return NULL;

        detach(execution);
        (void) order_free(execution->start_order);
        (void) job_unref(execution->job);
        execution_record_done(&execution->record);
        free(execution);
        return NULL;
}

/* --- the record ------------------------------------------------------------------------------------ */

static int copy_text(const char *text, char **ret) {
        char *copy = NULL;

        if (text) {
                copy = strdup(text);
                if (!copy)
                        return -ENOMEM;
        }
        free(*ret);
        *ret = copy;
        return 0;
}

int execution_describe(const ScheduledJob *job, ExecutionRecord *record) {
        const ManagerHost *host = &job->manager->host;
        int r;

        r = copy_text(job->stored.name, &record->job);
        if (r < 0)
                return r;
        r = copy_text(host->host_name, &record->host);
        if (r < 0)
                return r;

        record->job_id = job->stored.id;
        record->job_revision = job->stored.revision;
        record->owner_uid = job->stored.owner_uid;
        record->origin = (int) job->stored.origin;
        (void) snprintf(record->boot_id, sizeof(record->boot_id), "%s", host->boot_id ?: "");
        return 0;
}

static void mark_runner(Execution *execution) {
        const Manager *manager = execution->manager;

        memcpy(execution->record.runner_incarnation, manager->incarnation, ID_TEXT_MAX);
        memcpy(execution->record.runner_generation, manager->generation, ID_TEXT_MAX);
}

static bool is_marked(const Execution *execution) {
        const Manager *manager = execution->manager;

        return strcmp(execution->record.runner_incarnation, manager->incarnation) == 0 &&
                        strcmp(execution->record.runner_generation, manager->generation) == 0;
}

const Job *execution_job(Execution *execution) {
        ScheduledJob *job = execution->scheduled_job;
        CLEANUP_FREE char *definition = NULL;
        int r;

        if (execution->job)
                return execution->job;

        if (job->job && job->stored.revision == execution->record.job_revision) {
                execution->job = job_ref(job->job);
                return execution->job;
        }

        r = store_read_revision(
                        execution->manager->host.store, job->stored.id, execution->record.job_revision,
                        &definition);
        if (r > 0)
                (void) scheduled_job_decode(job, execution->record.job_revision, definition, &execution->job);
        return execution->job;
}

/* --- commits --------------------------------------------------------------------------------------- */

static void log_ended(const Execution *execution) {
        const ExecutionRecord *record = &execution->record;
        bool good = record->state == EXECUTION_SUCCEEDED;
        bool failed = record->state == EXECUTION_FAILED || record->state == EXECUTION_TIMED_OUT ||
                        record->state == EXECUTION_LOST;
        char took[DURATION_SHORT_MAX], status[48] = "", after[DURATION_SHORT_MAX + 16] = "";

        if (record->exit_code >= 0)
                (void) snprintf(status, sizeof(status), ", exit code %d", record->exit_code);
        else if (record->signal > 0)
                (void) snprintf(status, sizeof(status), ", signal %d", record->signal);
        if (record->started_usec != USEC_INFINITY && record->ended_usec >= record->started_usec)
                (void) snprintf(after, sizeof(after), " after %s",
                                duration_format_short(record->ended_usec - record->started_usec, took));

        (void) manager_log(
                        failed ? LOG_WARNING : LOG_INFO, 0,
                        good ? MESSAGE_ID_EXECUTION_ENDED : MESSAGE_ID_EXECUTION_FAILED, record->job,
                        record->id, "Job '%s': execution %" PRIu64 " %s%s%s%s%s%s%s%s", record->job,
                        record->id, execution_state_to_string(record->state), after, status,
                        record->reason == REASON_NONE ? "" : " (",
                        record->reason == REASON_NONE ? "" : execution_reason_to_string(record->reason),
                        record->reason == REASON_NONE ? "" : ")", record->reason_detail ? ": " : "",
                        record->reason_detail ?: "");
}

/* Its end is on disk: the runner may forget it, and everybody may hear of it. */
static void execution_finish(Execution *execution) {
        Manager *manager = execution->manager;
        ScheduledJob *job = execution->scheduled_job;
        uint64_t id = execution->record.id;
        bool ran = execution_state_is_outcome(execution->record.state);

        if (execution->phase == PHASE_ENDED)
                (void) manager->host.executor->acknowledge(
                                manager->host.executor->userdata,
                                execution_launch_id(execution)); /* if not now, after it is listed again */

        if (ran)
                log_ended(execution);
        if (execution->start_order) { /* cancelled before START went out */
                order_reply(TAKE_PTR(execution->start_order), 0, id, NULL);
        }
        manager_notify_execution(manager, &execution->record);
        (void) execution_free(execution);

        scheduled_job_replan(job);
        manager_notify_job(manager, JOB_NOTICE_CHANGED, job, NULL);
        if (ran)
                manager_prune_after_end(job);
}

/* All that was queued of it is on disk. */
static void execution_on_disk(Execution *execution) {
        Manager *manager = execution->manager;

        switch ((ExecutionPhase) execution->phase) {
        case PHASE_WITHDRAWN:
                (void) execution_free(execution);
                return;
        case PHASE_ENDED:
        case PHASE_CLOSED:
                execution_finish(execution);
                return;
        case PHASE_MARKING:
                execution->phase = PHASE_READY;
                execution_try_start(execution);
                break;
        default:
                break;
        }

        manager_notify_execution(manager, &execution->record);
        if (execution->record.state != EXECUTION_ARMED)
                manager_notify_job(manager, JOB_NOTICE_CHANGED, execution->scheduled_job, NULL);
}

static void on_saved(void *userdata, int result) {
        Execution *execution = userdata;

        if (result < 0) /* the store was closed; the next daemon goes on from what is on disk */
                return;
        assert(execution->n_pending > 0);
        if (--execution->n_pending == 0)
                execution_on_disk(execution);
}

static void answer_start(Execution *execution, int result, const char *text) {
        if (execution->start_order)
                order_reply(TAKE_PTR(execution->start_order), result, execution->record.id, text);
}

/* No row of its own was written. */
static void begin_refused(Execution *execution, int result) {
        ScheduledJob *job = execution->scheduled_job;

        gates_leave(execution);
        execution->phase = PHASE_WITHDRAWN;
        if (result == -EEXIST) { /* it was started before the clock was set back: decided already */
                scheduled_job_move_cursor(job, execution->record.due_usec);
                scheduled_job_save_state(job);
        } else {
                (void) manager_store_error(execution->manager, result, "an occurrence: it is not started");
        }
        answer_start(execution, result, "The start cannot be recorded");

        if (execution->n_pending == 0)
                (void) execution_free(execution);
        scheduled_job_replan(job);
}

static void on_inserted(void *userdata, uint64_t execution_id, int result, unsigned pass) {
        Execution *execution = userdata;
        bool waits;

        assert(execution->n_pending > 0);
        execution->n_pending--;
        if (result < 0) {
                begin_refused(execution, result);
                return;
        }

        execution->record.pass = pass;
        waits = execution->phase == PHASE_BEGINNING && execution->record.state == EXECUTION_WAITING;
        if (execution->phase == PHASE_BEGINNING) {
                execution->phase = PHASE_READY;
                execution_try_start(execution);
                answer_start(execution, 0, NULL);
        }
        if (execution->n_pending == 0)
                execution_on_disk(execution);
        if (waits)
                waiting_on_disk(execution);
}

int execution_save(Execution *execution) {
        Store *store = execution->manager->host.store;
        int r;

        r = store_update_execution(store, &execution->record);
        if (r >= 0)
                r = store_after_commit(store, on_saved, execution);
        if (r < 0)
                return manager_store_error(execution->manager, r, "an execution");
        execution->n_pending++;
        return 0;
}

/* --- begin ----------------------------------------------------------------------------------------- */

static int execution_new(ScheduledJob *job, Execution **ret) {
        Execution *execution = calloc(1, sizeof(*execution));

        if (!execution)
                return -ENOMEM;

        execution->manager = job->manager;
        execution->scheduled_job = job;
        execution_record_init(&execution->record);
        *ret = execution;
        return 0;
}

/* An execution that is in no list yet. */
static Execution *execution_discard(Execution *execution) {
        (void) job_unref(execution->job);
        execution_record_done(&execution->record);
        free(execution);
        return NULL;
}

static void attach(Execution *execution) {
        HASH_ADD(hh, execution->manager->executions, record.id, sizeof(execution->record.id), execution);
        DL_APPEND(execution->scheduled_job->executions, execution);
}

static int fill_record(ScheduledJob *job, const ExecutionBegin *begin, ExecutionRecord *record) {
        const Occurrence *occurrence = &begin->planned->occurrence;
        int r;

        r = execution_describe(job, record);
        if (r < 0)
                return r;
        r = copy_text(begin->requested_by, &record->requested_by);
        if (r < 0)
                return r;

        record->state = begin->state;
        record->cause = begin->cause;
        record->due_usec = record->due_last_usec = occurrence->due_usec;
        record->nominal_usec = occurrence->nominal_usec;
        record->start_after_usec = MAX(begin->start_after_usec, occurrence->due_usec);
        record->count = MAX(occurrence->count, 1U);
        record->notes = occurrence->notes;
        if (record->start_after_usec > occurrence->due_usec)
                record->notes |= SCHEDULE_NOTE_DELAYED;
        if (begin->state != EXECUTION_ARMED)
                record->queued_usec = manager_now(job->manager);
        if (begin->state == EXECUTION_WAITING)
                execution_record_wait(record, begin->waiting_for, record->queued_usec);
        return 0;
}

int execution_begin(ScheduledJob *job, const ExecutionBegin *begin, Execution **ret) {
        Manager *manager = job->manager;
        Execution *execution = NULL;
        int r;

        r = execution_new(job, &execution);
        if (r < 0)
                return r;

        r = fill_record(job, begin, &execution->record);
        if (r >= 0) {
                execution->job = job_ref(job->job);
                execution->phase = PHASE_BEGINNING;
                execution->record.id = manager->last_execution_id + 1;
                if (manager->connected && begin->state != EXECUTION_WAITING)
                        mark_runner(execution);
                r = store_insert_execution(
                                manager->host.store, &execution->record, begin->insert_flags, on_inserted,
                                execution);
        }
        if (r < 0) {
                (void) execution_discard(execution);
                return r;
        }

        manager->last_execution_id++;
        execution->n_pending = 1;
        attach(execution);
        if (begin->state == EXECUTION_STARTING)
                queue_take_slot(execution);
        if (ret)
                *ret = execution;
        return 0;
}

int execution_recover(ScheduledJob *job, ExecutionRecord *record, Execution **ret) {
        Execution *execution = NULL;
        int r;

        r = execution_new(job, &execution);
        if (r < 0)
                return r;

        execution->record = *record;
        execution_record_init(record);
        /* What waits has been sent to nobody. */
        execution->phase = execution->record.state == EXECUTION_WAITING ? PHASE_READY : PHASE_RECOVERED;
        attach(execution);
        if (ret)
                *ret = execution;
        return 0;
}

/* --- start ----------------------------------------------------------------------------------------- */

static void start_failed(Execution *execution, int error) {
        CLEANUP_FREE char *detail = NULL;

        if (asprintf(&detail, "the runner cannot be asked to start it: %s", strerror(abs(error))) < 0)
                detail = NULL;
        execution_close(execution, EXECUTION_FAILED, REASON_LAUNCH, detail);
        answer_start(execution, error, detail);
}

void execution_try_start(Execution *execution) {
        Manager *manager = execution->manager;
        const Executor *executor = manager->host.executor;
        Launch launch;
        int r;

        if (execution->phase != PHASE_READY || execution->record.state != EXECUTION_STARTING ||
            !manager->connected)
                return;

        /* Which runner may have got it has to be known after a crash: on disk before it is sent. */
        if (!is_marked(execution)) {
                mark_runner(execution);
                execution->phase = PHASE_MARKING;
                if (execution_save(execution) < 0) {
                        execution->record.runner_incarnation[0] = '\0';
                        execution->phase = PHASE_READY; /* tried again at the next connection */
                }
                return;
        }

        launch = (Launch){
                .id = execution_launch_id(execution),
                .job = execution_job(execution),
                .cause = execution->record.cause,
                .due_usec = execution->record.due_usec,
        };
        r = launch.job ? executor->start(executor->userdata, &launch) : -ENOENT;
        if (r == -ENOTCONN)
                return; /* on_connected() comes back to it */
        if (r < 0) {
                start_failed(execution, r);
                return;
        }

        execution->phase = PHASE_SENT;
        execution->record.attempts = launch.id.attempt;
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

/* --- end ------------------------------------------------------------------------------------------- */

void execution_withdraw(Execution *execution) {
        Store *store = execution->manager->host.store;
        int r;

        assert(execution->record.state == EXECUTION_ARMED || execution->record.state == EXECUTION_WAITING);

        execution->phase = PHASE_WITHDRAWN;
        r = store_delete_execution(store, execution->record.id);
        if (r >= 0)
                r = store_after_commit(store, on_saved, execution);
        if (r < 0) {
                (void) manager_store_error(execution->manager, r, "that an occurrence is not due any more");
                return;
        }
        execution->n_pending++;
}

static void remember_in_job(const Execution *execution) {
        StoredJob *stored = &execution->scheduled_job->stored;
        const ExecutionRecord *record = &execution->record;

        execution->scheduled_job->last_end_usec = MIN(record->ended_usec, manager_now(execution->manager));
        stored->last_execution_id = record->id;
        stored->last_state = record->state;
        stored->last_due_usec = record->due_usec;
        stored->last_started_usec = record->started_usec;
        stored->last_ended_usec = record->ended_usec;
        scheduled_job_save_state(execution->scheduled_job);
}

void execution_close(Execution *execution, ExecutionState state, ExecutionReason reason, const char *detail) {
        ExecutionRecord *record = &execution->record;

        assert(execution_state_is_final(state));
        assert(!execution_state_is_final(record->state));

        gates_leave(execution);
        queue_give_slot(execution);

        record->state = state;
        record->reason = reason;
        if (copy_text(detail, &record->reason_detail) < 0) /* the reason says the most of it */
                record->reason_detail = NULL;
        if (record->ended_usec == USEC_INFINITY)
                record->ended_usec = manager_now(execution->manager);

        execution->phase = PHASE_CLOSED;
        if (state == EXECUTION_LOST)
                remember_in_job(execution);
        if (execution_save(execution) < 0 && execution->n_pending == 0)
                execution_finish(execution);
}

void execution_on_started(Execution *execution, pid_t pid, usec_t started_usec) {
        ExecutionRecord *record = &execution->record;

        if (record->state == EXECUTION_RUNNING || execution_state_is_final(record->state))
                return; /* said again after a reconnection */

        execution->phase = PHASE_RUNNING;
        record->state = EXECUTION_RUNNING;
        record->attempts = MAX(record->attempts, 1U);
        record->pid = pid;
        record->started_usec = started_usec;
        mark_runner(execution);

        (void) execution_save(execution);
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
        r = save_attempt(execution, outcome);
        if (r < 0)
                (void) manager_store_error(execution->manager, r, "an attempt");
        remember_in_job(execution);
        if (execution_save(execution) < 0)
                (void) manager_log(
                                LOG_ERR, ENOMEM, NULL, record->job, record->id,
                                "The outcome of execution %" PRIu64
                                " of job '%s' is written when the runner reports it again",
                                record->id, record->job);
}
