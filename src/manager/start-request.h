/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Starts that no schedule asks for: by hand, or since another job has ended. */

#include "manager/manager-internal.h"

typedef struct StartRequest {
        ExecutionCause cause; /* manual, dependency, … */
        usec_t due_usec;
        uint64_t parent_id;          /* the execution whose end is the cause; 0: none */
        const char *requested_by;    /* NULL: nobody */
        bool forced;                 /* neither overlap nor queue nor conditions hold it */
        const StartOptions *options; /* parameters and profile, checked; NULL: none are given */
} StartRequest;

typedef struct StartAnswer {
        Execution *execution;   /* it starts or waits; NULL: it was skipped */
        uint64_t execution_id;  /* of its row */
        ExecutionReason reason; /* why it was skipped: overlap or queue-full */
} StartAnswer;

/*
 * Queues the row: starting, waiting, or skipped where overlap says so. Pause, exceptions and random-delay do
 * not matter, and no cursor moves. Returns 0 or a negative errno: nothing is written.
 */
int start_request(ScheduledJob *job, const StartRequest *request, StartAnswer *ret);
