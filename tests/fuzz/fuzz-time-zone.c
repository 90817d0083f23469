/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any bytes as a TZif file: a zone that is made answers every question, and its answers fit together. */

#include <assert.h>

#include "schedule/time-zone.h"
#include "schedule/timetable.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_instant(const TimeZone *zone, usec_t instant) {
        usec_t begin, end;
        LocalTime local;
        ZoneInstants instants;
        bool found;

        time_zone_span(zone, instant, &begin, &end);
        assert(begin <= instant && instant < end);

        time_zone_to_local(zone, instant, &local);
        assert(local.abbreviation);
        time_zone_from_local(zone, &local.civil, &instants);
        found = (instants.n_instants > 0 && instants.instants[0] == instant) ||
                        (instants.n_instants > 1 && instants.instants[1] == instant);
        assert(found || instants.n_instants == 2); /* no real zone shows a time thrice, but bytes may */
}

static void check_schedule(const TimeZone *zone, const char *expression) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleContext context = { .zone = zone };
        usec_t at = 0;
        Occurrence occurrence, back;
        OccurrenceSpan span;
        uint64_t n = 0;

        if (schedule_parse(SCHEDULE_CRON, expression, NULL, &schedule, NULL) < 0)
                return;
        for (; n < 8 && schedule_next(schedule, &context, at, &occurrence) > 0; n++) {
                assert(occurrence.due_usec > at && occurrence.count > 0);
                assert(schedule_previous(schedule, &context, occurrence.due_usec + 1, &back) > 0);
                assert(back.due_usec == occurrence.due_usec && back.notes == occurrence.notes &&
                       back.count == occurrence.count);
                at = occurrence.due_usec;
        }

        timetable_count(&(Timetable){ &(ScheduleEntry){ .schedule = schedule }, 1 }, &context, 0, at, &span);
        assert(span.n_occurrences == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const int64_t years[] = { -400, 0, 1600, 1900, 1970, 2026, 2038, 2400, 9000 };
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        usec_t begin, end;

        if (time_zone_parse("Fuzz/Zone", data, size, &zone) < 0)
                return 0;

        for (size_t i = 0; i < ARRAY_SIZE(years); i++) {
                usec_t instant = (years[i] - 1970) * 31556952 * USEC_PER_SEC;

                check_instant(zone, instant);
                time_zone_span(zone, instant, &begin, &end);
                if (end < 400000000000 * USEC_PER_SEC) {
                        check_instant(zone, end - 1);
                        check_instant(zone, end);
                }
        }
        check_schedule(zone, "30 2 * * *");
        check_schedule(zone, "*/30 * * * *");
        return 0;
}
