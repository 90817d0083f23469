/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Nodes of one tree as nodes of another that may outlive it. */

#include "job/yaml-node.h"

/*
 * Copies a node with all below it, the texts and the names of their files, into `tree`. Returns 0, -ENOMEM,
 * or -EOVERFLOW: it has too many files.
 */
int yaml_tree_import(YamlTree *tree, const YamlTree *from, const YamlNode *node, YamlNode **ret);

/* Gives a node with all below it the place of another one: of what was not written but follows from it. */
void yaml_node_place(YamlNode *node, const YamlNode *place);

/* How many nodes it is, all below it included. */
size_t yaml_node_count(const YamlNode *node);
