/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A schedule of a job, with the time zone that was written beside it. */

#include "schedule/schedule.h"

typedef struct ScheduleEntry {
        Schedule *schedule;
        TimeZone *zone; /* its own; NULL: the context's */
} ScheduleEntry;

void schedule_entry_done(ScheduleEntry *entry);

/* The context with the zone of the entry, if it has one. */
ScheduleContext schedule_entry_context(const ScheduleEntry *entry, const ScheduleContext *context);

/* As schedule_next() and schedule_previous(), in the entry's own zone if it has one. */
int schedule_entry_next(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret);
int schedule_entry_previous(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret);
