/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `conditions:` */

#include <string.h>

#include "manager/condition-wait.h"
#include "manager/gates.h"

#define MEMORY_PAUSE_USEC (10 * USEC_PER_SEC)

/* Whether they hold is not known before it is looked. */
static bool is_open(const ScheduledJob *job) {
        return !job->job || job->job->conditions.n_items == 0;
}

static void check(Execution *execution, bool first, usec_t now_usec, GateVerdict *ret) {
        Manager *manager = execution->manager;
        ConditionVerdict verdict;
        usec_t boottime_usec, deadline_usec;

        if (is_open(execution->scheduled_job))
                return;
        if (condition_wait_ensure(execution, first && !execution->condition_wait, now_usec) < 0) {
                ret->answer = GATE_CLOSED;
                ret->look_again_usec = now_usec + MEMORY_PAUSE_USEC;
                return;
        }

        boottime_usec = clock_now(manager->host.clock, CLOCK_KIND_BOOTTIME);
        deadline_usec = condition_wait_deadline(execution);
        condition_wait_judge(execution, boottime_usec < deadline_usec, &verdict);
        if (verdict.finding == CONDITION_HOLDS)
                return;

        ret->condition = (int) verdict.kind;
        memcpy(ret->detail, verdict.detail, sizeof(ret->detail));
        if (verdict.finding == CONDITION_FAILS && boottime_usec >= deadline_usec) {
                ret->answer = GATE_REFUSED;
                ret->reason = REASON_CONDITION;
                return;
        }
        ret->answer = GATE_CLOSED;
        /* What is not known at the deadline is judged when the answer comes. */
        if (deadline_usec > boottime_usec)
                verdict.again_usec = MIN(verdict.again_usec, deadline_usec);
        if (verdict.again_usec != USEC_INFINITY)
                ret->look_again_usec = now_usec + MAX(verdict.again_usec - boottime_usec, USEC_PER_MSEC);
}

static void leave(Execution *execution) {
        condition_wait_end(execution);
}

const Gate condition_gate = {
        .waiting_for = WAITING_FOR_CONDITION,
        .is_open = is_open,
        .check = check,
        .leave = leave,
};
