/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One job by name: when it is looked at, and what is written of its state. */

#include "manager/manager-internal.h"
#include "manager/overlap.h"
#include "manager/planner.h"

int scheduled_job_new(Manager *manager, const char *name, ScheduledJob **ret);
ScheduledJob *scheduled_job_free(ScheduledJob *job);
DEFINE_CLEANUP(ScheduledJob, scheduled_job_free);

/*
 * The job of that name, listed or not, with what is left of it in the store. Returns 1; 0 with one that is
 * not in the table (and has no id, if nothing is known of it); or a negative errno.
 */
int scheduled_job_look_up(Manager *manager, const char *name, ScheduledJob **ret);
/* Takes it out of the table, and frees it. */
void scheduled_job_drop(ScheduledJob *job);

/* In the list: not removed. */
bool scheduled_job_is_listed(const ScheduledJob *job);

/* By its definition in force; borrowed from it. */
JobTraits scheduled_job_traits(const ScheduledJob *job);
bool scheduled_job_is_paused(const ScheduledJob *job);
/*
 * Nothing can be decided now: the disk refuses, or the runner has yet to say what became of an execution that
 * was found open. What comes due meanwhile is decided afterwards.
 */
bool scheduled_job_is_held(const ScheduledJob *job);

PlannerView scheduled_job_view(const ScheduledJob *job);
/* The oldest execution that is active or waits for those to end; NULL: none. */
Execution *scheduled_job_blocker(const ScheduledJob *job);
/* The row that was written ahead; NULL: none. */
Execution *scheduled_job_armed(const ScheduledJob *job);

/* Somebody ordered that what is due then is skipped. */
bool scheduled_job_skips(const ScheduledJob *job, usec_t due_usec);

/* The last instant that was decided. */
usec_t scheduled_job_cursor(const ScheduledJob *job);
void scheduled_job_move_cursor(ScheduledJob *job, usec_t instant_usec);

/* One of its schedules is `every` from the end. */
bool scheduled_job_counts_from_end(const ScheduledJob *job);

/* What `overlap` says of one more. */
OverlapAnswer scheduled_job_overlap(const ScheduledJob *job);

/* `catch-up: all` is at work: what comes due now joins the end, whatever `overlap` says. */
bool scheduled_job_is_catching_up(const ScheduledJob *job);

/* Before this nothing may start that comes behind what waits; INT64_MIN: at any time. */
usec_t scheduled_job_last_start(const ScheduledJob *job);

/* The earliest instant that one is held back until; USEC_INFINITY: none. */
usec_t scheduled_job_held_until(const ScheduledJob *job);

/* Queue the whole, or the state only. */
void scheduled_job_save(ScheduledJob *job);
void scheduled_job_save_state(ScheduledJob *job);

/* Decodes the stored definition, the last good one. Returns 0 or a negative errno (it is not good any more).
 */
int scheduled_job_decode(const ScheduledJob *job, uint64_t revision, const char *definition, Job **ret);
