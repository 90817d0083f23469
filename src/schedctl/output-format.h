/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* --output=json, yaml and short, for whatever the daemon gave. */

#include <jansson.h>

#include "client/client.h"
#include "schedctl/context.h"
#include "util/buffer.h"

/* Adds YAML that any reader takes back to the same values: texts are quoted wherever a plain one could be
 * taken for something else. Returns 0 or -ENOMEM. */
int yaml_format(const json_t *json, Buffer *buffer);

/* One thing: a JSON object (pretty on a terminal) or a YAML document. Returns a status. */
int output_print_json(const Context *context, const json_t *json);

/*
 * A list: a JSON array (one element a line, pretty on a terminal), a YAML list, or with `short` the value of
 * `short_key`, one a line. Returns a status.
 */
int output_print_lines(const Context *context, const ClientLines *lines, const char *short_key);

/* One JSON object on a line of its own, at once: for live output. Takes the reference. */
void output_print_event(json_t *json);
