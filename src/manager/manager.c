/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/manager.h"

#include <assert.h>
#include <string.h>
#include <utlist.h>

#include "manager/alert-events.h"
#include "manager/dependency.h"
#include "manager/execution.h"
#include "manager/job-change.h"
#include "manager/job-leave.h"
#include "manager/notification-queue.h"
#include "manager/profiles.h"
#include "manager/scheduled-job.h"
#include "manager/secrets.h"
#include "manager/user-limits.h"
#include "util/string-list.h"

usec_t manager_now(const Manager *manager) {
        return clock_now(manager->host.clock, CLOCK_KIND_REALTIME);
}

/* --- life ------------------------------------------------------------------------------------------ */

static void on_store_trouble(void *userdata, int error, const char *message) {
        Manager *manager = userdata;
        char *copy = strdup(message ?: "the database cannot be written");

        (void) manager_log(
                        LOG_ERR, error, MESSAGE_ID_STORE_TROUBLE, NULL, 0,
                        "%s; nothing new is started until it is possible again, what runs goes on and "
                        "nothing is "
                        "lost",
                        message ?: "The database cannot be written");
        if (!copy)
                return;
        free(manager->store_trouble);
        manager->store_trouble = copy;
        manager->store_trouble_since_usec = manager_now(manager);
        alerts_on_trouble(manager, copy, true);
        manager_notify_manager(manager);
}

static void on_store_recovered(void *userdata) {
        Manager *manager = userdata;

        if (!manager->store_trouble)
                return;
        manager_log(LOG_NOTICE, 0, MESSAGE_ID_STORE_TROUBLE, NULL, 0,
                    "The database can be written again; what came due meanwhile is judged by catch-up");

        free(manager->store_trouble);
        manager->store_trouble = NULL;
        manager->gap = (Gap){
                .from_usec = manager->store_trouble_since_usec,
                .until_usec = manager_now(manager),
                .reason = REASON_DOWN,
                .detail = "the database could not be written",
        };
        manager_replan_all(manager);
        manager_notify_manager(manager);
}

int manager_new(const ManagerHost *host, Manager **ret) {
        CLEANUP(manager_freep) Manager *manager = NULL;
        ExecutorEvents events = manager_executor_events;
        int r;

        assert(host);
        assert(host->clock && host->store && host->executor && host->set_wakeup);
        assert(ret);

        manager = calloc(1, sizeof(*manager));
        if (!manager)
                return -ENOMEM;

        manager->host = *host;
        manager->wakeup_usec = manager->alarm_usec = USEC_INFINITY;
        queues_init(&manager->queues);
        manager->last_execution_id = store_last_execution_id(host->store);
        manager->last_job_id = store_last_job_id(host->store);
        manager->loaded_latest_usec = store_latest_usec(host->store);
        manager->disconnected_usec = USEC_INFINITY;
        clock_watch_init(manager);
        r = notification_queue_new(manager, &manager->notifications);
        if (r < 0)
                return r;

        store_set_trouble_handler(
                        host->store,
                        &(StoreTroubleHandler){
                                        .on_trouble = on_store_trouble,
                                        .on_recovered = on_store_recovered,
                                        .userdata = manager,
                        });
        events.userdata = manager;
        host->executor->set_events(host->executor->userdata, &events);

        *ret = TAKE_PTR(manager);
        return 0;
}

Manager *manager_free(Manager *manager) {
        Execution *execution, *next_execution;
        ScheduledJob *job, *next_job;
        Order *order, *next_order;

        if (!manager)
                return NULL;

        manager_begin_batch(manager); /* nobody is to be woken any more */
        store_forget_owner(manager->host.store);
        manager->host.executor->set_events(manager->host.executor->userdata, NULL);

        HASH_ITER(hh, manager->executions, execution, next_execution)
                (void) execution_free(execution);
        HASH_ITER(hh, manager->jobs, job, next_job) {
                HASH_DEL(manager->jobs, job);
                (void) scheduled_job_free(job);
        }
        secrets_done(manager);
        manager_profile_orders_done(manager);
        profiles_done(manager);
        job_templates_done(&manager->templates);
        DL_FOREACH_SAFE(manager->orders, order, next_order)
        (void) order_free(order);
        manager_notices_done(manager);
        manager_prune_orders_done(manager);
        manager_change_orders_done(manager);
        job_leave_done(manager);
        dependency_done(manager);

        user_limits_done(manager);
        queues_done(&manager->queues);
        heap_done(&manager->wakes);
        heap_done(&manager->alarms);
        heap_done(&manager->expectations);
        heap_done(&manager->long_runs);
        (void) notification_queue_free(manager->notifications);
        free(manager->sorted);
        free(manager->store_trouble);
        (void) string_list_free(manager->load_errors);
        (void) string_list_free(manager->notes);
        free(manager);
        return NULL;
}

int manager_store_error(Manager *manager, int r, const char *what) {
        return log_error_errno(r, "Cannot record %s: %m", what);
}

/* --- waking up ------------------------------------------------------------------------------------- */

void manager_begin_batch(Manager *manager) {
        manager->n_batches++;
}

void manager_end_batch(Manager *manager) {
        assert(manager->n_batches > 0);

        if (manager->n_batches == 1)
                executions_save_held(manager);
        manager->n_batches--;
        manager_arm_timer(manager);
}

static void arm_alarm(Manager *manager) {
        const Executor *executor = manager->host.executor;
        const HeapNode *first = heap_first(&manager->alarms);
        usec_t alarm_usec = first ? first->key : USEC_INFINITY;

        if (alarm_usec == manager->alarm_usec)
                return;
        manager->alarm_usec = alarm_usec;
        executor->wake_at(executor->userdata, alarm_usec);
}

void manager_arm_timer(Manager *manager) {
        const HeapNode *first;
        usec_t wake_usec;

        if (manager->n_batches > 0)
                return;

        arm_alarm(manager);
        first = heap_first(&manager->wakes);
        wake_usec = MIN(first ? first->key : USEC_INFINITY, clock_watch_wakeup(manager));
        wake_usec = MIN(wake_usec, queues_wakeup(manager));
        if (manager->store_trouble)
                wake_usec = USEC_INFINITY; /* the store's recovery is what wakes us then */
        wake_usec = MIN(wake_usec, alerts_wakeup(manager));
        if (wake_usec == manager->wakeup_usec)
                return;

        manager->wakeup_usec = wake_usec;
        manager->host.set_wakeup(manager->host.userdata, wake_usec);
}

void manager_wakeup(Manager *manager) {
        HeapNode *first;

        assert(manager);

        manager->wakeup_usec = USEC_INFINITY; /* the timer has gone off */
        manager_begin_batch(manager);
        clock_watch_check(manager);
        manager->queues.is_contended = false;
        manager->queues.n_rivals = MAX(heap_count(&manager->wakes, manager_now(manager)), 1U);

        while (!manager->store_trouble && (first = heap_first(&manager->wakes)) &&
               first->key <= manager_now(manager)) {
                ScheduledJob *job = HEAP_CONTAINER(first, ScheduledJob, wake);
                usec_t next_due_usec = job->next_due_usec;
                usec_t key = first->key;

                scheduled_job_replan(job);
                queues_looked_at(&manager->queues);
                /* Whatever happened, the same look is not due again: no loop can come of it. */
                if (job->wake.index != HEAP_NONE && job->wake.key == key && key <= manager_now(manager) &&
                    job->next_due_usec == next_due_usec)
                        (void) heap_put(&manager->wakes, &job->wake, manager_now(manager) + RETRY_DELAY_USEC);
        }
        queues_admit(manager);
        manager->queues.n_rivals = 0;
        alerts_run(manager);
        manager_end_batch(manager);
}

void manager_set_notify(Manager *manager, const NotifySite *site) {
        assert(manager);
        assert(site);

        manager->notify = *site;
}

void manager_replan_all(Manager *manager) {
        ScheduledJob *job, *next;

        manager_begin_batch(manager);
        HASH_ITER(hh, manager->jobs, job, next)
                if (manager->applied)
                        scheduled_job_replan(job);
        manager_end_batch(manager);
}

/* --- finding --------------------------------------------------------------------------------------- */

ScheduledJob *manager_find_any_job(Manager *manager, const char *name) {
        ScheduledJob *job = NULL;

        HASH_FIND_STR(manager->jobs, name, job);
        return job;
}

ScheduledJob *manager_find_job(Manager *manager, const char *name) {
        ScheduledJob *job;

        assert(manager);
        assert(name);

        job = manager_find_any_job(manager, name);
        return job && scheduled_job_is_listed(job) ? job : NULL;
}

int manager_find_owner(Manager *manager, const char *name, uid_t *ret) {
        CLEANUP(stored_job_done) StoredJob stored = { 0 };
        const ScheduledJob *job = manager_find_any_job(manager, name);
        int r;

        if (job) {
                *ret = job->stored.owner_uid;
                return 1;
        }
        stored_job_init(&stored);
        r = store_read_job(manager->host.store, name, &stored);
        if (r > 0)
                *ret = stored.owner_uid;
        return r;
}

Execution *manager_find_execution(Manager *manager, uint64_t id) {
        Execution *execution = NULL;

        assert(manager);

        HASH_FIND(hh, manager->executions, &id, sizeof(id), execution);
        return execution;
}

/* --- history --------------------------------------------------------------------------------------- */

int manager_list_executions(
                Manager *manager,
                const ExecutionFilter *filter,
                store_visit_execution_t visit,
                void *userdata) {

        return store_list_executions(manager->host.store, filter, visit, userdata);
}

int manager_read_execution(Manager *manager, uint64_t id, ExecutionRecord *ret) {
        return store_read_execution(manager->host.store, id, ret);
}

int manager_read_attempt(Manager *manager, uint64_t id, unsigned attempt, AttemptRecord *ret) {
        return store_read_attempt(manager->host.store, id, attempt, ret);
}

typedef struct AttemptWalk {
        int (*visit)(void *userdata, const AttemptRecord *attempt);
        void *userdata;
        unsigned last; /* that was visited */
        bool is_over;  /* nobody wants more */
} AttemptWalk;

static int visit_ended(void *userdata, const AttemptRecord *attempt) {
        AttemptWalk *walk = userdata;
        int r = walk->visit(walk->userdata, attempt);

        walk->last = attempt->attempt;
        walk->is_over = r != 0;
        return r;
}

/* An attempt gets its row when it ends. */
static int visit_running(const AttemptWalk *walk, const Execution *execution) {
        const ExecutionRecord *record = &execution->record;
        const AttemptRecord attempt = {
                .execution_id = record->id,
                .attempt = record->attempts,
                .state = EXECUTION_RUNNING,
                .started_usec = record->attempts == 1 ? record->started_usec
                                                      : execution->attempt_started_usec,
                .ended_usec = USEC_INFINITY,
                .exit_code = -1,
                .signal = -1,
                .pid = record->pid,
                .cpu_seconds = -1,
                .memory_peak_bytes = -1,
                .http_status = -1,
        };

        return walk->visit(walk->userdata, &attempt);
}

int manager_list_attempts(
                Manager *manager,
                uint64_t id,
                int (*visit)(void *userdata, const AttemptRecord *attempt),
                void *userdata) {

        AttemptWalk walk = { .visit = visit, .userdata = userdata };
        const Execution *execution = manager_find_execution(manager, id);
        int r;

        r = store_list_attempts(manager->host.store, id, visit_ended, &walk);
        if (r >= 0 && !walk.is_over && execution && execution->record.state == EXECUTION_RUNNING &&
            execution->record.attempts > walk.last)
                r = visit_running(&walk, execution);
        return MIN(r, 0);
}

int manager_list_audit(
                Manager *manager,
                const AuditFilter *filter,
                store_visit_audit_t visit,
                void *userdata) {

        return store_list_audit(manager->host.store, filter, visit, userdata);
}

int manager_backup(Manager *manager, void (*done)(void *userdata, int fd_or_error), void *userdata) {
        return store_backup(manager->host.store, done, userdata);
}
