/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `why` has an answer for the past, the present and the future, whatever happened. */

#include "sim/simulator.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define HOURLY "schedule: '0 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"

/* clang-format off */
static const struct {
        const char *from, *until; /* NULL: the last one that was decided */
        bool scheduled;
        WhyWhen when;
        int state;
        ExecutionReason reason;
        const char *text; /* a part of it */
        const char *blocker;
} cases[] = {
        /* The story: 01:00 runs for 2 h 10 min, 02:00 and 03:00 are skipped, down from 03:30 to 06:30, paused from 08:10 on */
        { "2026-01-01T01:00Z", "2026-01-01T01:00:59Z", true,  WHY_PAST, EXECUTION_SUCCEEDED, REASON_NONE,    "succeeded after 2h 10min with exit code 0", NULL },
        { "2026-01-01T02:00Z", "2026-01-01T02:00:59Z", true,  WHY_PAST, EXECUTION_SKIPPED,   REASON_OVERLAP, "were skipped: an earlier execution of the job still ran", "execution 1" },
        { "2026-01-01T03:00Z", "2026-01-01T03:00:59Z", true,  WHY_PAST, EXECUTION_SKIPPED,   REASON_OVERLAP, "2 occurrences from 2026-01-01T02:00:00+00:00 to 2026-01-01T03:00:00", "execution 1" },
        { "2026-01-01T04:00Z", "2026-01-01T04:00:59Z", true,  WHY_PAST, EXECUTION_MISSED,    REASON_DOWN,    "jobschedd was not running", NULL },
        { "2026-01-01T06:00Z", "2026-01-01T06:00:59Z", true,  WHY_PAST, EXECUTION_SUCCEEDED, REASON_NONE,    "30min late to catch up", NULL },
        { "2026-01-01T08:00Z", "2026-01-01T08:00:59Z", true,  WHY_NOW,  EXECUTION_RUNNING,   REASON_NONE,    "has run for 1h 30min", NULL },
        { "2026-01-01T09:00Z", "2026-01-01T09:00:59Z", true,  WHY_PAST, EXECUTION_SKIPPED,   REASON_PAUSED,  "was skipped: the job has been paused since 2026-01-01T08:10:00+00:00, until it is resumed", "paused" },
        { "2026-01-01T12:00Z", "2026-01-01T12:00:59Z", true,  WHY_FUTURE, -1,                REASON_PAUSED,  "will be skipped", "paused" },
        { "2026-01-01T02:30Z", "2026-01-01T02:30:59Z", false, WHY_PAST, -1,                  REASON_NONE,    "not due at 2026-01-01T02:30:00+00:00; before that it was due at 2026-01-01T02:00:00", NULL },
        { "2025-12-31T12:00Z", "2025-12-31T12:00:59Z", true,  WHY_PAST, -1,                  REASON_NONE,    "was added only at", NULL },
        { NULL,                NULL,                   true,  WHY_NOW,  EXECUTION_RUNNING,   REASON_NONE,    "2026-01-01T08:00:00", NULL },
};
/* clang-format on */

static void tell_story(Sim *sim) {
        sim_init(sim, "2026-01-01T00:30:00Z");
        sim_write_job(sim, "a", HOURLY);
        sim_start_daemon(sim);
        sim->duration_usec = 2 * USEC_PER_HOUR + 10 * USEC_PER_MINUTE;
        sim_run_until(sim, "2026-01-01T03:30:00Z");
        sim->duration_usec = USEC_PER_SEC;
        sim_kill_daemon(sim);
        sim_run_until(sim, "2026-01-01T06:30:00Z");
        sim_start_daemon(sim);
        sim_run_until(sim, "2026-01-01T07:30:00Z");
        sim->duration_usec = 2 * USEC_PER_HOUR;
        sim_run_until(sim, "2026-01-01T08:10:00Z");
        sim_pause_job(sim, "a", USEC_INFINITY);
        sim_run_until(sim, "2026-01-01T09:30:00Z");
}

START_TEST(why_answers) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        const char *from = cases[_i].from, *until = cases[_i].until;
        Sim sim;

        tell_story(&sim);
        ck_assert_int_eq(
                        manager_why(sim.manager, "a", from ? test_usec(from) : USEC_INFINITY,
                                    until ? test_usec(until) : USEC_INFINITY, &answer),
                        0);

        ck_assert_msg(strstr(answer.text, cases[_i].text), "%s", answer.text);
        ck_assert_int_eq(answer.scheduled, cases[_i].scheduled);
        ck_assert_int_eq(answer.when, cases[_i].when);
        ck_assert_int_eq(answer.state, cases[_i].state);
        ck_assert_int_eq(answer.reason, cases[_i].reason);
        if (cases[_i].blocker)
                ck_assert_str_eq(answer.blockers[0], cases[_i].blocker);
        else
                ck_assert_ptr_null(answer.blockers);
        sim_done(&sim);
}
END_TEST

/* clang-format off */
static const struct {
        const char *job, *text;
} idle_cases[] = {
        { HOURLY,                                   "will start in 1h 30min, unless execution 1 still runs then" },
        { HOURLY "enabled: false\n",                "is disabled" },
        { "command: [/bin/true]\n",                 "only runs when it is started by hand" },
        { "schedul: oops\n",                        "failed to load" },
        { "schedule: {at: 2026-01-01T01:00:00Z}\ntimezone: UTC\ncommand: [/bin/true]\n", "is not due at" },
};
/* clang-format on */

START_TEST(why_tells_the_future_in_every_state) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", idle_cases[_i].job);
        sim_start_daemon(&sim);
        sim.duration_usec = USEC_PER_DAY;
        sim_start_job(&sim, "a");

        ck_assert_int_eq(
                        manager_why(sim.manager, "a", test_usec("2026-01-01T02:00:00Z"),
                                    test_usec("2026-01-01T02:00:00Z"), &answer),
                        0);
        ck_assert_msg(strstr(answer.text, idle_cases[_i].text), "%s", answer.text);
        ck_assert_int_eq(answer.when, WHY_FUTURE);
        ck_assert_int_eq(manager_why(sim.manager, "b", USEC_INFINITY, USEC_INFINITY, &answer), -ENOENT);
        sim_done(&sim);
}
END_TEST

/* Job "a" has run at 01:00, and it is 01:30. */
static void run_once(Sim *sim) {
        sim_init(sim, "2026-01-01T00:30:00Z");
        sim_write_job(sim, "a", HOURLY);
        sim_write_job(sim, "b", HOURLY);
        sim_start_daemon(sim);
        sim->duration_usec = USEC_PER_SEC;
        sim_run_until(sim, "2026-01-01T01:30:00Z");
}

static void ask_last(Sim *sim, WhyAnswer *ret) {
        ck_assert_int_eq(manager_why(sim->manager, "a", USEC_INFINITY, USEC_INFINITY, ret), 0);
}

START_TEST(the_last_one_is_the_last_that_was_decided) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", HOURLY);
        sim_start_daemon(&sim);
        sim.duration_usec = USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T01:59:59.500Z"); /* the row of 02:00 is written ahead */

        ask_last(&sim, &answer);
        ck_assert_int_eq(answer.state, EXECUTION_SUCCEEDED);
        ck_assert_msg(strstr(answer.text, "2026-01-01T01:00:00+00:00"), "%s", answer.text);
        sim_done(&sim);
}
END_TEST

/* clang-format off */
static const struct {
        const char *change, *text, *blocker; /* a change of the job, else it is paused */
} standstill_cases[] = {
        { NULL,                      " Nothing starts by its schedule now: the job has been paused since 2026-01-01T01:30:00", "paused" },
        { HOURLY "enabled: false\n", " Nothing starts by its schedule now: the job is disabled.",  "disabled" },
        { "",                        " Since then the job was removed.",                            "removed" },
        { HOURLY,                    "succeeded",                                                   NULL },
};
/* clang-format on */

START_TEST(a_paused_job_that_was_never_due_says_so) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", HOURLY);
        sim_start_daemon(&sim);
        sim_pause_job(&sim, "a", test_usec("2026-01-01T04:30:00Z"));
        ask_last(&sim, &answer);
        ck_assert_msg(strstr(answer.text, "has not been due yet; "), "%s", answer.text);
        ck_assert_msg(strstr(answer.text, ", until 2026-01-01T04:30:00+00:00."), "%s", answer.text);
        ck_assert_str_eq(answer.blockers[0], "paused");
        sim_done(&sim);
}
END_TEST

START_TEST(what_is_ordered_to_be_skipped_is_told) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        Sim sim;

        run_once(&sim);
        sim_skip_job(&sim, "a", 2);
        ask_last(&sim, &answer);
        ck_assert_msg(strstr(answer.text, " What is due until 2026-01-01T03:00:00+00:00 will be skipped: "),
                      "%s", answer.text);
        ck_assert_str_eq(answer.blockers[0], "skip");
        sim_done(&sim);
}
END_TEST

START_TEST(behind_the_last_one_stands_why_nothing_follows) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        Sim sim;

        run_once(&sim);
        if (!standstill_cases[_i].change)
                sim_pause_job(&sim, "a", USEC_INFINITY);
        else
                sim_write_job(&sim, "a", *standstill_cases[_i].change ? standstill_cases[_i].change : NULL);
        sim_reload(&sim);
        sim_settle(&sim);

        ask_last(&sim, &answer);
        ck_assert_int_eq(answer.state, EXECUTION_SUCCEEDED);
        ck_assert_msg(strstr(answer.text, standstill_cases[_i].text), "%s", answer.text);
        if (standstill_cases[_i].blocker)
                ck_assert_str_eq(answer.blockers[0], standstill_cases[_i].blocker);
        else
                ck_assert_ptr_null(answer.blockers);
        sim_done(&sim);
}
END_TEST

/* --- the corners ----------------------------------------------------------------------------------- */

static void expect_why(Sim *sim, const char *at, int state, const char *text) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };

        ck_assert_int_eq(manager_why(sim->manager, "a", test_usec(at), test_usec(at), &answer), 0);
        ck_assert_msg(strstr(answer.text, text), "%s", answer.text);
        ck_assert_int_eq(answer.state, state);
        ck_assert(answer.scheduled);
}

#define HOURLY_BUT \
        "schedule: '0 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nexcept: {time: 02:00..05:00}\n"

/* One row spans 02:00 to 04:00 of two days; what was missed between them has a row of its own. */
START_TEST(what_was_missed_between_what_was_excepted_is_found) {
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", HOURLY_BUT "catch-up: none\n");
        sim_start_daemon(&sim);
        sim.duration_usec = USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_kill_daemon(&sim);
        sim_run_until(&sim, "2026-01-02T05:30:00Z");
        sim_start_daemon(&sim);
        sim_settle(&sim);
        expect_why(&sim, "2026-01-01T03:00:00Z", EXECUTION_SKIPPED, "the job's exceptions name that time");
        expect_why(&sim, "2026-01-01T12:00:00Z", EXECUTION_MISSED, "jobschedd was not running");
        expect_why(&sim, "2026-01-02T03:00:00Z", EXECUTION_SKIPPED, "the job's exceptions name that time");
        sim_done(&sim);
}
END_TEST

START_TEST(a_moved_one_is_explained_by_both_of_its_times) {
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a",
                      "schedule: ['0 6 2 * *', '0 7 * * *']\ntimezone: UTC\ncommand: [/bin/true]\n"
                      "except: {dates: [2026-01-02]}\non-except: next-day\n");
        sim_start_daemon(&sim);
        sim.duration_usec = USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-03T12:00:00Z");
        expect_why(&sim, "2026-01-02T06:00:00Z", EXECUTION_SUCCEEDED,
                   "on-except moved that occurrence to 2026-01-03T06:00:00+00:00. The occurrence of "
                   "2026-01-03T06:00:00");
        expect_why(&sim, "2026-01-03T06:00:00Z", EXECUTION_SUCCEEDED, "succeeded");
        expect_why(&sim, "2026-01-02T07:00:00Z", -1, "the job was due anyway: the two were one; before that");
        sim_done(&sim);
}
END_TEST

START_TEST(a_time_without_a_record_belongs_to_another_definition_or_was_deleted) {
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", "schedule: '30 6 * * *'\ntimezone: UTC\ncommand: [/bin/true]\n");
        sim_start_daemon(&sim);
        sim.duration_usec = USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T08:30:00Z");
        sim_write_job(&sim, "a", HOURLY "keep: {executions: 1}\n");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-02T20:30:00Z");
        expect_why(&sim, "2026-01-01T07:00:00Z", -1,
                   "was not decided by the definition in force, which is of 2026-01-01T08:30:00");
        expect_why(&sim, "2026-01-01T12:00:00Z", -1, "its record has been deleted since");
        sim_done(&sim);
}
END_TEST

#define DEMANDING \
        HOURLY "conditions: {load-below: 2.0, ac-power: true}\nqueue: io\nafter: {jobs: [b], wait: 1h}\n"

START_TEST(what_has_to_hold_is_told_beforehand) {
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", DEMANDING);
        sim_write_job(&sim, "b", "command: [/bin/true]\n");
        sim_start_daemon(&sim);
        expect_why(&sim, "2026-01-01T01:00:00Z", -1,
                   "; it waits then for b to have succeeded; its conditions have to hold then: ");
        expect_why(&sim, "2026-01-01T01:00:00Z", -1, "; it needs a slot of queue 'io'");
        sim_done(&sim);
}
END_TEST

START_TEST(an_execution_is_explained_by_its_number) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        CLEANUP_FREE char *job = NULL;
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", HOURLY);
        sim_start_daemon(&sim);
        sim.exit_code = 3;
        sim.duration_usec = USEC_PER_SEC;
        sim_start_job(&sim, "a");
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_int_eq(manager_why_execution(sim.manager, sim.last_id, &answer, &job), 0);
        ck_assert_str_eq(job, "a");
        ck_assert_ptr_nonnull(strstr(answer.text, "asked for by hand"));
        ck_assert_ptr_nonnull(strstr(answer.text, "failed after 1s with exit code 3"));
        ck_assert_int_eq(answer.state, EXECUTION_FAILED);
        ck_assert_int_eq(manager_why_execution(sim.manager, 999, &answer, &job), -ENOENT);
        sim_done(&sim);
}
END_TEST

START_TEST(attempts_are_counted) {
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", HOURLY "retry: {attempts: 3, delay: 10s}\n");
        sim_start_daemon(&sim);
        sim.exit_code = 3;
        sim.duration_usec = USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T01:01:30Z");
        expect_why(&sim, "2026-01-01T01:00:00Z", EXECUTION_RUNNING, "has run for 1min 30s, now in attempt 2");
        sim_run_until(&sim, "2026-01-01T01:10:00Z");
        expect_why(&sim, "2026-01-01T01:00:00Z", EXECUTION_FAILED,
                   "failed after 3min 20s in attempt 3 with exit code 3");
        sim_done(&sim);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("sim-why");
        TCase *why = tcase_create("why");

        tcase_add_loop_test(why, why_answers, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(why, why_tells_the_future_in_every_state, 0, ARRAY_SIZE(idle_cases));
        tcase_add_test(why, the_last_one_is_the_last_that_was_decided);
        tcase_add_test(why, what_is_ordered_to_be_skipped_is_told);
        tcase_add_test(why, a_paused_job_that_was_never_due_says_so);
        tcase_add_loop_test(
                        why, behind_the_last_one_stands_why_nothing_follows, 0, ARRAY_SIZE(standstill_cases));
        tcase_add_test(why, what_was_missed_between_what_was_excepted_is_found);
        tcase_add_test(why, a_moved_one_is_explained_by_both_of_its_times);
        tcase_add_test(why, a_time_without_a_record_belongs_to_another_definition_or_was_deleted);
        tcase_add_test(why, what_has_to_hold_is_told_beforehand);
        tcase_add_test(why, an_execution_is_explained_by_its_number);
        tcase_add_test(why, attempts_are_counted);
        suite_add_tcase(suite, why);
        return suite;
}
