/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/body-merge.h"

#include "job/job-body.h"
#include "job/yaml-merge.h"

static bool has_action(const JobSite *site, const YamlNode *mapping) {
        YAML_FOREACH(key, mapping)
        if (!yaml_node_is_null(key->value) && job_key_is_action(site, key->text))
                return true;
        return false;
}

typedef bool (*LeaveOut)(const JobSite *site, const char *key);

static int without(
                const JobSite *site,
                YamlTree *tree,
                const YamlNode *mapping,
                LeaveOut is_left_out,
                const YamlNode **ret) {

        YamlNode *rest = yaml_tree_allocate(tree, sizeof(*rest)), **link;

        if (!rest)
                return -ENOMEM;
        *rest = *mapping;
        rest->first = NULL;
        rest->next = NULL;
        rest->size = 0;
        link = &rest->first;

        YAML_FOREACH(key, mapping) {
                if (is_left_out(site, key->text))
                        continue;
                *link = yaml_tree_allocate(tree, sizeof(**link));
                if (!*link)
                        return -ENOMEM;
                **link = *key;
                (*link)->next = NULL;
                link = &(*link)->next;
                rest->size++;
        }
        *ret = rest;
        return 0;
}

static bool is_privileged(const JobSite *site, const char *key) {
        return job_key_is_privileged(key);
}

int job_body_unprivileged(YamlTree *tree, const YamlNode *body, const YamlNode **ret) {
        if (body->kind == YAML_KIND_MAPPING)
                return without(NULL, tree, body, is_privileged, ret);
        *ret = body;
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
                int r = without(site, tree, under, job_key_is_action, &under);

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
