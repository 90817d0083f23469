/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What is told as one. Pure. */

#include "job/notification-record.h"

/* After a delivery the next one of its kind waits so long, the next but one twice that, up to the maximum. */
#define NOTIFICATION_WINDOW_USEC (5 * USEC_PER_MINUTE)
#define NOTIFICATION_WINDOW_MAX_USEC USEC_PER_HOUR
/* So many different ones go to one target within their windows; the others are gathered in one for it. */
#define NOTIFICATION_TARGET_BURST 10U
#define NOTIFICATION_GATHER_USEC USEC_PER_MINUTE

/* The key of a kind of message. `job` NULL: of the daemon itself. `is_end` tells its end from its begin. */
int notification_key(
                NotifyEvent event,
                bool is_end,
                const char *job,
                uid_t owner_uid,
                uint64_t target_hash,
                char **ret);
/* The key of what is gathered for a target, whatever it is about. */
int notification_gather_key(uid_t owner_uid, uint64_t target_hash, char **ret);
/* A ping says a state: only the newest counts, and it goes at once. */
int notification_ping_key(uint64_t target_hash, char **ret);

uint64_t notification_target_hash(const char *target);

/*
 * One more event, with its content (notify-text.h), joins those that have not been told. The newest speaks
 * for all; of the others the lines of the last few stay. Returns 0, or a negative errno: nothing has changed.
 */
int notification_fold(NotificationRecord *record, char *const *content, usec_t now_usec);

/* `n_told` of its events have been delivered (or given up). */
int notification_told(NotificationRecord *record, uint64_t n_told, usec_t now_usec);
