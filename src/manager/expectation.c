/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/expectation.h"

#include <assert.h>

#include "manager/scheduled-job.h"

static bool is_expected(const ScheduledJob *job) {
        return scheduled_job_is_listed(job) && job->job && job->job->expect_within_usec != USEC_INFINITY &&
                        job->job->enabled && !scheduled_job_is_paused(job);
}

usec_t expectation_deadline(const ScheduledJob *job) {
        if (!is_expected(job) || job->stored.expect_usec == USEC_INFINITY)
                return USEC_INFINITY;
        return usec_add(job->stored.expect_usec, job->job->expect_within_usec);
}

static void set_timer(ScheduledJob *job) {
        Manager *manager = job->manager;
        usec_t deadline_usec = expectation_deadline(job);

        if (deadline_usec == USEC_INFINITY || job->stored.overdue_usec != USEC_INFINITY)
                heap_remove(&manager->expectations, &job->expectation);
        else if (heap_put(&manager->expectations, &job->expectation, deadline_usec) < 0)
                log_warning("Nobody is told if job '%s' is overdue: out of memory", job->stored.name);
}

void expectation_plan(ScheduledJob *job) {
        StoredJob *stored = &job->stored;
        usec_t now_usec = manager_now(job->manager);

        if (scheduled_job_is_listed(job) && !job->job)
                return; /* it does not load just now: what counts goes on */

        if (!is_expected(job)) {
                if (stored->expect_usec != USEC_INFINITY || stored->overdue_usec != USEC_INFINITY) {
                        stored->expect_usec = stored->overdue_usec = USEC_INFINITY;
                        scheduled_job_save_state(job);
                }
        } else if (stored->expect_usec == USEC_INFINITY || stored->expect_usec > now_usec) {
                stored->expect_usec = now_usec;
                scheduled_job_save_state(job);
        }
        set_timer(job);
}

bool expectation_met(ScheduledJob *job, const ExecutionRecord *record) {
        StoredJob *stored = &job->stored;
        bool was_overdue = stored->overdue_usec != USEC_INFINITY;

        stored->last_success_usec = record->ended_usec;
        if (!is_expected(job))
                return false;

        stored->expect_usec = MIN(record->ended_usec, manager_now(job->manager));
        stored->overdue_usec = USEC_INFINITY;
        set_timer(job);
        return was_overdue;
}

usec_t expectation_wakeup(const Manager *manager) {
        const HeapNode *first = heap_first(&manager->expectations);

        return first && !manager->untrusted ? first->key : USEC_INFINITY;
}

ScheduledJob *expectation_take_overdue(Manager *manager) {
        HeapNode *first = heap_first(&manager->expectations);
        ScheduledJob *job;

        if (manager->untrusted || !first || first->key > manager_now(manager))
                return NULL;

        job = HEAP_CONTAINER(first, ScheduledJob, expectation);
        heap_remove(&manager->expectations, &job->expectation);
        job->stored.overdue_usec = expectation_deadline(job);
        (void) manager_log(
                        LOG_WARNING, 0, MESSAGE_ID_JOB_OVERDUE, job->stored.name, 0,
                        "Job '%s' is overdue: it has had no success within its expect-within time",
                        job->stored.name);
        return job;
}

void expectation_shift(ScheduledJob *job, usec_t delta_usec) {
        if (job->stored.expect_usec == USEC_INFINITY)
                return;
        job->stored.expect_usec = usec_add(job->stored.expect_usec, delta_usec);
        scheduled_job_save_state(job);
        set_timer(job);
}
