/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/freeze.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "manager/decision.h"
#include "manager/dependency.h"
#include "manager/scheduled-job.h"
#include "manager/waiting.h"

int freeze_load(Manager *manager) {
        char since[TIMESTAMP_MAX];
        int r;

        r = store_read_freeze(manager->host.store, &manager->frozen_since_usec);
        if (r < 0)
                return r;
        if (manager->frozen_since_usec != USEC_INFINITY)
                (void) manager_log(
                                LOG_WARNING, 0, MESSAGE_ID_FROZEN, NULL, 0,
                                "All jobs have been frozen since %s: nothing starts until 'schedctl thaw'",
                                timestamp_format_utc(manager->frozen_since_usec, since));
        return 0;
}

void freeze_shift(Manager *manager, usec_t delta_usec) {
        if (manager->frozen_since_usec == USEC_INFINITY)
                return;
        manager->frozen_since_usec -= delta_usec;
        if (store_put_freeze(manager->host.store, manager->frozen_since_usec) < 0)
                (void) manager_store_error(manager, -ENOMEM, "since when the jobs are frozen");
}

int freeze_refuse(const Manager *manager, const char *what, char **reterr) {
        char since[TIMESTAMP_MAX];

        if (!manager_is_frozen(manager))
                return 0;
        if (manager->frozen_since_usec == USEC_INFINITY) {
                if (asprintf(reterr,
                             "%s is not started: the daemon is being stopped, and waits for what runs",
                             what) < 0)
                        *reterr = NULL;
                return -ECANCELED;
        }
        if (asprintf(reterr,
                     "%s is not started: all jobs have been frozen since %s; 'schedctl thaw' ends that", what,
                     timestamp_format_utc(manager->frozen_since_usec, since)) < 0)
                *reterr = NULL;
        return -ECANCELED;
}

/* --- orders ---------------------------------------------------------------------------------------- */

static void on_committed(void *userdata, int result) {
        Order *order = userdata;

        if (result < 0) {
                order_reply(order, -EIO, 0, "The daemon is stopping");
                return;
        }
        manager_notify_manager(order->manager);
        order_reply(order, 0, 0, NULL);
}

/* Returns the order, or NULL after it was refused. */
static Order *begin(Manager *manager, bool freeze, manager_reply_t reply, void *userdata) {
        CLEANUP_FREE char *text = NULL;
        char since[TIMESTAMP_MAX];
        Order *order = NULL;
        int r;

        r = order_new(manager, reply, userdata, &order);
        if (r < 0) {
                reply(userdata, r, 0, "Out of memory");
                return NULL;
        }
        if (manager->store_trouble) {
                order_reply(order, -EIO, 0, manager->store_trouble);
                return NULL;
        }
        if ((manager->frozen_since_usec != USEC_INFINITY) != freeze)
                return order;

        if (freeze &&
            asprintf(&text, "The jobs are frozen already, since %s",
                     timestamp_format_utc(manager->frozen_since_usec, since)) < 0)
                text = NULL;
        order_reply(order, -EALREADY, 0, freeze ? text : "The jobs are not frozen");
        return NULL;
}

/* All that the order has changed is one transaction, which ends here. */
static void finish(Order *order, AuditEvent event, const Caller *caller, const char *detail) {
        Manager *manager = order->manager;
        Store *store = manager->host.store;
        int r;

        r = store_put_freeze(store, manager->frozen_since_usec);
        if (r >= 0)
                r = manager_queue_audit(manager, event, NULL, 0, caller, detail);
        store_end_group(store);
        if (r >= 0)
                r = store_after_commit(store, on_committed, order);
        if (r < 0)
                order_reply(order, r, 0, "Out of memory");
}

void manager_freeze(Manager *manager, const Caller *caller, manager_reply_t reply, void *userdata) {
        Order *order;

        assert(manager);

        order = begin(manager, true, reply, userdata);
        if (!order)
                return;

        store_begin_group(manager->host.store);
        manager_wakeup(manager); /* what is due was due before */
        manager->frozen_since_usec = manager_now(manager);
        manager_replan_all(manager);
        (void) manager_log(
                        LOG_WARNING, 0, MESSAGE_ID_FROZEN, NULL, 0,
                        "All jobs are frozen by %s: nothing starts until 'schedctl thaw', what runs goes on",
                        caller && caller->user ? caller->user : "order");
        finish(order, AUDIT_FROZEN, caller, NULL);
}

void manager_rest(Manager *manager) {
        assert(manager);

        manager_wakeup(manager);
        manager->is_resting = true;
        manager_replan_all(manager);
}

/* What was held back is not owed. */
static void drop_backlog(Manager *manager) {
        usec_t now_usec = manager_now(manager);
        ScheduledJob *job, *next;
        int r;

        HASH_ITER(hh, manager->jobs, job, next) {
                if (!scheduled_job_is_listed(job) || !job->job || !job->job->enabled)
                        continue;
                r = scheduled_job_is_paused(job) ? 0 : decision_drop_frozen(job, now_usec);
                if (r >= 0)
                        r = dependency_drop(job);
                if (r < 0)
                        (void) manager_store_error(
                                        manager, r, "what a job did not start while it was frozen");
                waiting_drop(job, now_usec);
        }
}

void manager_thaw(
                Manager *manager,
                bool skip_missed,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        Order *order;

        assert(manager);

        order = begin(manager, false, reply, userdata);
        if (!order)
                return;

        store_begin_group(manager->host.store);
        if (skip_missed)
                drop_backlog(manager);
        manager->thawed = (Gap){
                .from_usec = manager->frozen_since_usec,
                .until_usec = manager_now(manager),
                .reason = REASON_FROZEN,
        };
        manager->frozen_since_usec = USEC_INFINITY;
        manager_replan_all(manager);
        (void) manager_log(
                        LOG_NOTICE, 0, MESSAGE_ID_FROZEN, NULL, 0, "The jobs are thawed by %s: %s",
                        caller && caller->user ? caller->user : "order",
                        skip_missed ? "what was held back is skipped"
                                    : "what was held back is judged by catch-up");
        finish(order, AUDIT_THAWED, caller, skip_missed ? "what was held back is skipped" : NULL);
}
