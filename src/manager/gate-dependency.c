/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `after:` of a job with a schedule: an occurrence waits until the join is complete, for at most `wait`, or
 * until the next one is due.
 *
 * Only what the schedule makes due is held: whoever starts the job by hand, and the job that triggers it,
 * want it now.
 */

#include <stdio.h>
#include <string.h>

#include "manager/dependency.h"
#include "manager/gates.h"
#include "manager/scheduled-job.h"
#include "util/duration.h"

static bool is_met(const ScheduledJob *job, const char *name) {
        JoinPart part = dependency_part(job, name);

        return join_judge(&part, job->job->after.when, dependency_since(job)) == JOIN_MET;
}

static bool is_open(const ScheduledJob *job) {
        if (!dependency_is_gate(job))
                return true;
        for (char **name = job->job->after.jobs; *name; name++)
                if (!is_met(job, *name))
                        return false;
        return true;
}

/* Until when it may wait; USEC_INFINITY: for ever. */
static usec_t deadline_of(const Execution *execution, bool first, usec_t now_usec) {
        const ScheduledJob *job = execution->scheduled_job;
        usec_t since_usec = first ? now_usec : execution->record.waiting_since_usec;
        usec_t wait_usec = job->job->after.wait_usec;
        PlannerView view = scheduled_job_view(job);
        PlannedOccurrence next;

        if (wait_usec != USEC_INFINITY)
                return usec_add(since_usec, wait_usec);
        if (planner_next(&view, MAX(execution->record.due_usec, since_usec), &next) > 0)
                return next.occurrence.due_usec;
        return USEC_INFINITY;
}

/* How a predecessor that is not done stands, in words. */
static void describe(const ScheduledJob *job, const char *name, char buffer[static 160]) {
        JoinPart part = dependency_part(job, name);

        switch (join_judge(&part, job->job->after.when, dependency_since(job))) {
        case JOIN_UNKNOWN:
                (void) snprintf(buffer, 160, "%s (there is no such job)", name);
                break;
        case JOIN_OTHER_END:
                (void) snprintf(buffer, 160, "%s (%s)", name, execution_state_to_string(part.state));
                break;
        default:
                (void) snprintf(buffer, 160, "%s", name);
                break;
        }
}

/* "waiting for a, b (failed) and 3 more" */
static void say_missing(const ScheduledJob *job, const char *verb, char *buffer, size_t size) {
        const size_t room_for_rest = sizeof(" and 1000000 more");
        size_t at = (size_t) snprintf(buffer, size, "%s", verb), n_left = 0;
        bool first = true;

        for (char **name = job->job->after.jobs; *name; name++) {
                char words[160];

                if (is_met(job, *name))
                        continue;
                describe(job, *name, words);
                if (n_left > 0 || at + strlen(words) + 2 + room_for_rest >= size) {
                        n_left++;
                        continue;
                }
                at += (size_t) snprintf(buffer + at, size - at, "%s%s", first ? " " : ", ", words);
                first = false;
        }
        if (n_left > 0)
                (void) snprintf(buffer + at, size - at, "%s %zu%s", first ? "" : " and", n_left,
                                first ? " jobs" : " more");
}

static void check(Execution *execution, bool first, usec_t now_usec, GateVerdict *ret) {
        const ScheduledJob *job = execution->scheduled_job;
        usec_t deadline_usec;

        if (!cause_is_of_schedule(execution->record.cause) || is_open(job))
                return;

        deadline_usec = deadline_of(execution, first, now_usec);
        if (now_usec >= deadline_usec) {
                ret->answer = GATE_REFUSED;
                ret->reason = REASON_DEPENDENCY;
                say_missing(job, "not in time:", ret->detail, sizeof(ret->detail));
                return;
        }
        ret->answer = GATE_CLOSED;
        ret->look_again_usec = deadline_usec;
        say_missing(job, "waiting for", ret->detail, sizeof(ret->detail));
}

static void leave(Execution *execution) {
        (void) execution; /* who waits is found in the job's list */
}

const Gate dependency_gate = {
        .waiting_for = WAITING_FOR_DEPENDENCY,
        .is_open = is_open,
        .check = check,
        .leave = leave,
};
