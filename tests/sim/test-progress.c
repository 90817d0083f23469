/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What a running job says of itself: written as it comes, and with the end. */

#include <string.h>

#include "sim/story.h"

static unsigned n_told;
static int last_told;

static void on_execution_changed(void *userdata, const ExecutionRecord *record) {
        if (record->state != EXECUTION_RUNNING || record->progress < 0)
                return;
        n_told++;
        last_told = record->progress;
}

static const ManagerObserver observer = {
        .on_execution_changed = on_execution_changed,
        .userdata = &n_told,
};

/* It runs for ten minutes. */
static void begin(void) {
        n_told = 0;
        setup("2026-01-01T00:30:00Z", BY_HAND);
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        ck_assert_int_eq(manager_add_observer(sim.manager, &observer), 0);
}

static void say(unsigned attempt, int progress, const char *text) {
        const LaunchId id = { 1, attempt };

        sim.events.on_progress(sim.events.userdata, id, progress, text);
        sim_settle(&sim);
}

static void expect_stored(int progress, const char *text) {
        ExecutionRecord row;

        execution_record_init(&row);
        ck_assert_int_eq(store_read_execution(sim.store, 1, &row), 1);
        ck_assert_int_eq(row.progress, progress);
        ck_assert_str_eq(row.status_text ?: "", text);
        execution_record_done(&row);
}

START_TEST(what_it_says_is_told_and_stored) {
        begin();
        say(1, 10, "first");
        ck_assert_uint_eq(n_told, 1);
        expect_stored(10, "first");

        say(1, 11, "first");
        say(1, 12, "second");
        ck_assert_uint_eq(n_told, 3);
        ck_assert_int_eq(last_told, 12);
        expect_stored(12, "second");

        say(1, 12, "second"); /* nothing new */
        ck_assert_uint_eq(n_told, 3);

        sim_run(&sim, 2 * USEC_PER_SEC);
        say(1, 13, NULL);
        expect_stored(13, "");
}
END_TEST

START_TEST(the_last_word_is_stored_with_the_end) {
        begin();
        say(1, 10, NULL);
        say(1, 99, "nearly");
        sim_run(&sim, 20 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "succeeded manual 2026-01-01T00:30:00.000001Z\n");
        expect_stored(99, "nearly");
        say(1, 100, "too late");
        expect_stored(99, "nearly");
}
END_TEST

START_TEST(another_attempt_is_not_heard) {
        begin();
        say(2, 50, "who?");
        say(0, 50, "who?");
        ck_assert_uint_eq(n_told, 0);
        expect_stored(-1, "");
}
END_TEST

START_TEST(a_clock_that_is_set_back_does_not_silence_it) {
        begin();
        say(1, 10, NULL);
        sim_step_clock(&sim, -USEC_PER_HOUR);
        say(1, 20, NULL);
        expect_stored(20, "");
}
END_TEST

START_TEST(a_daemon_that_comes_later_hears_it_again) {
        begin();
        say(1, 10, NULL);
        say(1, 20, NULL);
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        expect_stored(20, "");
        say(1, 20, NULL); /* as the runner does after its list */
        expect_stored(20, "");
}
END_TEST

Suite *test_suite(void) {
        static const Story stories[] = {
                { "told and stored", &what_it_says_is_told_and_stored, 1 },
                { "the end", &the_last_word_is_stored_with_the_end, 1 },
                { "attempts", &another_attempt_is_not_heard, 1 },
                { "clock", &a_clock_that_is_set_back_does_not_silence_it, 1 },
                { "restart", &a_daemon_that_comes_later_hears_it_again, 1 },
        };

        return story_suite("progress", stories, ARRAY_SIZE(stories));
}
