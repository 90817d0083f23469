/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is to be said of an occurrence whose time is still to come. */

#include "manager/why-future.h"

#include <stdio.h>

#include "manager/scheduled-job.h"
#include "util/duration.h"
#include "util/string-list.h"

static const char *overlap_phrase(const Overlap *overlap) {
        static const char *const phrases[OVERLAP_POLICY_COUNT] = {
                [OVERLAP_SKIP] = "be skipped",
                [OVERLAP_QUEUE] = "wait for that",
                [OVERLAP_REPLACE] = "end that first",
                [OVERLAP_ALLOW] = "run beside it",
        };

        return phrases[overlap->policy];
}

static void say_list(Why *why, char *const *list) {
        STRING_LIST_FOREACH(item, list)
                SAY(why, "%s%s", item == list ? " " : item[1] ? ", " : " and ", *item);
}

/* What has to hold by then. */
static void say_provisos(Why *why) {
        const Job *job = why->job->job;

        if (job->after.jobs) {
                SAY(why, "; it waits then for");
                say_list(why, job->after.jobs);
                SAY(why, " to have %s",
                    job->after.when == AFTER_ANY                       ? "ended"
                                    : job->after.when == AFTER_FAILURE ? "failed"
                                                                       : "succeeded");
        }
        for (size_t i = 0; i < job->conditions.n_items; i++)
                SAY(why, "%s %s", i == 0 ? "; its conditions have to hold then:" : ",",
                    condition_kind_to_string(job->conditions.items[i].kind));
        if (job->queue)
                SAY(why, "; it needs a slot of queue '%s'", job->queue);
}

static int say_blocker(Why *why, const Execution *blocker) {
        char name[48];

        (void) snprintf(name, sizeof(name), "execution %" PRIu64, blocker->record.id);
        SAY(why, ", unless %s still runs then: it would %s", name, overlap_phrase(&why->job->job->overlap));
        return string_list_push(&why->answer->blockers, name);
}

int why_say_pause(Why *why, const char *verb) {
        const StoredJob *stored = &why->job->stored;
        char since[TIMESTAMP_MAX], until[TIMESTAMP_MAX];

        why->answer->reason = REASON_PAUSED;
        if (why->answer->when == WHY_PAST)
                why->answer->state = EXECUTION_SKIPPED; /* its row is written when the pause ends */
        SAY(why, " %s: the job has been paused since %s", verb,
            why_local_time(why, stored->paused_since_usec, since));
        if (stored->paused_until_usec == USEC_INFINITY)
                SAY(why, ", until it is resumed");
        else
                SAY(why, ", until %s", why_local_time(why, stored->paused_until_usec, until));
        return string_list_push(&why->answer->blockers, "paused");
}

static int say_skip(Why *why) {
        char until[TIMESTAMP_MAX];

        why->answer->reason = REASON_OPERATOR;
        SAY(why,
            " will be skipped: somebody ordered so for all that is due until %s; 'schedctl audit' says who",
            why_local_time(why, why->job->stored.skip_until_usec, until));
        return string_list_push(&why->answer->blockers, "skip");
}

/* Whatever else there is to say of a start to come. */
int why_say_frozen(Why *why) {
        char since[TIMESTAMP_MAX];

        if (!manager_is_frozen(why->manager))
                return 0;
        SAY(why, "; nothing starts now, since all jobs have been frozen since %s",
            why_local_time(why, why->manager->frozen_since_usec, since));
        return string_list_push(&why->answer->blockers, "frozen");
}

int why_say_standstill(Why *why) {
        const ScheduledJob *job = why->job;
        char since[TIMESTAMP_MAX], until[TIMESTAMP_MAX];
        bool is_told = why->answer->execution_id == 0; /* the answer is about the job's state itself */

        if (manager_is_frozen(why->manager)) {
                SAY(why, " Nothing starts now: all jobs have been frozen since %s.",
                    why_local_time(why, why->manager->frozen_since_usec, since));
                return string_list_push(&why->answer->blockers, "frozen");
        }
        if (why->answer->when != WHY_PAST) /* what goes on is no riddle */
                return 0;
        if (is_told && (!scheduled_job_is_listed(job) || !job->job || !job->job->enabled))
                return 0;
        if (!scheduled_job_is_listed(job)) {
                SAY(why, " Since then the job was removed.");
                return string_list_push(&why->answer->blockers, "removed");
        }
        if (job->job && !job->job->enabled) {
                SAY(why, " Nothing starts by its schedule now: the job is disabled.");
                return string_list_push(&why->answer->blockers, "disabled");
        }
        if (scheduled_job_skips(job, why->answer->next_due_usec)) {
                SAY(why,
                    " What is due until %s will be skipped: somebody ordered so; 'schedctl audit' says who.",
                    why_local_time(why, job->stored.skip_until_usec, until));
                return string_list_push(&why->answer->blockers, "skip");
        }
        if (!scheduled_job_is_paused(job))
                return 0;

        SAY(why, " Nothing starts by its schedule now: the job has been paused since %s",
            why_local_time(why, job->stored.paused_since_usec, since));
        if (job->stored.paused_until_usec == USEC_INFINITY)
                SAY(why, ", until it is resumed.");
        else
                SAY(why, ", until %s.", why_local_time(why, job->stored.paused_until_usec, until));
        return string_list_push(&why->answer->blockers, "paused");
}

int why_answer_future(Why *why, usec_t due_usec) {
        const ScheduledJob *job = why->job;
        const Execution *blocker = scheduled_job_blocker(job);
        const RandomDelay *random_delay = &job->job->random_delay;
        PlannerView view = scheduled_job_view(job);
        usec_t start_usec = usec_add(due_usec, random_delay->fresh ? 0 : view.delay_usec);
        char due[TIMESTAMP_MAX], left[DURATION_SHORT_MAX];
        int r;

        why->answer->when = WHY_FUTURE;
        SAY(why, "The occurrence of %s", why_local_time(why, due_usec, due));
        if (scheduled_job_is_paused(job) && due_usec <= job->stored.paused_until_usec)
                return why_say_pause(why, "will be skipped");
        if (scheduled_job_skips(job, due_usec))
                return say_skip(why);

        SAY(why, " will start in %s", duration_format_short(start_usec - why->now_usec, left));
        if (random_delay->fresh)
                SAY(why, ", or up to %s later", duration_format_short(random_delay->up_to_usec, left));
        else if (start_usec > due_usec)
                SAY(why, ", at %s, as random-delay has it", why_local_time(why, start_usec, due));
        if (why->manager->untrusted)
                SAY(why, ", if the clock can be trusted by then");
        say_provisos(why);
        r = blocker ? say_blocker(why, blocker) : 0;
        return r < 0 ? r : why_say_frozen(why);
}
