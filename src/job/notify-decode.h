/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "job/notify.h"
#include "job/yaml-field.h"

/* NotifyTargets: one target, or a list of them. */
int notify_targets_decode(
                const YamlContext *context,
                const YamlField *field,
                const YamlNode *node,
                void *member);

/* The rows of a target, for the manual. */
extern const YamlField notify_target_fields[];

/* A local address, or one or several separated by commas; false with an error in the diagnostics. */
bool notify_address_check(const YamlContext *context, const YamlField *field, const YamlNode *node);
