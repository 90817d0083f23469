/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One instant, or one local time that the job's zone makes an instant. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "schedule/local-search.h"
#include "schedule/schedule-kind.h"

typedef struct AtSchedule {
        Schedule base;
        Timestamp time;
} AtSchedule;

static Occurrence at_occurrence(const Schedule *schedule, const ScheduleContext *context) {
        const Timestamp *time = &((const AtSchedule *) schedule)->time;

        if (time->has_offset)
                return (Occurrence){ .due_usec = timestamp_to_usec(time), .count = 1 };
        return local_search_instant(context->zone, civil_time_to_usec(time->local));
}

static int at_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {
        Occurrence occurrence = at_occurrence(schedule, context);

        if (occurrence.due_usec <= after_usec)
                return 0;
        *ret = occurrence;
        return 1;
}

static int at_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {
        Occurrence occurrence = at_occurrence(schedule, context);

        if (occurrence.due_usec >= before_usec)
                return 0;
        *ret = occurrence;
        return 1;
}

static void add_offset(const Timestamp *time, Buffer *buffer) {
        int32_t offset = time->offset_seconds, minutes = abs(offset) / 60;

        if (!time->has_offset)
                return;
        if (offset == 0)
                (void) buffer_add_char(buffer, 'Z');
        else
                (void) buffer_add_format(
                                buffer, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static void add_time(const Timestamp *time, char between, bool always_seconds, Buffer *buffer) {
        const CivilTime *local = &time->local;

        (void) buffer_add_format(
                        buffer, "%04d-%02d-%02d%c%02d:%02d", local->date.year, local->date.month,
                        local->date.day, between, local->hour, local->minute);
        if (always_seconds || local->second > 0 || local->usec > 0)
                (void) buffer_add_format(buffer, ":%02d", local->second);
        if (local->usec > 0)
                (void) buffer_add_format(buffer, ".%06d", local->usec);
        add_offset(time, buffer);
}

static void at_format(const Schedule *schedule, Buffer *buffer) {
        add_time(&((const AtSchedule *) schedule)->time, 'T', true, buffer);
}

static void at_describe(const Schedule *schedule, Buffer *buffer) {
        (void) buffer_add_string(buffer, "once, at ");
        add_time(&((const AtSchedule *) schedule)->time, ' ', false, buffer);
}

static const ScheduleOperations at_operations = {
        .kind = SCHEDULE_AT,
        .format = at_format,
        .describe = at_describe,
        .next = at_next,
        .previous = at_previous,
};

int at_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        Timestamp time;
        AtSchedule *at;
        int r;

        assert(text);
        assert(ret);

        r = timestamp_parse(text, &time);
        if (r < 0)
                return schedule_error(
                                reterr, 0,
                                "not a time: one such as \"2026-12-24T18:00\" or "
                                "\"2026-12-24T18:00:00+01:00\" "
                                "expected");

        at = calloc(1, sizeof(*at));
        if (!at)
                return -ENOMEM;
        at->base.operations = &at_operations;
        at->time = time;
        *ret = &at->base;
        return 0;
}
