/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/place.h"

#include <utlist.h>

#include "manager/user-limits.h"

static ExecutionPlace place_of(const Execution *execution) {
        const ExecutionRecord *record = &execution->record;

        if (execution->phase == PHASE_WITHDRAWN)
                return PLACE_NONE;
        switch (record->state) {
        case EXECUTION_ARMED:
                return PLACE_ARMED;
        case EXECUTION_WAITING:
                return record->waiting_for == WAITING_FOR_DELAY ? PLACE_DELAYED
                                : record->waiting_for == WAITING_FOR_OVERLAP
                                ? PLACE_QUEUED
                                : PLACE_GATED; /* a gate will be asked, or was */
        case EXECUTION_STARTING:
        case EXECUTION_RUNNING:
                return PLACE_STARTED;
        case EXECUTION_RETRYING:
                return PLACE_RETRYING;
        default:
                return PLACE_NONE;
        }
}

static uint32_t bit(ExecutionMark mark, bool on) {
        return on ? UINT32_C(1) << mark : 0;
}

static uint32_t marks_of(const Execution *execution, ExecutionPlace place) {
        const ExecutionRecord *record = &execution->record;
        bool active = place == PLACE_GATED || place == PLACE_STARTED;
        bool catches_up = record->cause == CAUSE_CATCH_UP;

        return bit(MARK_RUNNING, record->state == EXECUTION_RUNNING && place == PLACE_STARTED) |
                        bit(MARK_RECOVERED, place == PLACE_STARTED && execution->phase == PHASE_RECOVERED) |
                        bit(MARK_ENDING, place == PLACE_STARTED && record->reason == REASON_REPLACED) |
                        bit(MARK_CATCH_UP, catches_up && (active || place == PLACE_QUEUED)) |
                        bit(MARK_CATCHING, catches_up && active) |
                        bit(MARK_PARKED, place == PLACE_GATED && !execution_is_at_queue(execution));
}

static bool comes_before(const Execution *a, const Execution *b, ExecutionPlace place) {
        const ExecutionRecord *x = &a->record, *y = &b->record;

        if (place == PLACE_DELAYED && x->start_after_usec != y->start_after_usec)
                return x->start_after_usec < y->start_after_usec;
        return x->id < y->id;
}

Execution *scheduled_job_last(const ScheduledJob *job, ExecutionPlace place) {
        Execution *first = job->places[place];

        return first ? first->place_prev : NULL; /* as utlist has it */
}

/*
 * What comes is nearly always the youngest. If not, it is among the oldest (a retry, what a gate lets go), so
 * that is where the walk begins; but what is delayed is near the end.
 */
static void insert(ScheduledJob *job, Execution *execution, ExecutionPlace place) {
        Execution **list = &job->places[place], *at = scheduled_job_last(job, place);

        if (!at || comes_before(at, execution, place)) {
                DL_APPEND2(*list, execution, place_prev, place_next);
                return;
        }
        if (place == PLACE_DELAYED) {
                while (at != *list && comes_before(execution, at->place_prev, place))
                        at = at->place_prev;
        } else {
                at = *list;
                while (comes_before(at, execution, place))
                        at = at->place_next;
        }
        DL_PREPEND_ELEM2(*list, at, execution, place_prev, place_next);
}

static void move(Execution *execution, ExecutionPlace place) {
        ScheduledJob *job = execution->scheduled_job;
        Manager *manager = execution->manager;
        ExecutionPlace old = execution->place;

        if (old == place)
                return;
        if (old != PLACE_NONE) {
                DL_DELETE2(job->places[old], execution, place_prev, place_next);
                job->n_places[old]--;
                manager->n_places[old]--;
                if (execution->user_use)
                        execution->user_use->n_places[old]--;
        }
        execution->place_prev = execution->place_next = NULL;
        execution->place = place;
        if (place != PLACE_NONE) {
                insert(job, execution, place);
                job->n_places[place]++;
                manager->n_places[place]++;
                if (execution->user_use)
                        execution->user_use->n_places[place]++;
        }
}

static void count(Execution *execution, uint32_t marks) {
        uint32_t changed = execution->marks ^ marks;

        for (unsigned i = 0; changed != 0 && i < EXECUTION_MARK_COUNT; i++) {
                if ((changed & UINT32_C(1) << i) == 0)
                        continue;
                if ((marks & UINT32_C(1) << i) != 0) {
                        execution->scheduled_job->n_marks[i]++;
                        execution->manager->n_marks[i]++;
                } else {
                        execution->scheduled_job->n_marks[i]--;
                        execution->manager->n_marks[i]--;
                }
        }
        execution->marks = marks;
}

void execution_place(Execution *execution) {
        ExecutionPlace place = place_of(execution);

        move(execution, place);
        count(execution, marks_of(execution, place));
}

void execution_displace(Execution *execution) {
        move(execution, PLACE_NONE);
        count(execution, 0);
}
