/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What an execution runs with. Values and profile are taken as they are when its first attempt begins, or
 * with a start by hand when it was asked for, and are in its record from then on: retries and the next daemon
 * take them from there.
 */

#include "manager/manager-internal.h"

/*
 * Says whether a job can be started so. Returns 0, -EINVAL with *reterr (all that is wrong, a sentence each),
 * or -ENOMEM.
 */
int parameters_check(const ScheduledJob *job, const StartOptions *options, char **reterr);

/*
 * Puts them into the record of an execution that is to begin, unless they are there. `options` NULL: nothing
 * was asked for. Returns 1 if the record is another one now, 0, or as parameters_check().
 */
int parameters_fix(
                const ScheduledJob *scheduled_job,
                const Job *job,
                const StartOptions *options,
                ExecutionRecord *record,
                char **reterr);

/*
 * Before the first attempt: forgets those that were written ahead with another revision of the job or of its
 * profile than is in force, so that they are put together anew. What was asked for by hand stays.
 */
void parameters_refresh(const ScheduledJob *job, ExecutionRecord *record);

/*
 * Before the first attempt of what was asked for by hand: when the job has changed since, what was recorded
 * is what is asked of its new definition. Returns 0, -EINVAL with *reterr (it does not fit that any more), or
 * another negative errno.
 */
int parameters_renew(const ScheduledJob *job, ExecutionRecord *record, char **reterr);

/* Those of the record, for a launch; empty if there are none. Returns 0 or a negative errno. */
int parameters_restore(const Job *job, const ExecutionRecord *record, ParameterValues *ret);
