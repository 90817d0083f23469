/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Who is next in a queue with slots. Pure.
 *
 * The best priority goes first; among equal priorities the owner with the fewest slots of this queue in use,
 * and of equal owners, and within one owner, what was to start first. So nobody's thousand executions make
 * another user's one wait for all of them.
 *
 * Each owner's entries are in a heap of their own, and the owners by their first entries in another: every
 * change takes time logarithmic in what waits. Entries are embedded in the caller's struct.
 */

#include <sys/types.h>

#include "util/types.h"

typedef struct RunQueueOwner RunQueueOwner;

typedef struct RunQueueRank {
        uint64_t priority; /* 0 first */
        usec_t start_after_usec;
        uint64_t id; /* unique in the queue */
} RunQueueRank;

/* The zero value waits nowhere. */
typedef struct RunQueueEntry {
        RunQueueRank rank;
        RunQueueOwner *owner; /* NULL: it does not wait */
        size_t index;         /* among its owner's */
} RunQueueEntry;

#define RUN_QUEUE_UNLIMITED UINT64_MAX

/* The zero value is empty, and has no slots. */
typedef struct RunQueue {
        uint64_t n_slots; /* RUN_QUEUE_UNLIMITED: no limit */
        uint64_t n_used;  /* may be more than there are: after the number was lowered, or by force */
        uint64_t n_waiting;
        bool paused;

        RunQueueOwner *owners;  /* by uid: those of whom something waits or has a slot */
        RunQueueOwner **ranked; /* a heap of those of whom something waits */
        size_t n_ranked, n_ranked_allocated;
} RunQueue;

/* Entries that wait still are forgotten: they are the caller's. */
void run_queue_done(RunQueue *queue);

/* It waits from now on. It must not wait already. Returns 0 or -ENOMEM. */
int run_queue_push(RunQueue *queue, RunQueueEntry *entry, uid_t owner_uid, const RunQueueRank *rank);
/* It waits no more; nothing if it did not. */
void run_queue_remove(RunQueue *queue, RunQueueEntry *entry);
static inline bool run_queue_entry_waits(const RunQueueEntry *entry) {
        return entry->owner != NULL;
}

/* Who is next, whether there is a slot or not. NULL: nobody waits. */
RunQueueEntry *run_queue_first(const RunQueue *queue);
uid_t run_queue_entry_owner(const RunQueueEntry *entry);

/* How many slots are free now: none of a paused queue. */
uint64_t run_queue_free_slots(const RunQueue *queue);

/* An owner's execution takes a slot, and gives it back. What is given was taken. */
void run_queue_take(RunQueue *queue, uid_t owner_uid);
void run_queue_give(RunQueue *queue, uid_t owner_uid);
