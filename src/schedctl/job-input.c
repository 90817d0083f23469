/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/job-input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job/job-body.h"
#include "job/job-limits.h"
#include "job/yaml-merge.h"
#include "schedctl/definitions.h"
#include "schedctl/message.h"
#include "util/file.h"

void job_input_done(JobInput *input) {
        for (size_t i = 0; i < input->n_items; i++) {
                free(input->items[i].name);
                free(input->items[i].source);
        }
        free(input->items);
        draft_done(&input->draft);
        *input = (JobInput){ 0 };
}

static int add_item(JobInput *input, const char *name, char *source) {
        JobInputItem *items = reallocarray(input->items, input->n_items + 1, sizeof(*items));
        char *copy = strdup(name);

        if (items)
                input->items = items;
        if (!items || !copy || !source) {
                free(copy);
                free(source);
                return complain_errno(-ENOMEM, "cannot read the definitions");
        }
        input->items[input->n_items++] = (JobInputItem){ .name = copy, .source = source };
        return STATUS_OK;
}

/* --- one job --------------------------------------------------------------------------------------- */

/* It is sent as it was written, comments and all. */
static int take_body(JobInput *input, const char *file, const char *name, const char *text, size_t size) {
        if (!name) {
                complain("%s: a job needs a name; give one, or write it as jobs: {NAME: …}", file);
                return STATUS_USAGE;
        }
        input->as_written = true;
        return add_item(input, name, strndup(text, size));
}

/* --- a file of jobs -------------------------------------------------------------------------------- */

static int add_job(JobInput *input, const char *file, const YamlNode *key, const YamlNode *defaults) {
        const YamlNode *body = key->value, *merged = NULL;
        char *source = NULL;
        int r;

        if (body->kind != YAML_KIND_MAPPING) {
                complain("%s:%u: job '%s' is no mapping", file, key->line, key->text);
                return STATUS_FAILURE;
        }
        if (key->flags & YAML_FLAG_DUPLICATE) {
                complain("%s:%u: job '%s' is there twice", file, key->line, key->text);
                return STATUS_FAILURE;
        }
        r = yaml_merge(&input->draft.tree, defaults, body, job_whole_keys, &merged);
        if (r >= 0)
                r = draft_format_node(merged, true, &source);
        if (r < 0)
                return complain_errno(r, "cannot read the definitions");
        return add_item(input, key->text, source);
}

static const YamlNode *mapping_of(const YamlNode *root, const char *name) {
        const YamlNode *key = yaml_mapping_find(root, name);

        return key && key->value->kind == YAML_KIND_MAPPING ? key->value : NULL;
}

static int check_keys(const char *file, const YamlNode *root) {
        static const char *const known[] = { "jobs", "defaults", "profiles", "paused", "once" };

        YAML_FOREACH(key, root) {
                bool is_known = false;

                for (size_t i = 0; i < ARRAY_SIZE(known); i++)
                        is_known = is_known || strcmp(key->text, known[i]) == 0;
                if (!is_known) {
                        complain("%s:%u: '%s' is not made at run time, only in files of jobsched.d; here are "
                                 "jobs, defaults, profiles, paused and once",
                                 file, key->line, key->text);
                        return STATUS_FAILURE;
                }
                if (key->value->kind != YAML_KIND_MAPPING && !yaml_node_is_null(key->value)) {
                        complain("%s:%u: '%s' expects a mapping, not %s", file, key->line, key->text,
                                 yaml_kind_phrase(key->value));
                        return STATUS_FAILURE;
                }
        }
        return STATUS_OK;
}

static int take_file(JobInput *input, const char *file, const YamlNode *root) {
        const YamlNode *jobs = mapping_of(root, "jobs");
        int status;

        status = check_keys(file, root);
        if (status != STATUS_OK)
                return status;
        input->profiles = mapping_of(root, "profiles");
        input->paused = mapping_of(root, "paused");
        input->once = mapping_of(root, "once");
        if (!jobs)
                return STATUS_OK;
        YAML_FOREACH(key, jobs) {
                status = add_job(input, file, key, mapping_of(root, "defaults"));
                if (status != STATUS_OK)
                        return status;
        }
        return STATUS_OK;
}

/* --- both ------------------------------------------------------------------------------------------ */

int job_input_parse(JobInput *input, const char *file, const char *name, const char *text, size_t size) {
        YamlNode *root = NULL;
        int r;

        r = draft_init(&input->draft);
        if (r >= 0)
                r = draft_parse(&input->draft, file, text, size, &root);
        if (r == -EINVAL) {
                definitions_print_faults(&input->draft.faults, NULL, NULL);
                return STATUS_FAILURE;
        }
        if (r < 0)
                return complain_errno(r, "cannot read '%s'", file);
        if (!root || root->kind != YAML_KIND_MAPPING) {
                complain("%s: expected a mapping, the keys of a job or of a file of jobs", file);
                return STATUS_FAILURE;
        }
        if (name || !(yaml_mapping_find(root, "jobs") || yaml_mapping_find(root, "profiles")))
                return take_body(input, file, name, text, size);
        return take_file(input, file, root);
}

int job_input_read(JobInput *input, const char *path, const char *name) {
        bool from_stdin = !path || strcmp(path, "-") == 0;
        const char *file = from_stdin ? "standard input" : path;
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;
        int r;

        r = from_stdin ? fd_read_all(STDIN_FILENO, JOB_FILE_SIZE_MAX, &text, &size)
                       : file_read(path, JOB_FILE_SIZE_MAX, &text, &size);
        if (r < 0)
                return complain_errno(r, "cannot read %s", file);
        return job_input_parse(input, file, name, text, size);
}

int job_input_from_options(JobInput *input, const Context *context, const char *name) {
        char *source = NULL;
        int r, status;

        r = draft_init(&input->draft);
        if (r < 0)
                return complain_errno(r, "cannot make a definition");
        status = job_options_apply(context, &input->draft);
        if (status != STATUS_OK)
                return status;
        if (context->command && *context->command)
                r = draft_set(&input->draft, "command", draft_list(&input->draft, context->command));
        if (r >= 0)
                r = draft_format(&input->draft, true, &source);
        if (r < 0)
                return complain_errno(r, "cannot make a definition");
        return add_item(input, name, source);
}
