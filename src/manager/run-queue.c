/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/run-queue.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

/* uthash would end the process when memory runs out; this leaves the owner out of the table instead. */
#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(item) ((item)->is_lost = true)
#include <uthash.h>

#define ALLOCATED_MIN 4U

struct RunQueueOwner {
        uid_t uid;
        bool is_lost;            /* the table had no memory for it */
        uint64_t n_used;         /* slots */
        RunQueueEntry **entries; /* a heap */
        size_t n_entries, n_allocated;
        size_t index; /* in `ranked`, while it has entries */
        UT_hash_handle hh;
};

/* --- order ----------------------------------------------------------------------------------------- */

static bool older(const RunQueueRank *a, const RunQueueRank *b) {
        return a->start_after_usec != b->start_after_usec ? a->start_after_usec < b->start_after_usec
                                                          : a->id < b->id;
}

static bool entry_before(const RunQueueEntry *a, const RunQueueEntry *b) {
        return a->rank.priority != b->rank.priority ? a->rank.priority < b->rank.priority
                                                    : older(&a->rank, &b->rank);
}

static bool owner_before(const RunQueueOwner *a, const RunQueueOwner *b) {
        const RunQueueRank *x = &a->entries[0]->rank, *y = &b->entries[0]->rank;

        if (x->priority != y->priority)
                return x->priority < y->priority;
        return a->n_used != b->n_used ? a->n_used < b->n_used : older(x, y);
}

/* --- an owner's entries ---------------------------------------------------------------------------- */

static void entry_set(RunQueueOwner *owner, size_t index, RunQueueEntry *entry) {
        owner->entries[index] = entry;
        entry->index = index;
}

static void entry_up(RunQueueOwner *owner, size_t index, RunQueueEntry *entry) {
        for (; index > 0 && entry_before(entry, owner->entries[(index - 1) / 2]); index = (index - 1) / 2)
                entry_set(owner, index, owner->entries[(index - 1) / 2]);
        entry_set(owner, index, entry);
}

static void entry_down(RunQueueOwner *owner, size_t index, RunQueueEntry *entry) {
        for (size_t child; (child = 2 * index + 1) < owner->n_entries; index = child) {
                if (child + 1 < owner->n_entries &&
                    entry_before(owner->entries[child + 1], owner->entries[child]))
                        child++;
                if (!entry_before(owner->entries[child], entry))
                        break;
                entry_set(owner, index, owner->entries[child]);
        }
        entry_set(owner, index, entry);
}

static void entry_take_out(RunQueueOwner *owner, size_t hole) {
        RunQueueEntry *last = owner->entries[--owner->n_entries];

        if (hole == owner->n_entries)
                return;
        if (hole > 0 && entry_before(last, owner->entries[(hole - 1) / 2]))
                entry_up(owner, hole, last);
        else
                entry_down(owner, hole, last);
}

/* --- owners ---------------------------------------------------------------------------------------- */

static void owner_set(RunQueue *queue, size_t index, RunQueueOwner *owner) {
        queue->ranked[index] = owner;
        owner->index = index;
}

static void owner_up(RunQueue *queue, size_t index, RunQueueOwner *owner) {
        for (; index > 0 && owner_before(owner, queue->ranked[(index - 1) / 2]); index = (index - 1) / 2)
                owner_set(queue, index, queue->ranked[(index - 1) / 2]);
        owner_set(queue, index, owner);
}

static void owner_down(RunQueue *queue, size_t index, RunQueueOwner *owner) {
        for (size_t child; (child = 2 * index + 1) < queue->n_ranked; index = child) {
                if (child + 1 < queue->n_ranked &&
                    owner_before(queue->ranked[child + 1], queue->ranked[child]))
                        child++;
                if (!owner_before(queue->ranked[child], owner))
                        break;
                owner_set(queue, index, queue->ranked[child]);
        }
        owner_set(queue, index, owner);
}

/* Its first entry or its number of slots has changed. */
static void owner_moved(RunQueue *queue, RunQueueOwner *owner) {
        size_t index = owner->index;

        if (index > 0 && owner_before(owner, queue->ranked[(index - 1) / 2]))
                owner_up(queue, index, owner);
        else
                owner_down(queue, index, owner);
}

static void owner_take_out(RunQueue *queue, const RunQueueOwner *owner) {
        RunQueueOwner *last = queue->ranked[--queue->n_ranked];

        if (last == owner)
                return;
        last->index = owner->index;
        queue->ranked[last->index] = last;
        owner_moved(queue, last);
}

static void owner_free(RunQueue *queue, RunQueueOwner *owner) {
        HASH_DEL(queue->owners, owner);
        free(owner->entries);
        free(owner);
}

/* Nothing of it is left. */
static void owner_drop_idle(RunQueue *queue, RunQueueOwner *owner) {
        if (owner->n_entries == 0 && owner->n_used == 0)
                owner_free(queue, owner);
}

static RunQueueOwner *owner_find(const RunQueue *queue, uid_t uid) {
        RunQueueOwner *owner = NULL;

        HASH_FIND(hh, queue->owners, &uid, sizeof(uid), owner);
        return owner;
}

/* NULL: no memory. */
static RunQueueOwner *owner_get(RunQueue *queue, uid_t uid) {
        RunQueueOwner *owner = owner_find(queue, uid);

        if (owner)
                return owner;
        owner = calloc(1, sizeof(*owner));
        if (!owner)
                return NULL;
        owner->uid = uid;
        HASH_ADD(hh, queue->owners, uid, sizeof(owner->uid), owner);
        if (!owner->is_lost)
                return owner;
        free(owner);
        return NULL;
}

/* --- the queue ------------------------------------------------------------------------------------- */

void run_queue_done(RunQueue *queue) {
        RunQueueOwner *owner, *next;

        HASH_ITER(hh, queue->owners, owner, next) {
                for (size_t i = 0; i < owner->n_entries; i++)
                        owner->entries[i]->owner = NULL;
                owner_free(queue, owner);
        }
        free(queue->ranked);
        *queue = (RunQueue){ 0 };
}

/* The array of pointers with room for one more; NULL: no memory, and it is as it was. */
static void *with_room(void *array, size_t n_used, size_t *n_allocated) {
        size_t n = MAX(*n_allocated * 2, (size_t) ALLOCATED_MIN);
        void *grown;

        if (n_used < *n_allocated)
                return array;
        grown = reallocarray(array, n, sizeof(void *));
        if (grown)
                *n_allocated = n;
        return grown;
}

static int make_room(RunQueue *queue, RunQueueOwner *owner) {
        RunQueueEntry **entries = with_room(owner->entries, owner->n_entries, &owner->n_allocated);
        RunQueueOwner **ranked = with_room(queue->ranked, queue->n_ranked, &queue->n_ranked_allocated);

        owner->entries = entries ?: owner->entries;
        queue->ranked = ranked ?: queue->ranked;
        return entries && ranked ? 0 : -ENOMEM;
}

int run_queue_push(RunQueue *queue, RunQueueEntry *entry, uid_t owner_uid, const RunQueueRank *rank) {
        RunQueueOwner *owner;
        int r;

        assert(!run_queue_entry_waits(entry));

        owner = owner_get(queue, owner_uid);
        if (!owner)
                return -ENOMEM;
        r = make_room(queue, owner);
        if (r < 0) {
                owner_drop_idle(queue, owner);
                return r;
        }

        entry->rank = *rank;
        entry->owner = owner;
        owner->n_entries++;
        entry_up(owner, owner->n_entries - 1, entry);
        queue->n_waiting++;
        if (owner->n_entries == 1) {
                queue->n_ranked++;
                owner_up(queue, queue->n_ranked - 1, owner);
        } else if (entry->index == 0) {
                owner_moved(queue, owner);
        }
        return 0;
}

void run_queue_remove(RunQueue *queue, RunQueueEntry *entry) {
        RunQueueOwner *owner = entry->owner;
        size_t hole = entry->index;

        if (!owner)
                return;
        assert(hole < owner->n_entries && owner->entries[hole] == entry);

        entry->owner = NULL;
        queue->n_waiting--;
        entry_take_out(owner, hole);
        if (owner->n_entries == 0)
                owner_take_out(queue, owner);
        else if (hole == 0)
                owner_moved(queue, owner);
        owner_drop_idle(queue, owner);
}

RunQueueEntry *run_queue_first(const RunQueue *queue) {
        return queue->n_ranked > 0 ? queue->ranked[0]->entries[0] : NULL;
}

uid_t run_queue_entry_owner(const RunQueueEntry *entry) {
        assert(entry->owner);

        return entry->owner->uid;
}

uint64_t run_queue_free_slots(const RunQueue *queue) {
        return queue->paused || queue->n_used >= queue->n_slots ? 0 : queue->n_slots - queue->n_used;
}

void run_queue_take(RunQueue *queue, uid_t owner_uid) {
        RunQueueOwner *owner = owner_get(queue, owner_uid);

        queue->n_used++;
        if (!owner)
                return; /* the slot counts; only whose it is is not known */
        owner->n_used++;
        if (owner->n_entries > 0)
                owner_moved(queue, owner);
}

void run_queue_give(RunQueue *queue, uid_t owner_uid) {
        RunQueueOwner *owner = owner_find(queue, owner_uid);

        assert(queue->n_used > 0);

        queue->n_used--;
        if (!owner || owner->n_used == 0)
                return;
        owner->n_used--;
        if (owner->n_entries > 0)
                owner_moved(queue, owner);
        owner_drop_idle(queue, owner);
}
