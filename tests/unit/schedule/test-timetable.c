/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>

#include "schedule/timetable.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define MAX_ENTRIES 3U

/* clang-format off */
static const struct {
        struct {
                ScheduleKind kind;
                const char *text, *zone;
        } entries[MAX_ENTRIES];
        const char *after, *until;
        const char *next;          /* NULL: none */
        size_t entry;              /* that gives it */
        uint64_t n;                /* in (after, until] */
        const char *first, *last;
} cases[] = {
        /* the earliest of all */
        { { { SCHEDULE_CRON, "0 6 * * *", NULL }, { SCHEDULE_CRON, "0 3 * * *", NULL } },
          "2026-01-01T00:00:00Z", "2026-01-02T03:00:00Z", "2026-01-01T03:00:00Z", 1, 3, "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z" },

        /* one instant is one occurrence, of the fixed-time entry */
        { { { SCHEDULE_CRON, "0 * * * *", NULL }, { SCHEDULE_CRON, "0 3 * * *", NULL } },
          "2026-01-01T02:00:00Z", "2026-01-01T04:00:00Z", "2026-01-01T03:00:00Z", 1, 2, "2026-01-01T03:00:00Z", "2026-01-01T04:00:00Z" },

        /* an entry's own zone wins */
        { { { SCHEDULE_CRON, "0 3 * * *", "Asia/Tokyo" } },
          "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-01T18:00:00Z", 0, 2, "2026-01-01T18:00:00Z", "2026-01-02T18:00:00Z" },

        /* a grid is counted by arithmetic, what is sparser beside it is walked */
        { { { SCHEDULE_EVERY, "1s", NULL } },
          "2026-01-01T00:00:00Z", "2046-01-01T00:00:00Z", "2026-01-01T00:00:01Z", 0, 631152000, "2026-01-01T00:00:01Z", "2046-01-01T00:00:00Z" },
        { { { SCHEDULE_EVERY, "7s", NULL } },
          "2026-01-01T00:00:00Z", "2026-01-01T00:00:20Z", "2026-01-01T00:00:07Z", 0, 2, "2026-01-01T00:00:07Z", "2026-01-01T00:00:14Z" },
        { { { SCHEDULE_EVERY, "7s", NULL } },
          "2026-01-01T00:00:00Z", "2026-01-01T00:00:07Z", "2026-01-01T00:00:07Z", 0, 1, "2026-01-01T00:00:07Z", "2026-01-01T00:00:07Z" },
        { { { SCHEDULE_EVERY, "7s", NULL } },
          "2026-01-01T00:00:00Z", "2026-01-01T00:00:06Z", "2026-01-01T00:00:07Z", 0, 0, NULL, NULL },
        { { { SCHEDULE_EVERY, "7s", NULL }, { SCHEDULE_EVERY, "14s", NULL } },
          "2026-01-01T00:00:00Z", "2026-01-01T00:01:10Z", "2026-01-01T00:00:07Z", 0, 10, "2026-01-01T00:00:07Z", "2026-01-01T00:01:10Z" },

        { { { SCHEDULE_CRON, "0 * * * *", NULL }, { SCHEDULE_EVERY, "1s", NULL } },
          "2026-01-01T00:00:00Z", "2046-01-01T00:00:00Z", "2026-01-01T00:00:01Z", 1, 631152000, "2026-01-01T00:00:01Z", "2046-01-01T00:00:00Z" },
        { { { SCHEDULE_EVERY, "7s", NULL }, { SCHEDULE_CRON, "0 * * * *", NULL } },
          "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-01T00:00:07Z", 0, 12363, "2026-01-01T00:00:07Z", "2026-01-02T00:00:00Z" },

        /* never, and nothing at all */
        { { { SCHEDULE_AT, "2025-01-01T00:00:00Z", NULL } },
          "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", NULL, 0, 0, NULL, NULL },
        { {}, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", NULL, 0, 0, NULL, NULL },
};
/* clang-format on */

static size_t make_entries(size_t i, ScheduleEntry *entries) {
        size_t n = 0;

        for (; n < MAX_ENTRIES && cases[i].entries[n].text; n++) {
                ck_assert_int_eq(
                                schedule_parse(cases[i].entries[n].kind, cases[i].entries[n].text, NULL,
                                               &entries[n].schedule, NULL),
                                0);
                if (cases[i].entries[n].zone)
                        entries[n].zone = test_zone(cases[i].entries[n].zone);
        }
        return n;
}

START_TEST(several_schedules_are_a_union) {
        ScheduleEntry entries[MAX_ENTRIES] = {};
        usec_t after = test_usec(cases[_i].after), until = test_usec(cases[_i].until);
        ScheduleContext context = { .zone = time_zone_utc(), .anchor_usec = after };
        const Timetable timetable = { entries, make_entries((size_t) _i, entries) };
        size_t entry = SIZE_MAX;
        char buffer[TIMESTAMP_MAX];
        Occurrence occurrence;
        OccurrenceSpan span;
        int r;

        r = timetable_next(&timetable, &context, after, &occurrence, &entry);
        ck_assert_int_eq(r, cases[_i].next ? 1 : 0);
        if (cases[_i].next) {
                ck_assert_str_eq(test_timestamp(occurrence.due_usec, buffer), cases[_i].next);
                ck_assert_uint_eq(entry, cases[_i].entry);
        }

        timetable_count(&timetable, &context, after, until, &span);
        ck_assert_uint_eq(span.n_occurrences, cases[_i].n);
        if (cases[_i].n > 0) {
                ck_assert_str_eq(test_timestamp(span.first_usec, buffer), cases[_i].first);
                ck_assert_str_eq(test_timestamp(span.last_usec, buffer), cases[_i].last);

                r = timetable_previous(&timetable, &context, until + 1, &occurrence);
                ck_assert_int_eq(r, 1);
                ck_assert_int_eq(occurrence.due_usec, span.last_usec);
                ck_assert_uint_eq(occurrence.count, 1);
        }

        for (size_t i = 0; i < timetable.n_entries; i++)
                schedule_entry_done(&entries[i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("timetable");
        TCase *entries = tcase_create("entries");

        tcase_add_loop_test(entries, several_schedules_are_a_union, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, entries);
        return suite;
}
