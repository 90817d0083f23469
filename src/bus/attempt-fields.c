/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What ListAttempts shows of one attempt of an execution, in that order. */

#include "bus/field-get.h"

static void get_reason(const FieldContext *context, const void *data, FieldValue *value) {
        const AttemptRecord *record = data;

        value->is_null = record->reason == REASON_NONE;
        value->text = execution_reason_to_string(record->reason);
}

static void get_cpu_seconds(const FieldContext *context, const void *data, FieldValue *value) {
        const AttemptRecord *record = data;

        value->number = record->cpu_seconds;
        value->is_null = record->cpu_seconds < 0;
}

/* clang-format off */
FIELD_GET(AttemptRecord, attempt,           field_give_integer(value, record->attempt));
FIELD_GET(AttemptRecord, state,             field_give_text(value, execution_state_to_string(record->state)));
FIELD_GET(AttemptRecord, started,           field_give_instant(value, record->started_usec));
FIELD_GET(AttemptRecord, ended,             field_give_instant(value, record->ended_usec));
FIELD_GET(AttemptRecord, exit_code,         field_give_known(value, record->exit_code, -1));
FIELD_GET(AttemptRecord, signal,            field_give_known(value, record->signal, -1));
FIELD_GET(AttemptRecord, http_status,       field_give_known(value, record->http_status, -1));
FIELD_GET(AttemptRecord, pid,               field_give_known(value, record->pid, 0));
FIELD_GET(AttemptRecord, memory_peak_bytes, field_give_known(value, record->memory_peak_bytes, -1));
FIELD_GET(AttemptRecord, output_bytes,      field_give_integer(value, (int64_t) record->output.total_bytes));

static const Field fields[] = {
        { "attempt",           FIELD_UNSIGNED, 0, get_attempt },
        { "state",             FIELD_TEXT,     0, get_state },
        { "reason",            FIELD_TEXT,     0, get_reason },
        { "started",           FIELD_INSTANT,  0, get_started },
        { "ended",             FIELD_INSTANT,  0, get_ended },
        { "exit_code",         FIELD_SIGNED,   0, get_exit_code },
        { "signal",            FIELD_SIGNED,   0, get_signal },
        { "http_status",       FIELD_SIGNED,   0, get_http_status },
        { "pid",               FIELD_UNSIGNED, 0, get_pid },
        { "cpu_seconds",       FIELD_NUMBER,   0, get_cpu_seconds },
        { "memory_peak_bytes", FIELD_SIGNED64, 0, get_memory_peak_bytes },
        { "output_bytes",      FIELD_COUNT,    0, get_output_bytes },
};
/* clang-format on */

/* Nothing of it is private. */
static uid_t attempt_owner(const void *data) {
        (void) data;
        return 0;
}

const FieldTable attempt_fields = { fields, ARRAY_SIZE(fields), attempt_owner };
