/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * 100,000 executions of ten users wait in a queue and are let in one by one: what each costs, beside a plain
 * heap with the same keys in the same run.
 *
 *   bench-queue [EXECUTIONS]
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "manager/run-queue.h"
#include "util/cleanup.h"
#include "util/heap.h"

#define N_ENTRIES 100000UL
#define N_USERS 10U

static double now_seconds(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* In no order that a heap would like. */
static usec_t start_of(size_t i) {
        return (usec_t) (i * 2654435761U % 1000003);
}

static int run_heap(HeapNode *nodes, size_t n) {
        CLEANUP(heap_done) Heap heap = { 0 };
        int r;

        for (size_t i = 0; i < n; i++) {
                nodes[i].index = HEAP_NONE;
                r = heap_put(&heap, &nodes[i], start_of(i));
                if (r < 0)
                        return r;
        }
        for (HeapNode *first; (first = heap_first(&heap));)
                heap_remove(&heap, first);
        return 0;
}

static int run_queue(RunQueueEntry *entries, size_t n) {
        CLEANUP(run_queue_done) RunQueue queue = { .n_slots = 1 };
        int r;

        for (size_t i = 0; i < n; i++) {
                const RunQueueRank rank = { .priority = i % 3, .start_after_usec = start_of(i), .id = i };

                r = run_queue_push(&queue, &entries[i], (uid_t) (i % N_USERS), &rank);
                if (r < 0)
                        return r;
        }
        for (RunQueueEntry *first; (first = run_queue_first(&queue));) {
                uid_t uid = run_queue_entry_owner(first);

                run_queue_take(&queue, uid);
                run_queue_remove(&queue, first);
                run_queue_give(&queue, uid);
        }
        return 0;
}

int main(int argc, char *argv[]) {
        size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : N_ENTRIES;
        CLEANUP_FREE HeapNode *nodes = calloc(n, sizeof(*nodes));
        CLEANUP_FREE RunQueueEntry *entries = calloc(n, sizeof(*entries));
        double begin, heap, queue;

        if (n == 0 || !nodes || !entries)
                return EXIT_FAILURE;

        begin = now_seconds();
        if (run_heap(nodes, n) < 0)
                return EXIT_FAILURE;
        heap = now_seconds() - begin;
        begin = now_seconds();
        if (run_queue(entries, n) < 0)
                return EXIT_FAILURE;
        queue = now_seconds() - begin;

        printf("%zu executions: in and out of the queue %.0f ns each, of a plain heap %.0f ns: %.1f times\n",
               n, queue / (double) n * 1e9, heap / (double) n * 1e9, queue / heap);
        return EXIT_SUCCESS;
}
