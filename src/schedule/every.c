/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A grid of elapsed time: anchor + k * period. Computed anew each time, so that nothing drifts. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "schedule/local-search.h"
#include "schedule/schedule-kind.h"
#include "util/duration.h"

#define MIN_PERIOD_USEC USEC_PER_MSEC

typedef struct EverySchedule {
        Schedule base;
        usec_t period_usec;
        bool from_end;
} EverySchedule;

/*
 * The first instant of the grid: with a start that itself, else one period after the anchor. Never before the
 * year 1, so that a distance from it always fits.
 */
static usec_t grid_begin(const EverySchedule *every, const ScheduleContext *context) {
        usec_t begin;

        if (every->base.has_start)
                begin = schedule_limit_usec(&every->base.start, context);
        else
                begin = usec_add(context->anchor_usec, every->period_usec);
        return MAX(begin, LOCAL_TIME_MIN);
}

static int give(usec_t due_usec, Occurrence *ret) {
        if (due_usec > LOCAL_TIME_MAX)
                return 0;
        *ret = (Occurrence){ .due_usec = due_usec, .count = 1 };
        return 1;
}

/* Counted from the end of the last execution there is one instant at most; before the first one, the grid's.
 */
static usec_t due_from_end(const EverySchedule *every, const ScheduleContext *context) {
        if (context->is_running)
                return USEC_INFINITY;
        if (context->last_end_usec == USEC_INFINITY)
                return grid_begin(every, context);
        return MAX(usec_add(context->last_end_usec, every->period_usec), LOCAL_TIME_MIN);
}

static int every_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {
        const EverySchedule *every = (const EverySchedule *) schedule;
        usec_t begin;

        if (every->from_end) {
                usec_t due = due_from_end(every, context);

                return due > after_usec ? give(due, ret) : 0;
        }

        begin = grid_begin(every, context);
        if (begin > LOCAL_TIME_MAX || after_usec >= LOCAL_TIME_MAX)
                return 0;
        if (after_usec < begin)
                return give(begin, ret);

        return give(usec_add(after_usec - (after_usec - begin) % every->period_usec, every->period_usec),
                    ret);
}

static int every_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {
        const EverySchedule *every = (const EverySchedule *) schedule;
        usec_t begin, last;

        if (every->from_end) {
                usec_t due = due_from_end(every, context);

                return due < before_usec ? give(due, ret) : 0;
        }

        begin = grid_begin(every, context);
        if (begin > LOCAL_TIME_MAX || before_usec <= begin)
                return 0;

        last = MIN(before_usec - 1, LOCAL_TIME_MAX);
        return give(last - (last - begin) % every->period_usec, ret);
}

/* The points of the grid until an instant. */
static uint64_t points_until(usec_t begin, usec_t period, usec_t until) {
        return until < begin ? 0 : (uint64_t) (until - begin) / (uint64_t) period + 1;
}

static uint64_t every_count(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                usec_t until_usec) {

        const EverySchedule *every = (const EverySchedule *) schedule;
        usec_t begin, period = every->period_usec;

        if (every->from_end) {
                usec_t due = due_from_end(every, context);

                return due > after_usec && due <= MIN(until_usec, LOCAL_TIME_MAX);
        }

        begin = grid_begin(every, context);
        if (begin > LOCAL_TIME_MAX)
                return 0;
        return points_until(begin, period, MIN(until_usec, LOCAL_TIME_MAX)) -
                        points_until(begin, period, MIN(after_usec, LOCAL_TIME_MAX));
}

static void every_format(const Schedule *schedule, Buffer *buffer) {
        schedule_format_span(((const EverySchedule *) schedule)->period_usec, buffer);
}

static void every_describe(const Schedule *schedule, Buffer *buffer) {
        const EverySchedule *every = (const EverySchedule *) schedule;

        if (!every->from_end)
                (void) buffer_add_string(buffer, "every ");
        schedule_describe_span(every->period_usec, !every->from_end, buffer);
        if (every->from_end)
                (void) buffer_add_string(buffer, " after the end of the last execution");
}

static bool every_is_interval_like(const Schedule *schedule) {
        return true;
}

static const ScheduleOperations every_operations = {
        .kind = SCHEDULE_EVERY,
        .format = every_format,
        .describe = every_describe,
        .is_interval_like = every_is_interval_like,
        .next = every_next,
        .previous = every_previous,
        .count = every_count,
};

bool schedule_is_from_end(const Schedule *schedule) {
        assert(schedule);

        return schedule->operations == &every_operations && ((const EverySchedule *) schedule)->from_end;
}

int every_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        EverySchedule *every;
        usec_t period;
        int r;

        assert(text);
        assert(ret);

        r = duration_parse(text, &period);
        if (r == -ENOMEM)
                return r;
        if (r == -ERANGE)
                return schedule_error(reterr, 0, "this span is negative or too long");
        if (r < 0)
                return schedule_error(
                                reterr, 0,
                                "not a span of time: one such as \"90s\" or \"1h 30min\" expected");
        if (duration_has_calendar_unit(text))
                return schedule_error(
                                reterr, 0,
                                "a month or a year has no fixed length: use a calendar schedule (or cron) "
                                "instead");
        if (period == USEC_INFINITY)
                return schedule_error(reterr, 0, "an infinite span never comes round");
        if (period < MIN_PERIOD_USEC)
                return schedule_error(
                                reterr, 0, "the span is %s: at least 1ms expected",
                                period == 0 ? "0" : "too short");

        every = calloc(1, sizeof(*every));
        if (!every)
                return -ENOMEM;
        every->base.operations = &every_operations;
        every->period_usec = period;
        every->from_end = options->from_end;
        *ret = &every->base;
        return 0;
}
