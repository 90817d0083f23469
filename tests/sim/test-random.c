/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Random lives of a host. JOBSCHED_SIM_SEEDS says how many (default 12), JOBSCHED_TEST_SEED repeats one. A
 * life that fails is made shorter as long as it still does; see shrink.h. Everything that the simulator
 * checks on the way and in the database holds, and in the end each occurrence has its row.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/shrink.h"
#include "sim/simulator-internal.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define STEPS 60U
#define SEEDS_DEFAULT 12

static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" };
static const char *const texts[] = {
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n",
        "schedule: ['*/7 * * * *', '3,14 * * * *']\ntimezone: UTC\ncommand: [/bin/true]\ncatch-up: none\n",
        "schedule: {every: 40s, start: 2026-01-01T00:00:00Z}\ntimezone: UTC\ncommand: [/bin/true]\n"
        "catch-up: {policy: latest, within: 90s}\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\ncatch-up: {policy: all, max: 4}\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nrandom-delay: 100s\n",
        "schedule: '*/2 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
        "random-delay: {up-to: 5min, kind: fresh}\ncatch-up: {policy: all, within: 10min}\naccuracy: 20s\n",
        "schedule: '*/3 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
        "except: [{time: '00:10..00:30'}, {time: '01:00..01:20'}, {time: '02:00..02:40'}]\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\noverlap: {policy: queue, limit: 3}\n"
        "retry: {attempts: 3, delay: 20s}\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\noverlap: replace\n"
        "retry: {attempts: 9, delay: 15s, jitter: 20%, on: [1, lost]}\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\noverlap: allow\nmax-instances: 2\n",
        "schedule: '*/2 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\noverlap: queue\n"
        "random-delay: {up-to: 5min, kind: fresh}\ncatch-up: {policy: all, max: 3}\n"
        "retry: {attempts: 2, delay: 1min}\n",
        "schedule: '*/3 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\noverlap: replace\n"
        "max-instances: 2\nrandom-delay: 3min\nretry: {attempts: 4, delay: 30s, backoff: exponential}\n",
};

/* What stands in each other's way, and waits for the host. */
static const char *const governed_texts[ARRAY_SIZE(names)] = {
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nqueue: tape\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nqueue: tape\npriority: 10\n"
        "overlap: replace\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nqueue: disk\noverlap: allow\n",
        "schedule: '*/2 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nqueue: disk\noverlap: queue\n"
        "retry: {attempts: 3, delay: 20s}\ncatch-up: {policy: all, max: 3}\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nqueue: disk\n"
        "conditions: {ac-power: true, wait: 40s}\n",
        "schedule: '*/2 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
        "conditions: {load-below: 2.0, ac-power: true, wait: 10min}\noverlap: queue\n",
        "schedule: '* * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
        "conditions: {not-running: [a, h], wait: 30s}\noverlap: replace\n",
        "schedule: '*/3 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
        "conditions: {network-online: true, wait: 5min}\nrandom-delay: 2min\nqueue: tape\n"
        "retry: {attempts: 4, delay: 30s, on: [1, lost]}\n",
        "schedule: '*/2 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
        "after: {jobs: [l], when: any, wait: 50s}\n",
        "schedule: '*/5 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
        "after: {jobs: [l], wait: 20min}\noverlap: queue\nqueue: disk\n",
        "command: [/bin/true]\nafter: {jobs: l, when: any}\nqueue: tape\noverlap: queue\n",
        "schedule: {every: 40s, start: 2026-01-01T00:00:00Z}\ntimezone: UTC\ncommand: [/bin/true]\n",
};

typedef struct Story {
        Sim sim;
        TestRandom random;
} Story;

static usec_t seconds(Story *story, int64_t most) {
        return test_random_between(&story->random, 1, most * 1000) * USEC_PER_MSEC;
}

static void act_run(Story *story) {
        story->sim.duration_usec = seconds(story, 100);
        story->sim.stop_usec = test_random_between(&story->random, 0, 40) * USEC_PER_SEC;
        story->sim.random = test_random(&story->random);
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
        const char *name = names[test_random_between(&story->random, 0, ARRAY_SIZE(names) - 1)];

        if (test_random_between(&story->random, 0, 2) == 0)
                sim_force_job(&story->sim, name);
        else
                sim_start_job(&story->sim, name);
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

static void act_freeze(Story *story) {
        sim_freeze(&story->sim, seconds(story, 600));
}

static void act_reboot(Story *story) {
        if (story->sim.boot >= 3)
                return;
        sim_reboot(&story->sim, seconds(story, 600));
        sim_start_daemon(&story->sim);
}

static void act_fact(Story *story) {
        static const ConditionKind kinds[] = { CONDITION_AC_POWER, CONDITION_NETWORK_ONLINE,
                                               CONDITION_LOAD_BELOW };
        ConditionKind kind = kinds[test_random_between(&story->random, 0, ARRAY_SIZE(kinds) - 1)];

        sim_set_fact(&story->sim, kind, (double) test_random_between(&story->random, 0, 1) * 3);
}

static void act_freeze_jobs(Story *story) {
        int64_t what = test_random_between(&story->random, 0, 3);

        if (what == 0)
                sim_freeze_jobs(&story->sim);
        else
                sim_thaw_jobs(&story->sim, what == 1);
}

static void act_queue(Story *story) {
        const char *queue = test_random_between(&story->random, 0, 1) == 0 ? "disk" : "tape";

        if (test_random_between(&story->random, 0, 2) == 0)
                sim_pause_queue(&story->sim, queue);
        else
                sim_resume_queue(&story->sim, queue);
}

/* Jobs that are made, changed, renamed and removed while all that goes on. */
static void act_change(Story *story) {
        static const char *const made[] = { "r1", "r2", "r3", "r4" };
        static const char *const definitions[] = {
                "schedule: '*/4 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n",
                "schedule: '*/5 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\noverlap: queue\nqueue: disk\n",
                "command: [/bin/true]\nafter: {jobs: [l], when: any}\n",
        };
        JobChange changes[2];

        for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
                changes[i] = (JobChange){
                        .kind = (JobChangeKind) test_random_between(
                                        &story->random, 0, JOB_CHANGE_KIND_COUNT - 1),
                        .name = made[test_random_between(&story->random, 0, ARRAY_SIZE(made) - 1)],
                        .new_name = made[test_random_between(&story->random, 0, ARRAY_SIZE(made) - 1)],
                        .definition = definitions[test_random_between(
                                        &story->random, 0, ARRAY_SIZE(definitions) - 1)],
                        .paused = test_random_between(&story->random, 0, 5) == 0,
                };
        (void) sim_change(&story->sim, changes, (size_t) test_random_between(&story->random, 1, 2));
}

static void act_timer(Story *story) {
        char at[TIMESTAMP_MAX], definition[128];
        usec_t due_usec = story->sim.realtime_usec + seconds(story, 300);

        (void) snprintf(definition, sizeof(definition), "schedule: {at: %s}\ncommand: [/bin/true]\n",
                        timestamp_format_utc(due_usec, at));
        (void) sim_change(
                        &story->sim,
                        &(JobChange){
                                        .kind = JOB_CHANGE_CREATE,
                                        .name = "timer",
                                        .definition = definition,
                                        .numbered = true,
                                        .one_shot = true,
                                        .start = test_random_between(&story->random, 0, 4) == 0,
                        },
                        1);
}

static void act_skip(Story *story) {
        sim_skip_job(&story->sim, names[test_random_between(&story->random, 0, ARRAY_SIZE(names) - 1)],
                     (unsigned) test_random_between(&story->random, 0, 3));
}

static void (*const acts[])(Story *story) = {
        act_run,         act_run,          act_run,    act_run,    act_kill_daemon, act_crash_soon,
        act_kill_runner, act_runner_away,  act_pause,  act_start,  act_stop,        act_reload,
        act_sleep,       act_step_forward, act_reboot, act_freeze, act_fact,        act_queue,
        act_freeze_jobs, act_change,       act_timer,  act_skip,
};

static bool takes_part(const Life *life, size_t i) {
        return (life->jobs >> i & 1) != 0;
}

static void begin(Story *story, const Life *life, const char *now, const char *const *jobs) {
        Sim *sim = &story->sim;

        story->random = (TestRandom){ .seed = life->seed, .state = life->seed };
        sim_init(sim, now);
        sim->seed = life->seed;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                if (takes_part(life, i))
                        sim_write_job(sim, names[i], jobs[i]);
        sim_write_queue(sim, "disk", 2);
        sim_write_queue(sim, "tape", 1);
        sim_start_daemon(sim);
}

static void resume_all(Sim *sim) {
        sim->crash_at = 0;
        sim_thaw_jobs(sim, false);
        sim_resume_queue(sim, "disk");
        sim_resume_queue(sim, "tape");
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                sim_resume_job(sim, names[i]);
}

static void live_with(const Life *life, const char *const *jobs) {
        Story story;
        Sim *sim = &story.sim;
        usec_t begin_usec;

        begin(&story, life, "2026-01-01T00:00:30.5Z", jobs);
        begin_usec = test_usec("2026-01-01T00:00:30.5Z");
        for (unsigned i = 0; i < life->n_steps; i++)
                acts[test_random_between(&story.random, 0, ARRAY_SIZE(acts) - 1)](&story);

        resume_all(sim);
        sim_run(sim, 5 * USEC_PER_MINUTE);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                if (takes_part(life, i) && strstr(jobs[i], "schedule:"))
                        sim_check_coverage(sim, names[i], begin_usec, sim->realtime_usec - USEC_PER_SEC);
        sim_done(sim);
}

static void live(const Life *life) {
        live_with(life, texts);
}

static void live_governed(const Life *life) {
        live_with(life, governed_texts);
}

#define ALL_HOURS "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23"
#define FIXED \
        "schedule: '0,6,12,18,24,30,36,42,48,54 " ALL_HOURS " * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"

static const char *const fixed_texts[ARRAY_SIZE(names)] = {
        FIXED,
        FIXED "catch-up: none\n",
        FIXED "catch-up: {policy: latest, within: 90s}\n",
        FIXED "catch-up: {policy: all, max: 4}\n",
        FIXED "random-delay: 10min\n",
        FIXED "random-delay: {up-to: 10min, kind: fresh}\ncatch-up: all\n",
        FIXED "accuracy: 1min\n",
        FIXED "overlap: queue\nretry: {attempts: 3, delay: 2min}\n",
        FIXED "overlap: replace\nretry: {attempts: 3, delay: 1min, on: [1, lost]}\n",
        FIXED "overlap: allow\n",
        FIXED "overlap: queue\ncatch-up: all\n",
        FIXED "retry: {attempts: 9, delay: 10s}\n",
};

static void act_step_back(Story *story) {
        sim_step_clock(&story->sim, -seconds(story, 1800));
}

/* Interval-like, and renamed: what is started again when the clock was set back is as it should be. */
static bool was_made(const SimRun *run) {
        return run->job[0] == 'r';
}

/* Whatever the clock was, one due time is started once; by hand it is another matter. */
static void check_runs(const Sim *sim) {
        for (size_t i = 0; i < sim->n_runs; i++)
                for (size_t j = 0; j < i && !was_made(&sim->runs[i]); j++)
                        SIM_ASSERT(sim,
                                   sim->runs[i].due_usec != sim->runs[j].due_usec ||
                                                   sim->runs[i].due_usec % USEC_PER_MINUTE != 0 ||
                                                   strcmp(sim->runs[i].job, sim->runs[j].job) != 0 ||
                                                   sim->runs[i].id.execution_id ==
                                                                   sim->runs[j].id.execution_id,
                                   "'%s' was started twice for %" PRIi64, sim->runs[i].job,
                                   sim->runs[i].due_usec);
}

/* A clock that is set back and forth: nothing that was started is started a second time. */
static void live_with_a_bad_clock(const Life *life) {
        Story story;
        Sim *sim = &story.sim;
        size_t n_before, n_jobs = 0;

        begin(&story, life, "2026-01-01T08:00:30.5Z", fixed_texts);
        for (unsigned i = 0; i < life->n_steps; i++) {
                acts[test_random_between(&story.random, 0, ARRAY_SIZE(acts) - 1)](&story);
                if (test_random_between(&story.random, 0, 4) == 0)
                        act_step_back(&story);
        }

        resume_all(sim);
        sim->duration_usec = USEC_PER_SEC;
        sim_run(sim, 10 * USEC_PER_HOUR); /* past what it was before */
        n_before = sim->n_runs;
        sim_run(sim, 30 * USEC_PER_MINUTE);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                n_jobs += takes_part(life, i);
        SIM_ASSERT(sim, sim->n_runs >= n_before + 4 * n_jobs, "it does not go on");
        check_runs(sim);
        sim_done(sim);
}

static const life_t lives[] = { live, live_with_a_bad_clock, live_governed };

START_TEST(whatever_happens_each_occurrence_has_its_row) {
        const char *n = getenv("JOBSCHED_SIM_SEEDS");
        TestRandom random = test_random_new();
        Life life = { .seed = random.seed, .jobs = (1U << ARRAY_SIZE(names)) - 1, .n_steps = STEPS };

        life_read_environment(&life);
        if (getenv("JOBSCHED_TEST_SEED")) {
                lives[_i](&life);
                return;
        }
        for (long i = n ? strtol(n, NULL, 10) : SEEDS_DEFAULT; i > 0; i--) {
                life.seed = test_random(&random);
                life_check(lives[_i], &life);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("sim-random");
        TCase *life = tcase_create("life");

        tcase_set_timeout(life, 3600);
        tcase_add_loop_test(life, whatever_happens_each_occurrence_has_its_row, 0, ARRAY_SIZE(lives));
        suite_add_tcase(suite, life);
        return suite;
}
