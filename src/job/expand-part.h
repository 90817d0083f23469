/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the texts that expand.h reads consist of; for its own modules. */

#include "job/parameter.h"

#define CREDENTIAL_NAME_MAX 255U

typedef enum ExpandPartKind {
        EXPAND_PART_TEXT,
        EXPAND_PART_PARAMETER,  /* its name */
        EXPAND_PART_CREDENTIAL, /* its name */
} ExpandPartKind;

typedef struct ExpandPart {
        ExpandPartKind kind;
        const char *text; /* borrowed from the whole, not terminated */
        size_t size;
} ExpandPart;

/* Returns 1 with the next part, 0 at the end, -EINVAL for a "${" without "}", where *cursor stays. */
int expand_next_part(const char **cursor, ExpandPart *ret);

bool expand_part_is(const ExpandPart *part, const char *name);
const ParameterValue *expand_find_value(const ParameterValues *values, const ExpandPart *part);

/* They become names of files: letters, digits, '_', '.' and '-', the first no '.'. */
bool expand_credential_name_valid(const char *name, size_t size);
