/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What comes after what, drawn as systemctl list-dependencies draws it. Works on the edges that the daemon
 * tells: JSON objects of job, predecessor, kind, when, standing, job_state, predecessor_state, last_state and
 * last_ended.
 */

#include <jansson.h>

#include "schedctl/screen.h"
#include "util/buffer.h"
#include "util/types.h"

typedef struct DependencyTree {
        bool reverse;     /* from a job to those that come after it; else to those that it comes after */
        json_t *children; /* name → array of the edges that lead from it */
        json_t *parents;  /* name → true: an edge leads to it */
        json_t *states;   /* name → the state that it is shown with; null: there is no such job */
} DependencyTree;

/* The edges are referred to. Returns 0 or -ENOMEM. */
int dependency_tree_init(DependencyTree *tree, json_t *edges, bool reverse);
void dependency_tree_done(DependencyTree *tree);

/*
 * Adds the names (keys of the object `ret`) of the trees that together show every edge: jobs that nothing
 * leads to, and one of each circle. Returns 0 or -ENOMEM.
 */
int dependency_tree_roots(const DependencyTree *tree, json_t *ret);

/* Adds `root` and all that can be reached from it to the keys of `reached`. Returns 0 or -ENOMEM. */
int dependency_tree_reach(const DependencyTree *tree, const char *root, json_t *reached);

/*
 * Adds the drawing, with a line break at its end. Each job is followed further only where it comes first.
 * Returns 0 or -ENOMEM.
 */
int dependency_tree_draw(
                const DependencyTree *tree,
                const Screen *screen,
                usec_t now_usec,
                const char *root,
                Buffer *buffer);

/* "succeeded 5min ago": how a predecessor stands, as far as the edge is concerned. Returns 0 or -ENOMEM. */
int dependency_standing_text(const json_t *edge, usec_t now_usec, Buffer *buffer);
