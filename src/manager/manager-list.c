/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Lists and counts of jobs. Sorted and counted when asked, and only if something has changed since. */

#include <assert.h>
#include <string.h>

#include "manager/notification-queue.h"
#include "manager/scheduled-job.h"
#include "util/string-list.h"

void manager_invalidate(Manager *manager) {
        manager->sorted_valid = false;
        manager->counts_valid = false;
}

static int compare_names(const void *a, const void *b) {
        const ScheduledJob *const *x = a, *const *y = b;

        return strcmp((*x)->stored.name, (*y)->stored.name);
}

static int compare_starts(const void *a, const void *b) {
        const ScheduledJob *const *x = a, *const *y = b;

        if ((*x)->next_start_usec != (*y)->next_start_usec)
                return (*x)->next_start_usec < (*y)->next_start_usec ? -1 : 1;
        return compare_names(a, b);
}

static int sort_jobs(Manager *manager) {
        ScheduledJob **sorted, *job, *next;
        size_t n = 0;

        if (manager->sorted_valid)
                return 0;

        sorted = calloc(HASH_COUNT(manager->jobs) + 1, sizeof(ScheduledJob *));
        if (!sorted)
                return -ENOMEM;
        HASH_ITER(hh, manager->jobs, job, next)
                if (scheduled_job_is_listed(job))
                        sorted[n++] = job;
        qsort(sorted, n, sizeof(ScheduledJob *), compare_names);

        free(manager->sorted);
        manager->sorted = sorted;
        manager->n_sorted = n;
        manager->sorted_valid = true;
        return 0;
}

static bool is_in_range(const JobFilter *filter, usec_t instant_usec) {
        bool is_open = filter->until_usec == 0 || filter->until_usec == USEC_INFINITY;

        if (filter->since_usec == 0 && is_open)
                return true;
        return instant_usec != USEC_INFINITY && instant_usec >= filter->since_usec &&
                        (is_open || instant_usec <= filter->until_usec);
}

JobTraits scheduled_job_traits(const ScheduledJob *job) {
        JobTraits traits = { .owner_uid = job->stored.owner_uid };

        if (job->job) {
                traits.kind = job_kind(job->job);
                traits.template = job->job->template;
                traits.profile = job->job->profile;
                traits.tags = job->job->tags;
        }
        return traits;
}

static bool matches(const JobFilter *filter, const ScheduledJob *job) {
        const JobTraits traits = scheduled_job_traits(job);

        return (!filter->names || string_list_matches(filter->names, job->stored.name)) &&
                        (!filter->owner_uid || job->stored.owner_uid == *filter->owner_uid) &&
                        (filter->states == 0 ||
                         (filter->states >> (unsigned) scheduled_job_state(job) & 1U)) &&
                        is_in_range(filter, job->next_start_usec) &&
                        job_selection_matches(filter->selection, &traits);
}

/* The first job behind the cursor. */
static size_t first_after(const Manager *manager, const char *after) {
        size_t low = 0, high = manager->n_sorted;

        while (after && low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(manager->sorted[middle]->stored.name, after) <= 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static int visit_jobs(
                ScheduledJob *const *jobs,
                size_t n_jobs,
                const JobFilter *filter,
                int (*visit)(void *userdata, const ScheduledJob *job),
                void *userdata) {

        unsigned left = filter->limit > 0 ? filter->limit : LIST_LIMIT_MAX;
        int r;

        for (size_t i = 0; i < n_jobs && left > 0; i++) {
                if (!matches(filter, jobs[i]))
                        continue;
                left--;
                r = visit(userdata, jobs[i]);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return 0;
}

int manager_list_jobs(
                Manager *manager,
                const JobFilter *filter,
                int (*visit)(void *userdata, const ScheduledJob *job),
                void *userdata) {

        CLEANUP_FREE ScheduledJob **by_start = NULL;
        size_t first;
        int r;

        assert(manager);
        assert(filter);
        assert(visit);

        r = sort_jobs(manager);
        if (r < 0)
                return r;
        if (!filter->by_next_start) {
                first = first_after(manager, filter->after);
                return visit_jobs(
                                manager->sorted + first, manager->n_sorted - first, filter, visit, userdata);
        }

        by_start = calloc(manager->n_sorted + 1, sizeof(ScheduledJob *));
        if (!by_start)
                return -ENOMEM;
        memcpy(by_start, manager->sorted, manager->n_sorted * sizeof(ScheduledJob *));
        qsort(by_start, manager->n_sorted, sizeof(ScheduledJob *), compare_starts);
        return visit_jobs(by_start, manager->n_sorted, filter, visit, userdata);
}

static void count_jobs(const Manager *manager, ManagerStatus *counts) {
        ScheduledJob *job, *next;

        *counts = (ManagerStatus){ 0 };
        HASH_ITER(hh, manager->jobs, job, next) {
                if (!scheduled_job_is_listed(job))
                        continue;
                counts->n_jobs++;
                counts->n_failed_jobs += !job->job;
                counts->n_paused_jobs += scheduled_job_is_paused(job);
        }
}

bool manager_has_runner(const Manager *manager) {
        return manager->connected;
}

void manager_get_status(const Manager *manager, ManagerStatus *ret) {
        Manager *cache = (Manager *) manager; /* the counts are kept, as a mere matter of speed */

        assert(manager);
        assert(ret);

        if (!manager->counts_valid) {
                count_jobs(manager, &cache->counts);
                cache->counts_valid = true;
        }

        *ret = manager->counts;
        ret->n_running = manager->n_marks[MARK_RUNNING];
        ret->n_waiting = manager->n_places[PLACE_STARTED] - manager->n_marks[MARK_RUNNING] +
                        manager->n_places[PLACE_GATED] + manager->n_places[PLACE_QUEUED] +
                        manager->n_places[PLACE_DELAYED] + manager->n_places[PLACE_RETRYING];

        ret->started_usec = manager->started_usec;
        ret->next_start_usec = USEC_INFINITY;
        /* Its wake-up may be for something else: to write a row ahead, or at its due time. */
        for (size_t i = 0; i < manager->wakes.n_nodes; i++)
                ret->next_start_usec = MIN(
                                ret->next_start_usec,
                                HEAP_CONTAINER(manager->wakes.nodes[i], ScheduledJob, wake)->next_start_usec);

        ret->load_errors = manager->load_errors;
        ret->store_trouble = manager->store_trouble;
        ret->frozen_since_usec = manager->frozen_since_usec;
        ret->runner_connected = manager->connected;
        ret->n_undelivered = notification_queue_length(manager->notifications, &ret->delivery_error);
        ret->notes = manager->notes;
}
