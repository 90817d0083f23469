/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Partial changes of definitions, as they were written. */

#include "util/diagnostics.h"

/*
 * Applies a patch to a definition as RFC 7396 does: mappings merge by key, null removes a key, all else
 * replaces. A schedule that is given another kind (cron, every, ...) has the old one no more. Both are YAML
 * mappings; comments do not survive. Returns 0 with *ret, -EINVAL with `diagnostics`
 * (places are those in `patch`), or -ENOMEM.
 */
int definition_patch(const char *source, const char *patch, Diagnostics *diagnostics, char **ret);
