/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "job/queue-definition.h"
#include "job/yaml-field.h"

/* Adds what a `queues:` mapping defines; the faults are in the context's diagnostics. Returns 0 or an errno.
 */
int queue_definitions_decode(const YamlContext *context, const YamlNode *node, QueueDefinitions *definitions);

/* For the manual: a row that stands for any name. */
extern const YamlField queue_name_fields[];
