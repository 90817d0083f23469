/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * An indexed binary heap of HeapNode, embedded in the caller's struct: smallest key first, ties by
 * `sequence`, so that equal keys leave in the order in which they came.
 */

#include "util/types.h"

#define HEAP_NONE SIZE_MAX

typedef struct HeapNode {
        usec_t key;
        uint64_t sequence;
        size_t index; /* HEAP_NONE: not in a heap. Set it before the first use. */
} HeapNode;

typedef struct Heap {
        HeapNode **nodes;
        size_t n_nodes, n_allocated;
        uint64_t next_sequence;
} Heap;

#define HEAP_CONTAINER(node, type, member) ((type *) (void *) ((char *) (node) -offsetof(type, member)))

void heap_done(Heap *heap); /* forgets the nodes, which are the caller's */

/* Makes room for `n` nodes in all, so that heap_put() cannot fail up to there. Returns 0 or -ENOMEM. */
int heap_reserve(Heap *heap, size_t n);

/*
 * Inserts the node, or moves it if it is in the heap already: behind those that have the new key, and not at
 * all if the key stays. Returns 0 or -ENOMEM (inserting only).
 */
int heap_put(Heap *heap, HeapNode *node, usec_t key);
void heap_remove(Heap *heap, HeapNode *node); /* nothing if it is not in the heap */
/* How many keys are not behind `key`, in time proportional to that. */
size_t heap_count(const Heap *heap, usec_t key);
HeapNode *heap_first(const Heap *heap); /* NULL: empty */
