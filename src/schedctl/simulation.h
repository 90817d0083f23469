/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Plays jobs through a span of time that need not come: what would start when, what would be skipped and why,
 * and how much there is at once.
 *
 * Pure: no clock, no daemon. Each job starts when its timetable says so, plus its random delay, and runs for
 * an assumed time; overlap is judged as the daemon does it. What hangs on a boot, a start of the daemon or
 * the end of a suspend does not happen here.
 */

#include "job/job.h"
#include "util/string-table.h"

#define SIMULATION_EVENTS_MAX 5000000U
#define SIMULATION_SPAN_MAX (100 * 366 * USEC_PER_DAY)

/* What became of an occurrence. */
typedef enum SimulationFate {
        SIMULATION_RUNS,
        SIMULATION_OVERLAP,  /* skipped: the job still ran */
        SIMULATION_EXCEPTED, /* skipped: an exception swallowed it */
        SIMULATION_PAUSED,   /* skipped: the job is paused */
        SIMULATION_FATE_COUNT,
} SimulationFate;

/* "runs", and the reasons of skipped executions. */
DECLARE_STRING_TABLE(simulation_fate, SimulationFate);

/* What is known of a job before, and of all its occurrences afterwards. */
typedef struct SimulationJob {
        const Job *job; /* borrowed */
        usec_t duration_usec;
        usec_t delay_usec; /* that stable random delay adds */
        bool paused;

        uint64_t n_fates[SIMULATION_FATE_COUNT]; /* result */
        usec_t busy_usec;                        /* result: ran so long within the span */
} SimulationJob;

/* In the order of start_usec; only excepted ones are told at the end, folded into one for each job. */
typedef struct SimulationEvent {
        size_t job; /* index */
        SimulationFate fate;
        usec_t due_usec, start_usec;
        usec_t end_usec;      /* of what runs; else start_usec */
        usec_t due_last_usec; /* of what is folded; else due_usec */
        uint64_t count;       /* of what is folded; else 1 */
        unsigned notes;       /* ScheduleNote bits */
} SimulationEvent;

typedef struct SimulationHour {
        uint64_t n_starts;
        uint64_t n_most; /* running at the same time */
} SimulationHour;

typedef struct Simulation {
        SimulationJob *jobs; /* borrowed */
        size_t n_jobs;
        usec_t from_usec, until_usec; /* both included */
        usec_t first_hour_usec;       /* begin of the first of `hours`: from_usec, or up to an hour earlier */

        /* Told each event; a negative errno ends the simulation with that. May be NULL. */
        int (*on_event)(void *userdata, const SimulationEvent *event);
        void *userdata;

        /* Results. */
        SimulationHour *hours; /* owned */
        size_t n_hours;
        uint64_t n_starts;
        uint64_t n_most; /* running at the same time, and the first time that it was so */
        usec_t most_usec;
} Simulation;

/*
 * Returns 0, -ERANGE (`until` is before `from`, or the span is longer than SIMULATION_SPAN_MAX), -E2BIG (more
 * than SIMULATION_EVENTS_MAX occurrences), -ENOMEM, or what on_event() gave.
 */
int simulation_run(Simulation *simulation);
void simulation_done(Simulation *simulation);
