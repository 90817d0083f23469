/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * `expect-within:`, the dead man's switch: a job that has had no success in that time is overdue.
 *
 * The time counts from the last success, and anew from when the key was added, the job was enabled or a pause
 * ended: a paused or disabled job is not overdue. It goes on while the daemon is down, and a clock that is
 * set neither shortens nor lengthens it.
 */

#include "manager/manager-internal.h"

/* Looks at what the job's state and definition are now. */
void expectation_plan(ScheduledJob *job);
/* It has succeeded. Returns true if it was overdue. The caller saves the job's state. */
bool expectation_met(ScheduledJob *job, const ExecutionRecord *record);

/* When it is overdue unless it succeeds; USEC_INFINITY: nothing is expected. */
usec_t expectation_deadline(const ScheduledJob *job);

usec_t expectation_wakeup(const Manager *manager);
/* A job that is overdue by now and was not so far; NULL: none is left. The caller saves its state. */
ScheduledJob *expectation_take_overdue(Manager *manager);

/* The real-time clock was set. */
void expectation_shift(ScheduledJob *job, usec_t delta_usec);
