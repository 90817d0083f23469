/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What an event is told with: the values that notify-text.h keeps and templates name. Pure. */

#include "job/execution-record.h"
#include "job/job.h"
#include "job/notify.h"

#define NOTIFICATION_OUTPUT_MAX ((size_t) 4096) /* of the output, the end */
#define NOTIFICATION_LINES_MAX 10U              /* of those told together */

typedef struct NotificationFacts {
        NotifyEvent event;
        const char *job_name;          /* NULL: the daemon itself */
        const Job *job;                /* NULL: its definition is not known */
        const ExecutionRecord *record; /* NULL: it is not about one */
        const OutputRecord *output;    /* NULL: none */
        const char *host;
        usec_t now_usec;
        /*
         * recovery: since when it failed; overdue: from when on a success was missing; USEC_INFINITY: it is
         * not overdue any more.
         */
        usec_t since_usec;
        const char *detail; /* a sentence of the daemon about itself; NULL: none */
} NotificationFacts;

/* "event", "summary", "job", …; each value is clean UTF-8. Ends with one "line". */
int notification_content(const NotificationFacts *facts, char ***ret);
