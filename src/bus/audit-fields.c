/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An audit event, as SEMANTICS 5 lists it, in that order. */

#include "bus/field-get.h"

#include <stdio.h>

/* What was done to an execution is told by its number, unless there is more to say. */
static void get_detail(const FieldContext *context, const void *data, FieldValue *value) {
        const AuditRecord *record = data;

        field_give_text(value, record->detail);
        if (!record->detail && record->execution_id != 0) {
                (void) snprintf(value->scratch, sizeof(value->scratch), "execution %" PRIu64,
                                record->execution_id);
                field_give_text(value, value->scratch);
        }
}

/* clang-format off */
FIELD_GET(AuditRecord, id,     field_give_integer(value, (int64_t) record->id));
FIELD_GET(AuditRecord, time,   field_give_instant(value, record->time_usec));
FIELD_GET(AuditRecord, event,  field_give_text(value, audit_event_to_string(record->event)));
FIELD_GET(AuditRecord, job,    field_give_text(value, record->job));
FIELD_GET(AuditRecord, user,   field_give_text(value, record->user));
FIELD_GET(AuditRecord, uid,    field_give_integer(value, record->uid));
FIELD_GET(AuditRecord, origin, field_give_text(value, record->origin));

static const Field fields[] = {
        { "id",     FIELD_COUNT,    0,             get_id },
        { "time",   FIELD_INSTANT,  0,             get_time },
        { "event",  FIELD_TEXT,     0,             get_event },
        { "job",    FIELD_TEXT,     0,             get_job },
        { "user",   FIELD_TEXT,     0,             get_user },
        { "uid",    FIELD_UNSIGNED, 0,             get_uid },
        { "origin", FIELD_TEXT,     0,             get_origin },
        { "detail", FIELD_TEXT,     FIELD_PRIVATE, get_detail },
};
/* clang-format on */

static uid_t audit_owner(const void *data) {
        return ((const AuditRecord *) data)->uid;
}

const FieldTable audit_fields = { fields, ARRAY_SIZE(fields), audit_owner };
