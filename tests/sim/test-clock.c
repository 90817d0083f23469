/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Time that does not go by evenly: set by seconds, hours and years, frozen, another zone. Nothing is started
 * twice, there is no storm, and it always goes on.
 */

#include <stdlib.h>
#include <unistd.h>

#include "sim/story.h"

#define FIXED                                                                                    \
        "schedule: '0,10,20,30,40,50 0,1,2,3,4,5,6,7,8,9,10,11 * * *'\ntimezone: UTC\ncommand: " \
        "[/bin/true]\n"
#define YEAR (365 * USEC_PER_DAY)

/* Set once, at 00:35:30. How many of the six an hour start in the hour after it. */
/* clang-format off */
static const struct {
        usec_t step_usec;
        const char *policy;
        unsigned n_more; /* launches within an hour */
        unsigned n_rows; /* that the step itself leaves */
} step_cases[] = {
        { 3 * USEC_PER_SEC,   "catch-up: latest\n", 6, 0 },
        { -3 * USEC_PER_SEC,  "catch-up: latest\n", 6, 0 },
        { 2 * USEC_PER_HOUR,  "catch-up: none\n",   6, 1 },
        { 2 * USEC_PER_HOUR,  "catch-up: latest\n", 7, 2 },
        { 2 * USEC_PER_HOUR,  "catch-up: {policy: all, max: 4}\n", 10, 5 },
        { 10 * YEAR,          "catch-up: none\n",   6, 1 },
        { 10 * YEAR,          "catch-up: latest\n", 7, 2 },
        { 10 * YEAR,          "catch-up: {policy: all, max: 4}\n", 10, 5 },
        { -15 * USEC_PER_MINUTE, "catch-up: latest\n", 5, 0 }, /* 00:20:30: 00:30 has run */
        { -10 * YEAR,         "catch-up: latest\n", 6, 0 },
};
/* clang-format on */

static size_t count_rows(void) {
        CLEANUP_FREE char *rows = sim_rows(&sim, "a");
        size_t n = 0;

        for (const char *at = rows; (at = strchr(at, '\n')); at++)
                n++;
        return n;
}

START_TEST(a_step_is_judged_by_catch_up) {
        char text[256];
        size_t n_rows, n_launches;
        unsigned n_wakeups;

        (void) snprintf(text, sizeof(text), FIXED "%s", step_cases[_i].policy);
        setup("2026-01-01T00:05:30Z", text);
        sim_run_until(&sim, "2026-01-01T00:35:30Z");
        n_rows = count_rows();
        n_launches = sim_count_launches(&sim, "a");
        n_wakeups = sim.n_wakeups;

        sim_step_clock(&sim, step_cases[_i].step_usec);
        ck_assert_uint_eq(count_rows() - n_rows, step_cases[_i].n_rows);
        sim_run(&sim, USEC_PER_HOUR);
        ck_assert_uint_eq(sim_count_launches(&sim, "a") - n_launches, step_cases[_i].n_more);
        ck_assert_uint_le(sim.n_wakeups - n_wakeups, 20);
        for (size_t i = 0; i < sim.n_runs; i++)
                for (size_t j = 0; j < i; j++)
                        ck_assert_int_ne(sim.runs[i].due_usec, sim.runs[j].due_usec);
}
END_TEST

/* Set back and forth by NTP until it is right. */
START_TEST(many_steps_repeat_nothing) {
        setup("2026-01-01T00:05:30Z", FIXED);
        for (unsigned i = 0; i < 40; i++) {
                sim_run(&sim, 4 * USEC_PER_MINUTE);
                sim_step_clock(&sim, i % 2 == 0 ? 7 * USEC_PER_MINUTE : -7 * USEC_PER_MINUTE);
        }
        for (size_t i = 0; i < sim.n_runs; i++)
                for (size_t j = 0; j < i; j++)
                        ck_assert_int_ne(sim.runs[i].due_usec, sim.runs[j].due_usec);
        ck_assert_uint_ge(sim.n_runs, 15);
}
END_TEST

/* SIGSTOP, or a machine that is too busy: no clock tells it. */
START_TEST(a_frozen_process_catches_up) {
        setup("2026-01-01T00:30:00Z", _i == 0 ? HOURLY : HOURLY "catch-up: all\n");
        sim_freeze(&sim, 3 * USEC_PER_HOUR);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        _i == 0 ? "missed down schedule 2026-01-01T01:00:00Z..2026-01-01T02:00:00Z x2\n"
                                  "succeeded catch-up 2026-01-01T03:00:00Z\n"
                                : "succeeded catch-up 2026-01-01T01:00:00Z\n"
                                  "succeeded catch-up 2026-01-01T02:00:00Z\n"
                                  "succeeded catch-up 2026-01-01T03:00:00Z\n");
}
END_TEST

/* One instant from two schedules is one occurrence, in time and late. */
START_TEST(several_schedules_are_one_timetable) {
        setup("2026-01-01T00:35:00Z",
              "schedule: ['0 * * * *', '0,30 0,1,2,3,4,5 * * *', {every: 1h, start: 2026-01-01T00:00:00Z}]\n"
              "timezone: UTC\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T02:15:00Z");
        sim_sleep(&sim, 2 * USEC_PER_HOUR);
        sim_run(&sim, USEC_PER_MINUTE);
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T01:30:00Z\n"
                        "succeeded schedule 2026-01-01T02:00:00Z\n"
                        "missed suspended schedule 2026-01-01T02:30:00Z..2026-01-01T03:30:00Z x3\n"
                        "succeeded catch-up 2026-01-01T04:00:00Z\n");
}
END_TEST

static void link_zone(const char *directory, const char *zone) {
        char from[256], to[256];

        (void) snprintf(from, sizeof(from), "/usr/share/zoneinfo/%s", zone);
        (void) snprintf(to, sizeof(to), "%s/Here", directory);
        (void) unlink(to);
        ck_assert_int_eq(symlink(from, to), 0);
}

/* The zone is another one from noon on: what has run is not repeated, and nothing is lost. */
START_TEST(new_zone_data_plans_anew) {
        char directory[] = "/tmp/jobsched-zones.XXXXXX", path[256];

        ck_assert_ptr_nonnull(mkdtemp(directory));
        link_zone(directory, "Etc/GMT");
        ck_assert_int_eq(setenv("TZDIR", directory, 1), 0);
        setup("2026-01-01T08:30:00Z", "schedule: '0 9,14 * * *'\ntimezone: Here\ncommand: [/bin/true]\n");
        sim_run_until(&sim, "2026-01-01T12:00:00Z");
        link_zone(directory, "Etc/GMT-1");
        time_zone_cache_refresh(sim.zones);
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-02T12:00:00Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T09:00:00Z\n"
                        "succeeded schedule 2026-01-01T13:00:00Z\n"
                        "succeeded schedule 2026-01-02T08:00:00Z\n");

        (void) snprintf(path, sizeof(path), "%s/Here", directory);
        ck_assert_int_eq(unlink(path), 0);
        ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "step",   &a_step_is_judged_by_catch_up, ARRAY_SIZE(step_cases) },
        { "step",   &many_steps_repeat_nothing, 1 },
        { "freeze", &a_frozen_process_catches_up, 2 },
        { "union",  &several_schedules_are_one_timetable, 1 },
        { "zone",   &new_zone_data_plans_anew, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-clock", stories, ARRAY_SIZE(stories));
}
