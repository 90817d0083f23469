/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What jobs have to do with each other's ends: `after:` and `trigger:`.
 *
 * A job with `after:` and no schedule is started when the join is complete: each predecessor has a final
 * execution that ended, as `when` wants, after stored.joined_usec, which is the job's own last start or the
 * end that completed the last join. Both sides of that comparison are durable and written in the transaction
 * of the end, so a crash can neither lose nor repeat a join, and what cannot be decided now (paused, held) is
 * found by looking again. With a schedule `after:` is a gate (gate-dependency.c).
 */

#include "manager/join.h"
#include "manager/manager-internal.h"

/* The listed job that `name` means in the definition of `job`; NULL: none that it may refer to. */
ScheduledJob *dependency_find(const ScheduledJob *job, const char *name);
/* How one of job->job->after.jobs stands. */
JoinPart dependency_part(const ScheduledJob *job, const char *name);
/* What ended until then is used up. */
usec_t dependency_since(const ScheduledJob *job);
/* A job with `after:` that no schedule makes due. */
bool dependency_is_trigger(const ScheduledJob *job);
bool dependency_is_gate(const ScheduledJob *job);
/* The first predecessor that there is not; NULL: all are there. */
const char *dependency_unknown(const ScheduledJob *job);
/* Who comes after this job. The list is valid until the next change of definitions. */
size_t dependency_dependents(ScheduledJob *job, ScheduledJob *const **ret);

/* One of its executions was started; the state is not saved. */
void dependency_job_started(ScheduledJob *job, usec_t started_usec);
/*
 * An execution has ended for good. To be called between store_begin_group() and store_end_group(), with what
 * is written of the end itself.
 */
void dependency_job_ended(const Execution *execution);
/* An end of the job is on disk: gates of those that come after it may be open. */
void dependency_end_on_disk(ScheduledJob *job);
/* Starts the job if its join is complete and nothing keeps it from being decided. */
void dependency_look(ScheduledJob *job);
/* Thawed without what was held back: a join that is complete is used up, and skipped (frozen). */
int dependency_drop(ScheduledJob *job);

/* Definitions are about to change, or a job is freed. */
void dependency_forget(Manager *manager);
/* Whether it matters to others that the job has this definition (NULL: none), or that there is such a job. */
bool dependency_concerns(const ScheduledJob *job, const Job *definition);
/* They have changed: tells of those that are blocked now, or not any more. */
void dependency_definitions_changed(Manager *manager);
void dependency_done(Manager *manager);
/* What a new definition does not count: ends before it, unless `after:` is the same. `old` NULL: a new job.
 */
void dependency_definition_changed(ScheduledJob *job, const Job *old);

/* The clock may have been set back: what was decided stays decided, and what ends from now on counts. */
void dependency_clock_set_back(Manager *manager, usec_t now_usec);
