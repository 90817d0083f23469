/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Ids of rows, newest first, from one or several sources.
 *
 * A list that asks for three jobs has three sources, each with its index; what they give is merged. Each
 * source fetches a chunk of ids at a time and keeps no statement open, so whoever gets an id may read what it
 * likes.
 */

#include "store/store-connection.h"

typedef struct StoreSource {
        StoreStatement statement; /* ?1: ids below it; ?2 and ?3 as below */
        int64_t integer;          /* ?2, unless there is a text */
        const char *text;         /* ?2 */
        int64_t second;           /* ?3, for STATEMENT_WALK_DUE */

        uint64_t ids[STORE_WALK_CHUNK];
        size_t n_ids, next;
        bool is_empty;
} StoreSource;

typedef struct StoreWalk {
        StoreConnection *connection;
        uint64_t below_id;
        uint64_t lowest_id; /* the walk ends there */
        StoreSource *sources;
        size_t n_sources;
} StoreWalk;

/* Returns 1 with *ret_id, 0 when there are no more, or a negative errno. An id comes once only. */
int store_walk_next(StoreWalk *walk, uint64_t *ret_id);
