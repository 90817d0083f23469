/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a dump of definitions has of a job: enough to make the same again. */

#include "bus/field-get.h"
#include "manager/job-leave.h"

static void get_paused_until(const FieldContext *context, const void *data, FieldValue *value) {
        const ScheduledJob *record = data;
        bool paused = record->stored.paused_since_usec != USEC_INFINITY;

        field_give_instant(value, paused ? record->stored.paused_until_usec : USEC_INFINITY);
}

/* clang-format off */
FIELD_GET(ScheduledJob, name,       field_give_text(value, record->stored.name));
FIELD_GET(ScheduledJob, owner,      field_give_user(context, value, record->stored.owner_uid));
FIELD_GET(ScheduledJob, owner_uid,  field_give_integer(value, record->stored.owner_uid));
FIELD_GET(ScheduledJob, origin,     field_give_text(value, job_origin_to_string(record->stored.origin)));
FIELD_GET(ScheduledJob, revision,   field_give_integer(value, (int64_t) record->stored.revision));
FIELD_GET(ScheduledJob, source,     field_give_text(value, record->stored.source));
FIELD_GET(ScheduledJob, definition, field_give_text(value, record->job ? record->job->definition : NULL));
FIELD_GET(ScheduledJob, paused,     field_give_integer(value, record->stored.paused_since_usec != USEC_INFINITY));
FIELD_GET(ScheduledJob, one_shot,   field_give_integer(value, record->stored.one_shot));
FIELD_GET(ScheduledJob, pending,    field_give_integer(value, job_has_times_left(record, context->now_usec)));
FIELD_GET(ScheduledJob, file,       field_give_text(value, record->job ? record->job->file : NULL));

static const Field fields[] = {
        { "name",       FIELD_TEXT,     0,             get_name },
        { "owner",      FIELD_TEXT,     0,             get_owner },
        { "owner_uid",  FIELD_UNSIGNED, 0,             get_owner_uid },
        { "origin",     FIELD_TEXT,     0,             get_origin },
        { "revision",   FIELD_COUNT,    0,             get_revision },
        { "source",     FIELD_TEXT,     FIELD_PRIVATE, get_source },
        { "definition", FIELD_TEXT,     FIELD_PRIVATE, get_definition },
        { "paused",     FIELD_BOOL,     0,             get_paused },
        { "paused_until", FIELD_INSTANT, 0,            get_paused_until },
        { "one_shot",   FIELD_BOOL,     0,             get_one_shot },
        { "pending",    FIELD_BOOL,     0,             get_pending },
        { "file",       FIELD_TEXT,     FIELD_PRIVATE, get_file },
};
/* clang-format on */

static uid_t job_owner(const void *data) {
        return ((const ScheduledJob *) data)->stored.owner_uid;
}

const FieldTable definition_fields = { fields, ARRAY_SIZE(fields), job_owner };
