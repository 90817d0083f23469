/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What stands between a due execution and its start, once its delay is over and its job's overlap lets it
 * pass: dependencies, conditions, what its user may have, queues, in that order. A forced one passes them
 * all. A further attempt waits for its slot only.
 *
 * An execution that a gate holds is a row in state `waiting` with that gate's name in waiting_for. A gate
 * that may have opened calls scheduled_job_replan() of the job, or asks for another look at an instant; then
 * everything is asked again from the first gate on, so that what held a while ago still has to hold when it
 * starts.
 */

#include "manager/manager-internal.h"

typedef enum GateAnswer {
        GATE_OPEN,
        GATE_CLOSED,  /* it waits */
        GATE_REFUSED, /* it is over: skipped with `reason` */
} GateAnswer;

typedef struct GateVerdict {
        GateAnswer answer;
        usec_t look_again_usec; /* of CLOSED: at the latest; USEC_INFINITY: the gate says when */
        ExecutionReason reason; /* of REFUSED */
        int condition;          /* ConditionKind of REASON_CONDITION; -1: none */
        char detail[160];       /* a sentence for people: "waiting for a slot of queue 'io'"; "": none */
} GateVerdict;

typedef struct Gate {
        WaitingFor waiting_for;
        /* True if no execution of the job would be held here now. Cheap: each occurrence asks. */
        bool (*is_open)(const ScheduledJob *job);
        /* `first`: it was not held here before. Fills *ret, which is OPEN. */
        void (*check)(Execution *execution, bool first, usec_t now_usec, GateVerdict *ret);
        /* It is not held here any more: it starts, or ends without. Also for those that never were. */
        void (*leave)(Execution *execution);
} Gate;

extern const Gate dependency_gate, condition_gate, user_gate, queue_gate;

/* Whether an execution of the job may begin right away, without a row in state `waiting`. */
bool gates_are_open(const ScheduledJob *job);

/*
 * Asks the gates. Returns true if all are open. Otherwise *ret says what to do, and if the execution waits at
 * another gate than before, the record says so and *ret_changed is set: it is to be saved.
 */
bool gates_pass(Execution *execution, usec_t now_usec, GateVerdict *ret, bool *ret_changed);

/*
 * Its row in state `waiting` is being written since a gate was closed. Where that is the queues' it has its
 * place there from now on, so that the order in which rows come to disk means nothing.
 */
void gates_expect(Execution *execution);

/* For whatever stops to wait, in any way. */
void gates_leave(Execution *execution);

/*
 * gate-queue.c: an attempt starts, and has ended; between them it takes a slot. Counted by the execution:
 * asking twice changes nothing.
 */
void queue_take_slot(Execution *execution);
void queue_give_slot(Execution *execution);
/* Takes its place in the queue before anybody asks. */
void queue_expect(Execution *execution);
