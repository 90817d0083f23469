/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Whether and when an attempt that did not succeed is made again. Pure. */

#include "job/execution-record.h"
#include "job/job-policy.h"

/* How the last attempt ended. */
typedef struct RetryFacts {
        ExecutionState state;      /* failed, timed-out, cancelled, lost or succeeded */
        int exit_code;             /* -1: none */
        int signal;                /* -1: none */
        unsigned attempt;          /* its number, from 1 */
        usec_t first_started_usec; /* of the first attempt; USEC_INFINITY: none has started */
        usec_t ended_usec;
        uint64_t random; /* any number: where in its span `jitter` puts the delay */
} RetryFacts;

/* Returns when the next attempt begins, or USEC_INFINITY: there is none. */
usec_t retry_next(const RetryPolicy *policy, const RetryFacts *facts);

/* The most that jitter makes of the delay after that attempt: no clock that was set back delays it more. */
usec_t retry_longest_delay(const RetryPolicy *policy, unsigned attempt);
