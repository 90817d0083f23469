/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/body-merge.h"

#include <errno.h>

#include "job/job-body.h"
#include "job/yaml-merge.h"

static bool has_action(const JobSite *site, const YamlNode *mapping) {
        YAML_FOREACH(key, mapping)
        if (!yaml_node_is_null(key->value) && job_key_is_action(site, key->text))
                return true;
        return false;
}

/* A mapping on the way, without some of the keys of another one. */
typedef struct Rest {
        YamlTree *tree;
        YamlNode *mapping, *last;
} Rest;

static int rest_init(Rest *rest, YamlTree *tree, const YamlNode *mapping) {
        *rest = (Rest){ .tree = tree, .mapping = yaml_tree_allocate(tree, sizeof(*rest->mapping)) };
        if (!rest->mapping)
                return -ENOMEM;
        *rest->mapping = *mapping;
        rest->mapping->first = NULL;
        rest->mapping->next = NULL;
        rest->mapping->size = 0;
        return 0;
}

static int rest_add(Rest *rest, const YamlNode *key) {
        YamlNode *copy = yaml_tree_allocate(rest->tree, sizeof(*copy));

        if (!copy)
                return -ENOMEM;
        *copy = *key;
        copy->next = NULL;
        if (rest->last)
                rest->last->next = copy;
        else
                rest->mapping->first = copy;
        rest->last = copy;
        rest->mapping->size++;
        return 0;
}

static int without_actions(
                const JobSite *site,
                YamlTree *tree,
                const YamlNode *mapping,
                const YamlNode **ret) {

        Rest rest;
        int r;

        r = rest_init(&rest, tree, mapping);
        if (r < 0)
                return r;
        YAML_FOREACH(key, mapping) {
                r = job_key_is_action(site, key->text) ? 0 : rest_add(&rest, key);
                if (r < 0)
                        return r;
        }
        *ret = rest.mapping;
        return 0;
}

/* Returns 1 if the key alone is right in a job of that owner, 0 if it is not, or an errno. */
static int is_allowed(const JobDecodeContext *context, const YamlTree *tree, const YamlNode *key) {
        CLEANUP(diagnostics_done) Diagnostics found = { 0 };
        YamlNode alone = *key;
        const YamlNode mapping = { .kind = YAML_KIND_MAPPING, .size = 1, .first = &alone };
        int r;

        alone.next = NULL;
        r = job_check_defaults(context, tree, &mapping, &found);
        return r < 0 ? r : found.n_errors == 0;
}

int job_body_allowed(
                const JobDecodeContext *context,
                YamlTree *tree,
                const YamlNode *body,
                const YamlNode **ret) {

        JobDecodeContext plain = *context;
        Rest rest;
        int r;

        if (body->kind != YAML_KIND_MAPPING) {
                *ret = body;
                return 0;
        }
        plain.ignore_files = true;
        r = rest_init(&rest, tree, body);
        if (r < 0)
                return r;
        YAML_FOREACH(key, body) {
                r = is_allowed(&plain, tree, key);
                if (r > 0)
                        r = rest_add(&rest, key);
                if (r < 0)
                        return r;
        }
        *ret = rest.mapping;
        return 0;
}

int job_body_merge(
                const JobSite *site,
                YamlTree *tree,
                const YamlNode *under,
                const YamlNode *over,
                const YamlNode **ret) {

        if (under && over && under->kind == YAML_KIND_MAPPING && over->kind == YAML_KIND_MAPPING &&
            has_action(site, over) && has_action(site, under)) {
                int r = without_actions(site, tree, under, &under);

                if (r < 0)
                        return r;
        }
        return yaml_merge(tree, under, over, job_whole_keys, ret);
}

const YamlNode *job_body_action(const JobSite *site, const YamlNode *body) {
        if (body->kind == YAML_KIND_MAPPING)
                YAML_FOREACH(key, body)
        if (!yaml_node_is_null(key->value) && job_key_is_action(site, key->text))
                return key;
        return NULL;
}
