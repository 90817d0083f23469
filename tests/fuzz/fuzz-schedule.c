/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any text as each kind of schedule: what parses has a canonical form that parses to the same, a
 * description, and times that go strictly forward and back again.
 */

#include <assert.h>
#include <string.h>

#include "schedule/schedule.h"
#include "util/cleanup.h"

#define N_TIMES 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int find_zone(void *userdata, const char *name, TimeZone **ret) {
        return time_zone_load(name, ret);
}

/* The first are for every kind; what differs in the others is for cron alone. */
static const ScheduleOptions all_options[] = {
        { .find_zone = find_zone },
        { .dialect = CRON_DIALECT_VIXIE },
        { .days = CRON_DAYS_AND, .hash_key = "backup" },
        { .days = CRON_DAYS_OR, .hash_salt = "salt" },
};

static void check_times(const Schedule *schedule, const Schedule *again) {
        const ScheduleContext context = {
                .zone = time_zone_utc(),
                .anchor_usec = 1767225600 * USEC_PER_SEC,
                .boot_usec = 1767225600 * USEC_PER_SEC,
        };
        usec_t at = context.anchor_usec - USEC_PER_DAY;
        Occurrence occurrence, other;

        for (int i = 0; i < N_TIMES; i++) {
                int r = schedule_next(schedule, &context, at, &occurrence);

                assert(schedule_next(again, &context, at, &other) == r);
                if (r == 0)
                        return;
                assert(occurrence.due_usec > at && occurrence.due_usec == other.due_usec);
                assert(schedule_previous(schedule, &context, occurrence.due_usec + 1, &other) == 1);
                assert(other.due_usec == occurrence.due_usec);
                at = occurrence.due_usec;
        }
}

static void check_schedule(const Schedule *schedule, const ScheduleOptions *options) {
        CLEANUP(schedule_freep) Schedule *again = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *description = NULL;

        if (schedule_format(schedule, &text) < 0 || schedule_describe(schedule, &description) < 0)
                return;
        assert(description[0]);
        assert(schedule_parse(schedule_kind(schedule), text, options, &again, NULL) == 0);
        assert(schedule_is_interval_like(schedule) == schedule_is_interval_like(again));
        check_times(schedule, again);
}

static void check_text(ScheduleKind kind, const char *text, const ScheduleOptions *options) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error = {};

        if (schedule_parse(kind, text, options, &schedule, &error) == 0)
                check_schedule(schedule, options);
        else
                assert(error.offset <= strlen(text) && error.reason[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP_FREE char *text = strndup((const char *) data, size);
        ScheduleError error = {};

        if (!text)
                return 0;

        (void) schedule_guess_kind(text, &error); /* any answer will do */
        for (ScheduleKind kind = 0; kind < SCHEDULE_KIND_COUNT; kind++)
                for (size_t i = 0; i < (kind == SCHEDULE_CRON ? ARRAY_SIZE(all_options) : 1); i++)
                        check_text(kind, text, &all_options[i]);
        return 0;
}
