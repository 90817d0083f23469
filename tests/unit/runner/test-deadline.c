/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/deadline.h"

#include "support/test-support.h"
#include "util/clock.h"

static char order[16];
static size_t n_elapsed;

static void on_elapsed(Deadline *deadline) {
        order[n_elapsed++] = *(const char *) deadline->userdata;
}

START_TEST(deadlines_elapse_in_order_unless_cleared) {
        const usec_t now = clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
        Deadlines deadlines;
        Deadline a, b, c, d;
        sd_event *event;

        ck_assert_int_ge(sd_event_new(&event), 0);
        ck_assert_int_eq(deadlines_init(&deadlines, event), 0);
        deadline_init(&a, on_elapsed, (char *) "a");
        deadline_init(&b, on_elapsed, (char *) "b");
        deadline_init(&c, on_elapsed, (char *) "c");
        deadline_init(&d, on_elapsed, (char *) "d");

        ck_assert_int_eq(deadline_set(&deadlines, &a, now + 3000), 0);
        ck_assert_int_eq(deadline_set(&deadlines, &b, now + 1000), 0);
        ck_assert_int_eq(deadline_set(&deadlines, &c, now + 2000), 0);
        ck_assert_int_eq(deadline_set(&deadlines, &d, now + 10 * USEC_PER_SEC), 0);
        ck_assert_int_eq(deadline_set(&deadlines, &d, USEC_INFINITY), 0); /* never */
        deadline_clear(&deadlines, &c);
        ck_assert(deadline_get(&c) == USEC_INFINITY);
        ck_assert(deadline_get(&a) == now + 3000);

        while (n_elapsed < 2)
                ck_assert_int_gt(sd_event_run(event, 10 * USEC_PER_SEC), 0);
        ck_assert_str_eq(order, "ba");
        ck_assert_int_ge(clock_now(&system_clock, CLOCK_KIND_MONOTONIC), now + 3000);
        ck_assert_int_eq(sd_event_run(event, 0), 0);

        deadlines_done(&deadlines);
        (void) sd_event_unref(event);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("deadline");
        TCase *order_case = tcase_create("order");

        tcase_add_test(order_case, deadlines_elapse_in_order_unless_cleared);
        suite_add_tcase(suite, order_case);
        return suite;
}
