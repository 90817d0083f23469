/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/yaml-import.h"

#include <assert.h>
#include <string.h>

/* The sources of the one tree as those of the other; most nodes are of the same as the one before. */
typedef struct Import {
        YamlTree *tree;
        const YamlTree *from;
        int known_from, known_to; /* -1: none yet */
} Import;

static bool same_file(const char *a, const char *b) {
        return a == b || (a && b && strcmp(a, b) == 0);
}

static int find_source(Import *import, uint16_t source) {
        const char *file = source < import->from->n_sources ? import->from->sources[source] : NULL;
        char *copy = NULL;
        int r;

        if (import->known_from == source)
                return import->known_to;
        for (size_t i = 0; i < import->tree->n_sources; i++)
                if (same_file(import->tree->sources[i], file)) {
                        import->known_from = source;
                        return import->known_to = (int) i;
                }

        if (file) {
                copy = yaml_tree_allocate(import->tree, strlen(file) + 1);
                if (!copy)
                        return -ENOMEM;
                strcpy(copy, file);
        }
        r = yaml_tree_add_source(import->tree, copy);
        if (r < 0)
                return r;
        import->known_from = source;
        return import->known_to = r;
}

static int import_node(Import *import, const YamlNode *node, YamlNode **ret);

/* Items, or keys with their values. */
static int import_children(Import *import, const YamlNode *node, YamlNode *copy) {
        YamlNode **link = &copy->first;

        copy->first = NULL;
        YAML_FOREACH(child, node) {
                int r = import_node(import, child, link);

                if (r >= 0 && child->value)
                        r = import_node(import, child->value, &(*link)->value);
                if (r < 0)
                        return r;
                link = &(*link)->next;
        }
        return 0;
}

static int import_node(Import *import, const YamlNode *node, YamlNode **ret) {
        YamlNode *copy = yaml_tree_allocate(import->tree, sizeof(*copy));
        int source = find_source(import, node->source);
        char *text;

        if (!copy)
                return -ENOMEM;
        if (source < 0)
                return source;
        *copy = *node;
        copy->source = (uint16_t) source;
        copy->value = copy->next = NULL;
        *ret = copy;
        if (node->kind != YAML_KIND_SCALAR)
                return import_children(import, node, copy);

        text = yaml_tree_allocate(import->tree, (size_t) node->size + 1);
        if (!text)
                return -ENOMEM;
        memcpy(text, node->text, (size_t) node->size + 1);
        copy->text = text;
        return 0;
}

int yaml_tree_import(YamlTree *tree, const YamlTree *from, const YamlNode *node, YamlNode **ret) {
        Import import = { .tree = tree, .from = from, .known_from = -1, .known_to = -1 };
        YamlNode *copy = NULL;
        int r;

        assert(tree);
        assert(from);
        assert(node);
        assert(ret);

        r = import_node(&import, node, &copy);
        if (r < 0)
                return r;
        *ret = copy;
        return 0;
}

void yaml_node_place(YamlNode *node, const YamlNode *place) {
        node->source = place->source;
        node->line = place->line;
        node->column = place->column;
        node->flags &= (uint8_t) ~YAML_FLAG_VERBATIM;

        if (node->kind == YAML_KIND_SCALAR)
                return;
        for (YamlNode *child = node->first; child; child = child->next) {
                yaml_node_place(child, place);
                if (child->value)
                        yaml_node_place(child->value, place);
        }
}

size_t yaml_node_count(const YamlNode *node) {
        size_t n = 1;

        if (node->kind != YAML_KIND_SCALAR)
                YAML_FOREACH(child, node)
        n += child->value ? 1 + yaml_node_count(child->value) : yaml_node_count(child);
        return n;
}
