/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A time zone of an iCalendar file: as the file defines it, by the list of its clock changes, or the system's
 * of that name. libical has one, too, but searches for seconds for the changes of a rule that never comes.
 */

#include <libical/ical.h>

#include "schedule/schedule.h"
#include "util/types.h"

/* Recurring things of a file are followed until then: 2100-12-31T23:59:59, in UTC as well as in local time.
 */
#define ICS_HORIZON ((usec_t) 4133980799 * USEC_PER_SEC)

typedef struct IcsOnset {
        usec_t instant_usec;
        usec_t before_usec, offset_usec; /* of local time, until then and from then on */
} IcsOnset;

typedef struct IcsZone {
        const char *id;   /* libical's */
        TimeZone *system; /* NULL: the file defines it, below */
        IcsOnset *onsets;
        size_t n_onsets;
} IcsZone;

void ics_zone_done(IcsZone *zone);

/* From a VTIMEZONE. Returns 0, -EINVAL with *reterr, or -ENOMEM; *ret is for the caller to free in any case.
 */
int ics_zone_read(icalcomponent *component, IcsZone *ret, ScheduleError *reterr);

/* Of a local time that comes twice the second (of the system's zones the first); one that is jumped over is
 * taken by the offset behind the gap.
 */
usec_t ics_zone_to_instant(const IcsZone *zone, usec_t local_usec);
usec_t ics_zone_to_local(const IcsZone *zone, usec_t instant_usec);
