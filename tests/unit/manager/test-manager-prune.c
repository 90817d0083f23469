/* SPDX-License-Identifier: GPL-2.0-or-later */

/* When retention runs, on a whole manager; what it removes of one job is test-store-prune.c's. */

#include <stdlib.h>
#include <string.h>

#include "sim/simulator.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define MINUTELY "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
#define N_JOBS 3U

static Sim sim;

static void teardown(void) {
        sim_done(&sim);
}

static size_t n_rows(const char *name) {
        CLEANUP_FREE char *rows = sim_rows(&sim, name);
        size_t n = 0;

        for (const char *c = rows; *c; c++)
                n += *c == '\n';
        return n;
}

START_TEST(a_busy_job_keeps_about_what_it_may) {
        sim_init(&sim, "2026-01-01T00:00:30Z");
        sim_write_job(&sim, "a", MINUTELY "keep: {executions: 5}\n");
        sim_start_daemon(&sim);
        for (unsigned hour = 0; hour < 5; hour++) {
                sim_run(&sim, USEC_PER_HOUR);
                ck_assert_uint_ge(n_rows("a"), 5);
                ck_assert_uint_le(n_rows("a"), 5 + 16 + 1); /* between two rounds; one is written ahead */
        }
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 300);
}
END_TEST

START_TEST(at_start_every_job_is_looked_at_once) {
        static const char *const names[N_JOBS] = { "a", "b", "c" };

        sim_init(&sim, "2026-01-01T00:00:30Z");
        for (size_t i = 0; i < N_JOBS; i++)
                sim_write_job(&sim, names[i], MINUTELY);
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        for (size_t i = 0; i < N_JOBS; i++) {
                ck_assert_uint_ge(n_rows(names[i]), 60);
                sim_write_job(&sim, names[i], "command: [/bin/true]\nkeep: {executions: 5}\n");
        }
        sim_reload(&sim);
        sim_settle(&sim);
        ck_assert_uint_ge(n_rows("a"), 60); /* a definition that changed waits */

        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        for (size_t i = 0; i < N_JOBS; i++)
                ck_assert_uint_eq(n_rows(names[i]), 5);
}
END_TEST

START_TEST(what_runs_is_never_removed) {
        sim_init(&sim, "2026-01-01T00:00:30Z");
        sim_write_job(&sim, "a", MINUTELY "keep: {executions: 1}\n");
        sim.duration_usec = 100 * USEC_PER_HOUR;
        sim_start_daemon(&sim);
        sim_run(&sim, 24 * USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 1);

        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_run(&sim, 100 * USEC_PER_HOUR);
        ck_assert_uint_ge(sim_count_launches(&sim, "a"), 2);
        ck_assert(sim.runs[0].acknowledged); /* its outcome found its row */
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("manager-prune");
        TCase *prune = tcase_create("prune");

        tcase_add_checked_fixture(prune, NULL, teardown);
        tcase_add_test(prune, a_busy_job_keeps_about_what_it_may);
        tcase_add_test(prune, at_start_every_job_is_looked_at_once);
        tcase_add_test(prune, what_runs_is_never_removed);
        suite_add_tcase(suite, prune);
        return suite;
}
