/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/dependency-graph.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/buffer.h"
#include "util/string-list.h"

#define SHOWN_HEAD 8U /* jobs of a circle that are named before its middle is left out */
#define SHOWN_TAIL 2U
#define NONE SIZE_MAX

typedef struct Edge {
        size_t from, to;
} Edge;

struct DependencyGraph {
        const Job *const *jobs;
        size_t n_jobs;
        size_t *first_target; /* n_jobs + 1: those of job i begin at targets[first_target[i]] */
        size_t *targets;
        size_t *component; /* of each job; circles are within one */
        char **cycles;     /* of each component; NULL: it is a single job that is not its own successor */
        size_t n_components;
};

DependencyGraph *dependency_graph_free(DependencyGraph *graph) {
        if (!graph)
                return NULL;

        for (size_t i = 0; i < graph->n_components; i++)
                free(graph->cycles[i]);
        free(graph->cycles);
        free(graph->component);
        free(graph->targets);
        free(graph->first_target);
        free(graph);
        return NULL;
}

/* --- edges ----------------------------------------------------------------------------------------- */

static int compare_name(const void *name, const void *job) {
        return strcmp(name, (*(const Job *const *) job)->name);
}

static size_t find_job(const DependencyGraph *graph, const char *name) {
        const Job *const *found = NULL;

        if (graph->n_jobs > 0)
                found = bsearch(name, graph->jobs, graph->n_jobs, sizeof(*graph->jobs), compare_name);
        return found ? (size_t) (found - graph->jobs) : NONE;
}

static size_t count_references(const Job *job) {
        return string_list_length(job->after.jobs) + string_list_length(job->triggers.on_success) +
                        string_list_length(job->triggers.on_failure);
}

static void add_edge(Edge *edges, size_t *n_edges, size_t from, size_t to) {
        if (from != NONE && to != NONE)
                edges[(*n_edges)++] = (Edge){ from, to };
}

static size_t find_edges(const DependencyGraph *graph, Edge *edges) {
        size_t n = 0;

        for (size_t i = 0; i < graph->n_jobs; i++) {
                const Job *job = graph->jobs[i];

                STRING_LIST_FOREACH(name, job->after.jobs)
                        add_edge(edges, &n, find_job(graph, *name), i);
                STRING_LIST_FOREACH(name, job->triggers.on_success)
                        add_edge(edges, &n, i, find_job(graph, *name));
                STRING_LIST_FOREACH(name, job->triggers.on_failure)
                        add_edge(edges, &n, i, find_job(graph, *name));
        }
        return n;
}

/* Sorts the edges by where they begin: counted first, then put where they belong. */
static int index_edges(DependencyGraph *graph, const Edge *edges, size_t n_edges) {
        CLEANUP_FREE size_t *next = NULL;

        graph->first_target = calloc(graph->n_jobs + 2, sizeof(size_t));
        graph->targets = calloc(n_edges + 1, sizeof(size_t));
        next = calloc(graph->n_jobs + 1, sizeof(size_t));
        if (!graph->first_target || !graph->targets || !next)
                return -ENOMEM;

        for (size_t i = 0; i < n_edges; i++)
                graph->first_target[edges[i].from + 1]++;
        for (size_t i = 0; i < graph->n_jobs; i++) {
                graph->first_target[i + 1] += graph->first_target[i];
                next[i] = graph->first_target[i];
        }
        for (size_t i = 0; i < n_edges; i++)
                graph->targets[next[edges[i].from]++] = edges[i].to;
        return 0;
}

static int make_edges(DependencyGraph *graph) {
        CLEANUP_FREE Edge *edges = NULL;
        size_t n_references = 0;

        for (size_t i = 0; i < graph->n_jobs; i++)
                n_references += count_references(graph->jobs[i]);
        edges = calloc(n_references + 1, sizeof(*edges));
        if (!edges)
                return -ENOMEM;
        return index_edges(graph, edges, find_edges(graph, edges));
}

/* --- components: Tarjan's algorithm, with a stack of its own in the place of calls ------------------- */

typedef struct Walk {
        size_t *order, *low; /* when a job was met, from 1; the earliest job that it leads back to */
        size_t *cursor;      /* the edge of each job on the path that is next */
        size_t *path, n_path;
        size_t *pending, n_pending; /* met, and in no component yet */
        size_t n_met;
} Walk;

static void walk_done(Walk *walk) {
        free(walk->order);
        free(walk->low);
        free(walk->cursor);
        free(walk->path);
        free(walk->pending);
}

static int walk_init(Walk *walk, size_t n) {
        walk->order = calloc(n + 1, sizeof(size_t));
        walk->low = calloc(n + 1, sizeof(size_t));
        walk->cursor = calloc(n + 1, sizeof(size_t));
        walk->path = calloc(n + 1, sizeof(size_t));
        walk->pending = calloc(n + 1, sizeof(size_t));
        return walk->order && walk->low && walk->cursor && walk->path && walk->pending ? 0 : -ENOMEM;
}

static void enter(const DependencyGraph *graph, Walk *walk, size_t job) {
        walk->order[job] = walk->low[job] = ++walk->n_met;
        walk->cursor[job] = graph->first_target[job];
        walk->path[walk->n_path++] = job;
        walk->pending[walk->n_pending++] = job;
}

static void leave(DependencyGraph *graph, Walk *walk, size_t job) {
        size_t member;

        walk->n_path--;
        if (walk->n_path > 0) {
                size_t parent = walk->path[walk->n_path - 1];

                walk->low[parent] = MIN(walk->low[parent], walk->low[job]);
        }
        if (walk->low[job] != walk->order[job])
                return;
        do {
                member = walk->pending[--walk->n_pending];
                graph->component[member] = graph->n_components;
        } while (member != job);
        graph->n_components++;
}

static void walk_from(DependencyGraph *graph, Walk *walk, size_t start) {
        enter(graph, walk, start);
        while (walk->n_path > 0) {
                size_t job = walk->path[walk->n_path - 1], target;

                if (walk->cursor[job] == graph->first_target[job + 1]) {
                        leave(graph, walk, job);
                        continue;
                }
                target = graph->targets[walk->cursor[job]++];
                if (walk->order[target] == 0)
                        enter(graph, walk, target);
                else if (graph->component[target] == NONE)
                        walk->low[job] = MIN(walk->low[job], walk->order[target]);
        }
}

static int find_components(DependencyGraph *graph) {
        CLEANUP(walk_done) Walk walk = { 0 };
        int r;

        graph->component = calloc(graph->n_jobs + 1, sizeof(size_t));
        if (!graph->component)
                return -ENOMEM;
        r = walk_init(&walk, graph->n_jobs);
        if (r < 0)
                return r;

        for (size_t i = 0; i < graph->n_jobs; i++)
                graph->component[i] = NONE;
        for (size_t i = 0; i < graph->n_jobs; i++)
                if (walk.order[i] == 0)
                        walk_from(graph, &walk, i);
        return 0;
}

/* --- circles --------------------------------------------------------------------------------------- */

static int format_cycle(const DependencyGraph *graph, const size_t *jobs, size_t n, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        for (size_t i = 0; i < n; i++) {
                if (i == SHOWN_HEAD && n > SHOWN_HEAD + SHOWN_TAIL + 1) {
                        (void) buffer_add_format(&buffer, "… %zu more … -> ", n - SHOWN_HEAD - SHOWN_TAIL);
                        i = n - SHOWN_TAIL;
                }
                (void) buffer_add_format(&buffer, "%s -> ", graph->jobs[jobs[i]]->name);
        }
        (void) buffer_add_string(&buffer, graph->jobs[jobs[0]]->name);
        return buffer_take(&buffer, ret);
}

/*
 * Searches in breadth from `start` within its component until an edge leads back. `came_from` and `queue`
 * have room for each job; came_from of jobs outside of the component stays as it is. Returns the last job
 * before `start`, or NONE.
 */
static size_t search(const DependencyGraph *graph, size_t start, size_t *came_from, size_t *queue) {
        size_t n_queued = 0;

        queue[n_queued++] = start;
        for (size_t i = 0; i < n_queued; i++) {
                size_t job = queue[i];

                for (size_t k = graph->first_target[job]; k < graph->first_target[job + 1]; k++) {
                        size_t target = graph->targets[k];

                        if (target == start)
                                return job;
                        if (graph->component[target] != graph->component[start] || came_from[target] != NONE)
                                continue;
                        came_from[target] = job;
                        queue[n_queued++] = target;
                }
        }
        return NONE;
}

/* Each component is searched from its first job by name, once. */
static int find_cycle(DependencyGraph *graph, size_t start, size_t *came_from, size_t *queue) {
        size_t n = 0;

        for (size_t job = search(graph, start, came_from, queue); job != NONE; job = came_from[job]) {
                queue[n++] = job; /* the search is over: there is room again */
                if (job == start)
                        break;
        }
        if (n == 0)
                return 0;
        for (size_t i = 0; i < n / 2; i++) {
                size_t other = queue[i];

                queue[i] = queue[n - 1 - i];
                queue[n - 1 - i] = other;
        }
        return format_cycle(graph, queue, n, &graph->cycles[graph->component[start]]);
}

static int find_cycles(DependencyGraph *graph) {
        CLEANUP_FREE size_t *came_from = calloc(graph->n_jobs + 1, sizeof(size_t));
        CLEANUP_FREE size_t *queue = calloc(graph->n_jobs + 1, sizeof(size_t));
        CLEANUP_FREE bool *searched = calloc(graph->n_components + 1, sizeof(bool));

        graph->cycles = calloc(graph->n_components + 1, sizeof(*graph->cycles));
        if (!came_from || !queue || !searched || !graph->cycles)
                return -ENOMEM;

        for (size_t i = 0; i < graph->n_jobs; i++)
                came_from[i] = NONE;
        for (size_t i = 0; i < graph->n_jobs; i++) {
                int r;

                if (searched[graph->component[i]])
                        continue;
                searched[graph->component[i]] = true;
                r = find_cycle(graph, i, came_from, queue);
                if (r < 0)
                        return r;
        }
        return 0;
}

int dependency_graph_new(const Job *const *jobs, size_t n_jobs, DependencyGraph **ret) {
        CLEANUP(dependency_graph_freep) DependencyGraph *graph = NULL;
        int r;

        assert(jobs || n_jobs == 0);
        assert(ret);

        graph = calloc(1, sizeof(*graph));
        if (!graph)
                return -ENOMEM;
        graph->jobs = jobs;
        graph->n_jobs = n_jobs;

        r = make_edges(graph);
        if (r >= 0)
                r = find_components(graph);
        if (r >= 0)
                r = find_cycles(graph);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(graph);
        return 0;
}

const char *dependency_graph_cycle(const DependencyGraph *graph, size_t job) {
        assert(graph);
        assert(job < graph->n_jobs);

        return graph->cycles[graph->component[job]];
}
