/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The keys that say as whom and in which surroundings a command runs. */

#include <limits.h>
#include <string.h>

#include "job/expand-part.h"
#include "job/job-fields.h"
#include "util/string-list.h"

#define ACCOUNT_NAME_MAX 256U
#define ENVIRONMENT_SIZE_MAX ((size_t) 256 * 1024)
#define DIGITS "0123456789"

int job_decode_path(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        const char *text = yaml_text(context, node, field->key);

        if (!text)
                return 0;
        if (text[0] != '/') {
                yaml_error(context, node, "'%s' expects an absolute path, not '%.64s'", field->key, text);
                return 0;
        }
        if (node->size >= PATH_MAX) {
                yaml_error(context, node, "'%s' is longer than a path can be", field->key);
                return 0;
        }
        return yaml_decode_string(context, field, node, member);
}

/*
 * Only what would mislead is refused: directory services allow more than useradd does, and the runner looks
 * the name up anyway.
 */
static bool account_valid(const char *text) {
        size_t n = strlen(text);

        if (n == 0 || n > ACCOUNT_NAME_MAX || text[0] == '-' || text[0] == '+')
                return false;
        for (const char *p = text; *p; p++)
                if ((unsigned char) *p <= ' ' || *p == 0x7F || strchr(":/,\"'", *p))
                        return false;

        /* The last id is the kernel's "no change". */
        if (text[strspn(text, DIGITS)] == '\0')
                return n <= 10 && (n == 1 || text[0] != '0') && strtoull(text, NULL, 10) < UINT32_MAX;
        return true;
}

static bool check_account(const YamlContext *context, const YamlField *field, const YamlNode *node) {
        const char *text = yaml_text(context, node, field->key);

        if (!text)
                return false;
        if (account_valid(text))
                return true;

        yaml_error(context, node, "'%s' expects a name or a number, not '%.64s'", field->key, text);
        return false;
}

static bool accounts_allowed(const YamlContext *context, const YamlField *field, const YamlNode *node) {
        if (job_decode_context(context)->system_mode)
                return true;

        yaml_error(context, node,
                   "'%s' is for the system's daemon: jobs of this one run as the user that it "
                   "runs as",
                   field->key);
        return false;
}

int job_decode_account(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        if (!accounts_allowed(context, field, node) || !check_account(context, field, node))
                return 0;
        return yaml_decode_string(context, field, node, member);
}

int job_decode_groups(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        bool valid = true;

        if (!accounts_allowed(context, field, node))
                return 0;
        if (node->kind == YAML_KIND_LIST)
                YAML_FOREACH(item, node)
        valid &= check_account(context, field, item);
        return valid ? yaml_decode_string_list(context, field, node, member) : 0;
}

int job_decode_umask(const YamlContext *context, const YamlField *field, const YamlNode *node, void *member) {
        const char *text =
                        yaml_scalar(context, node, field->key, "a quoted number in octal such as \"0027\"");

        if (!text)
                return 0;
        if (node->flags & YAML_FLAG_PLAIN)
                yaml_error(context, node,
                           "'%s' must be quoted, as \"%.16s\": a plain number could be octal or "
                           "decimal",
                           field->key, text);
        else if (node->size == 0 || node->size > 4 || text[strspn(text, "01234567")] != '\0' ||
                 strtoul(text, NULL, 8) > 0777)
                yaml_error(context, node,
                           "'%s' expects a number in octal from \"0000\" to \"0777\", not '%.64s'",
                           field->key, text);
        else
                *(mode_t *) member = (mode_t) strtoul(text, NULL, 8);
        return 0;
}

static bool variable_name_valid(const char *name) {
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

        if (name[0] == '\0' || !strchr(letters, name[0]))
                return false;
        for (name++; *name; name++)
                if (!strchr(letters, *name) && !strchr(DIGITS, *name))
                        return false;
        return true;
}

static bool check_variable(const YamlContext *context, const YamlNode *mapping, const YamlNode *key) {
        if (!yaml_key_check(context, mapping, key))
                return false;

        if (!variable_name_valid(key->text))
                yaml_error(context, key, "'%.64s' is not a name for an environment variable", key->text);
        else if (strncmp(key->text, "JOBSCHED_", 9) == 0)
                yaml_error(context, key, "'%.64s' is set by jobsched and cannot be given", key->text);
        else if (yaml_node_is_empty(key->value))
                yaml_error(context, key,
                           "'%.64s' has no value: write \"\" for an empty one, null to leave it out",
                           key->text);
        else
                return true;
        return false;
}

int job_decode_environment(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {

        CLEANUP(string_list_freep) char **environment = NULL;
        size_t n = 0, total = 0;

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node, "'%s' expects a mapping such as {NAME: value}, not %s", field->key,
                           yaml_kind_phrase(node));
                return 0;
        }

        environment = calloc((size_t) node->size + 1, sizeof(*environment));
        if (!environment)
                return -ENOMEM;

        YAML_FOREACH(key, node) {
                const char *text;

                /* null takes a variable of the defaults away */
                if (!check_variable(context, node, key) || yaml_node_is_null(key->value))
                        continue;
                text = yaml_text(context, key->value, key->text);
                if (!text)
                        continue;
                if (asprintf(&environment[n], "%s=%s", key->text, text) < 0) {
                        environment[n] = NULL;
                        return -ENOMEM;
                }
                total += strlen(environment[n++]) + 1;
        }
        if (total > ENVIRONMENT_SIZE_MAX) {
                yaml_error(context, node, "'%s' is longer than 256 KiB", field->key);
                return 0;
        }

        (void) string_list_free(*(char ***) member);
        *(char ***) member = TAKE_PTR(environment);
        return 0;
}

int job_decode_environment_files(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        CLEANUP(string_list_freep) char **paths = NULL;
        int r;

        r = yaml_decode_texts(context, field, node, &paths);
        if (r < 0)
                return r;
        STRING_LIST_FOREACH(path, paths) {
                const char *absolute = **path == '-' ? *path + 1 : *path;

                if (*absolute == '/' && strlen(absolute) < PATH_MAX)
                        continue;
                yaml_error(context, node,
                           "'%s' expects absolute paths, with '-' in front of one that may be "
                           "missing, not '%.64s'",
                           field->key, *path);
                return 0;
        }
        *(char ***) member = TAKE_PTR(paths);
        return 0;
}

int job_decode_credentials(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member) {
        CLEANUP(string_list_freep) char **names = NULL;
        int r;

        r = yaml_decode_texts(context, field, node, &names);
        if (r < 0)
                return r;
        STRING_LIST_FOREACH(name, names) {
                if (expand_credential_name_valid(*name, strlen(*name)))
                        continue;
                yaml_error(context, node,
                           "'%s' expects names of letters, digits, '_', '-' and '.', not '%.64s'", field->key,
                           *name);
                return 0;
        }
        *(char ***) member = TAKE_PTR(names);
        return 0;
}
