/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Random lives of jobs that wait for each other. JOBSCHED_SIM_SEEDS says how many (default 40),
 * JOBSCHED_TEST_SEED repeats one. Whatever was killed, set or taken away: each end has started what it
 * should, once.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "manager/dependency-list.h"
#include "sim/simulator-internal.h"
#include "sim/story.h"
#include "support/test-random.h"

#define STEPS 60U
#define SEEDS_DEFAULT 40

/* "a" begins everything; "d" and "e" are joins, "b" and "c" are triggered. */
static const char *const names[] = { "a", "b", "c", "d", "e" };
static const char *const texts[] = {
        "schedule: {every: 40s, start: 2026-01-01T00:00:00Z}\ncommand: [/bin/true]\ncatch-up: none\n"
        "trigger: {on-success: b, on-failure: c}\n",
        BY_HAND,
        BY_HAND,
        AFTER("{jobs: a, when: any}"),
        AFTER("{jobs: [b, c], when: any}"),
};

static TestRandom random_state;

static usec_t seconds(int64_t most) {
        return test_random_between(&random_state, 1, most * 1000) * USEC_PER_MSEC;
}

static void act_run(void) {
        sim.duration_usec = seconds(50);
        sim.exit_code = (int) test_random_between(&random_state, 0, 1);
        sim_run(&sim, seconds(300));
}

static void act_kill_daemon(void) {
        sim_kill_daemon(&sim);
        if (test_random_between(&random_state, 0, 2) > 0)
                sim_run(&sim, seconds(400));
        sim_start_daemon(&sim);
}

static void act_crash_soon(void) {
        sim.crash_at = sim.point + (unsigned) test_random_between(&random_state, 1, 40);
}

static void act_kill_runner(void) {
        sim_kill_runner(&sim, test_random_between(&random_state, 0, 1) == 1);
        sim_settle(&sim);
}

static void act_runner_away(void) {
        sim_kill_runner(&sim, false);
        sim.runner_down = true;
        sim_run(&sim, seconds(200));
        sim.runner_down = false;
        sim_settle(&sim);
}

static void act_reboot(void) {
        if (sim.boot >= 3)
                return;
        sim_reboot(&sim, seconds(600));
        sim_start_daemon(&sim);
}

/* Of what is triggered: its row says so. A join would remember one of many. */
static void act_pause(void) {
        const char *name = names[test_random_between(&random_state, 1, 2)];

        if (test_random_between(&random_state, 0, 1) == 0)
                sim_resume_job(&sim, name);
        else
                sim_pause_job(&sim, name, sim.realtime_usec + seconds(300));
}

static void act_start(void) {
        sim_start_job(&sim, "a");
}

static void act_stop(void) {
        sim_stop_execution(&sim, (uint64_t) test_random_between(&random_state, 1, 200));
}

static void act_step(void) {
        sim_step_clock(&sim, test_random_between(&random_state, 0, 1) == 0 ? seconds(600) : -seconds(600));
}

static void (*const acts[])(void) = {
        act_run,    act_run,   act_run,         act_run,  act_run,  act_kill_daemon, act_crash_soon,
        act_reboot, act_pause, act_kill_runner, act_stop, act_step, act_runner_away, act_start,
};

/* --- what came of it -------------------------------------------------------------------------------- */

typedef struct Tally {
        uint64_t n_succeeded, n_failed, n_ended;
        uint64_t n_called_for; /* starts that the end of another one has asked for, whatever became of them */
        uint64_t last_parent_id;
        bool twice; /* one end has started it twice */
} Tally;

static int count_row(void *userdata, const ExecutionRecord *row) {
        Tally *tally = userdata;

        if (join_counts(row)) {
                tally->n_ended++;
                tally->n_succeeded += join_is_success(row->state);
                tally->n_failed += join_is_failure(row->state);
        }
        if (row->cause == CAUSE_DEPENDENCY) {
                tally->n_called_for += row->count;
                tally->twice = tally->twice || row->parent_id == tally->last_parent_id;
                tally->last_parent_id = row->parent_id;
        }
        return 0;
}

static Tally tally_of(const char *name) {
        char *list[] = { (char *) name, NULL };
        const ExecutionFilter filter = { .jobs = list };
        Tally tally = { 0 };

        ck_assert_int_ge(store_list_executions(sim.store, &filter, count_row, &tally), 0);
        return tally;
}

static int count_done(void *userdata, const Dependency *dependency) {
        *(unsigned *) userdata += dependency->standing == JOIN_MET;
        return 0;
}

static unsigned n_parts_done(const char *name) {
        char *list[] = { (char *) name, NULL };
        const JobFilter filter = { .names = list };
        unsigned n = 0;

        ck_assert_int_ge(manager_list_dependencies(sim.manager, &filter, count_done, &n), 0);
        return n;
}

static void check_ends(void) {
        Tally a = tally_of("a"), b = tally_of("b"), c = tally_of("c"), d = tally_of("d"), e = tally_of("e");

        SIM_ASSERT(&sim, a.n_ended > 0, "nothing has happened");
        SIM_ASSERT(&sim, b.n_called_for == a.n_succeeded,
                   "%" PRIu64 " starts of 'b' for %" PRIu64 " successes", b.n_called_for, a.n_succeeded);
        SIM_ASSERT(&sim, c.n_called_for == a.n_failed, "%" PRIu64 " starts of 'c' for %" PRIu64 " failures",
                   c.n_called_for, a.n_failed);
        SIM_ASSERT(&sim, d.n_called_for == a.n_ended, "%" PRIu64 " starts of 'd' for %" PRIu64 " ends",
                   d.n_called_for, a.n_ended);
        SIM_ASSERT(&sim, !d.twice && !e.twice, "one end has started a job twice");
        SIM_ASSERT(&sim, e.n_called_for <= MIN(b.n_ended, c.n_ended), "a join without its ends");
        SIM_ASSERT(&sim, n_parts_done("e") < 2, "a complete join was not started");
}

START_TEST(each_end_starts_what_it_should_once) {
        uint64_t seed = getenv("JOBSCHED_TEST_SEED") ? test_random_new().seed : (uint64_t) _i + 1;

        random_state = (TestRandom){ .seed = seed, .state = seed };
        sim_init(&sim, "2026-01-01T00:00:30.5Z");
        sim.seed = seed;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                sim_write_job(&sim, names[i], texts[i]);
        sim_start_daemon(&sim);

        for (unsigned i = 0; i < STEPS; i++)
                acts[test_random_between(&random_state, 0, ARRAY_SIZE(acts) - 1)]();

        sim.crash_at = 0;
        sim.duration_usec = USEC_PER_SEC;
        sim_write_job(&sim, "a", BY_HAND "trigger: {on-success: b, on-failure: c}\n"); /* no more of it */
        sim_reload(&sim);
        sim_run(&sim, 2 * USEC_PER_HOUR);
        check_ends();
}
END_TEST

Suite *test_suite(void) {
        const char *seeds = getenv("JOBSCHED_TEST_SEED") ? "1" : getenv("JOBSCHED_SIM_SEEDS");
        const Story story = { "random", &each_end_starts_what_it_should_once,
                              seeds ? atoi(seeds) : SEEDS_DEFAULT };

        return story_suite("sim-dependency-random", &story, 1);
}
