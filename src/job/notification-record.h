/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A message for somebody, until it is delivered and some time after: what would be told with it within that
 * time is gathered in the same row and told as one.
 */

#include "job/notify.h"
#include "util/cleanup.h"

typedef struct NotificationRecord {
        uint64_t id;         /* from 1, given by the manager */
        usec_t created_usec; /* the oldest that has not been told */
        NotifyEvent event;
        char *job; /* NULL: the daemon itself, or several */
        uid_t owner_uid;
        uint64_t execution_id; /* the newest; 0: none */
        char *fold_key;        /* rows with the same one are told as one */
        usec_t window_usec;    /* so long after a delivery the next one waits */
        uint64_t count;        /* events that have not been told; 0: all have, the window is still open */
        char *target;          /* notify-text.h: where to, whole, whatever becomes of the job */
        char *content;         /* notify-text.h: what of the newest, and a line for each of the last few */
        unsigned attempts;     /* to deliver it */
        usec_t next_try_usec;
        char *last_error; /* NULL: none */
} NotificationRecord;

void notification_record_done(NotificationRecord *record);
int notification_record_copy(const NotificationRecord *record, NotificationRecord *ret);
