/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Random lives of a host. JOBSCHED_SIM_SEEDS says how many (default 40), JOBSCHED_TEST_SEED repeats one.
 * Everything that the simulator checks on the way holds, and in the end each occurrence has its row.
 */

#include <stdlib.h>

#include "sim/simulator.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define STEPS 60U
#define SEEDS_DEFAULT 40

static const char *const names[] = { "a", "b", "c" };
static const char *const texts[] = {
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n",
        "schedule: ['*/7 * * * *', '3,14 * * * *']\ntimezone: UTC\ncommand: [/bin/true]\ncatch-up: none\n",
        "schedule: {every: 40s, start: 2026-01-01T00:00:00Z}\ntimezone: UTC\ncommand: [/bin/true]\n"
        "catch-up: {policy: latest, within: 90s}\n",
};

typedef struct Story {
        Sim sim;
        TestRandom random;
        bool paused[ARRAY_SIZE(names)];
} Story;

static usec_t seconds(Story *story, int64_t most) {
        return test_random_between(&story->random, 1, most * 1000) * USEC_PER_MSEC;
}

static void act_run(Story *story) {
        story->sim.duration_usec = seconds(story, 100);
        story->sim.exit_code = (int) test_random_between(&story->random, 0, 1);
        sim_run(&story->sim, seconds(story, 300));
}

static void act_kill_daemon(Story *story) {
        sim_kill_daemon(&story->sim);
        if (test_random_between(&story->random, 0, 2) > 0)
                sim_run(&story->sim, seconds(story, 400));
        sim_start_daemon(&story->sim);
}

static void act_crash_soon(Story *story) {
        story->sim.crash_at = story->sim.point + (unsigned) test_random_between(&story->random, 1, 40);
}

static void act_kill_runner(Story *story) {
        sim_kill_runner(&story->sim, test_random_between(&story->random, 0, 1) == 1);
        sim_settle(&story->sim);
}

static void act_runner_away(Story *story) {
        sim_kill_runner(&story->sim, false);
        story->sim.runner_down = true;
        sim_run(&story->sim, seconds(story, 200));
        story->sim.runner_down = false;
        sim_settle(&story->sim);
}

static void act_pause(Story *story) {
        size_t i = (size_t) test_random_between(&story->random, 0, ARRAY_SIZE(names) - 1);

        if (test_random_between(&story->random, 0, 1) == 0)
                sim_resume_job(&story->sim, names[i]);
        else
                sim_pause_job(&story->sim, names[i],
                              test_random_between(&story->random, 0, 1) == 0
                                              ? USEC_INFINITY
                                              : story->sim.realtime_usec + seconds(story, 300));
}

static void act_start(Story *story) {
        sim_start_job(&story->sim, names[test_random_between(&story->random, 0, ARRAY_SIZE(names) - 1)]);
}

static void act_stop(Story *story) {
        sim_stop_execution(&story->sim, (uint64_t) test_random_between(&story->random, 1, 200));
}

static void act_reload(Story *story) {
        sim_reload(&story->sim);
}

static void act_sleep(Story *story) {
        sim_sleep(&story->sim, seconds(story, 600));
}

static void act_step_forward(Story *story) {
        sim_step_clock(&story->sim, seconds(story, 600));
}

static void act_reboot(Story *story) {
        if (story->sim.boot >= 3)
                return;
        sim_reboot(&story->sim, seconds(story, 600));
        sim_start_daemon(&story->sim);
}

static void (*const acts[])(Story *story) = {
        act_run,        act_run,         act_run,         act_run,          act_kill_daemon,
        act_crash_soon, act_kill_runner, act_runner_away, act_pause,        act_start,
        act_stop,       act_reload,      act_sleep,       act_step_forward, act_reboot,
};

static void live(uint64_t seed) {
        Story story = { .random = { .seed = seed, .state = seed } };
        Sim *sim = &story.sim;
        usec_t begin_usec;

        sim_init(sim, "2026-01-01T00:00:30.5Z");
        sim->seed = seed;
        begin_usec = sim->realtime_usec;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                sim_write_job(sim, names[i], texts[i]);
        sim_start_daemon(sim);

        for (unsigned i = 0; i < STEPS; i++)
                acts[test_random_between(&story.random, 0, ARRAY_SIZE(acts) - 1)](&story);

        sim->crash_at = 0;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                sim_resume_job(sim, names[i]);
        sim_run(sim, 5 * USEC_PER_MINUTE);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                sim_check_coverage(sim, names[i], begin_usec, sim->realtime_usec - USEC_PER_SEC);
        sim_done(sim);
}

START_TEST(whatever_happens_each_occurrence_has_its_row) {
        const char *n = getenv("JOBSCHED_SIM_SEEDS");
        TestRandom random = test_random_new();

        if (getenv("JOBSCHED_TEST_SEED")) {
                live(random.seed);
                return;
        }
        for (long i = n ? strtol(n, NULL, 10) : SEEDS_DEFAULT; i > 0; i--)
                live(test_random(&random));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("sim-random");
        TCase *life = tcase_create("life");

        tcase_set_timeout(life, 3600);
        tcase_add_test(life, whatever_happens_each_occurrence_has_its_row);
        suite_add_tcase(suite, life);
        return suite;
}
