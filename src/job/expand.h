/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * ${name}, ${credential:NAME} and $${ in the texts of a definition. One pass: what a value holds is never
 * looked at again. A '$' before anything else stands for itself.
 */

#include "job/parameter.h"

typedef struct json_t json_t;

typedef enum ExpandFlags {
        EXPAND_CREDENTIALS = 1 << 0, /* ${credential:NAME} and secret parameters may stand in it */
        EXPAND_PATH = 1 << 1,        /* a value may hold no '/', no '..' and no NUL */
        EXPAND_PERCENT = 1 << 2,     /* % patterns are expanded afterwards: a value's '%' becomes "%%" */
} ExpandFlags;

/*
 * Says at load whether a text can be expanded. Returns 0, -EINVAL with *ret_error (a name that is not
 * declared, with the nearest one; an unclosed "${"; a credential or a secret where there may be none), or
 * -ENOMEM.
 */
int expand_check(const char *text, const ParameterSet *declared, unsigned flags, char **ret_error);

/* Whether there is anything to do. */
bool expand_is_needed(const char *text);

/*
 * The first declared parameter that a text names in ${…}, for texts that are never expanded; NULL: none.
 * Whatever else stands in it does not matter.
 */
const Parameter *expand_find(const char *text, const ParameterSet *declared);

/* The text that expands to `text`: each "${" of it as "$${". Returns 0 or -ENOMEM. */
int expand_escape(const char *text, char **ret);

/* Adds the names in ${credential:NAME} to a list, each once. Returns 0 or -ENOMEM. */
int expand_credentials(const char *text, char ***list);

/* A declared parameter that has no value is "". Returns 0, -EINVAL with *ret_error, or -ENOMEM. */
int expand_text(const char *text,
                const ParameterValues *values,
                unsigned flags,
                char **ret,
                char **ret_error);

/*
 * For a request to a worker or an action program: a JSON string, or where a credential stands in the text an
 * array of its parts in order, strings and {"credential": NAME}; so no value can ever be taken for a
 * credential. A secret parameter is {"credential": "parameter.NAME"}. The caller owns *ret.
 */
int expand_json(const char *text, const ParameterValues *values, json_t **ret, char **ret_error);

/* The same for each text in a JSON value, whatever its depth, but not for the keys of objects. */
int expand_json_tree(const json_t *tree, const ParameterValues *values, json_t **ret, char **ret_error);
