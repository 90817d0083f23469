/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* `except` of a request: the same items as in job files, as JSON. */

#include <jansson.h>

#include "schedctl/calendar-error.h"
#include "schedule/exceptions.h"

/*
 * Reads an object or an array of objects; files that `ics` names are read. Returns 0, -EINVAL with *reterr,
 * or -ENOMEM.
 */
int calendar_except_read(const json_t *except, Exceptions **ret, CalendarError *reterr);
