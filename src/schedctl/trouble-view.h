/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What did not end well in the last day: the part of `status` that a person looks for first. */

#include <jansson.h>

#include "schedctl/context.h"
#include "util/buffer.h"

/* Executions that failed, were timed out, lost or missed in the last day, newest first. Returns a status. */
int trouble_fetch(Context *context, json_t **ret);

/* How many of each: "3 failed, 1 missed"; nothing if there are none. Returns 0 or -ENOMEM. */
int trouble_count(const json_t *executions, Buffer *buffer);

/* The counts and the newest few. Prints nothing if there are none. */
void trouble_print(const Context *context, const json_t *executions);
