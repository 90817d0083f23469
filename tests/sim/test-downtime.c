/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The daemon is down while jobs are due: what was missed, and what catch-up runs. */

#include "sim/story.h"

START_TEST(downtime_is_one_missed_row_and_one_catch_up) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T06:30:00Z");
        sim_expect_rows(&sim, "a",
                        "missed down schedule 2026-01-01T01:00:00Z..2026-01-01T04:00:00Z x4\n"
                        "succeeded catch-up 2026-01-01T05:00:00Z\n"
                        "succeeded schedule 2026-01-01T06:00:00Z\n");
}
END_TEST

START_TEST(catch_up_none_misses_all_in_one_row) {
        setup("2026-01-01T00:30:00Z", HOURLY "catch-up: none\n");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_start_daemon(&sim);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T06:30:00Z");
        sim_expect_rows(&sim, "a",
                        "missed down schedule 2026-01-01T01:00:00Z..2026-01-01T05:00:00Z x5\n"
                        "succeeded schedule 2026-01-01T06:00:00Z\n");
}
END_TEST

#define SECONDLY "schedule: {every: 1s, start: 2026-01-01T00:00:00Z}\ncommand: [/bin/true]\n"

/* The row of 00:00:04 was written ahead when the daemon went down. */
static const struct {
        const char *up_again, *rows;
} ahead_cases[] = {
        { "2026-01-01T00:00:10.5Z",
          "succeeded schedule 2026-01-01T00:00:02Z\n"
          "succeeded schedule 2026-01-01T00:00:03Z\n"
          "missed down schedule 2026-01-01T00:00:04Z..2026-01-01T00:00:09Z x6\n"
          "succeeded catch-up 2026-01-01T00:00:10Z\n"
          "armed schedule 2026-01-01T00:00:11Z\n" },
        { "2026-01-01T00:00:06.5Z",
          "succeeded schedule 2026-01-01T00:00:02Z\n"
          "succeeded schedule 2026-01-01T00:00:03Z\n"
          "missed down schedule 2026-01-01T00:00:04Z..2026-01-01T00:00:05Z x2\n"
          "succeeded catch-up 2026-01-01T00:00:06Z\n"
          "armed schedule 2026-01-01T00:00:07Z\n" },
        /* one, and hardly late: it is simply started */
        { "2026-01-01T00:00:04.5Z",
          "succeeded schedule 2026-01-01T00:00:02Z\n"
          "succeeded schedule 2026-01-01T00:00:03Z\n"
          "succeeded schedule 2026-01-01T00:00:04Z\n"
          "armed schedule 2026-01-01T00:00:05Z\n" },
};

START_TEST(what_was_written_ahead_is_missed_with_the_others) {
        setup("2026-01-01T00:00:01.5Z", SECONDLY);
        sim.duration_usec = 100 * USEC_PER_MSEC;
        sim_run_until(&sim, "2026-01-01T00:00:03.5Z");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, ahead_cases[_i].up_again);
        sim_start_daemon(&sim);
        sim_run(&sim, 200 * USEC_PER_MSEC);
        sim_expect_rows(&sim, "a", ahead_cases[_i].rows);
}
END_TEST

START_TEST(catch_up_within_is_kept) {
        setup("2026-01-01T00:30:00Z", HOURLY "catch-up: {policy: latest, within: 10min}\n");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "missed too-late schedule 2026-01-01T01:00:00Z..2026-01-01T03:00:00Z x3\n");
}
END_TEST

START_TEST(downtime_is_judged_by_the_definition_then) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_kill_daemon(&sim);
        sim_write_job(&sim, "a", MINUTELY);
        sim_run_until(&sim, "2026-01-01T03:30:30Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T03:31:30Z");
        sim_expect_rows(&sim, "a",
                        "missed down schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n"
                        "succeeded catch-up 2026-01-01T03:00:00Z\n"
                        "succeeded schedule 2026-01-01T03:31:00Z\n");
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "downtime", &downtime_is_one_missed_row_and_one_catch_up, 1 },
        { "downtime", &catch_up_none_misses_all_in_one_row, 1 },
        { "downtime", &what_was_written_ahead_is_missed_with_the_others, ARRAY_SIZE(ahead_cases) },
        { "downtime", &catch_up_within_is_kept, 1 },
        { "downtime", &downtime_is_judged_by_the_definition_then, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-downtime", stories, ARRAY_SIZE(stories));
}
