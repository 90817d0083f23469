/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Jobs that wait for the ends of others: joins, gates and triggers, and what daemons and clocks do to them.
 */

#include <stdio.h>
#include <string.h>

#include "job/job-decode.h"
#include "sim/simulator-internal.h"
#include "sim/story.h"
#include "util/buffer.h"

#define START "2026-01-01T00:00:00Z"

static StoredJob *stored(const char *name) {
        ScheduledJob *job = manager_find_job(sim.manager, name);

        ck_assert_ptr_nonnull(job);
        return &job->stored;
}

static JobState state_of(const char *name) {
        return scheduled_job_state(manager_find_job(sim.manager, name));
}

/* --- joins ------------------------------------------------------------------------------------------ */

START_TEST(a_join_starts_with_the_end_of_the_last) {
        setup_join(AFTER("[a, b]"));
        start_and_end("a");
        sim_expect_rows(&sim, "d", "");
        start_and_end("a");
        sim_expect_rows(&sim, "d", "");
        start_and_end("b");
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "d", "succeeded dependency 2026-01-01T00:00:05.000001Z\n");

        /* What it was started for is used up. */
        start_and_end("b");
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
        start_and_end("a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 2);
        ck_assert_int_eq(state_of("d"), JOB_IDLE);
}
END_TEST

/* clang-format off */
static const struct {
        const char *after;
        int exit_code;
        bool stopped, runs;
} when_cases[] = {
        { AFTER("{jobs: a}"),                0, false, true },
        { AFTER("{jobs: a}"),                1, false, false },
        { AFTER("{jobs: a}"),                0, true,  false },
        { AFTER("{jobs: a, when: success}"), 0, false, true },
        { AFTER("{jobs: a, when: success}"), 1, false, false },
        { AFTER("{jobs: a, when: failure}"), 0, false, false },
        { AFTER("{jobs: a, when: failure}"), 1, false, true },
        { AFTER("{jobs: a, when: failure}"), 0, true,  false },
        { AFTER("{jobs: a, when: any}"),     0, false, true },
        { AFTER("{jobs: a, when: any}"),     1, false, true },
        { AFTER("{jobs: a, when: any}"),     0, true,  true },
};
/* clang-format on */

START_TEST(when_says_which_end_counts) {
        setup_join(when_cases[_i].after);
        sim_set_end(&sim, "a", USEC_PER_SEC, when_cases[_i].exit_code);
        sim_start_job(&sim, "a");
        sim_run(&sim, USEC_PER_MSEC);
        if (when_cases[_i].stopped)
                sim_stop_execution(&sim, sim.last_id);
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), when_cases[_i].runs);
}
END_TEST

START_TEST(the_latest_end_of_each_decides) {
        setup_join(AFTER("[a, b]"));
        start_and_end("a");
        sim_set_end(&sim, "a", USEC_PER_SEC, 1);
        start_and_end("a");
        start_and_end("b");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 0);
        sim_set_end(&sim, "a", USEC_PER_SEC, 0);
        start_and_end("a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

START_TEST(what_a_start_by_hand_came_after_is_used_up) {
        setup_join(AFTER("[a, b]"));
        start_and_end("a");
        start_and_end("d");
        start_and_end("b");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
        start_and_end("a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 2);
}
END_TEST

START_TEST(what_ended_while_it_ran_counts_for_the_next) {
        setup_join(AFTER("[a, b]"));
        sim_set_end(&sim, "d", USEC_PER_MINUTE, 0);
        start_and_end("a");
        start_and_end("b"); /* d runs from 00:00:03 on */
        start_and_end("a");
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
        start_and_end("b");
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 2);
}
END_TEST

START_TEST(what_is_skipped_never_counts) {
        setup_join(AFTER("{jobs: a, when: any}"));
        sim_set_end(&sim, "a", USEC_PER_MINUTE, 0);
        sim_start_job(&sim, "a");
        sim_start_job(&sim, "a"); /* skipped (overlap) */
        sim_run(&sim, USEC_PER_SEC);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 0);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

START_TEST(a_paused_job_remembers_one_join) {
        setup_join(AFTER("[a, b]"));
        sim_pause_job(&sim, "d", USEC_INFINITY);
        start_and_end("a");
        start_and_end("b");
        start_and_end("a");
        start_and_end("b");
        sim_run(&sim, USEC_PER_HOUR);
        if (_i == 1) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
                sim_run(&sim, USEC_PER_HOUR);
        }
        sim_expect_rows(&sim, "d", "");
        sim_resume_job(&sim, "d");
        sim_run(&sim, USEC_PER_HOUR);
        sim_expect_rows(&sim, "d", "succeeded dependency 2026-01-01T00:00:07.000001Z\n");
}
END_TEST

START_TEST(a_pause_that_is_over_runs_the_join) {
        setup_join(AFTER("a"));
        sim_pause_job(&sim, "d", sim.realtime_usec + USEC_PER_HOUR);
        start_and_end("a");
        sim_run(&sim, 30 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "d", "");
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

START_TEST(a_disabled_job_remembers_nothing) {
        setup_join(AFTER("[a, b]") "enabled: false\n");
        start_and_end("a");
        sim_write_job(&sim, "d", AFTER("[a, b]"));
        sim_reload(&sim);
        start_and_end("b");
        sim_run(&sim, USEC_PER_HOUR);
        sim_expect_rows(&sim, "d", "");
        start_and_end("a");
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

START_TEST(an_edit_keeps_the_join_unless_it_is_of_after) {
        setup_join(AFTER("[a, b]"));
        start_and_end("a");
        sim_write_job(&sim, "d", _i == 0 ? AFTER("[a, b]") "description: new\n" : AFTER("[b, a]"));
        sim_reload(&sim);
        start_and_end("b");
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), _i == 0);
}
END_TEST

START_TEST(a_new_job_owes_nothing) {
        setup(START, BY_HAND);
        start_and_end("a");
        sim_write_job(&sim, "d", AFTER("a"));
        sim_reload(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        sim_expect_rows(&sim, "d", "");
        start_and_end("a");
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);

        sim_write_job(&sim, "d", NULL);
        sim_reload(&sim);
        start_and_end("a");
        sim_write_job(&sim, "d", AFTER("a"));
        sim_reload(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

START_TEST(an_unknown_predecessor_blocks) {
        setup_join(AFTER("[a, x]"));
        ck_assert_int_eq(state_of("d"), JOB_BLOCKED);
        start_and_end("a");
        sim_expect_rows(&sim, "d", "");

        sim_write_job(&sim, "x", BY_HAND);
        sim_reload(&sim);
        ck_assert_int_eq(state_of("d"), JOB_IDLE);
        start_and_end("x");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);

        sim_write_job(&sim, "x", NULL);
        sim_reload(&sim);
        ck_assert_int_eq(state_of("d"), JOB_BLOCKED);
        start_and_end("d"); /* by hand it runs all the same */
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 2);
        ck_assert_int_eq(state_of("d"), JOB_BLOCKED);
}
END_TEST

START_TEST(a_diamond_joins_once) {
        setup_join(AFTER("[b, c]"));
        sim_write_job(&sim, "b", AFTER("a"));
        sim_write_job(&sim, "c", AFTER("a"));
        sim_reload(&sim);
        if (_i == 1)
                sim_set_end(&sim, "c", 5 * USEC_PER_SEC, 0);
        for (unsigned n = 1; n <= 3; n++) {
                sim_start_job(&sim, "a");
                sim_run(&sim, USEC_PER_MINUTE);
                ck_assert_uint_eq(sim_count_launches(&sim, "b"), n);
                ck_assert_uint_eq(sim_count_launches(&sim, "c"), n);
                ck_assert_uint_eq(sim_count_launches(&sim, "d"), n);
        }
}
END_TEST

START_TEST(ends_at_one_instant_are_two_ends) {
        setup_join(AFTER("a") "overlap: allow\n");
        sim_write_job(&sim, "a", BY_HAND "overlap: allow\ntrigger: {on-success: c}\n");
        sim_write_job(&sim, "c", BY_HAND "overlap: {policy: queue, limit: 5}\n");
        sim_reload(&sim);
        sim_start_job(&sim, "a");
        sim_start_job(&sim, "a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 2);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 2);
        ck_assert_uint_eq(sim_count_launches(&sim, "c"), 2);
}
END_TEST

START_TEST(a_retrying_predecessor_has_not_ended) {
        setup_join(AFTER("{jobs: a, when: any}"));
        sim_write_job(&sim, "a",
                      BY_HAND "retry: {attempts: 2, delay: 1min}\ntrigger: {on-success: b, on-failure: c}\n");
        sim_write_job(&sim, "c", BY_HAND);
        sim_reload(&sim);
        sim_set_end(&sim, "a", USEC_PER_SEC, 1);
        sim_start_job(&sim, "a");
        sim_run(&sim, 30 * USEC_PER_SEC);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 0);
        sim_set_end(&sim, "a", USEC_PER_SEC, _i);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 2);
        ck_assert_uint_eq(sim_count_launches(&sim, "b"), _i == 0);
        ck_assert_uint_eq(sim_count_launches(&sim, "c"), _i == 1);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

START_TEST(each_attempt_is_told_of_the_parent) {
        setup_join(AFTER("a") "retry: {attempts: 2, delay: 1min}\n");
        sim_set_end(&sim, "d", USEC_PER_SEC, 1);
        start_and_end("a");
        start_and_end("a"); /* between two attempts: it is for the next */
        if (_i == 1) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        ck_assert_uint_ge(sim_count_launches(&sim, "d"), 2);
        ck_assert_ptr_nonnull(strstr(sim_last_run(&sim, "d")->environment, "JOBSCHED_PARENT_JOB=a\n"));
}
END_TEST

START_TEST(the_next_start_supersedes_a_retry) {
        setup_join(AFTER("a") "retry: {attempts: 2, delay: 1h}\n");
        sim_write_job(&sim, "e", AFTER("{jobs: d, when: failure}"));
        sim_reload(&sim);
        sim_set_end(&sim, "d", USEC_PER_SEC, 1);
        start_and_end("a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "e"), 0);
        sim_set_end(&sim, "d", USEC_PER_SEC, 0);
        start_and_end("a");
        sim_run(&sim, 2 * USEC_PER_HOUR);
        sim_expect_rows(&sim, "d",
                        "failed superseded dependency 2026-01-01T00:00:01.000001Z\n"
                        "succeeded dependency 2026-01-01T00:01:03.000001Z\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 2);
        ck_assert_uint_eq(sim_count_launches(&sim, "e"), 1);
}
END_TEST

START_TEST(a_predecessor_that_was_replaced_is_neither) {
        setup_join(_i == 0 ? AFTER("{jobs: a, when: any}") : AFTER("{jobs: a, when: failure}"));
        sim_write_job(&sim, "a", BY_HAND "overlap: replace\n");
        sim_reload(&sim);
        sim_set_end(&sim, "a", USEC_PER_HOUR, 0);
        sim_start_job(&sim, "a");
        sim_run(&sim, USEC_PER_SEC);
        sim_start_job(&sim, "a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 2);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), _i == 0);
}
END_TEST

/* --- triggers --------------------------------------------------------------------------------------- */

#define TRIGGERS "command: [/bin/true]\ntrigger: {on-success: [b, c], on-failure: d}\n"

static void setup_trigger(void) {
        setup_join(BY_HAND);
        sim_write_job(&sim, "a", TRIGGERS);
        sim_write_job(&sim, "c", BY_HAND);
        sim_reload(&sim);
}

START_TEST(each_end_triggers_once) {
        setup_trigger();
        start_and_end("a");
        sim_expect_rows(&sim, "b", "succeeded dependency 2026-01-01T00:00:01.000001Z\n");
        sim_set_end(&sim, "a", USEC_PER_SEC, 3);
        start_and_end("a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "b"), 1);
        ck_assert_uint_eq(sim_count_launches(&sim, "c"), 1);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

START_TEST(what_is_triggered_obeys_overlap_and_pause) {
        setup_trigger();
        sim_set_end(&sim, "b", USEC_PER_HOUR, 0);
        sim_pause_job(&sim, "c", USEC_INFINITY);
        start_and_end("a");
        start_and_end("a");
        start_and_end("a");
        sim_expect_rows(&sim, "b",
                        "running dependency 2026-01-01T00:00:01.000001Z\n"
                        "skipped overlap dependency 2026-01-01T00:00:03.000001Z..2026-01-01T00:00:05.000001Z "
                        "x2\n");
        sim_expect_rows(&sim, "c",
                        "skipped paused dependency 2026-01-01T00:00:01.000001Z..2026-01-01T00:00:05.000001Z "
                        "x3\n");
        sim_resume_job(&sim, "c");
        sim_run(&sim, 2 * USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "c"), 0);
}
END_TEST

START_TEST(a_disabled_target_is_left_alone) {
        setup_trigger();
        sim_write_job(&sim, "b", BY_HAND "enabled: false\n");
        sim_write_job(&sim, "c", NULL);
        sim_reload(&sim);
        start_and_end("a");
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "b", "");
        ck_assert_int_eq(state_of("a"), JOB_IDLE); /* it lacks a target, and runs all the same */
}
END_TEST

/* A start by another job is none of the schedule's occurrences, whenever it comes. */
START_TEST(a_trigger_leaves_the_schedule_alone) {
        setup_trigger();
        sim_write_job(&sim, "b", MINUTELY);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T00:00:59Z");
        start_and_end("a"); /* ends at 00:01:00 */
        sim_run_until(&sim, "2026-01-01T00:01:30Z");
        start_and_end("a");
        sim_run_until(&sim, "2026-01-01T00:02:30Z");
        ck_assert_uint_ge(sim_count_launches(&sim, "b"), 3);
        sim_check_coverage(&sim, "b", test_usec("2026-01-01T00:00:00.5Z"), sim.realtime_usec);
}
END_TEST

/* Cycles are refused at load; an edit of one of two files may make one all the same. It goes round, and
 * everything else goes on. */
START_TEST(a_circle_starves_nobody) {
        setup_join(BY_HAND);
        sim_write_job(&sim, "a", "command: [/bin/true]\ntrigger: {on-success: b}\n");
        sim_write_job(&sim, "b", "command: [/bin/true]\ntrigger: {on-success: a}\n");
        sim_write_job(&sim, "d", MINUTELY);
        sim_reload(&sim);
        start_and_end("a");
        sim_run(&sim, 5 * USEC_PER_MINUTE);
        ck_assert_uint_gt(sim_count_launches(&sim, "a"), 100);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 5);
}
END_TEST

/* --- gates ------------------------------------------------------------------------------------------ */

START_TEST(an_occurrence_waits_for_its_predecessors) {
        setup_join(HOURLY "after: {jobs: [a, b], wait: 10min}\n");
        sim_run_until(&sim, "2026-01-01T01:01:00Z");
        sim_expect_rows(&sim, "d", "waiting dependency schedule 2026-01-01T01:00:00Z\n");
        ck_assert_int_eq(state_of("d"), JOB_WAITING);
        start_and_end("a");
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "d", "waiting dependency schedule 2026-01-01T01:00:00Z\n");
        start_and_end("b");
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "d", "succeeded schedule 2026-01-01T01:00:00Z\n");

        /* Both before the next: it starts at once. */
        start_and_end("a");
        start_and_end("b");
        sim_run_until(&sim, "2026-01-01T02:00:30Z");
        sim_expect_rows(&sim, "d",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T02:00:00Z\n");
        sim_check_coverage(&sim, "d", test_usec(START), sim.realtime_usec);
}
END_TEST

/* clang-format off */
static const struct {
        const char *job, *rows, *detail;
} late_cases[] = {
        { HOURLY "after: {jobs: [a, b], wait: 10min}\n",
          "skipped dependency schedule 2026-01-01T01:00:00Z\n"
          "waiting dependency schedule 2026-01-01T02:00:00Z\n",
          "not in time: b" },
        { HOURLY "after: [a, b]\n",
          "skipped dependency schedule 2026-01-01T01:00:00Z\n"
          "waiting dependency schedule 2026-01-01T02:00:00Z\n",
          "not in time: b" },
        { HOURLY "after: {jobs: [x, b, a], wait: 0s}\n",
          "skipped dependency schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n",
          "not in time: x (there is no such job), b" },
        { HOURLY "after: {jobs: a, when: failure, wait: 1min}\n",
          "skipped dependency schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n",
          "not in time: a (succeeded)" },
};
/* clang-format on */

START_TEST(what_waits_too_long_is_skipped) {
        CLEANUP(execution_record_done) ExecutionRecord row = { 0 };
        bool restart = _i % 2 == 1;
        size_t i = (size_t) _i / 2;

        setup_join(late_cases[i].job);
        start_and_end("a");
        sim_run_until(&sim, "2026-01-01T01:00:00.5Z");
        if (restart) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T02:05:00Z");
        sim_expect_rows(&sim, "d", late_cases[i].rows);
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 0);
        sim_check_coverage(&sim, "d", test_usec(START), sim.realtime_usec);

        execution_record_init(&row);
        ck_assert_int_eq(
                        store_find_execution(
                                        sim.store, stored("d")->id, test_usec("2026-01-01T01:00:00Z"),
                                        test_usec("2026-01-01T01:00:00Z"), &row),
                        1);
        ck_assert_str_eq(row.reason_detail, late_cases[i].detail);
}
END_TEST

START_TEST(a_start_by_hand_passes_the_gate) {
        setup_join(HOURLY "after: [a, b]\n");
        start_and_end("d");
        ck_assert_uint_eq(sim_count_launches(&sim, "d"), 1);
}
END_TEST

/* --- many ------------------------------------------------------------------------------------------- */

#define MANY 1000U

static void add_job(JobSet *set, const char *name, const char *text) {
        const JobDecodeContext context = { .zones = sim.zones, .system_mode = true, .file = "jobs.yaml" };
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        LoadedJob *loaded = &set->jobs[set->n_jobs++];

        loaded->name = strdup(name);
        ck_assert_int_eq(
                        job_decode_definition(
                                        &context, loaded->name, text, strlen(text), &diagnostics,
                                        &loaded->job),
                        0);
}

static void apply_many(const char *(*text)(unsigned n, Buffer *buffer)) {
        JobSet set = { .jobs = calloc(MANY + 1, sizeof(LoadedJob)) };

        for (unsigned n = 0; n <= MANY; n++) {
                CLEANUP(buffer_done) Buffer buffer = { 0 };
                char name[16];

                (void) snprintf(name, sizeof(name), "j%04u", n);
                add_job(&set, name, text(n, &buffer));
        }
        ck_assert_int_eq(manager_apply(sim.manager, &set, NULL), 0);
        sim_settle(&sim);
}

static const char *chain(unsigned n, Buffer *buffer) {
        if (n == 0)
                return BY_HAND;
        (void) buffer_add_format(buffer, AFTER("j%04u"), n - 1);
        return buffer->data;
}

static const char *fan(unsigned n, Buffer *buffer) {
        if (n < MANY)
                return n == 0 ? BY_HAND : AFTER("j0000");
        (void) buffer_add_string(buffer, "command: [/bin/true]\nafter: [j0001");
        for (unsigned i = 2; i < MANY; i++)
                (void) buffer_add_format(buffer, ", j%04u", i);
        (void) buffer_add_string(buffer, "]\n");
        return buffer->data;
}

START_TEST(many_follow_one_another_and_one) {
        sim_init(&sim, START);
        sim_start_daemon(&sim);
        sim.duration_usec = USEC_PER_MSEC;
        apply_many(_i == 0 ? chain : fan);
        sim_start_job(&sim, "j0000");
        sim_run(&sim, 10 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim.n_runs, MANY + 1);
        ck_assert_uint_eq(sim_count_launches(&sim, "j1000"), 1);
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "join", &a_join_starts_with_the_end_of_the_last, 1 },
        { "join", &when_says_which_end_counts, ARRAY_SIZE(when_cases) },
        { "join", &the_latest_end_of_each_decides, 1 },
        { "join", &what_a_start_by_hand_came_after_is_used_up, 1 },
        { "join", &what_ended_while_it_ran_counts_for_the_next, 1 },
        { "join", &what_is_skipped_never_counts, 1 },
        { "join", &a_paused_job_remembers_one_join, 2 },
        { "join", &a_pause_that_is_over_runs_the_join, 1 },
        { "join", &a_disabled_job_remembers_nothing, 1 },
        { "join", &an_edit_keeps_the_join_unless_it_is_of_after, 2 },
        { "join", &a_new_job_owes_nothing, 1 },
        { "join", &an_unknown_predecessor_blocks, 1 },
        { "join", &a_diamond_joins_once, 2 },
        { "join", &ends_at_one_instant_are_two_ends, 1 },
        { "join", &a_retrying_predecessor_has_not_ended, 2 },
        { "join", &each_attempt_is_told_of_the_parent, 2 },
        { "join", &the_next_start_supersedes_a_retry, 1 },
        { "join", &a_predecessor_that_was_replaced_is_neither, 2 },
        { "trigger", &each_end_triggers_once, 1 },
        { "trigger", &what_is_triggered_obeys_overlap_and_pause, 1 },
        { "trigger", &a_disabled_target_is_left_alone, 1 },
        { "trigger", &a_trigger_leaves_the_schedule_alone, 1 },
        { "trigger", &a_circle_starves_nobody, 1 },
        { "gate", &an_occurrence_waits_for_its_predecessors, 1 },
        { "gate", &what_waits_too_long_is_skipped, 2 * ARRAY_SIZE(late_cases) },
        { "gate", &a_start_by_hand_passes_the_gate, 1 },
        { "many", &many_follow_one_another_and_one, 2 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-dependency", stories, ARRAY_SIZE(stories));
}
