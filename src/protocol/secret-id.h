/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Ids by which the daemon names the secrets that it does not know itself: the runner keeps them. */

#include "util/types.h"

#define SECRET_ID_LENGTH 32U /* hex digits, in lower case */

/* Whether the text is an id, and nothing else. */
bool secret_id_valid(const char *text);

/* The same of the beginning of a text: as many such digits as there are to be, and no more. */
bool secret_id_begins(const char *text);
