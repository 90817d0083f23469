/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What list-timers shows of a job (SEMANTICS 5), in that order. */

#include "bus/field-get.h"

/* clang-format off */
FIELD_GET(ScheduledJob, job,            field_give_text(value, record->stored.name));
FIELD_GET(ScheduledJob, schedule,       field_give_list(value, record->job ? record->job->schedule_texts : NULL));
FIELD_GET(ScheduledJob, next_due,       field_give_instant(value, scheduled_job_next_due(record)));
FIELD_GET(ScheduledJob, next_start,     field_give_instant(value, record->next_start_usec));
FIELD_GET(ScheduledJob, left_seconds,   field_give_span(value, context->now_usec, record->next_start_usec));
FIELD_GET(ScheduledJob, last_due,       field_give_instant(value, record->stored.last_due_usec));
FIELD_GET(ScheduledJob, last_started,   field_give_instant(value, record->stored.last_started_usec));
FIELD_GET(ScheduledJob, passed_seconds, field_give_span(value, record->stored.last_started_usec, context->now_usec));

static const Field fields[] = {
        { "job",            FIELD_TEXT,    0, get_job },
        { "schedule",       FIELD_LIST,    0, get_schedule },
        { "next_due",       FIELD_INSTANT, 0, get_next_due },
        { "next_start",     FIELD_INSTANT, 0, get_next_start },
        { "left_seconds",   FIELD_NUMBER,  0, get_left_seconds },
        { "last_due",       FIELD_INSTANT, 0, get_last_due },
        { "last_started",   FIELD_INSTANT, 0, get_last_started },
        { "passed_seconds", FIELD_NUMBER,  0, get_passed_seconds },
};
/* clang-format on */

static uid_t timer_owner(const void *data) {
        return ((const ScheduledJob *) data)->stored.owner_uid;
}

const FieldTable timer_fields = { fields, ARRAY_SIZE(fields), timer_owner };
