/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/join.h"

#include <assert.h>

bool join_counts(const ExecutionRecord *record) {
        assert(record);

        if (record->state == EXECUTION_CANCELLED)
                return record->started_usec != USEC_INFINITY;
        return execution_state_is_outcome(record->state);
}

bool join_is_success(ExecutionState state) {
        return state == EXECUTION_SUCCEEDED;
}

bool join_is_failure(ExecutionState state) {
        return state == EXECUTION_FAILED || state == EXECUTION_TIMED_OUT || state == EXECUTION_LOST;
}

JoinStanding join_judge(const JoinPart *part, AfterWhen when, usec_t since_usec) {
        bool as_wanted;

        assert(part);

        if (!part->known)
                return JOIN_UNKNOWN;
        if (part->ended_usec == USEC_INFINITY || part->ended_usec <= since_usec)
                return JOIN_WAITING;

        as_wanted = when == AFTER_ANY || (when == AFTER_SUCCESS && join_is_success(part->state)) ||
                        (when == AFTER_FAILURE && join_is_failure(part->state));
        return as_wanted ? JOIN_MET : JOIN_OTHER_END;
}

void join_add(Join *join, const JoinPart *part, AfterWhen when, usec_t since_usec) {
        assert(join);

        join->n_parts++;
        if (join_judge(part, when, since_usec) != JOIN_MET)
                return;
        if (join->n_met == 0 || part->ended_usec >= join->ended_usec) {
                join->last_execution_id = part->execution_id;
                join->ended_usec = part->ended_usec;
        }
        join->n_met++;
}
