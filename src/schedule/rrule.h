/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of the rrule kind, and who reads RRULEs of iCalendar files, share. */

#include "schedule/recurrence.h"
#include "schedule/schedule-kind.h"
#include "util/types.h"

#define RRULE_COUNT_MAX 100000U

/* Where a rule ends. */
typedef struct RruleUntil {
        bool written;
        bool is_instant; /* else local time; a mere date is the last second of its day */
        usec_t usec;
} RruleUntil;

/*
 * Reads "FREQ=MONTHLY;BYDAY=-1FR", with or without "RRULE:" before it. *ret_text is the same as libical
 * writes it. Returns 0, -EINVAL with *reterr, or -ENOMEM.
 */
int rrule_read(const char *text,
               Recurrence *ret,
               RruleUntil *ret_until,
               char **ret_text,
               ScheduleError *reterr);

/* In English, as schedule_describe(); `series` has the DTSTART if there is one, else `has_start` is false. */
void rrule_describe(const RecurrenceSeries *series, bool has_start, Buffer *buffer);
