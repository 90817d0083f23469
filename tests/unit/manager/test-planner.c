/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/planner.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define HOUR USEC_PER_HOUR
#define NOW (1000 * HOUR)

/* clang-format off */
static const struct {
        CatchUp catch_up;
        uint64_t n;
        usec_t last_usec;
        bool another_is_due;
        bool run_latest;
        uint64_t n_missed;
        bool too_late;
} catch_up_cases[] = {
        { { CATCH_UP_LATEST, USEC_INFINITY }, 1, NOW - HOUR,     false, true,  0, false },
        { { CATCH_UP_LATEST, USEC_INFINITY }, 5, NOW - HOUR,     false, true,  4, false },
        { { CATCH_UP_LATEST, USEC_INFINITY }, 5, NOW - HOUR,     true,  false, 5, false },
        { { CATCH_UP_LATEST, HOUR },          5, NOW - HOUR,     false, true,  4, false },
        { { CATCH_UP_LATEST, HOUR },          5, NOW - HOUR - 1, false, false, 5, true },
        { { CATCH_UP_NONE,   USEC_INFINITY }, 5, NOW - HOUR,     false, false, 5, false },
        { { CATCH_UP_NONE,   HOUR },          1, NOW - HOUR,     false, false, 1, false },
};

static const struct {
        CatchUp catch_up;
        ExecutionCause cause;
        usec_t late_usec;
        ExecutionReason reason;
} late_start_cases[] = {
        { { CATCH_UP_NONE,   USEC_INFINITY }, CAUSE_SCHEDULE, 0,                    REASON_NONE },
        { { CATCH_UP_NONE,   USEC_INFINITY }, CAUSE_SCHEDULE, 5 * USEC_PER_SEC,     REASON_NONE },
        { { CATCH_UP_NONE,   USEC_INFINITY }, CAUSE_SCHEDULE, 5 * USEC_PER_SEC + 1, REASON_DOWN },
        { { CATCH_UP_LATEST, USEC_INFINITY }, CAUSE_SCHEDULE, 900 * HOUR,           REASON_NONE },
        { { CATCH_UP_LATEST, HOUR },          CAUSE_SCHEDULE, HOUR,                 REASON_NONE },
        { { CATCH_UP_LATEST, HOUR },          CAUSE_CATCH_UP, HOUR + 1,             REASON_TOO_LATE },
        { { CATCH_UP_NONE,   USEC_INFINITY }, CAUSE_BOOT,     HOUR,                 REASON_NONE },
        { { CATCH_UP_LATEST, USEC_INFINITY }, CAUSE_MANUAL,   USEC_PER_MINUTE,      REASON_NONE },
        { { CATCH_UP_LATEST, USEC_INFINITY }, CAUSE_MANUAL,   HOUR,                 REASON_TOO_LATE },
};

static const struct {
        usec_t due_usec, ahead_usec;
        bool may_arm;
        usec_t wake_usec;
} wake_cases[] = {
        { NOW + HOUR,         USEC_PER_SEC, true,  NOW + HOUR - USEC_PER_SEC }, /* to write ahead */
        { NOW + HOUR,         USEC_PER_SEC, false, NOW + HOUR },                /* something runs: judged when it is due */
        { NOW + USEC_PER_SEC, USEC_PER_SEC, true,  NOW + USEC_PER_SEC },        /* written already */
        { NOW + HOUR,         0,            true,  NOW + HOUR },
};

static const struct {
        ExecutionState state;
        ExecutionReason reason;
        const char *detail;
        usec_t decided_usec;
        bool folds;
} fold_cases[] = { /* into a row skipped (overlap, "blocked by execution 41") that ends at NOW */
        { EXECUTION_SKIPPED, REASON_OVERLAP, "blocked by execution 41", NOW,     true },
        { EXECUTION_SKIPPED, REASON_OVERLAP, "blocked by execution 42", NOW,     false },
        { EXECUTION_SKIPPED, REASON_OVERLAP, NULL,                      NOW,     false },
        { EXECUTION_SKIPPED, REASON_PAUSED,  "blocked by execution 41", NOW,     false },
        { EXECUTION_MISSED,  REASON_OVERLAP, "blocked by execution 41", NOW,     false },
        { EXECUTION_SKIPPED, REASON_OVERLAP, "blocked by execution 41", NOW - 1, false }, /* the clock was set back */
};
/* clang-format on */

START_TEST(catch_up_covers_all_and_runs_at_most_one) {
        const OccurrenceSpan span = {
                .n_occurrences = catch_up_cases[_i].n,
                .first_usec = NOW - 100 * HOUR,
                .last_usec = catch_up_cases[_i].last_usec,
        };
        CatchUpPlan plan;

        planner_catch_up(&catch_up_cases[_i].catch_up, &span, catch_up_cases[_i].another_is_due, NOW, &plan);
        ck_assert_int_eq(plan.run_latest, catch_up_cases[_i].run_latest);
        ck_assert_uint_eq(plan.n_missed, catch_up_cases[_i].n_missed);
        ck_assert_int_eq(plan.too_late, catch_up_cases[_i].too_late);
        ck_assert_uint_eq(plan.n_missed + plan.run_latest, span.n_occurrences);
}
END_TEST

START_TEST(a_begun_row_is_sent_unless_it_is_too_late) {
        ck_assert_int_eq(
                        planner_late_start(
                                        &late_start_cases[_i].catch_up, late_start_cases[_i].cause,
                                        NOW - late_start_cases[_i].late_usec, NOW),
                        late_start_cases[_i].reason);
}
END_TEST

START_TEST(it_wakes_to_write_ahead_or_to_start) {
        ck_assert_int_eq(
                        planner_wake(wake_cases[_i].due_usec, NOW, wake_cases[_i].ahead_usec,
                                     wake_cases[_i].may_arm),
                        wake_cases[_i].wake_usec);
}
END_TEST

START_TEST(only_what_is_the_same_and_next_to_it_folds) {
        char detail[] = "blocked by execution 41";
        const ExecutionRecord fold = {
                .state = EXECUTION_SKIPPED,
                .reason = REASON_OVERLAP,
                .reason_detail = detail,
                .due_last_usec = NOW,
        };

        ck_assert_int_eq(
                        planner_may_fold(
                                        &fold, fold_cases[_i].decided_usec, fold_cases[_i].state,
                                        fold_cases[_i].reason, fold_cases[_i].detail),
                        fold_cases[_i].folds);
        ck_assert(!planner_may_fold(NULL, NOW, EXECUTION_SKIPPED, REASON_OVERLAP, NULL));
}
END_TEST

/* A job of one hourly schedule and one that is due five minutes after boot. */
static void make_job(Job *job, ScheduleEntry entries[static 2]) {
        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, "0 * * * *", NULL, &entries[0].schedule, NULL), 0);
        ck_assert_int_eq(schedule_parse(SCHEDULE_BOOT, "5min", NULL, &entries[1].schedule, NULL), 0);
        *job = (Job){ .timetable = { entries, 2 } };
}

START_TEST(boot_is_not_judged_late_and_alone_in_an_untrusted_clock) {
        ScheduleEntry entries[2] = { 0 };
        usec_t boot_usec = test_usec("2026-01-01T02:30:00Z");
        PlannedOccurrence next;
        OccurrenceSpan span;
        PlannerView view;
        Job job;

        make_job(&job, entries);
        view = (PlannerView){
                .job = &job,
                .context = { .zone = time_zone_utc(), .boot_usec = boot_usec },
        };

        planner_late_span(&view, boot_usec - 2 * HOUR, boot_usec + 2 * HOUR, &span);
        ck_assert_uint_eq(span.n_occurrences, 2);
        ck_assert_int_eq(span.last_usec, test_usec("2026-01-01T02:00:00Z"));

        ck_assert_int_eq(planner_next(&view, boot_usec - 2 * HOUR, &next), 1);
        ck_assert_int_eq(next.kind, SCHEDULE_CRON);
        ck_assert(next.interval_like);

        view.boot_only = true;
        ck_assert_int_eq(planner_next(&view, boot_usec - 2 * HOUR, &next), 1);
        ck_assert_int_eq(next.kind, SCHEDULE_BOOT);
        ck_assert_int_eq(next.occurrence.due_usec, test_usec("2026-01-01T02:35:00Z"));
        ck_assert(!planner_is_finished(&view, next.occurrence.due_usec)); /* it comes again */

        schedule_entry_done(&entries[0]);
        schedule_entry_done(&entries[1]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("manager-planner");
        TCase *planner = tcase_create("planner");

        tcase_add_loop_test(planner, catch_up_covers_all_and_runs_at_most_one, 0, ARRAY_SIZE(catch_up_cases));
        tcase_add_loop_test(
                        planner, a_begun_row_is_sent_unless_it_is_too_late, 0, ARRAY_SIZE(late_start_cases));
        tcase_add_loop_test(planner, it_wakes_to_write_ahead_or_to_start, 0, ARRAY_SIZE(wake_cases));
        tcase_add_loop_test(planner, only_what_is_the_same_and_next_to_it_folds, 0, ARRAY_SIZE(fold_cases));
        tcase_add_test(planner, boot_is_not_judged_late_and_alone_in_an_untrusted_clock);
        suite_add_tcase(suite, planner);
        return suite;
}
