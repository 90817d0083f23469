/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What may be written, for the manual pages (and the tests that compare them) and for shell completion. */

#include "util/types.h"

#define KEY_PATH_MAX 96U

typedef struct KeyDescription {
        char path[KEY_PATH_MAX]; /* "output.capture" */
        const char *type;        /* "size", "true | false" */
        const char *fallback;    /* the built-in default; "" for none */
} KeyDescription;

/* The keys of a job, a parent before its children; false after the last. */
bool job_key_describe(size_t index, KeyDescription *ret);

/* The keys of the settings; false after the last. */
bool settings_key_describe(size_t index, KeyDescription *ret);
