/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Retention: at start every job once, one after the other as the commits allow; then each job at the end of
 * its executions: after every eighth part of what it keeps, and when it has not been looked at for long. The
 * rows themselves go in small steps, in the store's writer.
 */

#include "manager/scheduled-job.h"

#define PRUNE_PART 8U
#define PRUNE_EVERY_MAX 16U
#define PRUNE_AFTER_MAX_USEC USEC_PER_HOUR
#define PRUNE_BATCH 32U
#define FORGET_EVERY_USEC USEC_PER_HOUR

/* A job that was removed keeps as much of its history as one that says nothing about it. */
static const KeepPolicy *keep_of(const ScheduledJob *job) {
        static const KeepPolicy removed = KEEP_DEFAULT;

        return job->job ? &job->job->keep : &removed;
}

static void prune_job(ScheduledJob *job) {
        Manager *manager = job->manager;
        usec_t now_usec = manager_now(manager);
        int r;

        job->n_unpruned = 0;
        job->pruned_usec = now_usec;
        r = store_prune_job(manager->host.store, job->stored.id, keep_of(job), now_usec);
        if (r < 0)
                (void) manager_store_error(manager, r, "what is kept of a job's history");
}

/* Looked for seldom: it is a matter of weeks. */
void manager_forget_expired(Manager *manager) {
        usec_t now_usec = manager_now(manager);
        int r;

        if (manager->untrusted || now_usec < usec_add(manager->forgotten_usec, FORGET_EVERY_USEC))
                return;
        manager->forgotten_usec = now_usec;
        r = store_forget_jobs(manager->host.store, now_usec);
        if (r < 0)
                (void) manager_store_error(manager, r, "that jobs are over for long");
}

static void on_pruned(void *userdata, int result) {
        Manager *manager = userdata;
        unsigned n = 0;

        if (result < 0)
                return;

        while (manager->prune_next && n < PRUNE_BATCH) {
                ScheduledJob *job = manager->prune_next;

                manager->prune_next = job->hh.next;
                if (job->stored.id != 0 && job->stored.last_execution_id != 0) {
                        prune_job(job);
                        n++;
                }
        }

        manager->pruning = manager->prune_next != NULL &&
                        store_after_commit(manager->host.store, on_pruned, manager) >= 0;
}

void manager_prune_start(Manager *manager) {
        if (manager->pruning)
                return;
        manager_forget_expired(manager);
        manager->prune_next = manager->jobs;
        on_pruned(manager, 0);
}

void manager_prune_after_end(ScheduledJob *job) {
        const KeepPolicy *keep = keep_of(job);
        usec_t pruned_usec = MAX(job->pruned_usec, job->manager->started_usec);
        usec_t after_usec = MIN(PRUNE_AFTER_MAX_USEC, keep->age_usec / PRUNE_PART);

        manager_forget_expired(job->manager);
        if (job->stored.one_shot)
                return; /* its few rows go with it */
        job->n_unpruned++;
        if (job->n_unpruned >= MIN(PRUNE_EVERY_MAX, keep->executions / PRUNE_PART) ||
            manager_now(job->manager) >= usec_add(pruned_usec, after_usec))
                prune_job(job);
}
