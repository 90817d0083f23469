/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <jansson.h>

#define PARAMETERS_TEXT_MAX 1024U

/*
 * What an execution ran with, in one line: "n=5 who=bob (profile 'europe', revision 3)"; what has no room in
 * it is left out. "" if it took nothing.
 */
const char *parameters_text(const json_t *execution, char buffer[static PARAMETERS_TEXT_MAX]);
