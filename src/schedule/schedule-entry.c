/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/schedule-entry.h"

#include <assert.h>

void schedule_entry_done(ScheduleEntry *entry) {
        assert(entry);

        entry->schedule = schedule_free(entry->schedule);
        entry->zone = time_zone_unref(entry->zone);
}

ScheduleContext schedule_entry_context(const ScheduleEntry *entry, const ScheduleContext *context) {
        ScheduleContext own = *context;

        if (entry->zone)
                own.zone = entry->zone;
        return own;
}

int schedule_entry_next(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {
        ScheduleContext own = schedule_entry_context(entry, context);

        return schedule_next(entry->schedule, &own, after_usec, ret);
}

int schedule_entry_previous(
                const ScheduleEntry *entry,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {
        ScheduleContext own = schedule_entry_context(entry, context);

        return schedule_previous(entry->schedule, &own, before_usec, ret);
}
