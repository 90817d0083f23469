/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "job/job-template.h"
#include "job/yaml-field.h"

/* `profiles:` of a file, added to *profiles. Faults are in the diagnostics. Returns 0 or -ENOMEM. */
int profile_definitions_decode(
                const YamlContext *context,
                const YamlNode *node,
                ProfileDefinitions *profiles);
