/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/why-dependency.h"

#include "manager/dependency.h"
#include "manager/scheduled-job.h"
#include "util/duration.h"
#include "util/string-list.h"

/* `blocks`: who is missing is a blocker. */
static int say_predecessor(Why *why, const char *name, bool blocks) {
        const ScheduledJob *job = why->job;
        JoinPart part = dependency_part(job, name);
        char ago[DURATION_SHORT_MAX];

        switch (join_judge(&part, job->job->after.when, dependency_since(job))) {
        case JOIN_UNKNOWN:
                SAY(why, "there is no job '%s'", name);
                break;
        case JOIN_WAITING:
                SAY(why, "%s has not ended", name);
                break;
        case JOIN_OTHER_END:
                SAY(why, "%s was last %s (execution %" PRIu64 "), which does not count", name,
                    execution_state_to_string(part.state), part.execution_id);
                break;
        default:
                SAY(why, "%s has, %s ago (execution %" PRIu64 ")", name,
                    duration_format_short(MAX(why->now_usec - part.ended_usec, (usec_t) 0), ago),
                    part.execution_id);
                return 0;
        }
        return blocks ? string_list_push(&why->answer->blockers, name) : 0;
}

static int say_predecessors(Why *why, bool blocks) {
        char **names = why->job && why->job->job ? why->job->job->after.jobs : NULL;
        const char *separator = ": ";
        int r;

        STRING_LIST_FOREACH(name, names) {
                SAY(why, "%s", separator);
                r = say_predecessor(why, *name, blocks);
                if (r < 0)
                        return r;
                separator = ", ";
        }
        return 0;
}

int why_say_predecessors(Why *why) {
        return say_predecessors(why, true);
}

static const char *wanted_end(AfterWhen when) {
        return when == AFTER_ANY ? "ended" : when == AFTER_FAILURE ? "failed" : "succeeded";
}

static int say_join(Why *why, bool blocks) {
        const ScheduledJob *job = why->job;
        char since[TIMESTAMP_MAX];

        SAY(why, "Job '%s' starts when %s %s since %s", job->stored.name,
            string_list_length(job->job->after.jobs) == 1 ? "the job that it comes after has"
                                                          : "all jobs that it comes after have",
            wanted_end(job->job->after.when), why_local_time(why, dependency_since(job) + 1, since));
        if (scheduled_job_is_paused(job))
                SAY(why, ", and once it is resumed");
        return say_predecessors(why, blocks);
}

int why_say_join(Why *why) {
        int r = 0;

        if (dependency_is_trigger(why->job) && why->job->job->enabled) {
                SAY(why, " ");
                r = say_join(why, false);
                SAY(why, ".");
        }
        return r;
}

/* "a when it succeeds, b when it fails" */
static bool say_triggers(
                Why *why,
                const ScheduledJob *by,
                char **names,
                const char *verb,
                const char *separator) {
        STRING_LIST_FOREACH(name, names) {
                if (dependency_find(by, *name) != why->job)
                        continue;
                SAY(why, "%s '%s' %s", separator, by->stored.name, verb);
                return true;
        }
        return false;
}

int why_say_unscheduled(Why *why) {
        ScheduledJob *by, *next;
        const char *first = " starts when", *separator = first;

        if (dependency_is_trigger(why->job))
                return say_join(why, true);

        SAY(why, "Job '%s' has no schedule: it", why->job->stored.name);
        HASH_ITER(hh, why->manager->jobs, by, next) {
                if (!scheduled_job_is_listed(by) || !by->job)
                        continue;
                if (say_triggers(why, by, by->job->triggers.on_success, "has succeeded", separator))
                        separator = ", when";
                if (say_triggers(why, by, by->job->triggers.on_failure, "has failed", separator))
                        separator = ", when";
        }
        SAY(why, separator == first ? " only runs when it is started by hand" : ", or by hand");
        return 0;
}
