/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Reading the daemon's JSON: what is missing, null or of another type is "none". */

#include <jansson.h>

#include "util/types.h"

const char *view_text(const json_t *object, const char *key); /* "" */
int64_t view_integer(const json_t *object, const char *key, int64_t otherwise);
double view_number(const json_t *object, const char *key, double otherwise); /* integers too */
usec_t view_instant(const json_t *object, const char *key);                  /* USEC_INFINITY */
bool view_true(const json_t *object, const char *key);

/* A list of texts as one, "" if there is none. Returns 0 or -ENOMEM. */
int view_joined(const json_t *object, const char *key, const char *separator, char **ret);
