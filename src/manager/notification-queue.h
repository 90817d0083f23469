/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Messages on their way. A message is a row of the store, written in the transaction of what it tells of, and
 * sent when that is on disk; it goes again until it is delivered, over restarts and crashes. So it arrives at
 * least once; twice only when a crash, or the end of a connection, came between its delivery and the news of
 * it.
 */

#include "manager/manager-internal.h"

typedef struct NotificationQueue NotificationQueue;

int notification_queue_new(Manager *manager, NotificationQueue **ret);
NotificationQueue *notification_queue_free(NotificationQueue *queue);
DEFINE_CLEANUP(NotificationQueue, notification_queue_free);

/* Reads what the last daemon left. */
int notification_queue_load(NotificationQueue *queue);

typedef struct NotificationEvent {
        NotifyEvent event;
        const char *job; /* NULL: the daemon itself */
        uid_t owner_uid;
        const char *user, *shell; /* of its commands and mails; NULL: the owner, /bin/sh */
        uint64_t execution_id;    /* 0: none */
        char *const *content;     /* notification-content.h */
        bool is_end;              /* the trouble of this event is over: it does not wait for its window */
        bool at_once;             /* it must not wait for the disk: that is what it is about */
} NotificationEvent;

/* Faults are logged: what happened must not fail because nobody can be told. */
void notification_queue_add(
                NotificationQueue *queue,
                const NotificationEvent *event,
                const NotifyTarget *target);

/* When to look again; USEC_INFINITY: something else will say so. */
usec_t notification_queue_wakeup(const NotificationQueue *queue);
/* Sends what is due. */
void notification_queue_run(NotificationQueue *queue);

/* The real-time clock was set. */
void notification_queue_shift(NotificationQueue *queue, usec_t delta_usec);

/* How many messages wait, and what went wrong with the last that failed (NULL: nothing since one arrived). */
uint64_t notification_queue_length(const NotificationQueue *queue, const char **ret_error);
