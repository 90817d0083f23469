/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/admission.h"

#include <stdio.h>

#include "manager/execution.h"
#include "manager/gates.h"
#include "manager/place.h"
#include "manager/scheduled-job.h"

const char *admission_describe_blocker(const ScheduledJob *job, char buffer[static BLOCKER_TEXT_MAX]) {
        const Execution *blocker = scheduled_job_blocker(job);

        if (!blocker)
                return NULL;
        (void) snprintf(buffer, BLOCKER_TEXT_MAX, "blocked by execution %" PRIu64, blocker->record.id);
        return buffer;
}

bool admission_has_room(const ScheduledJob *job) {
        return scheduled_job_count_active(job) < job->job->overlap.max_instances;
}

/* The oldest that is not ending already: of those that run, else of those that a gate holds. */
static Execution *oldest_active(const ScheduledJob *job) {
        Execution *execution = scheduled_job_first(job, PLACE_STARTED);

        while (execution && execution->record.reason == REASON_REPLACED)
                execution = execution->place_next;
        return execution ?: scheduled_job_first(job, PLACE_GATED);
}

static void replace_oldest(ScheduledJob *job) {
        Execution *execution, *next;

        for (execution = scheduled_job_first(job, PLACE_QUEUED); execution; execution = next) {
                next = execution->place_next;
                execution_replace(execution);
        }
        if (scheduled_job_count_active(job) - job->n_marks[MARK_ENDING] < job->job->overlap.max_instances)
                return;
        execution = oldest_active(job);
        if (execution)
                execution_replace(execution);
}

OverlapAnswer admission_judge(ScheduledJob *job) {
        OverlapAnswer answer = scheduled_job_overlap(job);

        if (answer != OVERLAP_END)
                return answer;
        replace_oldest(job);
        return admission_has_room(job) ? OVERLAP_PASS : OVERLAP_WAIT;
}

bool admission_gates_are_open(const ScheduledJob *job) {
        return job->n_places[PLACE_GATED] == 0 && gates_are_open(job);
}

void admission_supersede(ScheduledJob *job) {
        Execution *execution, *next;

        for (execution = scheduled_job_first(job, PLACE_RETRYING); execution; execution = next) {
                next = execution->place_next;
                execution_give_up(execution, REASON_SUPERSEDED);
        }
}
