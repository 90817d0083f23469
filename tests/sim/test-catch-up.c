/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `catch-up: all`: what was missed is made up for one after the other, whatever happens meanwhile. */

#include "sim/story.h"

#define ALL HOURLY "catch-up: all\n"

/* Down from 00:30 until 05:30 with five hours missed. */
static void miss_five(const char *text) {
        setup("2026-01-01T00:30:00Z", text);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_start_daemon(&sim);
}

START_TEST(all_run_one_after_the_other) {
        miss_five(ALL);
        sim_expect_rows(&sim, "a",
                        "running catch-up 2026-01-01T01:00:00Z\n"
                        "waiting overlap catch-up 2026-01-01T02:00:00Z\n"
                        "waiting overlap catch-up 2026-01-01T03:00:00Z\n"
                        "waiting overlap catch-up 2026-01-01T04:00:00Z\n"
                        "waiting overlap catch-up 2026-01-01T05:00:00Z\n");
        sim_run_until(&sim, "2026-01-01T06:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded catch-up 2026-01-01T01:00:00Z\n"
                        "succeeded catch-up 2026-01-01T02:00:00Z\n"
                        "succeeded catch-up 2026-01-01T03:00:00Z\n"
                        "succeeded catch-up 2026-01-01T04:00:00Z\n"
                        "succeeded catch-up 2026-01-01T05:00:00Z\n"
                        "succeeded schedule 2026-01-01T06:00:00Z\n");
        for (size_t i = 1; i < sim.n_runs; i++)
                ck_assert_int_ge(sim.runs[i].started_real_usec, sim.runs[i - 1].ended_real_usec);
}
END_TEST

/* clang-format off */
static const struct {
        const char *policy, *rows;
} limit_cases[] = {
        { "catch-up: {policy: all, max: 2}\n",
          "missed down schedule 2026-01-01T01:00:00Z..2026-01-01T03:00:00Z x3\n"
          "succeeded catch-up 2026-01-01T04:00:00Z\n"
          "succeeded catch-up 2026-01-01T05:00:00Z\n" },
        { "catch-up: {policy: all, within: 2h}\n",
          "missed too-late schedule 2026-01-01T01:00:00Z..2026-01-01T03:00:00Z x3\n"
          "succeeded catch-up 2026-01-01T04:00:00Z\n"
          "succeeded catch-up 2026-01-01T05:00:00Z\n" },
        { "catch-up: {policy: all, within: 2h, max: 1}\n",
          "missed down schedule 2026-01-01T01:00:00Z..2026-01-01T04:00:00Z x4\n"
          "succeeded catch-up 2026-01-01T05:00:00Z\n" },
        { "catch-up: {policy: all, within: 1min}\n",
          "missed too-late schedule 2026-01-01T01:00:00Z..2026-01-01T05:00:00Z x5\n" },
};
/* clang-format on */

START_TEST(the_rest_is_one_missed_row) {
        char text[256];

        (void) snprintf(text, sizeof(text), HOURLY "%s", limit_cases[_i].policy);
        miss_five(text);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", limit_cases[_i].rows);
}
END_TEST

START_TEST(what_is_due_meanwhile_joins_the_end) {
        setup("2026-01-01T00:30:00Z", ALL);
        sim.duration_usec = 50 * USEC_PER_MINUTE;
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:05:00Z"); /* 3:30, 4:20, 5:10 */
        sim_expect_rows(&sim, "a",
                        "succeeded catch-up 2026-01-01T01:00:00Z\n"
                        "running catch-up 2026-01-01T02:00:00Z\n"
                        "waiting overlap catch-up 2026-01-01T03:00:00Z\n"
                        "waiting overlap schedule 2026-01-01T04:00:00Z\n"
                        "waiting overlap schedule 2026-01-01T05:00:00Z\n");
        sim.duration_usec = USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T06:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded catch-up 2026-01-01T01:00:00Z\n"
                        "succeeded catch-up 2026-01-01T02:00:00Z\n"
                        "succeeded catch-up 2026-01-01T03:00:00Z\n"
                        "succeeded schedule 2026-01-01T04:00:00Z\n"
                        "succeeded schedule 2026-01-01T05:00:00Z\n"
                        "succeeded schedule 2026-01-01T06:00:00Z\n");
}
END_TEST

/* A job that takes longer than its period catches up, and then skips as it always does. */
START_TEST(it_comes_to_an_end) {
        setup("2026-01-01T00:00:30Z", MINUTELY "catch-up: {policy: all, max: 5}\n");
        sim.duration_usec = 90 * USEC_PER_SEC;
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:30:30Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T02:00:30Z");
        sim_check_coverage(&sim, "a", test_usec("2026-01-01T00:00:30Z"), test_usec("2026-01-01T02:00:00Z"));
        ck_assert_int_le(sim.realtime_usec - sim.runs[sim.n_runs - 1].due_usec, 3 * USEC_PER_MINUTE);
}
END_TEST

START_TEST(a_restart_goes_on_where_it_was) {
        setup("2026-01-01T00:30:00Z", ALL);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_start_daemon(&sim);
        for (unsigned i = 0; i < 12; i++) {
                sim_run(&sim, 4 * USEC_PER_MINUTE);
                sim_kill_daemon(&sim);
                sim_run(&sim, _i == 0 ? 0 : 3 * USEC_PER_MINUTE);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T07:00:30Z");
        sim_check_coverage(&sim, "a", test_usec("2026-01-01T00:30:00Z"), test_usec("2026-01-01T07:00:00Z"));
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 7);
        for (size_t i = 1; i < sim.n_runs; i++)
                ck_assert_int_gt(sim.runs[i].due_usec, sim.runs[i - 1].due_usec);
}
END_TEST

START_TEST(an_execution_from_before_is_waited_for) {
        setup("2026-01-01T00:30:00Z", ALL);
        sim.duration_usec = 3 * USEC_PER_HOUR;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_start_daemon(&sim);
        sim.duration_usec = USEC_PER_MINUTE;
        sim_expect_rows(&sim, "a",
                        "running schedule 2026-01-01T01:00:00Z\n"
                        "waiting overlap catch-up 2026-01-01T02:00:00Z\n"
                        "waiting overlap catch-up 2026-01-01T03:00:00Z\n");
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded catch-up 2026-01-01T02:00:00Z\n"
                        "succeeded catch-up 2026-01-01T03:00:00Z\n"
                        "succeeded schedule 2026-01-01T04:00:00Z\n");
}
END_TEST

START_TEST(a_year_of_seconds_is_one_row_and_max_executions) {
        setup("2026-01-01T00:00:00.5Z",
              "schedule: {every: 1s, start: 2026-01-01T00:00:00Z}\ncommand: [/bin/true]\n"
              "catch-up: {policy: all, max: 3}\n");
        sim.duration_usec = USEC_PER_MSEC;
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2027-01-01T00:00:00.5Z");
        sim_start_daemon(&sim);
        sim_run(&sim, 100 * USEC_PER_MSEC);
        sim_expect_rows(&sim, "a",
                        "missed down schedule 2026-01-01T00:00:01Z..2026-12-31T23:59:57Z x31535997\n"
                        "succeeded catch-up 2026-12-31T23:59:58Z\n"
                        "succeeded catch-up 2026-12-31T23:59:59Z\n"
                        "succeeded catch-up 2027-01-01T00:00:00Z\n"
                        "armed schedule 2027-01-01T00:00:01Z\n");
}
END_TEST

/* Suspend and a clock set forward are no different from downtime. */
START_TEST(whatever_it_was_that_jumped_over_them) {
        setup("2026-01-01T00:30:00Z", ALL);
        if (_i == 0)
                sim_sleep(&sim, 3 * USEC_PER_HOUR);
        else
                sim_step_clock(&sim, 3 * USEC_PER_HOUR);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "succeeded catch-up 2026-01-01T01:00:00Z\n"
                        "succeeded catch-up 2026-01-01T02:00:00Z\n"
                        "succeeded catch-up 2026-01-01T03:00:00Z\n");
}
END_TEST

START_TEST(an_edit_runs_what_waits_with_the_newest_revision) {
        miss_five(ALL);
        sim_write_job(&sim, "a",
                      "schedule: '0 * * * *'\ntimezone: UTC\ncommand: [/bin/false]\ncatch-up: all\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T05:40:00Z");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 5);
        ck_assert_uint_eq(sim_revision(&sim, 1), 1);
        ck_assert_uint_eq(sim_revision(&sim, 5), 2);
}
END_TEST

START_TEST(an_edit_while_down_queues_what_the_old_one_owed) {
        setup("2026-01-01T00:30:00Z", ALL);
        sim_kill_daemon(&sim);
        sim_write_job(&sim, "a", MINUTELY "catch-up: all\n");
        sim_run_until(&sim, "2026-01-01T02:30:30Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T02:31:30Z");
        sim_expect_rows(&sim, "a",
                        "succeeded catch-up 2026-01-01T01:00:00Z\n"
                        "succeeded catch-up 2026-01-01T02:00:00Z\n"
                        "succeeded schedule 2026-01-01T02:31:00Z\n");
}
END_TEST

static const struct {
        const char *text; /* NULL: removed */
        const char *state;
} end_cases[] = {
        { NULL, "cancelled job-removed" },
        { HOURLY "enabled: false\n", "cancelled job-removed" },
};

START_TEST(without_its_job_nothing_waits) {
        char rows[512];

        setup("2026-01-01T00:30:00Z", ALL);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_start_daemon(&sim);
        sim_write_job(&sim, "a", end_cases[_i].text);
        sim_reload(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        (void) snprintf(rows, sizeof(rows),
                        "succeeded catch-up 2026-01-01T01:00:00Z\n"
                        "%s catch-up 2026-01-01T02:00:00Z\n"
                        "%s catch-up 2026-01-01T03:00:00Z\n",
                        end_cases[_i].state, end_cases[_i].state);
        sim_expect_rows(&sim, "a", rows);
}
END_TEST

START_TEST(a_pause_skips_what_waits) {
        miss_five(ALL);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_run_until(&sim, "2026-01-01T06:30:00Z");
        sim_resume_job(&sim, "a");
        sim_expect_rows(&sim, "a",
                        "succeeded catch-up 2026-01-01T01:00:00Z\n"
                        "skipped paused catch-up 2026-01-01T02:00:00Z..2026-01-01T06:00:00Z x5\n");
}
END_TEST

START_TEST(a_clock_set_back_takes_back_what_waits) {
        miss_five(ALL);
        sim_step_clock(&sim, -3 * USEC_PER_HOUR); /* 02:30 again */
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded catch-up 2026-01-01T01:00:00Z\n"
                        "succeeded catch-up 2026-01-01T02:00:00Z\n"
                        "succeeded schedule 2026-01-01T03:00:00Z\n"
                        "succeeded schedule 2026-01-01T04:00:00Z\n");
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "all", &all_run_one_after_the_other, 1 },
        { "all", &the_rest_is_one_missed_row, ARRAY_SIZE(limit_cases) },
        { "all", &what_is_due_meanwhile_joins_the_end, 1 },
        { "all", &it_comes_to_an_end, 1 },
        { "all", &a_restart_goes_on_where_it_was, 2 },
        { "all", &an_execution_from_before_is_waited_for, 1 },
        { "all", &a_year_of_seconds_is_one_row_and_max_executions, 1 },
        { "all", &whatever_it_was_that_jumped_over_them, 2 },
        { "all", &an_edit_runs_what_waits_with_the_newest_revision, 1 },
        { "all", &an_edit_while_down_queues_what_the_old_one_owed, 1 },
        { "all", &without_its_job_nothing_waits, ARRAY_SIZE(end_cases) },
        { "all", &a_pause_skips_what_waits, 1 },
        { "all", &a_clock_set_back_takes_back_what_waits, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-catch-up", stories, ARRAY_SIZE(stories));
}
