/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/execution-record.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/condition.h"
#include "util/buffer.h"
#include "util/json-writer.h"
#include "util/string-list.h"

static const char *const execution_state_names[] = {
        [EXECUTION_ARMED] = "armed",         [EXECUTION_WAITING] = "waiting",
        [EXECUTION_STARTING] = "starting",   [EXECUTION_RUNNING] = "running",
        [EXECUTION_RETRYING] = "retrying",   [EXECUTION_SUCCEEDED] = "succeeded",
        [EXECUTION_FAILED] = "failed",       [EXECUTION_TIMED_OUT] = "timed-out",
        [EXECUTION_CANCELLED] = "cancelled", [EXECUTION_LOST] = "lost",
        [EXECUTION_SKIPPED] = "skipped",     [EXECUTION_MISSED] = "missed",
        [EXECUTION_STATE_COUNT] = NULL,
};

static const char *const execution_cause_names[] = {
        [CAUSE_SCHEDULE] = "schedule", [CAUSE_CATCH_UP] = "catch-up",     [CAUSE_MANUAL] = "manual",
        [CAUSE_BOOT] = "boot",         [CAUSE_DEPENDENCY] = "dependency", [CAUSE_TIMER] = "timer",
        [CAUSE_TEMPLATE] = "template", [EXECUTION_CAUSE_COUNT] = NULL,
};

static const char *const execution_reason_names[] = {
        [REASON_NONE] = "",
        [REASON_OVERLAP] = "overlap",
        [REASON_QUEUE_FULL] = "queue-full",
        [REASON_REPLACED] = "replaced",
        [REASON_SUPERSEDED] = "superseded",
        [REASON_EXCEPTED] = "excepted",
        [REASON_CONDITION] = "condition",
        [REASON_DEPENDENCY] = "dependency",
        [REASON_PAUSED] = "paused",
        [REASON_FROZEN] = "frozen",
        [REASON_OPERATOR] = "operator",
        [REASON_USER_LIMIT] = "user-limit",
        [REASON_DOWN] = "down",
        [REASON_SUSPENDED] = "suspended",
        [REASON_CLOCK_STEP] = "clock-step",
        [REASON_TOO_LATE] = "too-late",
        [REASON_IN_THE_PAST] = "in-the-past",
        [REASON_JOB_REMOVED] = "job-removed",
        [REASON_EXIT_CODE] = "exit-code",
        [REASON_SIGNAL] = "signal",
        [REASON_TIMEOUT] = "timeout",
        [REASON_OOM] = "oom",
        [REASON_LAUNCH] = "launch",
        [REASON_ACCOUNT] = "account",
        [REASON_HTTP_STATUS] = "http-status",
        [REASON_RESULT_CHECK] = "result-check",
        [REASON_RUNNER_LOST] = "runner-lost",
        [REASON_HOST_DOWN] = "host-down",
        [REASON_SHUTDOWN] = "shutdown",
        [EXECUTION_REASON_COUNT] = NULL,
};

DEFINE_STRING_TABLE(execution_state, ExecutionState, execution_state_names);
DEFINE_STRING_TABLE(execution_cause, ExecutionCause, execution_cause_names);
DEFINE_STRING_TABLE(execution_reason, ExecutionReason, execution_reason_names);

static const char *const waiting_for_names[] = {
        [WAITING_FOR_NOTHING] = "",
        [WAITING_FOR_DELAY] = "delay",
        [WAITING_FOR_OVERLAP] = "overlap",
        [WAITING_FOR_DEPENDENCY] = "dependency",
        [WAITING_FOR_CONDITION] = "condition",
        [WAITING_FOR_QUEUE] = "queue",
        [WAITING_FOR_COUNT] = NULL,
};

DEFINE_STRING_TABLE(waiting_for, WaitingFor, waiting_for_names);

void execution_record_wait(ExecutionRecord *record, WaitingFor waiting_for, usec_t now_usec) {
        static const ExecutionReason reasons[WAITING_FOR_COUNT] = {
                [WAITING_FOR_OVERLAP] = REASON_OVERLAP,
                [WAITING_FOR_DEPENDENCY] = REASON_DEPENDENCY,
                [WAITING_FOR_CONDITION] = REASON_CONDITION,
        };

        assert(record);
        assert((size_t) waiting_for < ARRAY_SIZE(reasons));

        free(TAKE_PTR(record->reason_detail));
        record->reason = reasons[waiting_for];
        record->condition = -1;
        record->waiting_for = waiting_for;
        record->waiting_since_usec = waiting_for == WAITING_FOR_NOTHING ? USEC_INFINITY : now_usec;
}

const char *execution_reason_format(
                ExecutionReason reason,
                int condition,
                char buffer[static REASON_TEXT_MAX]) {
        if (reason == REASON_CONDITION && condition >= 0 && condition < CONDITION_KIND_COUNT)
                (void) snprintf(buffer, REASON_TEXT_MAX, "condition:%s",
                                condition_kind_to_string((ConditionKind) condition));
        else
                (void) snprintf(buffer, REASON_TEXT_MAX, "%s", execution_reason_to_string(reason));
        return buffer;
}


bool execution_state_is_active(ExecutionState state) {
        return state == EXECUTION_WAITING || state == EXECUTION_STARTING || state == EXECUTION_RUNNING;
}

bool execution_state_is_final(ExecutionState state) {
        return execution_state_is_outcome(state) || state == EXECUTION_SKIPPED || state == EXECUTION_MISSED;
}

bool execution_state_is_outcome(ExecutionState state) {
        return state >= EXECUTION_SUCCEEDED && state <= EXECUTION_LOST;
}

void execution_record_init(ExecutionRecord *record) {
        assert(record);

        *record = (ExecutionRecord){
                .due_usec = USEC_INFINITY,
                .due_last_usec = USEC_INFINITY,
                .count = 1,
                .nominal_usec = USEC_INFINITY,
                .start_after_usec = USEC_INFINITY,
                .queued_usec = USEC_INFINITY,
                .started_usec = USEC_INFINITY,
                .ended_usec = USEC_INFINITY,
                .waiting_since_usec = USEC_INFINITY,
                .retry_at_usec = USEC_INFINITY,
                .condition = -1,
                .exit_code = -1,
                .signal = -1,
                .http_status = -1,
                .progress = -1,
                .cpu_seconds = -1,
                .memory_peak_bytes = -1,
        };
}

void execution_record_done(ExecutionRecord *record) {
        if (!record)
                return;

        free(record->job);
        free(record->reason_detail);
        free(record->requested_by);
        free(record->kind);
        free(record->template);
        (void) string_list_free(record->tags);
        free(record->host);
        free(record->status_text);
        free(record->output_file);
        free(record->result);
        free(record->parameters);
        (void) string_list_free(record->secrets);
        free(record->profile);
        execution_record_init(record);
}

ExecutionRecord *execution_record_free(ExecutionRecord *record) {
        execution_record_done(record);
        free(record);
        return NULL;
}

static int copy_string(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

int execution_record_copy(const ExecutionRecord *record, ExecutionRecord *ret) {
        ExecutionRecord copy;

        assert(record);
        assert(ret);

        copy = *record;
        copy.job = copy.reason_detail = copy.requested_by = NULL;
        copy.host = copy.status_text = copy.output_file = copy.result = NULL;
        copy.parameters = copy.profile = NULL;
        copy.kind = copy.template = NULL;
        copy.secrets = copy.tags = NULL;

        if (copy_string(record->job, &copy.job) < 0 ||
            copy_string(record->reason_detail, &copy.reason_detail) < 0 ||
            copy_string(record->requested_by, &copy.requested_by) < 0 ||
            copy_string(record->kind, &copy.kind) < 0 || copy_string(record->template, &copy.template) < 0 ||
            (record->tags && string_list_copy(record->tags, &copy.tags) < 0) ||
            copy_string(record->host, &copy.host) < 0 ||
            copy_string(record->status_text, &copy.status_text) < 0 ||
            copy_string(record->output_file, &copy.output_file) < 0 ||
            copy_string(record->result, &copy.result) < 0 ||
            copy_string(record->parameters, &copy.parameters) < 0 ||
            copy_string(record->profile, &copy.profile) < 0 ||
            (record->secrets && string_list_copy(record->secrets, &copy.secrets) < 0)) {
                execution_record_done(&copy);
                return -ENOMEM;
        }

        *ret = copy;
        return 0;
}

void attempt_record_done(AttemptRecord *record) {
        if (!record)
                return;

        free(record->output.data);
        record->output = (OutputRecord){ 0 };
}

int execution_record_set_message(ExecutionRecord *record, const char *message) {
        CLEANUP_FREE char *detail = NULL;
        char *result;
        int r;

        if (message) {
                CLEANUP(buffer_done) Buffer buffer = { 0 };
                JsonWriter writer;

                detail = strdup(message);
                if (!detail)
                        return -ENOMEM;
                json_writer_init(&writer, &buffer);
                json_writer_begin_object(&writer, NULL);
                json_writer_string(&writer, "message", message);
                json_writer_end_object(&writer);
                r = buffer_take(&buffer, &result);
                if (r < 0)
                        return r;
                free(record->result);
                record->result = result;
        }
        free(record->reason_detail);
        record->reason_detail = TAKE_PTR(detail);
        return 0;
}
