/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <errno.h>

#include "schedule/schedule.h"
#include "support/test-support.h"
#include "support/test-time.h"

/* clang-format off */
static const struct {
        const char *text, *due;
        unsigned notes;
        const char *canonical, *description;
} cases[] = {
        { "2026-12-24T18:00:00Z",      "2026-12-24T18:00:00Z", 0, "2026-12-24T18:00:00Z",      "once, at 2026-12-24 18:00Z" },
        { "2026-12-24T18:00:05+01:00", "2026-12-24T17:00:05Z", 0, "2026-12-24T18:00:05+01:00", "once, at 2026-12-24 18:00:05+01:00" },
        { "2026-12-24 18:00-03:30",    "2026-12-24T21:30:00Z", 0, "2026-12-24T18:00:00-03:30", "once, at 2026-12-24 18:00-03:30" },
        { "@1782864000",               "2026-07-01T00:00:00Z", 0, "2026-07-01T00:00:00Z",      "once, at 2026-07-01 00:00Z" },
        { "2026-12-24T18:00",          "2026-12-24T17:00:00Z", 0, "2026-12-24T18:00:00",       "once, at 2026-12-24 18:00" },
        { "2026-07-24",                "2026-07-23T22:00:00Z", 0, "2026-07-24T00:00:00",       "once, at 2026-07-24 00:00" },
        { "2026-07-24T01:02:03.5Z",    "2026-07-24T01:02:03.500000Z", 0, "2026-07-24T01:02:03.500000Z", "once, at 2026-07-24 01:02:03.500000Z" },
        { "2026-03-29T02:30",          "2026-03-29T01:00:00Z", SCHEDULE_NOTE_GAP,           "2026-03-29T02:30:00", "once, at 2026-03-29 02:30" },
        { "2026-10-25T02:30",          "2026-10-25T00:30:00Z", SCHEDULE_NOTE_OVERLAP_FIRST, "2026-10-25T02:30:00", "once, at 2026-10-25 02:30" },
};

static const char *const invalid_cases[] = { "tomorrow", "2026-02-30", "2026-01-01T25:00", "30 2 * * *", "2026-01-01T00:00Zx" };
/* clang-format on */

START_TEST(an_instant_is_due_once) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP(schedule_freep) Schedule *again = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        ScheduleContext context = { .zone = zone };
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *description = NULL;
        usec_t due = test_usec(cases[_i].due);
        Occurrence occurrence;

        if (!zone)
                return;

        ck_assert_int_eq(schedule_parse(SCHEDULE_AT, cases[_i].text, NULL, &schedule, NULL), 0);
        ck_assert(!schedule_is_interval_like(schedule));
        ck_assert_int_eq(schedule_next(schedule, &context, due - 1, &occurrence), 1);
        ck_assert_int_eq(occurrence.due_usec, due);
        ck_assert_uint_eq(occurrence.notes, cases[_i].notes);
        ck_assert_uint_eq(occurrence.count, 1);
        ck_assert_int_eq(schedule_next(schedule, &context, due, &occurrence), 0);
        ck_assert_int_eq(schedule_previous(schedule, &context, due, &occurrence), 0);
        ck_assert_int_eq(schedule_previous(schedule, &context, due + 1, &occurrence), 1);
        ck_assert_int_eq(occurrence.due_usec, due);

        ck_assert_int_eq(schedule_describe(schedule, &description), 0);
        ck_assert_str_eq(description, cases[_i].description);
        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        ck_assert_str_eq(text, cases[_i].canonical);
        ck_assert_int_eq(schedule_parse(SCHEDULE_AT, text, NULL, &again, NULL), 0);
        ck_assert_int_eq(schedule_next(again, &context, due - 1, &occurrence), 1);
        ck_assert_int_eq(occurrence.due_usec, due);
}
END_TEST

START_TEST(what_is_no_time_is_refused) {
        Schedule *schedule = NULL;
        ScheduleError error;

        ck_assert_int_eq(schedule_parse(SCHEDULE_AT, invalid_cases[_i], NULL, &schedule, &error), -EINVAL);
        ck_assert_uint_eq(error.offset, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("at");
        TCase *at = tcase_create("at");

        tcase_add_loop_test(at, an_instant_is_due_once, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(at, what_is_no_time_is_refused, 0, ARRAY_SIZE(invalid_cases));
        suite_add_tcase(suite, at);
        return suite;
}
