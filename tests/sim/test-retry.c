/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Attempts that follow each other: when, how often, and what ends them. */

#include "sim/story.h"

#define RETRIED(policy) HOURLY "retry: {" policy "}\n"
#define TENFOLD RETRIED("attempts: 10, delay: 1min")
#define AT_ONE " schedule 2026-01-01T01:00:00Z\n"
#define AT_TWO " schedule 2026-01-01T02:00:00Z\n"

static void expect_starts(const char *const *instants) {
        size_t n = 0;

        for (; instants[n]; n++) {
                ck_assert_uint_lt(n, sim.n_runs);
                ck_assert_int_eq(sim.runs[n].started_real_usec, test_usec(instants[n]));
                ck_assert_uint_eq(sim.runs[n].id.attempt, n + 1);
                ck_assert_uint_eq(sim.runs[n].id.execution_id, sim.runs[0].id.execution_id);
        }
        ck_assert_uint_eq(sim.n_runs, n);
}

/* Each attempt takes a second. */
/* clang-format off */
static const struct {
        const char *job;
        unsigned n_failures;
        const char *rows;
        const char *starts[6];
} cases[] = {
        { RETRIED("attempts: 3, delay: 1min"), 0, "succeeded" AT_ONE,
          { "2026-01-01T01:00:00Z" } },
        { RETRIED("attempts: 3, delay: 1min"), 2, "succeeded" AT_ONE,
          { "2026-01-01T01:00:00Z", "2026-01-01T01:01:01Z", "2026-01-01T01:02:02Z" } },
        { RETRIED("attempts: 3, delay: 1min"), 3, "failed exit-code" AT_ONE,
          { "2026-01-01T01:00:00Z", "2026-01-01T01:01:01Z", "2026-01-01T01:02:02Z" } },
        { RETRIED("attempts: 4, delay: 1min, backoff: exponential"), 9, "failed exit-code" AT_ONE,
          { "2026-01-01T01:00:00Z", "2026-01-01T01:01:01Z", "2026-01-01T01:03:02Z", "2026-01-01T01:07:03Z" } },
        { RETRIED("attempts: 4, delay: 1min, backoff: linear, max-delay: 90s"), 9, "failed exit-code" AT_ONE,
          { "2026-01-01T01:00:00Z", "2026-01-01T01:01:01Z", "2026-01-01T01:02:32Z", "2026-01-01T01:04:03Z" } },
        { RETRIED("attempts: 9, delay: 1min, max-elapsed: 2min"), 9, "failed exit-code" AT_ONE,
          { "2026-01-01T01:00:00Z", "2026-01-01T01:01:01Z" } },
        { RETRIED("attempts: 3, delay: 1min, on: [timeout]"), 9, "failed exit-code" AT_ONE,
          { "2026-01-01T01:00:00Z" } },
        { RETRIED("attempts: 2, delay: 1min, on: [1]"), 9, "failed exit-code" AT_ONE,
          { "2026-01-01T01:00:00Z", "2026-01-01T01:01:01Z" } },
        { RETRIED("attempts: 2, delay: 0s"), 9, "failed exit-code" AT_ONE,
          { "2026-01-01T01:00:00Z", "2026-01-01T01:00:01Z" } },
};
/* clang-format on */

START_TEST(attempts_follow_as_the_policy_says) {
        setup("2026-01-01T00:30:00Z", cases[_i].job);
        sim.n_failures = cases[_i].n_failures;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", cases[_i].rows);
        expect_starts(cases[_i].starts);
}
END_TEST

START_TEST(a_daemon_that_is_killed_all_the_time_does_the_same) {
        setup("2026-01-01T00:30:00Z", cases[_i].job);
        sim.n_failures = cases[_i].n_failures;
        sim_run_until(&sim, "2026-01-01T00:59:50Z");
        while (sim.realtime_usec < test_usec("2026-01-01T01:08:00Z")) { /* the last attempt is at 01:07 */
                sim_run(&sim, 500 * USEC_PER_MSEC);
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run(&sim, 1);
        sim_expect_rows(&sim, "a", cases[_i].rows);
        expect_starts(cases[_i].starts);
}
END_TEST

static void until_first_failure(const char *job) {
        setup("2026-01-01T00:30:00Z", job);
        sim.n_failures = 1;
        sim_run_until(&sim, "2026-01-01T01:00:10Z");
        sim_expect_rows(&sim, "a", "retrying exit-code" AT_ONE);
        ck_assert_int_eq(scheduled_job_state(manager_find_job(sim.manager, "a")), JOB_WAITING);
}

START_TEST(a_retry_that_came_due_while_down_is_made_at_once) {
        static const char *const starts[] = { "2026-01-01T01:00:00Z", "2026-01-01T01:20:00Z", NULL };

        until_first_failure(TENFOLD);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:20:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "succeeded" AT_ONE);
        expect_starts(starts);
}
END_TEST

START_TEST(a_reboot_loses_no_retry) {
        until_first_failure(RETRIED("attempts: 10, delay: 10min"));
        sim_reboot(&sim, 5 * USEC_PER_MINUTE);
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim_expect_rows(&sim, "a", "succeeded" AT_ONE);
        ck_assert_int_eq(sim.runs[1].started_real_usec, test_usec("2026-01-01T01:10:01Z"));
}
END_TEST

START_TEST(the_next_occurrence_drops_the_pending_retry) {
        until_first_failure(RETRIED("attempts: 10, delay: 2h"));
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_expect_rows(&sim, "a",
                        "failed superseded" AT_ONE "succeeded" AT_TWO
                        "succeeded schedule 2026-01-01T03:00:00Z\n");
        ck_assert_uint_eq(sim.n_runs, 3);
}
END_TEST

START_TEST(an_occurrence_that_came_due_while_down_drops_it_too) {
        until_first_failure(RETRIED("attempts: 10, delay: 30min"));
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T02:20:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "failed superseded" AT_ONE "succeeded catch-up 2026-01-01T02:00:00Z\n");
}
END_TEST

START_TEST(a_stop_cancels_it) {
        until_first_failure(TENFOLD);
        sim_stop_execution(&sim, sim.runs[0].id.execution_id);
        ck_assert_int_eq(sim.last_result, 0);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "cancelled operator" AT_ONE);
}
END_TEST

/* It ends by itself, as a failure, before the stop is through with it; 0: the daemon lives on. */
START_TEST(what_was_to_stop_is_not_tried_again) {
        setup("2026-01-01T00:30:00Z", TENFOLD);
        sim.n_failures = 1;
        sim.duration_usec = 10 * USEC_PER_SEC;
        sim.stop_usec = USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:00:05Z");
        sim_stop_execution(&sim, sim.runs[0].id.execution_id);
        sim_run(&sim, 1);
        ck_assert_uint_eq(sim.n_replies, 1);
        sim_expect_rows(&sim, "a", "running operator" AT_ONE);
        if (_i > 0)
                sim_kill_daemon(&sim);
        if (_i > 1)
                sim_run_until(&sim, "2026-01-01T01:10:00Z");
        if (_i > 0)
                sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "failed exit-code" AT_ONE);
        ck_assert_uint_eq(sim.n_runs, 1);
}
END_TEST

/* Nobody heard of the stop but the disk: the next daemon tells the runner. */
START_TEST(a_stop_outlives_the_daemon) {
        setup("2026-01-01T00:30:00Z", TENFOLD);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:00:05Z");
        sim_stop_execution(&sim, sim.runs[0].id.execution_id);
        sim_run(&sim, 1);
        sim_kill_daemon(&sim);
        sim.runs[0].stopped = false;
        sim.runs[0].ends_usec = sim.boottime_usec + 10 * USEC_PER_MINUTE;
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "cancelled operator" AT_ONE);
}
END_TEST

START_TEST(a_removal_cancels_it) {
        until_first_failure(TENFOLD);
        sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "cancelled job-removed" AT_ONE);
}
END_TEST

START_TEST(a_disabled_job_is_not_tried_again) {
        until_first_failure(TENFOLD);
        sim_write_job(&sim, "a", TENFOLD "enabled: false\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "cancelled job-removed" AT_ONE);
}
END_TEST

START_TEST(a_start_by_hand_of_a_disabled_job_is_tried_again) {
        setup("2026-01-01T00:30:00Z", TENFOLD "enabled: false\n");
        sim.n_failures = 1;
        sim_start_job(&sim, "a");
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded manual 2026-01-01T00:30:00.000001Z\n");
        ck_assert_uint_eq(sim.n_runs, 2);
}
END_TEST

START_TEST(a_pause_ends_it_when_its_time_comes) {
        until_first_failure(TENFOLD);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "failed paused" AT_ONE);
}
END_TEST

START_TEST(a_pause_that_is_over_by_then_does_nothing) {
        until_first_failure(TENFOLD);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_resume_job(&sim, "a");
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded" AT_ONE);
}
END_TEST

START_TEST(an_edit_leaves_it_its_revision) {
        until_first_failure(TENFOLD);
        sim_write_job(&sim, "a", TENFOLD "description: new\n");
        sim_reload(&sim);
        if (_i == 1) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded" AT_ONE);
        ck_assert_uint_eq(sim_revision(&sim, sim.runs[0].id.execution_id), 1);
}
END_TEST

/* What the runner or the host lost is tried again only if `on` names it. */
START_TEST(what_was_lost_is_tried_again_if_named) {
        bool named = _i % 2 == 1, reboot = _i / 2 == 1;

        setup("2026-01-01T00:30:00Z",
              named ? RETRIED("attempts: 3, delay: 1min, on: [lost]") : RETRIED("attempts: 3, delay: 1min"));
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:00:10Z");
        sim.duration_usec = USEC_PER_SEC;
        if (reboot) {
                sim_reboot(&sim, USEC_PER_MINUTE);
                sim_start_daemon(&sim);
        } else {
                sim_kill_runner(&sim, true);
        }
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a",
                        named                    ? "succeeded" AT_ONE
                                        : reboot ? "lost host-down" AT_ONE
                                                 : "lost runner-lost" AT_ONE);
        ck_assert_uint_eq(sim.n_runs, named ? 2 : 1);
}
END_TEST

START_TEST(a_clock_set_back_does_not_put_it_off) {
        until_first_failure(TENFOLD);
        sim_step_clock(&sim, -20 * USEC_PER_MINUTE);
        sim_run(&sim, 65 * USEC_PER_SEC);
        ck_assert_uint_eq(sim.n_runs, 2);
}
END_TEST

START_TEST(a_start_by_hand_goes_first) {
        until_first_failure(TENFOLD);
        sim.duration_usec = 5 * USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_expect_rows(&sim, "a", "retrying exit-code" AT_ONE "running manual 2026-01-01T01:00:10Z\n");
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded" AT_ONE "succeeded manual 2026-01-01T01:00:10Z\n");
        ck_assert_int_eq(sim.runs[2].started_real_usec, test_usec("2026-01-01T01:05:10Z"));
}
END_TEST

START_TEST(the_first_start_and_the_last_end_are_its_own) {
        CLEANUP(execution_record_done) ExecutionRecord row = { 0 };
        CLEANUP(attempt_record_done) AttemptRecord first = { 0 }, second = { 0 };
        uint64_t id;

        until_first_failure(TENFOLD);
        id = sim.runs[0].id.execution_id;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        execution_record_init(&row);
        ck_assert_int_eq(manager_read_execution(sim.manager, id, &row), 1);
        ck_assert_int_eq(row.started_usec, test_usec("2026-01-01T01:00:00Z"));
        ck_assert_int_eq(row.ended_usec, test_usec("2026-01-01T01:01:02Z"));
        ck_assert_uint_eq(row.attempts, 2);
        ck_assert_int_eq(row.exit_code, 0);
        ck_assert_int_eq(manager_read_attempt(sim.manager, id, 1, &first), 1);
        ck_assert_int_eq(first.state, EXECUTION_FAILED);
        ck_assert_int_eq(first.exit_code, 1);
        ck_assert_int_eq(manager_read_attempt(sim.manager, id, 2, &second), 1);
        ck_assert_int_eq(second.state, EXECUTION_SUCCEEDED);
        ck_assert_int_eq(second.started_usec, test_usec("2026-01-01T01:01:01Z"));
}
END_TEST

START_TEST(every_from_end_counts_from_the_last_attempt) {
        setup("2026-01-01T00:00:00Z",
              "schedule: {every: 10min, from: end}\ncommand: [/bin/true]\n"
              "retry: {attempts: 2, delay: 2min}\n");
        sim.n_failures = 1;
        sim_run_until(&sim, "2026-01-01T00:25:00Z");
        ck_assert_uint_eq(sim.n_runs, 3);
        ck_assert_int_eq(
                        sim.runs[2].started_usec - sim.runs[1].started_usec,
                        10 * USEC_PER_MINUTE + USEC_PER_SEC);
}
END_TEST

START_TEST(what_was_never_begun_is_no_attempt) {
        CLEANUP(execution_record_done) ExecutionRecord row = { 0 };

        until_first_failure(TENFOLD);
        sim_kill_runner(&sim, false);
        sim.runner_down = true;
        sim_run_until(&sim, "2026-01-01T01:01:30Z"); /* it is to begin, and nobody is there to begin it */
        sim_stop_execution(&sim, sim.runs[0].id.execution_id);
        sim_expect_rows(&sim, "a", "cancelled operator" AT_ONE);

        execution_record_init(&row);
        ck_assert_int_eq(store_read_execution(sim.store, sim.runs[0].id.execution_id, &row), 1);
        ck_assert_uint_eq(row.attempts, 1);
}
END_TEST

static const Story stories[] = {
        { "policy", &attempts_follow_as_the_policy_says, ARRAY_SIZE(cases) },
        { "policy", &a_daemon_that_is_killed_all_the_time_does_the_same, ARRAY_SIZE(cases) },
        { "policy", &the_first_start_and_the_last_end_are_its_own, 1 },
        { "policy", &every_from_end_counts_from_the_last_attempt, 1 },
        { "down", &a_retry_that_came_due_while_down_is_made_at_once, 1 },
        { "down", &a_reboot_loses_no_retry, 1 },
        { "down", &what_was_lost_is_tried_again_if_named, 4 },
        { "next", &the_next_occurrence_drops_the_pending_retry, 1 },
        { "next", &an_occurrence_that_came_due_while_down_drops_it_too, 1 },
        { "next", &a_start_by_hand_goes_first, 1 },
        { "end", &a_stop_cancels_it, 1 },
        { "end", &what_was_never_begun_is_no_attempt, 1 },
        { "end", &what_was_to_stop_is_not_tried_again, 3 },
        { "end", &a_stop_outlives_the_daemon, 1 },
        { "end", &a_removal_cancels_it, 1 },
        { "end", &a_disabled_job_is_not_tried_again, 1 },
        { "end", &a_start_by_hand_of_a_disabled_job_is_tried_again, 1 },
        { "end", &a_pause_ends_it_when_its_time_comes, 1 },
        { "end", &a_pause_that_is_over_by_then_does_nothing, 1 },
        { "edit", &an_edit_leaves_it_its_revision, 2 },
        { "clock", &a_clock_set_back_does_not_put_it_off, 1 },
};

Suite *test_suite(void) {
        return story_suite("sim-retry", stories, ARRAY_SIZE(stories));
}
