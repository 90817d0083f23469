/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * import: a file as export writes it. Its jobs are one change with their pauses, all of them or none.
 * Profiles, which jobs may name, come before; if the jobs are refused, those that were new go again and the
 * others get back what they had.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/change.h"
#include "schedctl/job-input.h"
#include "schedctl/message.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "schedctl/view.h"
#include "util/string-list.h"
#include "util/timestamp.h"

typedef struct Import {
        Context *context;
        JobInput input;
        char **new_profiles;
        json_t *old_profiles; /* all that there were, as list-profiles has them */
        char **replaced_profiles;
} Import;

/* --- profiles -------------------------------------------------------------------------------------- */

static int read_values(const YamlNode *profile, char ***ret) {
        if (profile->value->kind != YAML_KIND_MAPPING) {
                complain("profile '%s' is no mapping of values", profile->text);
                return STATUS_FAILURE;
        }
        YAML_FOREACH(key, profile->value) {
                char *item = NULL;

                if (key->value->kind != YAML_KIND_SCALAR) {
                        complain("profile '%s': '%s' is no single value", profile->text, key->text);
                        return STATUS_FAILURE;
                }
                if (asprintf(&item, "%s=%s", key->text, key->value->text) < 0 ||
                    string_list_take_push(ret, item) < 0)
                        return complain_errno(-ENOMEM, "cannot import the profiles");
        }
        return STATUS_OK;
}

static int set_profile(Import *import, const YamlNode *profile) {
        CLEANUP(string_list_freep) char **values = NULL;
        ClientProfile order = { .name = profile->text, .create = true };
        bool replaces = import->context->options.replace;
        ClientError error = { 0 };
        uint64_t revision = 0;
        int r, status;

        status = read_values(profile, &values);
        if (status != STATUS_OK)
                return status;
        order.values = values;
        r = client_set_profile(import->context->client, &order, &revision, &error);
        if (r >= 0)
                return string_list_push(&import->new_profiles, profile->text) < 0
                                ? complain_errno(-ENOMEM, "cannot import the profiles")
                                : STATUS_OK;
        if (!replaces)
                return complain_client(r, &error, profile->text);
        client_error_done(&error);
        order.replace = true;
        r = client_set_profile(import->context->client, &order, &revision, &error);
        if (r < 0)
                return complain_client(r, &error, profile->text);
        return string_list_push(&import->replaced_profiles, profile->text) < 0
                        ? complain_errno(-ENOMEM, "cannot import the profiles")
                        : STATUS_OK;
}

static int set_profiles(Import *import) {
        int status;

        if (!import->input.profiles || import->context->options.dry_run)
                return STATUS_OK;
        status = context_client(import->context);
        if (status == STATUS_OK && import->context->options.replace)
                status = fetch_profiles(import->context, &import->old_profiles);
        YAML_FOREACH(profile, import->input.profiles)
        if (status == STATUS_OK)
                status = set_profile(import, profile);
        return status;
}

/* What it held before. A hidden one stands behind a file's, whose values are not its own. */
static int old_values(const Import *import, const char *name, char ***ret) {
        const json_t *profile, *value;
        const char *key;
        size_t i;

        json_array_foreach(import->old_profiles, i, profile) {
                if (strcmp(view_text(profile, "name"), name) != 0 ||
                    strcmp(view_text(profile, "origin"), "runtime") != 0)
                        continue;
                json_object_foreach((json_t *) json_object_get(profile, "values"), key, value) {
                        char *item = NULL;

                        if (asprintf(&item, "%s=%s", key, json_string_value(value) ?: "") < 0 ||
                            string_list_take_push(ret, item) < 0)
                                return -ENOMEM;
                }
        }
        return 0;
}

static void restore_profiles(const Import *import) {
        STRING_LIST_FOREACH(name, import->replaced_profiles) {
                CLEANUP(string_list_freep) char **values = NULL;
                ClientProfile order = { .name = *name, .replace = true };
                ClientError error = { 0 };
                uint64_t revision;
                int r;

                r = old_values(import, *name, &values);
                order.values = values;
                if (r >= 0)
                        r = client_set_profile(import->context->client, &order, &revision, &error);
                if (r < 0)
                        (void) complain_client(r, &error, "a profile stays as the file has it");
        }
}

static void take_profiles_back(const Import *import) {
        CLEANUP(string_list_freep) char **deleted = NULL;
        ClientError error = { 0 };
        int r;

        restore_profiles(import);
        if (!import->new_profiles)
                return;
        r = client_delete_profiles(import->context->client, import->new_profiles, false, &deleted, &error);
        if (r < 0)
                (void) complain_client(r, &error, "the profiles stay");
}

/* --- jobs ------------------------------------------------------------------------------------------ */

/* "true" is for good (0), else it ends at that instant. */
static int read_pause(const char *name, const YamlNode *pause, usec_t *ret_until_usec) {
        Timestamp timestamp;

        *ret_until_usec = 0;
        if (pause->kind == YAML_KIND_SCALAR && strcmp(pause->text, "true") == 0)
                return STATUS_OK;
        if (pause->kind != YAML_KIND_SCALAR || timestamp_parse(pause->text, &timestamp) < 0 ||
            !timestamp.has_offset) {
                complain("paused: '%s' expects true or an instant such as 2026-03-29T01:00:00Z", name);
                return STATUS_FAILURE;
        }
        *ret_until_usec = timestamp_to_usec(&timestamp);
        return STATUS_OK;
}

/* The pause of a job, which was checked. Returns false if it has none, or it is over. */
static bool find_pause(const Import *import, const char *name, usec_t *ret_until_usec) {
        const YamlNode *key = import->input.paused ? yaml_mapping_find(import->input.paused, name) : NULL;

        return key && read_pause(name, key->value, ret_until_usec) == STATUS_OK &&
                        (*ret_until_usec == 0 || *ret_until_usec > context_now(import->context));
}

static int send_jobs(Import *import) {
        const JobInput *input = &import->input;
        CLEANUP_FREE ClientChange *changes = calloc(input->n_items + 1, sizeof(*changes));

        if (!changes)
                return complain_errno(-ENOMEM, "cannot import the jobs");
        for (size_t i = 0; i < input->n_items; i++) {
                changes[i] = (ClientChange){
                        .kind = import->context->options.replace ? "put" : "create",
                        .name = input->items[i].name,
                        .definition = input->items[i].source,
                        .one_shot = import->input.once &&
                                        yaml_mapping_find(import->input.once, input->items[i].name),
                };
                changes[i].paused = find_pause(import, changes[i].name, &changes[i].paused_until_usec);
        }
        return input->n_items > 0 ? change_jobs(import->context, changes, input->n_items, false) : STATUS_OK;
}

static int check_pauses(const Import *import) {
        usec_t until_usec;
        int status = STATUS_OK;

        if (!import->input.paused)
                return STATUS_OK;
        YAML_FOREACH(key, import->input.paused)
        if (status == STATUS_OK)
                status = read_pause(key->text, key->value, &until_usec);
        return status;
}

static int import_all(Import *import) {
        int status;

        status = check_pauses(import);
        if (status == STATUS_OK)
                status = set_profiles(import);
        if (status == STATUS_OK)
                status = send_jobs(import);
        if (status != STATUS_OK)
                take_profiles_back(import);
        return status;
}

int verb_import(Context *context, char **arguments) {
        Import import = { .context = context };
        int status;

        status = job_input_read(&import.input, arguments[0], NULL);
        if (status == STATUS_OK)
                status = import_all(&import);
        job_input_done(&import.input);
        (void) string_list_free(import.new_profiles);
        (void) string_list_free(import.replaced_profiles);
        json_decref(import.old_profiles);
        return status;
}
