/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* ODBC connection strings: "Driver=…;UID=…;PWD={…}". Pure. */

#include "util/types.h"

/*
 * What of it no message may show: the values of its passwords, one in braces also without them, and when
 * there is any the whole string. *ret is NULL if there is nothing. Returns 0 or -ENOMEM.
 */
int connection_string_secrets(const char *text, char ***ret);
