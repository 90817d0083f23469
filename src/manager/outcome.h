/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What an end that the runner reports means for the execution. Pure. */

#include "exec/executor.h"

typedef struct Verdict {
        ExecutionState state;
        ExecutionReason reason;
        bool is_final; /* whatever `retry` says */
} Verdict;

/* `same_boot`: the host has not been booted since the execution began. */
Verdict outcome_judge(const LaunchOutcome *outcome, const SuccessCodes *codes, bool same_boot);
