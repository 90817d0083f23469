/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What list-dependencies shows of one edge between two jobs. */

#include "bus/field-get.h"
#include "manager/dependency-list.h"

static void give_job_state(FieldValue *value, const ScheduledJob *job) {
        field_give_text(value, job ? job_state_to_string(scheduled_job_state(job)) : NULL);
}

static const char *last_state(const ScheduledJob *job) {
        return job && job->stored.last_execution_id != 0 ? execution_state_to_string(job->stored.last_state)
                                                         : NULL;
}

/* clang-format off */
FIELD_GET(Dependency, job,               field_give_text(value, record->job_name));
FIELD_GET(Dependency, predecessor,       field_give_text(value, record->predecessor_name));
FIELD_GET(Dependency, kind,              field_give_text(value, dependency_kind_to_string(record->kind)));
FIELD_GET(Dependency, when,              field_give_text(value, after_when_to_string(record->when)));
FIELD_GET(Dependency, standing,          field_give_text(value, join_standing_to_string(record->standing)));
FIELD_GET(Dependency, job_state,         give_job_state(value, record->job));
FIELD_GET(Dependency, predecessor_state, give_job_state(value, record->predecessor));
FIELD_GET(Dependency, last_execution,    field_give_known(value, record->predecessor ? (int64_t) record->predecessor->stored.last_execution_id : 0, 0));
FIELD_GET(Dependency, last_state,        field_give_text(value, last_state(record->predecessor)));
FIELD_GET(Dependency, last_ended,        field_give_instant(value, record->predecessor ? record->predecessor->stored.last_ended_usec : USEC_INFINITY));

static const Field fields[] = {
        { "job",               FIELD_TEXT,    0, get_job },
        { "predecessor",       FIELD_TEXT,    0, get_predecessor },
        { "kind",              FIELD_TEXT,    0, get_kind },
        { "when",              FIELD_TEXT,    0, get_when },
        { "standing",          FIELD_TEXT,    0, get_standing },
        { "job_state",         FIELD_TEXT,    0, get_job_state },
        { "predecessor_state", FIELD_TEXT,    0, get_predecessor_state },
        { "last_execution",    FIELD_COUNT,   0, get_last_execution },
        { "last_state",        FIELD_TEXT,    0, get_last_state },
        { "last_ended",        FIELD_INSTANT, 0, get_last_ended },
};
/* clang-format on */

static uid_t dependency_owner(const void *data) {
        return ((const Dependency *) data)->declared_by->stored.owner_uid;
}

const FieldTable dependency_fields = { fields, ARRAY_SIZE(fields), dependency_owner };
