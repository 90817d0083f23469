/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The memory and the plain questions of a tree; yaml-node.c builds it. */

#include <assert.h>
#include <string.h>

#include "job/yaml-node.h"

#define BLOCK_SIZE_MIN ((size_t) 16 * 1024)
#define BLOCK_SIZE_MAX ((size_t) 4 * 1024 * 1024)
#define ALIGNMENT sizeof(void *)
#define FEW_PAIRS 16U /* up to here an index does not pay */

struct YamlBlock {
        YamlBlock *next;
        size_t size;
        _Alignas(max_align_t) char data[];
};

static void free_blocks(YamlBlock *block) {
        while (block) {
                YamlBlock *next = block->next;

                free(block);
                block = next;
        }
}

void yaml_tree_done(YamlTree *tree) {
        if (!tree)
                return;

        free_blocks(tree->blocks);
        free(tree->sources);
        *tree = (YamlTree){ 0 };
}

void yaml_tree_clear(YamlTree *tree) {
        assert(tree);

        tree->n_sources = 0;
        tree->block_used = 0;
        if (!tree->blocks)
                return;

        /* The newest block is the largest one. */
        free_blocks(tree->blocks->next);
        tree->blocks->next = NULL;
        if (tree->blocks->size > BLOCK_SIZE_MIN * 16) {
                free(tree->blocks);
                tree->blocks = NULL;
        }
}

int yaml_tree_add_source(YamlTree *tree, const char *file) {
        const char **sources;

        assert(tree);

        if (tree->n_sources > UINT16_MAX)
                return -EOVERFLOW;
        sources = reallocarray(tree->sources, tree->n_sources + 1, sizeof(*sources));
        if (!sources)
                return -ENOMEM;

        tree->sources = sources;
        tree->sources[tree->n_sources] = file;
        return (int) tree->n_sources++;
}

const char *yaml_tree_source(const YamlTree *tree, const YamlNode *node) {
        assert(tree);

        return node && node->source < tree->n_sources ? tree->sources[node->source] : NULL;
}

void *yaml_tree_allocate(YamlTree *tree, size_t size) {
        YamlBlock *block = tree->blocks;
        void *memory;

        size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

        if (!block || block->size - tree->block_used < size) {
                size_t block_size = block ? MIN(block->size * 2, BLOCK_SIZE_MAX) : BLOCK_SIZE_MIN;

                block_size = MAX(block_size, size);
                block = malloc(sizeof(*block) + block_size);
                if (!block)
                        return NULL;
                block->size = block_size;
                block->next = tree->blocks;
                tree->blocks = block;
                tree->block_used = 0;
        }

        memory = block->data + tree->block_used;
        tree->block_used += size;
        return memory;
}

const YamlNode *yaml_mapping_find(const YamlNode *mapping, const char *key) {
        if (!mapping || mapping->kind != YAML_KIND_MAPPING)
                return NULL;

        YAML_FOREACH(pair, mapping)
        if (pair->kind == YAML_KIND_SCALAR && strcmp(pair->text, key) == 0)
                return pair;
        return NULL;
}

static int compare_keys(const void *a, const void *b) {
        return strcmp((*(const YamlNode *const *) a)->text, (*(const YamlNode *const *) b)->text);
}

int yaml_index_init(YamlIndex *index, YamlTree *tree, const YamlNode *mapping) {
        const YamlNode **keys;
        size_t n = 0;

        *index = (YamlIndex){ .mapping = mapping };
        if (!mapping || mapping->kind != YAML_KIND_MAPPING || mapping->size <= FEW_PAIRS)
                return 0;

        keys = yaml_tree_allocate(tree, mapping->size * sizeof(*keys));
        if (!keys)
                return -ENOMEM;
        YAML_FOREACH(key, mapping)
        if (!(key->flags & YAML_FLAG_DUPLICATE))
                keys[n++] = key;

        qsort(keys, n, sizeof(*keys), compare_keys);
        *index = (YamlIndex){ .mapping = mapping, .keys = keys, .n_keys = n };
        return 0;
}

const YamlNode *yaml_index_find(const YamlIndex *index, const char *key) {
        size_t begin = 0, end = index->n_keys;

        if (!index->keys)
                return yaml_mapping_find(index->mapping, key);

        while (begin < end) {
                size_t middle = begin + (end - begin) / 2;
                int r = strcmp(index->keys[middle]->text, key);

                if (r == 0)
                        return index->keys[middle];
                if (r < 0)
                        begin = middle + 1;
                else
                        end = middle;
        }
        return NULL;
}

bool yaml_node_is_empty(const YamlNode *node) {
        return node->kind == YAML_KIND_SCALAR && (node->flags & YAML_FLAG_PLAIN) && node->size == 0;
}

bool yaml_node_is_null(const YamlNode *node) {
        static const char *const words[] = { "", "~", "null", "Null", "NULL" };

        if (node->kind != YAML_KIND_SCALAR || !(node->flags & YAML_FLAG_PLAIN) || node->size > 4)
                return false;
        for (size_t i = 0; i < ARRAY_SIZE(words); i++)
                if (strcmp(node->text, words[i]) == 0)
                        return true;
        return false;
}

const char *yaml_kind_phrase(const YamlNode *node) {
        if (node->kind == YAML_KIND_MAPPING)
                return "a mapping";
        if (node->kind == YAML_KIND_LIST)
                return "a list";
        return yaml_node_is_null(node) ? "null" : "a text";
}
