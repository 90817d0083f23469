/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/simulation.h"

#include <errno.h>
#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "support/test-time.h"
#include "util/buffer.h"

#define FROM "2026-03-28T00:00:00Z"
#define UNTIL "2026-03-28T03:59:59Z"
#define C "command: [/bin/true]\ntimezone: UTC\n"

typedef struct Log {
        Buffer text;
        const Simulation *simulation;
} Log;

/* "0 00:30 runs-00:40; " */
static int log_event(void *userdata, const SimulationEvent *event) {
        CivilTime start = civil_time_from_usec(event->start_usec),
                  end = civil_time_from_usec(event->end_usec);
        Log *log = userdata;

        (void) buffer_add_format(
                        &log->text, "%zu %02d:%02d %s", event->job, start.hour, start.minute,
                        simulation_fate_to_string(event->fate));
        if (event->fate == SIMULATION_RUNS)
                (void) buffer_add_format(&log->text, "-%02d:%02d", end.hour, end.minute);
        if (event->count > 1)
                (void) buffer_add_format(&log->text, "*%" PRIu64, event->count);
        if (event->notes & SCHEDULE_NOTE_DELAYED)
                (void) buffer_add_string(&log->text, " delayed");
        return buffer_add_string(&log->text, "; ");
}

/* clang-format off */
static const struct {
        const char *definition;
        usec_t duration_usec, delay_usec;
        bool paused;
        const char *events;
} play_cases[] = {
        { C "schedule: \"0 * * * *\"\n", USEC_PER_MINUTE, 0, false,
          "0 00:00 runs-00:01; 0 01:00 runs-01:01; 0 02:00 runs-02:01; 0 03:00 runs-03:01; " },
        /* both ends of the span belong to it */
        { C "schedule: \"59 59 3 * * *\"\n", 0, 0, false, "0 03:59 runs-03:59; " },
        /* one that ends when the next is due is not in its way */
        { C "schedule: \"0 * * * *\"\n", USEC_PER_HOUR, 0, false,
          "0 00:00 runs-01:00; 0 01:00 runs-02:00; 0 02:00 runs-03:00; 0 03:00 runs-04:00; " },
        { C "schedule: \"0 * * * *\"\n", USEC_PER_HOUR + 1, 0, false,
          "0 00:00 runs-01:00; 0 01:00 overlap; 0 02:00 runs-03:00; 0 03:00 overlap; " },
        { C "schedule: \"0 * * * *\"\n", 9 * USEC_PER_HOUR, 0, false,
          "0 00:00 runs-09:00; 0 01:00 overlap; 0 02:00 overlap; 0 03:00 overlap; " },
        { C "schedule: \"0 * * * *\"\n", 0, 0, true,
          "0 00:00 paused; 0 01:00 paused; 0 02:00 paused; 0 03:00 paused; " },
        /* due in the span, starting behind it: that is for the next simulation */
        { C "schedule: \"0 2,3 * * *\"\nrandom-delay: 2h\n", USEC_PER_MINUTE, 90 * USEC_PER_MINUTE, false,
          "0 03:30 runs-03:31 delayed; " },
        { C "schedule: \"0 * * * *\"\nexcept: [{time: \"01:00..03:00\"}]\n", USEC_PER_MINUTE, 0, false,
          "0 00:00 runs-00:01; 0 03:00 runs-03:01; 0 01:00 excepted*2; " },
        { C "schedule: [\"0 0 * * *\", {calendar: \"*-*-* 00,02:00\"}]\n", USEC_PER_MINUTE, 0, false,
          "0 00:00 runs-00:01; 0 02:00 runs-02:01; " },
        { C "schedule: {every: 100min}\n", USEC_PER_MINUTE, 0, false, "0 01:40 runs-01:41; 0 03:20 runs-03:21; " },
        { C "schedule: {every: 1h, from: end}\n", 30 * USEC_PER_MINUTE, 0, false,
          "0 01:00 runs-01:30; 0 02:30 runs-03:00; " },
        { C "schedule: \"@reboot\"\n", 0, 0, false, "" },
        { C "schedule: \"0 * * * *\"\nenabled: false\n", 0, 0, false, "" },
        { C, 0, 0, false, "" },
};
/* clang-format on */

START_TEST(one_job_is_played) {
        CLEANUP(job_unrefp) Job *job = test_job(play_cases[_i].definition);
        SimulationJob item = {
                .job = job,
                .duration_usec = play_cases[_i].duration_usec,
                .delay_usec = play_cases[_i].delay_usec,
                .paused = play_cases[_i].paused,
        };
        Log log = { 0 };
        Simulation simulation = {
                .jobs = &item,
                .n_jobs = 1,
                .from_usec = test_usec(FROM),
                .first_hour_usec = test_usec(FROM),
                .until_usec = test_usec(UNTIL),
                .on_event = log_event,
                .userdata = &log,
        };

        ck_assert_int_eq(simulation_run(&simulation), 0);

        ck_assert_str_eq(log.text.data ?: "", play_cases[_i].events);
        buffer_done(&log.text);
        simulation_done(&simulation);
}
END_TEST

/* What starts at 00:50 and takes 90 minutes runs on into two more hours. */
START_TEST(hours_and_peaks_are_counted) {
        CLEANUP(job_unrefp) Job *slow = test_job(C "schedule: \"50 0 * * *\"\n");
        CLEANUP(job_unrefp) Job *quick = test_job(C "schedule: \"0,30 1 * * *\"\n");
        SimulationJob items[] = {
                { .job = slow, .duration_usec = 90 * USEC_PER_MINUTE },
                { .job = quick, .duration_usec = USEC_PER_MINUTE },
        };
        Simulation simulation = {
                .jobs = items,
                .n_jobs = 2,
                .from_usec = test_usec("2026-03-28T00:10:00Z"),
                .first_hour_usec = test_usec(FROM),
                .until_usec = test_usec(UNTIL),
        };

        ck_assert_int_eq(simulation_run(&simulation), 0);

        ck_assert_uint_eq(simulation.n_hours, 4);
        for (size_t i = 0; i < 4; i++) {
                static const SimulationHour wanted[] = { { 1, 1 }, { 2, 2 }, { 0, 1 }, { 0, 0 } };

                ck_assert_uint_eq(simulation.hours[i].n_starts, wanted[i].n_starts);
                ck_assert_uint_eq(simulation.hours[i].n_most, wanted[i].n_most);
        }
        ck_assert_uint_eq(simulation.n_starts, 3);
        ck_assert_uint_eq(simulation.n_most, 2);
        ck_assert_int_eq(simulation.most_usec, test_usec("2026-03-28T01:00:00Z"));
        ck_assert_int_eq(items[0].busy_usec, 90 * USEC_PER_MINUTE);
        ck_assert_uint_eq(items[1].n_fates[SIMULATION_RUNS], 2);
        simulation_done(&simulation);
}
END_TEST

START_TEST(fresh_delays_are_within_their_bounds) {
        CLEANUP(job_unrefp)
        Job *job = test_job(C "schedule: \"* * * * *\"\nrandom-delay: {up-to: 10min, kind: fresh}\n");
        SimulationJob item = { .job = job };
        Simulation simulation = {
                .jobs = &item,
                .n_jobs = 1,
                .from_usec = test_usec(FROM),
                .first_hour_usec = test_usec(FROM),
                .until_usec = test_usec(UNTIL),
        };

        ck_assert_int_eq(simulation_run(&simulation), 0);

        /* of the last ten minutes some start behind the span */
        ck_assert_uint_ge(item.n_fates[SIMULATION_RUNS], 230);
        ck_assert_uint_lt(item.n_fates[SIMULATION_RUNS], 240);
        simulation_done(&simulation);
}
END_TEST

/* clang-format off */
static const struct {
        const char *schedule, *until;
        int r;
} limit_cases[] = {
        { "0 0 1 1 *",     "2026-03-27T23:59:59Z", -ERANGE },
        { "0 0 1 1 *",     "2126-12-31T00:00:00Z", -ERANGE },
        { "0 0 1 1 *",     "2126-03-01T00:00:00Z", 0 },
        { "* * * * * *",   "2026-06-28T00:00:00Z", -E2BIG },
};
/* clang-format on */

START_TEST(there_are_limits) {
        CLEANUP_FREE char *text = NULL;
        CLEANUP(job_unrefp) Job *job = NULL;
        SimulationJob item = { 0 };
        Simulation simulation = {
                .jobs = &item,
                .n_jobs = 1,
                .from_usec = test_usec(FROM),
                .first_hour_usec = test_usec(FROM),
                .until_usec = test_usec(limit_cases[_i].until),
        };

        ck_assert_int_ge(asprintf(&text, C "schedule: \"%s\"\n", limit_cases[_i].schedule), 0);
        item.job = job = test_job(text);

        ck_assert_int_eq(simulation_run(&simulation), limit_cases[_i].r);
        simulation_done(&simulation);
}
END_TEST

static int refuse_event(void *userdata, const SimulationEvent *event) {
        return -EPIPE;
}

START_TEST(who_listens_may_end_it) {
        CLEANUP(job_unrefp) Job *job = test_job(C "schedule: \"0 * * * *\"\n");
        SimulationJob item = { .job = job };
        Simulation simulation = {
                .jobs = &item,
                .n_jobs = 1,
                .from_usec = test_usec(FROM),
                .first_hour_usec = test_usec(FROM),
                .until_usec = test_usec(UNTIL),
                .on_event = refuse_event,
        };

        ck_assert_int_eq(simulation_run(&simulation), -EPIPE);
        simulation_done(&simulation);
}
END_TEST

START_TEST(fates_have_names) {
        for (SimulationFate fate = 0; fate < SIMULATION_FATE_COUNT; fate++)
                ck_assert_int_eq(simulation_fate_from_string(simulation_fate_to_string(fate)), (int) fate);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("simulation");
        TCase *play = tcase_create("play");

        tcase_add_loop_test(play, one_job_is_played, 0, ARRAY_SIZE(play_cases));
        tcase_add_test(play, hours_and_peaks_are_counted);
        tcase_add_test(play, fresh_delays_are_within_their_bounds);
        tcase_add_loop_test(play, there_are_limits, 0, ARRAY_SIZE(limit_cases));
        tcase_add_test(play, who_listens_may_end_it);
        tcase_add_test(play, fates_have_names);
        suite_add_tcase(suite, play);
        return suite;
}
