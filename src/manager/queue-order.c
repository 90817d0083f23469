/* SPDX-License-Identifier: GPL-2.0-or-later */

/* pause-queue and resume-queue. */

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "manager/manager-internal.h"
#include "util/string-table.h"

static void on_committed(void *userdata, int result) {
        Order *order = userdata;

        if (result < 0) {
                order_reply(order, -EIO, 0, "The daemon is stopping");
                return;
        }
        manager_notify_manager(order->manager);
        order_reply(order, 0, 0, NULL);
}

/* With the name that was probably meant. Takes the order. */
static void refuse_unknown(Order *order, const char *name) {
        const Queues *queues = &order->manager->queues;
        CLEANUP_FREE const char **names = NULL;
        CLEANUP_FREE char *text = NULL;
        const char *nearest = NULL;
        JobQueue *queue, *next;
        size_t n = 0;

        names = calloc(HASH_COUNT(queues->named) + 1, sizeof(*names));
        if (names) {
                HASH_ITER(hh, queues->named, queue, next)
                        names[n++] = queue->name;
                nearest = string_nearest(name, names);
        }
        if (asprintf(&text, "There is no queue '%.64s'%s%s%s", name, nearest ? "; did you mean '" : "",
                     nearest ?: "", nearest ? "'?" : "") < 0)
                text = NULL;
        order_reply(order, -ENOENT, 0, text);
}

static void refuse_same(Order *order, const char *name, bool is_paused) {
        CLEANUP_FREE char *text = NULL;

        if (asprintf(&text, is_paused ? "Queue '%s' is paused already" : "Queue '%s' is not paused", name) <
            0)
                text = NULL;
        order_reply(order, -EALREADY, 0, text);
}

static void change(Order *order, JobQueue *queue, usec_t paused_since_usec, const Caller *caller) {
        Manager *manager = order->manager;
        bool pause = paused_since_usec != USEC_INFINITY;
        char detail[160];
        int r;

        r = store_put_queue_pause(manager->host.store, queue->name, paused_since_usec);
        if (r < 0) {
                order_reply(order, r, 0, "Out of memory");
                return;
        }
        (void) snprintf(detail, sizeof(detail), "queue '%s'", queue->name);
        (void) manager_queue_audit(
                        manager, pause ? AUDIT_QUEUE_PAUSED : AUDIT_QUEUE_RESUMED, NULL, 0, caller, detail);

        queue->paused_since_usec = paused_since_usec;
        queue->run.paused = pause;
        queues_update_turn(&manager->queues, queue);
        manager_arm_timer(manager);

        r = store_after_commit(manager->host.store, on_committed, order);
        if (r < 0)
                order_reply(order, r, 0, "Out of memory");
}

static void order_queue(
                Manager *manager,
                const char *name,
                bool pause,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        JobQueue *queue = NULL;
        Order *order = NULL;
        int r;

        r = order_new(manager, reply, userdata, &order);
        if (r < 0) {
                reply(userdata, r, 0, "Out of memory");
                return;
        }

        HASH_FIND_STR(manager->queues.named, name, queue);
        if (!queue)
                refuse_unknown(order, name);
        else if (manager->store_trouble)
                order_reply(order, -EIO, 0, manager->store_trouble);
        else if (queue->run.paused == pause)
                refuse_same(order, name, pause);
        else
                change(order, queue, pause ? manager_now(manager) : USEC_INFINITY, caller);
}

void manager_pause_queue(
                Manager *manager,
                const char *name,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        order_queue(manager, name, true, caller, reply, userdata);
}

void manager_resume_queue(
                Manager *manager,
                const char *name,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        order_queue(manager, name, false, caller, reply, userdata);
}
