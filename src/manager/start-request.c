/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/start-request.h"

#include <assert.h>
#include <string.h>

#include "manager/admission.h"
#include "manager/decision.h"
#include "manager/execution.h"
#include "manager/scheduled-job.h"
#include "manager/user-limits.h"

static int copy_text(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

static int skip(ScheduledJob *job, const StartRequest *request, ExecutionReason reason, StartAnswer *ret) {
        CLEANUP(execution_record_done) ExecutionRecord record = { 0 };
        Manager *manager = job->manager;
        char detail[BLOCKER_TEXT_MAX];
        int r;

        execution_record_init(&record);
        r = execution_describe(job, &record);
        if (r >= 0 && reason == REASON_OVERLAP)
                r = copy_text(admission_describe_blocker(job, detail), &record.reason_detail);
        if (r >= 0)
                r = copy_text(request->requested_by, &record.requested_by);
        if (r < 0)
                return r;
        record.state = EXECUTION_SKIPPED;
        record.reason = reason;
        record.cause = request->cause;
        record.parent_id = request->parent_id;
        record.due_usec = record.due_last_usec = record.nominal_usec = request->due_usec;
        record.start_after_usec = request->due_usec;
        record.queued_usec = record.ended_usec = manager_now(manager);
        record.id = manager->last_execution_id + 1;

        r = store_insert_execution(manager->host.store, &record, 0, NULL, NULL);
        if (r < 0)
                return r;
        manager->last_execution_id++;
        *ret = (StartAnswer){ .execution_id = record.id, .reason = reason };
        manager_announce_record(manager, &record);
        return 0;
}

static int begin(ScheduledJob *job, const StartRequest *request, OverlapAnswer answer, StartAnswer *ret) {
        const PlannedOccurrence planned = {
                .occurrence = {
                        .due_usec = request->due_usec,
                        .nominal_usec = request->due_usec,
                        .count = 1,
                },
                .kind = SCHEDULE_AT,
                .parent_id = request->parent_id,
        };
        bool passes = request->forced || (answer != OVERLAP_WAIT && admission_gates_are_open(job));
        Execution *execution = NULL;
        int r;

        r = execution_begin(
                        job,
                        &(ExecutionBegin){
                                        .planned = &planned,
                                        .cause = request->cause,
                                        .state = passes ? EXECUTION_STARTING : EXECUTION_WAITING,
                                        .waiting_for = answer == OVERLAP_WAIT ? WAITING_FOR_OVERLAP
                                                                              : WAITING_FOR_NOTHING,
                                        .requested_by = request->requested_by,
                                        .forced = request->forced,
                                        .options = request->options,
                        },
                        &execution);
        if (r < 0)
                return r;

        decision_forget_fold(job);
        *ret = (StartAnswer){ .execution = execution, .execution_id = execution->record.id };
        if (scheduled_job_counts_from_end(job))
                scheduled_job_replan(job); /* nothing is due before this one ends */
        return 0;
}

int start_request(ScheduledJob *job, const StartRequest *request, StartAnswer *ret) {
        OverlapAnswer answer;

        assert(job->job);
        assert(request);
        assert(ret);

        if (user_limits_refuse(job))
                return skip(job, request, REASON_USER_LIMIT, ret);
        answer = request->forced ? OVERLAP_PASS : admission_judge(job);
        if (answer == OVERLAP_REFUSE || answer == OVERLAP_FULL)
                return skip(job, request, answer == OVERLAP_FULL ? REASON_QUEUE_FULL : REASON_OVERLAP, ret);
        return begin(job, request, answer, ret);
}
