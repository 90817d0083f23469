/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A life that fails for a reason that is known is told by that reason alone. */

#include <signal.h>
#include <stdlib.h>

#include "sim/shrink.h"
#include "support/test-support.h"

#define ALL_JOBS 0xfffU

/* What the lives of one test need to fail. */
static Life needed;

static bool has_all(const Life *life) {
        return life->n_steps >= needed.n_steps && (life->jobs & needed.jobs) == needed.jobs;
}

static void live_and_abort(const Life *life) {
        if (has_all(life))
                ck_abort_msg("injected");
}

static void live_and_crash(const Life *life) {
        if (has_all(life))
                (void) raise(SIGKILL);
}

static void live_and_exit(const Life *life) {
        if (has_all(life))
                exit(EXIT_FAILURE);
}

static void live_well(const Life *life) {
}

static const struct {
        life_t live;
        uint32_t jobs;
        unsigned n_steps;
        uint32_t least_jobs;
} cases[] = {
        { live_and_crash, 0x001, 0, 0x001 },  { live_and_crash, 0x800, 60, 0x800 },
        { live_and_crash, 0x204, 17, 0x204 }, { live_and_crash, ALL_JOBS, 1, ALL_JOBS },
        { live_and_exit, 0x010, 31, 0x010 },  { live_and_exit, 0x402, 59, 0x402 },
        { live_and_exit, 0x000, 5, 0x800 }, /* there is always one */
};

START_TEST(what_does_not_matter_is_left_out) {
        Life life = { .seed = 7, .jobs = ALL_JOBS, .n_steps = 60 };

        needed = (Life){ .jobs = cases[_i].jobs, .n_steps = cases[_i].n_steps };
        ck_assert(life_fails(cases[_i].live, &life, false));
        life_shrink(cases[_i].live, &life);
        ck_assert_uint_eq(life.seed, 7);
        ck_assert_uint_eq(life.jobs, cases[_i].least_jobs);
        ck_assert_uint_eq(life.n_steps, cases[_i].n_steps);
}
END_TEST

START_TEST(what_goes_well_is_left_alone) {
        const Life life = { .seed = 7, .jobs = ALL_JOBS, .n_steps = 60 };

        ck_assert(!life_fails(live_well, &life, false));
        life_check(live_well, &life);
}
END_TEST

/* The test that checks it fails, as it should: that is what an exit status of 1 stands for here. */
START_TEST(a_failure_fails_the_test) {
        const Life life = { .seed = 7, .jobs = ALL_JOBS, .n_steps = 60 };

        needed = (Life){ .jobs = 0x20, .n_steps = 9 };
        life_check(live_and_abort, &life);
}
END_TEST

START_TEST(the_environment_repeats_it) {
        Life life = { .seed = 7, .jobs = ALL_JOBS, .n_steps = 60 };

        life_read_environment(&life);
        ck_assert_uint_eq(life.jobs, ALL_JOBS);
        ck_assert_uint_eq(life.n_steps, 60);

        ck_assert_int_eq(setenv("JOBSCHED_TEST_JOBS", "0x1204", 1), 0);
        ck_assert_int_eq(setenv("JOBSCHED_TEST_STEPS", "17", 1), 0);
        life_read_environment(&life);
        ck_assert_uint_eq(life.jobs, 0x204);
        ck_assert_uint_eq(life.n_steps, 17);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("sim-shrink");
        TCase *shrink = tcase_create("shrink");

        tcase_add_loop_test(shrink, what_does_not_matter_is_left_out, 0, ARRAY_SIZE(cases));
        tcase_add_test(shrink, what_goes_well_is_left_alone);
        tcase_add_exit_test(shrink, a_failure_fails_the_test, EXIT_FAILURE);
        tcase_add_test(shrink, the_environment_repeats_it);
        suite_add_tcase(suite, shrink);
        return suite;
}
