/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What list-queues shows of a queue (SEMANTICS 5), in that order. */

#include "bus/field-get.h"

/* clang-format off */
FIELD_GET(QueueStatus, name,    field_give_text(value, record->name));
FIELD_GET(QueueStatus, slots,   field_give_integer(value, (int64_t) record->slots));
FIELD_GET(QueueStatus, used,    field_give_integer(value, (int64_t) record->used));
FIELD_GET(QueueStatus, waiting, field_give_integer(value, (int64_t) record->waiting));
FIELD_GET(QueueStatus, paused,  field_give_integer(value, record->paused_since_usec != USEC_INFINITY));

static const Field fields[] = {
        { "name",    FIELD_TEXT,  0, get_name },
        { "slots",   FIELD_COUNT, 0, get_slots },
        { "used",    FIELD_COUNT, 0, get_used },
        { "waiting", FIELD_COUNT, 0, get_waiting },
        { "paused",  FIELD_BOOL,  0, get_paused },
};
/* clang-format on */

/* Queues belong to the instance. */
static uid_t queue_owner(const void *data) {
        (void) data;
        return 0;
}

const FieldTable queue_fields = { fields, ARRAY_SIZE(fields), queue_owner };
