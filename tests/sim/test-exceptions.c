/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What exceptions take away or move: it is not woken for, and has its row all the same. 2026-01-01 is a
 * Thursday. */

#include "sim/story.h"

#define DAILY "schedule: '0 10 * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
#define WEEKDAYS DAILY "except: [{days: 'Sat,Sun'}]\n"

START_TEST(a_span_is_one_row_when_it_ends) {
        setup("2026-01-01T12:00:00Z", WEEKDAYS);
        sim_run_until(&sim, "2026-01-05T09:00:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-02T10:00:00Z\n");
        ck_assert_uint_eq(sim.n_wakeups, 2);
        sim_run_until(&sim, "2026-01-05T11:00:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-02T10:00:00Z\n"
                        "skipped excepted schedule 2026-01-03T10:00:00Z..2026-01-04T10:00:00Z x2\n"
                        "succeeded schedule 2026-01-05T10:00:00Z\n");
}
END_TEST

START_TEST(a_moved_one_keeps_its_nominal_time) {
        ExecutionRecord row;

        setup("2026-01-02T12:00:00Z",
              "schedule: '0 10 3 * *'\ntimezone: UTC\ncommand: [/bin/true]\n"
              "except: [{days: 'Sat,Sun'}]\non-except: next-business-day\n");
        sim_run_until(&sim, "2026-01-06T00:00:00Z");
        sim_expect_rows(&sim, "a", "succeeded schedule 2026-01-05T10:00:00Z\n");
        execution_record_init(&row);
        ck_assert_int_eq(store_read_execution(sim.store, 1, &row), 1);
        ck_assert_int_eq(row.nominal_usec, test_usec("2026-01-03T10:00:00Z"));
        ck_assert_uint_eq(row.notes, SCHEDULE_NOTE_EXCEPTED_MOVED);
        execution_record_done(&row);
}
END_TEST

START_TEST(downtime_counts_both) {
        setup("2026-01-01T12:00:00Z", WEEKDAYS);
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-13T12:00:00Z");
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "missed down schedule 2026-01-02T10:00:00Z..2026-01-12T10:00:00Z x7\n"
                        "succeeded catch-up 2026-01-13T10:00:00Z\n"
                        "skipped excepted schedule 2026-01-03T10:00:00Z..2026-01-11T10:00:00Z x4\n");
}
END_TEST

START_TEST(a_restart_or_an_edit_writes_it_once) {
        setup("2026-01-01T12:00:00Z", WEEKDAYS);
        sim_run_until(&sim, "2026-01-03T12:00:00Z");
        if (_i == 0) {
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        } else {
                sim_write_job(&sim, "a", WEEKDAYS "description: another\n");
                sim_reload(&sim);
        }
        sim_run_until(&sim, "2026-01-05T12:00:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-02T10:00:00Z\n"
                        "skipped excepted schedule 2026-01-03T10:00:00Z..2026-01-04T10:00:00Z x2\n"
                        "succeeded schedule 2026-01-05T10:00:00Z\n");
}
END_TEST

START_TEST(a_start_by_hand_ignores_them) {
        setup("2026-01-03T12:00:00Z", WEEKDAYS);
        sim_start_job(&sim, "a");
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a", "succeeded manual 2026-01-03T12:00:00.000001Z\n");
}
END_TEST

START_TEST(a_pause_over_them_tells_them_apart) {
        setup("2026-01-01T12:00:00Z", WEEKDAYS);
        sim_pause_job(&sim, "a", USEC_INFINITY);
        sim_run_until(&sim, "2026-01-06T12:00:00Z");
        sim_resume_job(&sim, "a");
        sim_expect_rows(&sim, "a",
                        "skipped paused schedule 2026-01-02T10:00:00Z..2026-01-06T10:00:00Z x3\n"
                        "skipped excepted schedule 2026-01-03T10:00:00Z..2026-01-04T10:00:00Z x2\n");
}
END_TEST

/* Saturday, Sunday, and the Monday between them and now. */
static const struct {
        const char *asked, *now;
        WhyWhen when;
        int state;
        ExecutionReason reason;
} why_cases[] = {
        { "2026-01-10T10:00:00Z", "2026-01-05T12:00:00Z", WHY_FUTURE, -1, REASON_EXCEPTED },
        { "2026-01-03T10:00:00Z", "2026-01-03T12:00:00Z", WHY_PAST, EXECUTION_SKIPPED, REASON_EXCEPTED },
        { "2026-01-03T10:00:00Z", "2026-01-05T12:00:00Z", WHY_PAST, EXECUTION_SKIPPED, REASON_EXCEPTED },
        { "2026-01-04T10:00:00Z", "2026-01-05T12:00:00Z", WHY_PAST, EXECUTION_SKIPPED, REASON_EXCEPTED },
};

START_TEST(why_says_so) {
        usec_t asked_usec = test_usec(why_cases[_i].asked);
        WhyAnswer answer;

        setup("2026-01-01T12:00:00Z", WEEKDAYS);
        sim_run_until(&sim, why_cases[_i].now);
        ck_assert_int_eq(manager_why(sim.manager, "a", asked_usec, asked_usec, &answer), 0);
        ck_assert(answer.scheduled);
        ck_assert_int_eq(answer.when, why_cases[_i].when);
        ck_assert_int_eq(answer.state, why_cases[_i].state);
        ck_assert_int_eq(answer.reason, why_cases[_i].reason);
        ck_assert_ptr_nonnull(strstr(answer.text, "exceptions"));
        why_answer_done(&answer);
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "except", &a_span_is_one_row_when_it_ends, 1 },
        { "except", &a_moved_one_keeps_its_nominal_time, 1 },
        { "except", &downtime_counts_both, 1 },
        { "except", &a_restart_or_an_edit_writes_it_once, 2 },
        { "except", &a_start_by_hand_ignores_them, 1 },
        { "except", &a_pause_over_them_tells_them_apart, 1 },
        { "except", &why_says_so, ARRAY_SIZE(why_cases) },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-exceptions", stories, ARRAY_SIZE(stories));
}
