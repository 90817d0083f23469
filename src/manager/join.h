/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * `after:` as arithmetic: whether all that a job comes after has ended as it should since a given instant.
 * Pure.
 */

#include "job/execution-record.h"
#include "job/job-policy.h"

/* One predecessor, by its latest final execution. */
typedef struct JoinPart {
        bool known; /* there is such a job */
        uint64_t execution_id;
        ExecutionState state;
        usec_t ended_usec; /* USEC_INFINITY: none has ended yet */
} JoinPart;

typedef enum JoinStanding {
        JOIN_UNKNOWN,   /* there is no such job */
        JOIN_WAITING,   /* it has not ended since */
        JOIN_OTHER_END, /* it has, but not as `when` wants */
        JOIN_MET,
        JOIN_STANDING_COUNT,
} JoinStanding;

/*
 * Whether an end counts at all: what was skipped, missed, or cancelled before it was started is no end of
 * anything.
 */
bool join_counts(const ExecutionRecord *record);

/* Success and failure are opposites but for what somebody cancelled: that is neither. */
bool join_is_success(ExecutionState state);
bool join_is_failure(ExecutionState state);

JoinStanding join_judge(const JoinPart *part, AfterWhen when, usec_t since_usec);

/* All parts together; the zero value is a join without any. */
typedef struct Join {
        size_t n_parts, n_met;
        uint64_t last_execution_id; /* of those that are met: which ended last, … */
        usec_t ended_usec;          /* … and when */
} Join;

void join_add(Join *join, const JoinPart *part, AfterWhen when, usec_t since_usec);

static inline bool join_is_complete(const Join *join) {
        return join->n_parts > 0 && join->n_met == join->n_parts;
}
