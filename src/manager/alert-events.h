/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What happens to executions, jobs and the daemon, told to whom `notify:` names. */

#include "manager/manager-internal.h"

/*
 * It has ended for good, and its row will be queued with the same transaction. Also counts for whether the
 * job is failing, and for `expect-within:`; the job's state is saved by the caller. `output` NULL: none is
 * known.
 */
void alerts_on_ended(Execution *execution, const OutputRecord *output);
/* It runs; `adopted`: and did so under the last daemon, which may have told of it. */
void alerts_on_running(Execution *execution, bool adopted);
/* An occurrence, or several, were missed. */
void alerts_on_missed(const ScheduledJob *job, const ExecutionRecord *record);
/* It is not there any more. */
void alerts_forget(Execution *execution);

/* A sentence about the daemon itself. `at_once`: not when it is on disk, which may be what it is about. */
void alerts_on_trouble(Manager *manager, const char *sentence, bool at_once);

/* When something is to be told because nothing happens; USEC_INFINITY: never. */
usec_t alerts_wakeup(const Manager *manager);
void alerts_run(Manager *manager);
