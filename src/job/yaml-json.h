/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A YAML value as JSON: what is quoted is a text; plain true, false, null and numbers as JSON writes them are
 * what they are there; what is ambiguous is refused, any other plain word is a text.
 */

#include "job/yaml-field.h"
#include "util/json-writer.h"

/*
 * Writes it as a list of pieces {"raw": …} and {"text": …}: joined, the raw ones as they are and the texts as
 * JSON strings, they are the value. Texts may hold ${…}, and whatever is put there cannot leave its string. A
 * fault is in the diagnostics. Returns 0 or -ENOMEM.
 */
int yaml_json_write(const YamlContext *context, const YamlNode *node, JsonWriter *writer, const char *key);
