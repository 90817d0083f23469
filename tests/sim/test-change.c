/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Definitions that change at run time: what is made of them, what is refused, and what a restart finds. */

#include <string.h>

#include "manager/manager-internal.h"
#include "sim/story.h"

#define START "2026-01-01T00:30:30Z"
#define EVERY_TEN "schedule: '*/10 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\n"

static const ScheduledJob *find(const char *name) {
        return manager_find_job(sim.manager, name);
}

static void restart(void) {
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
}

/* --- one change ------------------------------------------------------------------------------------ */

START_TEST(a_job_that_is_made_runs_and_is_there_after_a_restart) {
        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", HOURLY), 0);
        ck_assert_int_eq(sim.last_effect, JOB_EFFECT_CREATED);
        ck_assert_uint_eq(sim.last_revision, 1);
        restart();
        ck_assert_int_eq(find("b")->stored.origin, JOB_ORIGIN_RUNTIME);
        ck_assert_str_eq(find("b")->stored.source, HOURLY);
        ck_assert_uint_eq(find("b")->stored.revision, 1);
        sim_run_until(&sim, "2026-01-01T01:30:00Z");
        sim_expect_rows(&sim, "b", "succeeded schedule 2026-01-01T01:00:00Z\n");
}
END_TEST

/* clang-format off */
static const struct {
        JobChangeKind kind;
        const char *name, *definition;
        uint64_t if_revision;
        bool one_shot;
        int result;
        const char *text;
} refusals[] = {
        { JOB_CHANGE_CREATE,  "b",       MINUTELY,          0, false, -EEXIST, "already" },
        { JOB_CHANGE_CREATE,  "a",       MINUTELY,          0, false, -EEXIST, "jobs.yaml" },
        { JOB_CHANGE_CREATE,  "no good", MINUTELY,          0, false, -EINVAL, "name" },
        { JOB_CHANGE_CREATE,  "c",       "schedul: oops\n", 0, false, -EINVAL, "schedule" },
        { JOB_CHANGE_CREATE,  "c",       "- a list\n",      0, false, -EINVAL, "mapping" },
        { JOB_CHANGE_CREATE,  "c",       "schedule: {at: 2026-01-01T00:29:00Z}\ncommand: [/bin/true]\n", 0, false, -EINVAL, "in-the-past" },
        { JOB_CHANGE_CREATE,  "c",       BY_HAND,           0, true,  -EINVAL, "no schedule" },
        { JOB_CHANGE_REPLACE, "c",       MINUTELY,          0, false, -ENOENT, "no job" },
        { JOB_CHANGE_REPLACE, "b",       MINUTELY,          7, false, -ESTALE, "revision 1, not 7" },
        { JOB_CHANGE_REPLACE, "b",       "schedule: {at: 2025-01-01T00:29:00Z}\ncommand: [/bin/true]\n", 0, false, -EINVAL, "in-the-past" },
        { JOB_CHANGE_REPLACE, "a",       MINUTELY,          0, false, -EROFS,  "jobs.yaml" },
        { JOB_CHANGE_PUT,     "a",       MINUTELY,          0, false, -EROFS,  "jobs.yaml" },
        { JOB_CHANGE_MERGE,   "c",       "timeout: 5s",     0, false, -ENOENT, "no job" },
        { JOB_CHANGE_MERGE,   "b",       "[1, 2]",          0, false, -EINVAL, "mapping" },
        { JOB_CHANGE_MERGE,   "b",       "command: null",   0, false, -EINVAL, "command" },
        { JOB_CHANGE_DELETE,  "c",       NULL,              0, false, -ENOENT, "no job" },
        { JOB_CHANGE_DELETE,  "a",       NULL,              0, false, -EROFS,  "jobs.yaml" },
        { JOB_CHANGE_DISABLE, "a",       NULL,              0, false, -EROFS,  "pause" },
        { JOB_CHANGE_ENABLE,  "a",       NULL,              0, false, -EROFS,  "jobs.yaml" },
};
/* clang-format on */

START_TEST(what_cannot_be_done_is_said) {
        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", HOURLY), 0);
        ck_assert_int_eq(
                        sim_change(&sim,
                                   &(JobChange){
                                                   .kind = refusals[_i].kind,
                                                   .name = refusals[_i].name,
                                                   .definition = refusals[_i].definition,
                                                   .if_revision = refusals[_i].if_revision,
                                                   .one_shot = refusals[_i].one_shot,
                                   },
                                   1),
                        refusals[_i].result);
        ck_assert_ptr_nonnull(strstr(sim.last_text, refusals[_i].text));
        ck_assert_int_eq(sim.last_effect, JOB_EFFECT_NONE);
        ck_assert_uint_eq(find("b")->stored.revision, 1);
        ck_assert_ptr_null(find("c"));
}
END_TEST

/* clang-format off */
static const struct {
        const char *source, *patch, *result;
        JobChangeEffect effect;
} merges[] = {
        { HOURLY, "timeout: 5s", "schedule: '0 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\ntimeout: 5s", JOB_EFFECT_CHANGED },
        { HOURLY, "timezone: null", "schedule: '0 * * * *'\ncommand: [/bin/true]", JOB_EFFECT_CHANGED },
        { HOURLY "retry: {attempts: 3, delay: 5s}\n", "retry: {attempts: 4, delay: null}",
          "schedule: '0 * * * *'\ntimezone: UTC\ncommand: [/bin/true]\nretry: {attempts: 4}", JOB_EFFECT_CHANGED },
        { HOURLY, "command: [/bin/false, x]", "schedule: '0 * * * *'\ntimezone: UTC\ncommand: [/bin/false, x]", JOB_EFFECT_CHANGED },
};
/* clang-format on */

START_TEST(a_merge_changes_a_part) {
        CLEANUP_FREE char *expected = NULL;

        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "x", merges[_i].result), 0);
        expected = strdup(find("x")->job->definition);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", merges[_i].source), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_MERGE, "b", merges[_i].patch), 0);
        ck_assert_int_eq(sim.last_effect, merges[_i].effect);
        ck_assert_uint_eq(sim.last_revision, 2);
        ck_assert_str_eq(find("b")->job->definition, expected);
}
END_TEST

START_TEST(what_is_so_already_changes_nothing) {
        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", HOURLY), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_PUT, "b", HOURLY), 0);
        ck_assert_int_eq(sim.last_effect, JOB_EFFECT_NONE);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_ENABLE, "b", NULL), 0);
        ck_assert_int_eq(sim.last_effect, JOB_EFFECT_NONE);
        ck_assert_uint_eq(sim.last_revision, 1);
}
END_TEST

/* As an edit of a file does, it owes nothing for the time before. */
START_TEST(a_replaced_job_goes_on_by_the_new_definition) {
        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", HOURLY), 0);
        sim_run_until(&sim, "2026-01-01T00:59:59.5Z"); /* its row is written ahead */
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_REPLACE, "b", EVERY_TEN), 0);
        ck_assert_uint_eq(sim.last_revision, 2);
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim_expect_rows(&sim, "b",
                        "succeeded schedule 2026-01-01T01:00:00Z\n"
                        "succeeded schedule 2026-01-01T01:10:00Z\n");
}
END_TEST

START_TEST(a_merge_does_not_unpause) {
        setup(START, BY_HAND);
        ck_assert_int_eq(
                        sim_change(&sim,
                                   &(JobChange){
                                                   .kind = JOB_CHANGE_CREATE,
                                                   .name = "b",
                                                   .definition = EVERY_TEN,
                                                   .paused = true,
                                   },
                                   1),
                        0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_MERGE, "b", "timeout: 5s"), 0);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        restart();
        ck_assert_int_eq(scheduled_job_state(find("b")), JOB_PAUSED);
        sim_resume_job(&sim, "b");
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim_expect_rows(&sim, "b",
                        "skipped paused schedule 2026-01-01T00:40:00Z..2026-01-01T01:00:00Z x3\n"
                        "succeeded schedule 2026-01-01T01:10:00Z\n");
}
END_TEST

START_TEST(a_disabled_job_is_enabled_again) {
        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", EVERY_TEN), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_DISABLE, "b", NULL), 0);
        sim_run_until(&sim, "2026-01-01T01:05:00Z");
        ck_assert_int_eq(scheduled_job_state(find("b")), JOB_DISABLED);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_ENABLE, "b", NULL), 0);
        sim_run_until(&sim, "2026-01-01T01:15:00Z");
        sim_expect_rows(&sim, "b", "succeeded schedule 2026-01-01T01:10:00Z\n");
}
END_TEST

/* --- removal --------------------------------------------------------------------------------------- */

START_TEST(a_deleted_job_needs_no_memory_and_comes_back_with_its_history) {
        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", EVERY_TEN), 0);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_DELETE, "b", NULL), 0);
        ck_assert_int_eq(sim.last_effect, JOB_EFFECT_DELETED);
        ck_assert_ptr_null(manager_find_any_job(sim.manager, "b"));
        restart();
        ck_assert_ptr_null(manager_find_any_job(sim.manager, "b"));
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", EVERY_TEN), 0);
        ck_assert_uint_eq(sim.last_revision, 2);
        sim_run_until(&sim, "2026-01-01T00:55:00Z");
        sim_expect_rows(&sim, "b",
                        "succeeded schedule 2026-01-01T00:40:00Z\n"
                        "succeeded schedule 2026-01-01T00:50:00Z\n");
}
END_TEST

START_TEST(what_runs_of_a_deleted_job_ends_as_it_does) {
        setup(START, BY_HAND);
        sim.duration_usec = USEC_PER_MINUTE;
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", EVERY_TEN), 0);
        sim_run_until(&sim, "2026-01-01T00:40:30Z");
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_DELETE, "b", NULL), 0);
        ck_assert_ptr_null(find("b"));
        restart();
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_expect_rows(&sim, "b", "succeeded schedule 2026-01-01T00:40:00Z\n");
        ck_assert_ptr_null(manager_find_any_job(sim.manager, "b"));
}
END_TEST

/* --- rename ---------------------------------------------------------------------------------------- */

static int rename_job(const char *name, const char *new_name) {
        return sim_change(
                        &sim, &(JobChange){ .kind = JOB_CHANGE_RENAME, .name = name, .new_name = new_name },
                        1);
}

START_TEST(a_renamed_job_keeps_history_and_anchor) {
        const ScheduledJob *job;
        usec_t anchor_usec;

        setup(START, BY_HAND);
        ck_assert_int_eq(
                        sim_change_job(&sim, JOB_CHANGE_CREATE, "b",
                                       "schedule: {every: 7min}\ncommand: [/bin/true]\n"),
                        0);
        anchor_usec = find("b")->stored.anchor_usec;
        sim_run_until(&sim, "2026-01-01T00:38:00Z");
        ck_assert_int_eq(rename_job("b", "c"), 0);
        ck_assert_str_eq(sim.last_name, "c");
        ck_assert_ptr_null(find("b"));
        restart();
        job = find("c");
        ck_assert_ptr_nonnull(job);
        ck_assert_int_eq(job->stored.anchor_usec, anchor_usec);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_expect_rows(&sim, "c",
                        "succeeded schedule 2026-01-01T00:37:30.000001Z\n"
                        "succeeded schedule 2026-01-01T00:44:30.000001Z\n");
        ck_assert_int_eq(rename_job("c", "a"), -EEXIST);
        ck_assert_int_eq(rename_job("b", "d"), -ENOENT);
        ck_assert_int_eq(rename_job("a", "d"), -EROFS);
}
END_TEST

/* What was begun under the old name ends under the new one; the old one is free. */
START_TEST(a_rename_takes_what_runs_with_it) {
        setup(START, BY_HAND);
        sim.duration_usec = USEC_PER_MINUTE;
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", EVERY_TEN), 0);
        sim_run_until(&sim, "2026-01-01T00:40:30Z");
        ck_assert_int_eq(rename_job("b", "c"), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", HOURLY), 0);
        ck_assert_uint_eq(sim.last_revision, 1);
        restart();
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_expect_rows(&sim, "c", "succeeded schedule 2026-01-01T00:40:00Z\n");
        sim_expect_rows(&sim, "b", "");
}
END_TEST

/* --- several at once -------------------------------------------------------------------------------- */

START_TEST(changes_see_what_those_before_them_did) {
        const JobChange changes[] = {
                { .kind = JOB_CHANGE_CREATE, .name = "b", .definition = HOURLY },
                { .kind = JOB_CHANGE_MERGE, .name = "b", .definition = "timeout: 5s" },
                { .kind = JOB_CHANGE_RENAME, .name = "b", .new_name = "c" },
                { .kind = JOB_CHANGE_CREATE, .name = "b", .definition = EVERY_TEN },
                { .kind = JOB_CHANGE_DELETE, .name = "c" },
                { .kind = JOB_CHANGE_PUT, .name = "c", .definition = MINUTELY },
        };

        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change(&sim, changes, ARRAY_SIZE(changes)), 0);
        restart();
        ck_assert_str_eq(find("b")->stored.source, EVERY_TEN);
        ck_assert_str_eq(find("c")->stored.source, MINUTELY);
        ck_assert_uint_eq(find("c")->stored.revision, 4);
        sim_run_until(&sim, "2026-01-01T00:32:30Z");
        sim_expect_rows(&sim, "c",
                        "succeeded schedule 2026-01-01T00:31:00Z\n"
                        "succeeded schedule 2026-01-01T00:32:00Z\n");
}
END_TEST

START_TEST(all_or_nothing) {
        const JobChange changes[] = {
                { .kind = JOB_CHANGE_CREATE, .name = "b", .definition = HOURLY },
                { .kind = JOB_CHANGE_DELETE, .name = "a" },
                { .kind = JOB_CHANGE_CREATE, .name = "c", .definition = HOURLY },
        };

        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change(&sim, changes, ARRAY_SIZE(changes)), -EROFS);
        ck_assert_ptr_null(find("b"));
        restart();
        ck_assert_ptr_null(find("b"));
}
END_TEST

START_TEST(a_trial_changes_nothing) {
        setup(START, BY_HAND);
        sim.trial = true;
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", HOURLY), 0);
        ck_assert_int_eq(sim.last_effect, JOB_EFFECT_CREATED);
        ck_assert_ptr_null(find("b"));
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", "oops"), -EINVAL);
}
END_TEST

#define CRASH_POINTS_MAX 60U

/* The daemon is killed at each point: afterwards all of a list is there, or nothing. */
START_TEST(a_crash_leaves_no_half_of_a_list) {
        unsigned n = 0, n_crashes = 0;

        for (bool reached = true; reached && n < CRASH_POINTS_MAX; n++) {
                const JobChange changes[] = {
                        { .kind = JOB_CHANGE_CREATE, .name = "b", .definition = HOURLY },
                        { .kind = JOB_CHANGE_CREATE, .name = "c", .definition = HOURLY },
                        { .kind = JOB_CHANGE_DELETE, .name = "o" },
                };
                bool has_new, has_old;

                setup(START, BY_HAND);
                ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "o", HOURLY), 0);
                sim.crash_at = sim.point + n + 1;
                (void) sim_change(&sim, changes, ARRAY_SIZE(changes));
                reached = sim.n_crashes > 0;
                n_crashes += reached;
                has_new = find("b") != NULL;
                has_old = find("o") != NULL;
                ck_assert_int_eq(has_new, find("c") != NULL);
                ck_assert_int_ne(has_new, has_old);
                if (sim.n_replies > 1 && sim.last_result == 0 && !reached)
                        ck_assert(has_new);
                sim_done(&sim);
        }
        ck_assert_uint_gt(n_crashes, 1);
        setup(START, BY_HAND); /* for the teardown */
}
END_TEST

/* --- circles ---------------------------------------------------------------------------------------- */

START_TEST(a_circle_is_refused) {
        const JobChange both[] = {
                { .kind = JOB_CHANGE_CREATE, .name = "x", .definition = AFTER("y") },
                { .kind = JOB_CHANGE_CREATE, .name = "y", .definition = AFTER("x") },
        };

        setup(START, AFTER("c"));
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", AFTER("a")), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "c", AFTER("b")), -EINVAL);
        ck_assert_ptr_nonnull(strstr(sim.last_text, "would wait for itself: a -> b -> c -> a"));
        ck_assert_int_eq(sim_change(&sim, both, ARRAY_SIZE(both)), -EINVAL);
        ck_assert_ptr_null(find("x"));
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "c", BY_HAND), 0);
        ck_assert_int_eq(scheduled_job_state(find("a")), JOB_IDLE); /* it was blocked before */
}
END_TEST

/* The loader knows of the files only. */
START_TEST(a_file_cannot_close_a_circle_either) {
        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", AFTER("a")), 0);
        sim_write_job(&sim, "a", AFTER("b"));
        for (unsigned i = 0; i < 2; i++) {
                sim_reload(&sim);
                ck_assert_ptr_nonnull(find("a")->load_error.message);
                ck_assert_ptr_nonnull(strstr(find("a")->load_error.message, "would wait for itself"));
                ck_assert_ptr_null(find("a")->job->after.jobs);
                restart();
        }
}
END_TEST

/* --- files of the same name -------------------------------------------------------------------------- */

START_TEST(a_file_hides_what_was_made_and_gives_it_back) {
        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", EVERY_TEN), 0);
        sim_write_job(&sim, "b", HOURLY);
        sim_reload(&sim);
        for (unsigned i = 0; i < 2; i++) {
                ck_assert_int_eq(find("b")->stored.origin, JOB_ORIGIN_FILE);
                ck_assert_str_eq(find("b")->stored.source, EVERY_TEN);
                ck_assert_ptr_nonnull(strstr(find("b")->load_error.message, "made at run time"));
                ck_assert_str_eq(find("b")->load_error.file, "jobs.yaml");
                restart();
        }
        sim_write_job(&sim, "b", NULL);
        sim_reload(&sim);
        ck_assert_int_eq(find("b")->stored.origin, JOB_ORIGIN_RUNTIME);
        ck_assert_ptr_null(find("b")->load_error.message);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_expect_rows(&sim, "b", "succeeded schedule 2026-01-01T00:40:00Z\n");
}
END_TEST

/* --- compositions ----------------------------------------------------------------------------------- */

/* A site where "t: NAME" in a source stands for what a template says. */
typedef struct Site {
        const char *template_text; /* NULL: there is none */
        uint64_t stamp;
        unsigned n_composed;
        usec_t added_usec; /* as the last composition was told */
} Site;

static Site site;

static int compose(
                void *userdata,
                const char *name,
                uid_t owner_uid,
                usec_t added_usec,
                const char *source,
                Diagnostics *diagnostics,
                Job **ret) {

        const JobDecodeContext context = {
                .zones = sim.zones,
                .origin = JOB_ORIGIN_RUNTIME,
                .owner_uid = owner_uid,
                .system_mode = true,
        };

        site.n_composed++;
        if (strcmp(source, "t: x") == 0 && !site.template_text) {
                diagnostics_add(diagnostics, DIAGNOSTIC_ERROR, NULL, 1, 1, "there is no template 'x'");
                return -EINVAL;
        }
        if (strcmp(source, "t: x") == 0)
                source = site.template_text;
        site.added_usec = added_usec;
        return job_decode_definition(&context, name, source, strlen(source), diagnostics, ret);
}

static uint64_t stamp(void *userdata, const char *template_name) {
        return site.stamp;
}

static void setup_site(const char *template_text) {
        static const JobComposer composer = { .compose = compose, .stamp = stamp };

        site = (Site){ .template_text = template_text, .stamp = 1 };
        sim_init(&sim, START);
        sim.composer = &composer;
        sim_start_daemon(&sim);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", "t: x"), 0);
}

static void set_template(const char *text) {
        site.template_text = text;
        site.stamp++;
        sim_reload(&sim);
}

START_TEST(a_job_follows_its_template) {
        setup_site(HOURLY);
        set_template(EVERY_TEN);
        ck_assert_uint_eq(find("b")->stored.revision, 2);
        ck_assert_str_eq(find("b")->stored.source, "t: x");
        sim_kill_daemon(&sim);
        site.template_text = MINUTELY;
        sim_start_daemon(&sim);
        ck_assert_uint_eq(find("b")->stored.revision, 3);
        sim_run_until(&sim, "2026-01-01T00:32:30Z");
        sim_expect_rows(&sim, "b",
                        "succeeded schedule 2026-01-01T00:31:00Z\n"
                        "succeeded schedule 2026-01-01T00:32:00Z\n");
}
END_TEST

/* The delay of a template counts from the making, whenever it is composed. */
START_TEST(each_composition_knows_when_the_job_was_made) {
        usec_t added_usec;

        setup_site(EVERY_TEN);
        added_usec = site.added_usec;
        sim_run(&sim, USEC_PER_MINUTE);
        restart();
        ck_assert_int_eq(site.added_usec, added_usec);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_REPLACE, "b", HOURLY), 0);
        ck_assert_int_eq(site.added_usec, added_usec);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_DELETE, "b", NULL), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", "t: x"), 0);
        added_usec = site.added_usec;
        ck_assert_int_eq(added_usec, sim.realtime_usec);
        restart();
        ck_assert_int_eq(site.added_usec, added_usec);
}
END_TEST

START_TEST(nothing_is_composed_again_without_a_reason) {
        unsigned n;

        setup_site(HOURLY);
        n = site.n_composed;
        sim_reload(&sim);
        ck_assert_uint_eq(site.n_composed, n);
}
END_TEST

START_TEST(without_its_template_the_last_good_version_goes_on) {
        setup_site(EVERY_TEN);
        set_template(NULL);
        for (unsigned i = 0; i < 2; i++) {
                ck_assert_str_eq(find("b")->load_error.message, "there is no template 'x'");
                ck_assert_uint_eq(find("b")->stored.revision, 1);
                restart();
        }
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_expect_rows(&sim, "b", "succeeded schedule 2026-01-01T00:40:00Z\n");
        set_template(EVERY_TEN);
        ck_assert_ptr_null(find("b")->load_error.message);
}
END_TEST

/* The file's own version is none of the job's: it ends with the file. */
START_TEST(what_a_file_hid_may_have_lost_its_template) {
        setup_site(EVERY_TEN);
        sim_write_job(&sim, "b", MINUTELY);
        set_template(NULL);
        sim_write_job(&sim, "b", NULL);
        sim_reload(&sim);
        for (unsigned i = 0; i < 2; i++) {
                ck_assert_int_eq(scheduled_job_state(find("b")), JOB_FAILED_TO_LOAD);
                ck_assert_str_eq(find("b")->load_error.message, "there is no template 'x'");
                restart();
        }
        set_template(EVERY_TEN);
        ck_assert_ptr_null(find("b")->load_error.message);
        sim_run_until(&sim, "2026-01-01T00:45:00Z");
        sim_expect_rows(&sim, "b", "succeeded schedule 2026-01-01T00:40:00Z\n");
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "one", &a_job_that_is_made_runs_and_is_there_after_a_restart, 1 },
        { "one", &what_cannot_be_done_is_said, ARRAY_SIZE(refusals) },
        { "one", &a_merge_changes_a_part, ARRAY_SIZE(merges) },
        { "one", &what_is_so_already_changes_nothing, 1 },
        { "one", &a_replaced_job_goes_on_by_the_new_definition, 1 },
        { "one", &a_merge_does_not_unpause, 1 },
        { "one", &a_disabled_job_is_enabled_again, 1 },
        { "removal", &a_deleted_job_needs_no_memory_and_comes_back_with_its_history, 1 },
        { "removal", &what_runs_of_a_deleted_job_ends_as_it_does, 1 },
        { "rename", &a_renamed_job_keeps_history_and_anchor, 1 },
        { "rename", &a_rename_takes_what_runs_with_it, 1 },
        { "several", &changes_see_what_those_before_them_did, 1 },
        { "several", &all_or_nothing, 1 },
        { "several", &a_trial_changes_nothing, 1 },
        { "several", &a_crash_leaves_no_half_of_a_list, 1 },
        { "circles", &a_circle_is_refused, 1 },
        { "circles", &a_file_cannot_close_a_circle_either, 1 },
        { "files", &a_file_hides_what_was_made_and_gives_it_back, 1 },
        { "composition", &a_job_follows_its_template, 1 },
        { "composition", &each_composition_knows_when_the_job_was_made, 1 },
        { "composition", &nothing_is_composed_again_without_a_reason, 1 },
        { "composition", &without_its_template_the_last_good_version_goes_on, 1 },
        { "composition", &what_a_file_hid_may_have_lost_its_template, 1 },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-change", stories, ARRAY_SIZE(stories));
}
