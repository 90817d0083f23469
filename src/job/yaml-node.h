/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * YAML as a light tree of nodes with their places.
 *
 * Built from libyaml's events, which know line and column and type nothing: what a scalar means is decided
 * by the row of the schema that reads it. Input is hostile until proven otherwise: size, depth, number of
 * nodes and what aliases expand to are bounded.
 *
 * A tree owns the memory of its nodes and forgets all of them at once. Nodes are immutable once parsed; a
 * merge makes new ones that share the children of the old ones, which may be those of another tree.
 */

#include "util/cleanup.h"
#include "util/diagnostics.h"
#include "util/types.h"

#define YAML_DEPTH_MAX 64U
#define YAML_NODES_MAX 5000000U
#define YAML_ALIAS_NODES_MAX 100000U /* nodes that all aliases of a file stand for */
#define YAML_ANCHORS_MAX 1000U

typedef enum YamlKind {
        YAML_KIND_SCALAR,
        YAML_KIND_LIST,
        YAML_KIND_MAPPING,
} YamlKind;

typedef enum YamlFlag {
        YAML_FLAG_PLAIN = 1 << 0,     /* a scalar without quotes */
        YAML_FLAG_VERBATIM = 1 << 1,  /* its text stands in one line as it is: an offset is a column */
        YAML_FLAG_CUT = 1 << 2,       /* plain, and a comment follows on the line */
        YAML_FLAG_DUPLICATE = 1 << 3, /* a key that its mapping has had already */
} YamlFlag;

typedef struct YamlNode YamlNode;

struct YamlNode {
        uint8_t kind;
        uint8_t flags;
        uint16_t source;       /* index of YamlTree.sources */
        uint32_t line, column; /* from 1; a column is a character */
        uint32_t size;         /* bytes of a scalar; items or pairs of the others */
        union {
                const char *text; /* NUL-terminated; holds no other NUL */
                YamlNode *first;  /* item, or key of a pair */
        };
        YamlNode *value; /* of a key */
        YamlNode *next;  /* item, or key of the next pair */
};

#define YAML_FOREACH(child, parent) \
        for (const YamlNode *child = (parent)->first; (child); (child) = (child)->next)

typedef struct YamlBlock YamlBlock;

typedef struct YamlTree {
        YamlBlock *blocks;
        size_t block_used;
        const char **sources; /* borrowed file names; NULL: not a file */
        size_t n_sources;
} YamlTree;

void yaml_tree_done(YamlTree *tree);

/* Forgets nodes and sources but keeps some memory, for the next of many files. */
void yaml_tree_clear(YamlTree *tree);

/* Returns the index for YamlNode.source, -ENOMEM, or -EOVERFLOW. */
int yaml_tree_add_source(YamlTree *tree, const char *file);
const char *yaml_tree_source(const YamlTree *tree, const YamlNode *node);

/* Uninitialised memory that lives as long as the tree; NULL: out of memory. */
void *yaml_tree_allocate(YamlTree *tree, size_t size);

/*
 * Parses one document. *ret is NULL if there is none (an empty file). Returns 0, -EINVAL with one error in
 * `diagnostics`, or -ENOMEM.
 */
int yaml_tree_parse(
                YamlTree *tree,
                int source,
                const char *text,
                size_t size,
                Diagnostics *diagnostics,
                YamlNode **ret);

/* The key node of a pair, or NULL. */
const YamlNode *yaml_mapping_find(const YamlNode *mapping, const char *key);

/* The same for many questions to one mapping, which may be large. Its memory is the tree's. */
typedef struct YamlIndex {
        const YamlNode *mapping;
        const YamlNode **keys; /* sorted; NULL for a small mapping */
        size_t n_keys;
} YamlIndex;

/* A mapping of NULL has no keys. Returns 0 or -ENOMEM. */
int yaml_index_init(YamlIndex *index, YamlTree *tree, const YamlNode *mapping);
const YamlNode *yaml_index_find(const YamlIndex *index, const char *key);

/* A plain null, or a key without a value. */
bool yaml_node_is_null(const YamlNode *node);
/* Nothing was written at all. */
bool yaml_node_is_empty(const YamlNode *node);

/* "a mapping", "a list", "a text". */
const char *yaml_kind_phrase(const YamlNode *node);
