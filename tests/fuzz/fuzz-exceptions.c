/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any text as each part of an exception, an iCalendar file among them: what is taken answers the same in all
 * of the span that it names, and a schedule under it goes strictly forward and back again.
 */

#include <assert.h>
#include <string.h>

#include "schedule/timetable.h"
#include "util/cleanup.h"

#define N_TIMES 4
#define BEGIN (1767225600 * USEC_PER_SEC)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_spans(const Exceptions *exceptions) {
        usec_t at = BEGIN, begin, end;

        for (int i = 0; i < N_TIMES; i++) {
                bool excepted = exceptions_span(exceptions, time_zone_utc(), at, &begin, &end);

                assert(begin <= at && end > at);
                begin = MAX(begin, BEGIN - USEC_PER_WEEK);
                assert(exceptions_match(exceptions, time_zone_utc(), begin) == excepted);
                assert(exceptions_match(
                                       exceptions, time_zone_utc(),
                                       begin + (MIN(end, at + USEC_PER_DAY) - begin) / 2) == excepted);
                if (end > BEGIN + 400 * USEC_PER_DAY)
                        return;
                assert(exceptions_match(exceptions, time_zone_utc(), end - 1) == excepted);
                at = end;
        }
}

static void check_timetable(Exceptions *exceptions, OnExcept on_except) {
        const ScheduleContext context = { .zone = time_zone_utc(), .anchor_usec = BEGIN };
        ScheduleEntry entry = {};
        Timetable timetable = {
                .entries = &entry,
                .n_entries = 1,
                .exceptions = exceptions,
                .on_except = on_except,
        };
        usec_t at = BEGIN;
        Occurrence occurrence, again;

        if (schedule_parse(SCHEDULE_CRON, "30 9 * * *", NULL, &entry.schedule, NULL) < 0)
                return;
        for (int i = 0; i < N_TIMES && timetable_next(&timetable, &context, at, &occurrence, NULL) > 0; i++) {
                assert(occurrence.due_usec > at);
                assert(!exceptions_match(exceptions, time_zone_utc(), occurrence.due_usec));
                assert(timetable_previous(&timetable, &context, occurrence.due_usec + 1, &again) > 0);
                assert(again.due_usec == occurrence.due_usec && again.count == occurrence.count);
                at = occurrence.due_usec;
        }
        schedule_entry_done(&entry);
}

static void check_item(const ExceptionItem *item, size_t size) {
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        ScheduleError error = {};
        const char *key = NULL;
        int r;

        if (exceptions_new(&exceptions) < 0)
                return;
        r = exceptions_add(exceptions, item, &key, &error);
        if (r < 0) {
                assert(r != -EINVAL || (key && error.reason[0] && error.offset <= size));
                return;
        }
        check_spans(exceptions);
        check_timetable(exceptions, (OnExcept) (size % ON_EXCEPT_COUNT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP_FREE char *text = strndup((const char *) data, size);
        const char *const dates[] = { text, NULL };

        if (!text)
                return 0;

        check_item(&(ExceptionItem){ .days = text }, size);
        check_item(&(ExceptionItem){ .dates = dates }, size);
        check_item(&(ExceptionItem){ .time = text }, size);
        check_item(&(ExceptionItem){ .calendar = text }, size);
        check_item(&(ExceptionItem){ .cron = text }, size);
        check_item(&(ExceptionItem){ .ics = text }, size);
        return 0;
}
