/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of the simulator share. */

#include <stdio.h>

#include "sim/simulator.h"

#define SIM_ASSERT(sim, condition, ...)                                                              \
        do {                                                                                         \
                if (!(condition)) {                                                                  \
                        char said_[512];                                                             \
                        (void) snprintf(said_, sizeof(said_), __VA_ARGS__);                          \
                        ck_abort_msg("seed %" PRIu64 ", point %u, crash at %u: %s: %s", (sim)->seed, \
                                     (sim)->point, (sim)->crash_at, #condition, said_);              \
                }                                                                                    \
        } while (0)

/*
 * Something is about to leave the daemon. Returns false if the daemon is dead by now. Every other crash point
 * lets this last thing out.
 */
bool sim_reaches_outside(Sim *sim);

/* simulator-runner.c */
extern const Executor sim_executor; /* without its userdata */
void sim_connect_runner(Sim *sim);
/* Ends what has run its time, and says what is new. Returns true if something was said. */
bool sim_runner_speaks(Sim *sim);

/* simulator-invariants.c: one more runs, and that may be so. */
void sim_check_limits(Sim *sim, const SimRun *started);

/* simulator-errand.c */
int sim_run_errand(
                void *userdata,
                const Errand *errand,
                executor_errand_t done,
                void *done_userdata,
                uint64_t *ret_id);
void sim_cancel_errand(void *userdata, uint64_t id);
/* Answers those that have an answer by now. Returns true if there was one. */
bool sim_errands_speak(Sim *sim);
/* When the next one has, of CLOCK_BOOTTIME; USEC_INFINITY: it is not time that it waits for. */
usec_t sim_errands_next(const Sim *sim);
void sim_init_facts(Sim *sim);
