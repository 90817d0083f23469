/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What an execution that meets the conditions of its job has found out of them so far, and what would tell
 * that one has changed: facts of the host, other executions, and errands at the runner for paths and
 * commands.
 */

#include "manager/condition-check.h"
#include "manager/manager-internal.h"

typedef struct ConditionVerdict {
        ConditionFinding finding;
        ConditionKind kind; /* of the first that does not hold, or is not known */
        char detail[CONDITION_DETAIL_MAX];
        usec_t again_usec; /* of CLOCK_BOOTTIME: to be judged again then, if nothing changes before */
} ConditionVerdict;

/*
 * Makes it for the execution, or makes it anew if the job has another definition than it was made for.
 * `first`: it begins to wait now. Returns 0 or -ENOMEM.
 */
int condition_wait_ensure(Execution *execution, bool first, usec_t now_usec);
/* Forgets it, watches and errands with it. */
void condition_wait_end(Execution *execution);

/* Until when it may wait, of CLOCK_BOOTTIME: setting the clock changes nothing in that. */
usec_t condition_wait_deadline(const Execution *execution);

/*
 * Judges all of them. What costs most comes last: paths are looked at when the rest holds or it waits anyway,
 * a command runs only when everything else holds. `may_wait` false: each is looked at once.
 */
void condition_wait_judge(Execution *execution, bool may_wait, ConditionVerdict *ret);

/* An execution of this job has ended: those that wait for that are planned anew. */
void condition_job_ended(const ScheduledJob *job);
