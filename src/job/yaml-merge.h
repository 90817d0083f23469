/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "job/yaml-node.h"

/*
 * Lays `over` over `under`, as new nodes of `tree`: mappings merge by key, in the order of `under` first; all
 * else replaces, and so does every key of `whole` (NULL-terminated; may be NULL), whatever it holds. Repeated
 * keys are kept for whoever reports them. Either may be NULL. Returns 0 or -ENOMEM.
 */
int yaml_merge(YamlTree *tree,
               const YamlNode *under,
               const YamlNode *over,
               const char *const *whole,
               const YamlNode **ret);
