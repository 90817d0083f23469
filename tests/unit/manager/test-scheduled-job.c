/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/scheduled-job.h"

#include "sim/simulator.h"
#include "support/test-support.h"

#define COMMAND "command: [/bin/true]\n"
#define HOURLY "schedule: '0 * * * *'\ntimezone: UTC\n" COMMAND

static Sim sim;

static void setup(void) {
        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim.duration_usec = 10 * USEC_PER_MINUTE;
}

static void teardown(void) {
        sim_done(&sim);
}

static const ScheduledJob *find(void) {
        return manager_find_job(sim.manager, "a");
}

static void start(const char *definition) {
        sim_write_job(&sim, "a", definition);
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
}

START_TEST(each_name_of_a_state_has_its_state) {
        ck_assert_int_eq(job_state_from_string(job_state_to_string((JobState) _i)), _i);
}
END_TEST

/* clang-format off */
static const struct {
        const char *definition, *until; /* NULL: at once */
        JobState state;
} state_cases[] = {
        { COMMAND,                                  NULL,                   JOB_IDLE },
        { HOURLY,                                   NULL,                   JOB_IDLE },
        { HOURLY,                                   "2026-01-01T01:05:00Z", JOB_RUNNING },
        { HOURLY,                                   "2026-01-01T01:15:00Z", JOB_IDLE },
        { HOURLY "enabled: false\n",                "2026-01-01T01:05:00Z", JOB_DISABLED },
        { COMMAND "schedule: {at: 2026-01-01T01:00:00Z}\n", NULL,                   JOB_IDLE },
        { COMMAND "schedule: {at: 2026-01-01T01:00:00Z}\n", "2026-01-01T01:05:00Z", JOB_RUNNING },
        { COMMAND "schedule: {at: 2026-01-01T01:00:00Z}\n", "2026-01-01T02:00:00Z", JOB_FINISHED },
        { "no-such-key: 1\n",                       NULL,                   JOB_FAILED_TO_LOAD },
};
/* clang-format on */

START_TEST(a_job_has_one_state) {
        start(state_cases[_i].definition);
        if (state_cases[_i].until)
                sim_run_until(&sim, state_cases[_i].until);
        ck_assert_int_eq(scheduled_job_state(find()), state_cases[_i].state);
        ck_assert(scheduled_job_is_listed(find()));
}
END_TEST

START_TEST(a_pause_shows_behind_what_runs) {
        start(HOURLY);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_pause_job(&sim, "a", USEC_INFINITY);
        ck_assert(scheduled_job_is_paused(find()));
        ck_assert_int_eq(scheduled_job_state(find()), JOB_RUNNING);
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        ck_assert_int_eq(scheduled_job_state(find()), JOB_PAUSED);
        sim_resume_job(&sim, "a");
        ck_assert(!scheduled_job_is_paused(find()));
        ck_assert_int_eq(scheduled_job_state(find()), JOB_IDLE);
}
END_TEST

START_TEST(a_start_without_a_runner_waits) {
        sim.runner_down = true;
        start(HOURLY);
        sim_run_until(&sim, "2026-01-01T01:00:01Z");
        ck_assert_int_eq(scheduled_job_state(find()), JOB_WAITING);
        ck_assert_ptr_nonnull(scheduled_job_blocker(find())); /* the next occurrence would overlap */

        sim.runner_down = false;
        sim_settle(&sim);
        sim_run(&sim, USEC_PER_SEC);
        ck_assert_int_eq(scheduled_job_state(find()), JOB_RUNNING);
        ck_assert(!scheduled_job_is_held(find()));
}
END_TEST

/* Until the runner has told what became of it, nothing can be decided. */
START_TEST(an_open_execution_of_the_last_daemon_holds_the_job) {
        start(HOURLY);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_kill_daemon(&sim);
        sim.runner_down = true;
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_SEC);
        ck_assert(scheduled_job_is_held(find()));

        sim.runner_down = false;
        sim_settle(&sim);
        ck_assert(!scheduled_job_is_held(find()));
        ck_assert_int_eq(scheduled_job_state(find()), JOB_RUNNING);
}
END_TEST

START_TEST(what_is_removed_is_not_listed) {
        start(HOURLY);
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        sim_settle(&sim);
        ck_assert(!find() || !scheduled_job_is_listed(find()));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("scheduled-job");
        TCase *states = tcase_create("states");

        tcase_add_checked_fixture(states, setup, teardown);
        tcase_add_loop_test(states, each_name_of_a_state_has_its_state, 0, JOB_STATE_COUNT);
        tcase_add_loop_test(states, a_job_has_one_state, 0, ARRAY_SIZE(state_cases));
        tcase_add_test(states, a_pause_shows_behind_what_runs);
        tcase_add_test(states, a_start_without_a_runner_waits);
        tcase_add_test(states, an_open_execution_of_the_last_daemon_holds_the_job);
        tcase_add_test(states, what_is_removed_is_not_listed);
        suite_add_tcase(suite, states);
        return suite;
}
