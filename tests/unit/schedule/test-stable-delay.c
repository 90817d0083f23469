/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/stable-delay.h"

#include <stdio.h>

#include "support/test-support.h"

#define HOUR USEC_PER_HOUR

START_TEST(it_is_always_the_same_and_below_its_limit) {
        static const usec_t limits[] = { 1, USEC_PER_SEC, 10 * USEC_PER_MINUTE, 365 * USEC_PER_DAY };

        for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
                usec_t delay_usec = stable_delay("m", 1000, "backup", limits[i]);

                ck_assert_int_ge(delay_usec, 0);
                ck_assert_int_lt(delay_usec, limits[i]);
                ck_assert_int_eq(stable_delay("m", 1000, "backup", limits[i]), delay_usec);
        }
        ck_assert_int_eq(stable_delay("m", 1000, "backup", 0), 0);
}
END_TEST

START_TEST(machine_owner_and_job_each_make_a_difference) {
        usec_t delay_usec = stable_delay("m", 1000, "backup", HOUR);

        ck_assert_int_ne(stable_delay("n", 1000, "backup", HOUR), delay_usec);
        ck_assert_int_ne(stable_delay("m", 1001, "backup", HOUR), delay_usec);
        ck_assert_int_ne(stable_delay("m", 1000, "backups", HOUR), delay_usec);
        ck_assert_int_eq(stable_delay(NULL, 0, "backup", HOUR), stable_delay("", 0, "backup", HOUR));
}
END_TEST

/* Of a thousand jobs about a tenth starts in each tenth. */
START_TEST(it_spreads) {
        unsigned tenths[10] = { 0 };
        char name[16];

        for (unsigned i = 0; i < 1000; i++) {
                (void) snprintf(name, sizeof(name), "job-%u", i);
                tenths[stable_delay("m", 0, name, HOUR) * 10 / HOUR]++;
        }
        for (unsigned i = 0; i < 10; i++) {
                ck_assert_uint_gt(tenths[i], 60);
                ck_assert_uint_lt(tenths[i], 140);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("stable-delay");
        TCase *delay = tcase_create("delay");

        tcase_add_test(delay, it_is_always_the_same_and_below_its_limit);
        tcase_add_test(delay, machine_owner_and_job_each_make_a_difference);
        tcase_add_test(delay, it_spreads);
        suite_add_tcase(suite, delay);
        return suite;
}
