/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What `import --replace` does: jobs are made or replaced, together with their pauses. */

#include "manager/manager-internal.h"
#include "sim/story.h"

#define START "2026-01-01T00:30:30Z"
#define EVERY_TEN "schedule: '*/10 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"

static const ScheduledJob *find(const char *name) {
        return manager_find_job(sim.manager, name);
}

/* As `import --replace` of what was exported: without comments, and written in another way. */
START_TEST(what_is_put_is_the_same_however_it_is_written) {
        const char *written = "# every hour\n" HOURLY;

        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", written), 0);
        ck_assert_int_eq(
                        sim_change_job(&sim, JOB_CHANGE_PUT, "b",
                                       "schedule: '0 * * * *'\ntimezone: UTC\ncommand:\n  - /bin/true\n"),
                        0);
        ck_assert_int_eq(sim.last_effect, JOB_EFFECT_NONE);
        ck_assert_uint_eq(sim.last_revision, 1);
        ck_assert_str_eq(find("b")->stored.source, written);

        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_REPLACE, "b", HOURLY), 0); /* the comment goes */
        ck_assert_int_eq(sim.last_effect, JOB_EFFECT_CHANGED);
}
END_TEST

static int put_paused(const char *definition, const char *until) {
        return sim_change(
                        &sim,
                        &(JobChange){
                                        .kind = JOB_CHANGE_PUT,
                                        .name = "b",
                                        .definition = definition,
                                        .paused = true,
                                        .paused_until_usec = until ? test_usec(until) : 0,
                        },
                        1);
}

/* clang-format off */
static const struct {
        const char *before, *until, *rows; /* `before` NULL: there is no such job */
} pauses[] = {
        { NULL,      NULL,                   "" },
        { HOURLY,    NULL,                   "" },
        { EVERY_TEN, NULL,                   "" }, /* the same definition */
        { NULL,      "2026-01-01T00:55:00Z", "skipped paused schedule 2026-01-01T00:40:00Z..2026-01-01T00:50:00Z x2\n"
                                             "succeeded schedule 2026-01-01T01:00:00Z\n" },
        { HOURLY,    "2026-01-01T00:55:00Z", "skipped paused schedule 2026-01-01T00:40:00Z..2026-01-01T00:50:00Z x2\n"
                                             "succeeded schedule 2026-01-01T01:00:00Z\n" },
        { EVERY_TEN, "2026-01-01T00:55:00Z", "skipped paused schedule 2026-01-01T00:40:00Z..2026-01-01T00:50:00Z x2\n"
                                             "succeeded schedule 2026-01-01T01:00:00Z\n" },
        { NULL,      "2026-01-01T00:30:00Z", "" },
};
/* clang-format on */

/* Its pause is of the same transaction: nothing can start in between, and a crash leaves none of it unpaused.
 */
START_TEST(what_is_put_paused_is_paused_from_then_on) {
        setup(START, BY_HAND);
        if (pauses[_i].before)
                ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", pauses[_i].before), 0);
        ck_assert_int_eq(put_paused(EVERY_TEN, pauses[_i].until), 0);
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        if (pauses[_i].until && test_usec(pauses[_i].until) < test_usec(START)) {
                ck_assert_int_eq(scheduled_job_state(find("b")), JOB_IDLE); /* that one is over */
                return;
        }
        ck_assert_int_eq(scheduled_job_state(find("b")), JOB_PAUSED);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        sim_expect_rows(&sim, "b", pauses[_i].rows);
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "put", &what_is_put_is_the_same_however_it_is_written, 1 },
        { "put", &what_is_put_paused_is_paused_from_then_on, ARRAY_SIZE(pauses) },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-put", stories, ARRAY_SIZE(stories));
}
