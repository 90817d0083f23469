/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/alerts.h"

#include <assert.h>

bool alerts_is_failure(ExecutionState state) {
        return state == EXECUTION_FAILED || state == EXECUTION_TIMED_OUT || state == EXECUTION_LOST;
}

size_t alerts_of_end(const AlertFacts *facts, NotifyEvent ret[static ALERTS_MAX]) {
        size_t n = 0;

        assert(execution_state_is_final(facts->state));

        if (alerts_is_failure(facts->state))
                ret[n++] = NOTIFY_ON_FAILURE;
        if (facts->state == EXECUTION_SUCCEEDED && facts->was_failing)
                ret[n++] = NOTIFY_ON_RECOVERY;
        if (facts->state == EXECUTION_SUCCEEDED)
                ret[n++] = NOTIFY_ON_SUCCESS;
        if (facts->state == EXECUTION_MISSED)
                ret[n++] = NOTIFY_ON_MISSED;
        if (execution_state_is_outcome(facts->state) && facts->wrote_output)
                ret[n++] = NOTIFY_ON_OUTPUT;
        return n;
}

bool alerts_is_late(const ExecutionRecord *record, usec_t late_after_usec) {
        return record->attempts <= 1 && record->started_usec != USEC_INFINITY &&
                        record->start_after_usec != USEC_INFINITY &&
                        record->started_usec > usec_add(record->start_after_usec, late_after_usec);
}
