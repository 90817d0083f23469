/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Somebody orders that the next occurrences of a job are skipped. What is kept is the instant of the last. */

#include <stdio.h>

#include "manager/scheduled-job.h"

#define SKIP_MAX 10000U

/* The instant of the n-th occurrence from now on, or of the last there is; USEC_INFINITY: none is known. */
static usec_t find_last(const ScheduledJob *job, unsigned n, unsigned *ret_n) {
        usec_t after_usec = MAX(scheduled_job_cursor(job), manager_now(job->manager));
        usec_t last_usec = USEC_INFINITY;
        PlannerView view = scheduled_job_view(job);
        PlannedOccurrence next;

        for (*ret_n = 0; *ret_n < n && planner_next(&view, after_usec, &next) > 0; (*ret_n)++)
                last_usec = after_usec = next.occurrence.due_usec;
        return last_usec;
}

static char *say(usec_t until_usec, unsigned n) {
        char until[TIMESTAMP_MAX];
        char *text = NULL;
        int r;

        if (until_usec == USEC_INFINITY)
                r = asprintf(&text, "nothing is skipped any more");
        else
                r = asprintf(&text, "the next %u will be skipped, the last one at %s", n,
                             timestamp_format_utc(until_usec, until));
        return r < 0 ? NULL : text;
}

void manager_skip_job(
                Manager *manager,
                const char *name,
                unsigned n,
                const Caller *caller,
                manager_reply_t reply,
                void *userdata) {

        ScheduledJob *job = order_find_job(manager, name, reply, userdata);
        usec_t until_usec = USEC_INFINITY;
        unsigned n_found = 0;
        Order *order;

        if (!job || order_is_one_too_many(manager, caller, reply, userdata))
                return;
        if (n > SKIP_MAX) {
                order_refuse(reply, userdata, -EINVAL, "No more than %u occurrences can be skipped",
                             SKIP_MAX);
                return;
        }
        scheduled_job_replan(job); /* what is due already is not one of the next */
        if (n > 0 && job->job->enabled)
                until_usec = find_last(job, n, &n_found);
        if (n > 0 && until_usec == USEC_INFINITY) {
                order_refuse(reply, userdata, -ESRCH, "Job '%s' has no occurrence ahead to skip", name);
                return;
        }

        order = order_new_for_job(job, reply, userdata);
        if (!order)
                return;
        order->text = say(until_usec, n_found);
        job->stored.skip_until_usec = until_usec;
        scheduled_job_save_state(job);
        (void) manager_queue_audit(manager, AUDIT_JOB_CHANGED, name, 0, caller, order->text);
        scheduled_job_replan(job);
        order_reply_after_commit(order);
}
