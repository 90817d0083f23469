/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The table of queues: their limits, which of them there are, and who stands for each among all. */

#include "manager/queues.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "manager/scheduled-job.h"
#include "util/string-list.h"

void queues_init(Queues *queues) {
        *queues = (Queues){
                .all = { .n_slots = RUN_QUEUE_UNLIMITED },
                .default_slots = DEFAULT_SLOTS,
        };
}

static void queue_free(Queues *queues, JobQueue *queue) {
        HASH_DEL(queues->named, queue);
        run_queue_remove(&queues->all, &queue->turn);
        run_queue_done(&queue->run);
        free(queue->name);
        free(queue);
}

void queues_done(Queues *queues) {
        JobQueue *queue, *next;

        HASH_ITER(hh, queues->named, queue, next)
                queue_free(queues, queue);
        run_queue_done(&queues->all);
        start_rate_done(&queues->rate);
}

static JobQueue *queue_find(const Queues *queues, const char *name) {
        JobQueue *queue = NULL;

        HASH_FIND_STR(queues->named, name, queue);
        return queue;
}

JobQueue *queues_get(Queues *queues, const char *name) {
        JobQueue *queue = queue_find(queues, name);

        if (queue)
                return queue;

        queue = calloc(1, sizeof(*queue));
        if (!queue)
                return NULL;
        queue->run.n_slots = queues->default_slots;
        queue->paused_since_usec = USEC_INFINITY;
        queue->name = strdup(name);
        if (!queue->name) {
                free(queue);
                return NULL;
        }
        HASH_ADD_KEYPTR(hh, queues->named, queue->name, strlen(queue->name), queue);
        return queue;
}

void queues_update_turn(Queues *queues, JobQueue *queue) {
        const RunQueueEntry *first = run_queue_first(&queue->run);

        if (run_queue_free_slots(&queue->run) == 0)
                first = NULL;
        if (first && run_queue_entry_waits(&queue->turn) && queue->turn.rank.id == first->rank.id)
                return;

        run_queue_remove(&queues->all, &queue->turn);
        if (first) /* without memory for it, it is made up for at the next change */
                (void) run_queue_push(&queues->all, &queue->turn, run_queue_entry_owner(first), &first->rank);
}

/* --- limits ---------------------------------------------------------------------------------------- */

static void set_slots(Queues *queues, JobQueue *queue, uint64_t n_slots) {
        queue->run.n_slots = n_slots;
        queues_update_turn(queues, queue);
}

static bool is_idle(const JobQueue *queue) {
        return !queue->is_declared && !queue->is_used_by_jobs && queue->paused_since_usec == USEC_INFINITY &&
                        queue->run.n_used == 0 && queue->run.n_waiting == 0;
}

static void drop_idle(Queues *queues) {
        JobQueue *queue, *next;

        HASH_ITER(hh, queues->named, queue, next)
                if (is_idle(queue))
                        queue_free(queues, queue);
}

int manager_set_queues(Manager *manager, const QueueLimits *limits) {
        Queues *queues = &manager->queues;
        JobQueue *queue, *next;
        int r;

        assert(limits->max_running > 0 && limits->default_slots > 0);

        r = start_rate_set(&queues->rate, limits->starts_per_second);
        if (r < 0)
                return r;
        for (size_t i = 0; i < limits->queues->n_items; i++)
                if (!queues_get(queues, limits->queues->items[i].name))
                        return -ENOMEM;

        queues->all.n_slots = limits->max_running;
        queues->default_slots = limits->default_slots;
        HASH_ITER(hh, queues->named, queue, next) {
                queue->is_declared = false;
                set_slots(queues, queue, limits->default_slots);
        }
        for (size_t i = 0; i < limits->queues->n_items; i++) {
                queue = queue_find(queues, limits->queues->items[i].name);
                queue->is_declared = true;
                set_slots(queues, queue, limits->queues->items[i].slots);
        }
        drop_idle(queues);
        manager_arm_timer(manager);
        return 0;
}

void queues_follow_jobs(Manager *manager) {
        Execution *execution, *next_execution;
        Queues *queues = &manager->queues;
        ScheduledJob *job, *next_job;
        JobQueue *queue, *next;

        HASH_ITER(hh, queues->named, queue, next)
                queue->is_used_by_jobs = false;
        HASH_ITER(hh, manager->jobs, job, next_job) {
                if (!scheduled_job_is_listed(job) || !job->job || !job->job->queue)
                        continue;
                queue = queues_get(queues, job->job->queue);
                if (queue) /* otherwise it is made when something is due */
                        queue->is_used_by_jobs = true;
        }

        HASH_ITER(hh, manager->executions, execution, next_execution)
                queue_reconsider(execution);
        drop_idle(queues);
}

void queues_follow_job(ScheduledJob *job) {
        Queues *queues = &job->manager->queues;
        Execution *execution, *next;
        JobQueue *queue;

        if (scheduled_job_is_listed(job) && job->job && job->job->queue) {
                queue = queues_get(queues, job->job->queue);
                if (queue) /* otherwise it is made when something is due */
                        queue->is_used_by_jobs = true;
        }
        DL_FOREACH_SAFE(job->executions, execution, next)
        queue_reconsider(execution);
}

/* --- life ------------------------------------------------------------------------------------------ */

static int on_paused_queue(void *userdata, const char *name, usec_t paused_since_usec) {
        Manager *manager = userdata;
        JobQueue *queue = queues_get(&manager->queues, name);

        if (!queue)
                return -ENOMEM;
        queue->paused_since_usec = paused_since_usec;
        queue->run.paused = true;
        return 0;
}

int queues_load(Manager *manager) {
        return store_load_paused_queues(manager->host.store, on_paused_queue, manager);
}

/* --- questions ------------------------------------------------------------------------------------- */

static int compare_names(const void *a, const void *b) {
        const JobQueue *const *x = a, *const *y = b;

        return strcmp((*x)->name, (*y)->name);
}

int manager_list_queues(
                Manager *manager,
                int (*visit)(void *userdata, const QueueStatus *queue),
                void *userdata) {

        const JobSite *site = manager->host.site;
        CLEANUP_FREE JobQueue **sorted = NULL;
        JobQueue *queue, *next;
        size_t n = 0;
        int r = 0;

        sorted = calloc(HASH_COUNT(manager->queues.named) + 1, sizeof(*sorted));
        if (!sorted)
                return -ENOMEM;
        HASH_ITER(hh, manager->queues.named, queue, next)
                sorted[n++] = queue;
        qsort(sorted, n, sizeof(*sorted), compare_names);

        for (size_t i = 0; i < n && r == 0; i++)
                r = visit(userdata,
                          &(QueueStatus){
                                          .name = sorted[i]->name,
                                          .slots = sorted[i]->run.n_slots,
                                          .used = sorted[i]->run.n_used,
                                          .waiting = sorted[i]->run.n_waiting,
                                          .paused_since_usec = sorted[i]->paused_since_usec,
                                          .is_offered = site &&
                                                          string_list_matches(
                                                                          site->allow_queues,
                                                                          sorted[i]->name),
                          });
        return MIN(r, 0);
}
