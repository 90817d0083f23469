/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/why-except.h"

#include "manager/scheduled-job.h"

bool why_find_excepted(const Why *why, usec_t from_usec, usec_t until_usec, usec_t *ret) {
        const Timetable *timetable = &why->job->job->timetable;
        PlannerView view = scheduled_job_view(why->job);
        OccurrenceSpan span;

        if (!timetable->exceptions)
                return false;
        timetable_excepted(timetable, &view.context, from_usec - 1, until_usec, &span);
        if (span.n_occurrences > 0)
                *ret = span.first_usec;
        return span.n_occurrences > 0;
}

#define MOVED_DAYS_MAX 32 /* on-except looks no further */
#define MOVED_STEPS_MAX 10000U

bool why_find_moved(const Why *why, usec_t from_usec, usec_t until_usec, Occurrence *ret) {
        const Timetable *timetable = &why->job->job->timetable;
        PlannerView view = scheduled_job_view(why->job);
        usec_t at_usec = from_usec - MOVED_DAYS_MAX * USEC_PER_DAY;
        Occurrence occurrence;

        if (!timetable->exceptions || timetable->on_except == ON_EXCEPT_SKIP)
                return false;
        for (unsigned i = 0; i < MOVED_STEPS_MAX; i++) {
                if (timetable_next(timetable, &view.context, at_usec, &occurrence, NULL) <= 0 ||
                    occurrence.due_usec > until_usec + MOVED_DAYS_MAX * USEC_PER_DAY)
                        return false;
                if ((occurrence.notes & SCHEDULE_NOTE_EXCEPTED_MOVED) &&
                    occurrence.nominal_usec >= from_usec && occurrence.nominal_usec <= until_usec) {
                        *ret = occurrence;
                        return true;
                }
                at_usec = occurrence.due_usec;
        }
        return false;
}

bool why_find_merged(const Why *why, usec_t from_usec, usec_t until_usec, usec_t *ret) {
        PlannerView view = scheduled_job_view(why->job);
        Timetable nominal = why->job->job->timetable;
        Occurrence occurrence;

        if (!nominal.exceptions || nominal.on_except == ON_EXCEPT_SKIP)
                return false;
        nominal.exceptions = NULL;
        if (timetable_next(&nominal, &view.context, from_usec - 1, &occurrence, NULL) <= 0 ||
            occurrence.due_usec > until_usec)
                return false;
        *ret = occurrence.due_usec;
        return true;
}
