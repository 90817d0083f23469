/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is written of an execution, and what may happen once it is on disk. */

#include <assert.h>
#include <stdio.h>
#include <utlist.h>

#include "manager/condition-wait.h"
#include "manager/dependency.h"
#include "manager/execution-private.h"
#include "manager/gates.h"
#include "manager/place.h"
#include "manager/scheduled-job.h"
#include "manager/secrets.h"
#include "manager/waiting.h"
#include "util/duration.h"

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

/* If the runner cannot be told now, its record is listed again. */
static void execution_acknowledge(const Execution *execution) {
        const Executor *executor = execution->manager->host.executor;

        (void) executor->acknowledge(executor->userdata, execution_launch_id(execution));
}

void execution_finish(Execution *execution) {
        Manager *manager = execution->manager;
        ScheduledJob *job = execution->scheduled_job;
        uint64_t id = execution->record.id;
        bool ran = execution_state_is_outcome(execution->record.state);

        if (execution->phase == PHASE_ENDED)
                execution_acknowledge(execution);
        if (ran)
                log_ended(execution);
        if (execution->start_order) { /* cancelled before START went out */
                order_reply(TAKE_PTR(execution->start_order), 0, id, NULL);
        }
        manager_notify_execution(manager, &execution->record);
        (void) execution_free(execution);

        scheduled_job_replan(job);
        manager_notify_job(manager, JOB_NOTICE_CHANGED, job, NULL);
        if (ran) {
                manager_prune_after_end(job);
                dependency_end_on_disk(job);
        }
        condition_job_ended(job);
}

/* All that was queued of it is on disk. */
static void execution_on_disk(Execution *execution) {
        Manager *manager = execution->manager;
        bool is_between = execution->phase == PHASE_BETWEEN;

        switch ((ExecutionPhase) execution->phase) {
        case PHASE_WITHDRAWN:
                (void) execution_free(execution);
                return;
        case PHASE_ENDED:
        case PHASE_CLOSED:
                execution_finish(execution);
                return;
        case PHASE_BETWEEN:
                execution_acknowledge(execution);
                execution->phase = PHASE_READY;
                break;
        case PHASE_MARKING:
                execution->phase = PHASE_READY;
                execution_try_start(execution);
                break;
        default:
                break;
        }
        execution_send_stop(execution);

        if (execution->progress_changed) {
                execution->progress_changed = false;
                (void) execution_save(execution);
        }
        manager_notify_execution(manager, &execution->record);
        if (execution->record.state != EXECUTION_ARMED)
                manager_notify_job(manager, JOB_NOTICE_CHANGED, execution->scheduled_job, NULL);
        if (is_between) /* others may start meanwhile, and when it is tried again has to be seen to */
                scheduled_job_replan(execution->scheduled_job);
}

static void on_saved(void *userdata, int result) {
        Execution *execution = userdata;

        if (result < 0) /* the store was closed; the next daemon goes on from what is on disk */
                return;
        assert(execution->n_pending > 0);
        if (--execution->n_pending == 0)
                execution_on_disk(execution);
}

void execution_answer_start(Execution *execution, int result, const char *text) {
        if (execution->start_order)
                order_reply(TAKE_PTR(execution->start_order), result, execution->record.id, text);
}

/* No row of its own was written. */
static void begin_refused(Execution *execution, int result) {
        ScheduledJob *job = execution->scheduled_job;

        gates_leave(execution);
        execution->phase = PHASE_WITHDRAWN;
        execution_place(execution);
        if (result == -EEXIST) { /* it was started before the clock was set back: decided already */
                scheduled_job_move_cursor(job, execution->record.due_usec);
                scheduled_job_save_state(job);
        } else {
                (void) manager_store_error(execution->manager, result, "an occurrence: it is not started");
        }
        execution_answer_start(execution, result, "The start cannot be recorded");

        if (execution->n_pending == 0)
                (void) execution_free(execution);
        scheduled_job_replan(job);
}

void execution_on_inserted(void *userdata, uint64_t execution_id, int result, unsigned pass) {
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
                execution_answer_start(execution, 0, NULL);
        }
        if (execution->n_pending == 0)
                execution_on_disk(execution);
        if (waits)
                waiting_on_disk(execution);
}

int execution_save(Execution *execution) {
        Store *store = execution->manager->host.store;
        int r;

        execution->is_unsaved = false;
        execution_place(execution);
        r = store_update_execution(store, &execution->record);
        if (r >= 0)
                r = store_after_commit(store, on_saved, execution);
        if (r < 0)
                return manager_store_error(execution->manager, r, "an execution");
        execution->n_pending++;
        return 0;
}

int execution_save_unsent(Execution *execution) {
        execution_unmark_runner(execution);
        return execution_save(execution);
}

/* --- what waits, perhaps for this moment only ------------------------------------------------------- */

bool execution_hold(Execution *execution) {
        Manager *manager = execution->manager;

        if (manager->n_batches == 0) {
                (void) execution_save_unsent(execution);
                return false;
        }
        execution_place(execution);
        execution_forget_hold(execution);
        execution->is_unsaved = true;
        DL_APPEND2(manager->held, execution, held_prev, held_next);
        return true;
}

void execution_forget_hold(Execution *execution) {
        execution->is_unsaved = false;
        if (!execution->held_prev)
                return;
        DL_DELETE2(execution->manager->held, execution, held_prev, held_next);
        execution->held_prev = execution->held_next = NULL;
}

void executions_save_held(Manager *manager) {
        Execution *execution, *next;

        DL_FOREACH_SAFE2(manager->held, execution, next, held_next) {
                bool is_unsaved = execution->is_unsaved;

                execution_forget_hold(execution);
                if (is_unsaved && execution->phase == PHASE_SENT)
                        continue; /* row and state are written when it runs */
                if (is_unsaved)
                        (void) execution_save_unsent(execution);
                scheduled_job_save_state(execution->scheduled_job);
        }
}

void execution_withdraw(Execution *execution) {
        Store *store = execution->manager->host.store;
        int r;

        assert(execution->record.state == EXECUTION_ARMED || execution->record.state == EXECUTION_WAITING);

        gates_leave(execution);
        execution_forget_hold(execution);
        execution->phase = PHASE_WITHDRAWN;
        execution_place(execution);
        r = store_delete_execution(store, execution->record.id);
        if (r >= 0)
                r = store_after_commit(store, on_saved, execution);
        if (r < 0) {
                (void) manager_store_error(execution->manager, r, "that an occurrence is not due any more");
                return;
        }
        execution->n_pending++;
        secrets_release_execution(execution);
}
