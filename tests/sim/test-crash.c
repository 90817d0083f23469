/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The daemon is killed at every point at which anything leaves it: before and after each commit, START and
 * acknowledgement. Whichever it is, each occurrence has one row, nothing runs twice, and the true outcome is
 * recorded.
 */

#include "sim/simulator.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define MINUTELY "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"

static Sim sim;

#define CRASH_POINTS_MAX 400U

/* clang-format off */
static const struct {
        const char *job;
        usec_t write_ahead_usec, duration_usec, down_usec;
        bool kill_runner;
        int exit_code;
} cases[] = {
        { "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n", USEC_PER_SEC, 5 * USEC_PER_SEC, 0, false },
        { "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n", 0, 5 * USEC_PER_SEC, 0, false },
        { "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n", USEC_PER_SEC, 150 * USEC_PER_SEC, 0, false },
        { "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\ncatch-up: none\n", USEC_PER_SEC, 5 * USEC_PER_SEC, 0, false },
        { "schedule: {every: 1s, start: 2026-01-01T00:00:00Z}\ncommand: [/bin/true]\n", USEC_PER_SEC, USEC_PER_MSEC, 0, false },
        { "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n", USEC_PER_SEC, 20 * USEC_PER_SEC, 0, true },
        { "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\ncatch-up: all\n", USEC_PER_SEC, 20 * USEC_PER_SEC, 4 * USEC_PER_MINUTE, false },
        { "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\ncatch-up: {policy: all, max: 2}\n", 0, 90 * USEC_PER_SEC, 4 * USEC_PER_MINUTE, true },

        { MINUTELY "overlap: queue\n", USEC_PER_SEC, 90 * USEC_PER_SEC, 0, false },
        { MINUTELY "overlap: {policy: queue, limit: 1}\n", USEC_PER_SEC, 150 * USEC_PER_SEC, 0, true },
        { MINUTELY "overlap: replace\n", USEC_PER_SEC, 90 * USEC_PER_SEC, 0, false },
        { MINUTELY "overlap: replace\nmax-instances: 2\n", 0, 200 * USEC_PER_SEC, 0, true },
        { MINUTELY "overlap: allow\n", USEC_PER_SEC, 90 * USEC_PER_SEC, 0, false },
        { MINUTELY "overlap: allow\nmax-instances: 2\n", USEC_PER_SEC, 150 * USEC_PER_SEC, 0, true },
        { MINUTELY "retry: {attempts: 3, delay: 10s}\n", USEC_PER_SEC, 5 * USEC_PER_SEC, 0, false, 1 },
        { MINUTELY "retry: {attempts: 9, delay: 40s}\n", USEC_PER_SEC, 5 * USEC_PER_SEC, 0, false, 1 },
        { MINUTELY "retry: {attempts: 3, delay: 10s, on: [1, lost]}\n", 0, 20 * USEC_PER_SEC, 0, true, 1 },
        { MINUTELY "retry: {attempts: 3, delay: 10s}\noverlap: queue\n", USEC_PER_SEC, 40 * USEC_PER_SEC, 4 * USEC_PER_MINUTE, false, 1 },
};
/* clang-format on */

/* Returns true if the crash point was reached. */
static bool run_with_crash(size_t i, unsigned crash_at) {
        const char *job = cases[i].job;
        bool reached;

        sim_init(&sim, "2026-01-01T00:00:30.5Z");
        sim.write_ahead_usec = cases[i].write_ahead_usec;
        sim.duration_usec = cases[i].duration_usec;
        sim.exit_code = cases[i].exit_code;
        sim.stop_usec = 3 * USEC_PER_SEC;
        sim.crash_at = crash_at;
        sim_write_job(&sim, "a", job);
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:02:10.5Z");
        if (cases[i].down_usec > 0)
                sim_sleep(&sim, cases[i].down_usec);
        if (cases[i].kill_runner)
                sim_kill_runner(&sim, crash_at % 4 < 2);
        sim_run(&sim, 200 * USEC_PER_SEC);

        reached = sim.n_crashes > 0;
        sim_check_coverage(&sim, "a", test_usec("2026-01-01T00:00:30.5Z"), sim.realtime_usec - USEC_PER_SEC);
        sim_done(&sim);
        return reached;
}

START_TEST(a_crash_at_any_point_loses_and_repeats_nothing) {
        unsigned n = 0;

        while (n < CRASH_POINTS_MAX && run_with_crash((size_t) _i, ++n))
                continue;
        ck_assert_uint_gt(n, 20); /* there were points to crash at */
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("sim-crash");
        TCase *crash = tcase_create("crash");

        tcase_set_timeout(crash, 600);
        tcase_add_loop_test(crash, a_crash_at_any_point_loses_and_repeats_nothing, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, crash);
        return suite;
}
