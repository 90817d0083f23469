/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Jobs leave the list when they are removed, and one-shots when nothing of them is due any more and all their
 * executions have ended. Jobs that were made at run time then leave the memory, too: what is left of them is
 * in the store, under their names, until it expires.
 */

#include "manager/manager-internal.h"

/* It is removed from now on, and when it may be forgotten is known. Not saved yet. */
void job_leave_list(ScheduledJob *job);

/* Whether anything is due after `now_usec` by the schedules of a job, were it neither paused nor held. */
bool job_has_times_left(const ScheduledJob *job, usec_t now_usec);

/* The job was planned: a one-shot that is over leaves. */
void job_leave_look(ScheduledJob *job);

/* It was removed: when that is on disk and none of its executions is left, nobody needs it here. */
void job_leave_memory(ScheduledJob *job);

void job_leave_done(Manager *manager);
