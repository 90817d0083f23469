/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Spans in systemd's notation: "90s", "1h 30min", "2d", "1.5h", "500ms". A bare number is seconds, "m" is
 * minutes. "infinity" gives USEC_INFINITY. Months and years are mean ones (30.44 and 365.25 days), as in
 * systemd.time(7).
 */

#include "util/types.h"

/* Returns 0, -EINVAL (not a duration) or -ERANGE. Negative spans are refused. */
int duration_parse(const char *text, usec_t *ret_usec);

/* True if `text` has the unit months or years, which have no fixed length: `every` refuses them. */
bool duration_has_calendar_unit(const char *text);

/* "1h 30min"; exact to the microsecond; parses back to the same. "0" for 0. Returns 0 or -ENOMEM. */
int duration_format(usec_t span_usec, char **ret);

/* At most two units, for people: "1h 30min", "4.2s", "12ms", "3d 4h". */
#define DURATION_SHORT_MAX 64U
const char *duration_format_short(usec_t span_usec, char buffer[static DURATION_SHORT_MAX]);
