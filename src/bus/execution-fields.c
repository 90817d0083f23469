/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Execution, as SEMANTICS 5 lists it, in that order. */

#include "bus/field-get.h"

static void get_reason(const FieldContext *context, const void *data, FieldValue *value) {
        const ExecutionRecord *record = data;

        value->is_null = record->reason == REASON_NONE;
        value->text = execution_reason_format(record->reason, record->condition, value->scratch);
}

static void get_cpu_seconds(const FieldContext *context, const void *data, FieldValue *value) {
        const ExecutionRecord *record = data;

        value->number = record->cpu_seconds;
        value->is_null = record->cpu_seconds < 0;
}

/* clang-format off */
FIELD_GET(ExecutionRecord, id,           field_give_integer(value, (int64_t) record->id));
FIELD_GET(ExecutionRecord, job,          field_give_text(value, record->job));
FIELD_GET(ExecutionRecord, job_revision, field_give_integer(value, (int64_t) record->job_revision));
FIELD_GET(ExecutionRecord, owner,        field_give_user(context, value, record->owner_uid));
FIELD_GET(ExecutionRecord, origin,       field_give_text(value, job_origin_to_string((JobOrigin) record->origin)));
FIELD_GET(ExecutionRecord, state,        field_give_text(value, execution_state_to_string(record->state)));
FIELD_GET(ExecutionRecord, cause,        field_give_text(value, execution_cause_to_string(record->cause)));
FIELD_GET(ExecutionRecord, requested_by, field_give_text(value, record->requested_by));
FIELD_GET(ExecutionRecord, due,          field_give_instant(value, record->due_usec));
FIELD_GET(ExecutionRecord, due_last,     field_give_instant(value, record->due_last_usec));
FIELD_GET(ExecutionRecord, count,        field_give_integer(value, (int64_t) record->count));
FIELD_GET(ExecutionRecord, pass,         field_give_integer(value, record->pass));
FIELD_GET(ExecutionRecord, nominal,      field_give_instant(value, record->nominal_usec));
FIELD_GET(ExecutionRecord, start_after,  field_give_instant(value, record->start_after_usec));
FIELD_GET(ExecutionRecord, queued,       field_give_instant(value, record->queued_usec));
FIELD_GET(ExecutionRecord, started,      field_give_instant(value, record->started_usec));
FIELD_GET(ExecutionRecord, ended,        field_give_instant(value, record->ended_usec));
FIELD_GET(ExecutionRecord, exit_code,    field_give_known(value, record->exit_code, -1));
FIELD_GET(ExecutionRecord, signal,       field_give_known(value, record->signal, -1));
FIELD_GET(ExecutionRecord, http_status,  field_give_known(value, record->http_status, -1));
FIELD_GET(ExecutionRecord, attempts,     field_give_integer(value, record->attempts));
FIELD_GET(ExecutionRecord, pid,          field_give_known(value, record->pid, 0));
FIELD_GET(ExecutionRecord, host,         field_give_text(value, record->host));
FIELD_GET(ExecutionRecord, boot_id,      field_give_text(value, record->boot_id[0] != '\0' ? record->boot_id : NULL));
FIELD_GET(ExecutionRecord, progress,     field_give_known(value, record->progress, -1));
FIELD_GET(ExecutionRecord, output_file,  field_give_text(value, record->output_file));
FIELD_GET(ExecutionRecord, status_text,  field_give_text(value, record->status_text));
FIELD_GET(ExecutionRecord, memory_peak_bytes, field_give_known(value, record->memory_peak_bytes, -1));
FIELD_GET(ExecutionRecord, output_bytes, field_give_integer(value, (int64_t) record->output_bytes));
FIELD_GET(ExecutionRecord, output_truncated, field_give_integer(value, record->output_truncated));
FIELD_GET(ExecutionRecord, result,       field_give_text(value, record->result));

FIELD_GET(ExecutionRecord, waiting_for,   field_give_text(value, record->waiting_for == WAITING_FOR_NOTHING ? NULL : waiting_for_to_string(record->waiting_for)));
FIELD_GET(ExecutionRecord, waiting_since, field_give_instant(value, record->waiting_since_usec));
FIELD_GET(ExecutionRecord, retry_at,      field_give_instant(value, record->retry_at_usec));
FIELD_GET(ExecutionRecord, parent,        field_give_integer(value, (int64_t) record->parent_id));
FIELD_GET(ExecutionRecord, forced,        field_give_integer(value, record->forced));

FIELD_GET(ExecutionRecord, parameters,       field_give_text(value, record->parameters ?: "{}"));
FIELD_GET(ExecutionRecord, profile,          field_give_text(value, record->profile));
FIELD_GET(ExecutionRecord, profile_revision, field_give_known(value, (int64_t) record->profile_revision, 0));

static const Field fields[] = {
        { "id",                FIELD_COUNT,    FIELD_CONST,   get_id },
        { "job",               FIELD_TEXT,     FIELD_CONST,   get_job },
        { "job_revision",      FIELD_COUNT,    0,             get_job_revision },
        { "owner",             FIELD_TEXT,     0,             get_owner },
        { "origin",            FIELD_TEXT,     FIELD_CONST,   get_origin },
        { "state",             FIELD_TEXT,     FIELD_CHANGES, get_state },
        { "reason",            FIELD_TEXT,     FIELD_CHANGES, get_reason },
        { "cause",             FIELD_TEXT,     FIELD_CONST,   get_cause },
        { "requested_by",      FIELD_TEXT,     FIELD_CONST,   get_requested_by },
        { "due",               FIELD_INSTANT,  FIELD_CONST,   get_due },
        { "due_last",          FIELD_INSTANT,  FIELD_CHANGES, get_due_last },
        { "count",             FIELD_COUNT,    FIELD_CHANGES, get_count },
        { "pass",              FIELD_UNSIGNED, 0,             get_pass },
        { "nominal",           FIELD_INSTANT,  0,             get_nominal },
        { "start_after",       FIELD_INSTANT,  0,             get_start_after },
        { "queued",            FIELD_INSTANT,  FIELD_CHANGES, get_queued },
        { "started",           FIELD_INSTANT,  FIELD_CHANGES, get_started },
        { "ended",             FIELD_INSTANT,  FIELD_CHANGES, get_ended },
        { "exit_code",         FIELD_SIGNED,   FIELD_CHANGES, get_exit_code },
        { "signal",            FIELD_SIGNED,   FIELD_CHANGES, get_signal },
        { "http_status",       FIELD_SIGNED,   FIELD_CHANGES, get_http_status },
        { "attempts",          FIELD_UNSIGNED, FIELD_CHANGES, get_attempts },
        { "pid",               FIELD_UNSIGNED, FIELD_CHANGES, get_pid },
        { "host",              FIELD_TEXT,     0,             get_host },
        { "boot_id",           FIELD_TEXT,     0,             get_boot_id },
        { "progress",          FIELD_SIGNED,   FIELD_CHANGES, get_progress },
        { "status_text",       FIELD_TEXT,     FIELD_PRIVATE, get_status_text },
        { "cpu_seconds",       FIELD_NUMBER,   FIELD_CHANGES, get_cpu_seconds },
        { "memory_peak_bytes", FIELD_SIGNED64, FIELD_CHANGES, get_memory_peak_bytes },
        { "output_bytes",      FIELD_COUNT,    FIELD_CHANGES, get_output_bytes },
        { "output_truncated",  FIELD_BOOL,     FIELD_CHANGES, get_output_truncated },
        { "parameters",        FIELD_JSON,     FIELD_PRIVATE, get_parameters },
        { "profile",           FIELD_TEXT,     FIELD_PRIVATE, get_profile },
        { "profile_revision",  FIELD_COUNT,    FIELD_PRIVATE, get_profile_revision },
        { "result",            FIELD_JSON,     FIELD_PRIVATE, get_result },
        { "waiting_for",       FIELD_TEXT,     0,             get_waiting_for },
        { "waiting_since",     FIELD_INSTANT,  FIELD_DETAIL,  get_waiting_since },
        { "retry_at",          FIELD_INSTANT,  FIELD_DETAIL,  get_retry_at },
        { "parent",            FIELD_COUNT,    FIELD_DETAIL,  get_parent },
        { "forced",            FIELD_BOOL,     FIELD_DETAIL,  get_forced },
        { "output_file",       FIELD_TEXT,     FIELD_PRIVATE | FIELD_DETAIL, get_output_file },
};
/* clang-format on */

static uid_t execution_owner(const void *data) {
        return ((const ExecutionRecord *) data)->owner_uid;
}

const FieldTable execution_fields = { fields, ARRAY_SIZE(fields), execution_owner };
