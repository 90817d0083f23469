/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The jobs that `simulate` plays: the daemon's, or those of files; and how long each is assumed to take. */

#include "schedctl/context.h"
#include "schedctl/definitions.h"
#include "schedctl/simulation.h"

#define SIMULATION_DURATION_DEFAULT USEC_PER_MINUTE

typedef struct SimulationJobs {
        Definitions definitions;
        SimulationJob *items; /* sorted by name; each holds a reference to its job */
        size_t n_items;
        bool from_daemon;
} SimulationJobs;

/*
 * Jobs that the words stand for (names or patterns; none: all) of --path; without that of the daemon, and
 * where none answers, of the configuration. Faults of files are printed and their jobs left out. Returns a
 * status; simulation_jobs_done() is due in any case.
 */
int simulation_jobs_load(Context *context, char **words, SimulationJobs *ret);
void simulation_jobs_done(SimulationJobs *jobs);

/*
 * Reads "5min" and "NAME=2h", of which the last that fits a name counts; what names a job is stronger.
 * Returns 1 with *ret_usec, 0 if nothing fits, or -EINVAL with the text at fault. `name` NULL: only checks.
 */
int simulation_duration(char *const *texts, const char *name, usec_t *ret_usec, const char **reterr_text);

/* The middle one, or the lower of the two in the middle; sorts them. `n` is at least 1. */
usec_t simulation_median(usec_t *spans, size_t n);
