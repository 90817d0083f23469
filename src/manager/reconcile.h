/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Rules (a) to (g) of RUNNER.md 4: what a reconnected runner's list means for an open row. Pure. */

#include "exec/executor.h"

typedef struct ReconcileFacts {
        bool unsent;          /* START has certainly not gone to any runner */
        bool started;         /* a runner has said that it runs */
        bool not_yet;         /* written ahead, or held back */
        bool same_boot;       /* the row is of this boot of the host */
        bool same_generation; /* of runs/, row and runner */
        bool listed;
        LaunchListed state; /* valid if listed */
} ReconcileFacts;

typedef enum ReconcileAction {
        RECONCILE_SEND,      /* (a), (e) without a file: never received: START, unless it is too late */
        RECONCILE_ADOPT,     /* (b): it runs */
        RECONCILE_AWAIT_END, /* (c), (e) with a file: its outcome follows */
        RECONCILE_LOST,      /* (f), or a runner forgot it: nobody knows what became of it */
        RECONCILE_WAIT,      /* not to be sent yet: planned as any other */
        RECONCILE_ACTION_COUNT,
} ReconcileAction;

/*
 * A new incarnation of the same generation lists every file of runs/, those without an outcome as
 * LAUNCH_LISTED_LOST after it has killed what they left. So what is not listed was never received, whichever
 * incarnation it was sent to, and the incarnation decides nothing here.
 */
ReconcileAction reconcile_judge(const ReconcileFacts *facts);
