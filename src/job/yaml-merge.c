/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-merge.h"

#include <assert.h>
#include <string.h>

#include "util/string-table.h"

static int append(YamlTree *tree, YamlNode *mapping, YamlNode **last, const YamlNode *key, YamlNode **ret) {
        YamlNode *copy = yaml_tree_allocate(tree, sizeof(*copy));

        if (!copy)
                return -ENOMEM;
        *copy = *key;
        copy->next = NULL;

        if (*last)
                (*last)->next = copy;
        else
                mapping->first = copy;
        *last = copy;
        mapping->size++;
        *ret = copy;
        return 0;
}

static const YamlNode *find_counterpart(const YamlIndex *index, const YamlNode *key) {
        return key->flags & YAML_FLAG_DUPLICATE ? NULL : yaml_index_find(index, key->text);
}

static int merge_pair(
                YamlTree *tree,
                YamlNode *pair,
                const YamlNode *under,
                const YamlNode *over,
                const char *const *whole) {

        const YamlNode *merged = NULL;
        int r;

        if (whole && string_table_find(whole, over->text) >= 0) {
                pair->value = over->value;
                return 0;
        }
        r = yaml_merge(tree, under->value, over->value, NULL, &merged);
        if (r < 0)
                return r;
        pair->value = (YamlNode *) merged; /* immutable from here on, as all nodes are */
        return 0;
}

int yaml_merge(YamlTree *tree,
               const YamlNode *under,
               const YamlNode *over,
               const char *const *whole,
               const YamlNode **ret) {

        YamlNode *mapping, *last = NULL, *pair = NULL;
        YamlIndex under_index, over_index;
        int r;

        assert(tree);
        assert(ret);

        if (!under || !over || under->kind != YAML_KIND_MAPPING || over->kind != YAML_KIND_MAPPING) {
                *ret = over ?: under;
                return 0;
        }

        r = yaml_index_init(&under_index, tree, under);
        if (r >= 0)
                r = yaml_index_init(&over_index, tree, over);
        if (r < 0)
                return r;

        mapping = yaml_tree_allocate(tree, sizeof(*mapping));
        if (!mapping)
                return -ENOMEM;
        *mapping = *over;
        mapping->first = NULL;
        mapping->value = mapping->next = NULL;
        mapping->size = 0;

        YAML_FOREACH(key, under) {
                const YamlNode *counterpart = find_counterpart(&over_index, key);

                /* The key's place is that of the text that wins. */
                r = append(tree, mapping, &last, counterpart ?: key, &pair);
                if (r >= 0 && counterpart)
                        r = merge_pair(tree, pair, key, counterpart, whole);
                if (r < 0)
                        return r;
        }
        YAML_FOREACH(key, over) {
                if (find_counterpart(&under_index, key))
                        continue;
                r = append(tree, mapping, &last, key, &pair);
                if (r < 0)
                        return r;
        }

        *ret = mapping;
        return 0;
}
