/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What one ordinary user may take: number of jobs, of executions, of starts; and who may have any. */

#include <string.h>

#include "manager/profile-order.h"
#include "sim/story.h"

#define USER 1000
#define EVERY_20S "schedule: {every: 20s, start: 2026-01-01T00:00:10Z}\ntimezone: UTC\ncommand: [/bin/true]\n"

/* Two jobs of the user, "a" and "b", and "r" of root's, the same. */
static void setup_users(const char *text) {
        sim_init(&sim, "2026-01-01T00:00:30Z");
        for (const char *const *name = (const char *const[]){ "a", "b", "r", NULL }; *name; name++) {
                sim_write_job(&sim, *name, text);
                if (strcmp(*name, "r") != 0)
                        sim_own_job(&sim, *name, USER);
        }
        sim_start_daemon(&sim);
        sim_run(&sim, 1);
}

START_TEST(one_more_that_would_run_is_skipped) {
        setup_users(BY_HAND);
        sim.site.user_limits.running = 1;
        sim.duration_usec = USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        ck_assert_int_eq(sim.last_result, 0);
        sim_start_job(&sim, "b");
        ck_assert_int_eq(sim.last_result, -EDQUOT);
        sim_force_job(&sim, "b");
        ck_assert_int_eq(sim.last_result, -EDQUOT);
        sim_start_job(&sim, "r");
        ck_assert_int_eq(sim.last_result, 0);
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        sim_start_job(&sim, "b");
        ck_assert_int_eq(sim.last_result, 0);
        ck_assert_uint_eq(sim_count_launches(&sim, "b"), 1);
        ck_assert_uint_eq(sim_count_launches(&sim, "r"), 1);
}
END_TEST

START_TEST(what_is_refused_in_a_row_is_one_row) {
        setup_users(MINUTELY);
        sim.site.user_limits.running = 1;
        sim_set_end(&sim, "a", 150 * USEC_PER_SEC, 0);
        if (_i == 1) { /* a restart forgets neither what runs nor what was refused */
                sim_run_until(&sim, "2026-01-01T00:02:30Z");
                sim_kill_daemon(&sim);
                sim_start_daemon(&sim);
        }
        sim_run_until(&sim, "2026-01-01T00:03:25Z");
        sim_expect_rows(&sim, "b",
                        "skipped user-limit schedule 2026-01-01T00:01:00Z..2026-01-01T00:03:00Z x3\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "r"), 3);
}
END_TEST

START_TEST(one_more_that_would_wait_is_skipped) {
        setup_users(MINUTELY "overlap: queue\n");
        sim.site.user_limits.waiting = 1;
        sim.duration_usec = 10 * USEC_PER_MINUTE;
        sim_run_until(&sim, "2026-01-01T00:03:30Z");
        sim_expect_rows(&sim, "r",
                        "running schedule 2026-01-01T00:01:00Z\n"
                        "waiting overlap schedule 2026-01-01T00:02:00Z\n"
                        "waiting overlap schedule 2026-01-01T00:03:00Z\n");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 1);
        ck_assert_uint_eq(
                        manager_find_job(sim.manager, "a")->n_places[PLACE_QUEUED] +
                                        manager_find_job(sim.manager, "b")->n_places[PLACE_QUEUED],
                        1);
}
END_TEST

START_TEST(starts_are_counted_by_the_minute) {
        sim_init(&sim, "2026-01-01T00:00:05Z");
        sim.site.user_limits.starts_per_minute = 2;
        sim_write_job(&sim, "a", EVERY_20S);
        sim_own_job(&sim, "a", USER);
        sim_start_daemon(&sim);
        sim_run_until(&sim, "2026-01-01T00:02:05Z");
        sim_expect_rows(&sim, "a",
                        "succeeded schedule 2026-01-01T00:00:10Z\n"
                        "succeeded schedule 2026-01-01T00:00:30Z\n"
                        "skipped user-limit schedule 2026-01-01T00:00:50Z\n"
                        "succeeded schedule 2026-01-01T00:01:10Z\n"
                        "succeeded schedule 2026-01-01T00:01:30Z\n"
                        "skipped user-limit schedule 2026-01-01T00:01:50Z\n");
}
END_TEST

/* All that waited may come at once: the limit holds for them too. */
START_TEST(what_waited_for_a_condition_is_limited_too) {
        setup_users("command: [/bin/true]\nconditions: {path-exists: /go, wait: 1h}\n");
        sim.site.user_limits.running = 1;
        sim.duration_usec = USEC_PER_MINUTE;
        sim_start_job(&sim, "a");
        sim_start_job(&sim, "b");
        sim_start_job(&sim, "r");
        sim_set_path(&sim, "/go", true);
        sim_run(&sim, 10 * USEC_PER_SEC);
        ck_assert_uint_eq(sim_count_launches(&sim, "a") + sim_count_launches(&sim, "b"), 1);
        ck_assert_uint_eq(sim_count_launches(&sim, "r"), 1);
}
END_TEST

/* --- definitions ----------------------------------------------------------------------------------- */

static int last_result;
static char last_text[256];

static void on_order(void *userdata, int result, uint64_t execution_id, const char *text) {
        last_result = result;
        (void) snprintf(last_text, sizeof(last_text), "%s", text ?: "");
}

static void on_changed(
                void *userdata,
                int result,
                const JobChangeResult *results,
                size_t n_results,
                const char *text) {
        on_order(userdata, result, 0, text);
}

static void change(
                JobChangeKind kind,
                const char *name,
                const char *definition,
                uid_t uid,
                const char *user) {
        const JobChange one = { .kind = kind, .name = name, .definition = definition, .owner_uid = uid };
        const Caller caller = { .uid = uid, .user = (char *) user, .origin = "bus" };

        last_result = 1;
        manager_change_jobs(sim.manager, &one, 1, false, &caller, on_changed, NULL);
        sim_settle(&sim);
}

#define DEFINITION "command: [/bin/true]\n"

START_TEST(jobs_are_counted) {
        setup("2026-01-01T00:00:30Z", BY_HAND);
        sim.site.user_limits.jobs = 2;
        change(JOB_CHANGE_CREATE, "ann/a", DEFINITION, USER, "ann");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_PUT, "ann/b", DEFINITION, USER, "ann");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_CREATE, "ann/c", DEFINITION, USER, "ann");
        ck_assert_int_eq(last_result, -EDQUOT);
        ck_assert_msg(strstr(last_text, "You have 2 jobs and may have 2"), "%s", last_text);
        change(JOB_CHANGE_PUT, "ann/b", DEFINITION "nice: 3\n", USER, "ann");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_CREATE, "bob/c", DEFINITION, USER + 1, "bob");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_CREATE, "c", DEFINITION, 0, "root");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_DELETE, "ann/a", NULL, USER, "ann");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_CREATE, "ann/c", DEFINITION, USER, "ann");
        ck_assert_int_eq(last_result, 0);
}
END_TEST

START_TEST(changes_are_counted_by_the_minute) {
        const JobChange both[] = {
                { .kind = JOB_CHANGE_CREATE, .name = "ann/b", .definition = DEFINITION, .owner_uid = USER },
                { .kind = JOB_CHANGE_CREATE, .name = "ann/c", .definition = DEFINITION, .owner_uid = USER },
        };
        const Caller ann = { .uid = USER, .user = (char *) "ann", .origin = "bus" };

        setup("2026-01-01T00:00:30Z", BY_HAND);
        sim.site.user_limits.changes_per_minute = 2;
        change(JOB_CHANGE_CREATE, "ann/a", DEFINITION, USER, "ann");
        ck_assert_int_eq(last_result, 0);
        manager_change_jobs(sim.manager, both, 2, false, &ann, on_changed, NULL); /* each of them counts */
        ck_assert_int_eq(last_result, -EDQUOT);
        ck_assert_msg(strstr(last_text, "you may give 2 orders"), "%s", last_text);
        manager_pause_job(sim.manager, "ann/a", USEC_INFINITY, &ann, on_order, NULL);
        sim_settle(&sim);
        ck_assert_int_eq(last_result, 0);
        manager_resume_job(sim.manager, "ann/a", &ann, on_order, NULL);
        ck_assert_int_eq(last_result, -EDQUOT);
        manager_skip_job(sim.manager, "ann/a", 1, &ann, on_order, NULL);
        ck_assert_int_eq(last_result, -EDQUOT);
        change(JOB_CHANGE_DELETE, "ann/a", NULL, USER, "ann");
        ck_assert_int_eq(last_result, -EDQUOT);
        change(JOB_CHANGE_CREATE, "bob/a", DEFINITION, USER + 1, "bob");
        ck_assert_int_eq(last_result, 0);
        for (unsigned i = 0; i < 3; i++) {
                change(JOB_CHANGE_PUT, "r", i % 2 ? DEFINITION : DEFINITION "nice: 3\n", 0, "root");
                ck_assert_int_eq(last_result, 0);
        }
        sim_run(&sim, USEC_PER_MINUTE);
        change(JOB_CHANGE_DELETE, "ann/a", NULL, USER, "ann");
        ck_assert_int_eq(last_result, 0);
}
END_TEST

static void on_profile(void *userdata, int result, uint64_t revision, char *const *names, const char *text) {
        on_order(userdata, result, 0, text);
}

static void set_value(const char *value, bool create) {
        const ProfileChange one = { .name = "ann/p",
                                    .owner_uid = USER,
                                    .values = (char *[]){ (char *) value, NULL },
                                    .create = create };
        const Caller ann = { .uid = USER, .user = (char *) "ann", .origin = "bus" };

        last_result = 1;
        manager_set_profile(sim.manager, &one, &ann, on_profile, NULL);
        sim_settle(&sim);
}

/* A name that begins with one's own is not enough: the account may have been another's before. */
START_TEST(profiles_are_counted_and_their_owners) {
        const Caller other = { .uid = USER + 1, .user = (char *) "ann", .origin = "bus" };
        char *values[] = { (char *) "a=2", NULL }, *names[] = { (char *) "ann/p", NULL };
        ProfileChange taken = { .name = "ann/p", .owner_uid = USER + 1, .values = values };

        setup("2026-01-01T00:00:30Z", BY_HAND);
        sim.site.user_limits.profiles = 1;
        set_value("a=1", true);
        ck_assert_int_eq(last_result, 0);
        manager_set_profile(sim.manager, &taken, &other, on_profile, NULL);
        ck_assert_int_eq(last_result, -EACCES);
        manager_delete_profiles(sim.manager, names, false, &other, on_profile, NULL);
        ck_assert_int_eq(last_result, -ENOENT);

        taken = (ProfileChange){ .name = "ann/q", .owner_uid = USER, .values = values, .create = true };
        manager_set_profile(
                        sim.manager, &taken,
                        &(Caller){ .uid = USER, .user = (char *) "ann", .origin = "bus" }, on_profile, NULL);
        ck_assert_int_eq(last_result, -EDQUOT);
        ck_assert_msg(strstr(last_text, "may have 1 profiles"), "%s", last_text);
}
END_TEST

/* A little more each time is too much in the end. */
START_TEST(what_grows_is_bounded) {
        setup("2026-01-01T00:00:30Z", BY_HAND);
        sim.site.user_limits.definition_bytes = 60;
        change(JOB_CHANGE_CREATE, "ann/a", DEFINITION, USER, "ann");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_MERGE, "ann/a", "environment: {A: 12345}", USER, "ann");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_MERGE, "ann/a", "environment: {B: 1234567890}", USER, "ann");
        ck_assert_int_eq(last_result, -EDQUOT);
        change(JOB_CHANGE_MERGE, "ann/a", "environment: null", USER, "ann");
        ck_assert_int_eq(last_result, 0);

        set_value("a=12345678901234567890", true);
        ck_assert_int_eq(last_result, 0);
        set_value("b=12345678901234567890", false);
        ck_assert_int_eq(last_result, 0);
        set_value("c=12345678901234567890", false);
        ck_assert_int_eq(last_result, -EDQUOT);
        set_value("b=1", false);
        ck_assert_int_eq(last_result, 0);
        sim.site.user_limits.changes_per_minute = 1;
        set_value("b=2", false);
        ck_assert_int_eq(last_result, -EDQUOT);
}
END_TEST

START_TEST(definitions_are_bounded) {
        setup("2026-01-01T00:00:30Z", BY_HAND);
        sim.site.user_limits.definition_bytes = 30;
        change(JOB_CHANGE_CREATE, "ann/a", DEFINITION "nice: 1\n#########\n", USER, "ann");
        ck_assert_int_eq(last_result, -EDQUOT);
        change(JOB_CHANGE_CREATE, "ann/a", DEFINITION, USER, "ann");
        ck_assert_int_eq(last_result, 0);
}
END_TEST

/* clang-format off */
static const struct {
        const char *allow, *deny, *user;
        bool may;
} allow_cases[] = {
        { "*",    NULL,   "ann",  true },
        { NULL,   NULL,   "ann",  false },
        { "ann",  NULL,   "ann",  true },
        { "ann",  NULL,   "bob",  false },
        { "a*",   NULL,   "ann",  true },
        { "*",    "ann",  "ann",  false },
        { "ann",  "ann",  "ann",  false }, /* a denial counts */
        { "*",    "b*",   "ann",  true },
        { "*",    NULL,   NULL,   false }, /* without a name there is no USER/NAME */
};
/* clang-format on */

START_TEST(who_may_is_as_the_settings_say) {
        char *allow[] = { (char *) allow_cases[_i].allow, NULL },
             *deny[] = { (char *) allow_cases[_i].deny, NULL };

        setup("2026-01-01T00:00:30Z", BY_HAND);
        change(JOB_CHANGE_CREATE, "ann/old", DEFINITION, USER, "ann");
        ck_assert_int_eq(last_result, 0);
        sim.site.allow_users = allow[0] ? allow : NULL;
        sim.site.deny_users = deny[0] ? deny : NULL;
        change(JOB_CHANGE_CREATE, "ann/a", DEFINITION, USER, allow_cases[_i].user);
        ck_assert_int_eq(last_result, allow_cases[_i].may ? 0 : -EACCES);
        change(JOB_CHANGE_CREATE, "a-of-root", DEFINITION, 0, "root");
        ck_assert_int_eq(last_result, 0);
        change(JOB_CHANGE_DELETE, "ann/old", NULL, USER, allow_cases[_i].user);
        ck_assert_int_eq(last_result, 0);
}
END_TEST

/* clang-format off */
static const Story stories[] = {
        { "execution",  &one_more_that_would_run_is_skipped, 1 },
        { "execution",  &what_is_refused_in_a_row_is_one_row, 2 },
        { "execution",  &one_more_that_would_wait_is_skipped, 1 },
        { "execution",  &starts_are_counted_by_the_minute, 1 },
        { "execution",  &what_waited_for_a_condition_is_limited_too, 1 },
        { "definition", &jobs_are_counted, 1 },
        { "definition", &changes_are_counted_by_the_minute, 1 },
        { "definition", &profiles_are_counted_and_their_owners, 1 },
        { "definition", &what_grows_is_bounded, 1 },
        { "definition", &definitions_are_bounded, 1 },
        { "definition", &who_may_is_as_the_settings_say, (int) ARRAY_SIZE(allow_cases) },
};
/* clang-format on */

Suite *test_suite(void) {
        return story_suite("sim-user-limits", stories, ARRAY_SIZE(stories));
}
