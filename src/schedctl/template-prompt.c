/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/template-prompt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "schedctl/message.h"
#include "schedctl/text.h"
#include "schedctl/view.h"
#include "util/string-list.h"

/* --- one question ---------------------------------------------------------------------------------- */

/* What a template says may hold anything: it must not steer the terminal. */
static void print_clean(const char *before, const char *text, const char *after) {
        CLEANUP(buffer_done) Buffer clean = { 0 };

        if (*text && text_clean(&clean, text) >= 0)
                (void) fprintf(stderr, "%s%s%s", before, clean.data, after);
}

static void print_question(const json_t *parameter) {
        CLEANUP_FREE char *choices = NULL;
        const char *label = view_text(parameter, "label");

        print_clean("", *label ? label : view_text(parameter, "name"), "");
        print_clean(" (", view_text(parameter, "help"), ")");
        if (view_joined(parameter, "choices", ", ", &choices) >= 0 && *choices)
                print_clean(" [", choices, "]");
        else
                print_clean(" [", view_text(parameter, "rule"), "]");
        (void) fputs(": ", stderr);
}

static bool is_choice(const json_t *parameter, const char *answer) {
        const json_t *choices = json_object_get(parameter, "choices"), *choice;
        size_t i;

        json_array_foreach(choices, i, choice) if (
                        json_is_string(choice) && strcmp(json_string_value(choice), answer) == 0) return true;
        return json_array_size(choices) == 0;
}

/* Returns the length, or -1 at the end of input. */
static ssize_t read_line(bool is_secret, char **line, size_t *allocated) {
        struct termios before, silent;
        bool has_changed = false;
        ssize_t n;

        if (is_secret && tcgetattr(STDIN_FILENO, &before) >= 0) {
                silent = before;
                silent.c_lflag &= ~(tcflag_t) ECHO;
                has_changed = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) >= 0;
        }
        n = getline(line, allocated, stdin);
        if (has_changed) {
                (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
                (void) fputc('\n', stderr);
        }
        if (n > 0 && (*line)[n - 1] == '\n')
                (*line)[--n] = '\0';
        return n;
}

static void wipe(char *text, size_t size) {
        if (text)
                explicit_bzero(text, size);
        free(text);
}

/* Asks until there is an answer that can be one. */
static int ask(Context *context, const json_t *parameter) {
        bool is_secret = strcmp(view_text(parameter, "type"), "secret") == 0;
        size_t allocated = 0;
        char *line = NULL, *item = NULL;
        ssize_t n;
        int r = -ECANCELED;

        do {
                print_question(parameter);
                n = read_line(is_secret, &line, &allocated);
        } while (n >= 0 && (n == 0 || !is_choice(parameter, line)));

        if (n >= 0) {
                r = asprintf(&item, "%s=%s", view_text(parameter, "name"), line);
                r = r < 0 ? -ENOMEM : string_list_take_push(&context->options.parameters, item);
        }
        wipe(line, allocated);
        if (r == -ECANCELED) {
                complain("nothing was made");
                return STATUS_FAILURE;
        }
        return r < 0 ? complain_errno(r, "cannot remember the answer") : STATUS_OK;
}

/* --- what is missing ------------------------------------------------------------------------------- */

static const json_t *find_named(const json_t *rows, const char *name) {
        const json_t *row;
        size_t i;

        json_array_foreach(rows, i, row) if (strcmp(view_text(row, "name"), name) == 0) return row;
        return NULL;
}

static bool is_given(const Context *context, const char *name) {
        size_t length = strlen(name);

        STRING_LIST_FOREACH(item, context->options.parameters)
                if (strncmp(*item, name, length) == 0 && (*item)[length] == '=')
                        return true;
        return false;
}

/* The values of the profile as an object; NULL if there is none, which the daemon will say. */
static json_t *fetch_profile(Context *context) {
        CLEANUP_JSON json_t *row = NULL;
        ClientError error = { 0 };
        ClientLines lines = { 0 };
        json_t *values = NULL;

        if (!context->options.with_profile)
                return NULL;
        if (client_dump(context->client, "profiles", &(const ClientFilter){ 0 }, &lines, &error) < 0) {
                client_error_done(&error);
                return NULL;
        }
        for (size_t i = 0; i < lines.n_lines && !values; i++) {
                json_decref(row);
                row = NULL;
                if (client_line_parse(&lines.lines[i], &row) >= 0 &&
                    strcmp(view_text(row, "name"), context->options.with_profile) == 0)
                        values = json_incref(json_object_get(row, "values"));
        }
        client_lines_done(&lines);
        return values;
}

static int complain_missing(const Context *context, const json_t *parameter) {
        const char *name = view_text(parameter, "name");

        complain("template '%s' needs a value for '%s': -p %s=…", context->options.templates[0], name, name);
        return STATUS_FAILURE;
}

static int ask_for_missing(Context *context, const json_t *parameters) {
        CLEANUP_JSON json_t *profile = fetch_profile(context);
        bool is_terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
        const json_t *parameter;
        int status = STATUS_OK;
        size_t i;

        json_array_foreach(parameters, i, parameter) {
                const char *name = view_text(parameter, "name");
                const json_t *fallback = json_object_get(parameter, "default");
                bool has_default = fallback && !json_is_null(fallback);

                if (!view_true(parameter, "required") || has_default || view_true(parameter, "hidden") ||
                    is_given(context, name) || json_object_get(profile, name))
                        continue;
                if (!is_terminal)
                        status = complain_missing(context, parameter); /* and of the others */
                else if (status == STATUS_OK)
                        status = ask(context, parameter);
        }
        return status;
}

int template_prompt(Context *context) {
        CLEANUP_JSON json_t *templates = NULL, *parameters = NULL;
        ClientError error = { 0 };
        const json_t *row;
        int r, status;

        if (!context->options.templates)
                return STATUS_OK;
        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_list_templates(context->client, &templates, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);

        row = find_named(templates, context->options.templates[0]);
        if (!row)
                return STATUS_OK; /* the daemon knows what to say */
        parameters = json_loads(view_text(row, "parameters"), 0, NULL);
        return ask_for_missing(context, parameters);
}
