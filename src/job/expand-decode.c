/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where in a job ${…} may stand, looked at once all of it is known. */

#include <string.h>

#include "job/expand-job.h"
#include "job/expand.h"
#include "job/job-body.h"
#include "job/job-fields.h"
#include "util/buffer.h"

/* A text that is taken as it is written; whatever is named in it was meant to be something else. */
static void refuse_in_text(
                const YamlContext *context,
                const YamlNode *node,
                const Job *job,
                const char *key) {
        const Parameter *parameter = expand_find(node->text, &job->parameters);

        if (parameter)
                yaml_error(context, node,
                           "'${%s}' cannot stand in '%s': a parameter is put into the items of a 'command' "
                           "list, the values of 'environment', 'stdin', 'directory', 'output.file' and "
                           "requests only",
                           parameter->name, key);
}

static void refuse_below(const YamlContext *context, const YamlNode *node, const Job *job, const char *key) {
        if (node->kind == YAML_KIND_SCALAR) {
                refuse_in_text(context, node, job, key);
                return;
        }
        YAML_FOREACH(child, node)
        refuse_below(context, child->value ?: child, job, key);
}

/* The texts of an action are its decoder's; the keys below it are taken as they are written. */
static void refuse_keys(
                const YamlContext *context,
                const YamlNode *node,
                const Job *job,
                const char *action) {

        if (node->kind == YAML_KIND_SCALAR)
                return;
        YAML_FOREACH(child, node) {
                const Parameter *parameter = child->value && child->kind == YAML_KIND_SCALAR
                                ? expand_find(child->text, &job->parameters)
                                : NULL;

                if (parameter)
                        yaml_error(context, child,
                                   "'${%s}' cannot stand in a key of '%s': a parameter is put into its "
                                   "texts only",
                                   parameter->name, action);
                refuse_keys(context, child->value ?: child, job, action);
        }
}

static int check_text(const YamlContext *context, const YamlNode *node, const Job *job, unsigned flags) {
        CLEANUP_FREE char *error = NULL;
        int r;

        if (node->kind != YAML_KIND_SCALAR)
                return 0; /* its decoder has said so */
        r = expand_check(node->text, &job->parameters, flags, &error);
        if (r == -EINVAL)
                yaml_error(context, node, "%s", error);
        return r == -EINVAL ? 0 : r;
}

static int say_variable(
                const YamlContext *context,
                const YamlNode *node,
                const Parameter *parameter,
                const char *where) {

        CLEANUP_FREE char *variable = NULL;
        int r;

        if (parameter->type == PARAMETER_SECRET) {
                yaml_error(context, node,
                           "'${%s}' is not put into %s: the shell finds the secret in the file "
                           "\"$CREDENTIALS_DIRECTORY/parameter.%s\"",
                           parameter->name, where, parameter->name);
                return 0;
        }
        r = parameter_variable(parameter->name, &variable);
        if (r < 0)
                return r;
        yaml_error(context, node, "'${%s}' is not put into %s: the shell finds the value as \"$%s\"",
                   parameter->name, where, variable);
        return 0;
}

static int check_script(const YamlContext *context, const YamlNode *node, const Job *job, const char *where) {
        const Parameter *parameter = expand_find(node->text, &job->parameters);

        return parameter ? say_variable(context, node, parameter, where) : 0;
}

static int check_command(const YamlContext *context, const YamlNode *node, const Job *job) {
        size_t i = 0;

        if (node->kind == YAML_KIND_SCALAR)
                return check_script(context, node, job, "a 'command' that is a text");
        if (!job->command.arguments) /* faulty */
                return 0;
        YAML_FOREACH(item, node) {
                int r;

                if (expand_is_script(job->command.arguments, i))
                        r = check_script(context, item, job, "what a shell runs with -c");
                else
                        r = check_text(context, item, job, expand_argument_flags(i));
                if (r < 0)
                        return r;
                i++;
        }
        return 0;
}

static int check_environment(const YamlContext *context, const YamlNode *node, const Job *job) {
        if (node->kind != YAML_KIND_MAPPING)
                return 0;
        YAML_FOREACH(key, node) {
                int r = yaml_node_is_null(key->value) ? 0 : check_text(context, key->value, job, 0);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_input(const YamlContext *context, const YamlNode *node, const Job *job) {
        return check_text(context, node, job, 0);
}

static int check_path(const YamlContext *context, const YamlNode *node, const Job *job) {
        return check_text(context, node, job, EXPAND_PATH);
}

static int check_output(const YamlContext *context, const YamlNode *node, const Job *job) {
        if (node->kind != YAML_KIND_MAPPING)
                return 0;
        YAML_FOREACH(key, node) {
                int r = 0;

                if (strcmp(key->text, "file") == 0)
                        r = check_text(context, key->value, job, EXPAND_PATH);
                else
                        refuse_below(context, key->value, job, "output");
                if (r < 0)
                        return r;
        }
        return 0;
}

/* What has no row here is not expanded. */
static const struct {
        const char *key;
        int (*check)(const YamlContext *context, const YamlNode *node, const Job *job);
} checks[] = {
        { "command", check_command }, { "environment", check_environment }, { "stdin", check_input },
        { "directory", check_path },  { "output", check_output },
};

/* Their texts are not the job's: a declaration, and what is given to one. */
static bool is_of_parameters(const char *key) {
        return strcmp(key, "parameters") == 0 || strcmp(key, "values") == 0 || strcmp(key, "profile") == 0;
}

static int check_key(const YamlContext *context, const YamlNode *key, const Job *job) {
        for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
                if (strcmp(checks[i].key, key->text) == 0)
                        return checks[i].check(context, key->value, job);

        /* An unknown one is a fault already, and may be an action whose program is not there. */
        if (job_key_is_action(job_decode_context(context)->site, key->text))
                refuse_keys(context, key->value, job, key->text);
        else if (job_key_is_known(key->text) && !is_of_parameters(key->text))
                refuse_below(context, key->value, job, key->text);
        return 0;
}

int job_check_expansions(const YamlContext *context, const YamlNode *body, const Job *job) {
        if (job->parameters.n_items == 0)
                return 0;
        YAML_FOREACH(key, body) {
                int r;

                if ((key->flags & YAML_FLAG_DUPLICATE) || yaml_node_is_null(key->value))
                        continue;
                r = check_key(context, key, job);
                if (r < 0)
                        return r;
        }
        return 0;
}
