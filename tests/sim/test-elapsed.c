/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What counts from an event: the end of an execution, the start of the daemon, the machine's waking up. */

#include "sim/story.h"

#define FROM_END "schedule: {every: 1h, from: end}\ntimezone: UTC\ncommand: [/bin/true]\n"

static usec_t next_due(void) {
        return manager_find_job(sim.manager, "a")->next_due_usec;
}

START_TEST(it_is_due_after_the_end) {
        setup("2026-01-01T00:00:00Z", FROM_END);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        ck_assert_int_eq(next_due(), USEC_INFINITY); /* it runs */
        sim_run_until(&sim, "2026-01-01T03:25:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T02:10:00Z\n"
                        "running schedule 2026-01-01T03:20:00Z\n");
}
END_TEST

START_TEST(a_start_by_hand_counts) {
        setup("2026-01-01T00:00:00Z", FROM_END);
        sim_run_until(&sim, "2026-01-01T00:30:00Z");
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        ck_assert_int_eq(next_due(), USEC_INFINITY);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        ck_assert_int_eq(next_due(), test_usec("2026-01-01T01:40:00Z"));
        ck_assert_uint_eq(sim.n_runs, 1);
}
END_TEST

START_TEST(a_set_clock_does_not_move_it) {
        setup("2026-01-01T00:00:00Z", FROM_END);
        sim_start_job(&sim, "a");
        sim_run(&sim, 31 * USEC_PER_MINUTE);
        sim_step_clock(&sim, _i == 0 ? 3 * USEC_PER_HOUR : -3 * USEC_PER_HOUR);
        sim_run(&sim, 29 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim.n_runs, 1);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim.n_runs, 2);
        ck_assert_int_eq(sim.runs[1].started_usec - sim.runs[0].ends_usec, USEC_PER_HOUR);
}
END_TEST

START_TEST(a_restart_goes_on_from_the_stored_end) {
        setup("2026-01-01T00:00:00Z", FROM_END);
        sim_start_job(&sim, "a");
        sim_run_until(&sim, "2026-01-01T00:30:00Z");
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        ck_assert_int_eq(next_due(), test_usec("2026-01-01T01:00:01.000001Z"));
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "succeeded manual 2026-01-01T00:00:00.000001Z\n"
                        "succeeded catch-up 2026-01-01T01:00:01.000001Z\n");
        ck_assert_int_eq(next_due(), test_usec("2026-01-01T06:30:01Z"));
}
END_TEST

/* Missed or paused: it is counted from then on. Excepted: it is due when the exception ends. */
static const struct {
        const char *more;
        bool pause;
        const char *rows;
} stall_cases[] = {
        { "catch-up: none\n", false,
          "missed down schedule 2026-01-01T01:00:00Z\n"
          "succeeded schedule 2026-01-01T06:29:54.999999Z\n" },
        { "", true,
          "skipped paused schedule 2026-01-01T01:00:00Z\n"
          "succeeded schedule 2026-01-01T06:30:00Z\n" },
        { "except: [{time: '00:30..06:00'}]\n", false, "succeeded schedule 2026-01-01T06:00:00Z\n" },
};

START_TEST(it_never_stops_for_good) {
        char text[256];

        (void) snprintf(text, sizeof(text), FROM_END "%s", stall_cases[_i].more);
        setup("2026-01-01T00:00:00Z", text);
        if (stall_cases[_i].pause)
                sim_pause_job(&sim, "a", test_usec("2026-01-01T05:30:00Z"));
        else
                sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        if (!sim.manager)
                sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T06:45:00Z");
        sim_expect_rows(&sim, "a", stall_cases[_i].rows);
}
END_TEST

START_TEST(startup_is_due_once_in_each_life_of_the_daemon) {
        setup("2026-01-01T00:00:00Z", "schedule: {startup: 5min}\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T01:00:00Z");
        sim_reload(&sim);
        sim_write_job(&sim, "b", "schedule: {startup: 5min}\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T02:00:00Z");
        sim_expect_rows(&sim, "b", ""); /* it came later */
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T03:00:00Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T04:00:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:05:00Z\n"
                        "succeeded schedule 2026-01-01T03:05:00Z\n");
        sim_expect_rows(&sim, "b", "succeeded schedule 2026-01-01T03:05:00Z\n");
}
END_TEST

/* As a template has it that the daemon starts itself and that is to run again. */
START_TEST(a_first_start_with_the_daemon_comes_before_the_time_from_its_end) {
        sim_init(&sim, "2026-01-01T00:00:00Z");
        sim.write_ahead_usec = 2 * USEC_PER_SEC;
        sim.duration_usec = 5 * USEC_PER_SEC;
        sim_write_job(&sim, "a",
                      "schedule: [{startup: 1min}, {every: 59s, from: end}]\ntimezone: UTC\ncommand: "
                      "[/bin/true]\n");
        sim_write_job(&sim, "b",
                      "schedule: [{startup: 1min}, {every: 60s 2us, from: end}]\ntimezone: UTC\ncommand: "
                      "[/bin/true]\n");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:02:10Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "succeeded schedule 2026-01-01T00:02:04Z\n");
        sim_expect_rows(&sim, "b",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "running schedule 2026-01-01T00:02:05.000002Z\n");

        /* One that comes while the daemon runs is not started with it. */
        sim_write_job(&sim, "c",
                      "schedule: [{startup: 1min}, {every: 1min, from: end}]\ntimezone: UTC\ncommand: "
                      "[/bin/true]\n");
        sim_reload(&sim);
        sim_run(&sim, 90 * USEC_PER_SEC);
        ck_assert_uint_eq(sim_count_launches(&sim, "c"), 1);
}
END_TEST

START_TEST(resume_is_due_after_each_sleep) {
        setup("2026-01-01T00:00:00Z",
              "schedule: [{resume: 0}, {cron: '30 * * * *'}]\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_sleep(&sim, 20 * USEC_PER_MINUTE);
        sim_run_until(&sim, "2026-01-01T00:40:00Z");
        sim_sleep(&sim, USEC_PER_HOUR);
        sim_run_until(&sim, "2026-01-01T02:00:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:20:00.000001Z\n"
                        "succeeded schedule 2026-01-01T00:30:00Z\n"
                        "missed suspended schedule 2026-01-01T01:30:00Z\n" /* the one below stands for it */
                        "succeeded schedule 2026-01-01T01:40:00Z\n");
}
END_TEST

/* A clock of 1970 that is corrected later: what counts from an event does not wait for that. */
START_TEST(an_untrusted_clock_holds_back_no_elapsed_time) {
        static const char *const texts[] = {
                "schedule: {startup: 2min}\ntimezone: UTC\ncommand: [/bin/true]\n",
                "schedule: {every: 2min, from: end}\ntimezone: UTC\ncommand: [/bin/true]\n",
                "schedule: {boot: 2min}\ntimezone: UTC\ncommand: [/bin/true]\n",
        };
        size_t before;

        setup("2026-01-01T00:00:00Z", texts[_i]);
        sim_write_job(&sim, "b", HOURLY);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T10:30:00Z");
        sim_reboot(&sim, 0);
        before = sim_count_launches(&sim, "a");
        sim.clock_synchronized = false;
        sim.realtime_usec = test_usec("1970-01-01T00:00:10Z");
        sim_start_daemon(&sim);
        sim_run(&sim, 5 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), before + (_i == 1 ? 2 : 1));
        ck_assert_uint_eq(sim_count_launches(&sim, "b"), 10);

        sim.clock_synchronized = true;
        sim_step_clock(&sim, test_usec("2026-01-01T13:30:00Z") - sim.realtime_usec);
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "b"), 11);
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "b"), 12);
        if (_i == 1)
                ck_assert_uint_gt(sim_count_launches(&sim, "a"), before + 20);
        else
                ck_assert_uint_eq(sim_count_launches(&sim, "a"), before + 1);
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "end",     &it_is_due_after_the_end, 1 },
        { "end",     &a_start_by_hand_counts, 1 },
        { "end",     &a_set_clock_does_not_move_it, 2 },
        { "end",     &a_restart_goes_on_from_the_stored_end, 1 },
        { "end",     &it_never_stops_for_good, ARRAY_SIZE(stall_cases) },
        { "startup", &startup_is_due_once_in_each_life_of_the_daemon, 1 },
        { "startup", &a_first_start_with_the_daemon_comes_before_the_time_from_its_end, 1 },
        { "resume",  &resume_is_due_after_each_sleep, 1 },
        { "clock",   &an_untrusted_clock_holds_back_no_elapsed_time, 3 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-elapsed", stories, ARRAY_SIZE(stories));
}
