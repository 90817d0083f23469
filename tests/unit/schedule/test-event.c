/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <errno.h>

#include "schedule/schedule.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text, *canonical, *description;
        usec_t delay_usec;
} cases[] = {
        { "0",       "0",    "at boot",               0 },
        { "@reboot", "0",    "at boot",               0 },
        { "5min",    "5min", "5 minutes after boot",  5 * USEC_PER_MINUTE },
        { "1h",      "1h",   "1 hour after boot",     USEC_PER_HOUR },
};
/* clang-format on */

START_TEST(a_boot_is_followed_once) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *description = NULL;
        ScheduleContext context = { .zone = time_zone_utc(), .boot_usec = 1000 };
        usec_t due = 1000 + cases[_i].delay_usec;
        Occurrence occurrence;

        ck_assert_int_eq(schedule_parse(SCHEDULE_BOOT, cases[_i].text, NULL, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_next(schedule, &context, due - 1, &occurrence), 1);
        ck_assert_int_eq(occurrence.due_usec, due);
        ck_assert_int_eq(schedule_next(schedule, &context, due, &occurrence), 0);
        ck_assert_int_eq(schedule_previous(schedule, &context, due, &occurrence), 0);
        ck_assert_int_eq(schedule_previous(schedule, &context, due + 1, &occurrence), 1);
        ck_assert_int_eq(occurrence.due_usec, due);

        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        ck_assert_str_eq(text, cases[_i].canonical);
        ck_assert_int_eq(schedule_describe(schedule, &description), 0);
        ck_assert_str_eq(description, cases[_i].description);
}
END_TEST

START_TEST(no_boot_owes_nothing) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleContext context = { .zone = time_zone_utc(), .boot_usec = USEC_INFINITY };
        Occurrence occurrence;

        ck_assert_int_eq(schedule_parse(SCHEDULE_BOOT, "5min", NULL, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_next(schedule, &context, 0, &occurrence), 0);
        ck_assert_int_eq(schedule_previous(schedule, &context, USEC_INFINITY, &occurrence), 0);
}
END_TEST

START_TEST(what_is_no_delay_is_refused) {
        static const char *const invalid[] = { "later", "infinity", "-1s", "@daily" };
        Schedule *schedule = NULL;
        ScheduleError error;

        for (size_t i = 0; i < ARRAY_SIZE(invalid); i++)
                ck_assert_int_eq(schedule_parse(SCHEDULE_BOOT, invalid[i], NULL, &schedule, &error), -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("boot");
        TCase *boot = tcase_create("boot");

        tcase_add_loop_test(boot, a_boot_is_followed_once, 0, ARRAY_SIZE(cases));
        tcase_add_test(boot, no_boot_owes_nothing);
        tcase_add_test(boot, what_is_no_delay_is_refused);
        suite_add_tcase(suite, boot);
        return suite;
}
