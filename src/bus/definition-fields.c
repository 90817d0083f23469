/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a dump of definitions has of a job: enough to make the same again. */

#include "bus/field-get.h"

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
        { "one_shot",   FIELD_BOOL,     0,             get_one_shot },
        { "file",       FIELD_TEXT,     FIELD_PRIVATE, get_file },
};
/* clang-format on */

static uid_t job_owner(const void *data) {
        return ((const ScheduledJob *) data)->stored.owner_uid;
}

const FieldTable definition_fields = { fields, ARRAY_SIZE(fields), job_owner };
