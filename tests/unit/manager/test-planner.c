/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/planner.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define HOUR USEC_PER_HOUR
#define NOW (1000 * HOUR)

/* clang-format off */
/* Of an hourly job, `n` hours until `last_usec`. */
static const struct {
        CatchUp catch_up;
        uint64_t n;
        usec_t last_usec, delay_usec;
        bool another_is_due;
        uint64_t n_run, n_missed;
        bool too_late;
} catch_up_cases[] = {
        { { CATCH_UP_LATEST, USEC_INFINITY, 100 }, 1, NOW - HOUR, 0,        false, 1, 0, false },
        { { CATCH_UP_LATEST, USEC_INFINITY, 100 }, 5, NOW - HOUR, 0,        false, 1, 4, false },
        { { CATCH_UP_LATEST, USEC_INFINITY, 100 }, 5, NOW - HOUR, 0,        true,  0, 5, false },
        { { CATCH_UP_LATEST, HOUR, 100 },          5, NOW - HOUR, 0,        false, 1, 4, false },
        { { CATCH_UP_LATEST, HOUR - 1, 100 },      5, NOW - HOUR, 0,        false, 0, 5, true },
        { { CATCH_UP_LATEST, HOUR - 1, 100 },      5, NOW - HOUR, 1,        false, 1, 4, false }, /* counts from the start */
        { { CATCH_UP_NONE,   USEC_INFINITY, 100 }, 5, NOW - HOUR, 0,        false, 0, 5, false },
        { { CATCH_UP_NONE,   HOUR, 100 },          1, NOW - HOUR, 0,        false, 0, 1, false },
        { { CATCH_UP_ALL,    USEC_INFINITY, 100 }, 5, NOW - HOUR, 0,        false, 5, 0, false },
        { { CATCH_UP_ALL,    USEC_INFINITY, 100 }, 5, NOW - HOUR, 0,        true,  5, 0, false },
        { { CATCH_UP_ALL,    USEC_INFINITY, 3 },   5, NOW - HOUR, 0,        false, 3, 2, false },
        { { CATCH_UP_ALL,    2 * HOUR, 3 },        5, NOW - HOUR, 0,        false, 2, 3, true },
        { { CATCH_UP_ALL,    3 * HOUR, 3 },        5, NOW - HOUR, 0,        false, 3, 2, false },
        { { CATCH_UP_ALL,    1, 3 },               5, NOW - HOUR, 0,        false, 0, 5, true },
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
        usec_t due_usec;
        bool folds;
} fold_cases[] = { /* into a row skipped (overlap, "blocked by execution 41") that ends at NOW */
        { EXECUTION_SKIPPED, REASON_OVERLAP, "blocked by execution 41", NOW + 1,     true },
        { EXECUTION_SKIPPED, REASON_OVERLAP, "blocked by execution 42", NOW + 1,     false },
        { EXECUTION_SKIPPED, REASON_OVERLAP, NULL,                      NOW + 1,     false },
        { EXECUTION_SKIPPED, REASON_PAUSED,  "blocked by execution 41", NOW + 1,     false },
        { EXECUTION_MISSED,  REASON_OVERLAP, "blocked by execution 41", NOW + 1,     false },
        { EXECUTION_SKIPPED, REASON_OVERLAP, "blocked by execution 41", NOW, false }, /* covered already */
};
/* clang-format on */

START_TEST(catch_up_covers_all_and_runs_the_newest) {
        CLEANUP(schedule_freep) Schedule *hourly = NULL;
        ScheduleEntry entry = { 0 };
        const uint64_t n = catch_up_cases[_i].n;
        const usec_t last_usec = catch_up_cases[_i].last_usec;
        const OccurrenceSpan span = { n, last_usec - (usec_t) (n - 1) * HOUR, last_usec };
        Job job = { .catch_up = catch_up_cases[_i].catch_up, .timetable = { &entry, 1 } };
        const PlannerView view = {
                .job = &job,
                .context = { .zone = time_zone_utc() },
                .delay_usec = catch_up_cases[_i].delay_usec,
        };
        CatchUpPlan plan;

        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, "0 * * * *", NULL, &hourly, NULL), 0);
        entry.schedule = hourly;

        planner_catch_up(&view, &span, catch_up_cases[_i].another_is_due, NOW, &plan);
        ck_assert_uint_eq(plan.n_run, catch_up_cases[_i].n_run);
        ck_assert_uint_eq(plan.n_missed, catch_up_cases[_i].n_missed);
        ck_assert_int_eq(plan.too_late, catch_up_cases[_i].too_late);
        if (plan.n_run > 0)
                ck_assert_int_eq(plan.first_run.due_usec, last_usec - (usec_t) (plan.n_run - 1) * HOUR);
        if (plan.n_missed > 0)
                ck_assert_int_eq(plan.missed_last_usec, last_usec - (usec_t) plan.n_run * HOUR);
}
END_TEST

/* Due, how much later it may be met, and when it is. */
static const struct {
        const char *due;
        usec_t accuracy_usec;
        const char *wake;
} coalesce_cases[] = {
        { "2026-01-01T10:07:13Z", 0, "2026-01-01T10:07:13Z" },
        { "2026-01-01T10:07:13Z", USEC_PER_SEC, "2026-01-01T10:07:13Z" },
        { "2026-01-01T10:07:13.2Z", USEC_PER_SEC, "2026-01-01T10:07:14Z" },
        { "2026-01-01T10:07:13Z", 20 * USEC_PER_SEC, "2026-01-01T10:07:30Z" },
        { "2026-01-01T10:07:13Z", USEC_PER_MINUTE, "2026-01-01T10:08:00Z" },
        { "2026-01-01T10:07:13Z", 10 * USEC_PER_MINUTE, "2026-01-01T10:10:00Z" },
        { "2026-01-01T10:07:13Z", HOUR, "2026-01-01T11:00:00Z" },
        { "2026-01-01T10:00:00Z", HOUR, "2026-01-01T10:00:00Z" },
};

START_TEST(wake_ups_meet_at_round_times) {
        char wake[TIMESTAMP_MAX];

        ck_assert_str_eq(
                        test_timestamp(planner_coalesce(
                                                       test_usec(coalesce_cases[_i].due),
                                                       coalesce_cases[_i].accuracy_usec),
                                       wake),
                        coalesce_cases[_i].wake);
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
                                        &fold, fold_cases[_i].due_usec, fold_cases[_i].state,
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

        view.elapsed_only = true;
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

        tcase_add_loop_test(planner, catch_up_covers_all_and_runs_the_newest, 0, ARRAY_SIZE(catch_up_cases));
        tcase_add_loop_test(
                        planner, a_begun_row_is_sent_unless_it_is_too_late, 0, ARRAY_SIZE(late_start_cases));
        tcase_add_loop_test(planner, wake_ups_meet_at_round_times, 0, ARRAY_SIZE(coalesce_cases));
        tcase_add_loop_test(planner, it_wakes_to_write_ahead_or_to_start, 0, ARRAY_SIZE(wake_cases));
        tcase_add_loop_test(planner, only_what_is_the_same_and_next_to_it_folds, 0, ARRAY_SIZE(fold_cases));
        tcase_add_test(planner, boot_is_not_judged_late_and_alone_in_an_untrusted_clock);
        suite_add_tcase(suite, planner);
        return suite;
}
