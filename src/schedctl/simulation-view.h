/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What `simulate` shows of a simulation that was run. */

#include "schedctl/context.h"
#include "schedctl/simulation.h"
#include "util/json-writer.h"

/* The first events, kept for a table. */
typedef struct SimulationEvents {
        SimulationEvent *items;
        size_t n_items, n_allocated;
        uint64_t n_all;
} SimulationEvents;

/* For people: the events, a line for each job, the starts per hour. Returns a status. */
int simulation_print(const Context *context, const Simulation *simulation, const SimulationEvents *events);

/* For programs: one event in an array; behind the array the other keys. */
void simulation_encode_event(const Simulation *simulation, const SimulationEvent *event, JsonWriter *writer);
void simulation_encode_sums(const Simulation *simulation, JsonWriter *writer);

/* One row of the chart. */
typedef struct SimulationBar {
        usec_t begin_usec; /* of the hour; of a day's hour: of the busiest such */
        SimulationHour most;
} SimulationBar;

#define SIMULATION_BARS_MAX 48U

/*
 * The hours of the span, or if they are more than SIMULATION_BARS_MAX, the hours of a day in local time, each
 * with the most that any day has in it. Returns how many.
 */
size_t simulation_bars(
                const Simulation *simulation,
                const TimeZone *zone,
                SimulationBar bars[static SIMULATION_BARS_MAX]);
