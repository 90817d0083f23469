/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Which events an execution is, for `notify:`. Pure. */

#include "job/execution-record.h"
#include "job/notify.h"

typedef struct AlertFacts {
        ExecutionState state; /* final */
        bool was_failing;     /* the last one before it that succeeded or failed had failed */
        bool wrote_output;
} AlertFacts;

/*
 * The events of an execution that has ended for good, from the one that says most: who is told of one at some
 * address need not be told of the others there. Returns how many.
 */
#define ALERTS_MAX 3U
size_t alerts_of_end(const AlertFacts *facts, NotifyEvent ret[static ALERTS_MAX]);

/* It started later than it may. Only the first attempt counts: retries are late by intention. */
bool alerts_is_late(const ExecutionRecord *record, usec_t late_after_usec);

/* Counts for `was_failing` of those behind it. Cancelled, skipped and missed ones change nothing. */
bool alerts_is_failure(ExecutionState state);
