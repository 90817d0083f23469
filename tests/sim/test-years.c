/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A year of a host with everything that happens to one: clock changes of two zones, week-ends, nights in
 * which it sleeps, restarts, reloads, pauses, a clock that is wrong now and then.
 */

#include "sim/story.h"

#define KEEP "command: [/bin/true]\nkeep: {executions: 10000, age: 500d}\n"

static const char *const names[] = { "a", "b", "c", "d" };
static const char *const texts[] = {
        "schedule: ['30 2 * * *', '15 */6 * * mon']\ntimezone: Europe/Berlin\ncatch-up: all\n" KEEP,
        "schedule: '0 3 * * *'\ntimezone: Europe/Berlin\nexcept: [{days: 'Sat,Sun'}]\n" KEEP,
        "schedule: '30 1 * * *'\ntimezone: America/New_York\nrandom-delay: {up-to: 3h, kind: fresh}\n" KEEP,
        "schedule: {every: 17h, start: 2026-01-01T00:00:00Z}\nrandom-delay: 2h\ncatch-up: none\n" KEEP,
};

static void one_week(unsigned week) {
        sim.random = week * UINT64_C(7919) * USEC_PER_MINUTE;
        sim.duration_usec = (week % 5 + 1) * USEC_PER_HOUR;
        sim_run(&sim, 3 * USEC_PER_DAY + week * USEC_PER_HOUR / 3);
        if (week % 3 == 0)
                sim_sleep(&sim, 11 * USEC_PER_HOUR);
        sim_run(&sim, USEC_PER_DAY);
        if (week % 4 == 0)
                sim_kill_daemon(&sim);
        sim_run(&sim, 20 * USEC_PER_HOUR);
        if (!sim.manager)
                sim_start_daemon(&sim);
        if (week % 5 == 0)
                sim_pause_job(&sim, names[week % ARRAY_SIZE(names)], sim.realtime_usec + USEC_PER_DAY);
        if (week % 7 == 0)
                sim_step_clock(&sim, 2 * USEC_PER_DAY);
        sim_reload(&sim);
        sim_run(&sim, USEC_PER_DAY);
}

START_TEST(a_year_is_covered) {
        usec_t begin_usec;

        sim_init(&sim, "2026-01-01T00:00:30Z");
        begin_usec = sim.realtime_usec;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                sim_write_job(&sim, names[i], texts[i]);
        sim_start_daemon(&sim);

        for (unsigned week = 0; sim.realtime_usec < test_usec("2027-01-10T00:00:00Z"); week++)
                one_week(week);
        sim_run(&sim, 2 * USEC_PER_DAY);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                sim_check_coverage(&sim, names[i], begin_usec, sim.realtime_usec - USEC_PER_SEC);
        ck_assert_uint_ge(sim_count_launches(&sim, "a"), 365);
}
END_TEST

static const Story stories[] = {
        { "year", &a_year_is_covered, 1 },
};

Suite *test_suite(void) {
        return story_suite("sim-years", stories, ARRAY_SIZE(stories));
}
