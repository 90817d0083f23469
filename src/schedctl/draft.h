/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A draft: a definition that is put together here, key by key, or read from what the user gave, and sent to
 * the daemon as YAML. Texts are quoted wherever a plain one could be taken for something else.
 */

#include "job/yaml-node.h"

typedef struct Draft {
        YamlTree tree;
        YamlNode *root;     /* a mapping */
        Diagnostics faults; /* of the last text that was parsed */
} Draft;

int draft_init(Draft *draft); /* an empty mapping */
void draft_done(Draft *draft);

/* Values, which live as long as the draft; NULL: out of memory. */
YamlNode *draft_text(Draft *draft, const char *text);
YamlNode *draft_list(Draft *draft, char *const *texts);
YamlNode *draft_mapping(Draft *draft);

/*
 * Parses YAML. *ret is NULL if there is nothing in it. Returns 0, -EINVAL with draft->faults, or -ENOMEM.
 * `source` names the text in faults; it is borrowed, and may be NULL.
 */
int draft_parse(Draft *draft, const char *source, const char *text, size_t size, YamlNode **ret);

/*
 * Sets a key; with dots between its parts it is one of a mapping in it, which is made if need be. It replaces
 * what is there. `value` NULL is out of memory. Returns 0, -EINVAL (the path is empty somewhere, or goes
 * through what is no mapping), or -ENOMEM.
 */
int draft_set(Draft *draft, const char *path, YamlNode *value);
int draft_set_text(Draft *draft, const char *path, const char *text); /* nothing if `text` is NULL */

/* Sets one key of a mapping, whatever is in its name. Returns 0 or -ENOMEM. */
int draft_put(Draft *draft, YamlNode *mapping, const char *key, YamlNode *value);

/* The same for the last key of a mapping that has many, each of them once: nothing is searched. *end is where
 * the next one goes, NULL at first. */
int draft_put_last(Draft *draft, YamlNode *mapping, YamlNode ***end, const char *key, YamlNode *value);

/* Adds to a list that draft_list() has made. Returns 0 or -ENOMEM. */
int draft_append(YamlNode *list, YamlNode *item);

/* "key=VALUE" with VALUE in YAML. Says what is wrong. Returns a status. */
int draft_assign(Draft *draft, const char *assignment);

/* As block-style YAML; `is_patch`: with the keys whose value is null. Returns 0 or -ENOMEM. */
int draft_format(const Draft *draft, bool is_patch, char **ret);
int draft_format_node(const YamlNode *node, bool is_patch, char **ret);
