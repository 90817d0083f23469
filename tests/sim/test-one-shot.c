/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Jobs that run once: they leave the list when they are over, and nothing of them is lost or done twice. */

#include <string.h>

#include "manager/manager-internal.h"
#include "sim/story.h"

#define START "2026-01-01T00:30:30Z"
#define AT(time) "schedule: {at: 2026-01-01T" time "Z}\ncommand: [/bin/true]\n"

static int make(const char *name, const char *definition) {
        return sim_change(
                        &sim,
                        &(JobChange){
                                        .kind = JOB_CHANGE_CREATE,
                                        .name = name,
                                        .definition = definition,
                                        .numbered = true,
                                        .one_shot = true,
                        },
                        1);
}

static int run(const char *definition) {
        return sim_change(
                        &sim,
                        &(JobChange){
                                        .kind = JOB_CHANGE_CREATE,
                                        .name = "run",
                                        .definition = definition,
                                        .numbered = true,
                                        .one_shot = true,
                                        .start = true,
                        },
                        1);
}

static bool is_in_memory(const char *name) {
        return manager_find_any_job(sim.manager, name) != NULL;
}

static void restart(void) {
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
}

START_TEST(it_runs_once_and_leaves) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };

        setup(START, BY_HAND);
        ck_assert_int_eq(make("timer", AT("00:40:00")), 0);
        ck_assert_str_eq(sim.last_name, "timer-2");
        sim_run_until(&sim, "2026-01-01T00:40:00.5Z");
        ck_assert_ptr_nonnull(manager_find_job(sim.manager, "timer-2"));
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        ck_assert(!is_in_memory("timer-2"));
        sim_expect_rows(&sim, "timer-2", "succeeded timer 2026-01-01T00:40:00Z\n");

        ck_assert_int_eq(manager_why(sim.manager, "timer-2", USEC_INFINITY, USEC_INFINITY, &answer), 0);
        ck_assert_int_eq(answer.state, EXECUTION_SUCCEEDED);
}
END_TEST

START_TEST(a_number_is_never_given_twice) {
        setup(START, BY_HAND);
        ck_assert_int_eq(make("timer", AT("00:31:00")), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "timer-4", AT("00:31:00")), 0);
        sim_run_until(&sim, "2026-01-01T00:32:00Z");
        restart();
        ck_assert_int_eq(make("timer", AT("00:33:00")), 0);
        ck_assert_str_eq(sim.last_name, "timer-5");
        ck_assert_int_eq(make("timer", AT("00:33:00")), 0);
        ck_assert_str_eq(sim.last_name, "timer-6");
}
END_TEST

START_TEST(what_is_made_for_now_runs_now) {
        setup(START, BY_HAND);
        ck_assert_int_eq(make("at", AT("00:30:28")), 0);
        sim_run(&sim, 2 * USEC_PER_SEC);
        sim_expect_rows(&sim, "at-2", "succeeded timer 2026-01-01T00:30:28Z\n");
        ck_assert_int_eq(make("at", AT("00:29:00")), -EINVAL);
}
END_TEST

/* Of a machine so slow that each look at the clock takes a millisecond. */
static usec_t slow_now(void *userdata, ClockKind kind) {
        Sim *slow = userdata;

        slow->realtime_usec += USEC_PER_MSEC;
        slow->boottime_usec += USEC_PER_MSEC;
        slow->monotonic_usec += USEC_PER_MSEC;
        return kind == CLOCK_KIND_REALTIME ? slow->realtime_usec : slow->monotonic_usec;
}

/* It was not past when it was judged, whenever it is applied then. */
START_TEST(what_falls_due_while_it_is_made_runs) {
        char definition[96];
        Clock clock;

        setup(START, BY_HAND);
        clock = sim.clock;
        sim.clock.now = slow_now;
        (void) snprintf(definition, sizeof(definition), AT("00:30:30.%03d"), _i + 1);
        ck_assert_int_eq(make("at", definition), 0);
        sim.clock = clock;
        sim_run(&sim, 2 * USEC_PER_SEC);
        ck_assert_uint_eq(sim_count_launches(&sim, "at-2"), 1);
}
END_TEST

START_TEST(it_is_started_with_its_making) {
        setup(START, BY_HAND);
        ck_assert_int_eq(run(BY_HAND), 0);
        ck_assert_uint_ne(sim.last_id, 0);
        ck_assert_ptr_nonnull(manager_find_job(sim.manager, "run-2"));
        sim_run(&sim, 2 * USEC_PER_SEC);
        sim_expect_rows(&sim, "run-2", "succeeded manual 2026-01-01T00:30:30.000001Z\n");
        ck_assert(!is_in_memory("run-2"));
}
END_TEST

START_TEST(nothing_is_made_without_a_runner) {
        setup(START, BY_HAND);
        sim_kill_runner(&sim, false);
        sim.runner_down = true;
        sim_settle(&sim);
        ck_assert_int_eq(run(BY_HAND), -ENOTCONN);
        ck_assert(!is_in_memory("run-2"));
}
END_TEST

START_TEST(deletion_cancels_what_is_pending) {
        setup(START, BY_HAND);
        ck_assert_int_eq(make("timer", AT("00:40:00")), 0);
        sim_run_until(&sim, "2026-01-01T00:39:59.5Z"); /* its row is written ahead */
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_DELETE, "timer-2", NULL), 0);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        ck_assert(!is_in_memory("timer-2"));
        ck_assert_uint_eq(sim_count_launches(&sim, "timer-2"), 0);
        sim_expect_rows(&sim, "timer-2", "");
}
END_TEST

/* Its time came while nobody was there: it is caught up with, as catch-up says. */
START_TEST(a_pending_one_is_exact_over_a_restart) {
        setup(START, BY_HAND);
        ck_assert_int_eq(make("timer", AT("00:40:00")), 0);
        ck_assert_int_eq(make("timer", AT("00:50:00")), 0);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:55:00Z");
        sim_expect_rows(&sim, "timer-2", "succeeded catch-up 2026-01-01T00:40:00Z\n");
        sim_expect_rows(&sim, "timer-3", "succeeded timer 2026-01-01T00:50:00Z\n");
        ck_assert(!is_in_memory("timer-2"));
        ck_assert(!is_in_memory("timer-3"));
}
END_TEST

START_TEST(one_that_is_over_is_not_loaded) {
        setup(START, BY_HAND);
        ck_assert_int_eq(make("timer", AT("00:40:00")), 0);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        restart();
        ck_assert(!is_in_memory("timer-2"));
        sim_run_until(&sim, "2026-01-01T00:50:00Z");
        ck_assert_uint_eq(sim_count_launches(&sim, "timer-2"), 1);
}
END_TEST

START_TEST(a_paused_one_stays) {
        setup(START, BY_HAND);
        ck_assert_int_eq(make("timer", AT("00:40:00")), 0);
        sim_pause_job(&sim, "timer-2", USEC_INFINITY);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        ck_assert_ptr_nonnull(manager_find_job(sim.manager, "timer-2"));
        sim_resume_job(&sim, "timer-2");
        sim_run(&sim, USEC_PER_SEC);
        sim_expect_rows(&sim, "timer-2", "skipped paused schedule 2026-01-01T00:40:00Z\n");
        ck_assert(!is_in_memory("timer-2"));
}
END_TEST

START_TEST(it_is_tried_again_before_it_leaves) {
        setup(START, BY_HAND);
        sim.n_failures = 1;
        ck_assert_int_eq(make("timer", AT("00:40:00") "retry: {attempts: 2, delay: 1min}\n"), 0);
        sim_run_until(&sim, "2026-01-01T00:40:30Z");
        ck_assert_ptr_nonnull(manager_find_job(sim.manager, "timer-2"));
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_expect_rows(&sim, "timer-2", "succeeded timer 2026-01-01T00:40:00Z\n");
        ck_assert(!is_in_memory("timer-2"));
}
END_TEST

START_TEST(one_whose_clock_is_set_back_while_it_runs_runs_once) {
        setup(START, BY_HAND);
        sim.duration_usec = 20 * USEC_PER_MINUTE;
        ck_assert_int_eq(make("timer", AT("00:40:00")), 0);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_step_clock(&sim, -10 * USEC_PER_MINUTE);
        sim_run(&sim, 40 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "timer-2"), 1);
        ck_assert(!is_in_memory("timer-2"));
}
END_TEST

/* --- retention -------------------------------------------------------------------------------------- */

static bool is_in_store(const char *name) {
        StoredJob stored;
        int r;

        stored_job_init(&stored);
        r = store_read_job(sim.store, name, &stored);
        stored_job_done(&stored);
        ck_assert_int_ge(r, 0);
        return r > 0;
}

START_TEST(what_is_over_is_forgotten_with_its_history) {
        setup(START, BY_HAND);
        ck_assert_int_eq(make("timer", AT("00:40:00") "keep: {age: 2h}\n"), 0);
        ck_assert_int_eq(make("timer", AT("00:40:00") "keep: {age: 9h}\n"), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "d", HOURLY "keep: {age: 2h}\n"), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "e", BY_HAND), 0);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_DELETE, "d", NULL), 0);
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        start_and_end("a"); /* something has to happen */
        ck_assert(!is_in_store("timer-2"));
        ck_assert(is_in_store("timer-3"));
        sim_expect_rows(&sim, "timer-2", "");
        sim_expect_rows(&sim, "timer-3", "succeeded timer 2026-01-01T00:40:00Z\n");

        /* the cursor of one that was deleted is kept for long */
        ck_assert(is_in_store("d"));
        sim_kill_daemon(&sim);
        sim_run(&sim, 91 * USEC_PER_DAY);
        sim_start_daemon(&sim);
        ck_assert(!is_in_store("d"));
        ck_assert(is_in_store("e"));
}
END_TEST

/* The newest id stays known, so that no number is given twice. */
START_TEST(the_newest_is_kept_for_its_number) {
        setup(START, BY_HAND);
        ck_assert_int_eq(make("timer", AT("00:40:00") "keep: {age: 1h}\n"), 0);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_kill_daemon(&sim);
        sim_run(&sim, 200 * USEC_PER_DAY);
        sim_start_daemon(&sim);
        ck_assert(is_in_store("timer-2"));
        ck_assert_int_eq(run(BY_HAND), 0);
        ck_assert_str_eq(sim.last_name, "run-3");
}
END_TEST

/* --- crashes ---------------------------------------------------------------------------------------- */

#define CRASH_POINTS_MAX 120U

/* Killed at every point of its life: what was acknowledged runs, and nothing runs twice. */
START_TEST(a_crash_at_any_point_loses_and_repeats_none) {
        unsigned n = 0;

        for (bool reached = true; reached && n < CRASH_POINTS_MAX; n++) {
                bool acknowledged;
                size_t n_timers, n_runs;

                setup(START, BY_HAND);
                sim.crash_at = sim.point + n + 1;
                acknowledged = make("timer", AT("00:30:40")) == 0;
                if (acknowledged)
                        (void) run(BY_HAND);
                sim_run_until(&sim, "2026-01-01T00:45:00Z");
                reached = sim.n_crashes > 0;
                n_timers = sim_count_launches(&sim, "timer-2");
                n_runs = sim_count_launches(&sim, "run-3");
                ck_assert_uint_le(n_timers, 1);
                ck_assert_uint_le(n_runs, 1);
                if (acknowledged)
                        ck_assert_uint_eq(n_timers, 1);
                ck_assert(!is_in_memory("timer-2"));
                ck_assert(!is_in_memory("run-3"));
                sim_done(&sim);
        }
        ck_assert_uint_gt(n, 20);
        setup(START, BY_HAND); /* for the teardown */
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "life", &it_runs_once_and_leaves, 1 },
        { "life", &a_number_is_never_given_twice, 1 },
        { "life", &what_is_made_for_now_runs_now, 1 },
        { "life", &what_falls_due_while_it_is_made_runs, 30 },
        { "life", &it_is_started_with_its_making, 1 },
        { "life", &nothing_is_made_without_a_runner, 1 },
        { "life", &deletion_cancels_what_is_pending, 1 },
        { "life", &a_pending_one_is_exact_over_a_restart, 1 },
        { "life", &one_that_is_over_is_not_loaded, 1 },
        { "life", &a_paused_one_stays, 1 },
        { "life", &it_is_tried_again_before_it_leaves, 1 },
        { "life", &one_whose_clock_is_set_back_while_it_runs_runs_once, 1 },
        { "retention", &what_is_over_is_forgotten_with_its_history, 1 },
        { "retention", &the_newest_is_kept_for_its_number, 1 },
        { "crash", &a_crash_at_any_point_loses_and_repeats_none, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-one-shot", stories, ARRAY_SIZE(stories));
}
