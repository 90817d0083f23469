/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Occurrences become rows: begun, skipped or missed. Each function moves the cursor past what it decided. */

#include "manager/manager-internal.h"
#include "manager/planner.h"

/* Consecutive occurrences that are not started, all for the same reason. */
typedef struct NeverStarted {
        usec_t first_usec, last_usec;
        uint64_t count;
        ExecutionState state; /* skipped or missed */
        ExecutionReason reason;
        const char *detail; /* NULL: none */
        ExecutionCause cause;
        const PlannedOccurrence *planned; /* of the first, for its notes; NULL: none */
        Execution *armed;                 /* its row, written ahead; NULL: none */
} NeverStarted;

int decision_never_started(ScheduledJob *job, const NeverStarted *what);

/* It is not to be started at all. */
int decision_skip(
                ScheduledJob *job,
                const PlannedOccurrence *planned,
                ExecutionCause cause,
                ExecutionReason reason,
                const char *detail);

/*
 * The next occurrence, or a start that another job's end asks for, is due: starts it, holds it back, or skips
 * it where overlap says so.
 */
int decision_begin(ScheduledJob *job, const PlannedOccurrence *planned, ExecutionCause cause);

/* An execution whose row was written ahead and that no runner knows: its time has come, but it may not start
 * yet. Returns true if the job's state is written with it; see execution_hold(). */
bool decision_hold(Execution *execution, usec_t start_after_usec, WaitingFor waiting_for);

/*
 * The next occurrence is to be caught up with behind all that were decided before. The cursor is not saved.
 * *earliest_usec is scheduled_job_last_start(), kept from one to the next of many.
 */
int decision_queue(ScheduledJob *job, const PlannedOccurrence *planned, usec_t *earliest_usec);

/* The next occurrence was not met in time: judges it and all others up to `until_usec` by `catch-up`. */
int decision_late(ScheduledJob *job, const PlannedOccurrence *first, usec_t until_usec);

/*
 * An execution from before the daemon was down, which no runner received: if a newer occurrence came while
 * nobody was there, that one is to run, and this one was missed. Returns 1 if so, 0 if it may still start.
 */
int decision_overtaken(Execution *execution);

/*
 * The definition in force ends here, and no execution is to begin with it: writes what it still owes. The
 * occurrence that catch-up would start goes to *ret_catch_up (due_usec USEC_INFINITY: none) and is not
 * covered yet; with `all` they are queued instead. `may_run` false: nothing is caught up with.
 */
int decision_settle(ScheduledJob *job, bool may_run, PlannedOccurrence *ret_catch_up);

/*
 * What exceptions swallowed before the next occurrence, which is due at `until_usec`. Returns 1 if the cursor
 * was found to be further on than was known: what is next has to be asked again.
 */
int decision_excepted(ScheduledJob *job, usec_t until_usec);

/*
 * The next occurrence is due, and may be one of those that somebody ordered to be skipped: writes their row
 * as far as they are due. Returns 1 if so, 0 if it is not, or a negative errno.
 */
int decision_ordered_skip(ScheduledJob *job, const PlannedOccurrence *next);

/* What a pause kept from running until `until_usec`. */
int decision_end_pause(ScheduledJob *job, usec_t until_usec);

/* What the freeze has kept from running until `until_usec` is not owed any more. */
int decision_drop_frozen(ScheduledJob *job, usec_t until_usec);

/* `at` entries of a new definition that are past already: each is a missed row. `old` NULL: a new job. */
int decision_in_the_past(ScheduledJob *job, const Job *old);

/* Why nobody was there at that instant. *ret_detail is static. */
void decision_late_reason(
                const Manager *manager,
                usec_t instant_usec,
                ExecutionReason *ret,
                const char **ret_detail);

/* The next skipped occurrence is not folded into an earlier row. */
void decision_forget_fold(ScheduledJob *job);

/*
 * StoreInsertFlags of its row: when the clock was set back past an interval-like occurrence, it comes again,
 * as it does with cron.
 */
unsigned decision_insert_flags(const ScheduledJob *job, const PlannedOccurrence *planned);

/* Whether a row covers that instant already; `ran`: only one of an execution that was started counts. */
int decision_has_row(const ScheduledJob *job, usec_t due_usec, bool ran);
/* The row that was written ahead for that instant; one for another instant is taken back. */
Execution *decision_armed_for(ScheduledJob *job, usec_t due_usec);
