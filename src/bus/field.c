/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/field.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "util/civil-date.h"
#include "util/json-writer.h"
#include "util/string-list.h"

/* 9999-12-31 is the last day whose year has four digits. */
#define INSTANT_SIMPLE_MAX (INT64_C(253402300800) * USEC_PER_SEC)

static const char *const signatures[] = {
        [FIELD_TEXT] = "s",     [FIELD_JSON] = "s",     [FIELD_INSTANT] = "x",    [FIELD_SIGNED] = "i",
        [FIELD_SIGNED64] = "x", [FIELD_UNSIGNED] = "u", [FIELD_COUNT] = "t",      [FIELD_BOOL] = "b",
        [FIELD_NUMBER] = "d",   [FIELD_LIST] = "as",    [FIELD_FAULT] = "(suus)",
};

const char *field_type_signature(FieldType type) {
        assert(type < FIELD_TYPE_COUNT);

        return signatures[type];
}

int field_property_name(const char *name, char **ret) {
        char *copy;
        size_t n = 0;
        bool upper = true;

        copy = strdup(name);
        if (!copy)
                return -ENOMEM;

        for (const char *c = name; *c; c++) {
                if (*c == '_') {
                        upper = true;
                        continue;
                }
                copy[n++] = upper ? (char) toupper((unsigned char) *c) : *c;
                upper = false;
        }
        copy[n] = '\0';

        *ret = copy;
        return 0;
}

/* --- values ---------------------------------------------------------------------------------------- */

bool field_record_is_open(const FieldTable *table, const FieldContext *context, const void *record) {
        return context->may_see_private || table->owner(record) == context->viewer_uid;
}

static void get_value(
                const Field *field,
                const FieldContext *context,
                const void *record,
                bool is_open,
                FieldValue *ret) {

        ret->is_null = false;
        if ((field->flags & FIELD_PRIVATE) != 0 && !is_open)
                ret->is_null = true;
        else
                field->get(context, record, ret);
}

static int append_text(sd_bus_message *message, const Field *field, const FieldValue *value) {
        return sd_bus_message_append_basic(message, 's', value->is_null ? "" : value->text);
}

/* Whatever basic type it is in the end, the value comes from `integer`. */
static int append_integer(sd_bus_message *message, const Field *field, const FieldValue *value) {
        int64_t number = value->integer;

        if (value->is_null)
                number = field->type == FIELD_INSTANT ? USEC_INFINITY : -1;

        if (field->type == FIELD_SIGNED) {
                int32_t narrow = (int32_t) number;

                return sd_bus_message_append_basic(message, 'i', &narrow);
        }
        return sd_bus_message_append_basic(message, 'x', &number);
}

static int append_unsigned(sd_bus_message *message, const Field *field, const FieldValue *value) {
        uint64_t number = value->is_null ? 0 : (uint64_t) value->integer;

        if (field->type == FIELD_UNSIGNED) {
                uint32_t narrow = (uint32_t) number;

                return sd_bus_message_append_basic(message, 'u', &narrow);
        }
        return sd_bus_message_append_basic(message, 't', &number);
}

static int append_bool(sd_bus_message *message, const Field *field, const FieldValue *value) {
        int flag = !value->is_null && value->integer != 0;

        return sd_bus_message_append_basic(message, 'b', &flag);
}

static int append_number(sd_bus_message *message, const Field *field, const FieldValue *value) {
        double number = value->is_null ? -1 : value->number;

        return sd_bus_message_append_basic(message, 'd', &number);
}

static int append_list(sd_bus_message *message, const Field *field, const FieldValue *value) {
        return sd_bus_message_append_strv(message, value->is_null ? NULL : (char **) value->list);
}

static int append_fault(sd_bus_message *message, const Field *field, const FieldValue *value) {
        if (value->is_null)
                return sd_bus_message_append(message, "(suus)", "", 0U, 0U, "");
        return sd_bus_message_append(
                        message, "(suus)", value->fault->file ?: "", (uint32_t) value->fault->line,
                        (uint32_t) value->fault->column, value->fault->message);
}

int field_append(sd_bus_message *message, const Field *field, const FieldValue *value) {
        static int (*const append[])(sd_bus_message *, const Field *, const FieldValue *) = {
                [FIELD_TEXT] = append_text,        [FIELD_JSON] = append_text,
                [FIELD_INSTANT] = append_integer,  [FIELD_SIGNED] = append_integer,
                [FIELD_SIGNED64] = append_integer, [FIELD_UNSIGNED] = append_unsigned,
                [FIELD_COUNT] = append_unsigned,   [FIELD_BOOL] = append_bool,
                [FIELD_NUMBER] = append_number,    [FIELD_LIST] = append_list,
                [FIELD_FAULT] = append_fault,
        };

        return append[field->type](message, field, value);
}

/* Overheads of a dictionary entry and a variant are guessed generously. */
static size_t value_size(const Field *field, const FieldValue *value) {
        size_t size = strlen(field->name) + 32;

        if (value->is_null)
                return size;
        if (field->type == FIELD_TEXT || field->type == FIELD_JSON)
                size += strlen(value->text);
        if (field->type == FIELD_LIST)
                STRING_LIST_FOREACH(item, value->list)
                        size += strlen(*item) + 8;
        if (field->type == FIELD_FAULT)
                size += strlen(value->fault->file ?: "") + strlen(value->fault->message);
        return size;
}

/* --- sets ------------------------------------------------------------------------------------------ */

static int make_names(FieldSet *set) {
        set->json_key_sizes = calloc(set->table->n_fields, sizeof(*set->json_key_sizes));
        if (!set->json_key_sizes)
                return -ENOMEM;

        for (size_t i = 0; i < set->table->n_fields; i++) {
                CLEANUP_FREE char *name = NULL;
                CLEANUP_FREE char *key = NULL;
                int r;

                r = field_property_name(set->table->fields[i].name, &name);
                if (r < 0)
                        return r;
                if (asprintf(&key, "%s\"%s\":", i > 0 ? "," : "{", set->table->fields[i].name) < 0) {
                        key = NULL;
                        return -ENOMEM;
                }
                set->json_key_sizes[i] = strlen(key);
                r = string_list_take_push(&set->property_names, TAKE_PTR(name));
                if (r < 0)
                        return r;
                r = string_list_take_push(&set->json_keys, TAKE_PTR(key));
                if (r < 0)
                        return r;
        }
        return 0;
}

static uint64_t property_flags(const Field *field) {
        if ((field->flags & FIELD_CONST) != 0)
                return SD_BUS_VTABLE_PROPERTY_CONST;
        return (field->flags & FIELD_CHANGES) != 0 ? SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE : 0;
}

/* calloc(): sd-bus wants what its union leaves unused to be zero. */
static int make_vtable(
                FieldSet *set,
                const sd_bus_vtable *methods,
                size_t n_methods,
                sd_bus_property_get_t get) {

        size_t n = 0;

        set->vtable = calloc(n_methods + set->table->n_fields + 2, sizeof(*set->vtable));
        if (!set->vtable)
                return -ENOMEM;

        set->vtable[n++] = (sd_bus_vtable) SD_BUS_VTABLE_START(0);
        memcpy(&set->vtable[n], methods, n_methods * sizeof(*methods));
        n += n_methods;
        for (size_t i = 0; i < set->table->n_fields; i++)
                set->vtable[n++] = (sd_bus_vtable) SD_BUS_PROPERTY(
                                set->property_names[i], signatures[set->table->fields[i].type], get, 0,
                                property_flags(&set->table->fields[i]));
        set->vtable[n] = (sd_bus_vtable) SD_BUS_VTABLE_END;
        return 0;
}

int field_set_init(
                FieldSet *set,
                const FieldTable *table,
                const sd_bus_vtable *methods,
                size_t n_methods,
                sd_bus_property_get_t get) {

        int r;

        assert(set);
        assert(table);

        *set = (FieldSet){ .table = table };
        r = make_names(set);
        if (r >= 0 && get)
                r = make_vtable(set, methods, n_methods, get);
        if (r < 0)
                field_set_done(set);
        return r;
}

void field_set_done(FieldSet *set) {
        set->property_names = string_list_free(set->property_names);
        set->json_keys = string_list_free(set->json_keys);
        free(set->json_key_sizes);
        free(set->vtable);
        *set = (FieldSet){ 0 };
}

const Field *field_set_find(const FieldSet *set, const char *property) {
        for (size_t i = 0; i < set->table->n_fields; i++)
                if (strcmp(set->property_names[i], property) == 0)
                        return &set->table->fields[i];
        return NULL;
}

int field_set_append_property(
                const FieldSet *set,
                const FieldContext *context,
                const void *record,
                const Field *field,
                sd_bus_message *message) {

        FieldValue value;

        get_value(field, context, record, field_record_is_open(set->table, context, record), &value);
        return field_append(message, field, &value);
}

static int append_entry(
                sd_bus_message *message,
                const char *name,
                const Field *field,
                const FieldValue *value) {

        int r;

        r = sd_bus_message_open_container(message, 'e', "sv");
        if (r < 0)
                return r;
        r = sd_bus_message_append_basic(message, 's', name);
        if (r < 0)
                return r;
        r = sd_bus_message_open_container(message, 'v', signatures[field->type]);
        if (r < 0)
                return r;
        r = field_append(message, field, value);
        if (r < 0)
                return r;
        r = sd_bus_message_close_container(message);
        if (r < 0)
                return r;
        return sd_bus_message_close_container(message);
}

int field_set_append_row(
                const FieldSet *set,
                const FieldContext *context,
                const void *record,
                sd_bus_message *message,
                unsigned flags,
                unsigned without,
                size_t *size_bytes) {

        bool is_open = field_record_is_open(set->table, context, record);
        int r;

        r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r < 0)
                return r;

        for (size_t i = 0; i < set->table->n_fields; i++) {
                const Field *field = &set->table->fields[i];
                FieldValue value;

                if ((flags != 0 && (field->flags & flags) == 0) || (field->flags & without) != 0)
                        continue;
                get_value(field, context, record, is_open, &value);
                r = append_entry(message, set->property_names[i], field, &value);
                if (r < 0)
                        return r;
                if (size_bytes)
                        *size_bytes += value_size(field, &value);
        }

        return sd_bus_message_close_container(message);
}

/* --- JSON ------------------------------------------------------------------------------------------ */

/* Digits by hand: rows have a dozen numbers each, and printf() would be most of the time of a dump. */
static void add_integer(Buffer *buffer, int64_t value) {
        uint64_t rest = value < 0 ? -(uint64_t) value : (uint64_t) value;
        char text[24];
        size_t n = sizeof(text);

        do {
                text[--n] = (char) ('0' + rest % 10);
                rest /= 10;
        } while (rest > 0);
        if (value < 0)
                text[--n] = '-';
        (void) buffer_add(buffer, text + n, sizeof(text) - n);
}

/* Writes `n_digits` digits; returns what follows them. */
static char *put_digits(char *text, uint64_t value, unsigned n_digits) {
        for (unsigned i = n_digits; i > 0; i--) {
                text[i - 1] = (char) ('0' + value % 10);
                value /= 10;
        }
        return text + n_digits;
}

/* As json_writer_instant(), which takes ten times as long, for the years that have four digits. */
static void add_instant(JsonWriter *json, usec_t instant_usec) {
        char text[] = "\"YYYY-MM-DDTHH:MM:SS.UUUUUUZ\"";
        uint64_t of_day;
        CivilDate date;

        if (instant_usec < 0 || instant_usec >= INSTANT_SIMPLE_MAX) {
                json_writer_instant(json, NULL, instant_usec);
                return;
        }
        date = civil_date_from_days(instant_usec / USEC_PER_DAY);
        of_day = (uint64_t) (instant_usec % USEC_PER_DAY);

        (void) put_digits(text + 1, (uint64_t) date.year, 4);
        (void) put_digits(text + 6, (uint64_t) date.month, 2);
        (void) put_digits(text + 9, (uint64_t) date.day, 2);
        (void) put_digits(text + 12, of_day / USEC_PER_HOUR, 2);
        (void) put_digits(text + 15, of_day / USEC_PER_MINUTE % 60, 2);
        (void) put_digits(text + 18, of_day / USEC_PER_SEC % 60, 2);
        (void) put_digits(text + 21, of_day % USEC_PER_SEC, 6);
        (void) buffer_add(json->buffer, text, sizeof(text) - 1);
}

/* Seconds are as fine as microseconds: "12.5", "0.000001", "3". */
static void add_number(JsonWriter *json, double number) {
        double scaled = number * 1e6;
        char fraction[] = { '.', '0', '0', '0', '0', '0', '0' };
        size_t n = sizeof(fraction);
        int64_t usec;

        if (!(scaled >= 0 && scaled < 9e15)) {
                json_writer_double(json, NULL, number);
                return;
        }
        usec = (int64_t) (scaled + 0.5);
        add_integer(json->buffer, usec / USEC_PER_SEC);
        (void) put_digits(fraction + 1, (uint64_t) (usec % USEC_PER_SEC), 6);
        while (n > 1 && fraction[n - 1] == '0')
                n--;
        if (n > 1)
                (void) buffer_add(json->buffer, fraction, n);
}

static void add_fault(JsonWriter *json, const Diagnostic *fault) {
        json_writer_begin_object(json, NULL);
        json_writer_string(json, "file", fault->file);
        if (fault->line > 0)
                json_writer_integer(json, "line", fault->line);
        else
                json_writer_null(json, "line");
        if (fault->column > 0)
                json_writer_integer(json, "column", fault->column);
        else
                json_writer_null(json, "column");
        json_writer_string(json, "message", fault->message);
        json_writer_end_object(json);
}

/* Inside JSON a line break is always blank space: one record stays one line. */
static void add_raw(Buffer *buffer, const char *text) {
        for (const char *c = text; *c; c++)
                (void) buffer_add_char(buffer, *c == '\n' || *c == '\r' ? ' ' : *c);
}

static void add_value(Buffer *buffer, const Field *field, const FieldValue *value) {
        JsonWriter json;

        if (value->is_null && field->type != FIELD_LIST) {
                (void) buffer_add(buffer, "null", 4);
                return;
        }

        json_writer_init(&json, buffer);
        switch (field->type) {
        case FIELD_TEXT:
                json_writer_string(&json, NULL, value->text);
                break;
        case FIELD_JSON:
                add_raw(buffer, value->text);
                break;
        case FIELD_INSTANT:
                add_instant(&json, value->integer);
                break;
        case FIELD_BOOL:
                json_writer_bool(&json, NULL, value->integer != 0);
                break;
        case FIELD_NUMBER:
                add_number(&json, value->number);
                break;
        case FIELD_LIST:
                json_writer_string_list(&json, NULL, value->is_null ? NULL : value->list);
                break;
        case FIELD_FAULT:
                add_fault(&json, value->fault);
                break;
        default:
                add_integer(buffer, value->integer);
                break;
        }
}

void field_set_add_json(
                const FieldSet *set,
                const FieldContext *context,
                const void *record,
                Buffer *buffer) {

        bool is_open = field_record_is_open(set->table, context, record);

        for (size_t i = 0; i < set->table->n_fields; i++) {
                FieldValue value;

                if ((set->table->fields[i].flags & FIELD_DETAIL) != 0)
                        continue;
                get_value(&set->table->fields[i], context, record, is_open, &value);
                (void) buffer_add(buffer, set->json_keys[i], set->json_key_sizes[i]);
                add_value(buffer, &set->table->fields[i], &value);
        }
        (void) buffer_add(buffer, "}\n", 2);
}
