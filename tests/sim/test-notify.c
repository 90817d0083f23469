/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who is told of what, and when: folding, delivery that fails, restarts, `expect-within:`. Each message is a
 * command of the fake runner.
 */

#include <string.h>

#include "sim/story.h"

static NotifyEvent told_events[NOTIFY_EVENT_COUNT];
static size_t n_told_events;
static usec_t expect_within_usec = USEC_INFINITY;

static void add_target(NotifyTargets *targets) {
        targets->items = calloc(1, sizeof(*targets->items));
        ck_assert_ptr_nonnull(targets->items);
        targets->n_items = 1;
        targets->items[0] = (NotifyTarget){ .channel = NOTIFY_COMMAND, .script = strdup("tell") };
        ck_assert_ptr_nonnull(targets->items[0].script);
}

static void adjust(Job *job) {
        for (size_t i = 0; i < n_told_events; i++)
                add_target(&job->notify.on[told_events[i]]);
        job->expect_within_usec = expect_within_usec;
}

static void begin(const char *now, const char *text, NotifyEvent event) {
        told_events[0] = event;
        n_told_events = event == NOTIFY_EVENT_COUNT ? 0 : 1;
        expect_within_usec = USEC_INFINITY;
        sim_init(&sim, now);
        sim.adjust = adjust;
        sim_write_job(&sim, "a", text);
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
}

static void also(NotifyEvent event) {
        told_events[n_told_events++] = event;
        sim_reload(&sim);
}

static void expect_message(size_t i, const char *instant, const char *event, uint64_t count) {
        ck_assert_uint_gt(sim.n_messages, i);
        ck_assert_str_eq(sim.messages[i].event, event);
        ck_assert_uint_eq(sim.messages[i].count, count);
        ck_assert_int_eq(sim.messages[i].realtime_usec / USEC_PER_SEC, test_usec(instant) / USEC_PER_SEC);
}

static uint64_t sum_of_counts(void) {
        uint64_t sum = 0;

        for (size_t i = 0; i < sim.n_messages; i++)
                sum += sim.messages[i].count;
        return sum;
}

static unsigned count_rows(const char *word) {
        CLEANUP_FREE char *rows = sim_rows(&sim, "a");
        unsigned n = 0;

        for (const char *at = rows; (at = strstr(at, word)); at++)
                n++;
        return n;
}

/* --- what is told ---------------------------------------------------------------------------------- */

START_TEST(the_first_goes_at_once_the_next_together) {
        begin("2026-01-01T00:00:30Z", MINUTELY, NOTIFY_ON_FAILURE);
        sim.exit_code = 3;
        sim_run_until(&sim, "2026-01-01T00:30:30Z");

        expect_message(0, "2026-01-01T00:01:01Z", "on-failure", 1);
        expect_message(1, "2026-01-01T00:06:01Z", "on-failure", 4);
        expect_message(2, "2026-01-01T00:16:01Z", "on-failure", 10);
        ck_assert_uint_eq(sim.n_messages, 3);
        ck_assert_str_eq(sim.messages[0].subject, "a failed (exit code 3)");
        ck_assert_ptr_nonnull(strstr(sim.messages[1].subject, "and 3 more since"));
}
END_TEST

START_TEST(good_news_do_not_overtake_the_bad) {
        begin("2026-01-01T00:00:30Z", MINUTELY, NOTIFY_ON_FAILURE);
        also(NOTIFY_ON_RECOVERY);
        sim.exit_code = 3;
        sim_run_until(&sim, "2026-01-01T00:02:30Z");
        sim.exit_code = 0;
        sim_run_until(&sim, "2026-01-01T00:20:30Z");

        expect_message(0, "2026-01-01T00:01:01Z", "on-failure", 1);
        expect_message(1, "2026-01-01T00:03:01Z", "on-failure", 1);
        expect_message(2, "2026-01-01T00:03:01Z", "on-recovery", 1);
        ck_assert_uint_eq(sim.n_messages, 3);
}
END_TEST

START_TEST(of_one_end_an_address_hears_once) {
        begin("2026-01-01T00:00:30Z", MINUTELY, NOTIFY_ON_SUCCESS);
        also(NOTIFY_ON_OUTPUT); /* each run of the simulator says "hi" */
        sim_run_until(&sim, "2026-01-01T00:01:30Z");
        expect_message(0, "2026-01-01T00:01:01Z", "on-success", 1);
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

START_TEST(only_the_last_attempt_is_told) {
        begin("2026-01-01T00:30:00Z", HOURLY "retry: {attempts: 3, delay: 1min}\n", NOTIFY_ON_FAILURE);
        also(NOTIFY_ON_SUCCESS);
        sim.exit_code = 1;
        sim_run_until(&sim, "2026-01-01T01:02:00Z");
        ck_assert_uint_eq(sim.n_messages, 0);
        if (_i == 0)
                sim.exit_code = 0;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        expect_message(0, "2026-01-01T01:02:03Z", _i == 0 ? "on-success" : "on-failure", 1);
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

START_TEST(a_cancelled_one_is_no_failure) {
        begin("2026-01-01T00:00:30Z", MINUTELY, NOTIFY_ON_FAILURE);
        sim.duration_usec = USEC_PER_HOUR;
        sim_run_until(&sim, "2026-01-01T00:01:30Z");
        sim_stop_execution(&sim, sim.runs[0].id.execution_id);
        sim_run(&sim, 10 * USEC_PER_SEC);
        ck_assert_uint_eq(count_rows("cancelled"), 1);
        ck_assert_uint_eq(sim.n_messages, 0);
}
END_TEST

START_TEST(a_lost_one_is_a_failure) {
        begin("2026-01-01T00:00:30Z", MINUTELY, NOTIFY_ON_FAILURE);
        sim.duration_usec = 2 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T00:01:30Z");
        sim_kill_runner(&sim, true);
        sim_run(&sim, USEC_PER_SEC);
        expect_message(0, "2026-01-01T00:01:30Z", "on-failure", 1);
        ck_assert_str_eq(sim.messages[0].subject, "a was lost");
}
END_TEST

START_TEST(missed_ones_are_told_together) {
        begin("2026-01-01T00:00:30Z", HOURLY "catch-up: none\n", NOTIFY_ON_MISSED);
        sim_kill_daemon(&sim);
        sim_run(&sim, 4 * USEC_PER_HOUR);
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_SEC);
        expect_message(0, "2026-01-01T04:00:30Z", "on-missed", 1);
        ck_assert_ptr_nonnull(strstr(sim.messages[0].subject, "a was missed 4 times"));
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

START_TEST(late_is_told_and_a_random_delay_is_not_late) {
        begin("2026-01-01T00:00:30Z", HOURLY "random-delay: 30min\n", NOTIFY_ON_LATE);
        sim_run_until(&sim, "2026-01-01T02:00:00Z");
        ck_assert_uint_gt(sim.n_runs, 0);
        ck_assert_uint_eq(sim.n_messages, 0);

        sim_kill_daemon(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_SEC);
        ck_assert_uint_eq(sim.n_messages, 1);
        ck_assert_str_eq(sim.messages[0].event, "on-late");
}
END_TEST

START_TEST(a_long_run_is_told_once) {
        bool restart = _i == 1;

        begin("2026-01-01T00:00:30Z", HOURLY, NOTIFY_ON_LONG_RUNNING);
        sim.duration_usec = 10 * USEC_PER_HOUR;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        if (restart) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        expect_message(0, "2026-01-01T02:00:00Z", "on-long-running", 1);
        if (restart) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T10:00:00Z");
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

/* --- the daemon's own trouble ---------------------------------------------------------------------- */

START_TEST(the_daemon_tells_of_its_own_trouble) {
        NotifyTarget target = { .channel = NOTIFY_COMMAND, .script = (char *) "tell" };
        const NotifyTargets targets = { .items = &target, .n_items = 1 };

        begin("2026-01-01T00:30:00Z", HOURLY, NOTIFY_EVENT_COUNT);
        manager_set_notify(sim.manager, &(NotifySite){ .on_trouble = &targets });
        sim.runner_down = true;
        sim_kill_runner(&sim, true);
        sim_run(&sim, 5 * USEC_PER_MINUTE);
        sim.runner_down = false;
        sim_run(&sim, USEC_PER_SEC);
        expect_message(0, "2026-01-01T00:35:00Z", "on-trouble", 1);
        ck_assert_ptr_nonnull(strstr(sim.messages[0].subject, "There was no runner for 5min"));
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

/* --- floods ---------------------------------------------------------------------------------------- */

START_TEST(a_flood_is_a_handful_of_messages) {
        begin("2026-01-01T00:00:00.5Z",
              "schedule: {every: 1s, start: 2026-01-01T00:00:00Z}\ncommand: [/bin/true]\n",
              NOTIFY_ON_FAILURE);
        sim.exit_code = 1;
        sim.duration_usec = USEC_PER_MSEC;
        sim_run(&sim, 4000 * USEC_PER_SEC);
        ck_assert_uint_ge(sim.n_runs, 3999);
        ck_assert_uint_le(sim.n_messages, 6);
        sim.exit_code = 0;
        sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        sim_run(&sim, 2 * USEC_PER_HOUR);
        ck_assert_uint_eq(sum_of_counts(), sim.n_runs); /* each was told of */
}
END_TEST

START_TEST(many_jobs_are_gathered_for_one_address) {
        char name[8];

        begin("2026-01-01T00:00:30Z", HOURLY, NOTIFY_ON_FAILURE);
        for (unsigned i = 1; i < 15; i++) {
                (void) snprintf(name, sizeof(name), "b%02u", i);
                sim_write_job(&sim, name, HOURLY);
        }
        sim_reload(&sim);
        sim.exit_code = 1;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        ck_assert_uint_eq(sim.n_messages, 11);
        expect_message(9, "2026-01-01T01:00:01Z", "on-failure", 1);
        expect_message(10, "2026-01-01T01:01:01Z", "on-failure", 5);
}
END_TEST

#define USER 1000

/* A target that answers late holds up other messages of users, and none of root's. */
START_TEST(users_do_not_hold_up_root) {
        char name[8];

        begin("2026-01-01T00:30:00Z", BY_HAND, NOTIFY_ON_FAILURE);
        for (unsigned i = 0; i < 10; i++) {
                (void) snprintf(name, sizeof(name), "b%02u", i);
                sim_write_job(&sim, name, HOURLY);
                sim_own_job(&sim, name, USER);
        }
        sim_reload(&sim);
        sim.exit_code = 1;
        sim.message_duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:01:00Z");
        ck_assert_uint_eq(sim.n_messages, 8); /* so many at a time */
        sim_start_job(&sim, "a");
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        ck_assert_uint_eq(sim.n_messages, 9);
        ck_assert_ptr_nonnull(strstr(sim.messages[8].subject, "a failed"));
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        ck_assert_uint_eq(sim.n_messages, 11);
}
END_TEST

/* --- delivery -------------------------------------------------------------------------------------- */

START_TEST(what_cannot_be_delivered_is_tried_again) {
        bool restart = _i == 1;

        begin("2026-01-01T00:59:30Z", HOURLY, NOTIFY_ON_FAILURE);
        sim.exit_code = 1;
        sim.errand_exit_code = 75;
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        sim.errand_exit_code = 0;
        if (restart) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T01:50:00Z");
        expect_message(0, "2026-01-01T01:15:31Z", "on-failure", 1); /* 30 s, 1, 2, 4, 8 min */
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

START_TEST(what_is_never_delivered_is_given_up) {
        ManagerStatus status;

        begin("2026-01-01T00:59:30Z", HOURLY "enabled: true\n", NOTIFY_ON_FAILURE);
        sim.exit_code = 1;
        sim.errand_exit_code = 75;
        sim_start_job(&sim, "a");
        sim_run(&sim, USEC_PER_MINUTE);
        manager_get_status(sim.manager, &status);
        ck_assert_uint_gt(status.n_undelivered, 0);
        ck_assert_str_eq(status.delivery_error, "exit code 75: said");

        sim_write_job(&sim, "a", NULL);
        sim_reload(&sim);
        sim_run(&sim, 4 * USEC_PER_DAY);
        manager_get_status(sim.manager, &status);
        ck_assert_uint_eq(status.n_undelivered, 0);
        ck_assert_uint_eq(sim.n_messages, 0);
}
END_TEST

START_TEST(without_a_runner_it_waits) {
        begin("2026-01-01T00:59:30Z", HOURLY, NOTIFY_ON_FAILURE);
        sim.duration_usec = USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:00:30Z");
        sim.runner_down = true;
        sim_kill_runner(&sim, true);
        sim_run(&sim, USEC_PER_HOUR / 2);
        ck_assert_uint_eq(sim.n_messages, 0);
        sim.runner_down = false;
        sim_run(&sim, USEC_PER_SEC);
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

/* --- crashes --------------------------------------------------------------------------------------- */

static bool run_with_crash(unsigned crash_at, bool fails) {
        unsigned n_failed;
        bool reached;

        begin("2026-01-01T00:00:30.5Z", MINUTELY, NOTIFY_ON_FAILURE);
        sim.crash_at = crash_at;
        sim.exit_code = fails;
        sim_run_until(&sim, "2026-01-01T00:03:30Z");
        sim.exit_code = 0;
        sim_run(&sim, USEC_PER_HOUR);

        reached = sim.n_crashes > 0;
        n_failed = count_rows("failed");
        ck_assert_uint_eq(n_failed, fails ? 3 : 0);
        ck_assert_msg(sum_of_counts() >= n_failed, "crash at %u: told of %" PRIu64, crash_at,
                      sum_of_counts());
        ck_assert_uint_le(sim.n_messages, fails ? 3 : 0); /* one, the rest, and one of them twice */
        ck_assert_uint_ge(sim.n_messages, fails ? 2 : 0);
        sim_done(&sim);
        return reached;
}

START_TEST(a_crash_loses_no_message) {
        unsigned n = 0;

        while (n < 400 && run_with_crash(++n, _i == 0))
                continue;
        ck_assert_uint_gt(n, 20);
        begin("2026-01-01T00:00:30Z", MINUTELY, NOTIFY_ON_FAILURE); /* for the teardown */
}
END_TEST

/* --- expect-within --------------------------------------------------------------------------------- */

static void expect_hourly(const char *now) {
        begin(now, HOURLY, NOTIFY_ON_OVERDUE);
        expect_within_usec = 3 * USEC_PER_HOUR;
        sim_reload(&sim);
}

START_TEST(overdue_is_told_once_and_its_end_once) {
        expect_hourly("2026-01-01T00:30:00Z");
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim.exit_code = 1;
        sim_run_until(&sim, "2026-01-01T08:30:00Z");
        expect_message(0, "2026-01-01T04:00:01Z", "on-overdue", 1);
        ck_assert_uint_eq(sim.n_messages, 1);
        ck_assert_int_ne(manager_find_job(sim.manager, "a")->stored.overdue_usec, USEC_INFINITY);

        sim.exit_code = 0;
        sim_run_until(&sim, "2026-01-01T20:30:00Z");
        expect_message(1, "2026-01-01T09:00:01Z", "on-overdue", 1);
        ck_assert_ptr_nonnull(strstr(sim.messages[1].subject, "no longer overdue"));
        ck_assert_uint_eq(sim.n_messages, 2);
}
END_TEST

/* What says that all is well again must not wait until the window of the alarm is over. */
START_TEST(the_end_is_told_at_once) {
        begin("2026-01-01T00:30:00Z", HOURLY, NOTIFY_ON_OVERDUE);
        expect_within_usec = 29 * USEC_PER_MINUTE + 30 * USEC_PER_SEC;
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T01:01:00Z");
        expect_message(0, "2026-01-01T00:59:30Z", "on-overdue", 1);
        expect_message(1, "2026-01-01T01:00:01Z", "on-overdue", 1);
        ck_assert_ptr_nonnull(strstr(sim.messages[1].subject, "no longer overdue"));
}
END_TEST

START_TEST(it_counts_over_restarts_and_downtime) {
        expect_hourly("2026-01-01T00:30:00Z");
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_kill_daemon(&sim);
        sim.exit_code = 1;
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_kill_daemon(&sim);
        sim_run(&sim, 3 * USEC_PER_HOUR);
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_SEC);
        expect_message(0, "2026-01-01T05:30:00Z", "on-overdue", 1);
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_run(&sim, 5 * USEC_PER_HOUR);
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

START_TEST(a_paused_or_disabled_job_is_not_overdue) {
        expect_hourly("2026-01-01T00:30:00Z");
        sim.exit_code = 1;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        if (_i == 0)
                sim_pause_job(&sim, "a", USEC_INFINITY);
        else
                sim_write_job(&sim, "a", HOURLY "enabled: false\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T10:30:00Z");
        ck_assert_uint_eq(sim.n_messages, 0);

        if (_i == 0)
                sim_resume_job(&sim, "a");
        else
                sim_write_job(&sim, "a", HOURLY);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T20:30:00Z");
        expect_message(0, "2026-01-01T13:30:00Z", "on-overdue", 1);
}
END_TEST

START_TEST(a_clock_that_is_set_changes_nothing) {
        usec_t step_usec = _i == 0 ? 300 * USEC_PER_DAY : -20 * USEC_PER_DAY;

        begin("2026-03-01T00:30:00Z", "command: [/bin/true]\n", NOTIFY_ON_OVERDUE);
        expect_within_usec = 3 * USEC_PER_HOUR;
        sim_reload(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        sim_step_clock(&sim, step_usec);
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim.n_messages, 0);
        sim_run(&sim, USEC_PER_HOUR + USEC_PER_MINUTE);
        ck_assert_uint_eq(sim.n_messages, 1);
}
END_TEST

Suite *test_suite(void) {
        const Story stories[] = {
                { "told", &the_first_goes_at_once_the_next_together, 1 },
                { "told", &good_news_do_not_overtake_the_bad, 1 },
                { "told", &of_one_end_an_address_hears_once, 1 },
                { "told", &only_the_last_attempt_is_told, 2 },
                { "told", &a_cancelled_one_is_no_failure, 1 },
                { "told", &a_lost_one_is_a_failure, 1 },
                { "told", &missed_ones_are_told_together, 1 },
                { "told", &late_is_told_and_a_random_delay_is_not_late, 1 },
                { "told", &a_long_run_is_told_once, 2 },
                { "trouble", &the_daemon_tells_of_its_own_trouble, 1 },
                { "floods", &a_flood_is_a_handful_of_messages, 1 },
                { "floods", &many_jobs_are_gathered_for_one_address, 1 },
                { "floods", &users_do_not_hold_up_root, 1 },
                { "delivery", &what_cannot_be_delivered_is_tried_again, 2 },
                { "delivery", &what_is_never_delivered_is_given_up, 1 },
                { "delivery", &without_a_runner_it_waits, 1 },
                { "crashes", &a_crash_loses_no_message, 2 },
                { "expect-within", &overdue_is_told_once_and_its_end_once, 1 },
                { "expect-within", &the_end_is_told_at_once, 1 },
                { "expect-within", &it_counts_over_restarts_and_downtime, 1 },
                { "expect-within", &a_paused_or_disabled_job_is_not_overdue, 2 },
                { "expect-within", &a_clock_that_is_set_changes_nothing, 2 },
        };

        return story_suite("sim-notify", stories, ARRAY_SIZE(stories));
}
