/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/output-format.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/text.h"
#include "util/string-list.h"

#define INDENT ((size_t) 2)

/* A plain scalar begins with a letter or "/" and holds nothing that YAML gives a meaning to. */
static bool is_plain(const char *text) {
        static const char *const words[] = { "true", "false", "yes", "no",  "on",  "off",
                                             "null", "y",     "n",   "nan", "inf", NULL };
        size_t length = strlen(text);

        if (!isalpha((unsigned char) *text) && *text != '/')
                return false;
        if (text[length - 1] == ' ')
                return false;
        for (size_t i = 0; words[i]; i++)
                if (strcasecmp(text, words[i]) == 0)
                        return false;
        for (const char *c = text; *c; c++)
                if (!isalnum((unsigned char) *c) && !strchr(" /._@+-", *c))
                        return false;
        return true;
}

static void add_scalar(const json_t *json, Buffer *buffer) {
        CLEANUP_FREE char *text = NULL;

        if (json_is_string(json) && is_plain(json_string_value(json))) {
                (void) buffer_add_string(buffer, json_string_value(json));
                return;
        }
        /* a JSON text is a double-quoted YAML scalar, but for the one escape that it shall not use: "\/" */
        text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
        if (text)
                (void) buffer_add_string(buffer, text);
        else
                buffer->failed = true;
}

static bool is_block(const json_t *json) {
        return (json_is_object(json) && json_object_size(json) > 0) ||
                        (json_is_array(json) && json_array_size(json) > 0);
}

static void add_indent(Buffer *buffer, size_t depth) {
        for (size_t i = 0; i < depth * INDENT; i++)
                (void) buffer_add_char(buffer, ' ');
}

/* `in_line`: the cursor stands where the first line belongs, behind "- ". */
static void add_block(const json_t *json, size_t depth, bool in_line, Buffer *buffer);

static void add_mapping(const json_t *json, size_t depth, bool in_line, Buffer *buffer) {
        const char *key;
        json_t *value;

        json_object_foreach((json_t *) json, key, value) {
                if (!in_line)
                        add_indent(buffer, depth);
                in_line = false;
                (void) buffer_add_format(buffer, "%s:", key);
                if (is_block(value)) {
                        (void) buffer_add_char(buffer, '\n');
                        add_block(value, depth + 1, false, buffer);
                } else {
                        (void) buffer_add_char(buffer, ' ');
                        add_block(value, depth, true, buffer);
                }
        }
}

static void add_sequence(const json_t *json, size_t depth, Buffer *buffer) {
        const json_t *item;
        size_t i;

        json_array_foreach(json, i, item) {
                add_indent(buffer, depth);
                (void) buffer_add_string(buffer, "- ");
                add_block(item, depth + 1, true, buffer);
        }
}

static void add_block(const json_t *json, size_t depth, bool in_line, Buffer *buffer) {
        if (json_is_object(json) && is_block(json)) {
                add_mapping(json, depth, in_line, buffer);
        } else if (json_is_array(json) && is_block(json)) {
                if (in_line)
                        (void) buffer_add_char(buffer, '\n');
                add_sequence(json, depth, buffer);
        } else {
                add_scalar(json, buffer);
                (void) buffer_add_char(buffer, '\n');
        }
}

int yaml_format(const json_t *json, Buffer *buffer) {
        add_block(json, 0, false, buffer);
        return buffer->failed ? -ENOMEM : 0;
}

static int print_yaml(const json_t *json) {
        CLEANUP_FREE char *text = NULL;
        Buffer buffer = { 0 };
        int r;

        (void) yaml_format(json, &buffer);
        r = buffer_take(&buffer, &text);
        if (r < 0)
                return complain_errno(r, "cannot print");

        (void) fputs(text, stdout);
        return STATUS_OK;
}

int output_print_json(const Context *context, const json_t *json) {
        CLEANUP_FREE char *text = NULL;

        if (context->options.output == OUTPUT_YAML)
                return print_yaml(json);

        text = json_dumps(json, context->screen.terminal ? JSON_INDENT(2) : JSON_COMPACT);
        if (!text)
                return complain_errno(-ENOMEM, "cannot print");
        (void) puts(text);
        return STATUS_OK;
}

/* As they came: parsing 100,000 rows only to print them again would take longer than all the rest. */
static int print_raw_array(const ClientLines *lines) {
        (void) fputs("[\n", stdout);
        for (size_t i = 0; i < lines->n_lines; i++) {
                (void) fwrite(lines->lines[i].text, 1, lines->lines[i].size, stdout);
                (void) fputs(i + 1 < lines->n_lines ? ",\n" : "\n", stdout);
        }
        (void) fputs("]\n", stdout);
        return STATUS_OK;
}

static int print_element(const Context *context, const json_t *json, const char *short_key, bool last) {
        CLEANUP_FREE char *text = NULL;

        if (context->options.output == OUTPUT_SHORT) {
                const json_t *value = json_object_get(json, short_key);

                if (json_is_string(value))
                        (void) puts(json_string_value(value));
                else
                        printf("%" JSON_INTEGER_FORMAT "\n", json_integer_value(value));
                return STATUS_OK;
        }
        if (context->options.output == OUTPUT_YAML) {
                CLEANUP_JSON json_t *array = json_array();

                if (json_array_append(array, (json_t *) json) < 0)
                        return complain_errno(-ENOMEM, "cannot print");
                return print_yaml(array);
        }

        text = json_dumps(json, JSON_INDENT(2));
        if (!text)
                return complain_errno(-ENOMEM, "cannot print");
        printf("%s%s\n", text, last ? "" : ",");
        return STATUS_OK;
}

int output_print_lines(const Context *context, const ClientLines *lines, const char *short_key) {
        bool array = context->options.output == OUTPUT_JSON;
        int status = STATUS_OK;

        if (array && !context->screen.terminal)
                return print_raw_array(lines);
        if (context->options.output == OUTPUT_YAML && lines->n_lines == 0)
                array = true;

        if (array)
                (void) puts("[");
        for (size_t i = 0; i < lines->n_lines && status == STATUS_OK; i++) {
                CLEANUP_JSON json_t *json = NULL;
                int r = client_line_parse(&lines->lines[i], &json);

                status = r < 0 ? complain_errno(r, "cannot read what jobschedd answered")
                               : print_element(context, json, short_key, i + 1 == lines->n_lines);
        }
        if (array)
                (void) puts("]");
        return status;
}

void output_print_event(json_t *json) {
        CLEANUP_FREE char *text = json_dumps(json, JSON_COMPACT);

        json_decref(json);
        if (!text)
                return;
        (void) puts(text);
        (void) fflush(stdout);
}
