/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys by which a job says what it is made from and what it is found by. */

#include <string.h>

#include "job/job-body.h"
#include "job/job-fields.h"
#include "job/parameter-decode.h"
#include "job/yaml-field.h"
#include "util/string-list.h"

#define TAGS_MAX 32U
#define TAG_LENGTH_MAX 64U

int job_decode_template(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_text(context, node, field->key);

        if (!text)
                return 0;
        if (!job_name_valid(text) || strchr(text, '/')) {
                yaml_error(context, node, "'%.160s' is not a name for a template: " JOB_NAME_RULE, text);
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}

/* An ordinary user's profile is USER/NAME, and its owner may write NAME: whoever looks for it knows. */
int job_decode_profile(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        const char *text = yaml_text(context, node, field->key);

        if (!text)
                return 0;
        if (!job_name_valid(text)) {
                yaml_error(context, node, "'%.160s' is not a name for a profile: " JOB_NAME_RULE, text);
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}

static bool tag_valid(const char *tag) {
        size_t n = strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:@/-");

        return n > 0 && n <= TAG_LENGTH_MAX && tag[n] == '\0';
}

int job_decode_tags(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        CLEANUP(string_list_freep) char **tags = NULL;
        int r;

        r = yaml_decode_texts(context, field, node, &tags);
        if (r < 0)
                return r;
        if (string_list_length(tags) > TAGS_MAX) {
                yaml_error(context, node, "'%s' has more than %u", field->key, TAGS_MAX);
                return 0;
        }
        STRING_LIST_FOREACH(tag, tags) {
                if (!tag_valid(*tag)) {
                        yaml_error(context, node,
                                   "'%s' expects words of up to 64 letters, digits and \"_.:@/-\", not "
                                   "'%.80s'",
                                   field->key, *tag);
                        return 0;
                }
                if (string_list_contains(tag + 1, *tag)) {
                        yaml_error(context, node, "'%s' has '%s' twice", field->key, *tag);
                        return 0;
                }
        }
        (void) string_list_free(*(char ***) member);
        *(char ***) member = TAKE_PTR(tags);
        return 0;
}

int job_decode_renamed_from(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        CLEANUP(string_list_freep) char **names = NULL;
        const JobDecodeContext *job = job_decode_context(context);
        int r;

        if (!yaml_scalar(context, node, field->key, "the name of a job"))
                return 0;
        r = job_decode_references(context, field, node, &names);
        if (r < 0 || !names)
                return r;
        if (job->name && strcmp(names[0], job->name) == 0) {
                yaml_error(context, node, "'%s' names the job itself", field->key);
                return 0;
        }
        free(*(char **) member);
        *(char **) member = TAKE_PTR(names[0]);
        return 0;
}

/* A profile may give what is missing, and so may whoever starts a job that has no schedule. */
static int check_required(const YamlContext *context, const YamlNode *body, const Job *job) {
        const ParameterSources sources = { .values = job->values };
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };
        CLEANUP_FREE char *error = NULL;
        const YamlNode *schedule = yaml_mapping_find(body, "schedule");
        const char *name = job_decode_context(context)->name;
        int r;

        if (context->partial || !schedule || yaml_node_is_null(schedule->value) || job->profile ||
            context->diagnostics->n_errors > 0)
                return 0;
        r = parameter_values_resolve(&job->parameters, &sources, &values, &error);
        if (r == -EINVAL)
                yaml_error(context, schedule, "job%s%s%s cannot run by its schedule: %s", name ? " '" : "",
                           name ?: "", name ? "'" : "", error);
        return r == -EINVAL ? 0 : r;
}

int job_complete_values(const YamlContext *context, const YamlNode *body, Job *job) {
        const YamlNode *key = yaml_mapping_find(body, "values");
        int r = 0;

        if (key && !yaml_node_is_null(key->value))
                r = parameter_values_decode(context, key->value, &job->parameters, &job->values);
        return r < 0 ? r : check_required(context, body, job);
}
