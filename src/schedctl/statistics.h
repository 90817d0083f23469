/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the last runs of a job say of it: how many succeeded, how long they took. */

#include <jansson.h>

#include "schedctl/screen.h"
#include "util/buffer.h"

/* So many runs are looked at, newest first. */
#define STATISTICS_RUNS_MAX 50U

/* The states of what ran and has ended, NULL-terminated: what to ask the daemon for. */
extern const char *const outcome_states[];

typedef struct StatisticsRun {
        usec_t duration_usec;
        const char *state; /* borrowed from the execution */
} StatisticsRun;

typedef struct Statistics {
        StatisticsRun runs[STATISTICS_RUNS_MAX]; /* oldest first */
        size_t n_runs;
        size_t n_judged, n_succeeded; /* what was cancelled is neither good nor bad */
        usec_t median_usec, p95_usec; /* by nearest rank; USEC_INFINITY without runs */
} Statistics;

/* `executions`: an array, newest first, as the daemon lists them; it has to outlive *ret. */
void statistics_compute(const json_t *executions, Statistics *ret);

/*
 * The durations as a line of bars, oldest first, each in the colour of its state. The shortest bar is for
 * nothing, the longest for the longest run; durations that hardly differ give a flat line. Without UTF-8 a
 * digit from 0 to 7 stands for a bar.
 */
int statistics_sparkline(const Statistics *statistics, const Screen *screen, Buffer *buffer);

/* As an object: runs, succeeded, success_rate (0…1), median_seconds, p95_seconds; null where unknown. */
json_t *statistics_to_json(const Statistics *statistics);
