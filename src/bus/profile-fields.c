/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What list-profiles and list-templates show (SEMANTICS 5), in that order. */

#include "bus/profile-fields.h"

#include <string.h>

#include "bus/field-get.h"
#include "job/template-schema.h"
#include "util/json-writer.h"
#include "util/string-list.h"

/* clang-format off */
FIELD_GET(ProfileRow, name,     field_give_text(value, record->status->name));
FIELD_GET(ProfileRow, revision, field_give_integer(value, (int64_t) record->status->revision));
FIELD_GET(ProfileRow, origin,   field_give_text(value, job_origin_to_string(record->status->origin)));
FIELD_GET(ProfileRow, values,   field_give_text(value, record->values));
FIELD_GET(ProfileRow, used_by,  field_give_list(value, record->status->used_by));
FIELD_GET(ProfileRow, hidden,   field_give_integer(value, record->status->hidden));
FIELD_GET(ProfileRow, owner,    field_give_user(context, value, record->status->owner_uid));
FIELD_GET(ProfileRow, changed,  field_give_instant(value, record->status->changed_usec));
FIELD_GET(ProfileRow, file,     field_give_text(value, record->status->file));
FIELD_GET(ProfileRow, line,     field_give_integer(value, record->status->line));

static const Field profile_table[] = {
        { "name",     FIELD_TEXT,     0,             get_name },
        { "revision", FIELD_COUNT,    0,             get_revision },
        { "origin",   FIELD_TEXT,     0,             get_origin },
        { "values",   FIELD_JSON,     FIELD_PRIVATE, get_values },
        { "used_by",  FIELD_LIST,     FIELD_PRIVATE, get_used_by },
        { "hidden",   FIELD_BOOL,     0,             get_hidden },
        { "owner",    FIELD_TEXT,     FIELD_DETAIL,  get_owner },
        { "changed",  FIELD_INSTANT,  FIELD_DETAIL,  get_changed },
        { "file",     FIELD_TEXT,     FIELD_DETAIL,  get_file },
        { "line",     FIELD_UNSIGNED, FIELD_DETAIL,  get_line },
};

static double seconds(usec_t span_usec) {
        return (double) span_usec / (double) USEC_PER_SEC;
}

FIELD_GET(TemplateRow, template_name,        field_give_text(value, record->template->name));
FIELD_GET(TemplateRow, description,          field_give_text(value, record->template->description));
FIELD_GET(TemplateRow, user_triggered,       field_give_integer(value, record->template->user_triggered));
FIELD_GET(TemplateRow, delay,                value->number = seconds(record->template->delay_usec));
FIELD_GET(TemplateRow, reschedule,           field_give_integer(value, record->template->reschedule));
FIELD_GET(TemplateRow, parameters,           field_give_text(value, record->parameters));
FIELD_GET(TemplateRow, schema,             field_give_text(value, record->schema));
FIELD_GET(TemplateRow, kind,                 field_give_text(value, record->template->kind));
FIELD_GET(TemplateRow, base,                 field_give_text(value, record->template->base));
FIELD_GET(TemplateRow, template_file,        field_give_text(value, record->template->file));
FIELD_GET(TemplateRow, template_line,        field_give_integer(value, record->template->line));

static const Field template_table[] = {
        { "name",           FIELD_TEXT,     0,            get_template_name },
        { "description",    FIELD_TEXT,     0,            get_description },
        { "user_triggered", FIELD_BOOL,     0,            get_user_triggered },
        { "delay",          FIELD_NUMBER,   0,            get_delay },
        { "reschedule",     FIELD_BOOL,     0,            get_reschedule },
        { "parameters",     FIELD_JSON,     0,            get_parameters },
        { "schema",         FIELD_JSON,     FIELD_DETAIL, get_schema },
        { "kind",           FIELD_TEXT,     FIELD_DETAIL, get_kind },
        { "base",           FIELD_TEXT,     FIELD_DETAIL, get_base },
        { "file",           FIELD_TEXT,     FIELD_DETAIL, get_template_file },
        { "line",           FIELD_UNSIGNED, FIELD_DETAIL, get_template_line },
};
/* clang-format on */

static uid_t profile_owner(const void *data) {
        return ((const ProfileRow *) data)->status->owner_uid;
}

/* Templates are offered to everybody. */
static uid_t template_owner(const void *data) {
        (void) data;
        return 0;
}

const FieldTable profile_fields = { profile_table, ARRAY_SIZE(profile_table), profile_owner };
const FieldTable template_fields = { template_table, ARRAY_SIZE(template_table), template_owner };

void profile_row_done(ProfileRow *row) {
        free(row->values);
}

void template_row_done(TemplateRow *row) {
        free(row->parameters);
        free(row->schema);
}

int profile_row_init(ProfileRow *row, const ProfileStatus *status) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        row->status = status;
        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        STRING_LIST_FOREACH(line, status->values) {
                CLEANUP_FREE char *name = strndup(*line, strcspn(*line, "="));

                if (!name)
                        return -ENOMEM;
                json_writer_string(&writer, name, *line + strlen(name) + 1);
        }
        json_writer_end_object(&writer);
        return buffer_take(&buffer, &row->values);
}

static bool is_bare(const Parameter *parameter) {
        return parameter->type == PARAMETER_INTEGER || parameter->type == PARAMETER_NUMBER ||
                        parameter->type == PARAMETER_BOOLEAN;
}

/* What is normal form is JSON's own, if it is no text. */
static void write_value(JsonWriter *writer, const Parameter *parameter, const char *key, const char *value) {
        if (value && is_bare(parameter))
                json_writer_raw(writer, key, value);
        else
                json_writer_string(writer, key, value);
}

static void write_parameter(JsonWriter *writer, const Parameter *parameter) {
        CLEANUP_FREE char *rule = NULL;

        json_writer_begin_object(writer, NULL);
        json_writer_string(writer, "name", parameter->name);
        json_writer_string(writer, "type", parameter_type_to_string(parameter->type));
        json_writer_bool(writer, "required", parameter->required);
        write_value(writer, parameter, "default", parameter->fallback);
        json_writer_string(writer, "label", parameter->label);
        json_writer_string(writer, "help", parameter->help);
        json_writer_bool(writer, "hidden", parameter->hidden);
        if (parameter_describe(parameter, &rule) < 0)
                writer->buffer->failed = true;
        json_writer_string(writer, "rule", rule);
        if (parameter->choices)
                json_writer_string_list(writer, "choices", parameter->choices);
        json_writer_end_object(writer);
}

int template_row_init(TemplateRow *row, const JobTemplate *template) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;
        int r;

        row->template = template;
        json_writer_init(&writer, &buffer);
        json_writer_begin_array(&writer, NULL);
        for (size_t i = 0; i < template->parameters.n_items; i++)
                write_parameter(&writer, &template->parameters.items[i]);
        json_writer_end_array(&writer);
        r = buffer_take(&buffer, &row->parameters);
        return r < 0 ? r : template_schema_format(template, &row->schema);
}
