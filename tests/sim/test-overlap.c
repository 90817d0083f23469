/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What becomes of an occurrence, or of a start by hand, while others of the job are under way. */

#include "sim/story.h"


/* Each run takes as long as said; the rows some minutes after 00:00:30. */
/* clang-format off */
static const struct {
        const char *policy;
        unsigned run_seconds, span_seconds;
        const char *rows;
} policies[] = {
        { "overlap: skip\n", 90, 230,
          "succeeded schedule 2026-01-01T00:01:00Z\n"
          "skipped overlap schedule 2026-01-01T00:02:00Z\n"
          "running schedule 2026-01-01T00:03:00Z\n"
          "skipped overlap schedule 2026-01-01T00:04:00Z\n" },
        { "overlap: skip\nmax-instances: 2\n", 150, 290,
          "succeeded schedule 2026-01-01T00:01:00Z\n"
          "succeeded schedule 2026-01-01T00:02:00Z\n"
          "skipped overlap schedule 2026-01-01T00:03:00Z\n"
          "running schedule 2026-01-01T00:04:00Z\n"
          "running schedule 2026-01-01T00:05:00Z\n" },
        { "overlap: queue\n", 90, 230,
          "succeeded schedule 2026-01-01T00:01:00Z\n"
          "succeeded schedule 2026-01-01T00:02:00Z\n"
          "running schedule 2026-01-01T00:03:00Z\n"
          "waiting overlap schedule 2026-01-01T00:04:00Z\n" },
        { "overlap: {policy: queue, limit: 1}\n", 200, 290,
          "succeeded schedule 2026-01-01T00:01:00Z\n"
          "running schedule 2026-01-01T00:02:00Z\n"
          "skipped queue-full schedule 2026-01-01T00:03:00Z..2026-01-01T00:04:00Z x2\n"
          "waiting overlap schedule 2026-01-01T00:05:00Z\n" },
        { "overlap: queue\nmax-instances: 2\n", 150, 230,
          "succeeded schedule 2026-01-01T00:01:00Z\n"
          "running schedule 2026-01-01T00:02:00Z\n"
          "running schedule 2026-01-01T00:03:00Z\n"
          "waiting overlap schedule 2026-01-01T00:04:00Z\n" },
        { "overlap: replace\n", 90, 230,
          "cancelled replaced schedule 2026-01-01T00:01:00Z\n"
          "cancelled replaced schedule 2026-01-01T00:02:00Z\n"
          "cancelled replaced schedule 2026-01-01T00:03:00Z\n"
          "running schedule 2026-01-01T00:04:00Z\n" },
        { "overlap: replace\nmax-instances: 2\n", 200, 230,
          "cancelled replaced schedule 2026-01-01T00:01:00Z\n"
          "cancelled replaced schedule 2026-01-01T00:02:00Z\n"
          "running schedule 2026-01-01T00:03:00Z\n"
          "running schedule 2026-01-01T00:04:00Z\n" },
        { "overlap: allow\n", 150, 170,
          "running schedule 2026-01-01T00:01:00Z\n"
          "running schedule 2026-01-01T00:02:00Z\n"
          "running schedule 2026-01-01T00:03:00Z\n" },
        { "overlap: allow\nmax-instances: 2\n", 250, 230,
          "running schedule 2026-01-01T00:01:00Z\n"
          "running schedule 2026-01-01T00:02:00Z\n"
          "skipped overlap schedule 2026-01-01T00:03:00Z..2026-01-01T00:04:00Z x2\n" },
};
/* clang-format on */

static char job_text[512];

static const char *job(const char *base, const char *more) {
        (void) snprintf(job_text, sizeof(job_text), "%s%s", base, more);
        return job_text;
}

START_TEST(each_policy_does_what_it_says) {
        setup("2026-01-01T00:00:30Z", job(MINUTELY, policies[_i].policy));
        sim.duration_usec = policies[_i].run_seconds * USEC_PER_SEC;
        sim_run(&sim, policies[_i].span_seconds * USEC_PER_SEC);
        sim_expect_rows(&sim, "a", policies[_i].rows);
}
END_TEST

START_TEST(a_restart_changes_nothing_of_it) {
        setup("2026-01-01T00:00:30Z", job(MINUTELY, policies[_i].policy));
        sim.duration_usec = policies[_i].run_seconds * USEC_PER_SEC;
        for (unsigned left = policies[_i].span_seconds; left > 0; left -= MIN(left, 7U)) {
                sim_run(&sim, MIN(left, 7U) * USEC_PER_SEC);
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
                sim_run(&sim, 1);
        }
        sim_expect_rows(&sim, "a", policies[_i].rows);
}
END_TEST

START_TEST(of_those_that_replace_only_the_newest_waits) {
        setup("2026-01-01T00:00:30Z", MINUTELY "overlap: replace\n");
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim.stop_usec = 150 * USEC_PER_SEC; /* it does not end at once when it is told to */
        sim_run_until(&sim, "2026-01-01T00:04:20Z");
        sim_expect_rows(&sim, "a",
                        "running replaced schedule 2026-01-01T00:01:00Z\n"
                        "cancelled replaced schedule 2026-01-01T00:02:00Z\n"
                        "cancelled replaced schedule 2026-01-01T00:03:00Z\n"
                        "waiting overlap schedule 2026-01-01T00:04:00Z\n");
        sim_run_until(&sim, "2026-01-01T00:04:40Z");
        sim_expect_rows(&sim, "a",
                        "cancelled replaced schedule 2026-01-01T00:01:00Z\n"
                        "cancelled replaced schedule 2026-01-01T00:02:00Z\n"
                        "cancelled replaced schedule 2026-01-01T00:03:00Z\n"
                        "running schedule 2026-01-01T00:04:00Z\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 2);
}
END_TEST

START_TEST(what_is_replaced_is_replaced_after_a_crash_too) {
        setup("2026-01-01T00:00:30Z", MINUTELY "overlap: replace\nretry: {attempts: 3}\n");
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim.stop_usec = 30 * USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T00:02:10Z");
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:02:50Z");
        sim_expect_rows(&sim, "a",
                        "cancelled replaced schedule 2026-01-01T00:01:00Z\n"
                        "running schedule 2026-01-01T00:02:00Z\n");
}
END_TEST

/* Starts by hand, ten seconds after the run of 00:01:00 has begun. */
/* clang-format off */
static const struct {
        const char *policy;
        bool force;
        int result;
        const char *rows;
} by_hand[] = {
        { "overlap: skip\n", false, -EBUSY,
          "running schedule 2026-01-01T00:01:00Z\n"
          "skipped overlap manual 2026-01-01T00:01:10Z\n" },
        { "overlap: skip\n", true, 0,
          "running schedule 2026-01-01T00:01:00Z\n"
          "running manual 2026-01-01T00:01:10Z\n" },
        { "overlap: queue\n", false, 0,
          "running schedule 2026-01-01T00:01:00Z\n"
          "waiting overlap manual 2026-01-01T00:01:10Z\n" },
        { "overlap: queue\n", true, 0,
          "running schedule 2026-01-01T00:01:00Z\n"
          "running manual 2026-01-01T00:01:10Z\n" },
        { "overlap: replace\n", false, 0,
          "cancelled replaced schedule 2026-01-01T00:01:00Z\n"
          "running manual 2026-01-01T00:01:10Z\n" },
        { "overlap: allow\n", false, 0,
          "running schedule 2026-01-01T00:01:00Z\n"
          "running manual 2026-01-01T00:01:10Z\n" },
        { "overlap: allow\nmax-instances: 1\n", false, -EBUSY,
          "running schedule 2026-01-01T00:01:00Z\n"
          "skipped overlap manual 2026-01-01T00:01:10Z\n" },
};
/* clang-format on */

START_TEST(a_start_by_hand_obeys_unless_forced) {
        setup("2026-01-01T00:00:30Z", job(HOURLY, ""));
        sim_write_job(&sim, "a",
                      job("schedule: '1 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n",
                          by_hand[_i].policy));
        sim_reload(&sim);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T00:01:10Z");
        if (by_hand[_i].force)
                sim_force_job(&sim, "a");
        else
                sim_start_job(&sim, "a");
        sim_run(&sim, 1);
        ck_assert_int_eq(sim.last_result, by_hand[_i].result);
        sim_expect_rows(&sim, "a", by_hand[_i].rows);
}
END_TEST

START_TEST(what_waits_by_hand_runs_though_the_job_is_paused) {
        setup("2026-01-01T00:30:00Z", HOURLY "overlap: queue\n");
        sim.duration_usec = USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        sim_start_job(&sim, "a");
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_run(&sim, 3 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "succeeded manual 2026-01-01T00:30:00.000001Z\n"
                        "succeeded manual 2026-01-01T00:30:00.000001Z\n");
}
END_TEST

START_TEST(an_end_lets_the_oldest_go) {
        setup("2026-01-01T00:30:00Z", HOURLY "overlap: {policy: queue, limit: 100}\n");
        sim.duration_usec = USEC_PER_SEC;
        for (unsigned i = 0; i < 50; i++)
                sim_start_job(&sim, "a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 50);
        for (unsigned i = 1; i < 50; i++)
                ck_assert_uint_lt(sim.runs[i - 1].id.execution_id, sim.runs[i].id.execution_id);
}
END_TEST

START_TEST(catching_up_is_one_after_the_other_whatever_overlap_says) {
        setup("2026-01-01T00:00:30Z", job(MINUTELY "catch-up: all\n", policies[_i].policy));
        sim_run_until(&sim, "2026-01-01T00:01:30Z");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:04:30Z");
        sim.duration_usec = 10 * USEC_PER_SEC;
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:05:15Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "succeeded catch-up 2026-01-01T00:02:00Z\n"
                        "succeeded catch-up 2026-01-01T00:03:00Z\n"
                        "succeeded catch-up 2026-01-01T00:04:00Z\n"
                        "succeeded schedule 2026-01-01T00:05:00Z\n");
        for (size_t i = 2; i < sim.n_runs; i++)
                ck_assert_int_ge(sim.runs[i].started_real_usec, sim.runs[i - 1].ended_real_usec);
}
END_TEST

static const Story stories[] = {
        { "policies", &each_policy_does_what_it_says, ARRAY_SIZE(policies) },
        { "policies", &a_restart_changes_nothing_of_it, ARRAY_SIZE(policies) },
        { "policies", &catching_up_is_one_after_the_other_whatever_overlap_says, ARRAY_SIZE(policies) },
        { "replace", &of_those_that_replace_only_the_newest_waits, 1 },
        { "replace", &what_is_replaced_is_replaced_after_a_crash_too, 1 },
        { "by hand", &a_start_by_hand_obeys_unless_forced, ARRAY_SIZE(by_hand) },
        { "by hand", &what_waits_by_hand_runs_though_the_job_is_paused, 1 },
        { "queue", &an_end_lets_the_oldest_go, 1 },
};

Suite *test_suite(void) {
        return story_suite("sim-overlap", stories, ARRAY_SIZE(stories));
}
