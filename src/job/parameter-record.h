/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Effective values on their way to the record of an execution and back: parameter_values_format() without
 * what secrets stand for, and that apart, as "NAME=ID" of a secret that the runner keeps, or
 * "NAME=credential:OTHER".
 */

#include "job/parameter.h"

/* *ret is NULL if there are none. Returns 0, -EINVAL (one is neither), or -ENOMEM. */
int parameter_record_secrets(const ParameterValues *values, char ***ret);

/*
 * Puts them together again, in the order of declaration. What is no longer declared, and a secret of which
 * nothing was recorded, is left out. Returns 0, -EBADMSG (that is no record), or -ENOMEM.
 */
int parameter_record_restore(
                const ParameterSet *declared,
                const char *json,
                char *const *secrets,
                ParameterValues *ret);
