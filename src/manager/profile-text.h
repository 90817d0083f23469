/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The values of a profile, "name=value" by name, as the store and the audit log have them. */

#include "util/types.h"

/* As a JSON object of texts, in the order of the list. Returns 0 or -ENOMEM. */
int profile_values_format(char *const *values, char **ret_json);
/* Returns 0, -EBADMSG, or -ENOMEM. */
int profile_values_parse(const char *json, char ***ret);

/* "name: value" lines. Returns 0 or -ENOMEM. */
int profile_values_print(char *const *values, char **ret);

/*
 * Lays `over` over `under`, both by name; a name of `removed` is left out. Returns 0 with a list that is
 * never NULL, -EINVAL with *reterr (all that is wrong with names, values and their number, a sentence each),
 * or -ENOMEM.
 */
int profile_values_merge(
                char *const *under,
                char *const *over,
                char *const *removed,
                char ***ret,
                char **reterr);
