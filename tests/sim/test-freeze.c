/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `freeze` and `thaw`: nothing starts in between, whatever asks for it, and afterwards catch-up judges. */

#include <string.h>

#include "sim/story.h"

/* Frozen from 01:30 to 04:30. */
/* clang-format off */
static const struct {
        const char *text;
        bool skip_missed;
        const char *rows;
} span_cases[] = {
        { HOURLY, false,
          "succeeded schedule 2026-01-01T01:00:00Z\n"
          "skipped frozen schedule 2026-01-01T02:00:00Z..2026-01-01T03:00:00Z x2\n"
          "succeeded catch-up 2026-01-01T04:00:00Z\n"
          "succeeded schedule 2026-01-01T05:00:00Z\n" },
        { HOURLY, true,
          "succeeded schedule 2026-01-01T01:00:00Z\n"
          "skipped frozen schedule 2026-01-01T02:00:00Z..2026-01-01T04:00:00Z x3\n"
          "succeeded schedule 2026-01-01T05:00:00Z\n" },
        { HOURLY "catch-up: none\n", false,
          "succeeded schedule 2026-01-01T01:00:00Z\n"
          "skipped frozen schedule 2026-01-01T02:00:00Z..2026-01-01T04:00:00Z x3\n"
          "succeeded schedule 2026-01-01T05:00:00Z\n" },
        { HOURLY "catch-up: all\n", false,
          "succeeded schedule 2026-01-01T01:00:00Z\n"
          "succeeded catch-up 2026-01-01T02:00:00Z\n"
          "succeeded catch-up 2026-01-01T03:00:00Z\n"
          "succeeded catch-up 2026-01-01T04:00:00Z\n"
          "succeeded schedule 2026-01-01T05:00:00Z\n" },
        { HOURLY "catch-up: {policy: all, max: 2}\n", false,
          "succeeded schedule 2026-01-01T01:00:00Z\n"
          "skipped frozen schedule 2026-01-01T02:00:00Z\n"
          "succeeded catch-up 2026-01-01T03:00:00Z\n"
          "succeeded catch-up 2026-01-01T04:00:00Z\n"
          "succeeded schedule 2026-01-01T05:00:00Z\n" },
        { HOURLY "catch-up: {policy: latest, within: 10min}\n", false,
          "succeeded schedule 2026-01-01T01:00:00Z\n"
          "skipped frozen schedule 2026-01-01T02:00:00Z..2026-01-01T04:00:00Z x3\n"
          "succeeded schedule 2026-01-01T05:00:00Z\n" },
        { HOURLY "except: [{time: '02:30..03:30'}]\n", true,
          "succeeded schedule 2026-01-01T01:00:00Z\n"
          "skipped frozen schedule 2026-01-01T02:00:00Z..2026-01-01T04:00:00Z x2\n"
          "skipped excepted schedule 2026-01-01T03:00:00Z\n"
          "succeeded schedule 2026-01-01T05:00:00Z\n" },
        { "schedule: {every: 50min, from: end}\ntimezone: UTC\ncommand: [/bin/true]\n", false,
          "succeeded schedule 2026-01-01T01:20:00Z\n"
          "succeeded catch-up 2026-01-01T02:10:01Z\n" },
};
/* clang-format on */

typedef enum Between {
        BETWEEN_NOTHING,
        BETWEEN_RESTART,
        BETWEEN_REBOOT,
        BETWEEN_SLEEP,
        BETWEEN_COUNT,
} Between;

/* Frozen from 01:30 to 04:30, whatever happens meanwhile. */
static void be_frozen(Between between, bool skip_missed) {
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_freeze_jobs(&sim);
        ck_assert_int_eq(sim.last_result, 0);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        if (between == BETWEEN_RESTART) {
                sim_kill_daemon(&sim);
                sim_run(&sim, USEC_PER_HOUR);
                sim_start_daemon(&sim);
        } else if (between == BETWEEN_REBOOT) {
                sim_reboot(&sim, USEC_PER_HOUR);
                sim_start_daemon(&sim);
        } else if (between == BETWEEN_SLEEP) {
                sim_sleep(&sim, USEC_PER_HOUR);
        }
        sim_run_until(&sim, "2026-01-01T04:30:00Z");
        sim_thaw_jobs(&sim, skip_missed);
        ck_assert_int_eq(sim.last_result, 0);
}

START_TEST(a_frozen_span_is_judged_at_the_thaw) {
        size_t i = (size_t) _i / BETWEEN_COUNT;

        setup("2026-01-01T00:30:00Z", span_cases[i].text);
        be_frozen((Between) (_i % BETWEEN_COUNT), span_cases[i].skip_missed);
        sim_run_until(&sim, "2026-01-01T05:15:00Z");
        sim_expect_rows(&sim, "a", span_cases[i].rows);
}
END_TEST

/* What is not run is not woken for: the row comes at the thaw, and `why` knows it before. */
START_TEST(nobody_wakes_for_what_is_frozen) {
        unsigned n_wakeups;

        setup("2026-01-01T00:00:30Z", MINUTELY);
        sim_run_until(&sim, "2026-01-01T00:10:30Z");
        sim_freeze_jobs(&sim);
        n_wakeups = sim.n_wakeups;
        sim_run(&sim, 3 * USEC_PER_HOUR);
        ck_assert_uint_eq(sim.n_wakeups, n_wakeups);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 10);
}
END_TEST

static void assert_why(const char *from, WhyWhen when, ExecutionReason reason, const char *text) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        usec_t usec = from ? test_usec(from) : USEC_INFINITY;

        ck_assert_int_eq(manager_why(sim.manager, "a", usec, usec, &answer), 0);
        ck_assert_msg(strstr(answer.text, text), "%s", answer.text);
        ck_assert_int_eq(answer.when, when);
        ck_assert_int_eq(answer.reason, reason);
        if (when != WHY_PAST)
                ck_assert_str_eq(answer.blockers[0], "frozen");
}

START_TEST(why_and_timers_know_it_while_it_lasts) {
        const ScheduledJob *job;

        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_freeze_jobs(&sim);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        assert_why("2026-01-01T02:00:00Z", WHY_NOW, REASON_FROZEN, "frozen since 2026-01-01T01:30:00+00:00");
        assert_why("2026-01-01T04:00:00Z", WHY_FUTURE, REASON_NONE, "nothing starts now");
        assert_why("2026-01-01T01:00:00Z", WHY_PAST, REASON_NONE, "succeeded");

        job = manager_find_job(sim.manager, "a");
        ck_assert_int_eq(job->next_start_usec, USEC_INFINITY);
        ck_assert_int_eq(scheduled_job_next_due(job), test_usec("2026-01-01T04:00:00Z"));
        ck_assert_int_eq(scheduled_job_state(job), JOB_IDLE);

        sim_thaw_jobs(&sim, false);
        assert_why("2026-01-01T02:00:00Z", WHY_PAST, REASON_FROZEN, "was skipped: all jobs were frozen.");
}
END_TEST

/* --- what else starts ------------------------------------------------------------------------------ */

START_TEST(a_start_by_hand_is_refused) {
        setup("2026-01-01T00:00:00Z", BY_HAND);
        sim_freeze_jobs(&sim);
        sim_start_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, -ECANCELED);
        sim_force_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, -ECANCELED);
        sim_thaw_jobs(&sim, false);
        sim_start_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, 0);
        sim_expect_rows(&sim, "a", "running manual 2026-01-01T00:00:00.000001Z\n");
}
END_TEST

START_TEST(what_runs_goes_on_and_is_tried_again_after_the_thaw) {
        setup("2026-01-01T00:00:00Z", BY_HAND "retry: {attempts: 3, delay: 10s}\n");
        sim.duration_usec = USEC_PER_MINUTE;
        sim.n_failures = 1;
        sim_start_job(&sim, "a");
        sim_freeze_jobs(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        sim_expect_rows(&sim, "a", "retrying exit-code manual 2026-01-01T00:00:00.000001Z\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 1);
        if (_i == 1) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
                sim_run(&sim, USEC_PER_MINUTE);
                ck_assert_uint_eq(sim_count_launches(&sim, "a"), 1);
        }
        sim_thaw_jobs(&sim, _i == 2);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "succeeded manual 2026-01-01T00:00:00.000001Z\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 2);
}
END_TEST

/* clang-format off */
static const struct {
        const char *target;
        bool skip_missed;
        const char *rows;
} end_cases[] = {
        { AFTER("[a]"), false, "succeeded dependency 2026-01-01T00:01:00.000001Z\n" },
        { AFTER("[a]"), true,  "skipped frozen dependency 2026-01-01T00:01:00.000001Z\n" },
        { BY_HAND,      false, "succeeded dependency 2026-01-01T00:01:00.000001Z\n" },
        { BY_HAND,      true,  "skipped frozen dependency 2026-01-01T00:01:00.000001Z\n" },
};
/* clang-format on */

/* An end in the freeze starts others after it: through `after` in the first half, `trigger` in the second. */
START_TEST(what_an_end_calls_for_waits_for_the_thaw) {
        bool restart = (size_t) _i >= ARRAY_SIZE(end_cases);
        size_t i = (size_t) _i % ARRAY_SIZE(end_cases);

        setup("2026-01-01T00:00:00Z", i < 2 ? BY_HAND : BY_HAND "trigger: {on-success: [b]}\n");
        sim_write_job(&sim, "b", end_cases[i].target);
        sim_reload(&sim);
        sim.duration_usec = USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        sim_freeze_jobs(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "b"), 0);
        if (restart) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
                sim_run(&sim, USEC_PER_MINUTE);
                ck_assert_uint_eq(sim_count_launches(&sim, "b"), 0);
        }
        sim_thaw_jobs(&sim, end_cases[i].skip_missed);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        sim_expect_rows(&sim, "b", end_cases[i].rows);
}
END_TEST

START_TEST(those_that_wait_go_on_waiting) {
        setup("2026-01-01T00:00:30Z", MINUTELY "overlap: queue\n");
        sim.duration_usec = 90 * USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T00:02:10Z");
        sim_expect_rows(&sim, "a",
                        "running schedule 2026-01-01T00:01:00Z\n"
                        "waiting overlap schedule 2026-01-01T00:02:00Z\n");
        sim_freeze_jobs(&sim);
        sim_run_until(&sim, "2026-01-01T00:09:50Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "waiting overlap schedule 2026-01-01T00:02:00Z\n");
        sim_thaw_jobs(&sim, true);
        sim_run_until(&sim, "2026-01-01T00:09:58Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:01:00Z\n"
                        "running schedule 2026-01-01T00:02:00Z\n"
                        "skipped frozen schedule 2026-01-01T00:03:00Z..2026-01-01T00:09:00Z x7\n");
}
END_TEST

/* --- clocks, pauses, edits, crashes ---------------------------------------------------------------- */

START_TEST(a_clock_that_is_set_back_meanwhile_repeats_nothing) {
        setup("2026-01-01T00:35:30Z",
              "schedule: '0 0,1,2,3,4,5,6,7,8 * * *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_freeze_jobs(&sim);
        sim_run(&sim, USEC_PER_HOUR);
        sim_step_clock(&sim, -2 * USEC_PER_HOUR); /* 02:30 */
        assert_why("2026-01-01T05:00:00Z", WHY_FUTURE, REASON_NONE, "frozen since 2026-01-01T01:30:00");
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_thaw_jobs(&sim, false);
        sim_run_until(&sim, "2026-01-01T06:30:00Z");
        for (size_t i = 0; i < sim.n_runs; i++)
                for (size_t j = 0; j < i; j++)
                        ck_assert_int_ne(sim.runs[i].due_usec, sim.runs[j].due_usec);
        ck_assert_int_eq(sim_last_run(&sim, "a")->due_usec, test_usec("2026-01-01T06:00:00Z"));
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 5); /* 1, 2, 3; 5 to catch up; 6 */
}
END_TEST

START_TEST(a_clock_that_is_set_forward_meanwhile_is_part_of_it) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_freeze_jobs(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_step_clock(&sim, 2 * USEC_PER_HOUR);
        sim_thaw_jobs(&sim, false);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "skipped frozen schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n"
                        "succeeded catch-up 2026-01-01T03:00:00Z\n");
}
END_TEST

START_TEST(a_pause_within_owes_nothing) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_freeze_jobs(&sim);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_pause_job(&sim, "a", test_usec("2026-01-01T03:30:00Z"));
        sim_run_until(&sim, "2026-01-01T05:30:00Z");
        sim_thaw_jobs(&sim, false);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "skipped frozen schedule 2026-01-01T01:00:00Z\n"
                        "skipped paused schedule 2026-01-01T02:00:00Z..2026-01-01T03:00:00Z x2\n"
                        "skipped frozen schedule 2026-01-01T04:00:00Z\n"
                        "succeeded catch-up 2026-01-01T05:00:00Z\n");
}
END_TEST

START_TEST(an_edit_within_owes_nothing_for_the_time_before) {
        setup("2026-01-01T00:30:00Z", HOURLY);
        sim_freeze_jobs(&sim);
        sim_run_until(&sim, "2026-01-01T02:30:00Z");
        sim_write_job(&sim, "a", HOURLY "description: new\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T03:30:00Z");
        sim_thaw_jobs(&sim, false);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "skipped frozen schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n"
                        "succeeded catch-up 2026-01-01T03:00:00Z\n");
}
END_TEST

/* Whatever of it has reached the disk: frozen or not, and each occurrence has its row. */
START_TEST(a_crash_anywhere_leaves_one_or_the_other) {
        for (unsigned at = 1; at < 30; at++) {
                setup("2026-01-01T00:00:30Z", MINUTELY);
                sim_run_until(&sim, "2026-01-01T00:02:58.5Z");
                sim.crash_at = sim.point + at;
                sim_freeze_jobs(&sim);
                sim_run_until(&sim, "2026-01-01T00:07:58.5Z");
                sim_thaw_jobs(&sim, _i == 1);
                sim_run_until(&sim, "2026-01-01T00:09:30Z");
                sim.crash_at = 0;
                if (!sim.manager)
                        sim_start_daemon(&sim);
                sim_thaw_jobs(&sim, _i == 1);
                sim_run_until(&sim, "2026-01-01T00:12:30Z");
                sim_check_coverage(
                                &sim, "a", test_usec("2026-01-01T00:00:30Z"),
                                test_usec("2026-01-01T00:12:00Z"));
                if (at < 29)
                        sim_done(&sim);
        }
}
END_TEST

static int print_audit(void *userdata, const AuditRecord *record) {
        char *text = userdata;

        (void) sprintf(text + strlen(text), "%s %s %s\n", audit_event_to_string(record->event), record->user,
                       record->detail ?: "-");
        return 0;
}

START_TEST(both_are_audited_and_said_twice_refused) {
        const AuditFilter filter = { .events = UINT32_C(1) << AUDIT_FROZEN | UINT32_C(1) << AUDIT_THAWED };
        ManagerStatus status;
        char text[256] = "";

        setup("2026-01-01T00:00:00Z", HOURLY);
        sim_thaw_jobs(&sim, false);
        ck_assert_int_eq(sim.last_result, -EALREADY);
        sim_freeze_jobs(&sim);
        ck_assert_int_eq(sim.last_result, 0);
        manager_get_status(sim.manager, &status);
        ck_assert_int_eq(status.frozen_since_usec, sim.realtime_usec);
        sim_freeze_jobs(&sim);
        ck_assert_int_eq(sim.last_result, -EALREADY);
        sim_thaw_jobs(&sim, true);
        manager_get_status(sim.manager, &status);
        ck_assert_int_eq(status.frozen_since_usec, USEC_INFINITY);
        ck_assert_int_eq(manager_list_audit(sim.manager, &filter, print_audit, text), 0);
        ck_assert_str_eq(text, "thawed root what was held back is skipped\nfrozen root -\n");
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "span",  &a_frozen_span_is_judged_at_the_thaw, (int) (ARRAY_SIZE(span_cases) * BETWEEN_COUNT) },
        { "span",  &nobody_wakes_for_what_is_frozen, 1 },
        { "span",  &why_and_timers_know_it_while_it_lasts, 1 },
        { "start", &a_start_by_hand_is_refused, 1 },
        { "start", &what_runs_goes_on_and_is_tried_again_after_the_thaw, 3 },
        { "start", &what_an_end_calls_for_waits_for_the_thaw, (int) (2 * ARRAY_SIZE(end_cases)) },
        { "start", &those_that_wait_go_on_waiting, 1 },
        { "other", &a_clock_that_is_set_back_meanwhile_repeats_nothing, 1 },
        { "other", &a_clock_that_is_set_forward_meanwhile_is_part_of_it, 1 },
        { "other", &a_pause_within_owes_nothing, 1 },
        { "other", &an_edit_within_owes_nothing_for_the_time_before, 1 },
        { "other", &a_crash_anywhere_leaves_one_or_the_other, 2 },
        { "other", &both_are_audited_and_said_twice_refused, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-freeze", stories, ARRAY_SIZE(stories));
}
