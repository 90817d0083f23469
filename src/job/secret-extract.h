/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Takes the values of secret parameters out of what was sent at run time: the runner keeps them, and an id
 * stands for each from then on. Of what stays here nothing can be told.
 */

#include "job/job-template.h"
#include "protocol/secret-id.h" /* for whoever reads the ids */
#include "util/buffer.h"

typedef struct SecretValue {
        char *id;    /* random */
        char *value; /* wiped when it is freed, or before */
} SecretValue;

typedef struct SecretValues {
        SecretValue *items;
        size_t n_items;
} SecretValues;

/* Wipes the values. */
void secret_values_done(SecretValues *values);

/*
 * Of a job's definition as YAML: what its `values:` hold for parameters that it, or its template, declares as
 * secret. "${credential:NAME}" stays, and so does an id that stands for the same parameter in `previous`, the
 * definition before the change (NULL: none), and a reference, to be refused. Any other text is a value,
 * whatever it looks like. A definition that is not valid YAML is left as it is: whoever decodes it says what
 * is wrong.
 *
 * Returns 1 with *ret_definition, written anew without comments, and *ret; 0: there is nothing to take out;
 * or -ENOMEM.
 */
int secret_extract(
                const char *definition,
                const char *previous,
                const JobTemplates *templates,
                char **ret_definition,
                SecretValues *ret);

/*
 * References ("${secret:ID}", of an export) to what stood for the same parameter in `previous` become its id.
 * Returns 1 with *ret, written anew without comments; 0: there is none; or -ENOMEM.
 */
int secret_dereference(
                const char *definition,
                const char *previous,
                const JobTemplates *templates,
                char **ret);

/* As secret_extract(), of a list of "name=value"; *ret_list is a copy of it, ids in their places. Returns 0
 * or -ENOMEM.
 */
int secret_extract_list(const ParameterSet *declared, char *const *list, char ***ret_list, SecretValues *ret);

/* Adds everything in a text that could be an id: SECRET_ID_LENGTH bytes each, without a NUL, next to each
 * other. Returns 0 or -ENOMEM. */
int secret_ids_in_text(const char *text, Buffer *ids);
