/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Reads a request, and compares it with the program's table: what stands where, before anything is done. */

#include "actions/action.h"

/*
 * Returns 0, -ECANCELED (explained: no JSON, an unknown key with the nearest one, a missing one, a value of
 * another type), or -ENOMEM.
 */
int action_read_request(Action *action, const char *text, size_t size);
