/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Record kinds as tables of fields: each field has one row, which serves the D-Bus property (its name in
 * PascalCase), the a{sv} rows of lists and the JSON lines, so that nothing is written twice.
 *
 * "Unknown" is null in JSON. D-Bus has no null: an instant is INT64_MAX, a signed number -1, an unsigned one
 * 0, a text or a list empty.
 */

#include <systemd/sd-bus.h>

#include "job/audit-record.h"
#include "job/execution-record.h"
#include "manager/manager.h"
#include "util/buffer.h"
#include "util/diagnostics.h"
#include "util/types.h"

typedef struct UserNames UserNames;

typedef enum FieldType {
        FIELD_TEXT,     /* s */
        FIELD_JSON,     /* s: a JSON text, which stands in JSON as it is */
        FIELD_INSTANT,  /* x */
        FIELD_SIGNED,   /* i */
        FIELD_SIGNED64, /* x */
        FIELD_UNSIGNED, /* u */
        FIELD_COUNT,    /* t */
        FIELD_BOOL,     /* b */
        FIELD_NUMBER,   /* d */
        FIELD_LIST,     /* as */
        FIELD_FAULT,    /* (suus): file, line, column, message */
        FIELD_TYPE_COUNT,
} FieldType;

#define FIELD_SCRATCH_SIZE 64U

/* Which member holds the value follows from the type; all borrowed from the record or the scratch space. */
typedef struct FieldValue {
        bool is_null;
        const char *text;
        int64_t integer; /* instants, all integers, booleans */
        double number;
        char *const *list;
        const Diagnostic *fault;
        char scratch[FIELD_SCRATCH_SIZE];
} FieldValue;

/* What a getter may need beside the record, and who looks. */
typedef struct FieldContext {
        UserNames *users;
        usec_t now_usec;
        uid_t viewer_uid;
        bool may_see_private; /* also of records that are not the viewer's */
} FieldContext;

typedef enum FieldFlags {
        FIELD_CHANGES = 1 << 0, /* told by PropertiesChanged */
        FIELD_CONST = 1 << 1,
        FIELD_PRIVATE = 1 << 2, /* unknown to who may not see other people's definitions and output */
        FIELD_DETAIL = 1 << 3,  /* a property of the object only: not in JSON, whose keys are fixed */
} FieldFlags;

typedef struct Field {
        const char *name; /* in JSON */
        FieldType type;
        unsigned flags;
        void (*get)(const FieldContext *context, const void *record, FieldValue *ret);
} Field;

typedef struct FieldTable {
        const Field *fields;
        size_t n_fields;
        uid_t (*owner)(const void *record);
} FieldTable;

extern const FieldTable job_fields;        /* const ScheduledJob * */
extern const FieldTable execution_fields;  /* const ExecutionRecord * */
extern const FieldTable attempt_fields;    /* const AttemptRecord * */
extern const FieldTable audit_fields;      /* const AuditRecord * */
extern const FieldTable timer_fields;      /* const ScheduledJob * */
extern const FieldTable dependency_fields; /* const Dependency * (manager/dependency-list.h) */
extern const FieldTable definition_fields; /* const ScheduledJob * */
extern const FieldTable queue_fields;      /* const QueueStatus * */
extern const FieldTable action_fields;     /* const ActionDescription * */

/* Whether this viewer gets to see the private fields of the record. */
bool field_record_is_open(const FieldTable *table, const FieldContext *context, const void *record);

/* "next_due" → "NextDue". Returns 0 or -ENOMEM. */
int field_property_name(const char *name, char **ret);

const char *field_type_signature(FieldType type);

/* Appends one value of the type's signature. */
int field_append(sd_bus_message *message, const Field *field, const FieldValue *value);

/* A ready FieldTable with the names of its properties. */
typedef struct FieldSet {
        const FieldTable *table;
        char **property_names;  /* one for each field */
        char **json_keys;       /* `,"name":`, one for each field … */
        size_t *json_key_sizes; /* … and how long it is */
        sd_bus_vtable *vtable;  /* methods, then properties; NULL: never an object */
} FieldSet;

/*
 * `methods` are rows of a vtable, without start and end; n_methods 0 for records that are no objects.
 * The userdata of `get` is the object's.
 */
int field_set_init(
                FieldSet *set,
                const FieldTable *table,
                const sd_bus_vtable *methods,
                size_t n_methods,
                sd_bus_property_get_t get);
void field_set_done(FieldSet *set);

/* The field of a property, or NULL. */
const Field *field_set_find(const FieldSet *set, const char *property);

/* Writes the value, or what stands for unknown if the viewer may not see it. */
int field_set_append_property(
                const FieldSet *set,
                const FieldContext *context,
                const void *record,
                const Field *field,
                sd_bus_message *message);

/*
 * Appends an a{sv} with the fields that have any of `flags` (0: all) and none of `without`. Adds the rough
 * size to *size_bytes, if not NULL.
 */
int field_set_append_row(
                const FieldSet *set,
                const FieldContext *context,
                const void *record,
                sd_bus_message *message,
                unsigned flags,
                unsigned without,
                size_t *size_bytes);

/* Adds one line of JSON. Failure is remembered by the buffer. */
void field_set_add_json(const FieldSet *set, const FieldContext *context, const void *record, Buffer *buffer);
