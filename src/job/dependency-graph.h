/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Which jobs start or wait for which: an edge leads from a predecessor to each job that is `after` it, and
 * from a job to each one that it triggers. Jobs on a circle of such edges would wait for each other for ever,
 * or start each other without an end.
 *
 * Nothing here is recursive, and all takes time in proportion to jobs and edges (n log n for the names), so
 * that 100,000 jobs in a row do no harm.
 */

#include "job/job.h"

typedef struct DependencyGraph DependencyGraph;

/*
 * `jobs` are sorted by name, each name once, and outlive the graph; names that are not among them are
 * left out. Returns 0 or -ENOMEM.
 */
int dependency_graph_new(const Job *const *jobs, size_t n_jobs, DependencyGraph **ret);
DependencyGraph *dependency_graph_free(DependencyGraph *graph);
DEFINE_CLEANUP(DependencyGraph, dependency_graph_free);

/*
 * The circle of a job as "a -> b -> c -> a", the shortest one through the first job by name of those that are
 * on circles together; a long one with its middle left out. NULL: the job is on none. Borrowed.
 */
const char *dependency_graph_cycle(const DependencyGraph *graph, size_t job);
