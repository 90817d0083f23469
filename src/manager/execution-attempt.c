/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One attempt: START goes to the runner, which says that it runs and how it ended. */

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job/expand-job.h"
#include "job/output-path.h"
#include "manager/alert-events.h"
#include "manager/dependency.h"
#include "manager/execution-parameters.h"
#include "manager/execution-private.h"
#include "manager/gates.h"
#include "manager/parent-environment.h"
#include "manager/place.h"
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
static int name_output_file(Execution *execution, const Job *job, const ParameterValues *parameters) {
        const OutputPathFacts facts = {
                .job = job->name,
                .execution_id = execution->record.id,
                .due_usec = execution->record.due_usec,
                .zone = job->zone,
        };
        CLEANUP_FREE char *path = NULL, *text = NULL, *error = NULL;
        int r;

        r = expand_output_file(job, parameters, &text, &error);
        if (r >= 0 && text)
                r = output_path_expand(text, &facts, &path);
        if (r == -ENOMEM)
                return r;
        return execution_set_text(path, &execution->record.output_file);
}

void execution_refuse_parameters(Execution *execution, int error, const char *text) {
        CLEANUP_FREE char *detail = NULL;

        if (asprintf(&detail, "its parameters cannot be put together: %s", text ?: strerror(-error)) < 0)
                detail = NULL;
        execution_close(execution, EXECUTION_FAILED, REASON_LAUNCH, detail);
        execution_answer_start(execution, error, detail);
}

/* Returns false when it has ended over it. What is not in the row yet comes there before START is sent. */
static bool fix_parameters(Execution *execution) {
        const Job *job = execution_job(execution);
        CLEANUP_FREE char *error = NULL;
        int r;

        r = job ? parameters_fix(execution->scheduled_job, job, NULL, &execution->record, &error) : 0;
        if (r > 0)
                execution_unmark_runner(execution);
        if (r < 0)
                execution_refuse_parameters(execution, r, error);
        return r >= 0;
}

static int send_start(Execution *execution) {
        CLEANUP(parameter_values_done) ParameterValues parameters = { 0 };
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
        r = parameters_restore(launch.job, &execution->record, &parameters);
        if (r < 0)
                return r;
        launch.parameters = &parameters;
        launch.secrets = execution->record.secrets;
        r = name_output_file(execution, launch.job, &parameters);
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

void execution_begin_attempt(Execution *execution) {
        ExecutionRecord *record = &execution->record;

        if (record->attempts > 0) { /* what is told of the last attempt is in its own record */
                record->attempts++;
                record->exit_code = record->signal = record->http_status = -1;
                record->pid = 0;
                free(record->result);
                record->result = NULL;
        }
        free(record->reason_detail); /* what it waited for, or how the last attempt ended */
        record->reason_detail = NULL;
        record->reason = REASON_NONE;
        record->state = EXECUTION_STARTING;
        record->retry_at_usec = USEC_INFINITY;
        execution_record_wait(record, WAITING_FOR_NOTHING, 0);
        /*
         * START is sent after it is on disk as starting, whichever runner had the last attempt; but the armed
         * row of what waited for this moment only says already which runner gets it.
         */
        if (!execution->is_unsaved)
                execution_unmark_runner(execution);
        execution->attempt_started_usec = USEC_INFINITY;
        execution_place(execution);
        queue_take_slot(execution);

        execution_try_start(execution);
        if (execution->phase == PHASE_READY)
                (void) execution_save_unsent(execution); /* no runner yet */
}

void execution_try_start(Execution *execution) {
        Manager *manager = execution->manager;
        int r;

        if (execution->phase != PHASE_READY || execution->record.state != EXECUTION_STARTING ||
            !manager->connected)
                return;
        if (!fix_parameters(execution))
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

        parameters_refresh(execution->scheduled_job, &execution->record);
        execution->record.state = EXECUTION_STARTING;
        execution->record.queued_usec = manager_now(execution->manager);
        execution_place(execution);
        queue_take_slot(execution);
        execution_try_start(execution);

        /*
         * What is on disk is enough for the next daemon to find out what became of it, and STARTED
         * comes in a moment. That saves a write for each execution.
         */
        if (execution->phase == PHASE_SENT)
                return true;
        if (execution->phase == PHASE_READY) /* the runner that its row names is gone */
                (void) execution_save_unsent(execution);
        else if (execution->phase != PHASE_MARKING && !execution_state_is_final(execution->record.state))
                (void) execution_save(execution);
        return false;
}

void execution_on_started(Execution *execution, pid_t pid, usec_t started_usec) {
        ExecutionRecord *record = &execution->record;
        Store *store = execution->manager->host.store;

        if (record->state != EXECUTION_STARTING && record->state != EXECUTION_ARMED)
                return; /* said again after a reconnection */

        queue_take_slot(execution); /* of a row written ahead that runs all the same */
        execution->phase = PHASE_RUNNING;
        record->state = EXECUTION_RUNNING;
        record->attempts = MAX(record->attempts, 1U);
        record->pid = pid;
        execution->attempt_started_usec = started_usec;
        if (record->attempts == 1 || record->started_usec == USEC_INFINITY)
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
