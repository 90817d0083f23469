/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The gate of the queues. Where no limit is near it costs nothing and keeps nothing. Otherwise it takes whom
 * it holds into their queue, and queues_admit() lets them in one by one when there is a slot and the start
 * rate allows, after all that is due at that moment has come: so who is looked at first gains nothing by it.
 */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "manager/execution.h"
#include "manager/gates.h"
#include "manager/scheduled-job.h"
#include "manager/waiting.h"

/* An instant that is over, whatever the clock shows. */
#define AT_ONCE_USEC ((usec_t) 0)

/* How many there may be that want a slot at this moment. */
static uint64_t count_rivals(const Manager *manager) {
        if (manager->n_batches == 0)
                return 1;
        return manager->queues.n_rivals > 0 ? manager->queues.n_rivals : HASH_COUNT(manager->jobs);
}

/* Nobody would be kept waiting by it, nor by those that come with it. */
static bool has_room(const RunQueue *queue, uint64_t n_rivals) {
        return queue->n_waiting == 0 && run_queue_free_slots(queue) >= n_rivals;
}

static bool rate_allows(const Manager *manager, uint64_t n_rivals) {
        usec_t now_usec;

        if (manager->queues.rate.n_starts == 0)
                return true;
        now_usec = manager_now(manager);
        return start_rate_next(&manager->queues.rate, n_rivals, now_usec) <= now_usec;
}

static bool is_open(const ScheduledJob *job) {
        Manager *manager = job->manager;
        uint64_t n_rivals = count_rivals(manager);
        const JobQueue *queue = NULL;
        bool open = has_room(&manager->queues.all, n_rivals) && rate_allows(manager, n_rivals);

        if (open && job->job->queue) {
                queue = queues_get(&manager->queues, job->job->queue);
                open = queue && has_room(&queue->run, n_rivals);
        }
        if (!open)
                manager->queues.is_contended = true;
        return open;
}

void queues_looked_at(Queues *queues) {
        if (!queues->is_contended)
                queues->n_rivals = MAX(queues->n_rivals, 2U) - 1;
}

/* --- waiting --------------------------------------------------------------------------------------- */

/* What it is ranked by: of what has not been tried yet, the newest definition. */
static const Job *governing_job(const Execution *execution) {
        const Job *newest = execution->scheduled_job->job;

        return execution->record.attempts > 0 && execution->job ? execution->job : newest;
}

static RunQueue *run_queue_of(const Execution *execution) {
        return execution->queue ? &execution->queue->run : &execution->manager->queues.all;
}

static void leave(Execution *execution) {
        Queues *queues = &execution->manager->queues;

        if (queues->admitted == execution)
                queues->admitted = NULL;
        if (!run_queue_entry_waits(&execution->turn))
                return;
        run_queue_remove(run_queue_of(execution), &execution->turn);
        if (execution->queue)
                queues_update_turn(queues, execution->queue);
        execution->queue = NULL;
}

static int enter(Execution *execution) {
        Queues *queues = &execution->manager->queues;
        const Job *job = governing_job(execution);
        const RunQueueRank rank = {
                .priority = job->priority,
                .start_after_usec = execution->record.start_after_usec,
                .id = execution->record.id,
        };
        JobQueue *queue = NULL;
        int r;

        if (job->queue) {
                queue = queues_get(queues, job->queue);
                if (!queue)
                        return -ENOMEM;
        }
        r =
                        run_queue_push(queue ? &queue->run : &queues->all, &execution->turn,
                                       execution->record.owner_uid, &rank);
        if (r < 0)
                return r;
        execution->queue = queue;
        if (queue)
                queues_update_turn(queues, queue);
        manager_arm_timer(execution->manager);
        return 0;
}

void queue_expect(Execution *execution) {
        (void) enter(execution); /* without memory it comes when its row is on disk */
}

static bool is_where_it_belongs(const Execution *execution) {
        const Job *job = governing_job(execution);
        const char *name = execution->queue ? execution->queue->name : NULL;

        return execution->turn.rank.priority == job->priority && strcmp(name ?: "", job->queue ?: "") == 0;
}

void queue_reconsider(Execution *execution) {
        if (!run_queue_entry_waits(&execution->turn) || !governing_job(execution) ||
            is_where_it_belongs(execution))
                return;
        leave(execution);
        if (enter(execution) < 0)
                scheduled_job_replan(execution->scheduled_job); /* comes back to it */
}

/* Counted as if those that wait already had been let in, which comes next. */
void queue_explain(const Execution *execution, char *buffer, size_t size) {
        const Queues *queues = &execution->manager->queues;
        const JobQueue *queue = execution->queue;
        const RunQueue *all = &queues->all;
        usec_t now_usec = manager_now(execution->manager);

        if (queue && queue->run.paused)
                (void) snprintf(buffer, size, "queue '%.64s' is paused", queue->name);
        else if (queue && run_queue_free_slots(&queue->run) < queue->run.n_waiting)
                (void) snprintf(buffer, size,
                                "waiting for a slot of queue '%.64s' (%" PRIu64 " of %" PRIu64 " in use)",
                                queue->name, MAX(queue->run.n_used, queue->run.n_slots), queue->run.n_slots);
        else if (run_queue_free_slots(all) < all->n_waiting)
                (void) snprintf(buffer, size, "%" PRIu64 " %s, the limit of all",
                                MAX(all->n_used, all->n_slots),
                                all->n_slots == 1 ? "execution runs" : "executions run");
        else if (start_rate_next(&queues->rate, all->n_waiting, now_usec) > now_usec)
                (void) snprintf(buffer, size, "the start rate of %g a second", queues->rate.per_second);
        else
                (void) snprintf(buffer, size, "waiting for its turn");
}

static void check(Execution *execution, bool first, usec_t now_usec, GateVerdict *ret) {
        Queues *queues = &execution->manager->queues;
        bool came_from_elsewhere = first && execution->record.waiting_for != WAITING_FOR_NOTHING;

        if (queues->admitted == execution)
                return;
        /* What begins to wait here does not overtake those that are due with it; see queues_admit(). */
        if (came_from_elsewhere && is_open(execution->scheduled_job))
                return;

        ret->answer = GATE_CLOSED;
        queue_reconsider(execution);
        if (!run_queue_entry_waits(&execution->turn) && enter(execution) < 0)
                ret->look_again_usec = now_usec + RETRY_DELAY_USEC;
        queue_explain(execution, ret->detail, sizeof(ret->detail));
}

const Gate queue_gate = {
        .waiting_for = WAITING_FOR_QUEUE,
        .is_open = is_open,
        .check = check,
        .leave = leave,
};

/* --- slots ----------------------------------------------------------------------------------------- */

void queue_take_slot(Execution *execution) {
        Queues *queues = &execution->manager->queues;
        const Job *job;

        if (execution->has_slot)
                return;
        leave(execution);

        job = execution_job(execution);
        execution->has_slot = true;
        execution->queue = job && job->queue ? queues_get(queues, job->queue) : NULL;
        run_queue_take(&queues->all, execution->record.owner_uid);
        if (execution->queue) {
                run_queue_take(&execution->queue->run, execution->record.owner_uid);
                queues_update_turn(queues, execution->queue);
        }
        if (execution->phase != PHASE_RECOVERED && execution->record.state == EXECUTION_STARTING)
                start_rate_count(&queues->rate, manager_now(execution->manager));
}

void queue_give_slot(Execution *execution) {
        Queues *queues = &execution->manager->queues;

        if (!execution->has_slot)
                return;

        execution->has_slot = false;
        run_queue_give(&queues->all, execution->record.owner_uid);
        if (execution->queue) {
                run_queue_give(&execution->queue->run, execution->record.owner_uid);
                queues_update_turn(queues, execution->queue);
        }
        execution->queue = NULL;
        if (run_queue_first(&queues->all))
                manager_arm_timer(execution->manager);
}

/* --- admission ------------------------------------------------------------------------------------- */

/* Who is next of all; NULL: nobody who could start. */
static Execution *next_of_all(const Manager *manager) {
        const RunQueueEntry *first = run_queue_first(&manager->queues.all);
        Execution *execution = NULL;

        if (!first || run_queue_free_slots(&manager->queues.all) == 0 || manager->untrusted ||
            manager_is_frozen(manager))
                return NULL;
        HASH_FIND(hh, manager->executions, &first->rank.id, sizeof(first->rank.id), execution);
        assert(execution);                                         /* whoever goes leaves */
        return execution->phase == PHASE_READY ? execution : NULL; /* when its row is on disk */
}

usec_t queues_wakeup(const Manager *manager) {
        const Queues *queues = &manager->queues;
        usec_t now_usec, start_usec;

        if (!next_of_all(manager))
                return USEC_INFINITY;
        now_usec = manager_now(manager);
        start_usec = start_rate_next(&queues->rate, 1, now_usec);
        return start_usec > now_usec ? start_usec : AT_ONCE_USEC;
}

static void admit(Execution *execution) {
        Queues *queues = &execution->manager->queues;
        ScheduledJob *job = execution->scheduled_job;

        leave(execution); /* so that one that cannot start after all does not hold up those behind it */
        queues->admitted = execution;
        if (!waiting_admit(execution)) {
                queues->admitted = NULL;
                scheduled_job_replan(job);
        }
        queues->admitted = NULL;
}

void queues_admit(Manager *manager) {
        /* Each is asked once: one that comes back has to wait for the next call. */
        for (size_t n = HASH_COUNT(manager->executions);
             n > 0 && !manager->store_trouble && queues_wakeup(manager) == AT_ONCE_USEC; n--)
                admit(next_of_all(manager));
}
