/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/wakeup-timer.h"

#include "support/test-support.h"

#define HOUR USEC_PER_HOUR

/* clang-format off */
static const struct {
        ClockReading now; /* all clocks said 0 before */
        usec_t set_by_usec, slept_usec;
} difference_cases[] = {
        { { HOUR, HOUR, HOUR },                   0,          0 },        /* an hour went by */
        { { HOUR + 900, HOUR, HOUR + 500 },       0,          0 },        /* read one after the other */
        { { 3 * HOUR, HOUR, HOUR },               2 * HOUR,   0 },        /* set forward */
        { { -HOUR, HOUR, HOUR },                  -2 * HOUR,  0 },        /* set back */
        { { 8 * HOUR, HOUR, 8 * HOUR },           0,          7 * HOUR }, /* asleep; the clock went on */
        { { 9 * HOUR, HOUR, 8 * HOUR },           HOUR,       7 * HOUR }, /* asleep, and corrected after it */
        { { HOUR + 5000, HOUR, HOUR },            5000,       0 },        /* a small step is one */
};
/* clang-format on */

START_TEST(setting_and_sleeping_are_told_apart) {
        const ClockReading before = { 0, 0, 0 };
        ClockDifference difference = clock_reading_difference(&before, &difference_cases[_i].now);

        ck_assert_int_eq(difference.set_by_usec, difference_cases[_i].set_by_usec);
        ck_assert_int_eq(difference.slept_usec, difference_cases[_i].slept_usec);
}
END_TEST

typedef struct Fixture {
        sd_event *event;
        WakeupTimer *timer;
        unsigned n_due, n_set, n_resumed;
} Fixture;

static void on_due(void *userdata) {
        ((Fixture *) userdata)->n_due++;
}

static void on_clock_set(void *userdata, usec_t delta_usec) {
        ((Fixture *) userdata)->n_set++;
}

static void on_resumed(void *userdata, usec_t slept_usec) {
        ((Fixture *) userdata)->n_resumed++;
}

static void fixture_init(Fixture *fixture) {
        const WakeupEvents events = { on_due, on_clock_set, on_resumed, fixture };

        *fixture = (Fixture){ 0 };
        ck_assert_int_ge(sd_event_new(&fixture->event), 0);
        ck_assert_int_eq(wakeup_timer_new(fixture->event, &system_clock, &events, &fixture->timer), 0);
}

static void fixture_done(Fixture *fixture) {
        (void) wakeup_timer_free(fixture->timer);
        (void) sd_event_unref(fixture->event);
}

START_TEST(an_instant_in_the_past_is_due_at_once) {
        static const usec_t instants[] = { -5, 0, 1, 1000000 };
        Fixture fixture;

        fixture_init(&fixture);
        ck_assert_int_eq(wakeup_timer_set(fixture.timer, instants[_i]), 0);
        ck_assert_int_gt(sd_event_run(fixture.event, 10 * USEC_PER_SEC), 0);
        ck_assert_uint_eq(fixture.n_due, 1);
        fixture_done(&fixture);
}
END_TEST

START_TEST(it_is_due_once_and_never_early) {
        usec_t due_usec = clock_now(&system_clock, CLOCK_KIND_REALTIME) + 20 * USEC_PER_MSEC;
        Fixture fixture;

        fixture_init(&fixture);
        ck_assert_int_eq(wakeup_timer_set(fixture.timer, due_usec), 0);
        while (fixture.n_due == 0)
                ck_assert_int_ge(sd_event_run(fixture.event, 10 * USEC_PER_SEC), 0);
        ck_assert_int_ge(clock_now(&system_clock, CLOCK_KIND_REALTIME), due_usec);
        ck_assert_int_eq(sd_event_run(fixture.event, 0), 0);
        ck_assert_uint_eq(fixture.n_due, 1);
        fixture_done(&fixture);
}
END_TEST

START_TEST(never_does_not_wake) {
        Fixture fixture;

        fixture_init(&fixture);
        ck_assert_int_eq(wakeup_timer_set(fixture.timer, 0), 0);
        ck_assert_int_eq(wakeup_timer_set(fixture.timer, USEC_INFINITY), 0);
        ck_assert_int_eq(sd_event_run(fixture.event, 0), 0);
        ck_assert_uint_eq(fixture.n_due, 0);
        fixture_done(&fixture);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("daemon-wakeup-timer");
        TCase *tcase = tcase_create("wakeup-timer");

        tcase_set_timeout(tcase, 60);
        tcase_add_loop_test(tcase, setting_and_sleeping_are_told_apart, 0, ARRAY_SIZE(difference_cases));
        tcase_add_loop_test(tcase, an_instant_in_the_past_is_due_at_once, 0, 4);
        tcase_add_test(tcase, it_is_due_once_and_never_early);
        tcase_add_test(tcase, never_does_not_wake);
        suite_add_tcase(suite, tcase);
        return suite;
}
