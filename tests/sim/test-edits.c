/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What becomes of a job when its file changes, goes, comes back or is at fault. */

#include "sim/story.h"

START_TEST(an_edit_owes_nothing_and_keeps_what_runs) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.duration_usec = 20 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:01:30Z");
        sim_write_job(&sim, "a", MINUTELY);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T01:03:30Z");
        sim_expect_rows(&sim, "a",
                        "running schedule 2026-01-01T01:00:00Z\n"
                        "skipped overlap schedule 2026-01-01T01:02:00Z..2026-01-01T01:03:00Z x2\n");
        ck_assert_uint_eq(manager_find_job(sim.manager, "a")->stored.revision, 2);
}
END_TEST

START_TEST(an_edit_takes_an_armed_row_back) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_run_until(&sim, "2026-01-01T00:59:59.5Z");
        sim_expect_rows(&sim, "a", "armed schedule 2026-01-01T01:00:00Z\n");
        sim_write_job(&sim, "a", "schedule: '30 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_reload(&sim);
        sim_expect_rows(&sim, "a", "");
        sim_run_until(&sim, "2026-01-01T01:31:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:30:00Z\n");
}
END_TEST

START_TEST(a_removed_job_ends_and_comes_back) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.duration_usec = 20 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:01:00Z");
        sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        ck_assert_ptr_null(manager_find_job(sim.manager, "a"));
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");
        sim_write_job(&sim, "a", HOURLY);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T04:00:00Z\n");
}
END_TEST

/* Also where the daemon was down meanwhile, and where the old one was removed before. */
START_TEST(renamed_from_takes_the_history_over) {
        const ScheduledJob *job;
        usec_t anchor_usec;

        setup("2026-01-01T00:30:00Z", "schedule: {every: 20min}\ncommand: [/bin/true]\n");
        anchor_usec = manager_find_job(sim.manager, "a")->stored.anchor_usec;
        sim_run_until(&sim, "2026-01-01T00:51:00Z");
        if (_i == 1)
                sim_kill_daemon(&sim);
        sim_write_job(&sim, "a", NULL);
        if (_i == 2)
                sim_reload(&sim);
        sim_write_job(&sim, "b", "schedule: {every: 20min}\ncommand: [/bin/true]\nrenamed-from: a\n");
        if (_i == 1)
                sim_start_daemon(&sim);
        else
                sim_reload(&sim);

        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        ck_assert_ptr_null(manager_find_job(sim.manager, "a"));
        job = manager_find_job(sim.manager, "b");
        ck_assert_ptr_nonnull(job);
        ck_assert_int_eq(job->stored.anchor_usec, anchor_usec);
        sim_run_until(&sim, "2026-01-01T01:11:00Z");
        sim_expect_rows(&sim, "b",
                        "succeeded schedule 2026-01-01T00:50:00Z\n"
                        "succeeded schedule 2026-01-01T01:10:00Z\n");
}
END_TEST

/* Its file may only have been away for a moment; what an operator has stopped does not start by itself. */
START_TEST(a_pause_outlives_a_removal) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_write_job(&sim, "a", HOURLY);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        sim_resume_job(&sim, "a");
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_expect_rows(&sim, "a",
                        "skipped paused schedule 2026-01-01T03:00:00Z..2026-01-01T04:00:00Z x2\n"
                        "succeeded schedule 2026-01-01T05:00:00Z\n");
}
END_TEST

/* The row of the one that was removed covers it. */
START_TEST(at_has_one_row_however_often_it_is_added) {
        setup("2026-01-01T00:30:00Z", "schedule: {at: 2026-01-01T01:00:00Z}\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        sim_write_job(&sim, "a", "schedule: {at: 2026-01-01T01:00:00Z}\ncommand: [/bin/false]\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");
        ck_assert_ptr_null(manager_find_job(sim.manager, "a")->fold);
}
END_TEST

START_TEST(a_faulty_edit_keeps_the_last_good_version) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_write_job(&sim, "a", "schedul: oops\n");
        sim_reload(&sim);
        ck_assert_ptr_nonnull(manager_find_job(sim.manager, "a")->load_error.message);
        sim_kill_daemon(&sim); /* also after a restart */
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");
        ck_assert_ptr_nonnull(manager_find_job(sim.manager, "a")->load_error.message);
}
END_TEST

/* Also over restarts, and a reload after one; each job of the file says what is wrong with it. */
START_TEST(a_held_file_keeps_its_jobs) {
        const ScheduledJob *job;

        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.file_is_held = true;
        for (unsigned i = 0; i < 3; i++) {
                sim_reload(&sim);
                job = manager_find_job(sim.manager, "a");
                ck_assert_ptr_nonnull(job);
                ck_assert_str_eq(job->load_error.message, "not YAML");
                ck_assert_uint_eq(job->load_error.line, 7);
                ck_assert_str_eq(job->job->file, "jobs.yaml");
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T01:00:00Z\n");

        sim.file_is_held = false;
        sim_reload(&sim);
        ck_assert_ptr_null(manager_find_job(sim.manager, "a")->load_error.message);
        ck_assert_uint_eq(manager_find_job(sim.manager, "a")->stored.revision, 1);
}
END_TEST

START_TEST(a_disabled_job_has_no_rows) {
        setup("2026-01-01T00:30:00Z", HOURLY "enabled: false\n");
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_expect_rows(&sim, "a", "");
        sim_write_job(&sim, "a", HOURLY);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T04:00:00Z\n");
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "edits", &an_edit_owes_nothing_and_keeps_what_runs, 1 },
        { "edits", &an_edit_takes_an_armed_row_back, 1 },
        { "edits", &a_removed_job_ends_and_comes_back, 1 },
        { "edits", &a_pause_outlives_a_removal, 1 },
        { "edits", &at_has_one_row_however_often_it_is_added, 1 },
        { "edits", &a_faulty_edit_keeps_the_last_good_version, 1 },
        { "edits", &a_held_file_keeps_its_jobs, 1 },
        { "edits", &a_disabled_job_has_no_rows, 1 },
        { "edits", &renamed_from_takes_the_history_over, 3 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-edits", stories, ARRAY_SIZE(stories));
}
