/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What list-actions shows of an action program (SEMANTICS 5), in that order. */

#include "bus/field-get.h"
#include "job/action-catalog.h"

/* clang-format off */
FIELD_GET(ActionDescription, name,        field_give_text(value, record->name));
FIELD_GET(ActionDescription, path,        field_give_text(value, record->path));
FIELD_GET(ActionDescription, builtin,     field_give_integer(value, record->builtin));
FIELD_GET(ActionDescription, description, field_give_text(value, record->description));
FIELD_GET(ActionDescription, error,       field_give_text(value, record->error));
FIELD_GET(ActionDescription, schema,      field_give_text(value, record->schema));
FIELD_GET(ActionDescription, notes,       field_give_text(value, record->notes));
FIELD_GET(ActionDescription, example,     field_give_text(value, record->example));

static const Field fields[] = {
        { "name",        FIELD_TEXT, 0, get_name },
        { "path",        FIELD_TEXT, 0, get_path },
        { "builtin",     FIELD_BOOL, 0, get_builtin },
        { "description", FIELD_TEXT, 0, get_description },
        { "error",       FIELD_TEXT, 0, get_error },
        { "schema",      FIELD_JSON, 0, get_schema },
        { "notes",       FIELD_TEXT, 0, get_notes },
        { "example",     FIELD_TEXT, 0, get_example },
};
/* clang-format on */

/* They are offered to everybody. */
static uid_t action_owner(const void *data) {
        (void) data;
        return 0;
}

const FieldTable action_fields = { fields, ARRAY_SIZE(fields), action_owner };
