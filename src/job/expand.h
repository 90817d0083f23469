/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * ${name}, ${credential:NAME} and $${ in the texts of a definition. One pass: what a value holds is never
 * looked at again.
 */

#include "job/parameter.h"

typedef struct json_t json_t;

typedef enum ExpandFlags {
        EXPAND_CREDENTIALS = 1 << 0, /* ${credential:NAME} and secret parameters may stand in it */
        EXPAND_PATH = 1 << 1,        /* a value may hold no '/', no '..' and no NUL */
} ExpandFlags;

/*
 * Says at load whether a text can be expanded. Returns 0, -EINVAL with *ret_error (a name that is not
 * declared, with the nearest one; an unclosed "${"; a credential or a secret where there may be none), or
 * -ENOMEM.
 */
int expand_check(const char *text, const ParameterSet *declared, unsigned flags, char **ret_error);

/* Whether there is anything to do. */
bool expand_is_needed(const char *text);

/* A declared parameter that has no value is "". Returns 0, -EINVAL with *ret_error, or -ENOMEM. */
int expand_text(const char *text,
                const ParameterValues *values,
                unsigned flags,
                char **ret,
                char **ret_error);

/*
 * For a request to a worker or an action program: a JSON string, or where a credential stands in the text an
 * array of its parts in order, strings and {"credential": NAME}; so no value can ever be taken for a
 * credential. A secret parameter is {"credential": "parameter.NAME"}.
 */
int expand_json(const char *text, const ParameterValues *values, json_t **ret, char **ret_error);
