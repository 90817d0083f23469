/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/clock.h"

#include <time.h>

#include "support/test-support.h"

static usec_t virtual_now(void *userdata, ClockKind kind) {
        const usec_t *times = userdata;

        return times[kind];
}

static usec_t now_of(clockid_t id) {
        struct timespec now = { 0 };

        ck_assert_int_eq(clock_gettime(id, &now), 0);
        return (usec_t) now.tv_sec * USEC_PER_SEC + now.tv_nsec / NSEC_PER_USEC;
}

START_TEST(a_virtual_clock_is_asked_with_its_userdata) {
        usec_t times[CLOCK_KIND_COUNT] = { 11, 22, 33 };
        Clock clock = { .now = virtual_now, .userdata = times };

        ck_assert_int_eq(clock_now(&clock, CLOCK_KIND_REALTIME), 11);
        ck_assert_int_eq(clock_now(&clock, CLOCK_KIND_MONOTONIC), 22);
        ck_assert_int_eq(clock_now(&clock, CLOCK_KIND_BOOTTIME), 33);
}
END_TEST

START_TEST(the_system_clock_is_each_of_the_kernels) {
        static const clockid_t ids[] = {
                [CLOCK_KIND_REALTIME] = CLOCK_REALTIME,
                [CLOCK_KIND_MONOTONIC] = CLOCK_MONOTONIC,
                [CLOCK_KIND_BOOTTIME] = CLOCK_BOOTTIME,
        };
        usec_t before = now_of(ids[_i]), now, after;

        now = clock_now(&system_clock, (ClockKind) _i);
        after = now_of(ids[_i]);

        ck_assert_int_le(before, now);
        ck_assert_int_le(now, after);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("clock");
        TCase *clock = tcase_create("clock");

        tcase_add_test(clock, a_virtual_clock_is_asked_with_its_userdata);
        tcase_add_loop_test(clock, the_system_clock_is_each_of_the_kernels, 0, CLOCK_KIND_COUNT);
        suite_add_tcase(suite, clock);
        return suite;
}
