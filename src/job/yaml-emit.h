/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "job/yaml-node.h"
#include "util/buffer.h"

/*
 * Writes a tree as block-style YAML: parsing it again gives the same texts, quoted or plain as they were, in
 * the same order. Keys whose value is null are left out, since that is what null says. Sets buffer->failed
 * when memory runs out.
 */
void yaml_emit(const YamlNode *node, Buffer *buffer);
/* The same with keys whose value is null: what is merged below it is not to be taken. */
void yaml_emit_with_nulls(const YamlNode *node, Buffer *buffer);
