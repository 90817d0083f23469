/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `conditions:`: what is due waits for them, starts when all hold at once, or is skipped. */

#include <errno.h>
#include <string.h>

#include "sim/story.h"

#define DUE "2026-01-01T01:00:00Z"
#define WAITS "waiting condition schedule " DUE "\n"
#define RAN "succeeded schedule " DUE "\n"

static void begin(const char *conditions) {
        char text[400];

        (void) snprintf(text, sizeof(text), HOURLY "conditions: {%s}\n", conditions);
        setup("2026-01-01T00:30:00Z", text);
}

static void read_row(uint64_t id, ExecutionRecord *row) {
        execution_record_init(row);
        ck_assert_int_eq(store_read_execution(sim.store, id, row), 1);
}

static void expect_detail(uint64_t id, int kind, const char *detail) {
        ExecutionRecord row;

        read_row(id, &row);
        ck_assert_int_eq(row.condition, kind);
        ck_assert_str_eq(row.reason_detail ?: "", detail);
        execution_record_done(&row);
}

static void expect_nothing_watched(void) {
        for (size_t i = 0; i < CONDITION_KIND_COUNT; i++)
                ck_assert_uint_eq(sim.n_watches[i], 0);
        ck_assert_uint_eq(sim.n_errands, 0);
}

/* --- looked at once -------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
        const char *conditions;
        ConditionKind kind;
        double good, bad;
        const char *detail;
} fact_cases[] = {
        { "ac-power: true",         CONDITION_AC_POWER,           1,   0,   "the machine is on battery" },
        { "network-online: false",  CONDITION_NETWORK_ONLINE,     0,   1,   "the network is online" },
        { "load-below: 2.0",        CONDITION_LOAD_BELOW,         1.9, 3.2, "load 3.20 is not below 2.00" },
        { "memory-available: 2G",   CONDITION_MEMORY_AVAILABLE,   3e9, 1.5 * 1024 * 1024 * 1024,
          "1.5G of memory is available, less than 2G" },
        { "cpu-pressure-below: 20%", CONDITION_CPU_PRESSURE_BELOW, 0,  35.1, "CPU pressure 35.10% is not below 20.00%" },
};
/* clang-format on */

START_TEST(without_a_wait_it_is_looked_at_once) {
        begin(fact_cases[_i].conditions);
        sim.fact_values[fact_cases[_i].kind] = fact_cases[_i].bad;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "skipped condition schedule " DUE "\n");
        expect_detail(1, fact_cases[_i].kind, fact_cases[_i].detail);

        sim.fact_values[fact_cases[_i].kind] = fact_cases[_i].good;
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 1);
        expect_nothing_watched();
}
END_TEST

START_TEST(what_fails_again_and_again_is_one_row) {
        begin("load-below: 2.0");
        for (unsigned i = 0; i < 5; i++) {
                sim.fact_values[CONDITION_LOAD_BELOW] = 3 + i;
                sim_run(&sim, USEC_PER_HOUR);
        }
        sim_expect_rows(&sim, "a", "skipped condition schedule " DUE "..2026-01-01T05:00:00Z x5\n");
}
END_TEST

START_TEST(what_cannot_be_measured_does_not_hold) {
        begin("cpu-pressure-below: 20%, wait: 10min");
        sim.fact_errors[CONDITION_CPU_PRESSURE_BELOW] = -EOPNOTSUPP;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "skipped condition schedule " DUE "\n");
        expect_detail(1, CONDITION_CPU_PRESSURE_BELOW, "this machine does not measure CPU pressure (PSI)");
}
END_TEST

/* --- waited for ------------------------------------------------------------------------------------ */

START_TEST(it_starts_as_soon_as_it_holds) {
        begin("ac-power: true, wait: 30min");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim_expect_rows(&sim, "a", WAITS);
        expect_detail(1, CONDITION_AC_POWER, "the machine is on battery");
        ck_assert_uint_eq(sim.n_watches[CONDITION_AC_POWER], 1);
        sim_set_fact(&sim, CONDITION_AC_POWER, 1);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", RAN);
        ck_assert_int_eq(sim.runs[0].started_real_usec, test_usec("2026-01-01T01:10:00Z"));
        expect_detail(1, -1, "");
        expect_nothing_watched();
}
END_TEST

START_TEST(the_wait_ends) {
        begin("ac-power: true, wait: 10min");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        sim_run_until(&sim, "2026-01-01T01:09:59Z");
        sim_expect_rows(&sim, "a", WAITS);
        sim_run(&sim, 2 * USEC_PER_SEC);
        sim_expect_rows(&sim, "a", "skipped condition schedule " DUE "\n");
        expect_nothing_watched();
}
END_TEST

/* One that has held does not count for ever. */
START_TEST(all_hold_at_the_same_time) {
        begin("ac-power: true, network-online: true, wait: 1h");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        sim.fact_values[CONDITION_NETWORK_ONLINE] = 0;
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_set_fact(&sim, CONDITION_AC_POWER, 1);
        sim_set_fact(&sim, CONDITION_AC_POWER, 0);
        sim_set_fact(&sim, CONDITION_NETWORK_ONLINE, 1);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", WAITS);
        sim_set_fact(&sim, CONDITION_AC_POWER, 1);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", RAN);
}
END_TEST

START_TEST(another_job_has_to_end_first) {
        begin("not-running: [b], wait: 1h");
        sim_write_job(&sim, "b", "schedule: '59 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_reload(&sim);
        sim.duration_usec = 20 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim_expect_rows(&sim, "a", WAITS);
        expect_detail(1 + 1, CONDITION_NOT_RUNNING, "execution 1 of 'b' runs");
        sim_run_until(&sim, "2026-01-01T01:45:00Z");
        sim_expect_rows(&sim, "a", RAN);
        ck_assert_int_eq(sim.runs[1].started_real_usec, test_usec("2026-01-01T01:19:00Z"));
}
END_TEST

START_TEST(of_two_that_exclude_each_other_one_waits) {
        begin("not-running: [b], wait: 1h");
        sim_write_job(&sim, "b", HOURLY "conditions: {not-running: [a], wait: 1h}\n");
        sim_reload(&sim);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:50:00Z");
        ck_assert_uint_eq(sim.n_runs, 2);
        ck_assert_int_eq(sim.runs[1].started_real_usec - sim.runs[0].started_real_usec, 10 * USEC_PER_MINUTE);
}
END_TEST

/* --- paths and commands ---------------------------------------------------------------------------- */

START_TEST(a_path_is_waited_for) {
        begin(_i == 0 ? "path-exists: /x, wait: 30min" : "path-exists: '!/x', wait: 30min");
        sim_set_path(&sim, "/x", _i == 1);
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim_expect_rows(&sim, "a", WAITS);
        sim_set_path(&sim, "/x", _i == 0);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", RAN);
        ck_assert_int_eq(sim.runs[0].started_real_usec, test_usec("2026-01-01T01:10:00Z"));
        expect_nothing_watched();
}
END_TEST

START_TEST(a_path_is_looked_at_once) {
        begin("path-exists: [/x, /y]");
        sim_set_path(&sim, "/x", true);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "skipped condition schedule " DUE "\n");
        expect_detail(1, CONDITION_PATH_EXISTS, "'/y' does not exist");
        sim_set_path(&sim, "/y", true);
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim.n_runs, 1);
}
END_TEST

/* What was there when it was looked at may be gone when the rest holds at last. */
START_TEST(a_path_that_is_gone_again_does_not_count) {
        begin("path-exists: /x, ac-power: true, wait: 50min");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        sim_set_path(&sim, "/x", true);
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim_set_path(&sim, "/x", false);
        sim_set_fact(&sim, CONDITION_AC_POWER, 1);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", WAITS);
        sim_set_path(&sim, "/x", true);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", RAN);
}
END_TEST

START_TEST(a_change_is_one_since_the_last_start) {
        begin("path-changed: /x");
        sim_set_path(&sim, "/x", true); /* since the job was first loaded */
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_expect_rows(&sim, "a", RAN "skipped condition schedule 2026-01-01T02:00:00Z\n");
        expect_detail(2, CONDITION_PATH_CHANGED, "'/x' has not changed since the last start");
        sim_set_path(&sim, "/x", true);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        ck_assert_uint_eq(sim.n_runs, 2);
}
END_TEST

START_TEST(a_command_is_asked_with_growing_pauses) {
        begin("command: /bin/check, wait: 30min");
        sim.command_exit_code = 3;
        sim.command_duration_usec = USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_expect_rows(&sim, "a", WAITS);
        ck_assert_uint_ge(sim.n_commands, 5);
        ck_assert_uint_le(sim.n_commands, 10);
        sim.command_exit_code = 0;
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", RAN);
}
END_TEST

START_TEST(a_command_runs_when_all_else_holds) {
        begin("command: /bin/check, ac-power: true, path-exists: /x, wait: 30min");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_set_fact(&sim, CONDITION_AC_POWER, 1);
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim.n_commands, 0);
        sim_set_path(&sim, "/x", true);
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim.n_commands, 1);
        sim_expect_rows(&sim, "a", RAN);
}
END_TEST

START_TEST(a_command_that_says_no_once_is_enough) {
        begin("command: /bin/check");
        sim.command_exit_code = 3;
        sim.command_duration_usec = 10 * USEC_PER_SEC; /* which is waited for */
        sim_run_until(&sim, "2026-01-01T01:00:05Z");
        sim_expect_rows(&sim, "a", WAITS);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "a", "skipped condition schedule " DUE "\n");
        expect_detail(1, CONDITION_COMMAND, "the command exited with status 3");
        ck_assert_uint_eq(sim.n_commands, 1);
}
END_TEST

/* --- what comes between ---------------------------------------------------------------------------- */

START_TEST(the_deadline_outlives_a_restart) {
        begin("ac-power: true, path-exists: /x, wait: 20min");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        if (_i == 0) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        } else {
                sim_kill_runner(&sim, _i == 2);
        }
        sim_run_until(&sim, "2026-01-01T01:19:59Z");
        sim_expect_rows(&sim, "a", WAITS);
        sim_run(&sim, 2 * USEC_PER_SEC);
        sim_expect_rows(&sim, "a", "skipped condition schedule " DUE "\n");
}
END_TEST

START_TEST(a_lost_runner_is_asked_again) {
        begin("path-exists: /x, wait: 50min");
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim.runner_down = true;
        sim_kill_runner(&sim, false);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_set_path(&sim, "/x", true);
        sim.runner_down = false;
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", RAN);
}
END_TEST

/* Setting the clock back by hours does not make the wait longer, and what is not due any more is not due. */
START_TEST(a_clock_that_is_set_back_does_not_lengthen_it) {
        begin("ac-power: true, wait: 20min");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim_step_clock(&sim, -10 * USEC_PER_MINUTE);
        sim_run(&sim, 5 * USEC_PER_MINUTE + USEC_PER_SEC);
        sim_expect_rows(&sim, "a", "skipped condition schedule " DUE "\n");
}
END_TEST

START_TEST(whoever_ends_the_wait_ends_the_watches) {
        begin("ac-power: true, path-exists: /x, wait: 50min");
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim_expect_rows(&sim, "a", WAITS);
        switch (_i) {
        case 0:
                sim_pause_job(&sim, "a", USEC_INFINITY);
                break;
        case 1:
                sim_write_job(&sim, "a", NULL);
                sim_reload(&sim);
                break;
        default:
                sim_stop_execution(&sim, 1);
        }
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim.n_runs, 0);
        expect_nothing_watched();
}
END_TEST

START_TEST(a_start_by_hand_obeys_unless_it_is_forced) {
        begin("ac-power: true, wait: 10min");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        if (_i == 0)
                sim_start_job(&sim, "a");
        else
                sim_force_job(&sim, "a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim.n_runs, (unsigned) _i);
        sim_run(&sim, 15 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        _i == 0 ? "skipped condition manual 2026-01-01T00:30:00.000001Z\n"
                                : "succeeded manual 2026-01-01T00:30:00.000001Z\n");
        expect_nothing_watched();
}
END_TEST

START_TEST(another_definition_counts_at_once) {
        begin("ac-power: true, wait: 50min");
        sim.fact_values[CONDITION_AC_POWER] = 0;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim_write_job(&sim, "a", HOURLY "conditions: {network-online: true}\n");
        sim_reload(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", RAN);
        expect_nothing_watched();
}
END_TEST

/* Killed at every store commit: it starts once, when the path is there. */
START_TEST(a_crash_loses_and_doubles_nothing) {
        begin("path-exists: /x, ac-power: true, wait: 30min");
        sim.crash_at = sim.point + (unsigned) _i + 1;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim_set_path(&sim, "/x", true);
        sim_run_until(&sim, "2026-01-01T01:50:00Z");
        sim_expect_rows(&sim, "a", RAN);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 1);
        expect_nothing_watched();
}
END_TEST

Suite *test_suite(void) {
        static const Story stories[] = {
                { "once", &without_a_wait_it_is_looked_at_once, ARRAY_SIZE(fact_cases) },
                { "once", &what_fails_again_and_again_is_one_row, 1 },
                { "once", &what_cannot_be_measured_does_not_hold, 1 },
                { "wait", &it_starts_as_soon_as_it_holds, 1 },
                { "wait", &the_wait_ends, 1 },
                { "wait", &all_hold_at_the_same_time, 1 },
                { "wait", &another_job_has_to_end_first, 1 },
                { "wait", &of_two_that_exclude_each_other_one_waits, 1 },
                { "errand", &a_path_is_waited_for, 2 },
                { "errand", &a_path_is_looked_at_once, 1 },
                { "errand", &a_path_that_is_gone_again_does_not_count, 1 },
                { "errand", &a_change_is_one_since_the_last_start, 1 },
                { "errand", &a_command_is_asked_with_growing_pauses, 1 },
                { "errand", &a_command_runs_when_all_else_holds, 1 },
                { "errand", &a_command_that_says_no_once_is_enough, 1 },
                { "between", &the_deadline_outlives_a_restart, 3 },
                { "between", &a_lost_runner_is_asked_again, 1 },
                { "between", &a_clock_that_is_set_back_does_not_lengthen_it, 1 },
                { "between", &whoever_ends_the_wait_ends_the_watches, 3 },
                { "between", &a_start_by_hand_obeys_unless_it_is_forced, 2 },
                { "between", &another_definition_counts_at_once, 1 },
                { "crash", &a_crash_loses_and_doubles_nothing, 60 },
        };

        return story_suite("condition", stories, ARRAY_SIZE(stories));
}
