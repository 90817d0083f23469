/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The queues of a manager: one that everything passes, with the limits of all, and the named ones, which
 * stand before it.
 *
 * What waits for a named queue waits there and nowhere else; the first of a queue that has a free slot is
 * represented among all by the queue's `turn`. So a queue that is full or paused is in nobody else's way, and
 * who is next of all is known without looking at each queue.
 */

#include <uthash.h>

#include "manager/run-queue.h"
#include "manager/start-rate.h"

typedef struct Manager Manager;
typedef struct ScheduledJob ScheduledJob;
typedef struct Execution Execution;

typedef struct JobQueue {
        char *name;
        RunQueue run;
        RunQueueEntry turn;       /* in Queues.all, with the rank of the first that waits here */
        bool is_declared;         /* otherwise it has default-slots */
        bool is_used_by_jobs;     /* a job in force names it */
        usec_t paused_since_usec; /* USEC_INFINITY: it is not */
        UT_hash_handle hh;
} JobQueue;

typedef struct Queues {
        RunQueue all;
        JobQueue *named;
        uint64_t default_slots;
        StartRate rate;
        const Execution *admitted; /* its turn has come: the gate is open for this one */
        uint64_t n_rivals;         /* jobs that the batch at work still looks at; 0: not known */
        bool is_contended;         /* one of that batch is to wait already */
} Queues;

#define DEFAULT_SLOTS 1U

void queues_init(Queues *queues);
void queues_done(Queues *queues);

/* queues.c: the one of that name, made if it is not there. NULL: no memory. */
JobQueue *queues_get(Queues *queues, const char *name);
/* Its first, its slots or its pause have changed. */
void queues_update_turn(Queues *queues, JobQueue *queue);

/* What the store knows of them. Returns 0 or a negative errno. */
int queues_load(Manager *manager);
/* Definitions have changed: what waits does so in the queue and with the priority of the newest. */
void queues_follow_jobs(Manager *manager);
/* The same for one job that has another definition now; a queue that nobody uses any more stays until then.
 */
void queues_follow_job(ScheduledJob *job);

/* gate-queue.c: the batch at work has looked at one job. */
void queues_looked_at(Queues *queues);
/* Lets those in whose turn has come. */
void queues_admit(Manager *manager);
/* When queues_admit() has something to do; USEC_INFINITY: not before something ends. */
usec_t queues_wakeup(const Manager *manager);
/* It waits in another queue or with another priority than its job says now: it changes over. */
void queue_reconsider(Execution *execution);
/* How many slots are in use, and by what; for people. */
void queue_explain(const Execution *execution, char *buffer, size_t size);
