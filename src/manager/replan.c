/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One look at a job: what is due is decided, then the next look is planned. */

#include <assert.h>

#include "manager/admission.h"
#include "manager/decision.h"
#include "manager/dependency.h"
#include "manager/execution.h"
#include "manager/expectation.h"
#include "manager/job-leave.h"
#include "manager/scheduled-job.h"
#include "manager/waiting.h"

static void heap_set(Heap *heap, HeapNode *node, usec_t key) {
        int r;

        if (key == USEC_INFINITY) {
                heap_remove(heap, node);
                return;
        }
        r = heap_put(heap, node, key);
        assert(r == 0); /* room for every job was made before it was taken in */
        (void) r;
}

static void job_wake_at(ScheduledJob *job, usec_t wake_usec) {
        heap_set(&job->manager->wakes, &job->wake, wake_usec);
}

/* What waits for its random delay starts before what is due next. */
static void job_set_next(ScheduledJob *job, usec_t due_usec, usec_t delay_usec) {
        usec_t start_usec = usec_add(due_usec, delay_usec), held_usec = scheduled_job_held_until(job);
        usec_t alarm_usec = USEC_INFINITY;

        job->next_due_usec = due_usec;
        job->next_start_usec = MIN(start_usec, held_usec);

        /* Not before it is looked at: a machine that wakes too early may fall asleep again before it is. */
        if (job->job && job->job->wake)
                alarm_usec =
                                MIN(MAX(start_usec, planner_coalesce(due_usec, job->job->accuracy_usec)),
                                    held_usec);
        heap_set(&job->manager->alarms, &job->alarm, alarm_usec);
}

void scheduled_job_unplan(ScheduledJob *job) {
        Execution *armed = scheduled_job_armed(job);

        if (armed)
                execution_withdraw(armed);
        job_set_next(job, USEC_INFINITY, 0);
        job_wake_at(job, USEC_INFINITY);
}

/* Attempts that are to follow come last: an occurrence that is due by then makes them needless. */
static usec_t release(ScheduledJob *job) {
        usec_t again_usec = waiting_release(job);

        return MIN(again_usec, waiting_retry(job));
}

/* Nothing is due any more, as it stands; what waits goes on. */
static void job_plan_nothing(ScheduledJob *job) {
        scheduled_job_unplan(job);
        job_wake_at(job, release(job));
}

static ExecutionCause cause_of(const ScheduledJob *job, const PlannedOccurrence *planned) {
        if (planned->kind == SCHEDULE_BOOT)
                return CAUSE_BOOT;
        if (job->job->of_template)
                return CAUSE_TEMPLATE;
        return job->stored.one_shot ? CAUSE_TIMER : CAUSE_SCHEDULE;
}

/* Writes the row of what is due next ahead, if its time has come for that. */
static void job_plan(ScheduledJob *job, const PlannedOccurrence *next) {
        Manager *manager = job->manager;
        usec_t now_usec = manager_now(manager), due_usec = next->occurrence.due_usec;
        usec_t ahead_usec = manager->host.write_ahead_usec;
        Execution *armed = scheduled_job_armed(job);
        bool in_time = due_usec - ahead_usec <= now_usec;
        PlannerView view = scheduled_job_view(job);
        usec_t release_usec = release(job), wake_usec;
        bool skips = scheduled_job_skips(job, due_usec), may_arm;
        PlannedOccurrence shown = *next;
        int r;

        if (armed && (armed->record.due_usec != due_usec || !in_time || skips)) {
                execution_withdraw(armed);
                armed = NULL;
        }

        may_arm = ahead_usec > 0 && !armed && !skips && planner_may_arm(&view) &&
                        !scheduled_job_blocker(job) && scheduled_job_last_start(job) < due_usec;
        if (may_arm && in_time && decision_excepted(job, due_usec) == 0) {
                const ExecutionBegin begin = {
                        .planned = next,
                        .cause = cause_of(job, next),
                        .state = EXECUTION_ARMED,
                        .insert_flags = decision_insert_flags(job, next),
                };

                r = execution_begin(job, &begin, NULL);
                if (r < 0) /* it is written when it is due */
                        (void) manager_store_error(manager, r, "an occurrence ahead of its time");
        }

        if (skips && planner_next(&view, job->stored.skip_until_usec, &shown) <= 0)
                shown.occurrence.due_usec = USEC_INFINITY;
        job_set_next(job, shown.occurrence.due_usec, job->job->random_delay.fresh ? 0 : view.delay_usec);
        wake_usec = planner_wake(due_usec, now_usec, ahead_usec, may_arm);
        if (wake_usec == due_usec)
                wake_usec = planner_coalesce(due_usec, job->job->accuracy_usec);
        job_wake_at(job, MIN(wake_usec, release_usec));
}

/*
 * What is due up to this instant is judged as late. One that is hardly late is simply started, but not the
 * first of several that came while the daemon was down: the newest of them is the one to catch up with.
 */
static usec_t late_until(const ScheduledJob *job, const PlannedOccurrence *next) {
        const Manager *manager = job->manager;
        PlannerView view = scheduled_job_view(job);
        usec_t latest_usec = manager_now(manager) - view.delay_usec;
        usec_t until_usec = latest_usec - job->job->accuracy_usec - LATE_TOLERANCE_USEC - 1;
        usec_t started_usec = manager->started_usec - view.delay_usec;
        PlannedOccurrence following;

        if (started_usec > until_usec && started_usec <= latest_usec &&
            planner_next(&view, next->occurrence.due_usec, &following) > 0 &&
            following.occurrence.due_usec <= started_usec)
                until_usec = started_usec;
        return until_usec;
}

/* Decides the first occurrence if it is due. Returns 1 if there was one, 0 if not, or a negative errno. */
static int job_decide_next(ScheduledJob *job, const PlannedOccurrence *next) {
        usec_t until_usec;
        int r;

        if (next->occurrence.due_usec > manager_now(job->manager))
                return 0;

        r = decision_ordered_skip(job, next);
        if (r != 0)
                return r;
        admission_supersede(job);
        until_usec = late_until(job, next);
        if (!planner_is_event(next->kind) && !job->manager->untrusted &&
            next->occurrence.due_usec <= until_usec) {
                r = decision_late(job, next, until_usec);
                return r < 0 ? r : 1;
        }

        r = decision_excepted(job, next->occurrence.due_usec);
        if (r == 0)
                r = decision_begin(job, next, cause_of(job, next));
        return r < 0 ? r : 1;
}

/* Observers hear of the job when what was decided is on disk. */
static void announce_change(ScheduledJob *job) {
        ApplyNotice *notice = NULL;

        if (apply_notice_new(job->manager, 1, &notice) < 0)
                return; /* only the news is lost */
        apply_notice_add(notice, JOB_NOTICE_CHANGED, job->stored.name);
        apply_notice_queue(notice);
}

/* Returns true if the job is under way again. */
static bool job_pause_is_over(ScheduledJob *job) {
        usec_t until_usec = job->stored.paused_until_usec;
        int r;

        if (manager_now(job->manager) < until_usec)
                return false;

        r = decision_end_pause(job, until_usec);
        if (r < 0) {
                (void) manager_store_error(job->manager, r, "the end of a pause");
                return false;
        }
        (void) manager_queue_audit(
                        job->manager, AUDIT_JOB_RESUMED, job->stored.name, 0, NULL, "its pause was over");
        manager_invalidate(job->manager);
        announce_change(job);
        return true;
}

/* Nothing is decided and nothing is written ahead; only a pause may come to its end. */
static void job_rest(ScheduledJob *job) {
        usec_t wake_usec = USEC_INFINITY;

        if (scheduled_job_is_held(job)) {
                job_wake_at(job, USEC_INFINITY);
                return;
        }
        if (scheduled_job_is_paused(job) && !job_pause_is_over(job))
                wake_usec = job->stored.paused_until_usec;
        scheduled_job_unplan(job);
        job_wake_at(job, wake_usec);
}

static void job_replan(ScheduledJob *job) {
        PlannedOccurrence next;
        PlannerView view;
        int r;

        if (!scheduled_job_is_listed(job) || !job->job) {
                scheduled_job_unplan(job);
                return;
        }
        if (manager_is_frozen(job->manager)) {
                job_rest(job);
                return;
        }
        if (!job->job->enabled) {
                waiting_cancel_scheduled(job);
                scheduled_job_unplan(job);
                if (!scheduled_job_is_held(job))
                        job_wake_at(job, release(job)); /* what was asked for by hand goes on */
                return;
        }

        do {
                if (scheduled_job_is_held(job)) {
                        job_wake_at(job, USEC_INFINITY);
                        return;
                }
                if (scheduled_job_is_paused(job) && !job_pause_is_over(job)) {
                        scheduled_job_unplan(job);
                        job_wake_at(job, MIN(job->stored.paused_until_usec, release(job)));
                        return;
                }

                dependency_look(job);
                (void) waiting_release(job); /* what was due before comes first */
                view = scheduled_job_view(job);
                if (planner_next(&view, scheduled_job_cursor(job), &next) <= 0) {
                        job_plan_nothing(job);
                        return;
                }
                r = job_decide_next(job, &next);
        } while (r > 0);

        if (r < 0) {
                (void) manager_store_error(job->manager, r, "an occurrence");
                job_wake_at(job, manager_now(job->manager) + RETRY_DELAY_USEC);
                return;
        }
        job_plan(job, &next);
}

void scheduled_job_replan(ScheduledJob *job) {
        job_replan(job);
        expectation_plan(job);
        job_leave_look(job);
        manager_arm_timer(job->manager);
}
