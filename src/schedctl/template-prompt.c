/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/template-prompt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "job/parameter.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
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

static volatile sig_atomic_t received_signal; /* 0: none */

static void on_signal(int number) {
        received_signal = number;
}

/* Without an echo. Whatever ends us meanwhile finds the terminal as it was. */
static ssize_t read_silently(char **line, size_t *allocated) {
        static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
        const struct sigaction interrupt = { .sa_handler = on_signal }; /* no restart: the read ends */
        struct sigaction actions[ARRAY_SIZE(signals)];
        struct termios before, silent;
        ssize_t n;

        if (tcgetattr(STDIN_FILENO, &before) < 0)
                return getline(line, allocated, stdin);
        received_signal = 0;
        for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
                (void) sigaction(signals[i], &interrupt, &actions[i]);
        silent = before;
        silent.c_lflag &= ~(tcflag_t) ECHO;
        (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);

        n = getline(line, allocated, stdin);

        (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        (void) fputc('\n', stderr);
        for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
                (void) sigaction(signals[i], &actions[i], NULL);
        if (received_signal != 0)
                (void) raise(received_signal);
        return n;
}

/* Returns the length, or -1 at the end of input. */
static ssize_t read_line(bool is_secret, char **line, size_t *allocated) {
        ssize_t n = is_secret ? read_silently(line, allocated) : getline(line, allocated, stdin);

        if (n > 0 && (*line)[n - 1] == '\n')
                (*line)[--n] = '\0';
        return n;
}

static void wipe(char *text, size_t size) {
        if (text)
                explicit_bzero(text, size);
        free(text);
}

/* Says what is wrong with an answer. Returns true if it can be one. */
static bool is_right(const Parameter *rule, const char *answer) {
        CLEANUP_FREE char *error = NULL;
        char *value = NULL;
        int r;

        if (!*answer)
                return false;
        r = parameter_check(rule, answer, &value, &error);
        wipe(value, value ? strlen(value) : 0);
        if (r == -EINVAL)
                print_clean("  ", error, "\n");
        return r != -EINVAL; /* the daemon checks it again */
}

/* Asks until there is an answer that can be one. */
static int ask(Context *context, const json_t *parameter, const Parameter *rule) {
        size_t allocated = 0;
        char *line = NULL, *item = NULL;
        ssize_t n;
        int r = -ECANCELED;

        do {
                print_question(parameter);
                n = read_line(rule->type == PARAMETER_SECRET, &line, &allocated);
        } while (n >= 0 && !is_right(rule, line));

        if (n >= 0) {
                r = asprintf(&item, "%s=%s", rule->name, line);
                r = r < 0 ? -ENOMEM : string_list_take_push(&context->options.parameters, item);
        }
        wipe(line, allocated);
        if (r == -ECANCELED) {
                complain("nothing was made");
                return STATUS_FAILURE;
        }
        return r < 0 ? complain_errno(r, "cannot remember the answer") : STATUS_OK;
}

/* --- the rule -------------------------------------------------------------------------------------- */

/* What is NULL of a limit is none. */
static int take_limit(const json_t *property, const char *key, char **ret) {
        const json_t *limit = json_object_get(property, key);

        if (!limit)
                return 0;
        *ret = json_dumps(limit, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
        return *ret ? 0 : -ENOMEM;
}

/* A schema's pattern is "^(PATTERN)$". */
static int take_pattern(const json_t *property, char **ret) {
        const char *pattern = view_text(property, "pattern");
        size_t length = strlen(pattern);

        if (length < strlen("^()$"))
                return 0;
        *ret = strndup(pattern + 2, length - strlen("^()$"));
        return *ret ? 0 : -ENOMEM;
}

/* The declaration, out of the template's JSON Schema. */
static int rule_read(const json_t *parameter, const json_t *schema, Parameter *rule) {
        const json_t *property =
                        json_object_get(json_object_get(schema, "properties"), view_text(parameter, "name"));
        int type = parameter_type_from_string(view_text(parameter, "type"));
        const json_t *choice;
        size_t i;
        int r;

        rule->type = type < 0 ? PARAMETER_STRING : (ParameterType) type;
        rule->name = strdup(view_text(parameter, "name"));
        r = rule->name ? take_limit(property, "minimum", &rule->minimum) : -ENOMEM;
        if (r >= 0)
                r = take_limit(property, "maximum", &rule->maximum);
        if (r >= 0)
                r = take_pattern(property, &rule->pattern);
        rule->min_length = (uint64_t) view_integer(property, "minLength", 0);
        rule->max_length = (uint64_t) view_integer(property, "maxLength", 0);
        json_array_foreach(json_object_get(property, "enum"), i, choice) {
                if (r >= 0 && json_is_string(choice))
                        r = string_list_push(&rule->choices, json_string_value(choice));
        }
        return r;
}

static int ask_by_rule(Context *context, const json_t *parameter, const json_t *schema) {
        CLEANUP(parameter_done) Parameter rule = { 0 };
        int r;

        r = rule_read(parameter, schema, &rule);
        return r < 0 ? complain_errno(r, "cannot ask for a value") : ask(context, parameter, &rule);
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

static int complain_missing(const Context *context, const json_t *parameter) {
        const char *name = view_text(parameter, "name");

        complain("template '%s' needs a value for '%s': -p %s=…", context->options.templates[0], name, name);
        return STATUS_FAILURE;
}

/* Of one that is not there nobody knows what it will give: the daemon says that it is missing. */
static bool profile_may_give(const Context *context, const json_t *profile, const char *name) {
        return context->options.with_profile &&
                        (!profile || json_object_get(json_object_get(profile, "values"), name));
}

static int ask_for_missing(Context *context, const json_t *parameters, const json_t *schema) {
        CLEANUP_JSON json_t *profiles = NULL;
        bool is_terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
        const json_t *parameter, *profile = NULL;
        int status = STATUS_OK;
        size_t i;

        if (context->options.with_profile) {
                status = fetch_profiles(context, &profiles);
                profile = find_profile(profiles, context->options.with_profile);
        }
        json_array_foreach(parameters, i, parameter) {
                const char *name = view_text(parameter, "name");
                const json_t *fallback = json_object_get(parameter, "default");
                bool has_default = fallback && !json_is_null(fallback);

                if (!view_true(parameter, "required") || has_default || view_true(parameter, "hidden") ||
                    is_given(context, name) || profile_may_give(context, profile, name))
                        continue;
                if (!is_terminal)
                        status = complain_missing(context, parameter); /* and of the others */
                else if (status == STATUS_OK)
                        status = ask_by_rule(context, parameter, schema);
        }
        return status;
}

int template_prompt(Context *context) {
        CLEANUP_JSON json_t *templates = NULL, *parameters = NULL, *schema = NULL;
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
        schema = json_loads(view_text(row, "schema"), 0, NULL);
        return ask_for_missing(context, parameters, schema);
}
