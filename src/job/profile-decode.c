/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/profile-decode.h"

#include <stdlib.h>
#include <string.h>

#include "job/job-body.h"
#include "job/parameter-decode.h"
#include "util/string-list.h"

static int compare_texts(const void *a, const void *b) {
        return strcmp(*(char *const *) a, *(char *const *) b);
}

static int decode_profile(
                const YamlContext *context,
                const YamlNode *mapping,
                const YamlNode *key,
                ProfileDefinitions *profiles) {

        CLEANUP(string_list_freep) char **values = NULL;
        ProfileDefinition profile = { .name = (char *) key->text, .line = key->line };
        size_t n_errors = context->diagnostics->n_errors;
        int r;

        if (!yaml_key_check(context, mapping, key))
                return 0;
        if (!job_name_valid(key->text) || strchr(key->text, '/')) {
                yaml_error(context, key, "'%.160s' is not a name for a profile: " JOB_NAME_RULE, key->text);
                return 0;
        }
        if (key->value->kind != YAML_KIND_MAPPING) {
                yaml_error(context, key->value,
                           "profile '%s' expects a mapping such as {NAME: value}, not %s", key->text,
                           yaml_kind_phrase(key->value));
                return 0;
        }
        r = profile_values_decode(context, key->value, &values);
        if (r < 0 || context->diagnostics->n_errors > n_errors)
                return r; /* half of it would not be what was meant: the last good one stays */
        if (values)
                qsort(values, string_list_length(values), sizeof(*values), compare_texts);
        profile.values = values;
        profile.file = (char *) yaml_tree_source(context->tree, key);
        return profile_definitions_add(profiles, &profile); /* a copy */
}

int profile_definitions_decode(
                const YamlContext *context,
                const YamlNode *node,
                ProfileDefinitions *profiles) {

        if (node->kind != YAML_KIND_MAPPING) {
                yaml_error(context, node,
                           "'profiles' expects a mapping such as {NAME: {PARAMETER: value}}, not %s",
                           yaml_kind_phrase(node));
                return 0;
        }
        YAML_FOREACH(key, node) {
                int r = decode_profile(context, node, key, profiles);

                if (r < 0)
                        return r;
        }
        return 0;
}
