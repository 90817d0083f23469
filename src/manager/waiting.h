/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What becomes of executions that wait: held back until an instant (`random-delay`), until others of their
 * job have ended (`overlap`, `catch-up: all`), at a gate (gates.h), or between two attempts. Those of one job
 * start in the order of their ids, which is that of their due times.
 *
 * A row that waits names no runner, so that on disk `waiting` means: START was sent to nobody.
 */

#include "manager/manager-internal.h"

/* Starts, skips or misses what need not wait any longer. Returns when there is more to do; USEC_INFINITY:
 * when something ends. */
usec_t waiting_release(ScheduledJob *job);

/* Tries again what is to be tried again by now. Returns when the next is. */
usec_t waiting_retry(ScheduledJob *job);

/*
 * For a gate that knows which of all jobs' executions is next: asks this one's gates, without a walk through
 * its job's list. Returns true if it was started. Otherwise it may have moved to another gate or have ended
 * (`leave` of its gate was called then), or its gate still says closed.
 */
bool waiting_admit(Execution *execution);

/* The clock was set back before their due times: they become due again. */
void waiting_take_back(ScheduledJob *job, usec_t now_usec);

/* What was to start by now, and was not since all was frozen, is skipped (frozen). */
void waiting_drop(ScheduledJob *job, usec_t now_usec);

/* The job was removed: what has not been started, or was to be tried again, is cancelled. */
void waiting_cancel(ScheduledJob *job);
/* It was disabled: the same, but what was asked for by hand goes on. */
void waiting_cancel_scheduled(ScheduledJob *job);
