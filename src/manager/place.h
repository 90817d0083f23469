/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Each execution is in one list of its job, by what it is at, and the lists are counted: a job may have
 * 100,000 executions that wait, and nothing that happens to one of them is to walk past the others.
 */

#include "manager/manager-internal.h"

/* Its state, phase, reason or what it waits for has changed. Does nothing if it stands right already. */
void execution_place(Execution *execution);
/* It leaves all lists. */
void execution_displace(Execution *execution);

static inline Execution *scheduled_job_first(const ScheduledJob *job, ExecutionPlace place) {
        return job->places[place];
}

Execution *scheduled_job_last(const ScheduledJob *job, ExecutionPlace place);

/* The queue knows of it. A new daemon's has yet to be told of the rows that waited for the old one's. */
static inline bool execution_is_at_queue(const Execution *execution) {
        return execution->record.waiting_for == WAITING_FOR_QUEUE && run_queue_entry_waits(&execution->turn);
}

/* Gated, starting or running: what `overlap` counts. */
static inline size_t scheduled_job_count_active(const ScheduledJob *job) {
        return job->n_places[PLACE_GATED] + job->n_places[PLACE_STARTED];
}
