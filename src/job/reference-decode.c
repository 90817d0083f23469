/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys by which a job names other jobs: `after:`, `trigger:`, and `not-running` among the conditions. */

#include <string.h>

#include "job/job-fields.h"
#include "util/string-list.h"

#define REFERENCES_MAX 1000U

/* clang-format off */
const YamlField after_fields[] = {
        { YAML_CUSTOM  ("jobs", AfterPolicy, jobs, char **, job_decode_references), .required = true,
          .type = "job | list of jobs", .fallback = "" },
        { YAML_ENUM    ("when", AfterPolicy, when, AfterWhen, after_when_names),
          .type = "success | failure | any", .fallback = "success" },
        { YAML_DURATION("wait", AfterPolicy, wait_usec, 0, USEC_INFINITY),
          .type = "duration", .fallback = "until the next occurrence is due" },
        { .key = NULL },
};

const YamlField trigger_fields[] = {
        { YAML_CUSTOM("on-success", Triggers, on_success, char **, job_decode_references),
          .type = "job | list of jobs", .fallback = "" },
        { YAML_CUSTOM("on-failure", Triggers, on_failure, char **, job_decode_references),
          .type = "job | list of jobs", .fallback = "" },
        { .key = NULL },
};
/* clang-format on */

/*
 * The name in full: an ordinary user's "NAME" is "USER/NAME". Returns 1 with *ret, 0 with an error in the
 * diagnostics, or -ENOMEM.
 */
static int resolve(const YamlContext *context, const YamlField *field, const YamlNode *node, char **ret) {
        const JobDecodeContext *job = job_decode_context(context);
        const char *text = yaml_text(context, node, field->key), *slash, *own_slash;
        int n_user;

        if (!text)
                return 0;
        if (!job_name_valid(text)) {
                yaml_error(context, node, "'%s' expects names of jobs, not '%.160s'", field->key, text);
                return 0;
        }

        slash = strchr(text, '/');
        own_slash = job_is_of_ordinary_user(job) && job->name ? strchr(job->name, '/') : NULL;
        n_user = own_slash ? (int) (own_slash - job->name) : 0;
        if (own_slash && slash &&
            (slash - text != n_user || strncmp(text, job->name, (size_t) n_user) != 0)) {
                yaml_error(context, node,
                           "'%s' cannot name '%.160s': it is a job of another user than '%s' is", field->key,
                           text, job->name);
                return 0;
        }
        if (own_slash && !slash)
                return asprintf(ret, "%.*s/%s", n_user, job->name, text) < 0 ? -ENOMEM : 1;
        *ret = strdup(text);
        return *ret ? 1 : -ENOMEM;
}

static int add_reference(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                char ***list) {

        CLEANUP_FREE char *name = NULL;
        int r;

        r = resolve(context, field, node, &name);
        if (r <= 0)
                return r;
        if (string_list_contains(*list, name)) {
                yaml_error(context, node, "'%s' names '%s' twice", field->key, name);
                return 0;
        }
        return string_list_take_push(list, TAKE_PTR(name));
}

int job_decode_references(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        CLEANUP(string_list_freep) char **list = NULL;
        int r = 0;

        if (node->kind == YAML_KIND_MAPPING) {
                yaml_error(context, node, "'%s' expects names of jobs, not a mapping", field->key);
                return 0;
        }
        if (node->kind == YAML_KIND_LIST && node->size > REFERENCES_MAX) {
                yaml_error(context, node, "'%s' names more than %u jobs", field->key, REFERENCES_MAX);
                return 0;
        }

        if (node->kind == YAML_KIND_SCALAR)
                r = add_reference(context, field, node, &list);
        else
                for (const YamlNode *item = node->first; item && r >= 0; item = item->next)
                        r = add_reference(context, field, item, &list);
        if (r < 0)
                return r;

        (void) string_list_free(*(char ***) member);
        *(char ***) member = TAKE_PTR(list);
        return 0;
}

int job_decode_after(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        AfterPolicy *after = member;

        if (node->kind == YAML_KIND_MAPPING)
                return yaml_fields_decode(context, after_fields, node, after);
        return job_decode_references(context, field, node, &after->jobs);
}

/* An override's line would be one of another file. */
static unsigned line_of(const YamlContext *context, const YamlNode *key, const Job *job) {
        const char *file = key ? yaml_tree_source(context->tree, key) : NULL;

        return file && job->file && strcmp(file, job->file) == 0 ? key->line : 0;
}

void job_check_after(const YamlContext *context, const YamlNode *body, Job *job) {
        const YamlNode *after = yaml_mapping_find(body, "after");
        const YamlNode *wait = after ? yaml_mapping_find(after->value, "wait") : NULL;

        job->after.line = line_of(context, after, job);
        job->triggers.line = line_of(context, yaml_mapping_find(body, "trigger"), job);
        if (wait && !yaml_node_is_null(wait->value) && job->timetable.n_entries == 0)
                yaml_warning(context, wait,
                             "'wait' has no effect: without a 'schedule' the job starts whenever those in "
                             "'after' have ended");
}
