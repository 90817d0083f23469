/* SPDX-License-Identifier: GPL-2.0-or-later */

/* list-actions: the kinds that action programs do; and of those that are named, what each takes. */

#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/pager.h"
#include "schedctl/table.h"
#include "schedctl/text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/buffer.h"

/* --- the table -------------------------------------------------------------------------------------- */

static const TableColumn action_columns[] = {
        { "NAME" },
        { "ORIGIN" },
        { "DESCRIPTION", .shrink = true },
};

static const char *origin_of(const json_t *action) {
        return view_true(action, "builtin") ? "jobsched" : "site";
}

static bool is_described(const json_t *action) {
        return json_is_object(json_object_get(action, "schema"));
}

static void add_action(Table *table, const json_t *action) {
        const char *error = view_text(action, "error");

        table_add(table, view_text(action, "name"));
        table_add(table, origin_of(action));
        if (*error)
                table_add_colour(table, error, COLOUR_RED);
        else
                table_add(table,
                          is_described(action) ? view_text(action, "description")
                                               : "(has not described itself yet)");
}

static int print_table(const Context *context, const ClientLines *lines) {
        CLEANUP(table_freep) Table *table = NULL;
        int r;

        r = table_new(action_columns, ARRAY_SIZE(action_columns), &table);
        for (size_t i = 0; i < lines->n_lines && r >= 0; i++) {
                CLEANUP_JSON json_t *action = NULL;

                r = client_line_parse(&lines->lines[i], &action);
                if (r >= 0)
                        add_action(table, action);
        }
        if (r >= 0)
                r = table_print(table, &context->screen, !context->options.no_legend, "", stdout);
        if (r < 0)
                return complain_errno(r, "cannot show the list");
        if (!context->options.no_legend)
                printf("\n%zu %s listed.\n", lines->n_lines, lines->n_lines == 1 ? "action" : "actions");
        return STATUS_OK;
}

/* --- one of them ------------------------------------------------------------------------------------ */

/* Each line of a text of the program's, cleaned, behind an indent. */
static void print_text(const char *indent, const char *text) {
        while (*text != '\0') {
                CLEANUP(buffer_done) Buffer buffer = { 0 };
                size_t length = strcspn(text, "\n");
                CLEANUP_FREE char *line = strndup(text, length);

                if (!line || text_clean(&buffer, line) < 0)
                        return;
                printf("%s%s\n", indent, buffer.data ?: "");
                text += length + (text[length] == '\n');
        }
}

static void print_field(const char *label, const char *text) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        if (*text && text_clean(&buffer, text) >= 0)
                printf("%12s: %s\n", label, buffer.data ?: "");
}

/* A rule of a declaration as it is written there; a text without its quotes. */
static void add_rule(Buffer *buffer, const json_t *rules, const char *key) {
        const json_t *rule = json_object_get(rules, key);
        CLEANUP_FREE char *text = NULL;

        if (!rule)
                return;
        text = json_is_string(rule) ? strdup(json_string_value(rule)) : json_dumps(rule, JSON_ENCODE_ANY);
        (void) buffer_add_format(buffer, ", %s %s", key, text ?: "");
}

static void print_parameter(
                const Context *context,
                const char *indent,
                const char *name,
                const json_t *rules) {
        static const char *const shown[] = { "minimum", "maximum", "min-length", "max-length",
                                             "pattern", "choices", "default" };
        CLEANUP(buffer_done) Buffer buffer = { 0 }, clean = { 0 };
        const Screen *screen = &context->screen;

        (void) buffer_add_string(&buffer, view_text(rules, "type"));
        if (view_true(rules, "required"))
                (void) buffer_add_string(&buffer, ", required");
        for (size_t i = 0; i < ARRAY_SIZE(shown); i++)
                add_rule(&buffer, rules, shown[i]);
        if (view_true(rules, "credentials"))
                (void) buffer_add_string(&buffer, ", may hold ${credential:NAME}");
        if (text_clean(&clean, buffer.data ?: "") >= 0)
                printf("%s%s%s%s: %s\n", indent, screen_colour(screen, COLOUR_BOLD), name,
                       screen_reset(screen, COLOUR_BOLD), clean.data ?: "");
}

/* As deep as declarations are, which the daemon bounds. */
static void print_parameters( // NOLINT(misc-no-recursion)
                const Context *context,
                const char *indent,
                const json_t *schema) {

        const char *name;
        json_t *rules;

        json_object_foreach((json_t *) schema, name, rules) {
                const json_t *inside = json_object_get(json_object_get(rules, "items"), "parameters")
                                ?: json_object_get(rules, "parameters");
                CLEANUP_FREE char *deeper = NULL;

                print_parameter(context, indent, name, rules);
                if (asprintf(&deeper, "%s    ", indent) < 0) {
                        deeper = NULL;
                        return;
                }
                print_text(deeper, view_text(rules, "help"));
                print_parameters(context, deeper, inside);
        }
}

static void print_whole(const Context *context, const json_t *action) {
        const json_t *schema = json_object_get(action, "schema");
        const char *notes = view_text(action, "notes"), *example = view_text(action, "example");

        printf("%s%s%s\n", screen_colour(&context->screen, COLOUR_BOLD), view_text(action, "name"),
               screen_reset(&context->screen, COLOUR_BOLD));
        print_field("Description", view_text(action, "description"));
        print_field("Program", view_text(action, "path"));
        print_field("Origin", origin_of(action));
        print_field("Fault", view_text(action, "error"));
        if (json_object_size(schema) > 0) {
                printf("\nParameters:\n");
                print_parameters(context, "    ", schema);
        }
        if (*notes) {
                printf("\nNotes:\n");
                print_text("    ", notes);
        }
        if (*example) {
                printf("\nExample:\n");
                print_text("    ", example);
        }
}

static int print_named(const Context *context, const ClientLines *lines) {
        for (size_t i = 0; i < lines->n_lines; i++) {
                CLEANUP_JSON json_t *action = NULL;
                int r = client_line_parse(&lines->lines[i], &action);

                if (r < 0)
                        return complain_errno(r, "cannot read what jobschedd answered");
                if (i > 0)
                        printf("\n");
                print_whole(context, action);
        }
        return STATUS_OK;
}

/* --- the verb --------------------------------------------------------------------------------------- */

static int check_found(char **names, const ClientLines *lines) {
        if (lines->n_lines > 0 || !*names || strpbrk(*names, "*?["))
                return STATUS_OK;
        complain("no such action: '%s'", *names);
        return STATUS_NO_SUCH;
}

static int print_list(Context *context, char **names, ClientLines *lines) {
        pager_open(context);
        if (context->options.output != OUTPUT_TABLE)
                return output_print_lines(context, lines, "name");
        return *names ? print_named(context, lines) : print_table(context, lines);
}

int verb_list_actions(Context *context, char **arguments) {
        ClientError error = { 0 };
        ClientLines lines = { 0 };
        ClientFilter filter;
        int r, status;

        status = context_filter(context, arguments, &filter);
        if (status == STATUS_OK)
                status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_dump(context->client, "actions", &filter, &lines, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);
        status = check_found(arguments, &lines);
        if (status == STATUS_OK)
                status = print_list(context, arguments, &lines);
        client_lines_done(&lines);
        return status;
}
