/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What one more execution of a job meets: the others of the job, and what becomes of those. */

#include "manager/manager-internal.h"
#include "manager/overlap.h"

/*
 * What becomes of one more execution of the job that is due now: PASS, WAIT, REFUSE or FULL. Where `replace`
 * has it, the oldest active one is told to end, and what waited for that is over.
 */
OverlapAnswer admission_judge(ScheduledJob *job);
/* Fewer are active than may be. */
bool admission_has_room(const ScheduledJob *job);
/* Whether it may begin right away, without a row in state `waiting`. */
bool admission_gates_are_open(const ScheduledJob *job);

#define BLOCKER_TEXT_MAX 64U
/* "blocked by execution 41" */
const char *admission_describe_blocker(const ScheduledJob *job, char buffer[static BLOCKER_TEXT_MAX]);

/* An occurrence of the job is due: attempts that were still to come are dropped, so that nothing is doubled.
 */
void admission_supersede(ScheduledJob *job);
