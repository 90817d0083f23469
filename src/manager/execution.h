/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The state machine of an execution and its commits.
 *
 *     BEGINNING → READY (→ MARKING) → SENT → RUNNING → ENDED
 *                   ↑___________________________↓
 *                              BETWEEN
 *
 * BETWEEN: the attempt is over, and another one follows. Each attempt has a launch id of its own.
 *
 * What must stay true: START goes out only after the begin row is on disk with the runner's incarnation and
 * generation on it; the runner's record is acknowledged, and observers hear of anything, only after it is on
 * disk; a row that has ended never changes.
 */

#include "manager/manager-internal.h"
#include "manager/planner.h"

typedef struct ExecutionBegin {
        const PlannedOccurrence *planned;
        ExecutionCause cause;
        ExecutionState state;        /* armed, waiting or starting */
        WaitingFor waiting_for;      /* in state waiting */
        usec_t start_after_usec;     /* counts if it is later than the due time */
        const char *requested_by;    /* NULL: nobody */
        bool forced;                 /* nothing holds it */
        const StartOptions *options; /* what was asked for; NULL: nothing */
        unsigned insert_flags;
} ExecutionBegin;

/* Queues the begin row. */
int execution_begin(ScheduledJob *job, const ExecutionBegin *begin, Execution **ret);
/* Takes over a row that the store had as open. `record` is taken. */
int execution_recover(ScheduledJob *job, ExecutionRecord *record, Execution **ret);
Execution *execution_free(Execution *execution);

/* Fills in a record what is the same for all rows of a job. */
int execution_describe(const ScheduledJob *job, ExecutionRecord *record);

/* It waits no longer: its next attempt begins. */
void execution_begin_attempt(Execution *execution);
/* The armed row's time has come. Returns true if START is out and the row will be written when it runs. */
bool execution_become_due(Execution *execution);
/* Sends START if nothing stands in the way. */
void execution_try_start(Execution *execution);
/* Takes the row of what has not been started back: it is not due yet, or another row covers it. */
void execution_withdraw(Execution *execution);
/* Ends it; what is in `record` beside goes with it. */
void execution_close(Execution *execution, ExecutionState state, ExecutionReason reason, const char *detail);
/* It ends before an attempt; `text`, or else the errno, says what is wrong with its parameters. */
void execution_refuse_parameters(Execution *execution, int error, const char *text);
/* Queues the record as it is. */
int execution_save(Execution *execution);
/*
 * The armed row of an occurrence that waits from now on is written as such, and the job's state with it, when
 * the open batch is over. What may start until then starts as execution_become_due() does: what is on disk is
 * enough. Returns false without a batch: the row is written, the job's state is not.
 */
bool execution_hold(Execution *execution);
/* The batch is over. */
void executions_save_held(Manager *manager);
/* The definition that it began with; decoded on demand after a restart. NULL: not known any more. */
const Job *execution_job(Execution *execution);

void execution_on_started(Execution *execution, pid_t pid, usec_t started_usec);
void execution_on_ended(Execution *execution, const LaunchOutcome *outcome);
/* Nobody knows what became of its attempt. */
void execution_on_lost(Execution *execution, const char *detail);

/* It was to be tried again, and is not: it ends as its last attempt did. */
void execution_give_up(Execution *execution, ExecutionReason reason);
/* A later one is to take its place: it ends as cancelled (replaced), unless it ends by itself first. */
void execution_replace(Execution *execution);
/* Somebody asked for its end: cancelled (operator), unless it ends by itself first; it is not tried again. */
void execution_cancel(Execution *execution);
/* Asks the runner to end what is to be replaced or cancelled, again after each reconnection. */
void execution_send_stop(Execution *execution);

/*
 * What follows from the end of an execution that has run or was to run: after its last attempt, whatever
 * state it is in. Called once, when its end is queued for the disk; what is written here comes to disk with
 * it. `output` is that of the last attempt; NULL: there is none.
 */
void execution_became_final(Execution *execution, const OutputRecord *output);

/* START of its next attempt has certainly not been sent. */
bool execution_is_unsent(const Execution *execution);
LaunchId execution_launch_id(const Execution *execution);
