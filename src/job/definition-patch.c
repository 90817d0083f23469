/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/definition-patch.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "job/yaml-emit.h"
#include "job/yaml-node.h"
#include "schedule/schedule.h"

typedef struct Patch {
        YamlTree tree;
        Diagnostics *diagnostics;
} Patch;

static void patch_cleanup(Patch *patch) {
        yaml_tree_done(&patch->tree);
}

static YamlNode *copy_node(Patch *patch, const YamlNode *node) {
        YamlNode *copy = yaml_tree_allocate(&patch->tree, sizeof(*copy));

        if (copy)
                *copy = *node;
        return copy;
}

/* A mapping that is being filled. */
typedef struct MappingEnd {
        YamlNode *mapping, *last;
} MappingEnd;

static int append_pair(Patch *patch, MappingEnd *end, const YamlNode *key, const YamlNode *value) {
        YamlNode *copy = copy_node(patch, key);

        if (!copy)
                return -ENOMEM;
        copy->value = (YamlNode *) value; /* immutable from here on, as all nodes are */
        copy->next = NULL;
        if (end->last)
                end->last->next = copy;
        else
                end->mapping->first = copy;
        end->last = copy;
        end->mapping->size++;
        return 0;
}

static int merge(Patch *patch, const YamlNode *target, const YamlNode *over, const YamlNode **ret);

static int merge_pair(Patch *patch, MappingEnd *end, const YamlNode *target, const YamlNode *over) {
        const YamlNode *value = NULL;
        int r;

        if (over->flags & YAML_FLAG_DUPLICATE) {
                diagnostics_add(patch->diagnostics, DIAGNOSTIC_ERROR, NULL, over->line, over->column,
                                "the key '%s' is given twice", over->text);
                return 0;
        }
        if (yaml_node_is_null(over->value))
                return 0;
        r = merge(patch, target ? target->value : NULL, over->value, &value);
        return r < 0 ? r : append_pair(patch, end, target ?: over, value);
}

static int merge(Patch *patch, const YamlNode *target, const YamlNode *over, const YamlNode **ret) {
        MappingEnd end = { 0 };
        YamlIndex old, new;
        int r;

        if (over->kind != YAML_KIND_MAPPING) {
                *ret = over;
                return 0;
        }
        if (target && target->kind != YAML_KIND_MAPPING)
                target = NULL;
        r = yaml_index_init(&old, &patch->tree, target);
        if (r >= 0)
                r = yaml_index_init(&new, &patch->tree, over);
        if (r < 0)
                return r;
        end.mapping = copy_node(patch, over);
        if (!end.mapping)
                return -ENOMEM;
        end.mapping->first = end.mapping->next = NULL;
        end.mapping->size = 0;

        for (const YamlNode *key = target ? target->first : NULL; key && r >= 0; key = key->next) {
                const YamlNode *counterpart = yaml_index_find(&new, key->text);

                r = counterpart ? merge_pair(patch, &end, key, counterpart)
                                : append_pair(patch, &end, key, key->value);
        }
        for (const YamlNode *key = over->first; key && r >= 0; key = key->next)
                if ((key->flags & YAML_FLAG_DUPLICATE) || !yaml_index_find(&old, key->text))
                        r = merge_pair(patch, &end, NULL, key);
        if (r < 0)
                return r;

        *ret = end.mapping;
        return 0;
}

static bool is_schedule_kind(const char *key) {
        return schedule_kind_from_string(key) >= 0;
}

static YamlNode *find_schedule(const YamlNode *definition) {
        const YamlNode *key = yaml_mapping_find(definition, "schedule");

        return key && key->value && key->value->kind == YAML_KIND_MAPPING ? key->value : NULL;
}

/* A schedule is of one kind: merged with one of another kind it would be none. */
static void drop_old_schedule_kind(const YamlNode *target, const YamlNode *over) {
        YamlNode *old = find_schedule(target), **link;
        const YamlNode *new = find_schedule(over);
        bool has_kind = false;

        if (!old || !new)
                return;
        YAML_FOREACH(key, new)
        has_kind = has_kind || (is_schedule_kind(key->text) && !yaml_node_is_null(key->value));
        link = &old->first;
        while (has_kind && *link) {
                if (is_schedule_kind((*link)->text) && !yaml_mapping_find(new, (*link)->text)) {
                        *link = (*link)->next;
                        old->size--;
                } else {
                        link = &(*link)->next;
                }
        }
}

static int parse(Patch *patch, const char *text, const char *what, YamlNode **ret) {
        YamlNode *root = NULL;
        int source, r;

        source = yaml_tree_add_source(&patch->tree, NULL);
        if (source < 0)
                return source;
        r = yaml_tree_parse(&patch->tree, source, text, strlen(text), patch->diagnostics, &root);
        if (r < 0)
                return r;
        if (!root || root->kind != YAML_KIND_MAPPING) {
                diagnostics_add(patch->diagnostics, DIAGNOSTIC_ERROR, NULL, 0, 0,
                                "%s is not a mapping of a job's keys", what);
                return -EINVAL;
        }
        *ret = root;
        return 0;
}

int definition_patch(const char *source, const char *patch_text, Diagnostics *diagnostics, char **ret) {
        CLEANUP(patch_cleanup) Patch patch = { .diagnostics = diagnostics };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const YamlNode *merged = NULL;
        YamlNode *target = NULL, *over = NULL;
        int r;

        assert(source);
        assert(patch_text);
        assert(diagnostics);
        assert(ret);

        r = parse(&patch, source, "the old definition", &target);
        if (r >= 0)
                r = parse(&patch, patch_text, "the change", &over);
        if (r >= 0)
                drop_old_schedule_kind(target, over);
        if (r >= 0)
                r = merge(&patch, target, over, &merged);
        if (r < 0)
                return r;
        if (diagnostics->n_errors > 0)
                return -EINVAL;

        yaml_emit_with_nulls(merged, &buffer);
        return buffer_take(&buffer, ret);
}
