/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/definition-check.h"

#include "util/string-list.h"

/* The last instant of an `at` before now; USEC_INFINITY: none, or it is another kind of schedule. */
static usec_t last_instant(const Manager *manager, const Job *job, size_t index) {
        const ScheduleEntry *entry = &job->timetable.entries[index];
        const ScheduleContext context = {
                .zone = job->zone ?: time_zone_utc(),
                .anchor_usec = manager_now(manager),
                .boot_usec = USEC_INFINITY,
                .startup_usec = USEC_INFINITY,
                .resume_usec = USEC_INFINITY,
                .last_end_usec = USEC_INFINITY,
        };
        Occurrence occurrence;

        if (schedule_kind(entry->schedule) != SCHEDULE_AT ||
            schedule_entry_previous(entry, &context, manager_now(manager), &occurrence) <= 0)
                return USEC_INFINITY;
        return occurrence.due_usec;
}

static bool is_hardly_late(const Manager *manager, usec_t due_usec) {
        return due_usec >= manager_now(manager) - LATE_TOLERANCE_USEC;
}

usec_t definition_past_instant(const Manager *manager, const Job *job, const Job *before) {
        for (size_t i = 0; i < job->timetable.n_entries; i++) {
                usec_t due_usec = last_instant(manager, job, i);

                if (due_usec != USEC_INFINITY && !is_hardly_late(manager, due_usec) &&
                    !(before && string_list_contains(before->schedule_texts, job->schedule_texts[i])))
                        return due_usec;
        }
        return USEC_INFINITY;
}

usec_t definition_owes_from(const Manager *manager, const Job *job) {
        usec_t from_usec = manager_now(manager);

        for (size_t i = 0; i < job->timetable.n_entries; i++) {
                usec_t due_usec = last_instant(manager, job, i);

                if (schedule_kind(job->timetable.entries[i].schedule) != SCHEDULE_AT)
                        return 0;
                if (due_usec != USEC_INFINITY && is_hardly_late(manager, due_usec))
                        from_usec = MIN(from_usec, due_usec);
        }
        return job->timetable.n_entries > 0 ? from_usec : 0;
}
