/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/template-schema.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "util/buffer.h"
#include "util/json-writer.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

static const char *const schema_types[] = {
        [PARAMETER_INTEGER] = "integer", [PARAMETER_NUMBER] = "number", [PARAMETER_STRING] = "string",
        [PARAMETER_BOOLEAN] = "boolean", [PARAMETER_CHOICE] = "string", [PARAMETER_DATE] = "string",
        [PARAMETER_SECRET] = "string",
};

/* Normal forms of numbers and truth values are JSON's. */
static void write_value(JsonWriter *writer, const Parameter *parameter, const char *key, const char *value) {
        if (!value)
                return;
        if (strcmp(schema_types[parameter->type], "string") == 0)
                json_writer_string(writer, key, value);
        else
                json_writer_raw(writer, key, value);
}

/* Schemas are searched for a pattern; ours has to match the whole value. */
static int write_pattern(JsonWriter *writer, const char *pattern) {
        CLEANUP_FREE char *whole = NULL;

        if (!pattern)
                return 0;
        if (asprintf(&whole, "^(%s)$", pattern) < 0)
                return -ENOMEM;
        json_writer_string(writer, "pattern", whole);
        return 0;
}

static int write_rules(JsonWriter *writer, const Parameter *parameter) {
        write_value(writer, parameter, "minimum", parameter->minimum);
        write_value(writer, parameter, "maximum", parameter->maximum);
        if (parameter->min_length > 0)
                json_writer_integer(writer, "minLength", (int64_t) parameter->min_length);
        if (parameter->max_length > 0)
                json_writer_integer(writer, "maxLength", (int64_t) parameter->max_length);
        if (parameter->type == PARAMETER_CHOICE)
                json_writer_string_list(writer, "enum", parameter->choices);
        if (parameter->type == PARAMETER_DATE)
                json_writer_string(writer, "format", "date");
        if (parameter->type == PARAMETER_SECRET) {
                json_writer_string(writer, "format", "password");
                json_writer_bool(writer, "writeOnly", true);
        }
        return write_pattern(writer, parameter->pattern);
}

static int write_property(JsonWriter *writer, const Parameter *parameter) {
        int r;

        json_writer_begin_object(writer, parameter->name);
        json_writer_string(writer, "type", schema_types[parameter->type]);
        if (parameter->label)
                json_writer_string(writer, "title", parameter->label);
        if (parameter->help)
                json_writer_string(writer, "description", parameter->help);
        r = write_rules(writer, parameter);
        if (parameter->type != PARAMETER_SECRET) /* not even the name of a credential */
                write_value(writer, parameter, "default", parameter->fallback);
        if (parameter->hidden)
                json_writer_bool(writer, "x-hidden", true);
        json_writer_end_object(writer);
        return r;
}

/* What has a default need not be given. */
static void write_required(JsonWriter *writer, const ParameterSet *set) {
        json_writer_begin_array(writer, "required");
        for (size_t i = 0; i < set->n_items; i++)
                if (set->items[i].required && !set->items[i].fallback)
                        json_writer_string(writer, NULL, set->items[i].name);
        json_writer_end_array(writer);
}

int template_schema_format(const JobTemplate *template, char **ret_json) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        assert(template);
        assert(ret_json);

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        json_writer_string(&writer, "$schema", DIALECT);
        json_writer_string(&writer, "title", template->name);
        if (template->description)
                json_writer_string(&writer, "description", template->description);
        json_writer_string(&writer, "type", "object");
        json_writer_begin_object(&writer, "properties");
        for (size_t i = 0; i < template->parameters.n_items; i++) {
                int r = write_property(&writer, &template->parameters.items[i]);

                if (r < 0)
                        return r;
        }
        json_writer_end_object(&writer);
        write_required(&writer, &template->parameters);
        json_writer_bool(&writer, "additionalProperties", false);
        json_writer_end_object(&writer);
        return buffer_take(&buffer, ret_json);
}
