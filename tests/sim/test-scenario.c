/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One story each: what happens to a host, and the rows that must tell it. */

#include "sim/story.h"

START_TEST(a_due_job_runs_and_is_recorded) {
        setup("2026-01-01T00:00:30Z", MINUTELY);
        sim_run_until(&sim, "2026-01-01T00:02:30Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "succeeded schedule 2026-01-01T00:02:00Z\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 2);
}
END_TEST

START_TEST(a_start_is_exactly_at_its_due_time) {
        setup("2026-01-01T00:00:30Z", MINUTELY);
        sim_run_until(&sim, "2026-01-01T00:01:30Z");
        ck_assert_int_eq(sim.runs[0].started_real_usec, test_usec("2026-01-01T00:01:00Z"));
}
END_TEST

START_TEST(nothing_wakes_the_daemon_between) {
        setup("2026-01-01T00:00:30Z", "schedule: '0 0 1 1 *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run(&sim, 300 * USEC_PER_DAY);
        ck_assert_uint_eq(sim.n_wakeups, 0);
}
END_TEST

START_TEST(without_write_ahead_it_works_too) {
        sim_init(&sim, "2026-01-01T00:00:30Z");
        sim.write_ahead_usec = 0;
        sim_write_job(&sim, "a", MINUTELY);
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:02:30Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "succeeded schedule 2026-01-01T00:02:00Z\n");
}
END_TEST

/* Whatever the ids of its executions are: two jobs get them in turn. */
START_TEST(each_job_keeps_what_it_says) {
        static const char kept[] = "succeeded schedule 2026-01-02T08:00:00Z\n"
                                   "succeeded schedule 2026-01-02T09:00:00Z\n"
                                   "succeeded schedule 2026-01-02T10:00:00Z\n";

        setup("2026-01-01T00:30:00Z", HOURLY "keep: {executions: 3}\n");
        sim_write_job(&sim, "b", HOURLY "keep: {age: 150min}\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-02T10:20:00Z");
        sim_expect_rows(&sim, "a", kept);
        sim_expect_rows(&sim, "b", kept);
}
END_TEST

START_TEST(an_overlap_is_skipped_and_folds_by_blocker) {
        setup("2026-01-01T00:00:30Z", MINUTELY);
        sim.duration_usec = 3 * USEC_PER_MINUTE + 30 * USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T00:09:20Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "skipped overlap schedule 2026-01-01T00:02:00Z..2026-01-01T00:04:00Z x3\n"
                        "succeeded schedule 2026-01-01T00:05:00Z\n"
                        "skipped overlap schedule 2026-01-01T00:06:00Z..2026-01-01T00:08:00Z x3\n"
                        "running schedule 2026-01-01T00:09:00Z\n");
}
END_TEST

START_TEST(a_second_after_a_second_arms_one_at_a_time) {
        setup("2026-01-01T00:00:00.5Z",
              "schedule: {every: 1s, start: 2026-01-01T00:00:00Z}\ncommand: [/bin/true]\n");
        sim.duration_usec = 100 * USEC_PER_MSEC;
        sim_run_until(&sim, "2026-01-01T00:01:00.5Z");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 60);
        sim_check_coverage(&sim, "a", test_usec("2026-01-01T00:00:00.5Z"), test_usec("2026-01-01T00:01:00Z"));
}
END_TEST

START_TEST(a_running_job_is_finished_by_the_next_daemon) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim.exit_code = 3;
        sim_run_until(&sim, "2026-01-01T01:01:00Z");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
        sim_expect_rows(&sim, "a", "running schedule 2026-01-01T01:00:00Z\n");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
        sim_expect_rows(&sim, "a", "failed exit-code schedule 2026-01-01T01:00:00Z\n");
        ck_assert(sim.runs[0].acknowledged);
}
END_TEST

START_TEST(a_job_that_ended_while_down_does_not_block_the_catch_up) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:01:00Z");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, 15 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded catch-up 2026-01-01T02:00:00Z\n");
}
END_TEST

START_TEST(a_runner_that_dies_loses_what_it_ran) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:01:00Z");
        sim_kill_runner(&sim, _i == 1);
        sim.duration_usec = USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T02:01:00Z");
        sim_expect_rows(&sim, "a",
                        "lost runner-lost schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T02:00:00Z\n");
}
END_TEST

START_TEST(a_reboot_loses_what_ran) {
        setup("2026-01-01T00:30:00Z", HOURLY "catch-up: none\n");
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:01:00Z");
        sim_reboot(&sim, 10 * USEC_PER_MINUTE);
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
        sim_expect_rows(&sim, "a", "lost host-down schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

START_TEST(without_a_runner_it_waits_and_starts_when_there_is_one) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_kill_runner(&sim, true);
        sim.runner_down = true;
        sim_run_until(&sim, "2026-01-01T03:10:00Z");
        sim_expect_rows(&sim, "a",
                        "starting schedule 2026-01-01T01:00:00Z\n"
                        "skipped overlap schedule 2026-01-01T02:00:00Z..2026-01-01T03:00:00Z x2\n");
        sim.runner_down = false;
        sim_run_until(&sim, "2026-01-01T03:11:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "skipped overlap schedule 2026-01-01T02:00:00Z..2026-01-01T03:00:00Z x2\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 1);
}
END_TEST

START_TEST(without_a_runner_for_too_long_it_is_missed) {
        setup("2026-01-01T00:30:00Z", HOURLY "catch-up: {policy: latest, within: 5min}\n");
        sim_kill_runner(&sim, true);
        sim.runner_down = true;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim.runner_down = false;
        sim_run_until(&sim, "2026-01-01T01:11:00Z");
        sim_expect_rows(&sim, "a", "missed too-late schedule 2026-01-01T01:00:00Z\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 0);
}
END_TEST

START_TEST(a_pause_is_one_row_when_it_ends) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        ck_assert_int_eq(sim.last_result, 0);
        ck_assert_int_eq(scheduled_job_state(manager_find_job(sim.manager, "a")), JOB_PAUSED);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_kill_daemon(&sim); /* and it survives */
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_expect_rows(&sim, "a", "");
        sim_resume_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, 0);
        sim_run_until(&sim, "2026-01-01T06:30:00Z");
        sim_expect_rows(&sim, "a",
                        "skipped paused schedule 2026-01-01T01:00:00Z..2026-01-01T05:00:00Z x5\n"
                        "succeeded schedule 2026-01-01T06:00:00Z\n");
}
END_TEST

START_TEST(a_pause_with_an_end_ends_by_itself) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_pause_job(&sim, "a", test_usec("2026-01-01T02:30:00Z"));
        if (_i == 1) { /* also while the daemon is down, which misses the rest */
                sim_kill_daemon(&sim);
                sim_run_until(&sim, "2026-01-01T03:30:00Z");
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T03:31:00Z");
        sim_expect_rows(&sim, "a",
                        _i == 1 ? "skipped paused schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n"
                                  "succeeded catch-up 2026-01-01T03:00:00Z\n"
                                : "skipped paused schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n"
                                  "succeeded schedule 2026-01-01T03:00:00Z\n");
}
END_TEST

START_TEST(a_start_by_hand_runs_while_paused_and_moves_nothing) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_start_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, 0);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_resume_job(&sim, "a");
        sim_expect_rows(&sim, "a",
                        "succeeded manual 2026-01-01T00:30:00.000001Z\n"
                        "skipped paused schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

START_TEST(a_start_by_hand_obeys_overlap) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.duration_usec = USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        sim_start_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, -EBUSY);
        ck_assert_uint_eq(sim.n_replies, 2);
        sim_run(&sim, USEC_PER_HOUR);
        sim_expect_rows(&sim, "a",
                        "succeeded manual 2026-01-01T00:30:00.000001Z\n"
                        "skipped overlap manual 2026-01-01T00:30:00.000001Z\n"
                        "succeeded schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

START_TEST(a_stopped_execution_is_cancelled) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.duration_usec = USEC_PER_HOUR;
        sim_start_job(&sim, "a");
        sim_stop_execution(&sim, sim.last_id);
        ck_assert_int_eq(sim.last_result, 0);
        sim_run(&sim, USEC_PER_SEC);
        sim_expect_rows(&sim, "a", "cancelled operator manual 2026-01-01T00:30:00.000001Z\n");
        sim_stop_execution(&sim, 1);
        ck_assert_int_eq(sim.last_result, -ESRCH);
        sim_stop_execution(&sim, 77);
        ck_assert_int_eq(sim.last_result, -ENOENT);
}
END_TEST

START_TEST(boot_runs_once_in_each_boot) {
        setup("2026-01-01T00:30:00Z", "schedule: {boot: 1min}\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run(&sim, 10 * USEC_PER_MINUTE);
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_run(&sim, 10 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "succeeded boot 2026-01-01T00:31:00Z\n");
        sim_reboot(&sim, USEC_PER_HOUR);
        sim_start_daemon(&sim);
        sim_run(&sim, 10 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "succeeded boot 2026-01-01T00:31:00Z\n"
                        "succeeded boot 2026-01-01T01:51:00.000001Z\n");
}
END_TEST

START_TEST(a_job_that_comes_later_waits_for_the_next_boot) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_write_job(&sim, "b", "schedule: {boot: 1min}\ncommand: [/bin/true]\n");
        sim_reload(&sim);
        sim_run(&sim, 10 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "b", "");
}
END_TEST

START_TEST(at_runs_once_and_is_finished) {
        setup("2026-01-01T00:30:00Z",
              "schedule: {at: 2026-01-01T01:00:00Z}\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        ck_assert_int_eq(scheduled_job_state(manager_find_job(sim.manager, "a")), JOB_FINISHED);
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_step_clock(&sim, -USEC_PER_HOUR);
        sim_run(&sim, 3 * USEC_PER_HOUR);
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

START_TEST(at_in_the_past_is_one_missed_row) {
        setup("2026-01-01T00:30:00Z",
              "schedule: {at: 2025-01-01T01:00:00Z}\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        sim_expect_rows(&sim, "a", "missed in-the-past schedule 2025-01-01T01:00:00Z\n");
}
END_TEST

START_TEST(a_year_in_berlin_is_covered) {
        setup("2026-01-01T00:30:00Z",
              "schedule: ['30 2 * * *', '15 */6 * * mon']\ntimezone: Europe/Berlin\ncommand: "
              "[/bin/true]\nkeep: {executions: 10000, age: 400d}\n");
        sim_run_until(&sim, "2027-01-01T00:00:00Z");
        sim_check_coverage(&sim, "a", test_usec("2026-01-01T00:30:00Z"), test_usec("2026-12-31T23:00:00Z"));
        ck_assert_uint_ge(sim_count_launches(&sim, "a"), 365);
}
END_TEST

START_TEST(what_the_database_does_not_know_is_adopted) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_kill_daemon(&sim);
        sim.runs[sim.n_runs++] = (SimRun){
                .id = { 99, 1 },
                .job = "a",
                .started_real_usec = test_usec("2026-01-01T00:20:00Z"),
                .ends_usec = sim.boottime_usec + USEC_PER_MINUTE,
                .generation = 1,
        };
        sim_start_daemon(&sim);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "succeeded manual 2026-01-01T00:20:00Z\n");
        ck_assert(sim.runs[0].acknowledged);
        sim_start_job(&sim, "a");
        ck_assert_uint_eq(sim.last_id, 100);
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "due",      &a_due_job_runs_and_is_recorded, 1 },
        { "due",      &a_start_is_exactly_at_its_due_time, 1 },
        { "due",      &nothing_wakes_the_daemon_between, 1 },
        { "due",      &without_write_ahead_it_works_too, 1 },
        { "due",      &a_second_after_a_second_arms_one_at_a_time, 1 },
        { "due",      &a_year_in_berlin_is_covered, 1 },
        { "overlap",  &an_overlap_is_skipped_and_folds_by_blocker, 1 },
        { "takeover", &a_running_job_is_finished_by_the_next_daemon, 1 },
        { "takeover", &a_job_that_ended_while_down_does_not_block_the_catch_up, 1 },
        { "takeover", &a_runner_that_dies_loses_what_it_ran, 2 },
        { "takeover", &a_reboot_loses_what_ran, 1 },
        { "takeover", &without_a_runner_it_waits_and_starts_when_there_is_one, 1 },
        { "takeover", &without_a_runner_for_too_long_it_is_missed, 1 },
        { "takeover", &what_the_database_does_not_know_is_adopted, 1 },
        { "pause",    &a_pause_is_one_row_when_it_ends, 1 },
        { "pause",    &a_pause_with_an_end_ends_by_itself, 2 },
        { "orders",   &a_start_by_hand_runs_while_paused_and_moves_nothing, 1 },
        { "orders",   &a_start_by_hand_obeys_overlap, 1 },
        { "orders",   &a_stopped_execution_is_cancelled, 1 },
        { "kept",     &each_job_keeps_what_it_says, 1 },
        { "kinds",    &boot_runs_once_in_each_boot, 1 },
        { "kinds",    &a_job_that_comes_later_waits_for_the_next_boot, 1 },
        { "kinds",    &at_runs_once_and_is_finished, 1 },
        { "kinds",    &at_in_the_past_is_one_missed_row, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-scenario", stories, ARRAY_SIZE(stories));
}
