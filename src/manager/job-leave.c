/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/job-leave.h"

#include <assert.h>
#include <string.h>
#include <utlist.h>

#include "manager/dependency.h"
#include "manager/scheduled-job.h"
#include "manager/secrets.h"

/* The cursor outlives the job by that, so that one that comes back repeats nothing. */
#define CURSOR_KEPT_USEC (90 * USEC_PER_DAY)

/* Somebody waits for a removal to be on disk. */
typedef struct JobLeave {
        Manager *manager;
        int64_t id;
        struct JobLeave *prev, *next;
        char name[];
} JobLeave;

void job_leave_list(ScheduledJob *job) {
        static const KeepPolicy unknown = KEEP_DEFAULT;
        usec_t now_usec = manager_now(job->manager);
        usec_t kept_usec = job->job ? job->job->keep.age_usec : unknown.age_usec;

        /* The name of a one-shot is hardly ever used again: nothing could be repeated. */
        if (!job->stored.one_shot)
                kept_usec = MAX(kept_usec, CURSOR_KEPT_USEC);
        job->stored.removed_usec = now_usec;
        job->stored.expires_usec = usec_add(now_usec, kept_usec);
        manager_forget_expired(job->manager);
}

/* --- memory ---------------------------------------------------------------------------------------- */

static bool is_needed(const ScheduledJob *job) {
        return scheduled_job_is_listed(job) || job->executions || job->stored.origin != JOB_ORIGIN_RUNTIME ||
                        job->n_leaves > 0;
}

static void on_left(void *userdata, int result) {
        JobLeave *leave = userdata;
        Manager *manager = leave->manager;
        ScheduledJob *job = manager_find_any_job(manager, leave->name);

        if (job && job->stored.id == leave->id) {
                job->n_leaves--;
                if (result >= 0 &&
                    !is_needed(job)) /* else it is asked again when its last execution has ended */
                        scheduled_job_drop(job);
        }
        DL_DELETE(manager->leaves, leave);
        free(leave);
}

void job_leave_memory(ScheduledJob *job) {
        size_t size = strlen(job->stored.name) + 1;
        JobLeave *leave;

        if (scheduled_job_is_listed(job) || job->stored.origin != JOB_ORIGIN_RUNTIME)
                return;

        leave = calloc(1, sizeof(*leave) + size);
        if (!leave)
                return; /* it is forgotten at the next start */
        leave->manager = job->manager;
        leave->id = job->stored.id;
        memcpy(leave->name, job->stored.name, size);
        if (store_after_commit(job->manager->host.store, on_left, leave) < 0) {
                free(leave);
                return;
        }
        DL_APPEND(job->manager->leaves, leave);
        job->n_leaves++;
}

void job_leave_done(Manager *manager) {
        JobLeave *leave, *next;

        DL_FOREACH_SAFE(manager->leaves, leave, next) {
                DL_DELETE(manager->leaves, leave);
                free(leave);
        }
}

/* --- one-shots ------------------------------------------------------------------------------------- */

bool job_has_times_left(const ScheduledJob *job, usec_t now_usec) {
        PlannerView view;

        if (!job->job || job->job->timetable.n_entries == 0)
                return false;
        view = scheduled_job_view(job);
        return !planner_is_finished(&view, now_usec);
}

static bool is_over(const ScheduledJob *job) {
        if (!job->stored.one_shot || job->stored.origin != JOB_ORIGIN_RUNTIME || !job->job ||
            job->is_being_made || job->executions || !job->job->enabled || scheduled_job_is_paused(job) ||
            scheduled_job_is_held(job) || job->manager->untrusted || job->next_due_usec != USEC_INFINITY)
                return false;
        return !job_has_times_left(job, job->stored.cursor_usec);
}

void job_leave_look(ScheduledJob *job) {
        Manager *manager = job->manager;
        ApplyNotice *notice = NULL;

        if (!scheduled_job_is_listed(job)) {
                if (job->stored.id != 0 && job->n_leaves == 0)
                        job_leave_memory(job);
                return;
        }
        if (!is_over(job))
                return;

        job_leave_list(job);
        scheduled_job_save(job);
        secrets_release_definition(manager, job->stored.name, job->stored.source);
        manager_invalidate(manager);
        if (apply_notice_new(manager, 1, &notice) >= 0) { /* otherwise only the news is lost */
                apply_notice_add(notice, JOB_NOTICE_REMOVED, job->stored.name);
                apply_notice_queue(notice);
        }
        if (dependency_concerns(job, job->job))
                dependency_forget(manager);
        job_leave_memory(job);
}
