/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Random lives that fail are told as short as can be. A life is lived in a process of its own, so that
 * whatever it dies of is only a finding.
 */

#include <check.h>

#include "util/types.h"

typedef struct Life {
        uint64_t seed;
        uint32_t jobs;    /* bit per job that takes part */
        unsigned n_steps; /* after which it is seen what came of it */
} Life;

/* Returns if all went well; aborts, or does not return, if not. The same life always goes the same way. */
typedef void (*life_t)(const Life *life);

/* Lives it in a child. Returns true if it failed; what the child says is not shown then, unless `aloud`. */
bool life_fails(life_t live, const Life *life, bool aloud);

/*
 * The shortest that still fails: first fewer steps, by halves, then without each job in turn, until neither
 * makes a difference. *life fails as it comes.
 */
void life_shrink(life_t live, Life *life);

/*
 * Lives it and, if it fails, the smallest one that fails too, aloud, and aborts with what repeats that one:
 * $JOBSCHED_TEST_SEED, $JOBSCHED_TEST_JOBS and $JOBSCHED_TEST_STEPS.
 */
void life_check(life_t live, const Life *life);

/* What $JOBSCHED_TEST_JOBS and $JOBSCHED_TEST_STEPS leave of it. */
void life_read_environment(Life *life);
