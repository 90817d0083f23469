/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the last daemon left: jobs with their state, and rows that have not ended.
 *
 * Definitions are not decoded here. The first manager_apply() brings the same text for nearly all of them.
 */

#include <assert.h>
#include <string.h>

#include "manager/execution.h"
#include "manager/freeze.h"
#include "manager/notification-queue.h"
#include "manager/profiles.h"
#include "manager/scheduled-job.h"

static int on_stored_job(void *userdata, const StoredJob *stored) {
        Manager *manager = userdata;
        ScheduledJob *job = manager_find_any_job(manager, stored->name);
        StoredJob copy;
        int r;

        if (job && scheduled_job_is_listed(job) && stored->removed_usec != USEC_INFINITY)
                return 0; /* an older life of the same name */

        r = stored_job_copy(stored, &copy);
        if (r < 0)
                return r;

        if (!job) {
                r = scheduled_job_new(manager, stored->name, &job);
                if (r < 0) {
                        stored_job_done(&copy);
                        return r;
                }
        } else {
                HASH_DEL(manager->jobs, job); /* its key is in what is replaced */
        }
        stored_job_done(&job->stored);
        job->stored = copy;
        HASH_ADD_KEYPTR(hh, manager->jobs, job->stored.name, strlen(job->stored.name), job);

        manager->last_job_id = MAX(manager->last_job_id, stored->id);
        return 0;
}

static int on_open_execution(void *userdata, const ExecutionRecord *open) {
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        Manager *manager = userdata;
        ScheduledJob *job = manager_find_any_job(manager, open->job);
        int r;

        execution_record_init(&record);
        if (!job) { /* adopted by the last daemon: its job was never known */
                r = scheduled_job_new(manager, open->job, &job);
                if (r < 0)
                        return r;
                HASH_ADD_KEYPTR(hh, manager->jobs, job->stored.name, strlen(job->stored.name), job);
        }

        r = execution_record_copy(open, &record);
        if (r < 0)
                return r;

        if (record.state == EXECUTION_ARMED && record.due_usec <= manager_now(manager))
                record.state = EXECUTION_STARTING; /* it may have been, and nobody was left to say so */
        if (record.state != EXECUTION_ARMED && cause_is_of_schedule(record.cause))
                job->stored.cursor_usec = MAX(job->stored.cursor_usec, record.due_last_usec);
        return execution_recover(job, &record, NULL);
}

int manager_load(Manager *manager) {
        ScheduledJob *job, *next;
        Store *store;
        int r;

        assert(manager);
        assert(!manager->jobs);

        store = manager->host.store;
        r = store_load_jobs(store, on_stored_job, manager);
        if (r < 0)
                return log_error_errno(r, "Cannot read the jobs from the database: %m");
        r = queues_load(manager);
        if (r < 0)
                return log_error_errno(r, "Cannot read the queues from the database: %m");
        r = freeze_load(manager);
        if (r < 0)
                return log_error_errno(r, "Cannot read from the database whether the jobs are frozen: %m");
        r = profiles_load(manager);
        if (r < 0)
                return log_error_errno(r, "Cannot read the profiles from the database: %m");
        r = store_list_open_executions(store, on_open_execution, manager);
        if (r < 0)
                return log_error_errno(r, "Cannot read the open executions from the database: %m");
        r = notification_queue_load(manager->notifications);
        if (r < 0)
                return log_error_errno(r, "Cannot read the undelivered messages from the database: %m");

        manager->boot_is_new = true;
        HASH_ITER(hh, manager->jobs, job, next) {
                if (job->stored.last_ended_usec != USEC_INFINITY)
                        job->last_end_usec = MIN(job->stored.last_ended_usec, manager_now(manager));
                if (job->stored.boot_identity && manager->host.boot_identity &&
                    strcmp(job->stored.boot_identity, manager->host.boot_identity) == 0)
                        manager->boot_is_new = false;
        }

        clock_watch_load(manager);
        manager_invalidate(manager);
        return 0;
}
