/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What notification-queue.c and notification-delivery.c share. Nobody else includes this. */

#include <uthash.h>

#include "manager/notification-queue.h"
#include "manager/notification-render.h"

/* Messages of root's jobs and the daemon, and those of ordinary users, whose targets may be slow on purpose.
 */
typedef enum NotificationLane {
        NOTIFICATION_LANE_PRIVILEGED,
        NOTIFICATION_LANE_USERS,
        NOTIFICATION_LANE_COUNT,
} NotificationLane;

typedef struct NotificationTries {
        Heap heap;
        unsigned n_on_their_way;
} NotificationTries;

typedef struct Notification {
        NotificationQueue *queue;
        NotificationTries *lane;
        NotificationRecord record;
        uint64_t target_hash;
        UT_hash_handle hh; /* by record.fold_key */
        HeapNode node; /* by record.next_try_usec; not while it is on its way, or its row on the way to disk
                        */
        unsigned n_pending; /* changes that are not on disk yet */
        bool at_once;
        bool removed; /* goes when nothing is pending; then in queue->removed */
        struct Notification *prev, *next;

        bool on_its_way;
        uint64_t errand_id;
        uint64_t n_sent; /* of its events, by that errand */
        NotificationErrand errand;
} Notification;

/* How many rows there are for a target. */
typedef struct NotificationTarget {
        uint64_t hash;
        unsigned n_rows;
        UT_hash_handle hh;
} NotificationTarget;

struct NotificationQueue {
        Manager *manager;
        Notification *items; /* by fold_key */
        Notification *removed;
        NotificationTarget *targets;
        NotificationTries lanes[NOTIFICATION_LANE_COUNT];
        uint64_t last_id;
        char *last_error;
};

/* notification-queue.c */
/* Queues the row as it is; the heap gets it back when it is on disk. */
void notification_save(Notification *notification);
void notification_remove(Notification *notification);
/* Into the heap, if it may be looked at. */
void notification_schedule(Notification *notification);

/* notification-delivery.c */
void notification_send(Notification *notification);
