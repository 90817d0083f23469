/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/schedule.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#include "support/test-support.h"

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
        { "* * * * * *",               -EINVAL },
        { "0 0 1 1 * 2026",            -EINVAL },
        { "0 0 1 1",                   -EINVAL },
        { "tomorrow",                  -EINVAL },
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

        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, cron_cases[_i].text, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_kind(schedule), cron_cases[_i].kind);
}
END_TEST

START_TEST(only_every_has_a_start) {
        static const char *const texts[SCHEDULE_KIND_COUNT] = {
                [SCHEDULE_CRON] = "* * * * *",
                [SCHEDULE_EVERY] = "90s",
                [SCHEDULE_AT] = "2026-12-24",
                [SCHEDULE_BOOT] = "0",
        };
        Timestamp start = { .has_offset = true, .local = { .date = { 2026, 1, 1 } } };

        for (ScheduleKind kind = 0; kind < SCHEDULE_KIND_COUNT; kind++) {
                CLEANUP(schedule_freep) Schedule *schedule = NULL;

                ck_assert_int_eq(schedule_parse(kind, texts[kind], &schedule, NULL), 0);
                ck_assert_int_eq(schedule_set_start(schedule, &start), kind == SCHEDULE_EVERY ? 0 : -EINVAL);
        }
}
END_TEST

START_TEST(names_go_both_ways) {
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
        tcase_add_test(schedule, only_every_has_a_start);
        tcase_add_test(schedule, names_go_both_ways);
        suite_add_tcase(suite, schedule);
        return suite;
}
