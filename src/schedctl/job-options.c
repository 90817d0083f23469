/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A job out of options: each becomes a key of its definition. */

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "schedctl/at-time.h"
#include "schedctl/job-input.h"
#include "schedctl/message.h"
#include "schedule/schedule.h"
#include "util/duration.h"
#include "util/string-list.h"
#include "util/timestamp.h"

static int out_of_memory(void) {
        return complain_errno(-ENOMEM, "cannot make a definition");
}

static int set_text(Draft *draft, const char *path, const char *text) {
        return draft_set_text(draft, path, text) < 0 ? out_of_memory() : STATUS_OK;
}

bool job_options_given(const Context *context) {
        const Options *options = &context->options;

        return context->command || options->schedules || options->description || options->run_as ||
                        options->http || options->method || options->headers || options->data ||
                        options->templates || options->parameters || options->with_profile || options->sets ||
                        options->tags || options->queue || options->timeout || options->timezone;
}

/* --- when ------------------------------------------------------------------------------------------ */

/* "--at" understands what at(1) does, in the zone that the job is given, and is sent as an instant. */
static int resolve_at(const Context *context, const char *text, char instant[static TIMESTAMP_MAX]) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        const char *name = context->options.timezone, *reason = NULL;
        usec_t at_usec = 0;
        int r = name ? time_zone_load(name, &zone) : 0;

        if (r < 0) {
                complain("cannot use the time zone '%s': %s", name, time_zone_strerror(r));
                return STATUS_USAGE;
        }
        if (at_time_parse(zone ?: context->zone, context_now(context), text, &at_usec, &reason) < 0) {
                complain("--at does not understand '%s': %s", text, reason);
                return STATUS_USAGE;
        }
        (void) timestamp_format_utc(at_usec, instant);
        return STATUS_OK;
}

/* "--in" counts from now. */
static int resolve_in(const Context *context, const char *text, char instant[static TIMESTAMP_MAX]) {
        usec_t span_usec;

        if (duration_parse(text, &span_usec) < 0 || span_usec >= INT64_MAX / 4) {
                complain("--in expects a time span such as 1h 30min, not '%s'", text);
                return STATUS_USAGE;
        }
        (void) timestamp_format_utc(context_now(context) + span_usec, instant);
        return STATUS_OK;
}

static int guess_kind(const char *expression, const char **ret) {
        ScheduleError error = { 0 };
        int r = schedule_guess_kind(expression, &error);

        if (r < 0) {
                complain("--schedule does not understand '%s': %s", expression,
                         r == -EINVAL ? error.reason : strerror(-r));
                return STATUS_USAGE;
        }
        *ret = schedule_kind_to_string((ScheduleKind) r);
        return STATUS_OK;
}

/* `option` is the name of the one that it came from. */
static int make_schedule(
                const Context *context,
                Draft *draft,
                const char *option,
                const char *text,
                YamlNode **ret) {
        YamlNode *mapping = draft_mapping(draft);
        char instant[TIMESTAMP_MAX];
        const char *kind = option;
        int status = STATUS_OK;

        if (strcmp(option, "schedule") == 0)
                status = guess_kind(text, &kind);
        else if (strcmp(option, "at") == 0)
                status = resolve_at(context, text, instant);
        else if (strcmp(option, "in") == 0)
                status = resolve_in(context, text, instant);
        if (status != STATUS_OK)
                return status;
        if (strcmp(option, "at") == 0 || strcmp(option, "in") == 0) {
                kind = "at";
                text = instant;
        }
        if (!mapping || draft_put(draft, mapping, kind, draft_text(draft, text)) < 0)
                return out_of_memory();
        *ret = mapping;
        return STATUS_OK;
}

static int add_schedules(const Context *context, Draft *draft) {
        char *const *schedules = context->options.schedules;
        YamlNode *list = draft_list(draft, NULL), *schedule = NULL;

        if (!schedules)
                return STATUS_OK;
        if (!list)
                return out_of_memory();
        STRING_LIST_FOREACH(item, schedules) {
                const char *expression = strchr(*item, '=') + 1;
                CLEANUP_FREE char *option = strndup(*item, (size_t) (expression - 1 - *item));
                int status;

                if (!option)
                        return out_of_memory();
                status = make_schedule(context, draft, option, expression, &schedule);
                if (status != STATUS_OK)
                        return status;
                if (draft_append(list, schedule) < 0)
                        return out_of_memory();
        }
        return draft_set(draft, "schedule", string_list_length(schedules) == 1 ? schedule : list) < 0
                        ? out_of_memory()
                        : STATUS_OK;
}

/* --- what ------------------------------------------------------------------------------------------ */

/* One that is there already is sent once more, as a list says it. */
static int add_header_text(Draft *draft, YamlNode *headers, const char *name, YamlNode *text) {
        YamlNode *key = headers->first, *list;

        while (key && strcasecmp(key->text, name) != 0)
                key = key->next;
        if (!key)
                return draft_put(draft, headers, name, text);
        if (key->value->kind == YAML_KIND_LIST)
                return draft_append(key->value, text);

        list = draft_list(draft, NULL);
        if (!list || draft_append(list, key->value) < 0)
                return -ENOMEM;
        key->value = list;
        return draft_append(list, text);
}

static int add_header(Draft *draft, YamlNode *headers, const char *header) {
        const char *colon = strchr(header, ':');
        CLEANUP_FREE char *name = colon ? strndup(header, (size_t) (colon - header)) : NULL;

        if (!colon || colon == header) {
                complain("--header expects \"NAME: VALUE\", not '%s'", header);
                return STATUS_USAGE;
        }
        colon++;
        colon += strspn(colon, " \t");
        return !name || add_header_text(draft, headers, name, draft_text(draft, colon)) < 0 ? out_of_memory()
                                                                                            : STATUS_OK;
}

/* As curl has it: "@FILE" is what that file holds when the job runs. */
static int add_body(Draft *draft, const char *data) {
        CLEANUP_FREE char *path = NULL;

        if (!data || data[0] != '@')
                return set_text(draft, "http.body", data);
        path = realpath(data + 1, NULL);
        if (!path)
                return complain_errno(-errno, "cannot take the body from '%s'", data + 1);
        return set_text(draft, "http.body.file", path);
}

static int add_http(const Options *options, Draft *draft) {
        YamlNode *headers = draft_mapping(draft);
        int status;

        if (!options->http) {
                if (!options->method && !options->headers && !options->data)
                        return STATUS_OK;
                complain("--method, --header and --data go with --http=URL");
                return STATUS_USAGE;
        }
        status = set_text(draft, "http.url", options->http);
        if (status == STATUS_OK)
                status = set_text(draft, "http.method", options->method);
        STRING_LIST_FOREACH(header, options->headers) {
                if (status != STATUS_OK)
                        return status;
                status = headers ? add_header(draft, headers, *header) : out_of_memory();
        }
        if (status == STATUS_OK && options->headers && draft_set(draft, "http.headers", headers) < 0)
                status = out_of_memory();
        return status == STATUS_OK ? add_body(draft, options->data) : status;
}

/* Of what type a value is says the parameter: the text is handed on as it is. */
static int add_values(const Options *options, Draft *draft) {
        YamlNode *values = draft_mapping(draft);

        if (!options->parameters)
                return STATUS_OK;
        STRING_LIST_FOREACH(item, options->parameters) {
                const char *equals = strchrnul(*item, '='); /* there is one: the option was checked */
                CLEANUP_FREE char *name = strndup(*item, (size_t) (equals - *item));

                if (!values || !name || draft_put(draft, values, name, draft_text(draft, equals + 1)) < 0)
                        return out_of_memory();
        }
        return draft_set(draft, "values", values) < 0 ? out_of_memory() : STATUS_OK;
}

int job_options_apply(const Context *context, Draft *draft) {
        const Options *options = &context->options;
        const struct {
                const char *key, *text;
        } texts[] = {
                { "description", options->description },
                { "template", options->templates ? options->templates[0] : NULL },
                { "profile", options->with_profile },
                { "timezone", options->timezone },
                { "user", options->run_as },
                { "queue", options->queue },
                { "timeout", options->timeout },
        };
        int status = STATUS_OK;

        if (string_list_length(options->templates) > 1) {
                complain("a job is made from one template");
                return STATUS_USAGE;
        }
        for (size_t i = 0; i < ARRAY_SIZE(texts) && status == STATUS_OK; i++)
                status = set_text(draft, texts[i].key, texts[i].text);
        if (status == STATUS_OK)
                status = add_values(options, draft);
        if (status == STATUS_OK)
                status = add_schedules(context, draft);
        if (status == STATUS_OK)
                status = add_http(options, draft);
        if (status == STATUS_OK && options->tags &&
            draft_set(draft, "tags", draft_list(draft, options->tags)) < 0)
                status = out_of_memory();
        STRING_LIST_FOREACH(assignment, options->sets)
                if (status == STATUS_OK)
                        status = draft_assign(draft, *assignment);
        return status;
}
