/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/action-parameter.h"

#include <stdlib.h>
#include <string.h>

#include "util/json-writer.h"

static const char *const action_type_names[] = {
        [ACTION_STRING] = "string", [ACTION_INTEGER] = "integer",   [ACTION_BOOLEAN] = "boolean",
        [ACTION_CHOICE] = "choice", [ACTION_DURATION] = "duration", [ACTION_SIZE] = "size",
        [ACTION_PATH] = "path",     [ACTION_LIST] = "list",         [ACTION_MAPPING] = "mapping",
        [ACTION_ANY] = "any",       [ACTION_TYPE_COUNT] = NULL,
};

DEFINE_STRING_TABLE(action_type, ActionType, action_type_names);

static void describe_parameters(JsonWriter *writer, const ActionParameter *parameters);

static void describe_default(JsonWriter *writer, const ActionParameter *parameter) {
        if (parameter->type == ACTION_INTEGER)
                json_writer_integer(writer, "default", strtoll(parameter->fallback, NULL, 10));
        else if (parameter->type == ACTION_BOOLEAN)
                json_writer_bool(writer, "default", strcmp(parameter->fallback, "true") == 0);
        else
                json_writer_string(writer, "default", parameter->fallback);
}

/* By the depth of the tables, which are the program's own. */
static void describe_parameter( // NOLINT(misc-no-recursion)
                JsonWriter *writer,
                const char *key,
                const ActionParameter *parameter) {
        json_writer_begin_object(writer, key);
        json_writer_string(writer, "type", action_type_to_string(parameter->type));
        if (parameter->flags & ACTION_REQUIRED)
                json_writer_bool(writer, "required", true);
        if (parameter->flags & ACTION_CREDENTIALS)
                json_writer_bool(writer, "credentials", true);
        if (parameter->flags & ACTION_LITERAL)
                json_writer_bool(writer, "expand", false);
        if (parameter->minimum != 0 || parameter->maximum != 0) {
                json_writer_integer(writer, "minimum", parameter->minimum);
                json_writer_integer(writer, "maximum", parameter->maximum);
        }
        if (parameter->choices)
                json_writer_string_list(writer, "choices", (char *const *) parameter->choices);
        if (parameter->fallback)
                describe_default(writer, parameter);
        if (parameter->help)
                json_writer_string(writer, "help", parameter->help);
        if (parameter->item)
                describe_parameter(writer, "items", parameter->item);
        if (parameter->members)
                describe_parameters(writer, parameter->members);
        json_writer_end_object(writer);
}

static void describe_parameters( // NOLINT(misc-no-recursion)
                JsonWriter *writer,
                const ActionParameter *parameters) {
        json_writer_begin_object(writer, "parameters");
        for (const ActionParameter *parameter = parameters; parameter->name; parameter++)
                describe_parameter(writer, parameter->name, parameter);
        json_writer_end_object(writer);
}

int action_program_describe(const ActionProgram *program, Buffer *buffer) {
        JsonWriter writer;

        json_writer_init(&writer, buffer);
        json_writer_begin_object(&writer, NULL);
        json_writer_string(&writer, "name", program->name);
        json_writer_string(&writer, "description", program->description);
        describe_parameters(&writer, program->parameters);
        json_writer_string(&writer, "notes", program->notes);
        json_writer_string(&writer, "example", program->example);
        json_writer_end_object(&writer);
        (void) buffer_add_char(buffer, '\n');
        return buffer->failed ? -ENOMEM : 0;
}
