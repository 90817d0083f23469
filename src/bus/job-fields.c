/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Job, as SEMANTICS 5 lists it, in that order. */

#include <stdio.h>

#include "bus/field-get.h"
#include "manager/expectation.h"

/* A job that never loaded has no definition: what is left is what the store and the fault say. */
static const char *definition_file(const ScheduledJob *record) {
        if (record->job)
                return record->job->file;
        return record->stored.file ?: record->load_error.file;
}

static unsigned definition_line(const ScheduledJob *record) {
        if (!definition_file(record))
                return 0;
        if (record->job)
                return record->job->line;
        return record->stored.line > 0 ? record->stored.line : record->load_error.line;
}

static void get_user(const FieldContext *context, const void *data, FieldValue *value) {
        const ScheduledJob *record = data;

        if (record->job && record->job->process.user)
                field_give_text(value, record->job->process.user);
        else
                field_give_user(context, value, record->stored.owner_uid);
}

static unsigned n_running(const ScheduledJob *record) {
        return (unsigned) record->n_marks[MARK_RUNNING];
}

static void get_last_state(const FieldContext *context, const void *data, FieldValue *value) {
        const ScheduledJob *record = data;

        value->is_null = record->stored.last_execution_id == 0; /* it may have ended without a start */
        if (!value->is_null)
                value->text = execution_state_to_string(record->stored.last_state);
}

static bool is_paused(const ScheduledJob *record) {
        return record->stored.paused_since_usec != USEC_INFINITY;
}

static void get_paused_until(const FieldContext *context, const void *data, FieldValue *value) {
        const ScheduledJob *record = data;

        field_give_instant(value, is_paused(record) ? record->stored.paused_until_usec : USEC_INFINITY);
}

static void get_load_error(const FieldContext *context, const void *data, FieldValue *value) {
        const ScheduledJob *record = data;

        value->fault = &record->load_error;
        value->is_null = !record->load_error.message;
}

/* clang-format off */
FIELD_GET(ScheduledJob, name,        field_give_text(value, record->stored.name));
FIELD_GET(ScheduledJob, owner,       field_give_user(context, value, record->stored.owner_uid));
FIELD_GET(ScheduledJob, origin,      field_give_text(value, job_origin_to_string(record->stored.origin)));
FIELD_GET(ScheduledJob, file,        field_give_text(value, definition_file(record)));
FIELD_GET(ScheduledJob, line,        field_give_known(value, definition_line(record), 0));
FIELD_GET(ScheduledJob, description, field_give_text(value, record->job ? record->job->description : NULL));
FIELD_GET(ScheduledJob, kind,        field_give_text(value, record->job ? job_kind(record->job) : NULL));
FIELD_GET(ScheduledJob, state,       field_give_text(value, job_state_to_string(scheduled_job_state(record))));
FIELD_GET(ScheduledJob, enabled,     field_give_integer(value, record->job && record->job->enabled));
FIELD_GET(ScheduledJob, warnings,    field_give_list(value, record->warnings ?: (record->job ? record->job->warnings : NULL)));
FIELD_GET(ScheduledJob, schedule,    field_give_list(value, record->job ? record->job->schedule_texts : NULL));
FIELD_GET(ScheduledJob, schedule_descriptions, field_give_list(value, record->job ? record->job->schedule_descriptions : NULL));
FIELD_GET(ScheduledJob, after,       field_give_list(value, record->job ? record->job->after.jobs : NULL));
FIELD_GET(ScheduledJob, after_when,  field_give_text(value, record->job && record->job->after.jobs ? after_when_to_string(record->job->after.when) : NULL));
FIELD_GET(ScheduledJob, triggers_on_success, field_give_list(value, record->job ? record->job->triggers.on_success : NULL));
FIELD_GET(ScheduledJob, triggers_on_failure, field_give_list(value, record->job ? record->job->triggers.on_failure : NULL));
FIELD_GET(ScheduledJob, timezone,    field_give_text(value, record->job ? record->job->timezone : NULL));
FIELD_GET(ScheduledJob, next_due,    field_give_instant(value, scheduled_job_next_due(record)));
FIELD_GET(ScheduledJob, next_start,  field_give_instant(value, record->next_start_usec));
FIELD_GET(ScheduledJob, last_due,    field_give_instant(value, record->stored.last_due_usec));
FIELD_GET(ScheduledJob, last_execution, field_give_known(value, (int64_t) record->stored.last_execution_id, 0));
FIELD_GET(ScheduledJob, expect_by,   field_give_instant(value, expectation_deadline(record)));
FIELD_GET(ScheduledJob, overdue,     field_give_integer(value, record->stored.overdue_usec != USEC_INFINITY));
FIELD_GET(ScheduledJob, running,     field_give_integer(value, n_running(record)));
FIELD_GET(ScheduledJob, paused,      field_give_integer(value, is_paused(record)));
FIELD_GET(ScheduledJob, revision,    field_give_integer(value, (int64_t) record->stored.revision));

FIELD_GET(ScheduledJob, queue,       field_give_text(value, record->job ? record->job->queue : NULL));
FIELD_GET(ScheduledJob, priority,    field_give_integer(value, record->job ? (int64_t) record->job->priority : PRIORITY_DEFAULT));
FIELD_GET(ScheduledJob, template,    field_give_text(value, record->job ? record->job->template : NULL));
FIELD_GET(ScheduledJob, profile,     field_give_text(value, record->job ? record->job->profile : NULL));
FIELD_GET(ScheduledJob, tags,        field_give_list(value, record->job ? record->job->tags : NULL));

static const Field fields[] = {
        { "name",           FIELD_TEXT,     FIELD_CONST,   get_name },
        { "owner",          FIELD_TEXT,     0,             get_owner },
        { "user",           FIELD_TEXT,     0,             get_user },
        { "origin",         FIELD_TEXT,     0,             get_origin },
        { "file",           FIELD_TEXT,     FIELD_PRIVATE, get_file },
        { "line",           FIELD_UNSIGNED, FIELD_PRIVATE, get_line },
        { "description",    FIELD_TEXT,     0,             get_description },
        { "kind",           FIELD_TEXT,     0,             get_kind },
        { "state",          FIELD_TEXT,     FIELD_CHANGES, get_state },
        { "enabled",        FIELD_BOOL,     FIELD_CHANGES, get_enabled },
        { "load_error",     FIELD_FAULT,    FIELD_PRIVATE, get_load_error },
        { "warnings",       FIELD_LIST,     FIELD_PRIVATE, get_warnings },
        { "schedule",       FIELD_LIST,     0,             get_schedule },
        { "schedule_descriptions", FIELD_LIST, FIELD_DETAIL, get_schedule_descriptions },
        { "after",          FIELD_LIST,     FIELD_DETAIL,  get_after },
        { "after_when",     FIELD_TEXT,     FIELD_DETAIL,  get_after_when },
        { "triggers_on_success", FIELD_LIST, FIELD_DETAIL, get_triggers_on_success },
        { "triggers_on_failure", FIELD_LIST, FIELD_DETAIL, get_triggers_on_failure },
        { "timezone",       FIELD_TEXT,     0,             get_timezone },
        { "next_due",       FIELD_INSTANT,  FIELD_CHANGES, get_next_due },
        { "next_start",     FIELD_INSTANT,  FIELD_CHANGES, get_next_start },
        { "last_due",       FIELD_INSTANT,  FIELD_CHANGES, get_last_due },
        { "last_execution", FIELD_COUNT,    FIELD_CHANGES, get_last_execution },
        { "last_state",     FIELD_TEXT,     FIELD_CHANGES, get_last_state },
        { "running",        FIELD_UNSIGNED, FIELD_CHANGES, get_running },
        { "expect_by",      FIELD_INSTANT,  FIELD_DETAIL | FIELD_CHANGES, get_expect_by },
        { "overdue",        FIELD_BOOL,     FIELD_DETAIL | FIELD_CHANGES, get_overdue },
        { "paused",         FIELD_BOOL,     FIELD_CHANGES, get_paused },
        { "paused_until",   FIELD_INSTANT,  FIELD_CHANGES, get_paused_until },
        { "queue",          FIELD_TEXT,     0,             get_queue },
        { "priority",       FIELD_UNSIGNED, 0,             get_priority },
        { "template",       FIELD_TEXT,     FIELD_PRIVATE, get_template },
        { "profile",        FIELD_TEXT,     FIELD_PRIVATE, get_profile },
        { "tags",           FIELD_LIST,     0,             get_tags },
        { "revision",       FIELD_COUNT,    FIELD_CHANGES, get_revision },
};
/* clang-format on */

static uid_t job_owner(const void *data) {
        return ((const ScheduledJob *) data)->stored.owner_uid;
}

const FieldTable job_fields = { fields, ARRAY_SIZE(fields), job_owner };
