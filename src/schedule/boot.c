/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Once per boot, after a delay. The caller says when the boot was, and whether anything is owed for it. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "schedule/schedule-kind.h"
#include "util/duration.h"

typedef struct BootSchedule {
        Schedule base;
        usec_t delay_usec;
} BootSchedule;

static usec_t boot_due(const Schedule *schedule, const ScheduleContext *context) {
        return usec_add(context->boot_usec, ((const BootSchedule *) schedule)->delay_usec);
}

static int boot_next(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t after_usec,
                Occurrence *ret) {
        usec_t due = boot_due(schedule, context);

        if (due == USEC_INFINITY || due <= after_usec)
                return 0;
        *ret = (Occurrence){ .due_usec = due, .count = 1 };
        return 1;
}

static int boot_previous(
                const Schedule *schedule,
                const ScheduleContext *context,
                usec_t before_usec,
                Occurrence *ret) {
        usec_t due = boot_due(schedule, context);

        if (due >= before_usec)
                return 0;
        *ret = (Occurrence){ .due_usec = due, .count = 1 };
        return 1;
}

static void boot_format(const Schedule *schedule, Buffer *buffer) {
        schedule_format_span(((const BootSchedule *) schedule)->delay_usec, buffer);
}

static void boot_describe(const Schedule *schedule, Buffer *buffer) {
        usec_t delay = ((const BootSchedule *) schedule)->delay_usec;

        if (delay == 0) {
                (void) buffer_add_string(buffer, "at boot");
                return;
        }
        schedule_describe_span(delay, false, buffer);
        (void) buffer_add_string(buffer, " after boot");
}

static const ScheduleOperations boot_operations = {
        .kind = SCHEDULE_BOOT,
        .format = boot_format,
        .describe = boot_describe,
        .next = boot_next,
        .previous = boot_previous,
};

int boot_parse(const char *text, Schedule **ret, ScheduleError *reterr) {
        BootSchedule *boot;
        usec_t delay = 0;
        int r;

        assert(text);
        assert(ret);

        if (strcasecmp(text, "@reboot") != 0) {
                r = duration_parse(text, &delay);
                if (r == -ENOMEM)
                        return r;
                if (r < 0 || delay == USEC_INFINITY)
                        return schedule_error(
                                        reterr, 0,
                                        "not a delay after boot: one such as \"0\" or \"5min\" expected");
        }

        boot = calloc(1, sizeof(*boot));
        if (!boot)
                return -ENOMEM;
        boot->base.operations = &boot_operations;
        boot->delay_usec = delay;
        *ret = &boot->base;
        return 0;
}
