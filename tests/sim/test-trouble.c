/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The clock and the disk misbehave; the rows tell it. */

#include <sqlite3.h>

#include "sim/story.h"
#include "support/fault-vfs.h"

START_TEST(a_full_disk_loses_nothing) {
        FaultVfs *faults = fault_vfs_register();
        ManagerStatus status;

        setup("2026-01-01T00:30:00Z", HOURLY);
        sim.duration_usec = 30 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        if (_i == 1)
                sim_run_until(&sim, "2026-01-01T01:59:59.5Z"); /* the next row is written ahead already */
        atomic_store(&faults->write_code, SQLITE_FULL);
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        manager_get_status(sim.manager, &status);
        ck_assert_ptr_nonnull(status.store_trouble);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), _i == 1 ? 2 : 1);
        sim_start_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, -EIO);

        atomic_store(&faults->write_code, 0);
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        manager_get_status(sim.manager, &status);
        ck_assert_ptr_null(status.store_trouble);
        sim_check_coverage(&sim, "a", test_usec("2026-01-01T00:30:00Z"), test_usec("2026-01-01T05:00:00Z"));
}
END_TEST

START_TEST(reading_only_is_trouble_from_the_first_row_on) {
        FaultVfs *faults = fault_vfs_register();

        setup("2026-01-01T00:30:00Z", HOURLY);
        atomic_store(&faults->write_code, SQLITE_READONLY);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 0);
        atomic_store(&faults->write_code, 0);
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        sim_check_coverage(&sim, "a", test_usec("2026-01-01T00:30:00Z"), test_usec("2026-01-01T04:00:00Z"));
        ck_assert_uint_ge(sim_count_launches(&sim, "a"), 1);
}
END_TEST

START_TEST(a_clock_set_forward_is_caught_up) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_step_clock(&sim, 3 * USEC_PER_HOUR);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "missed clock-step schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n"
                        "succeeded catch-up 2026-01-01T03:00:00Z\n");
}
END_TEST

START_TEST(a_suspended_host_misses_what_it_slept_through) {
        setup("2026-01-01T00:30:00Z", HOURLY "catch-up: none\n");
        if (_i == 1)
                sim_run_until(&sim, "2026-01-01T00:59:59.5Z"); /* the row is written already */
        sim_sleep(&sim, 2 * USEC_PER_HOUR + 50 * USEC_PER_MINUTE);
        sim_run(&sim, USEC_PER_MSEC);
        sim_expect_rows(&sim, "a",
                        "missed suspended schedule 2026-01-01T01:00:00Z..2026-01-01T03:00:00Z x3\n");
}
END_TEST

START_TEST(a_clock_set_back_repeats_no_fixed_time) {
        setup("2026-01-01T00:30:00Z", "schedule: '0 1,2 * * *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_step_clock(&sim, -USEC_PER_HOUR);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T02:00:00Z\n");
}
END_TEST

/* What is skipped now is told apart from what ran then. */
START_TEST(after_a_clock_was_set_back_each_has_one_row) {
        setup("2026-01-01T00:55:00Z",
              "schedule: '0,10,20,30,40 1 * * *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim.duration_usec = 45 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:25:00Z");
        sim_step_clock(&sim, -30 * USEC_PER_MINUTE);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T01:10:00Z\n"
                        "succeeded schedule 2026-01-01T01:20:00Z\n"
                        "skipped overlap schedule 2026-01-01T01:30:00Z\n"
                        "succeeded schedule 2026-01-01T01:40:00Z\n");
}
END_TEST

START_TEST(a_pause_after_a_clock_was_set_back_has_its_row) {
        setup("2026-01-01T00:55:00Z",
              "schedule: '0,10,20,30,40 1 * * *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim_step_clock(&sim, -10 * USEC_PER_MINUTE);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_run_until(&sim, "2026-01-01T01:35:00Z");
        sim_resume_job(&sim, "a");
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T01:10:00Z\n"
                        "skipped paused schedule 2026-01-01T01:10:00Z..2026-01-01T01:30:00Z x3\n"
                        "succeeded schedule 2026-01-01T01:40:00Z\n");
}
END_TEST

START_TEST(a_clock_set_back_repeats_what_is_interval_like) {
        setup("2026-01-01T00:30:30Z", "schedule: '*/10 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T00:55:00Z");
        sim_step_clock(&sim, -20 * USEC_PER_MINUTE);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:40:00Z\n"
                        "succeeded schedule 2026-01-01T00:50:00Z\n"
                        "succeeded schedule 2026-01-01T00:40:00Z\n"
                        "succeeded schedule 2026-01-01T00:50:00Z\n"
                        "succeeded schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

START_TEST(an_untrusted_clock_starts_nothing_for_ten_minutes) {
        setup("2026-01-01T12:30:00Z", HOURLY);
        sim_run_until(&sim, "2026-01-01T13:30:00Z");
        sim_kill_daemon(&sim);
        sim.clock_synchronized = false;
        sim.realtime_usec = test_usec("2026-01-01T05:55:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, 9 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-01T13:00:00Z\n");
        if (_i == 1) { /* the right time comes */
                sim.clock_synchronized = true;
                sim_step_clock(&sim, test_usec("2026-01-01T14:30:00Z") - sim.realtime_usec);
                sim_run(&sim, USEC_PER_MINUTE);
                sim_expect_rows(&sim, "a",
                                "succeeded schedule 2026-01-01T13:00:00Z\n"
                                "succeeded catch-up 2026-01-01T14:00:00Z\n");
                return;
        }
        sim_run_until(&sim, "2026-01-01T07:30:00Z"); /* it does not: the clock was set back */
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T13:00:00Z\n"
                        "succeeded schedule 2026-01-01T07:00:00Z\n");
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "disk",     &a_full_disk_loses_nothing, 2 },
        { "disk",     &reading_only_is_trouble_from_the_first_row_on, 1 },
        { "clock",    &a_clock_set_forward_is_caught_up, 1 },
        { "clock",    &a_suspended_host_misses_what_it_slept_through, 2 },
        { "clock",    &a_clock_set_back_repeats_no_fixed_time, 1 },
        { "clock",    &after_a_clock_was_set_back_each_has_one_row, 1 },
        { "clock",    &a_pause_after_a_clock_was_set_back_has_its_row, 1 },
        { "clock",    &a_clock_set_back_repeats_what_is_interval_like, 1 },
        { "clock",    &an_untrusted_clock_starts_nothing_for_ten_minutes, 2 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-trouble", stories, ARRAY_SIZE(stories));
}
