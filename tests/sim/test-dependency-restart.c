/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Joins and triggers over crashes, restarts and clocks that are set, and what a start is told of its parent.
 */

#include <string.h>

#include <sqlite3.h>

#include "sim/simulator-internal.h"
#include "sim/story.h"
#include "support/fault-vfs.h"
#include "util/string-list.h"

#define START "2026-01-01T00:00:00Z"

/* --- restarts, clocks ------------------------------------------------------------------------------- */

#define CRASH_POINTS_MAX 400U

/* clang-format off */
static const struct {
        const char *b, *c, *d;      /* "a" is started by hand */
        unsigned n_b, n_c, n_d;     /* launches after two of "a", one of which fails */
} crash_cases[] = {
        { AFTER("{jobs: a, when: any}"), BY_HAND,                                AFTER("{jobs: [a, b], when: any}"), 2, 0, 2 },
        { AFTER("{jobs: a, when: failure}"), AFTER("a"),                         AFTER("[b, c]"),                    1, 1, 1 },
        { BY_HAND "trigger: {on-success: c}\n", BY_HAND "trigger: {on-success: d}\n", BY_HAND,                        1, 1, 1 },
};
/* clang-format on */

/* Returns true if the crash point was reached. */
static bool joins_with_crash(size_t i, unsigned crash_at, usec_t down_usec) {
        unsigned n_kills = 0;
        bool reached;

        sim_init(&sim, START);
        sim_write_job(&sim, "a", i == 2 ? BY_HAND "trigger: {on-success: b}\n" : BY_HAND);
        sim_write_job(&sim, "b", crash_cases[i].b);
        sim_write_job(&sim, "c", crash_cases[i].c);
        sim_write_job(&sim, "d", crash_cases[i].d);
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
        sim.crash_at = crash_at;
        for (int exit_code = 0; exit_code < 2; exit_code++) {
                size_t n_before = sim_count_launches(&sim, "a");

                sim_set_end(&sim, "a", USEC_PER_SEC, exit_code);
                for (unsigned tries = 0; tries < 3 && sim_count_launches(&sim, "a") == n_before; tries++)
                        sim_start_job(&sim, "a"); /* again, if the crash came before it was recorded */
                if (down_usec > 0) {
                        n_kills++;
                        sim_kill_daemon(&sim);
                        sim_run(&sim, down_usec);
                        sim_start_daemon(&sim);
                }
                sim_run(&sim, USEC_PER_MINUTE);
        }
        reached = sim.n_crashes > n_kills;
        SIM_ASSERT(&sim, sim_count_launches(&sim, "b") == crash_cases[i].n_b, "%zu of b",
                   sim_count_launches(&sim, "b"));
        SIM_ASSERT(&sim, sim_count_launches(&sim, "c") == crash_cases[i].n_c, "%zu of c",
                   sim_count_launches(&sim, "c"));
        SIM_ASSERT(&sim, sim_count_launches(&sim, "d") == crash_cases[i].n_d, "%zu of d",
                   sim_count_launches(&sim, "d"));
        sim_done(&sim);
        return reached;
}

START_TEST(a_crash_neither_loses_nor_doubles_a_join) {
        unsigned n = 0;

        while (n < CRASH_POINTS_MAX && joins_with_crash((size_t) _i / 2, ++n, _i % 2 * USEC_PER_HOUR))
                continue;
        ck_assert_uint_gt(n, 20); /* there were points to crash at */
        sim_init(&sim, START);
}
END_TEST

START_TEST(ends_while_the_daemon_was_down_are_joined) {
        setup_join(AFTER("[a, b]"));
        sim_start_job(&sim, "a");
        sim_start_job(&sim, "b");
        sim_kill_daemon(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        sim_expect_rows(&sim, "d", "succeeded dependency 2026-01-01T00:00:01.000001Z\n");
}
END_TEST

/* Nothing is recorded, so nothing is started; and then all of it, once. */
START_TEST(ends_that_the_disk_refuses_are_joined_later) {
        FaultVfs *faults = fault_vfs_register();

        setup_join(AFTER("[a, b]"));
        sim_write_job(&sim, "c", BY_HAND);
        sim_write_job(&sim, "b", BY_HAND "trigger: {on-success: c}\n");
        sim_reload(&sim);
        sim_start_job(&sim, "a");
        sim_start_job(&sim, "b");
        atomic_store(&faults->write_code, SQLITE_FULL);
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "c") + sim_count_launches(&sim, "d"), 0);
        if (_i == 1) {
                sim_kill_daemon(&sim);
                atomic_store(&faults->write_code, 0);
                sim_start_daemon(&sim);
        }
        atomic_store(&faults->write_code, 0);
        sim_reload(&sim); /* something is to be written again */
        sim_pause_job(&sim, "a", sim.realtime_usec + USEC_PER_MINUTE);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "c"), 1);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

START_TEST(a_clock_that_is_set_loses_no_join) {
        static const usec_t steps[] = { -USEC_PER_HOUR, -30 * USEC_PER_SEC, USEC_PER_HOUR,
                                        -25 * USEC_PER_HOUR };
        bool restart = _i % 2 == 1;
        usec_t step_usec = steps[_i / 2];

        setup_join(AFTER("[a, b]"));
        sim_run(&sim, USEC_PER_MINUTE);
        start_and_end("a");
        start_and_end("b");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
        start_and_end("a");
        if (restart) {
                sim_kill_daemon(&sim);
                sim_step_clock(&sim, step_usec);
                sim_start_daemon(&sim);
        } else {
                sim_step_clock(&sim, step_usec);
        }
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
        start_and_end("b");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 2);
        start_and_end("b");
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 2);
        start_and_end("a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 3);
}
END_TEST

/* --- the environment -------------------------------------------------------------------------------- */

START_TEST(a_start_is_told_of_its_parent) {
        const SimRun *run;

        setup_join(AFTER("{jobs: [a, b], when: any}"));
        sim_set_end(&sim, "b", USEC_PER_SEC, 3);
        start_and_end("a");
        sim_start_job(&sim, "b");
        if (_i == 1) { /* its end and the start are heard of by the next daemon */
                sim_kill_daemon(&sim);
                sim_run(&sim, USEC_PER_MINUTE);
                sim_start_daemon(&sim);
        }
        sim_run(&sim, USEC_PER_MINUTE);

        run = sim_last_run(&sim, "d");
        ck_assert_ptr_nonnull(run);
        ck_assert_str_eq(
                        run->environment,
                        "JOBSCHED_PARENT_JOB=b\n"
                        "JOBSCHED_PARENT_EXECUTION=2\n"
                        "JOBSCHED_PARENT_STATE=failed\n"
                        "JOBSCHED_PARENT_EXIT_CODE=3\n"
                        "JOBSCHED_PARENT_DUE=2026-01-01T00:00:02.000001Z\n"
                        "JOBSCHED_PARENT_STARTED=2026-01-01T00:00:02.000001Z\n"
                        "JOBSCHED_PARENT_ENDED=2026-01-01T00:00:03.000001Z\n"
                        "JOBSCHED_PARENT_JOBS=a b\n"
                        "JOBSCHED_PARENT_EXECUTIONS=1 2\n"
                        "JOBSCHED_PARENT_STATES=succeeded failed\n");
        start_and_end("d");
        ck_assert_str_eq(sim_last_run(&sim, "d")->environment, "");
}
END_TEST

START_TEST(a_triggered_start_is_told_of_one) {
        setup_join(BY_HAND);
        sim_write_job(&sim, "a", BY_HAND "trigger: {on-success: b, on-failure: d}\n");
        sim_reload(&sim);
        sim_start_job(&sim, "a");
        sim_stop_execution(&sim, sim.last_id);
        sim_run(&sim, USEC_PER_SEC);
        ck_assert_ptr_null(sim_last_run(&sim, "d")); /* cancelled is no failure */
        start_and_end("a");
        ck_assert_ptr_nonnull(strstr(sim_last_run(&sim, "b")->environment, "JOBSCHED_PARENT_JOB=a\n"));
        ck_assert_ptr_null(strstr(sim_last_run(&sim, "b")->environment, "JOBSCHED_PARENT_JOBS="));
}
END_TEST

/* --- why -------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
        const char *job, *text;
        const char *blockers; /* joined by blanks */
} why_cases[] = {
        { AFTER("[a, b]"),
          "Job 'd' starts when all jobs that it comes after have succeeded since 2026-01-01T00:00:00+00:00: a has, 1min ago (execution 1), b has not ended", "b" },
        { AFTER("[x, a]"), "there is no job 'x', a has, 1min ago (execution 1)", "x" },
        { AFTER("{jobs: a, when: failure}"),
          "starts when the job that it comes after has failed since 2026-01-01T00:00:00+00:00: a was last succeeded (execution 1), which does not count", "a" },
        { AFTER("{jobs: a, when: any}"), "Execution 2, which the end of execution 1 called for at 2026-01-01T00:00:01+00:00, started", "" },
        { AFTER("{jobs: a, when: any}"), "starts when the job that it comes after has ended since 2026-01-01T00:00:01+00:00: a has not ended.", "" },
        { MINUTELY "after: [a, b]\n",
          "is due and waits for the jobs that it runs after: a has, 1min ago (execution 1), b has not ended.", "b" },
        { BY_HAND, "has no schedule: it starts when 'e' has succeeded, when 'f' has failed, or by hand", "" },
};
/* clang-format on */

START_TEST(why_names_who_is_missing) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        CLEANUP_FREE char *blockers = NULL;

        setup_join(why_cases[_i].job);
        sim_write_job(&sim, "e", BY_HAND "trigger: {on-success: d}\n");
        sim_write_job(&sim, "f", BY_HAND "trigger: {on-success: a, on-failure: d}\n");
        sim_reload(&sim);
        start_and_end("a");
        sim_run_until(&sim, "2026-01-01T00:01:01.000001Z");

        ck_assert_int_eq(manager_why(sim.manager, "d", USEC_INFINITY, USEC_INFINITY, &answer), 0);
        ck_assert_msg(strstr(answer.text, why_cases[_i].text), "%s", answer.text);
        ck_assert_int_eq(string_list_join(answer.blockers, " ", &blockers), 0);
        ck_assert_str_eq(blockers, why_cases[_i].blockers);
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "crash", &a_crash_neither_loses_nor_doubles_a_join, 2 * ARRAY_SIZE(crash_cases) },
        { "crash", &ends_while_the_daemon_was_down_are_joined, 1 },
        { "disk", &ends_that_the_disk_refuses_are_joined_later, 2 },
        { "clock", &a_clock_that_is_set_loses_no_join, 8 },
        { "environment", &a_start_is_told_of_its_parent, 2 },
        { "environment", &a_triggered_start_is_told_of_one, 1 },
        { "why", &why_names_who_is_missing, ARRAY_SIZE(why_cases) },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-dependency-restart", stories, ARRAY_SIZE(stories));
}
