/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `random-delay`: due at one instant, started at a later one. The machine's dice show sim.random. */

#include <string.h>

#include "schedule/stable-delay.h"
#include "sim/story.h"

#define FRESH HOURLY "random-delay: {up-to: 1h, kind: fresh}\n"
#define STABLE HOURLY "random-delay: 20min\n"

static usec_t stable_usec(void) {
        return stable_delay("box", 0, "a", 20 * USEC_PER_MINUTE);
}

/* 01:00 is delayed by ten minutes, the others by none. */
static void setup_fresh(const char *text) {
        setup("2026-01-01T00:30:00Z", text);
        sim.random = 10 * (uint64_t) USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim.random = 0;
        sim_expect_rows(&sim, "a", "waiting schedule 2026-01-01T01:00:00Z\n");
}

START_TEST(it_starts_as_much_later_as_was_drawn) {
        ExecutionRecord row;

        setup_fresh(FRESH);
        ck_assert_int_eq(
                        manager_find_job(sim.manager, "a")->next_start_usec,
                        test_usec("2026-01-01T01:10:00Z"));
        ck_assert_int_eq(
                        manager_find_job(sim.manager, "a")->next_due_usec, test_usec("2026-01-01T02:00:00Z"));
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T02:00:00Z\n");
        ck_assert_int_eq(sim.runs[0].started_real_usec, test_usec("2026-01-01T01:10:00Z"));
        ck_assert_int_eq(sim.runs[0].due_usec, test_usec("2026-01-01T01:00:00Z"));
        ck_assert_int_eq(sim.runs[1].started_real_usec, test_usec("2026-01-01T02:00:00Z"));

        execution_record_init(&row);
        ck_assert_int_eq(store_read_execution(sim.store, 1, &row), 1);
        ck_assert_int_eq(row.start_after_usec, test_usec("2026-01-01T01:10:00Z"));
        ck_assert_int_eq(row.nominal_usec, row.due_usec);
        ck_assert_uint_eq(row.notes, SCHEDULE_NOTE_DELAYED);
        execution_record_done(&row);
}
END_TEST

START_TEST(what_is_stable_is_the_same_each_time) {
        setup("2026-01-01T00:30:00Z", STABLE);
        ck_assert_int_eq(
                        manager_find_job(sim.manager, "a")->next_start_usec,
                        test_usec("2026-01-01T01:00:00Z") + stable_usec());
        for (unsigned i = 0; i < 5; i++) {
                sim_run(&sim, 50 * USEC_PER_MINUTE);
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        ck_assert_uint_eq(sim.n_runs, 5);
        for (size_t i = 0; i < sim.n_runs; i++)
                ck_assert_int_eq(sim.runs[i].started_real_usec - sim.runs[i].due_usec, stable_usec());
}
END_TEST

START_TEST(it_outlives_restarts_reloads_and_edits) {
        setup_fresh(FRESH);
        if (_i == 0) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        } else if (_i == 1) {
                sim_reload(&sim);
        } else {
                sim_write_job(&sim, "a", FRESH "description: another\n");
                sim_reload(&sim);
        }
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");
        ck_assert_int_eq(sim.runs[0].started_real_usec, test_usec("2026-01-01T01:10:00Z"));
        ck_assert_uint_eq(sim_revision(&sim, 1), _i == 2 ? 2 : 1);
}
END_TEST

START_TEST(a_removal_ends_it) {
        setup_fresh(FRESH);
        sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "cancelled job-removed schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

START_TEST(a_start_by_hand_is_not_delayed_and_stands_in_the_way) {
        setup_fresh(FRESH);
        sim.duration_usec = 30 * USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, 0);
        sim_run_until(&sim, "2026-01-01T01:50:00Z");
        sim_expect_rows(&sim, "a",
                        "skipped overlap schedule 2026-01-01T01:00:00Z\n"
                        "succeeded manual 2026-01-01T01:05:00Z\n");
}
END_TEST

START_TEST(a_later_one_does_not_overtake) {
        setup("2026-01-01T00:00:30Z", MINUTELY "random-delay: {up-to: 1h, kind: fresh}\n");
        sim.random = 3 * (uint64_t) USEC_PER_MINUTE + USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T00:01:30Z");
        sim.random = 0;
        sim_run_until(&sim, "2026-01-01T00:05:30Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "skipped overlap schedule 2026-01-01T00:02:00Z..2026-01-01T00:04:00Z x3\n"
                        "succeeded schedule 2026-01-01T00:05:00Z\n");
}
END_TEST

/* Down from 01:05 on: late only if it is past the start. */
static const struct {
        const char *more, *up_again, *rows;
} down_cases[] = {
        { "", "2026-01-01T01:08:00Z", "succeeded schedule 2026-01-01T01:00:00Z\n" },
        { "", "2026-01-01T01:20:00Z", "succeeded schedule 2026-01-01T01:00:00Z\n" },
        { "catch-up: none\n", "2026-01-01T01:08:00Z", "succeeded schedule 2026-01-01T01:00:00Z\n" },
        { "catch-up: none\n", "2026-01-01T01:20:00Z", "missed down schedule 2026-01-01T01:00:00Z\n" },
        { "catch-up: {within: 15min}\n", "2026-01-01T01:24:00Z",
          "succeeded schedule 2026-01-01T01:00:00Z\n" },
        { "catch-up: {within: 15min}\n", "2026-01-01T01:26:00Z",
          "missed too-late schedule 2026-01-01T01:00:00Z\n" },
};

START_TEST(late_is_counted_from_the_start) {
        char text[256];

        (void) snprintf(text, sizeof(text), FRESH "%s", down_cases[_i].more);
        setup_fresh(text);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, down_cases[_i].up_again);
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", down_cases[_i].rows);
}
END_TEST

START_TEST(the_newest_is_caught_up_with) {
        setup_fresh(FRESH);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:30:00Z"); /* 05:00 may still be delayed, and is not */
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T05:31:00Z");
        sim_expect_rows(&sim, "a",
                        "missed down schedule 2026-01-01T01:00:00Z..2026-01-01T04:00:00Z x4\n"
                        "succeeded schedule 2026-01-01T05:00:00Z\n");
}
END_TEST

START_TEST(one_due_while_down_is_not_late_before_its_start) {
        usec_t start_usec = test_usec("2026-01-01T01:00:00Z") + stable_usec();

        setup("2026-01-01T00:30:00Z", STABLE "catch-up: none\n");
        ck_assert_int_gt(stable_usec(), USEC_PER_MINUTE);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:00:30Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");
        ck_assert_int_eq(sim.runs[0].started_real_usec, start_usec);
}
END_TEST

START_TEST(a_clock_set_back_repeats_nothing) {
        setup_fresh(FRESH);
        sim_step_clock(&sim, _i == 0 ? -20 * USEC_PER_MINUTE : -3 * USEC_PER_MINUTE);
        sim_run_until(&sim, "2026-01-01T01:40:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");
        ck_assert_int_eq(
                        sim.runs[0].started_real_usec,
                        test_usec(_i == 0 ? "2026-01-01T01:00:00Z" : "2026-01-01T01:10:00Z"));
}
END_TEST

START_TEST(a_pause_skips_it) {
        setup_fresh(FRESH);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_resume_job(&sim, "a");
        sim_expect_rows(&sim, "a", "skipped paused schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n");
}
END_TEST

/* Of what waits, of what has run, and of what is due next. */
START_TEST(why_says_when_it_starts) {
        static const struct {
                const char *now, *asked, *says;
        } questions[] = {
                { "2026-01-01T01:06:00Z", "2026-01-01T01:00:00Z",
                  "starts at 2026-01-01T01:10:00+00:00, as random-delay" },
                { "2026-01-01T01:30:00Z", "2026-01-01T01:00:00Z",
                  "started at 2026-01-01T01:10:00+00:00 and succeeded" },
                { "2026-01-01T01:30:00Z", "2026-01-01T02:00:00Z", "in 30min, or up to 1h later" },
        };

        setup_fresh(FRESH);
        for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
                usec_t asked_usec = test_usec(questions[i].asked);
                WhyAnswer answer;

                sim_run_until(&sim, questions[i].now);
                ck_assert_int_eq(manager_why(sim.manager, "a", asked_usec, asked_usec, &answer), 0);
                ck_assert_msg(strstr(answer.text, questions[i].says), "%s", answer.text);
                why_answer_done(&answer);
        }
}
END_TEST

START_TEST(accuracy_lets_it_wake_up_with_others) {
        setup("2026-01-01T00:30:00Z",
              "schedule: '7 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\naccuracy: 10min\ncatch-up: "
              "none\n");
        sim_write_job(&sim, "b",
                      "schedule: '2 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\naccuracy: 9min\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:07:00Z\n"
                        "succeeded schedule 2026-01-01T02:07:00Z\n");
        ck_assert_uint_eq(sim.n_wakeups, 2);
        ck_assert_int_eq(sim.runs[0].started_real_usec, test_usec("2026-01-01T01:10:00Z"));
        ck_assert_int_eq(sim.runs[1].started_real_usec, test_usec("2026-01-01T01:10:00Z"));
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "delay",    &it_starts_as_much_later_as_was_drawn, 1 },
        { "delay",    &what_is_stable_is_the_same_each_time, 1 },
        { "delay",    &it_outlives_restarts_reloads_and_edits, 3 },
        { "delay",    &a_removal_ends_it, 1 },
        { "delay",    &a_start_by_hand_is_not_delayed_and_stands_in_the_way, 1 },
        { "delay",    &a_later_one_does_not_overtake, 1 },
        { "delay",    &late_is_counted_from_the_start, ARRAY_SIZE(down_cases) },
        { "delay",    &the_newest_is_caught_up_with, 1 },
        { "delay",    &one_due_while_down_is_not_late_before_its_start, 1 },
        { "delay",    &a_clock_set_back_repeats_nothing, 2 },
        { "delay",    &a_pause_skips_it, 1 },
        { "delay", &why_says_when_it_starts, 1 },
        { "accuracy", &accuracy_lets_it_wake_up_with_others, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-delay", stories, ARRAY_SIZE(stories));
}
