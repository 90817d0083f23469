/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `wake: true`: the runner knows when the machine has to be awake. */

#include "sim/story.h"

#define WAKING HOURLY "wake: true\n"

static void expect_alarm(const char *instant) {
        ck_assert_int_eq(sim.wake_at_usec, instant ? test_usec(instant) : USEC_INFINITY);
}

START_TEST(it_is_the_earliest_start_of_those_that_want_it) {
        setup("2026-01-01T00:30:00Z", WAKING);
        expect_alarm("2026-01-01T01:00:00Z");
        sim_write_job(&sim, "b", MINUTELY);
        sim_reload(&sim);
        expect_alarm("2026-01-01T01:00:00Z");
        sim_write_job(&sim, "b", "schedule: '45 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nwake: true\n");
        sim_reload(&sim);
        expect_alarm("2026-01-01T00:45:00Z");
        sim_run_until(&sim, "2026-01-01T00:50:00Z");
        expect_alarm("2026-01-01T01:00:00Z");
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        expect_alarm("2026-01-01T01:45:00Z");
        ck_assert_uint_eq(sim.n_wake_ats, 4);
}
END_TEST

START_TEST(nothing_to_wake_for_disarms_it) {
        setup("2026-01-01T00:30:00Z", WAKING);
        if (_i == 0)
                sim_write_job(&sim, "a", HOURLY);
        else if (_i == 1)
                sim_write_job(&sim, "a", WAKING "enabled: false\n");
        else if (_i == 2)
                sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        if (_i == 3)
                sim_pause_job(&sim, "a", test_usec("2026-01-01T05:00:00Z"));
        expect_alarm(NULL);
        if (_i < 3)
                return;
        sim_resume_job(&sim, "a");
        expect_alarm("2026-01-01T01:00:00Z");
}
END_TEST

START_TEST(a_delayed_start_is_what_it_wakes_for) {
        setup("2026-01-01T00:30:00Z", WAKING "random-delay: {up-to: 1h, kind: fresh}\n");
        sim.random = 10 * (uint64_t) USEC_PER_MINUTE;
        expect_alarm("2026-01-01T01:00:00Z");
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        expect_alarm("2026-01-01T01:10:00Z");
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        expect_alarm("2026-01-01T02:00:00Z");
}
END_TEST

START_TEST(with_accuracy_it_is_when_the_daemon_looks) {
        setup("2026-01-01T00:30:00Z",
              "schedule: '7 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\naccuracy: 10min\nwake: true\n");
        expect_alarm("2026-01-01T01:10:00Z");
}
END_TEST

START_TEST(woken_at_the_alarm_it_runs_in_time) {
        setup("2026-01-01T00:30:00Z", WAKING "catch-up: none\n");
        sim_sleep(&sim, sim.wake_at_usec - sim.realtime_usec);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");
        expect_alarm("2026-01-01T02:00:00Z");
}
END_TEST

/* One whose fate is not known yet has its due time behind it. */
START_TEST(what_is_held_hides_no_other) {
        setup("2026-01-01T00:30:00Z", WAKING);
        sim_write_job(&sim, "b", "schedule: '45 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nwake: true\n");
        sim_reload(&sim);
        sim.duration_usec = 2 * USEC_PER_HOUR;
        sim_run_until(&sim, "2026-01-01T00:50:00Z");
        sim.runner_down = true;
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        expect_alarm("2026-01-01T01:00:00Z");
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "wake", &it_is_the_earliest_start_of_those_that_want_it, 1 },
        { "wake", &nothing_to_wake_for_disarms_it, 4 },
        { "wake", &a_delayed_start_is_what_it_wakes_for, 1 },
        { "wake", &with_accuracy_it_is_when_the_daemon_looks, 1 },
        { "wake", &woken_at_the_alarm_it_runs_in_time, 1 },
        { "wake", &what_is_held_hides_no_other, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-wake", stories, ARRAY_SIZE(stories));
}
