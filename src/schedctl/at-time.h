/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The language of at(1): when a one-shot is due.
 *
 *   [TIME] [DATE] [+|- NUMBER UNIT]   in any order of the first two, or "now", or ISO 8601
 *
 * TIME is 9:30, 0930, 9am, 9:30 pm, noon, midnight or teatime, with an optional UTC; DATE is today, tomorrow,
 * a weekday, Jul 31 [2027], 31 Jul, MMDDYY, MM/DD/YY, DD.MM.YY, YYYY-MM-DD or next UNIT|WEEKDAY. A time alone
 * that has passed means tomorrow, a date without a year that has passed next year's.
 */

#include "schedule/time-zone.h"
#include "util/types.h"

/*
 * Seconds are dropped, as at does it: "now + 1 minute" is when the clock shows the next minute. Unlike at,
 * days and weeks that are added keep the wall-clock time over a clock change, a month more than Jan 31 is the
 * last of February, and a day that its month does not have is refused.
 *
 * Returns 0, or -EINVAL with *reterr, a static sentence. The time may be in the past.
 */
int at_time_parse(
                const TimeZone *zone,
                usec_t now_usec,
                const char *text,
                usec_t *ret_usec,
                const char **reterr);

/* `at -t`: [[CC]YY]MMDDhhmm[.ss], as touch has it. */
int at_time_parse_stamp(
                const TimeZone *zone,
                usec_t now_usec,
                const char *text,
                usec_t *ret_usec,
                const char **reterr);
