/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * export: what was made at run time as one file of YAML, from which import makes the same again. Jobs are
 * written as they were given, but for comments, so that exporting what was imported gives the same text.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job/parameter.h"
#include "protocol/secret-id.h"
#include "schedctl/draft.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"
#include "util/timestamp.h"

typedef struct Export {
        Context *context;
        Draft draft;
        YamlNode *jobs, *profiles, *paused, *once;     /* mappings */
        YamlNode **jobs_end, **paused_end, **once_end; /* where the next one goes */
} Export;

static int out_of_memory(void) {
        return complain_errno(-ENOMEM, "cannot write the export");
}

/* --- jobs ------------------------------------------------------------------------------------------ */

/* What import does beside making the job: it is paused, for good or until an instant. */
static int add_pause(Export *export, const json_t *job) {
        usec_t until_usec = view_instant(job, "paused_until");
        char instant[TIMESTAMP_MAX];
        YamlNode *until;

        if (!json_is_true(json_object_get(job, "paused")))
                return STATUS_OK;
        until = draft_text(
                        &export->draft,
                        until_usec == USEC_INFINITY ? "true" : timestamp_format_utc(until_usec, instant));
        if (until && until_usec == USEC_INFINITY)
                until->flags = YAML_FLAG_PLAIN;
        return draft_put_last(&export->draft, export->paused, &export->paused_end, view_text(job, "name"),
                              until) < 0
                        ? out_of_memory()
                        : STATUS_OK;
}

/* The secret that was given at run time stays here; what stands for it is told from a value. */
static int mark_secret(Export *export, YamlNode *value, const char *key, const char *job) {
        CLEANUP_FREE char *text = NULL;
        const YamlNode *marked;

        if (asprintf(&text, "${secret:%s}", value->text) < 0) {
                text = NULL;
                return -ENOMEM;
        }
        marked = draft_text(&export->draft, text);
        if (!marked)
                return -ENOMEM;
        value->text = marked->text;
        value->size = marked->size;
        value->flags = marked->flags;
        complain("%s: the value of '%s' is a secret, which stays here: the file has ${secret:…} for it, "
                 "which "
                 "only this job, here, understands",
                 job, key);
        return 0;
}

static int mark_secrets(Export *export, const YamlNode *body, const json_t *job) {
        const char *text = json_string_value(json_object_get(job, "definition"));
        const YamlNode *values = yaml_mapping_find(body, "values"), *parameters;
        YamlNode *definition = NULL;
        int r;

        if (!values || values->value->kind != YAML_KIND_MAPPING || !text)
                return 0;
        r = draft_parse(&export->draft, NULL, text, strlen(text), &definition);
        parameters = r >= 0 && definition ? yaml_mapping_find(definition, "parameters") : NULL;
        if (!parameters)
                return r;
        YAML_FOREACH(key, values->value) {
                const YamlNode *declared = yaml_mapping_find(parameters->value, key->text);
                const YamlNode *type = declared ? yaml_mapping_find(declared->value, "type") : NULL;

                if (type && strcmp(type->value->text, "secret") == 0 && secret_id_valid(key->value->text))
                        r = mark_secret(export, key->value, key->text, view_text(job, "name"));
                if (r < 0)
                        return r;
        }
        return 0;
}

/* It leaves the list when it has run. */
static int add_once(Export *export, const json_t *job) {
        YamlNode *yes;

        if (!json_is_true(json_object_get(job, "one_shot")))
                return STATUS_OK;
        yes = draft_text(&export->draft, "true");
        if (yes)
                yes->flags = YAML_FLAG_PLAIN;
        return draft_put_last(&export->draft, export->once, &export->once_end, view_text(job, "name"), yes) <
                                        0
                        ? out_of_memory()
                        : STATUS_OK;
}

/* A job of a file, one of others whose definition is not shown, and what has begun for the last time stay. */
static bool is_exported(const Export *export, const json_t *job) {
        bool is_over = json_is_true(json_object_get(job, "one_shot")) &&
                        !json_is_true(json_object_get(job, "pending"));

        return !is_over && (export->context->options.all || strcmp(view_text(job, "origin"), "runtime") == 0);
}

static int add_job(Export *export, const json_t *job) {
        const char *name = view_text(job, "name");
        bool is_runtime = strcmp(view_text(job, "origin"), "runtime") == 0;
        const char *text = json_string_value(json_object_get(job, is_runtime ? "source" : "definition"));
        YamlNode *body = NULL;
        int r, status;

        if (!text || !is_exported(export, job))
                return STATUS_OK;
        r = draft_parse(&export->draft, NULL, text, strlen(text), &body);
        if (r >= 0 && !body)
                body = draft_mapping(&export->draft);
        if (r >= 0 && body && is_runtime)
                r = mark_secrets(export, body, job);
        if (r >= 0)
                r = draft_put_last(&export->draft, export->jobs, &export->jobs_end, name, body);
        if (r < 0)
                return complain_errno(r, "cannot export '%s'", name);
        status = add_pause(export, job);
        return status == STATUS_OK ? add_once(export, job) : status;
}

static int add_jobs(Export *export, char **words) {
        CLEANUP_JSON json_t *jobs = NULL;
        static char all[] = "*";
        char *everything[] = { all, NULL };
        const json_t *job;
        ClientFilter filter;
        size_t i;
        int status;

        context_choice(export->context, &filter);
        filter.names = *words ? words : everything;
        status = fetch_definitions(export->context, &filter, &jobs);
        json_array_foreach(jobs, i, job) if (status == STATUS_OK) status = add_job(export, job);
        if (status == STATUS_OK && *words && json_array_size(jobs) == 0) {
                complain("no such job: '%s'", *words);
                status = STATUS_NO_SUCH;
        }
        return status;
}

/* --- profiles -------------------------------------------------------------------------------------- */

static int add_profile(Export *export, const json_t *profile) {
        YamlNode *values = draft_mapping(&export->draft);
        const char *name;
        json_t *value;

        if (!export->context->options.all && strcmp(view_text(profile, "origin"), "runtime") != 0)
                return STATUS_OK;
        json_object_foreach(json_object_get(profile, "values"), name, value) {
                const char *text = json_string_value(value);

                if (!values ||
                    (text && draft_put(&export->draft, values, name, draft_text(&export->draft, text)) < 0))
                        return out_of_memory();
        }
        return draft_put(&export->draft, export->profiles, view_text(profile, "name"), values) < 0
                        ? out_of_memory()
                        : STATUS_OK;
}

static int add_profiles(Export *export) {
        CLEANUP_JSON json_t *profiles = NULL;
        const json_t *profile;
        size_t i;
        int status;

        status = fetch_profiles(export->context, &profiles);
        json_array_foreach(profiles, i, profile) if (status == STATUS_OK) status =
                        add_profile(export, profile);
        return status;
}

/* --- the file -------------------------------------------------------------------------------------- */

static int print(Export *export) {
        const struct {
                const char *key;
                YamlNode *mapping;
                bool if_empty;
        } parts[] = {
                { "jobs", export->jobs, true },
                { "profiles", export->profiles, false },
                { "paused", export->paused, false },
                { "once", export->once, false },
        };
        CLEANUP_FREE char *text = NULL;
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(parts) && r >= 0; i++)
                if (parts[i].if_empty || parts[i].mapping->size > 0)
                        r = draft_put(&export->draft, export->draft.root, parts[i].key, parts[i].mapping);
        if (r >= 0)
                r = draft_format(&export->draft, true, &text);
        if (r < 0)
                return out_of_memory();
        printf("# schedctl import makes these again. For jobsched.d leave out \"paused\" and \"once\".\n%s",
               text);
        return STATUS_OK;
}

int verb_export(Context *context, char **arguments) {
        Export export = { .context = context };
        int status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        if (draft_init(&export.draft) >= 0) {
                export.jobs = draft_mapping(&export.draft);
                export.profiles = draft_mapping(&export.draft);
                export.paused = draft_mapping(&export.draft);
                export.once = draft_mapping(&export.draft);
        }
        if (!export.jobs || !export.profiles || !export.paused || !export.once)
                status = out_of_memory();
        if (status == STATUS_OK)
                status = add_jobs(&export, arguments);
        if (status == STATUS_OK && !*arguments && !options_choose(&context->options))
                status = add_profiles(&export);
        if (status == STATUS_OK)
                status = print(&export);
        draft_done(&export.draft);
        return status;
}
