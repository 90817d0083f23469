/* SPDX-License-Identifier: GPL-2.0-or-later */

/* create-profile, edit-profile, delete-profile, prune-profiles. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "job/yaml-node.h"
#include "schedctl/draft.h"
#include "schedctl/message.h"
#include "schedctl/verbs.h"
#include "util/file.h"
#include "util/string-list.h"

#define TEXT_MAX ((size_t) 1024 * 1024)

/* --- values ---------------------------------------------------------------------------------------- */

static int check_pairs(char *const *pairs) {
        STRING_LIST_FOREACH(pair, pairs) {
                if (strchr(*pair, '=') && (*pair)[0] != '=')
                        continue;
                complain("'%s' is no value: KEY=VALUE is expected", *pair);
                return STATUS_USAGE;
        }
        return STATUS_OK;
}

/* A mapping of scalars, as `profiles:` of a file holds them. */
static int values_of_mapping(const YamlNode *root, char ***ret) {
        if (!root || root->kind != YAML_KIND_MAPPING) {
                complain("standard input holds no values: 'KEY: VALUE' lines are expected");
                return STATUS_FAILURE;
        }
        YAML_FOREACH(key, root) {
                char *line;
                int r;

                if (key->value->kind != YAML_KIND_SCALAR) {
                        complain("standard input, line %u: '%s' is %s; a value is expected", key->line,
                                 key->text, yaml_kind_phrase(key->value));
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

static int read_values(char ***ret) {
        CLEANUP(draft_done) Draft draft = { 0 };
        CLEANUP_FREE char *text = NULL;
        YamlNode *root = NULL;
        size_t size = 0;
        int r;

        r = fd_read_all(STDIN_FILENO, TEXT_MAX, &text, &size);
        if (r >= 0)
                r = draft_init(&draft);
        if (r >= 0)
                r = draft_parse(&draft, "standard input", text, size, &root);
        if (r == -EINVAL) {
                for (size_t i = 0; i < draft.faults.n_items; i++)
                        complain("standard input, line %u: %s", draft.faults.items[i].line,
                                 draft.faults.items[i].message);
                return STATUS_FAILURE;
        }
        return r < 0 ? complain_errno(r, "cannot read standard input") : values_of_mapping(root, ret);
}

/* --- set ------------------------------------------------------------------------------------------- */

static int set(Context *context, const ClientProfile *profile) {
        ClientError error = { 0 };
        uint64_t revision = 0;
        int r, status;

        status = context_client(context);
        if (status != STATUS_OK)
                return status;
        r = client_set_profile(context->client, profile, &revision, &error);
        if (r < 0)
                return complain_client(r, &error, profile->name);
        context_remark(context, "Profile '%s' is at revision %" PRIu64 ".", profile->name, revision);
        return STATUS_OK;
}

int verb_create_profile(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **read = NULL;
        ClientProfile profile = { .name = arguments[0], .values = arguments + 1, .create = true };
        int status = check_pairs(arguments + 1);

        if (status == STATUS_OK && !arguments[1] && !isatty(STDIN_FILENO)) {
                status = read_values(&read);
                profile.values = read;
        }
        return status == STATUS_OK ? set(context, &profile) : status;
}

/* Pairs are laid over what is there; what comes from standard input is all there will be. */
int verb_edit_profile(Context *context, char **arguments) {
        CLEANUP(string_list_freep) char **read = NULL;
        ClientProfile profile = { .name = arguments[0],
                                  .values = arguments + 1,
                                  .if_revision = context->options.if_revision };
        int status = check_pairs(arguments + 1);

        if (status == STATUS_OK && !arguments[1] && isatty(STDIN_FILENO)) {
                complain("give KEY=VALUE, or all values as YAML on standard input");
                status = STATUS_USAGE;
        } else if (status == STATUS_OK && !arguments[1]) {
                status = read_values(&read);
                profile.values = read;
                profile.replace = true;
        }
        return status == STATUS_OK ? set(context, &profile) : status;
}

/* --- delete ---------------------------------------------------------------------------------------- */

static void print_deleted(const Context *context, char *const *names) {
        STRING_LIST_FOREACH(name, names)
                printf("%s\n", *name);
        if (string_list_length(names) == 0)
                context_remark(context, "No profile %s.",
                               context->options.dry_run ? "would go" : "was deleted");
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
        if (context->options.dry_run)
                print_deleted(context, deleted);
        return STATUS_OK;
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
        print_deleted(context, deleted);
        return STATUS_OK;
}
