/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The next occurrences of a job are skipped, since somebody ordered so. */

#include <string.h>

#include "manager/manager-internal.h"
#include "sim/story.h"

#define START "2026-01-01T00:30:30Z"
#define EVERY_TEN "schedule: '*/10 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"

static const ScheduledJob *find(const char *name) {
        return manager_find_job(sim.manager, name);
}

static void restart(void) {
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
}

START_TEST(the_next_ones_are_skipped_also_over_a_restart) {
        setup(START, EVERY_TEN);
        sim_skip_job(&sim, "a", 2);
        ck_assert_int_eq(sim.last_result, 0);
        ck_assert_int_eq(find("a")->next_due_usec, test_usec("2026-01-01T01:00:00Z"));
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        restart();
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_expect_rows(&sim, "a",
                        "skipped operator schedule 2026-01-01T00:40:00Z..2026-01-01T00:50:00Z x2\n"
                        "succeeded schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

/* What is skipped is not caught up with either. */
START_TEST(skipped_ones_are_not_owed_after_downtime) {
        setup(START, EVERY_TEN);
        sim_skip_job(&sim, "a", 2);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:25:00Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:26:00Z");
        sim_expect_rows(&sim, "a",
                        "skipped operator schedule 2026-01-01T00:40:00Z..2026-01-01T00:50:00Z x2\n"
                        "missed down schedule 2026-01-01T01:00:00Z..2026-01-01T01:10:00Z x2\n"
                        "succeeded catch-up 2026-01-01T01:20:00Z\n");
}
END_TEST

START_TEST(a_row_written_ahead_is_skipped_too) {
        setup("2026-01-01T00:39:59.5Z", EVERY_TEN);
        sim_skip_job(&sim, "a", 1);
        sim_run_until(&sim, "2026-01-01T00:55:00Z");
        sim_expect_rows(&sim, "a",
                        "skipped operator schedule 2026-01-01T00:40:00Z\n"
                        "succeeded schedule 2026-01-01T00:50:00Z\n");
}
END_TEST

START_TEST(skipping_can_be_taken_back) {
        setup(START, EVERY_TEN);
        sim_skip_job(&sim, "a", 5);
        sim_skip_job(&sim, "a", 0);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T00:40:00Z\n");
        sim_skip_job(&sim, "a", 100000);
        ck_assert_int_eq(sim.last_result, -EINVAL);
}
END_TEST

START_TEST(there_is_nothing_to_skip_by_hand) {
        setup(START, BY_HAND);
        sim_skip_job(&sim, "a", 1);
        ck_assert_int_eq(sim.last_result, -ESRCH);
}
END_TEST

START_TEST(why_knows_of_the_order) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        usec_t due_usec = test_usec("2026-01-01T00:40:00Z");

        setup(START, EVERY_TEN);
        sim_skip_job(&sim, "a", 1);
        ck_assert_int_eq(manager_why(sim.manager, "a", due_usec, due_usec, &answer), 0);
        ck_assert_int_eq(answer.reason, REASON_OPERATOR);
        ck_assert_ptr_nonnull(strstr(answer.text, "will be skipped"));
        why_answer_done(&answer);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        ck_assert_int_eq(manager_why(sim.manager, "a", due_usec, due_usec, &answer), 0);
        ck_assert_int_eq(answer.reason, REASON_OPERATOR);
        ck_assert_ptr_nonnull(strstr(answer.text, "somebody ordered so"));
}
END_TEST

/* 02:30 comes twice, and an interval-like schedule is due in both passes: each is one of them. */
START_TEST(both_passes_of_a_repeated_hour_count) {
        setup("2026-10-25T00:10:00Z",
              "schedule: '*/30 * * * *'\ntimezone: Europe/Berlin\ncommand: [/bin/true]\n");
        sim_skip_job(&sim, "a", 3);
        sim_run_until(&sim, "2026-10-25T02:10:00Z");
        sim_expect_rows(&sim, "a",
                        "skipped operator schedule 2026-10-25T00:30:00Z..2026-10-25T01:30:00Z x3\n"
                        "succeeded schedule 2026-10-25T02:00:00Z\n");
}
END_TEST

/* An edit does not take it back. */
START_TEST(an_edit_leaves_it_so) {
        setup(START, EVERY_TEN);
        sim_skip_job(&sim, "a", 2);
        sim_write_job(&sim, "a", EVERY_TEN "timeout: 5s\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_expect_rows(&sim, "a",
                        "skipped operator schedule 2026-01-01T00:40:00Z..2026-01-01T00:50:00Z x2\n"
                        "succeeded schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "skip", &the_next_ones_are_skipped_also_over_a_restart, 1 },
        { "skip", &skipped_ones_are_not_owed_after_downtime, 1 },
        { "skip", &a_row_written_ahead_is_skipped_too, 1 },
        { "skip", &skipping_can_be_taken_back, 1 },
        { "skip", &there_is_nothing_to_skip_by_hand, 1 },
        { "skip", &why_knows_of_the_order, 1 },
        { "skip", &both_passes_of_a_repeated_hour_count, 1 },
        { "skip", &an_edit_leaves_it_so, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-skip", stories, ARRAY_SIZE(stories));
}
