/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/gates.h"

static bool is_open(const ScheduledJob *job) {
        (void) job;
        return true;
}

static void check(Execution *execution, bool first, usec_t now_usec, GateVerdict *ret) {
        (void) execution, (void) first, (void) now_usec, (void) ret;
}

static void leave(Execution *execution) {
        (void) execution;
}

const Gate condition_gate = {
        .waiting_for = WAITING_FOR_CONDITION,
        .is_open = is_open,
        .check = check,
        .leave = leave,
};
