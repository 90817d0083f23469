/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "job/parameter.h"
#include "job/yaml-field.h"

/* A YAML_CUSTOM row for `parameters:` whose member is a ParameterSet. YamlContext.userdata is the
 * JobDecodeContext, here and below: it says whether it is a file, where secrets cannot stand. */
int parameter_set_decode(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* `values:` of a job that declares these, as "name=value" in their normal forms; null leaves one out. Faults
 * are in the diagnostics. Returns 0 or -ENOMEM. */
int parameter_values_decode(
                const YamlContext *context,
                const YamlNode *node,
                const ParameterSet *declared,
                char ***ret);

/* The mapping of one profile; what declares its names is not known. As above. */
int profile_values_decode(const YamlContext *context, const YamlNode *node, char ***ret);

/* For the manual. */
extern const YamlField parameter_name_fields[];
