/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The events of an iCalendar file (RFC 5545), as spans of time. */

#include "schedule/event-list.h"
#include "schedule/exceptions.h"
#include "schedule/schedule.h"

#define ICS_SIZE_MAX ((size_t) 1 << 20)

/*
 * Reads `item->ics`. What has a time zone or is in UTC goes to `instants`, what has none and whole days to
 * `locals`; cancelled events are left out. Recurring ones are followed to the end of the year 2100. Both
 * lists are sealed. Returns 0, -EINVAL with *reterr, which names the event at fault, or -ENOMEM; the lists
 * are for the caller to free in any case.
 */
int ics_read(const ExceptionItem *item, EventList *instants, EventList *locals, ScheduleError *reterr);
