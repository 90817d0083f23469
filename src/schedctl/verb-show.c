/* SPDX-License-Identifier: GPL-2.0-or-later */

/* show and cat: everything about a thing, for programs, and definitions as YAML. */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/pager.h"
#include "schedctl/selection.h"
#include "schedctl/text.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"

/* --- show ------------------------------------------------------------------------------------------ */

static int fetch_all(Context *context, char **words, json_t *array) {
        int worst = STATUS_OK;

        STRING_LIST_FOREACH(word, words) {
                json_t *execution = NULL;
                uint64_t id;
                int status;

                if (parse_execution_id(*word, &id)) {
                        status = fetch_execution(context, id, &execution);
                        if (status == STATUS_OK)
                                (void) json_array_append_new(array, execution);
                } else {
                        status = fetch_jobs(context, *word, array);
                }
                worst = MAX(worst, status);
        }
        return worst;
}

static int fetch_manager(Context *context, json_t *array) {
        ClientError error = { 0 };
        json_t *manager = NULL;
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_get_status(context->client, &manager, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);
        (void) json_array_append_new(array, manager);
        return STATUS_OK;
}

/* "RunnerPid" as on D-Bus and "runner_pid" as in JSON are the same key. */
static bool same_key(const char *a, const char *b) {
        while (*a || *b) {
                while (*a == '_')
                        a++;
                while (*b == '_')
                        b++;
                if (tolower((unsigned char) *a) != tolower((unsigned char) *b))
                        return false;
                if (*a)
                        a++;
                if (*b)
                        b++;
        }
        return true;
}

/* Only the keys of --property, in that order. */
static json_t *pick(const Context *context, json_t *object) {
        json_t *picked, *value;
        const char *key;

        if (!context->options.properties)
                return json_incref(object);

        picked = json_object();
        STRING_LIST_FOREACH(wanted, context->options.properties)
                json_object_foreach(object, key, value) if (same_key(*wanted, key))(void)
                                json_object_set(picked, key, value);
        return picked;
}

/* KEY=VALUE: texts on one line, or they could pretend to be other pairs; all else as JSON; null is nothing.
 */
static void print_pair(const Context *context, const char *key, const json_t *value) {
        CLEANUP_FREE char *text = NULL;
        Buffer clean = { 0 };

        if (json_is_string(value)) {
                (void) text_clean(&clean, json_string_value(value));
                if (buffer_take(&clean, &text) < 0)
                        return;
        } else if (!json_is_null(value)) {
                text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        }
        if (!context->options.value)
                printf("%s=", key);
        (void) puts(text ?: "");
}

static void print_pairs(const Context *context, const json_t *object) {
        const char *key;
        json_t *value;

        json_object_foreach((json_t *) object, key, value) print_pair(context, key, value);
}

/* One thing is one object; a pattern, or several names, are a list even if it has one element. */
static int print_shown(const Context *context, char **words, json_t *array) {
        bool single = json_array_size(array) == 1 && string_list_length(words) <= 1 &&
                        (!*words || !is_pattern(*words)) && !options_choose(&context->options);
        CLEANUP_JSON json_t *picked = json_array();
        json_t *object;
        size_t i;

        json_array_foreach(array, i, object)(void) json_array_append_new(picked, pick(context, object));

        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML)
                return output_print_json(context, single ? json_array_get(picked, 0) : picked);

        json_array_foreach(picked, i, object) {
                if (i > 0)
                        (void) puts("");
                print_pairs(context, object);
        }
        return STATUS_OK;
}

int verb_show(Context *context, char **arguments) {
        CLEANUP_JSON json_t *array = json_array();
        CLEANUP(string_list_freep) char **words = NULL;
        int status, fetched, printed;

        if (*arguments || options_choose(&context->options)) {
                status = select_words(context, arguments, &words);
                fetched = words ? fetch_all(context, words, array) : STATUS_OK;
                status = MAX(status, fetched);
        } else {
                status = fetch_manager(context, array);
        }
        if (json_array_size(array) == 0)
                return status;

        pager_open(context);
        printed = print_shown(context, arguments, array);
        return MAX(status, printed);
}

/* --- cat ------------------------------------------------------------------------------------------- */

static json_t *definition_to_json(const char *job, const ClientDefinition *definition) {
        return json_pack(
                        "{s:s, s:s?, s:i, s:s}", "job", job, "file", definition->file, "line",
                        (int) definition->line, "definition", definition->text);
}

/* A pipe gets it as it is, a terminal what cannot harm it. */
static void print_source(const Context *context, const char *text) {
        Buffer clean = { 0 };
        size_t size = strlen(text);

        if (!context->screen.terminal)
                (void) fwrite(text, 1, size, stdout);
        else if (text_clean_output(&clean, text, size, false) >= 0)
                (void) fwrite(clean.data, 1, clean.size, stdout);
        buffer_done(&clean);
}

static void print_definition(const Context *context, const char *job, const ClientDefinition *definition) {
        printf("%s# %s", screen_colour(&context->screen, COLOUR_BLUE), job);
        if (definition->file)
                printf(": %s:%u", definition->file, definition->line);
        printf("%s\n", screen_reset(&context->screen, COLOUR_BLUE));
        print_source(context, definition->text);
        (void) fputs(*definition->text && definition->text[strlen(definition->text) - 1] == '\n' ? "" : "\n",
                     stdout);
}

static int cat_one(Context *context, const char *job, json_t *array, bool first) {
        ClientDefinition definition = { 0 };
        ClientError error = { 0 };
        int r;

        r = client_get_definition(context->client, job, &definition, &error);
        if (r < 0)
                return complain_client(r, &error, job);

        if (context->options.output == OUTPUT_JSON) {
                (void) json_array_append_new(array, definition_to_json(job, &definition));
        } else if (context->options.output == OUTPUT_SHORT) {
                print_source(context, definition.text);
        } else {
                if (!first)
                        (void) puts("");
                print_definition(context, job, &definition);
        }
        client_definition_done(&definition);
        return STATUS_OK;
}

int verb_cat(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **names = NULL;
        CLEANUP_JSON json_t *array = json_array();
        int status;

        status = select_jobs(context, arguments, &names);
        if (!names)
                return status;

        pager_open(context);
        STRING_LIST_FOREACH(name, names) {
                int one = cat_one(context, *name, array, name == names);

                status = MAX(status, one);
        }
        if (context->options.output == OUTPUT_JSON && json_array_size(array) > 0)
                (void) output_print_json(
                                context, json_array_size(array) == 1 ? json_array_get(array, 0) : array);
        return status;
}
