/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Once after something happened: the boot, the start of the daemon, the machine's waking up. The caller says
 * when that was, and whether anything is owed for it.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "schedule/schedule-kind.h"
#include "util/duration.h"

typedef struct EventSchedule {
        Schedule base;
        usec_t delay_usec;
} EventSchedule;

static usec_t event_due(const Schedule *schedule, const ScheduleContext *context) {
        usec_t event_usec = context->boot_usec;

        if (schedule->operations->kind == SCHEDULE_STARTUP)
                event_usec = context->startup_usec;
        else if (schedule->operations->kind == SCHEDULE_RESUME)
                event_usec = context->resume_usec;
        return usec_add(event_usec, ((const EventSchedule *) schedule)->delay_usec);
}

static int event_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {
        usec_t due = event_due(schedule, context);

        if (due == USEC_INFINITY || due <= after_usec)
                return 0;
        *ret = (Occurrence){ .due_usec = due, .count = 1 };
        return 1;
}

static int event_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {
        usec_t due = event_due(schedule, context);

        if (due >= before_usec)
                return 0;
        *ret = (Occurrence){ .due_usec = due, .count = 1 };
        return 1;
}

static void event_format(const Schedule *schedule, Buffer *buffer) {
        schedule_format_span(((const EventSchedule *) schedule)->delay_usec, buffer);
}

static void describe(const Schedule *schedule, const char *at_once, const char *after, Buffer *buffer) {
        usec_t delay = ((const EventSchedule *) schedule)->delay_usec;

        if (delay == 0) {
                (void) buffer_add_string(buffer, at_once);
                return;
        }
        schedule_describe_span(delay, false, buffer);
        (void) buffer_add_string(buffer, after);
}

static void boot_describe(const Schedule *schedule, Buffer *buffer) {
        describe(schedule, "at boot", " after boot", buffer);
}

static void startup_describe(const Schedule *schedule, Buffer *buffer) {
        describe(schedule, "at each start of jobschedd", " after each start of jobschedd", buffer);
}

static void resume_describe(const Schedule *schedule, Buffer *buffer) {
        describe(schedule, "when the machine wakes up", " after the machine wakes up", buffer);
}

static const ScheduleOperations boot_operations = {
        .kind = SCHEDULE_BOOT,
        .format = event_format,
        .describe = boot_describe,
        .next = event_next,
        .previous = event_previous,
};

static const ScheduleOperations startup_operations = {
        .kind = SCHEDULE_STARTUP,
        .format = event_format,
        .describe = startup_describe,
        .next = event_next,
        .previous = event_previous,
};

static const ScheduleOperations resume_operations = {
        .kind = SCHEDULE_RESUME,
        .format = event_format,
        .describe = resume_describe,
        .next = event_next,
        .previous = event_previous,
};

static int event_parse(
                const ScheduleOperations *operations,
                const char *text,
                Schedule **ret,
                ScheduleError *reterr) {

        EventSchedule *event;
        usec_t delay = 0;
        int r;

        assert(text);
        assert(ret);

        r = duration_parse(text, &delay);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || delay == USEC_INFINITY)
                return schedule_error(
                                reterr, 0, "not a delay after %s: one such as \"0\" or \"5min\" expected",
                                schedule_kind_to_string(operations->kind));

        event = calloc(1, sizeof(*event));
        if (!event)
                return -ENOMEM;
        event->base.operations = operations;
        event->delay_usec = delay;
        *ret = &event->base;
        return 0;
}

int boot_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        assert(text);

        return event_parse(&boot_operations, strcasecmp(text, "@reboot") == 0 ? "0" : text, ret, reterr);
}

int startup_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        return event_parse(&startup_operations, text, ret, reterr);
}

int resume_parse(const char *text, const ScheduleOptions *options, Schedule **ret, ScheduleError *reterr) {
        return event_parse(&resume_operations, text, ret, reterr);
}
