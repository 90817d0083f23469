/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the executor tells: connections and their reconciliation, starts, ends, output. */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "manager/alert-events.h"
#include "manager/decision.h"
#include "manager/execution.h"
#include "manager/gates.h"
#include "manager/place.h"
#include "manager/progress.h"
#include "manager/reconcile.h"
#include "manager/scheduled-job.h"
#include "manager/secrets.h"
#include "util/duration.h"

/* Shorter than that a runner is restarted. */
#define ABSENCE_TOLD_USEC USEC_PER_MINUTE

/* --- reconciliation -------------------------------------------------------------------------------- */

static ReconcileFacts facts_of(const Execution *execution) {
        const Manager *manager = execution->manager;
        const ExecutionRecord *record = &execution->record;

        return (ReconcileFacts){
                /* Before a row names its runner, START is not sent. */
                .unsent = execution_is_unsent(execution) || record->runner_generation[0] == '\0',
                .started = record->state == EXECUTION_RUNNING,
                .not_yet = record->state == EXECUTION_ARMED || record->state == EXECUTION_WAITING ||
                                record->state == EXECUTION_RETRYING,
                .same_boot = strcmp(record->boot_id, manager->host.boot_id ?: "") == 0,
                .same_generation = strcmp(record->runner_generation, manager->generation) == 0,
                .listed = execution->listed != NULL,
                .state = execution->listed ? execution->listed->state : LAUNCH_LISTED_RUNNING,
        };
}

/* A row written ahead came due when nobody was left to say whether it may start. Returns true if it waits. */
static bool is_held_by_gate(Execution *execution) {
        if (execution->record.queued_usec != USEC_INFINITY || !execution->scheduled_job->job)
                return false;

        queue_give_slot(execution);
        if (gates_are_open(execution->scheduled_job)) {
                queue_take_slot(execution);
                return false;
        }
        execution->phase = PHASE_READY;
        (void) decision_hold(execution, execution->record.start_after_usec, WAITING_FOR_NOTHING);
        return true;
}

static void send(Execution *execution) {
        execution->phase = PHASE_READY;
        execution_place(execution);
        execution_try_start(execution);
}

/* It starts after the thaw, if catch-up lets it then. */
static void hold_frozen(Execution *execution) {
        ExecutionRecord *record = &execution->record;

        queue_give_slot(execution);
        execution->phase = PHASE_READY;
        if (record->attempts <= 1) {
                record->attempts = 0;
                (void) decision_hold(execution, record->start_after_usec, WAITING_FOR_DELAY);
                return;
        }
        record->attempts--; /* this one has not begun */
        record->state = EXECUTION_RETRYING;
        record->retry_at_usec = manager_now(execution->manager);
        record->runner_incarnation[0] = record->runner_generation[0] = '\0';
        (void) execution_save(execution);
}

/* (a): the runner never received it. */
static void send_or_miss(Execution *execution) {
        const ExecutionRecord *record = &execution->record;
        const Job *job = execution_job(execution);
        ExecutionReason reason = REASON_DOWN;

        if (execution->phase == PHASE_BEGINNING || execution->phase == PHASE_MARKING)
                return; /* its commit comes back to it */

        if (!scheduled_job_is_listed(execution->scheduled_job)) {
                execution_close(execution, EXECUTION_CANCELLED, REASON_JOB_REMOVED,
                                "the job was removed before it was started");
                return;
        }

        if (record->reason == REASON_REPLACED || record->reason == REASON_OPERATOR) {
                execution->phase = PHASE_READY; /* nobody has it */
                if (record->reason == REASON_REPLACED)
                        execution_replace(execution);
                else
                        execution_cancel(execution);
                return;
        }
        if (manager_is_frozen(execution->manager)) {
                hold_frozen(execution);
                return;
        }
        if (record->attempts > 1) { /* it has begun in time; however late, this attempt belongs to it */
                send(execution);
                return;
        }

        if (job && execution->scheduled_job->job && decision_overtaken(execution) > 0)
                return;
        if (job)
                reason = planner_late_start(
                                &job->catch_up, record->cause, record->start_after_usec,
                                manager_now(execution->manager));
        if (reason != REASON_NONE) {
                store_begin_group(execution->manager->host.store);
                execution_close(execution, EXECUTION_MISSED, reason, "no runner was told of it in time");
                alerts_on_missed(execution->scheduled_job, record);
                store_end_group(execution->manager->host.store);
                return;
        }

        if (!is_held_by_gate(execution))
                send(execution);
}

static void action_send(Execution *execution) {
        send_or_miss(execution);
}

static void action_adopt(Execution *execution) {
        const ListedLaunch *listed = execution->listed;

        if (execution->record.state == EXECUTION_ARMED)
                execution->record.state =
                                EXECUTION_STARTING; /* the clock was set back: it runs all the same */
        if (execution->record.state == EXECUTION_RUNNING) {
                execution->phase = PHASE_RUNNING;
                execution->attempt_started_usec = listed->started_usec;
                alerts_on_running(execution, true);
        } else
                execution_on_started(execution, listed->pid, listed->started_usec);
        execution_place(execution);
        execution->stop_sent = false; /* this connection has not heard of it */
        if (execution->n_pending == 0)
                execution_send_stop(execution);
}

static void action_await_end(Execution *execution) {
        /* It stays as it is until on_ended(), which follows. */
}

static void action_lost(Execution *execution) {
        execution_on_lost(
                        execution,
                        facts_of(execution).same_boot ? "the runner that had it is gone with what it knew"
                                                      : "the host was restarted while it ran");
}

static void action_wait(Execution *execution) {
        if (execution->phase == PHASE_RECOVERED)
                execution->phase = PHASE_READY;
}

static void (*const actions[RECONCILE_ACTION_COUNT])(Execution *execution) = {
        [RECONCILE_SEND] = action_send,           [RECONCILE_ADOPT] = action_adopt,
        [RECONCILE_AWAIT_END] = action_await_end, [RECONCILE_LOST] = action_lost,
        [RECONCILE_WAIT] = action_wait,
};

/* --- (g): what the store does not know -------------------------------------------------------------- */

static int adopted_record(ScheduledJob *job, const ListedLaunch *listed, ExecutionRecord *ret) {
        Manager *manager = job->manager;
        int r;

        r = execution_describe(job, ret);
        if (r < 0)
                return r;
        ret->reason_detail = strdup("found at the runner, unknown to the database");
        if (!ret->reason_detail)
                return -ENOMEM;

        ret->id = listed->id.execution_id;
        ret->state = EXECUTION_RUNNING;
        ret->cause = CAUSE_MANUAL; /* no occurrence of a schedule is taken by it */
        ret->due_usec = listed->started_usec != USEC_INFINITY ? listed->started_usec : manager_now(manager);
        ret->due_last_usec = ret->nominal_usec = ret->start_after_usec = ret->due_usec;
        ret->queued_usec = ret->due_usec;
        ret->started_usec = listed->started_usec;
        ret->attempts = listed->id.attempt;
        ret->pid = listed->pid;
        memcpy(ret->runner_incarnation, manager->incarnation, ID_TEXT_MAX);
        memcpy(ret->runner_generation, manager->generation, ID_TEXT_MAX);
        return 0;
}

/* A job that is not in the list, so that the execution has one. */
static int job_for(Manager *manager, const char *name, ScheduledJob **ret) {
        ScheduledJob *job = manager_find_any_job(manager, name);
        int r;

        if (!job) {
                r = scheduled_job_new(manager, name, &job);
                if (r < 0)
                        return r;
                HASH_ADD_KEYPTR(hh, manager->jobs, job->stored.name, strlen(job->stored.name), job);
        }
        *ret = job;
        return 0;
}

static int adopt_foreign(Manager *manager, const ListedLaunch *listed) {
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        Execution *execution = NULL;
        ScheduledJob *job = NULL;
        int r;

        execution_record_init(&record);
        r = job_for(manager, listed->job && listed->job[0] != '\0' ? listed->job : "unknown", &job);
        if (r >= 0)
                r = adopted_record(job, listed, &record);
        if (r >= 0)
                r = store_insert_execution(manager->host.store, &record, 0, NULL, NULL);
        if (r >= 0)
                r = execution_recover(job, &record, &execution);
        if (r < 0)
                return r;

        manager->last_execution_id = MAX(manager->last_execution_id, listed->id.execution_id);
        execution->phase = PHASE_RUNNING;
        execution->listed = listed;
        (void) manager_log(
                        LOG_WARNING, 0, NULL, job->stored.name, execution->record.id,
                        "The runner has execution %" PRIu64
                        " of job '%s', which is not in the database: it was taken over and goes on",
                        execution->record.id, job->stored.name);
        (void) manager_queue_audit(
                        manager, AUDIT_EXECUTION_ADOPTED, job->stored.name, execution->record.id, NULL,
                        "found at the runner, unknown to the database");
        return execution_save(execution); /* observers hear of it when it is on disk */
}

static void listed_without_execution(Manager *manager, const ListedLaunch *listed) {
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        uint64_t id = listed->id.execution_id;
        int r;

        if (listed->foreign) {
                (void) manager_log(
                                LOG_WARNING, 0, NULL, listed->job ?: "", 0,
                                "The runner has execution %" PRIu64
                                " of job '%s', begun with another database: it is left alone",
                                id, listed->job ?: "");
                return;
        }

        execution_record_init(&record);
        r = store_read_execution(manager->host.store, id, &record);
        if (r > 0) { /* (d): its row is closed; the end, when it comes, is acknowledged */
                if (listed->state == LAUNCH_LISTED_RUNNING)
                        (void) manager_log(
                                        LOG_WARNING, 0, NULL, record.job, id,
                                        "Execution %" PRIu64
                                        " of job '%s' still runs, though it is recorded as %s",
                                        id, record.job, execution_state_to_string(record.state));
                return;
        }
        if (r == 0)
                r = adopt_foreign(manager, listed);
        if (r < 0)
                (void) manager_store_error(manager, r, "an execution that the runner has");
}

/* --- events ---------------------------------------------------------------------------------------- */

static Execution *execution_find(Manager *manager, LaunchId id) {
        return manager_find_execution(manager, id.execution_id);
}

static void match_list(Manager *manager, const ExecutorHello *hello) {
        for (size_t i = 0; i < hello->n_listed; i++) {
                const ListedLaunch *listed = &hello->listed[i];
                Execution *execution = listed->foreign ? NULL : execution_find(manager, listed->id);

                if (!execution)
                        listed_without_execution(manager, listed);
                else if (listed->id.attempt == execution_launch_id(execution).attempt)
                        execution->listed = listed; /* the end of an earlier attempt is acknowledged again */
        }
}

/* Without a runner nobody can be told; it is told afterwards if it was long. */
static void tell_of_absence(Manager *manager) {
        usec_t away_usec = manager_now(manager) - manager->disconnected_usec;
        CLEANUP_FREE char *sentence = NULL;
        char span[DURATION_SHORT_MAX];

        if (manager->disconnected_usec == USEC_INFINITY || away_usec < ABSENCE_TOLD_USEC)
                return;
        if (asprintf(&sentence,
                     "There was no runner for %s: nothing could be started in that time, and what ran then "
                     "may "
                     "be lost",
                     duration_format_short(away_usec, span)) < 0)
                sentence = NULL;
        alerts_on_trouble(manager, sentence ?: "There was no runner for a while", false);
}

static void on_connected(void *userdata, const ExecutorHello *hello) {
        Manager *manager = userdata;
        Execution *execution, *next;
        ScheduledJob *job, *next_job;

        assert(hello);

        manager->connected = true;
        (void) snprintf(manager->incarnation, sizeof(manager->incarnation), "%s", hello->incarnation ?: "");
        (void) snprintf(manager->generation, sizeof(manager->generation), "%s", hello->generation ?: "");
        log_info("Connected to the runner; it knows of %zu execution%s", hello->n_listed,
                 hello->n_listed == 1 ? "" : "s");

        manager_begin_batch(manager);
        match_list(manager, hello);
        HASH_ITER(hh, manager->executions, execution, next) {
                ReconcileFacts facts = facts_of(execution);

                if (execution->phase != PHASE_ENDED && execution->phase != PHASE_CLOSED &&
                    execution->phase != PHASE_WITHDRAWN)
                        actions[reconcile_judge(&facts)](execution);
                execution->listed = NULL;
        }

        HASH_ITER(hh, manager->jobs, job, next_job)
                if (job->executions || job->wake.index == HEAP_NONE)
                        scheduled_job_replan(job);
        secrets_tell(manager);
        tell_of_absence(manager);
        manager->disconnected_usec = USEC_INFINITY;
        alerts_run(manager);
        manager_end_batch(manager);
        manager_notify_manager(manager);
}

static void on_disconnected(void *userdata, int error) {
        Manager *manager = userdata;

        if (manager->connected)
                (void) manager_log(
                                LOG_WARNING, error, MESSAGE_ID_RUNNER_LOST, NULL, 0,
                                "The connection to the runner is gone: %s; nothing new is started until "
                                "there is "
                                "one again, and what still runs then goes on",
                                error != 0 ? strerror(abs(error)) : "it closed it");
        if (manager->connected)
                manager->disconnected_usec = manager_now(manager);
        manager->connected = false;
        manager_notify_manager(manager);
}

static void on_started(void *userdata, LaunchId id, pid_t pid, usec_t started_usec) {
        Execution *execution = execution_find(userdata, id);

        if (execution && id.attempt == execution_launch_id(execution).attempt)
                execution_on_started(execution, pid, started_usec);
}

/* The end of that attempt is on disk. */
static bool is_recorded(const Execution *execution, unsigned attempt) {
        const ExecutionRecord *record = &execution->record;

        if (attempt != execution_launch_id(execution).attempt)
                return attempt < record->attempts;
        return record->attempts > 0 && execution->phase == PHASE_READY &&
                        (record->state == EXECUTION_RETRYING || record->state == EXECUTION_WAITING);
}

static void on_ended(void *userdata, LaunchId id, const LaunchOutcome *outcome) {
        Manager *manager = userdata;
        Execution *execution = execution_find(manager, id);

        if (execution && !is_recorded(execution, id.attempt)) {
                execution_on_ended(execution, outcome);
                return;
        }

        /* Only the acknowledgement was lost. What has ended never changes. */
        (void) manager->host.executor->acknowledge(manager->host.executor->userdata, id);
}

static void on_progress(void *userdata, LaunchId id, int progress, const char *status_text) {
        Execution *execution = execution_find(userdata, id);

        if (execution)
                execution_on_progress(execution, id.attempt, progress, status_text);
}

static void on_output(void *userdata, LaunchId id, OutputStream stream, const void *data, size_t size) {
        manager_notify_output(userdata, id.execution_id, stream, data, size);
}

const ExecutorEvents manager_executor_events = {
        .on_connected = on_connected,
        .on_disconnected = on_disconnected,
        .on_started = on_started,
        .on_ended = on_ended,
        .on_progress = on_progress,
        .on_output = on_output,
};
