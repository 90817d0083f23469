/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The mapping of an action program's kind, `sql: {…}`, by what the program says of itself. */

#include "job/action-catalog.h"
#include "job/job.h"
#include "job/yaml-field.h"

/*
 * Checks it like the built-in keys, every fault in one pass and in its place, and keeps it in job->request as
 * JSON with ${…} still in its texts. `key` is that of the kind, `body` the whole job; job->parameters are
 * declared already. A number or a truth value that is written with ${…} stays a text.
 *
 * Returns 0, also for faults, which are in the diagnostics, or -ENOMEM.
 */
int action_decode(
                const YamlContext *context,
                const ActionDescription *description,
                const YamlNode *body,
                const YamlNode *key,
                Job *job);
