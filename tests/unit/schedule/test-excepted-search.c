/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>

#include "schedule/timetable.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define N_DUE_MAX 6U

typedef struct Case {
        ScheduleKind kind;
        const char *text, *zone;
        ExceptionItem item;
        OnExcept on_except;
        const char *after, *until;
        const char *due[N_DUE_MAX]; /* what is due in between; "DUE<NOMINAL" was moved, "DUE*N" stands for n
                                     */
        uint64_t n_swallowed;
} Case;

/* clang-format off */
static const Case cases[] = {
        /* left out */
        { SCHEDULE_CRON, "0 2 * * *", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_SKIP,
          "2026-01-02T00:00:00Z", "2026-01-06T00:00:00Z",
          { "2026-01-02T02:00:00Z", "2026-01-05T02:00:00Z" }, 2 },
        { SCHEDULE_EVERY, "12h", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_SKIP,
          "2026-01-02T00:00:00Z", "2026-01-05T18:00:00Z",
          { "2026-01-02T12:00:00Z", "2026-01-05T00:00:00Z", "2026-01-05T12:00:00Z" }, 4 },

        /* to the next free day: the one that is there already, with which it is one */
        { SCHEDULE_CRON, "0 2 * * *", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-02T00:00:00Z", "2026-01-06T00:00:00Z",
          { "2026-01-02T02:00:00Z", "2026-01-05T02:00:00Z*3" }, 0 },
        { SCHEDULE_CRON, "0 2 * * sat", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-02T00:00:00Z", "2026-01-13T00:00:00Z",
          { "2026-01-05T02:00:00Z<2026-01-03T02:00:00Z", "2026-01-12T02:00:00Z<2026-01-10T02:00:00Z" }, 0 },
        { SCHEDULE_CRON, "0 2 * * sat,sun", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-02T00:00:00Z", "2026-01-06T00:00:00Z",
          { "2026-01-05T02:00:00Z<2026-01-03T02:00:00Z*2" }, 0 },

        /* the day before, planned ahead */
        { SCHEDULE_CRON, "0 2 24 12 *", "UTC", { .dates = (const char *const[]){ "12-24", "12-23", NULL } }, ON_EXCEPT_PREVIOUS_DAY,
          "2026-01-01T00:00:00Z", "2027-12-31T00:00:00Z",
          { "2026-12-22T02:00:00Z<2026-12-24T02:00:00Z", "2027-12-22T02:00:00Z<2027-12-24T02:00:00Z" }, 0 },
        { SCHEDULE_CRON, "0 2 * * *", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_PREVIOUS_DAY,
          "2026-01-01T12:00:00Z", "2026-01-06T00:00:00Z",
          { "2026-01-02T02:00:00Z*3", "2026-01-05T02:00:00Z" }, 0 },

        /* a business day: Friday the 1st of May is excepted, and the weekend is none */
        { SCHEDULE_CRON, "0 9 1 * *", "UTC", { .dates = (const char *const[]){ "05-01", NULL } }, ON_EXCEPT_NEXT_BUSINESS_DAY,
          "2026-04-15T00:00:00Z", "2026-06-15T00:00:00Z",
          { "2026-05-04T09:00:00Z<2026-05-01T09:00:00Z", "2026-06-01T09:00:00Z" }, 0 },
        { SCHEDULE_CRON, "0 9 4 * *", "UTC", { .dates = (const char *const[]){ "05-04", NULL } }, ON_EXCEPT_PREVIOUS_BUSINESS_DAY,
          "2026-04-15T00:00:00Z", "2026-05-15T00:00:00Z",
          { "2026-05-01T09:00:00Z<2026-05-04T09:00:00Z" }, 0 },

        /* no free day within a month */
        { SCHEDULE_CRON, "0 9 1 7 *", "UTC", { .dates = (const char *const[]){ "07-01..08-01", NULL } }, ON_EXCEPT_NEXT_DAY,
          "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", {}, 1 },
        { SCHEDULE_CRON, "0 9 1 7 *", "UTC", { .dates = (const char *const[]){ "07-01..07-31", NULL } }, ON_EXCEPT_NEXT_DAY,
          "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", { "2026-08-01T09:00:00Z<2026-07-01T09:00:00Z" }, 0 },

        /* always excepted: nothing is ever due */
        { SCHEDULE_CRON, "0 9 * * *", "UTC", { .days = "Mon..Sun" }, ON_EXCEPT_SKIP,
          "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", {}, 30 },
        { SCHEDULE_CRON, "0 9 * * *", "UTC", { .time = "08:00..10:00" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", {}, 30 },

        /* the wall time is kept, by the rule of the clock changes */
        { SCHEDULE_CRON, "30 2 * * sat", "Europe/Berlin", { .dates = (const char *const[]){ "2026-03-28", NULL } }, ON_EXCEPT_NEXT_DAY,
          "2026-03-27T00:00:00Z", "2026-04-01T00:00:00Z", { "2026-03-29T01:00:00Z<2026-03-28T01:30:00Z" }, 0 },
        { SCHEDULE_CRON, "0 12 * * sat", "Europe/Berlin", { .days = "sat,sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-03-27T00:00:00Z", "2026-04-01T00:00:00Z", { "2026-03-30T10:00:00Z<2026-03-28T11:00:00Z" }, 0 },

        /* interval-like ones are left out, whatever is to become of others */
        { SCHEDULE_CRON, "0 */12 * * *", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-02T00:00:00Z", "2026-01-05T06:00:00Z",
          { "2026-01-02T12:00:00Z", "2026-01-05T00:00:00Z" }, 4 },

        /* one instant */
        { SCHEDULE_AT, "2026-01-03T10:00:00Z", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", { "2026-01-05T10:00:00Z<2026-01-03T10:00:00Z" }, 0 },
        { SCHEDULE_AT, "2026-01-03T10:00:00Z", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_SKIP,
          "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", {}, 1 },
};
/* clang-format on */

static void make_timetable(const Case *row, ScheduleEntry *entry, Timetable *ret) {
        *entry = (ScheduleEntry){};
        *ret = (Timetable){ .entries = entry, .n_entries = 1, .on_except = row->on_except };
        ck_assert_int_eq(schedule_parse(row->kind, row->text, NULL, &entry->schedule, NULL), 0);
        ck_assert_int_eq(exceptions_new(&ret->exceptions), 0);
        ck_assert_int_eq(exceptions_add(ret->exceptions, &row->item, NULL, NULL), 0);
}

static void free_timetable(Timetable *timetable) {
        schedule_entry_done(timetable->entries);
        timetable->exceptions = exceptions_free(timetable->exceptions);
}

static void format_occurrence(const Occurrence *occurrence, char *ret, size_t size) {
        char due[TIMESTAMP_MAX], nominal[TIMESTAMP_MAX];
        bool moved = occurrence->notes & SCHEDULE_NOTE_EXCEPTED_MOVED;
        size_t length;

        ck_assert(moved == (occurrence->nominal_usec != occurrence->due_usec));
        length = (size_t) snprintf(
                        ret, size, "%s%s%s", test_timestamp(occurrence->due_usec, due), moved ? "<" : "",
                        moved ? test_timestamp(occurrence->nominal_usec, nominal) : "");
        if (occurrence->count > 1)
                (void) snprintf(ret + length, size - length, "*%u", occurrence->count);
}

START_TEST(what_is_excepted_moves_or_is_left_out) {
        const Case *row = &cases[_i];
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(row->zone);
        usec_t after = test_usec(row->after), until = test_usec(row->until), at = after;
        ScheduleContext context = { .zone = zone, .anchor_usec = after };
        ScheduleEntry entry;
        Timetable timetable;
        Occurrence occurrence;
        OccurrenceSpan span;
        char text[128];
        size_t n = 0;

        make_timetable(row, &entry, &timetable);

        for (;
             timetable_next(&timetable, &context, at, &occurrence, NULL) > 0 && occurrence.due_usec <= until;
             at = occurrence.due_usec) {
                format_occurrence(&occurrence, text, sizeof(text));
                ck_assert_ptr_nonnull(row->due[n]);
                ck_assert_str_eq(text, row->due[n++]);
        }
        ck_assert_ptr_null(row->due[n]);

        timetable_count(&timetable, &context, after, until, &span);
        ck_assert_uint_eq(span.n_occurrences, n);
        timetable_excepted(&timetable, &context, after, until, &span);
        ck_assert_uint_eq(span.n_occurrences, row->n_swallowed);

        for (at = until + 1; n > 0; at = occurrence.due_usec) {
                ck_assert_int_eq(timetable_previous(&timetable, &context, at, &occurrence), 1);
                format_occurrence(&occurrence, text, sizeof(text));
                ck_assert_str_eq(text, row->due[--n]);
        }
        free_timetable(&timetable);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("excepted-search");
        TCase *search = tcase_create("search");

        tcase_add_loop_test(search, what_is_excepted_moves_or_is_left_out, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, search);
        return suite;
}
