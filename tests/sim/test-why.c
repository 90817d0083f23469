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
        { "2026-01-01T09:00Z", "2026-01-01T09:00:59Z", true,  WHY_PAST, -1,                  REASON_PAUSED,  "was skipped: the job has been paused since 2026-01-01T08:10:00+00:00, until it is resumed", "paused" },
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

START_TEST(the_last_one_is_the_last_that_was_decided) {
        CLEANUP(why_answer_done) WhyAnswer answer = { 0 };
        Sim sim;

        sim_init(&sim, "2026-01-01T00:30:00Z");
        sim_write_job(&sim, "a", HOURLY);
        sim_start_daemon(&sim);
        sim.duration_usec = USEC_PER_SEC;
        sim_run_until(&sim, "2026-01-01T01:59:59.500Z"); /* the row of 02:00 is written ahead */

        ck_assert_int_eq(manager_why(sim.manager, "a", USEC_INFINITY, USEC_INFINITY, &answer), 0);
        ck_assert_int_eq(answer.state, EXECUTION_SUCCEEDED);
        ck_assert_msg(strstr(answer.text, "2026-01-01T01:00:00+00:00"), "%s", answer.text);
        sim_done(&sim);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("sim-why");
        TCase *why = tcase_create("why");

        tcase_add_loop_test(why, why_answers, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(why, why_tells_the_future_in_every_state, 0, ARRAY_SIZE(idle_cases));
        tcase_add_test(why, the_last_one_is_the_last_that_was_decided);
        suite_add_tcase(suite, why);
        return suite;
}
