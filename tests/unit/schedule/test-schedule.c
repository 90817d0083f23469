/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/schedule.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#include "support/test-support.h"
#include "support/test-time.h"

/* clang-format off */
static const struct {
        const char *text;
        int kind; /* or -EINVAL */
} guess_cases[] = {
        { "30 2 * * *",                SCHEDULE_CRON },
        { "  30 2 * * mon ",           SCHEDULE_CRON },
        { "0 0 29 2 1",                SCHEDULE_CRON }, /* and not 32 seconds */
        { "@daily",                    SCHEDULE_CRON },
        { "@every 90s",                SCHEDULE_CRON },
        { "@reboot",                   SCHEDULE_BOOT },
        { "@1782864000",               SCHEDULE_AT },
        { "2026-12-24",                SCHEDULE_AT },
        { "2026-12-24T18:00+01:00",    SCHEDULE_AT },
        { "2026-12-24 18:00",          SCHEDULE_AT },
        { "90s",                       SCHEDULE_EVERY },
        { "90",                        SCHEDULE_EVERY },
        { "1h 30min",                  SCHEDULE_EVERY },
        { "1d 2h 3min 4s 5ms",         SCHEDULE_EVERY },
        { "* * * * * *",               SCHEDULE_CRON },
        { "0 0 1 1 * 2026",            SCHEDULE_CRON },
        { "0 0 1 1",                   SCHEDULE_CALENDAR },
        { "tomorrow",                  SCHEDULE_CALENDAR },
        { "Mon..Fri 06:00",            SCHEDULE_CALENDAR },
        { "FREQ=DAILY",                SCHEDULE_RRULE },
        { "RRULE:FREQ=DAILY",          SCHEDULE_RRULE },
        { "",                          -EINVAL },
};

static const struct {
        const char *text;
        ScheduleKind kind;
} cron_cases[] = {
        { "@daily",     SCHEDULE_CRON },
        { "@every 90s", SCHEDULE_EVERY },
        { "@every  1h 30min", SCHEDULE_EVERY },
        { "@reboot",    SCHEDULE_BOOT },
};
/* clang-format on */

START_TEST(a_plain_text_shows_its_kind) {
        ScheduleError error = {};
        int kind = schedule_guess_kind(guess_cases[_i].text, &error);

        ck_assert_msg(kind == guess_cases[_i].kind, "'%s': %d %s", guess_cases[_i].text, kind, error.reason);
        if (kind < 0)
                ck_assert_int_gt(strlen(error.reason), 0);
        ck_assert_int_eq(schedule_guess_kind(guess_cases[_i].text, NULL), guess_cases[_i].kind);
}
END_TEST

START_TEST(some_macros_of_cron_are_other_kinds) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;

        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, cron_cases[_i].text, NULL, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_kind(schedule), cron_cases[_i].kind);
}
END_TEST

/* clang-format off */
static const struct {
        ScheduleKind kind;
        const char *text, *start, *end, *after, *next, *before, *previous;
} limit_cases[] = {
        { SCHEDULE_CRON, "0 12 * * *", "2026-03-01", NULL,
          "2026-01-01T00:00:00Z", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z", NULL },
        { SCHEDULE_CRON, "0 12 * * *", "2026-03-01T12:00", "2026-03-02T12:00", /* both inclusive */
          "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z", "2027-01-01T00:00:00Z", "2026-03-02T12:00:00Z" },
        { SCHEDULE_CRON, "0 12 * * *", NULL, "2026-03-02", /* a mere date is the whole day */
          "2026-03-02T12:00:00Z", NULL, "2027-01-01T00:00:00Z", "2026-03-02T12:00:00Z" },
        { SCHEDULE_CRON, "0 12 * * *", NULL, "2026-03-02T11:59:59+00:00",
          "2026-03-01T12:00:00Z", NULL, "2027-01-01T00:00:00Z", "2026-03-01T12:00:00Z" },
        { SCHEDULE_EVERY, "1h", "2026-03-01T00:30", "2026-03-01T02:00",
          "2026-01-01T00:00:00Z", "2026-03-01T00:30:00Z", "2027-01-01T00:00:00Z", "2026-03-01T01:30:00Z" },
        { SCHEDULE_AT, "2026-03-01T00:30", "2026-03-01T00:31", NULL,
          "2026-01-01T00:00:00Z", NULL, "2027-01-01T00:00:00Z", NULL },
};
/* clang-format on */

static void check_instant(int r, const Occurrence *occurrence, const char *expected) {
        char buffer[TIMESTAMP_MAX];

        ck_assert_int_eq(r, expected ? 1 : 0);
        if (expected) {
                ck_assert_str_eq(test_timestamp(occurrence->due_usec, buffer), expected);
                ck_assert_int_eq(occurrence->nominal_usec, occurrence->due_usec);
        }
}

START_TEST(nothing_is_due_outside_of_the_limits) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleContext context = { .zone = time_zone_utc() };
        ScheduleOptions options = {};
        Timestamp start, end;
        Occurrence occurrence;
        int r;

        if (limit_cases[_i].start) {
                ck_assert_int_eq(timestamp_parse(limit_cases[_i].start, &start), 0);
                options.start = &start;
        }
        if (limit_cases[_i].end) {
                ck_assert_int_eq(timestamp_parse(limit_cases[_i].end, &end), 0);
                options.end = &end;
        }
        ck_assert_int_eq(
                        schedule_parse(limit_cases[_i].kind, limit_cases[_i].text, &options, &schedule, NULL),
                        0);

        r = schedule_next(schedule, &context, test_usec(limit_cases[_i].after), &occurrence);
        check_instant(r, &occurrence, limit_cases[_i].next);
        r = schedule_previous(schedule, &context, test_usec(limit_cases[_i].before), &occurrence);
        check_instant(r, &occurrence, limit_cases[_i].previous);
}
END_TEST

START_TEST(names_go_both_ways) {
        for (DstGap gap = 0; gap < DST_GAP_COUNT; gap++)
                ck_assert_int_eq(dst_gap_from_string(dst_gap_to_string(gap)), gap);
        for (DstOverlap overlap = 0; overlap < DST_OVERLAP_COUNT; overlap++)
                ck_assert_int_eq(dst_overlap_from_string(dst_overlap_to_string(overlap)), overlap);
        for (CronDays days = 0; days < CRON_DAYS_COUNT; days++)
                ck_assert_int_eq(cron_days_from_string(cron_days_to_string(days)), days);
        for (CronDialect dialect = 0; dialect < CRON_DIALECT_COUNT; dialect++)
                ck_assert_int_eq(cron_dialect_from_string(cron_dialect_to_string(dialect)), dialect);
        for (ScheduleKind kind = 0; kind < SCHEDULE_KIND_COUNT; kind++)
                ck_assert_int_eq(schedule_kind_from_string(schedule_kind_to_string(kind)), kind);
        ck_assert_int_eq(schedule_kind_from_string("never"), -EINVAL);
        ck_assert_ptr_null(schedule_kind_to_string(SCHEDULE_KIND_COUNT));

        for (unsigned bit = 0; bit < SCHEDULE_N_NOTES; bit++)
                ck_assert_ptr_nonnull(schedule_note_name(bit));
        ck_assert_ptr_null(schedule_note_name(SCHEDULE_N_NOTES));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("schedule");
        TCase *schedule = tcase_create("schedule");

        tcase_add_loop_test(schedule, a_plain_text_shows_its_kind, 0, ARRAY_SIZE(guess_cases));
        tcase_add_loop_test(schedule, some_macros_of_cron_are_other_kinds, 0, ARRAY_SIZE(cron_cases));
        tcase_add_loop_test(schedule, nothing_is_due_outside_of_the_limits, 0, ARRAY_SIZE(limit_cases));
        tcase_add_test(schedule, names_go_both_ways);
        suite_add_tcase(suite, schedule);
        return suite;
}
