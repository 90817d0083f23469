/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/circle.h"

#include <stdlib.h>
#include <string.h>

#include "job/dependency-graph.h"

bool circle_is_possible(const Job *job) {
        return job && (job->after.jobs || job->triggers.on_success || job->triggers.on_failure);
}

static int compare_names(const void *a, const void *b) {
        const Job *const *x = a, *const *y = b;

        return strcmp((*x)->name, (*y)->name);
}

int circle_search(const Job **jobs, size_t n_jobs, circle_found_t found, void *userdata) {
        CLEANUP(dependency_graph_freep) DependencyGraph *graph = NULL;
        int r;

        if (n_jobs == 0)
                return 0;
        qsort(jobs, n_jobs, sizeof(*jobs), compare_names);
        r = dependency_graph_new(jobs, n_jobs, &graph);
        for (size_t i = 0; i < n_jobs && r >= 0; i++) {
                const char *circle = dependency_graph_cycle(graph, i);

                if (circle)
                        r = found(userdata, jobs[i], circle);
        }
        return MIN(r, 0);
}
