/* SPDX-License-Identifier: GPL-2.0-or-later */

/* create-profile, edit-profile, delete-profile, prune-profiles. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "job/yaml-node.h"
#include "schedctl/draft.h"
#include "schedctl/editor.h"
#include "schedctl/message.h"
#include "schedctl/output-format.h"
#include "schedctl/selection.h"
#include "schedctl/verbs.h"
#include "util/file.h"
#include "util/string-list.h"

#define TEXT_MAX ((size_t) 1024 * 1024)

/* --- values ---------------------------------------------------------------------------------------- */

/* Those of -p and the words behind the name. */
static int given_values(const Context *context, char *const *words, char ***ret) {
        CLEANUP(string_list_freep) char **pairs = NULL;
        int r = string_list_copy(words, &pairs);

        STRING_LIST_FOREACH(pair, pairs) {
                if (strchr(*pair, '=') && (*pair)[0] != '=')
                        continue;
                complain("'%s' is no value: KEY=VALUE is expected", *pair);
                return STATUS_USAGE;
        }
        STRING_LIST_FOREACH(pair, context->options.parameters)
                if (r >= 0)
                        r = string_list_push(&pairs, *pair);
        if (r < 0)
                return complain_errno(r, "cannot take the values");
        *ret = TAKE_PTR(pairs);
        return STATUS_OK;
}

/* A mapping of scalars, as `profiles:` of a file holds them. */
static int values_of_mapping(const YamlNode *root, const char *source, char ***ret) {
        if (root && root->kind != YAML_KIND_MAPPING) {
                complain("%s holds no values: 'KEY: VALUE' lines are expected", source);
                return STATUS_FAILURE;
        }
        if (!root)
                return STATUS_OK;
        YAML_FOREACH(key, root) {
                char *line;
                int r;

                if (key->value->kind != YAML_KIND_SCALAR) {
                        complain("%s, line %u: '%s' is %s; a value is expected", source, key->line, key->text,
                                 yaml_kind_phrase(key->value));
                        return STATUS_FAILURE;
                }
                r = asprintf(&line, "%s=%s", key->text,
                             yaml_node_is_null(key->value) ? "" : key->value->text);
                r = r < 0 ? -ENOMEM : string_list_take_push(ret, line);
                if (r < 0)
                        return complain_errno(r, "cannot read the values");
        }
        return STATUS_OK;
}

/* None at all is no fault here. `source` is for messages. */
static int values_of_text(const char *text, size_t size, const char *source, char ***ret) {
        CLEANUP(draft_done) Draft draft = { 0 };
        YamlNode *root = NULL;
        int r;

        r = draft_init(&draft);
        if (r >= 0)
                r = draft_parse(&draft, source, text, size, &root);
        if (r == -EINVAL) {
                for (size_t i = 0; i < draft.faults.n_items; i++)
                        complain("%s, line %u: %s", source, draft.faults.items[i].line,
                                 draft.faults.items[i].message);
                return STATUS_FAILURE;
        }
        return r < 0 ? complain_errno(r, "cannot read %s", source) : values_of_mapping(root, source, ret);
}

static int read_values(char ***ret) {
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        int r;

        r = fd_read_all(STDIN_FILENO, TEXT_MAX, &text, &size);
        if (r < 0)
                return complain_errno(r, "cannot read standard input");
        r = values_of_text(text, size, "standard input", ret);
        if (r != STATUS_OK || *ret)
                return r;
        complain("standard input holds no values: 'KEY: VALUE' lines are expected");
        return STATUS_FAILURE;
}

/* --- set ------------------------------------------------------------------------------------------- */

/* Says the new revision, or gives it to the caller. */
static int set(Context *context, const ClientProfile *profile, uint64_t *ret_revision) {
        ClientError error = { 0 };
        uint64_t revision = 0;
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_set_profile(context->client, profile, &revision, &error);
        if (r < 0)
                return complain_client(r, &error, profile->name);
        if (ret_revision)
                *ret_revision = revision;
        else
                context_remark(context, "Profile '%s' is at revision %" PRIu64 ".", profile->name, revision);
        return STATUS_OK;
}

/* --- edit ------------------------------------------------------------------------------------------ */

typedef struct ProfileEdit {
        Context *context;
        ClientProfile profile;
        char *original;
        EditorCopy copy;
} ProfileEdit;

/* Of a new one only a line that says what to write. */
static int print_values(const json_t *values, const char *name, char **ret) {
        CLEANUP(draft_done) Draft draft = { 0 };
        CLEANUP_FREE char *yaml = NULL;
        const char *key;
        json_t *value;
        int r;

        r = draft_init(&draft);
        json_object_foreach((json_t *) values, key, value) {
                if (r >= 0)
                        r = draft_put(&draft, draft.root, key,
                                      draft_text(&draft, json_string_value(value) ?: ""));
        }
        if (r >= 0 && json_object_size(values) > 0)
                r = draft_format(&draft, false, &yaml);
        if (r >= 0 &&
            asprintf(ret, "# The values of profile '%s', a line for each:\n# KEY: VALUE\n%s", name,
                     yaml ?: "") < 0)
                r = -ENOMEM;
        return r < 0 ? complain_errno(r, "cannot write the values of '%s'", name) : STATUS_OK;
}

/* Returns a status; *ret_done says whether nothing is left to do. */
static int save_copy(ProfileEdit *edit, bool *ret_done) {
        CLEANUP(string_list_freep) char **values = NULL;
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        int r;

        *ret_done = true;
        r = file_read(edit->copy.path, TEXT_MAX, &text, &size);
        if (r < 0)
                return complain_errno(r, "cannot read the edited copy");
        if (strcmp(text, edit->original) == 0) {
                context_remark(edit->context, "'%s' is unchanged.", edit->profile.name);
                return STATUS_OK;
        }
        r = values_of_text(text, size, "what was written", &values);
        edit->profile.values = values;
        if (r == STATUS_OK)
                r = set(edit->context, &edit->profile, NULL);
        edit->profile.values = NULL;
        *ret_done = r == STATUS_OK;
        return r;
}

/* What was typed is never thrown away without a word. */
static int edit_copy(ProfileEdit *edit) {
        const char *name = edit->profile.name;
        bool is_done = false;
        int status;

        for (;;) {
                status = editor_run(edit->copy.path, name);
                if (status == STATUS_OK)
                        status = save_copy(edit, &is_done);
                else
                        return status;
                if (is_done)
                        return status;
                if (editor_ask(NULL) == EDITOR_QUIT)
                        break;
        }
        context_remark(edit->context, "'%s' stays as it was; what you wrote is in '%s'.", name,
                       edit->copy.path);
        edit->copy.path = (free(edit->copy.path), NULL); /* it is kept */
        return STATUS_FAILURE;
}

/* `profile` is as it would be set; nothing at all is set before, to hear whether it can be. */
static int edit_values(Context *context, const ClientProfile *profile) {
        ProfileEdit edit = { .context = context, .profile = *profile };
        CLEANUP_JSON json_t *profiles = NULL;
        const json_t *values = NULL;
        int status = STATUS_OK;

        if (!profile->create) {
                status = set(context, profile, &edit.profile.if_revision);
                edit.profile.replace = true;
                if (status == STATUS_OK)
                        status = fetch_profiles(context, &profiles);
                values = json_object_get(find_profile(profiles, profile->name), "values");
        }
        if (status == STATUS_OK)
                status = print_values(values, profile->name, &edit.original);
        if (status == STATUS_OK)
                status = editor_copy_make(&edit.copy, "profile.yaml", edit.original, strlen(edit.original));
        if (status == STATUS_OK)
                status = edit_copy(&edit);
        editor_copy_done(&edit.copy);
        free(edit.original);
        return status;
}

/* --- the verbs ------------------------------------------------------------------------------------- */

/* Pairs are laid over what is there; what comes from standard input, or an editor, is all there will be. */
static int set_as_given(Context *context, ClientProfile *profile, char *const *words) {
        CLEANUP(string_list_freep) char **values = NULL, **read = NULL;
        int status;

        status = given_values(context, words, &values);
        if (status != STATUS_OK)
                return status;
        profile->values = values;
        if (string_list_length(values) == 0) {
                if (isatty(STDIN_FILENO))
                        return edit_values(context, profile);
                status = read_values(&read);
                profile->values = read;
                profile->replace = !profile->create;
        }
        return status == STATUS_OK ? set(context, profile, NULL) : status;
}

int verb_create_profile(Context *context, char **arguments) {
        return set_as_given(context, &(ClientProfile){ .name = arguments[0], .create = true }, arguments + 1);
}

int verb_edit_profile(Context *context, char **arguments) {
        ClientProfile profile = { .name = arguments[0], .if_revision = context->options.if_revision };

        return set_as_given(context, &profile, arguments + 1);
}

/* --- delete ---------------------------------------------------------------------------------------- */

static int print_deleted(const Context *context, char *const *names) {
        CLEANUP_JSON json_t *array = json_array();

        if (context->options.output == OUTPUT_JSON || context->options.output == OUTPUT_YAML) {
                STRING_LIST_FOREACH(name, names)
                        (void) json_array_append_new(array, json_string(*name));
                return output_print_json(context, array);
        }
        STRING_LIST_FOREACH(name, names)
                printf("%s\n", *name);
        if (string_list_length(names) == 0)
                context_remark(context, "No profile %s.",
                               context->options.dry_run ? "would go" : "was deleted");
        return STATUS_OK;
}

int verb_delete_profile(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **deleted = NULL;
        ClientError error = { 0 };
        int r, status = context_client(context);

        if (status != STATUS_OK)
                return status;
        r = client_delete_profiles(context->client, arguments, context->options.dry_run, &deleted, &error);
        if (r < 0)
                return complain_client(r, &error, arguments[0]);
        return context->options.dry_run ? print_deleted(context, deleted) : STATUS_OK;
}

int verb_prune_profiles(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **deleted = NULL;
        ClientError error = { 0 };
        int r, status = context_client(context);

        if (status != STATUS_OK)
                return status;
        r = client_prune_profiles(context->client, context->options.dry_run, &deleted, &error);
        if (r < 0)
                return complain_client(r, &error, NULL);
        return print_deleted(context, deleted);
}
