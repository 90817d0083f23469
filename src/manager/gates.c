/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/gates.h"

#include <assert.h>
#include <string.h>

static const Gate *const gates[] = { &dependency_gate, &condition_gate, &user_gate, &queue_gate };

bool gates_are_open(const ScheduledJob *job) {
        for (size_t i = 0; i < ARRAY_SIZE(gates); i++)
                if (!gates[i]->is_open(job))
                        return false;
        return true;
}

/*
 * What it waits for, and how that stands now. Saved is only the former: a load that goes up and down is not
 * worth a row each time. Returns true if it is to be saved.
 */
static bool note_wait(
                ExecutionRecord *record,
                WaitingFor waiting_for,
                usec_t now_usec,
                const GateVerdict *verdict) {

        bool first = record->waiting_for != waiting_for, other = record->condition != verdict->condition;

        if (first)
                execution_record_wait(record, waiting_for, now_usec);
        record->condition = verdict->condition;
        if (strcmp(record->reason_detail ?: "", verdict->detail) != 0) {
                free(record->reason_detail);
                record->reason_detail = verdict->detail[0] != '\0' ? strdup(verdict->detail) : NULL;
        }
        return first || other;
}

bool gates_pass(Execution *execution, usec_t now_usec, GateVerdict *ret, bool *ret_changed) {
        ExecutionRecord *record = &execution->record;

        assert(execution_is_waiting(execution));
        assert(ret);
        assert(ret_changed);

        *ret_changed = false;
        for (size_t i = 0; i < ARRAY_SIZE(gates) && !record->forced; i++) {
                bool first = record->waiting_for != gates[i]->waiting_for;

                if (record->attempts > 0 && gates[i] != &queue_gate)
                        continue; /* they have let it begin; between attempts it holds no slot */
                *ret = (GateVerdict){ .look_again_usec = USEC_INFINITY, .condition = -1 };
                gates[i]->check(execution, first, now_usec, ret);
                if (ret->answer == GATE_OPEN)
                        continue;
                if (ret->answer == GATE_CLOSED)
                        *ret_changed = note_wait(record, gates[i]->waiting_for, now_usec, ret);
                return false;
        }
        return true;
}

void gates_expect(Execution *execution) {
        const ScheduledJob *job = execution->scheduled_job;

        if (dependency_gate.is_open(job) && condition_gate.is_open(job))
                queue_expect(execution);
}

void gates_leave(Execution *execution) {
        for (size_t i = 0; i < ARRAY_SIZE(gates); i++)
                gates[i]->leave(execution);
}
