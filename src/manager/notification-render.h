/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A message on its way: from the row in the store to the errand that delivers it. Pure.
 *
 * Nothing that a job wrote or is named gets out of its place: mail headers are encoded, JSON is escaped, and
 * only the environment and the standard input of a command carry the rest.
 */

#include "exec/executor.h"
#include "job/notification-record.h"

typedef struct NotificationSite {
        const char *sendmail;  /* absolute path */
        const char *mail_from; /* NULL: as the host's mailer has it */
        const char *host;
} NotificationSite;

/* An errand and what it borrows. */
typedef struct NotificationErrand {
        Errand errand;
        Job account; /* who runs it: nothing but names */
        char **target, **values;
        char **arguments, **environment, **headers;
        char *input, *url, *script;
} NotificationErrand;

/* Returns 0, -EBADMSG (a row that nobody can deliver), or -ENOMEM. */
int notification_render(
                const NotificationRecord *record,
                const NotificationSite *site,
                usec_t now_usec,
                NotificationErrand *ret);
void notification_errand_done(NotificationErrand *errand);

typedef enum DeliveryVerdict {
        DELIVERY_DONE,
        DELIVERY_RETRY,
        DELIVERY_REFUSED, /* it will never be taken */
} DeliveryVerdict;

/* What became of it. *ret_wait_usec: the least that a server asked for, 0: nothing. */
DeliveryVerdict notification_judge(
                const NotificationErrand *errand,
                const ErrandResult *result,
                usec_t *ret_wait_usec);

/* From the n-th failed attempt (from 1) to the next. */
usec_t notification_backoff(unsigned attempts);
