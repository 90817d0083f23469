/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/execution.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "manager/alert-events.h"
#include "manager/execution-parameters.h"
#include "manager/execution-private.h"
#include "manager/gates.h"
#include "manager/place.h"
#include "manager/scheduled-job.h"
#include "manager/user-limits.h"
#include "util/string-list.h"

bool execution_is_unsent(const Execution *execution) {
        return execution->phase == PHASE_BEGINNING || execution->phase == PHASE_READY ||
                        execution->phase == PHASE_MARKING || execution->phase == PHASE_BETWEEN;
}

LaunchId execution_launch_id(const Execution *execution) {
        return (LaunchId){ .execution_id = execution->record.id,
                           .attempt = MAX(execution->record.attempts, 1U) };
}

static void detach(Execution *execution) {
        alerts_forget(execution);
        execution_forget_hold(execution);
        gates_leave(execution);
        queue_give_slot(execution);
        execution_displace(execution);
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

int execution_set_text(const char *text, char **ret) {
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

static int describe_traits(const Job *job, ExecutionRecord *record) {
        CLEANUP(string_list_freep) char **tags = NULL;
        int r;

        r = execution_set_text(job->action == ACTION_COMMAND ? NULL : job_kind(job), &record->kind);
        if (r >= 0)
                r = execution_set_text(job->template, &record->template);
        if (r >= 0 && job->tags)
                r = string_list_copy(job->tags, &tags);
        if (r < 0)
                return r;
        (void) string_list_free(record->tags);
        record->tags = TAKE_PTR(tags);
        return 0;
}

int execution_describe(const ScheduledJob *job, ExecutionRecord *record) {
        const ManagerHost *host = &job->manager->host;
        int r;

        r = execution_set_text(job->stored.name, &record->job);
        if (r < 0)
                return r;
        r = execution_set_text(host->host_name, &record->host);
        if (r >= 0 && job->job)
                r = describe_traits(job->job, record);
        if (r < 0)
                return r;

        record->job_id = job->stored.id;
        record->job_revision = job->stored.revision;
        record->owner_uid = job->stored.owner_uid;
        record->origin = (int) job->stored.origin;
        (void) snprintf(record->boot_id, sizeof(record->boot_id), "%s", host->boot_id ?: "");
        return 0;
}

void execution_mark_runner(Execution *execution) {
        const Manager *manager = execution->manager;

        memcpy(execution->record.runner_incarnation, manager->incarnation, ID_TEXT_MAX);
        memcpy(execution->record.runner_generation, manager->generation, ID_TEXT_MAX);
        (void) snprintf(execution->record.boot_id, sizeof(execution->record.boot_id), "%s",
                        manager->host.boot_id ?: "");
}

void execution_unmark_runner(Execution *execution) {
        execution->record.runner_incarnation[0] = execution->record.runner_generation[0] = '\0';
}

bool execution_is_marked(const Execution *execution) {
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

/* --- begin ------------------------------------------------------------------------------------------ */

static int execution_new(ScheduledJob *job, Execution **ret) {
        Execution *execution = calloc(1, sizeof(*execution));

        if (!execution)
                return -ENOMEM;

        execution->manager = job->manager;
        execution->scheduled_job = job;
        execution->long_run.index = HEAP_NONE;
        execution->attempt_started_usec = USEC_INFINITY;
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
        execution->user_use = user_limits_use(execution->manager, execution->record.owner_uid);
        HASH_ADD(hh, execution->manager->executions, record.id, sizeof(execution->record.id), execution);
        DL_APPEND(execution->scheduled_job->executions, execution);
        execution_place(execution);
}

static int fill_record(ScheduledJob *job, const ExecutionBegin *begin, ExecutionRecord *record) {
        const Occurrence *occurrence = &begin->planned->occurrence;
        int r;

        r = execution_describe(job, record);
        if (r < 0)
                return r;
        r = execution_set_text(begin->requested_by, &record->requested_by);
        if (r < 0)
                return r;

        record->state = begin->state;
        record->cause = begin->cause;
        record->forced = begin->forced;
        record->due_usec = record->due_last_usec = occurrence->due_usec;
        record->nominal_usec = occurrence->nominal_usec;
        record->start_after_usec = MAX(begin->start_after_usec, occurrence->due_usec);
        record->count = MAX(occurrence->count, 1U);
        record->notes = occurrence->notes;
        record->parent_id = begin->planned->parent_id;
        if (record->start_after_usec > occurrence->due_usec)
                record->notes |= SCHEDULE_NOTE_DELAYED;
        if (begin->state != EXECUTION_ARMED)
                record->queued_usec = manager_now(job->manager);
        if (begin->state == EXECUTION_WAITING)
                execution_record_wait(record, begin->waiting_for, record->queued_usec);
        return 0;
}

/*
 * What waits takes them when it starts, unless they were asked for. That they are wrong is said then, too:
 * where it is to be said at once they have been checked.
 */
static int fix_parameters(ScheduledJob *job, const ExecutionBegin *begin, ExecutionRecord *record) {
        bool is_asked = begin->options && (begin->options->parameters || begin->options->profile);
        CLEANUP_FREE char *error = NULL;
        int r;

        if (begin->state == EXECUTION_WAITING && !is_asked)
                return 0;
        r = parameters_fix(job, job->job, begin->options, record, &error);
        return r == -EINVAL && !is_asked ? 0 : r;
}

int execution_begin(ScheduledJob *job, const ExecutionBegin *begin, Execution **ret) {
        Manager *manager = job->manager;
        Execution *execution = NULL;
        int r;

        r = execution_new(job, &execution);
        if (r < 0)
                return r;

        r = fill_record(job, begin, &execution->record);
        if (r >= 0)
                r = fix_parameters(job, begin, &execution->record);
        if (r >= 0) {
                execution->job = job_ref(job->job);
                execution->phase = PHASE_BEGINNING;
                execution->record.id = manager->last_execution_id + 1;
                if (manager->connected && begin->state != EXECUTION_WAITING)
                        execution_mark_runner(execution);
                r = store_insert_execution(
                                manager->host.store, &execution->record, begin->insert_flags,
                                execution_on_inserted, execution);
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
        execution->phase = execution->record.state == EXECUTION_WAITING ||
                                        execution->record.state == EXECUTION_RETRYING
                        ? PHASE_READY
                        : PHASE_RECOVERED;
        attach(execution);
        if (execution->record.state == EXECUTION_STARTING || execution->record.state == EXECUTION_RUNNING) {
                queue_take_slot(execution);
                execution->job = job_unref(execution->job); /* decoded again when it is needed */
        }
        if (ret)
                *ret = execution;
        return 0;
}
