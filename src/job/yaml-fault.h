/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* libyaml's faults in the user's words: mostly, "quote it". */

#include <yaml.h>

#include "util/diagnostics.h"

/* Adds one error for what the parser stumbled over in `text`. */
void yaml_fault_report(
                const yaml_parser_t *parser,
                const char *file,
                const char *text,
                size_t size,
                Diagnostics *diagnostics);
