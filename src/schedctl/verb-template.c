/* SPDX-License-Identifier: GPL-2.0-or-later */

/* show-template: what a template is for, and the parameters that a job made from it takes. */

#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/table.h"
#include "schedctl/text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/duration.h"

/* --- find ------------------------------------------------------------------------------------------ */

static int find_template(Context *context, const char *name, json_t **ret) {
        ClientError error = { 0 };
        CLEANUP_JSON json_t *rows = NULL;
        json_t *row;
        size_t i;
        int r;

        r = client_list_templates(context->client, &rows, &error);
        if (r < 0)
                return complain_client(r, &error, name);
        json_array_foreach(rows, i, row) {
                if (strcmp(view_text(row, "name"), name) == 0)
                        *ret = json_incref(row);
        }
        if (*ret)
                return STATUS_OK;
        complain("there is no template '%s'; 'schedctl list-templates' shows those that there are", name);
        return STATUS_NO_SUCH;
}

/* --- for people ------------------------------------------------------------------------------------ */

static const TableColumn columns[] = {
        { "PARAMETER" },
        { "VALUE" },
        { "DEFAULT" },
        { "MEANING", .shrink = true },
};

static void add_default(Table *table, const json_t *parameter) {
        const json_t *value = json_object_get(parameter, "default");
        char *text = NULL;

        if (json_is_string(value))
                table_add(table, json_string_value(value));
        else if (!value || json_is_null(value))
                table_add(table, view_true(parameter, "required") ? "(required)" : NULL);
        else {
                text = json_dumps(value, JSON_ENCODE_ANY);
                table_add(table, text);
        }
        free(text);
}

static void add_meaning(Table *table, const json_t *parameter) {
        const char *label = view_text(parameter, "label"), *help = view_text(parameter, "help");

        table_add_format(table, "%s%s%s", label, *label && *help ? ": " : "", help);
}

static int print_parameters(const Context *context, const json_t *parameters) {
        CLEANUP(table_freep) Table *table = NULL;
        const json_t *parameter;
        size_t i;
        int r;

        r = table_new(columns, ARRAY_SIZE(columns), &table);
        if (r < 0)
                return complain_errno(r, "cannot show the parameters");
        json_array_foreach(parameters, i, parameter) {
                if (view_true(parameter, "hidden") && !context->options.all)
                        continue;
                table_add(table, view_text(parameter, "name"));
                table_add(table, view_text(parameter, "rule"));
                add_default(table, parameter);
                add_meaning(table, parameter);
        }
        if (table_n_rows(table) == 0)
                return STATUS_OK;
        printf("\n");
        r = table_print(table, &context->screen, !context->options.no_legend, "", stdout);
        return r < 0 ? complain_errno(r, "cannot show the parameters") : STATUS_OK;
}

static void print_line(const char *title, const char *text) {
        if (*text)
                printf("%12s: %s\n", title, text);
}

static int print_template(const Context *context, const json_t *template, const json_t *parameters) {
        const char *description = view_text(template, "description");
        double delay = view_number(template, "delay", 0);
        char span[DURATION_SHORT_MAX];

        printf("%s%s%s\n", view_text(template, "name"), *description ? " - " : "", description);
        print_line("Kind", view_text(template, "kind"));
        print_line("Builds on", view_text(template, "base"));
        if (*view_text(template, "file"))
                printf("%12s: %s:%" PRIi64 "\n", "Defined in", view_text(template, "file"),
                       view_integer(template, "line", 0));
        if (!view_true(template, "user_triggered"))
                print_line("Started", "by the daemon when it starts");
        if (delay > 0)
                print_line("Delay", duration_format_short((usec_t) (delay * USEC_PER_SEC), span));
        if (view_true(template, "reschedule"))
                print_line("Again", "after it has ended");
        return print_parameters(context, parameters);
}

static void print_names(const Context *context, const json_t *parameters) {
        const json_t *parameter;
        size_t i;

        json_array_foreach(parameters, i, parameter) {
                if (!view_true(parameter, "hidden") || context->options.all)
                        (void) puts(view_text(parameter, "name"));
        }
}

/* --- the verb -------------------------------------------------------------------------------------- */

static json_t *parse_member(const json_t *row, const char *key) {
        const json_t *value = json_object_get(row, key);

        /* A list of D-Bus has its JSON as a text. */
        return json_is_string(value) ? json_loads(json_string_value(value), 0, NULL)
                                     : json_incref((json_t *) value);
}

int verb_show_template(Context *context, char **arguments) {
        CLEANUP_JSON json_t *template = NULL, *parameters = NULL, *schema = NULL;
        int status = context_client(context);

        if (status == STATUS_OK)
                status = find_template(context, arguments[0], &template);
        if (status != STATUS_OK)
                return status;
        parameters = parse_member(template, "parameters");
        if (context->options.output == OUTPUT_SHORT) {
                print_names(context, parameters);
                return STATUS_OK;
        }
        schema = parse_member(template, "schema");
        if (context->options.output != OUTPUT_TABLE && schema)
                return output_print_json(context, schema);
        return print_template(context, template, parameters);
}
