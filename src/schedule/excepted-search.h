/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The occurrences of one schedule under exceptions: less what they swallow, plus what moves.
 */

#include "schedule/exceptions.h"
#include "schedule/schedule-entry.h"
#include "util/types.h"

/* So far an excepted occurrence may move. */
#define EXCEPTED_MOVE_DAYS 31

typedef struct ExceptPolicy {
        const Exceptions *exceptions;
        OnExcept on_except;
        uint8_t business_days; /* bit 0 = Sunday; 0: Monday to Friday */
} ExceptPolicy;

/* Whether its excepted occurrences go to another time, instead of being left out. */
bool excepted_moves(const ExceptPolicy *policy, const ScheduleEntry *entry);

/* Whether the occurrence at `nominal_usec`, which is excepted, is left out. */
bool excepted_swallows(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t nominal_usec);

/* As timetable_next() and timetable_previous() say. */
int excepted_next(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret);
int excepted_previous(
                const ExceptPolicy *policy,
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret);
