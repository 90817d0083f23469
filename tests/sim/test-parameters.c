/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What executions run with: values, profiles in their revisions, and secrets, over restarts and crashes. */

#include <string.h>

#include "manager/profile-order.h"
#include "sim/story.h"

#define START "2026-01-01T00:30:30Z"
#define DECLARES "parameters: {n: {type: integer, default: 1}, who: {type: string}, pin: {type: secret}}\n"
#define TAKES BY_HAND DECLARES "values: {who: ann}\n"
#define CRASH_POINTS_MAX 200U

static ExecutionRecord row;

static const ExecutionRecord *read_row(uint64_t id) {
        execution_record_done(&row);
        ck_assert_int_eq(store_read_execution(sim.store, id, &row), 1);
        return &row;
}

static void assert_ran_with(const char *parameters) {
        ck_assert_str_eq(sim_last_run(&sim, "a")->parameters, parameters);
}

static void start_with(const char *parameter, const char *profile) {
        char *const list[] = { (char *) parameter, NULL };

        sim_start_with(&sim, "a",
                       &(StartOptions){ .parameters = parameter ? list : NULL, .profile = profile });
}

static void restart(void) {
        sim_kill_daemon(&sim);
        sim_start_daemon(&sim);
        sim_settle(&sim);
}

static int last_result;
static char last_names[64];

static void on_profile(void *userdata, int result, uint64_t revision, char *const *names, const char *text) {
        last_result = result;
        sim.last_revision = revision;
        last_names[0] = '\0';
        for (; names && *names; names++)
                (void) strcat(strcat(last_names, *names), " ");
        (void) snprintf(sim.last_text, sizeof(sim.last_text), "%s", text ?: "");
}

static int set_profile(const char *name, const char *value, bool create, uint64_t if_revision) {
        char *const values[] = { (char *) value, NULL };

        last_result = -EINPROGRESS;
        manager_set_profile(
                        sim.manager,
                        &(ProfileChange){ .name = name,
                                          .values = values,
                                          .create = create,
                                          .if_revision = if_revision },
                        NULL, on_profile, NULL);
        sim_settle(&sim);
        return last_result;
}

/* --- values ---------------------------------------------------------------------------------------- */

START_TEST(the_strongest_source_of_a_value_counts) {
        setup(START, TAKES "profile: p\n");
        sim_write_profile(&sim, "p", "n=2");
        sim_write_profile(&sim, "q", "n=3");
        sim_reload(&sim);
        sim_start_job(&sim, "a");
        assert_ran_with("n=2\nwho=ann\n");
        sim_run(&sim, 2 * USEC_PER_SEC);
        start_with(NULL, "q");
        assert_ran_with("n=3\nwho=ann\n");
        ck_assert_str_eq(read_row(sim.last_id)->profile, "q");
        sim_run(&sim, 2 * USEC_PER_SEC);
        start_with("n=4", "q");
        assert_ran_with("n=4\nwho=ann\n");
        ck_assert_str_eq(read_row(sim.last_id)->parameters, "{\"n\":4,\"who\":\"ann\"}");
}
END_TEST

/* clang-format off */
static const struct {
        const char *parameter, *profile, *text;
} refusals[] = {
        { "n=x", NULL, "parameter 'n' expects" },
        { "m=1", NULL, "no parameter 'm'" },
        { "m=1", "z",  "no profile 'z'" },
        { NULL,  "z",  "no profile 'z'" },
        { NULL,  "s",  "holds a value for the secret parameter 'pin'" },
};
/* clang-format on */

START_TEST(what_is_wrong_is_said_and_nothing_is_recorded) {
        setup(START, TAKES);
        sim_write_profile(&sim, "s", "pin=1234");
        sim_reload(&sim);
        start_with(refusals[_i].parameter, refusals[_i].profile);
        ck_assert_int_eq(sim.last_result, -EINVAL);
        ck_assert_ptr_nonnull(strstr(sim.last_text, refusals[_i].text));
        sim_expect_rows(&sim, "a", "");
}
END_TEST

START_TEST(a_missing_profile_refuses_the_start) {
        setup(START, TAKES "profile: p\n");
        ck_assert_ptr_nonnull(strstr(manager_find_job(sim.manager, "a")->warnings[0], "no profile 'p'"));
        start_with(NULL, NULL);
        ck_assert_int_eq(sim.last_result, -EINVAL);
        ck_assert_ptr_nonnull(strstr(sim.last_text, "there is no profile 'p', which it names"));
        sim_expect_rows(&sim, "a", "");
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 0);
        ck_assert_int_eq(set_profile("p", "n=2", true, 0), 0);
        ck_assert_ptr_null(manager_find_job(sim.manager, "a")->warnings);
}
END_TEST

START_TEST(whoever_makes_a_job_hears_that_its_profile_is_missing) {
        setup(START, TAKES);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", TAKES "profile: p\n"), 0);
        ck_assert_str_eq(sim.last_text, "warning: there is no profile 'p'; it cannot start before there is");
        ck_assert_int_eq(set_profile("p", "n=2", true, 0), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_MERGE, "b", "nice: 3"), 0);
        ck_assert_str_eq(sim.last_text, "");
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_DELETE, "b", NULL), 0);
        ck_assert_str_eq(sim.last_text, "");
}
END_TEST

/* clang-format off */
static const struct {
        const char *parameters, *ran_with, *rows; /* of the new definition; NULL: it did not run */
} changes[] = {
        { "{n: {type: integer, default: 1}, who: {type: string}, m: {type: integer, default: 7}}",
          "n=4\nwho=ann\nm=7\n", "succeeded manual 2026-01-01T00:30:30.000001Z\n" },
        { "{who: {type: string}, pin: {type: secret}}",
          "who=ann\npin=1234\n", "succeeded manual 2026-01-01T00:30:30.000001Z\n" },
        { "{who: {type: string}, must: {type: string, required: true}}",
          NULL, "failed launch manual 2026-01-01T00:30:30.000001Z\n" },
        { "{who: {type: integer}, n: {type: integer}}",
          NULL, "failed launch manual 2026-01-01T00:30:30.000001Z\n" },
};
/* clang-format on */

/* It waited while its job was changed, whose newest revision it takes: nothing is empty that has a value
 * there.
 */
START_TEST(what_was_asked_for_is_asked_of_the_newest_revision) {
        char *const list[] = { (char *) "n=4", (char *) "who=ann", (char *) "pin=1234", NULL };
        CLEANUP_FREE char *text = NULL;

        setup(START, BY_HAND DECLARES "queue: io\n");
        sim_pause_queue(&sim, "io");
        sim_start_with(&sim, "a", &(StartOptions){ .parameters = list });
        ck_assert_int_eq(sim.last_result, 0);
        ck_assert_int_ge(asprintf(&text, BY_HAND "queue: io\nparameters: %s\n", changes[_i].parameters), 0);
        sim_write_job(&sim, "a", text);
        sim_reload(&sim);
        sim_resume_queue(&sim, "io");
        sim_run(&sim, 2 * USEC_PER_SEC);
        sim_expect_rows(&sim, "a", changes[_i].rows);
        ck_assert_uint_eq(sim.n_runs, changes[_i].ran_with ? 1 : 0);
        if (changes[_i].ran_with)
                assert_ran_with(changes[_i].ran_with);
}
END_TEST

START_TEST(a_retry_runs_with_what_its_first_attempt_had) {
        setup(START, TAKES "profile: p\nretry: {attempts: 3, delay: 1min}\n");
        sim_write_profile(&sim, "p", "n=2");
        sim_reload(&sim);
        sim.exit_code = 1;
        start_with("pin=1234", NULL);
        sim_run(&sim, 10 * USEC_PER_SEC);
        sim_write_profile(&sim, "p", "n=9");
        sim_write_job(&sim, "a", BY_HAND DECLARES "profile: p\nretry: {attempts: 3, delay: 1min}\n");
        sim_reload(&sim);
        sim_run(&sim, USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 2);
        assert_ran_with("n=2\nwho=ann\npin=1234\n");
        restart();
        sim_run(&sim, 2 * USEC_PER_MINUTE);
        ck_assert_uint_eq(sim_count_launches(&sim, "a"), 3);
        assert_ran_with("n=2\nwho=ann\npin=1234\n");
        ck_assert_uint_eq(read_row(1)->profile_revision, 1);
        ck_assert_uint_eq(sim_count_secrets(&sim), 0); /* it has ended */
}
END_TEST

START_TEST(what_waits_takes_them_when_it_starts_unless_they_were_asked_for) {
        setup(START, TAKES "profile: p\noverlap: queue\n");
        sim_write_profile(&sim, "p", "n=2");
        sim_reload(&sim);
        sim_set_end(&sim, "a", USEC_PER_MINUTE, 0);
        sim_start_job(&sim, "a");
        start_with("who=eve", NULL);
        sim_start_job(&sim, "a");
        sim_write_profile(&sim, "p", "n=3");
        sim_reload(&sim);
        restart();
        sim_run(&sim, 90 * USEC_PER_SEC);
        assert_ran_with("n=2\nwho=eve\n");
        sim_run(&sim, USEC_PER_MINUTE);
        assert_ran_with("n=3\nwho=ann\n");
        ck_assert_uint_eq(read_row(3)->profile_revision, 2);
}
END_TEST

START_TEST(a_row_that_is_written_ahead_has_the_profile_of_its_time) {
        setup(START, MINUTELY DECLARES "profile: p\n");
        sim.write_ahead_usec = USEC_PER_SEC;
        sim_write_profile(&sim, "p", "n=2");
        restart();
        sim_run_until(&sim, "2026-01-01T00:30:59.5Z");
        sim_write_profile(&sim, "p", "n=3");
        sim_reload(&sim);
        sim_run_until(&sim, "2026-01-01T00:31:10Z");
        assert_ran_with("n=3\n");
        ck_assert_uint_eq(read_row(1)->profile_revision, 2);
}
END_TEST

/* Its row was written ahead and then held back: what it takes is that of the moment at which it starts. */
START_TEST(a_row_that_is_held_has_the_values_of_its_start) {
        bool is_changed = _i > 0;

        setup(START, MINUTELY DECLARES "profile: p\nqueue: io\nvalues: {who: ann}\n");
        sim.write_ahead_usec = USEC_PER_SEC;
        sim_write_queue(&sim, "io", 1);
        sim_write_profile(&sim, "p", "n=2");
        restart();
        sim_run_until(&sim, "2026-01-01T00:30:59.5Z");
        ck_assert_ptr_nonnull(read_row(1)->parameters);
        sim_pause_queue(&sim, "io");
        sim_run_until(&sim, "2026-01-01T00:31:10Z");
        ck_assert_int_eq(read_row(1)->state, EXECUTION_WAITING);
        if (is_changed)
                sim_write_job(&sim, "a", MINUTELY DECLARES "profile: p\nqueue: io\nvalues: {who: bob}\n");
        else
                sim_write_profile(&sim, "p", "n=3");
        sim_reload(&sim);
        sim_resume_queue(&sim, "io");
        sim_run_until(&sim, "2026-01-01T00:31:20Z");
        assert_ran_with(is_changed ? "n=2\nwho=bob\n" : "n=3\nwho=ann\n");
        ck_assert_uint_eq(read_row(1)->profile_revision, is_changed ? 1 : 2);
}
END_TEST

/* --- profiles -------------------------------------------------------------------------------------- */

static int delete_profile(const char *name) {
        char *const names[] = { (char *) name, NULL };

        last_result = -EINPROGRESS;
        manager_delete_profiles(sim.manager, names, false, NULL, on_profile, NULL);
        sim_settle(&sim);
        return last_result;
}

static int print_profile(void *userdata, const ProfileStatus *profile) {
        char *text = userdata;

        (void) sprintf(text + strlen(text), "%s/%s/%" PRIu64 "/%s%s%s ", profile->name,
                       job_origin_to_string(profile->origin), profile->revision, profile->values[0] ?: "",
                       profile->hidden ? "/hidden" : "", profile->used_by ? "/used" : "");
        return 0;
}

static void assert_profiles(const char *expected) {
        char text[256] = "";

        ck_assert_int_eq(manager_list_profiles(sim.manager, print_profile, text), 0);
        ck_assert_str_eq(text, expected);
}

START_TEST(one_of_a_file_hides_one_that_was_made) {
        setup(START, TAKES "profile: p\n");
        ck_assert_int_eq(set_profile("p", "n=2", true, 0), 0);
        assert_profiles("p/runtime/1/n=2/used ");
        sim_write_profile(&sim, "p", "n=3");
        sim_reload(&sim);
        assert_profiles("p/file/2/n=3/used p/runtime/1/n=2/hidden ");
        ck_assert_int_eq(set_profile("p", "n=4", false, 0), -EROFS);
        sim_start_job(&sim, "a");
        assert_ran_with("n=3\nwho=ann\n");
        restart();
        assert_profiles("p/file/2/n=3/used p/runtime/1/n=2/hidden ");
        sim_write_profile(&sim, "p", NULL);
        sim_reload(&sim);
        assert_profiles("p/runtime/1/n=2/used ");
        sim_write_profile(&sim, "p", "n=3"); /* a number is never given twice */
        sim_reload(&sim);
        assert_profiles("p/file/3/n=3/used p/runtime/1/n=2/hidden ");
        sim.file_is_held = true;
        sim_reload(&sim);
        assert_profiles("p/file/3/n=3/used p/runtime/1/n=2/hidden ");
}
END_TEST

START_TEST(a_change_is_refused_for_a_reason) {
        setup(START, TAKES "profile: p\n");
        ck_assert_int_eq(set_profile("p", "n=2", false, 0), -ENOENT);
        ck_assert_int_eq(set_profile("p", "n=2", true, 0), 0);
        ck_assert_int_eq(set_profile("p", "n=3", true, 0), -EEXIST);
        ck_assert_int_eq(set_profile("p", "n=3", false, 7), -ESTALE);
        ck_assert_int_eq(set_profile("p", "N=3", false, 0), -EINVAL);
        ck_assert_int_eq(set_profile("no good", "n=3", true, 0), -EINVAL);
        ck_assert_int_eq(set_profile("p", "who=x", false, 1), 0); /* laid over what is there */
        ck_assert_uint_eq(sim.last_revision, 2);
        ck_assert_int_eq(set_profile("p", "who=x", false, 0), 0); /* it is so already */
        ck_assert_uint_eq(sim.last_revision, 2);
        ck_assert_int_eq(delete_profile("q"), -ENOENT);
        ck_assert_int_eq(delete_profile("p"), -EBUSY);
        ck_assert_ptr_nonnull(strstr(sim.last_text, "'p' is used by 'a'"));
        assert_profiles("p/runtime/2/n=2/used ");
}
END_TEST

START_TEST(those_that_no_job_names_are_pruned) {
        setup(START, TAKES "profile: p\n");
        ck_assert_int_eq(set_profile("p", "n=2", true, 0), 0);
        ck_assert_int_eq(set_profile("q", "n=2", true, 0), 0);
        manager_prune_profiles(sim.manager, NULL, true, NULL, on_profile, NULL);
        ck_assert_str_eq(last_names, "q ");
        assert_profiles("p/runtime/1/n=2/used q/runtime/1/n=2 ");
        manager_prune_profiles(sim.manager, NULL, false, NULL, on_profile, NULL);
        sim_settle(&sim);
        ck_assert_str_eq(last_names, "q ");
        restart();
        assert_profiles("p/runtime/1/n=2/used ");
}
END_TEST

/* --- secrets --------------------------------------------------------------------------------------- */

#define SECRET_JOB(pin) HOURLY DECLARES "values: {pin: \"" pin "\"}\n"

static const char *source_of(const char *name) {
        return manager_find_job(sim.manager, name)->stored.source;
}

START_TEST(a_secret_is_kept_as_long_as_something_names_it) {
        CLEANUP_FREE char *source = NULL;

        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", SECRET_JOB("1234")), 0);
        ck_assert_uint_eq(sim_count_secrets(&sim), 1);
        ck_assert_ptr_null(strstr(source_of("b"), "1234"));
        restart();
        ck_assert_uint_eq(sim_count_secrets(&sim), 1);

        /* What was read may be written again, and stands for the same. */
        source = strdup(source_of("b"));
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_REPLACE, "b", source), 0);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_MERGE, "b", "description: x"), 0);
        ck_assert_uint_eq(sim_count_secrets(&sim), 1);
        sim_run_until(&sim, "2026-01-01T01:00:10Z");
        ck_assert_str_eq(sim_last_run(&sim, "b")->parameters, "n=1\npin=1234\n");
        ck_assert_ptr_nonnull(strstr(read_row(sim_last_run(&sim, "b")->id.execution_id)->parameters, "***"));

        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_MERGE, "b", "values: {pin: 5678}"), 0);
        ck_assert_uint_eq(sim_count_secrets(&sim), 1);
        sim_run_until(&sim, "2026-01-01T02:00:10Z");
        ck_assert_str_eq(sim_last_run(&sim, "b")->parameters, "n=1\npin=5678\n");
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_DELETE, "b", NULL), 0);
        ck_assert_uint_eq(sim_count_secrets(&sim), 0);
}
END_TEST

START_TEST(a_secret_goes_with_a_job_that_is_renamed) {
        JobChange change = { .kind = JOB_CHANGE_RENAME, .name = "b", .new_name = "c" };

        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", SECRET_JOB("1234")), 0);
        ck_assert_int_eq(sim_change(&sim, &change, 1), 0);
        ck_assert_uint_eq(sim_count_secrets(&sim), 1);
        sim_run_until(&sim, "2026-01-01T01:00:10Z");
        ck_assert_str_eq(sim_last_run(&sim, "c")->parameters, "n=1\npin=1234\n");

        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_MERGE, "c", "values: {pin: 5678}"), 0);
        ck_assert_uint_eq(sim_count_secrets(&sim), 1);
        restart();
        ck_assert_uint_eq(sim_count_secrets(&sim), 1);
        sim_run_until(&sim, "2026-01-01T02:00:10Z");
        ck_assert_str_eq(sim_last_run(&sim, "c")->parameters, "n=1\npin=5678\n");
}
END_TEST

START_TEST(an_id_of_somebody_else_is_a_value_like_any_other) {
        CLEANUP_FREE char *source = NULL;
        const char *id;

        setup(START, BY_HAND);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", SECRET_JOB("1234")), 0);
        source = strdup(source_of("b"));
        id = strstr(source, "pin: \"");
        ck_assert_ptr_nonnull(id);
        ck_assert_int_eq(sim_change_job(&sim, JOB_CHANGE_CREATE, "c", source), 0);
        ck_assert_uint_eq(sim_count_secrets(&sim), 2);
        ck_assert_str_ne(source_of("c"), source);
        sim_run_until(&sim, "2026-01-01T01:00:10Z");
        ck_assert_ptr_null(strstr(sim_last_run(&sim, "c")->parameters, "1234"));
}
END_TEST

START_TEST(what_the_runner_cannot_keep_is_not_put_in_force) {
        setup(START, TAKES);
        sim.refuses_secrets = true;
        ck_assert_int_lt(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", SECRET_JOB("1234")), 0);
        ck_assert_ptr_null(manager_find_job(sim.manager, "b"));
        start_with("pin=1234", NULL);
        ck_assert_int_lt(sim.last_result, 0);
        sim_expect_rows(&sim, "a", "");
        sim.refuses_secrets = false;
        ck_assert_int_lt(sim_change_job(&sim, JOB_CHANGE_CREATE, "b", SECRET_JOB("1234") "oops: 1\n"), 0);
        ck_assert_uint_eq(sim_count_secrets(&sim), 0);
}
END_TEST

/* Whatever is killed, a launch finds its secret (the runner says so), and none is left that nothing names. */
static bool run_with_crash(unsigned crash_at) {
        bool reached, is_there;

        sim_init(&sim, START);
        sim.write_ahead_usec = USEC_PER_SEC;
        sim.duration_usec = 5 * USEC_PER_SEC;
        sim.crash_at = crash_at;
        sim_write_job(&sim, "a", TAKES "retry: {attempts: 2, delay: 10s}\n");
        sim_start_daemon(&sim);
        sim_run(&sim, USEC_PER_SEC);
        (void) sim_change_job(&sim, JOB_CHANGE_PUT, "b", MINUTELY DECLARES "values: {pin: x1}\n");
        sim_run(&sim, USEC_PER_MINUTE);
        sim.exit_code = 1;
        start_with("pin=y1", NULL);
        sim_run(&sim, 8 * USEC_PER_SEC);
        (void) sim_change_job(&sim, JOB_CHANGE_MERGE, "b", "values: {pin: x2}");
        sim_run(&sim, USEC_PER_MINUTE);
        is_there = sim.manager && manager_find_job(sim.manager, "b");
        sim_run(&sim, 10 * USEC_PER_SEC);

        reached = sim.n_crashes > 0;
        restart();
        sim_run(&sim, 2 * USEC_PER_SEC);
        ck_assert_uint_eq(sim_count_secrets(&sim), is_there ? 1 : 0);
        (void) sim_change_job(&sim, JOB_CHANGE_DELETE, "b", NULL);
        sim_run(&sim, 10 * USEC_PER_SEC);
        ck_assert_uint_eq(sim_count_secrets(&sim), 0);
        return reached;
}

/* All was frozen while the runner wrote the secret down: by hand or with its job, nothing is started. */
START_TEST(a_freeze_comes_before_a_start_whose_secret_is_being_kept) {
        setup(START, TAKES);
        sim.keeps_late = true;
        if (_i == 0)
                start_with("pin=1234", NULL);
        else
                (void) sim_change(
                                &sim,
                                &(JobChange){ .kind = JOB_CHANGE_CREATE,
                                              .name = "b",
                                              .definition = BY_HAND DECLARES
                                              "values: {who: bob, pin: geheim}\n",
                                              .start = true },
                                1);
        sim_freeze_jobs(&sim);
        sim_answer_secret(&sim);
        ck_assert_int_eq(sim.last_result, -ECANCELED);
        ck_assert_ptr_nonnull(strstr(sim.last_text, "is not started: all jobs have been frozen since"));
        sim_expect_rows(&sim, "a", "");
        ck_assert_ptr_null(manager_find_job(sim.manager, "b"));
        ck_assert_uint_eq(sim.n_runs, 0);
}
END_TEST

START_TEST(a_crash_at_any_point_loses_no_secret_and_keeps_none) {
        unsigned n = 0;

        while (n < CRASH_POINTS_MAX && run_with_crash(++n))
                sim_done(&sim); /* the last one is for the teardown */
        ck_assert_uint_gt(n, 20);
}
END_TEST

static const Story stories[] = {
        { "values", &the_strongest_source_of_a_value_counts, 1 },
        { "values", &what_is_wrong_is_said_and_nothing_is_recorded, ARRAY_SIZE(refusals) },
        { "values", &a_missing_profile_refuses_the_start, 1 },
        { "values", &whoever_makes_a_job_hears_that_its_profile_is_missing, 1 },
        { "values", &what_was_asked_for_is_asked_of_the_newest_revision, ARRAY_SIZE(changes) },
        { "values", &a_retry_runs_with_what_its_first_attempt_had, 1 },
        { "values", &what_waits_takes_them_when_it_starts_unless_they_were_asked_for, 1 },
        { "values", &a_row_that_is_written_ahead_has_the_profile_of_its_time, 1 },
        { "values", &a_row_that_is_held_has_the_values_of_its_start, 2 },
        { "profiles", &one_of_a_file_hides_one_that_was_made, 1 },
        { "profiles", &a_change_is_refused_for_a_reason, 1 },
        { "profiles", &those_that_no_job_names_are_pruned, 1 },
        { "secrets", &a_secret_is_kept_as_long_as_something_names_it, 1 },
        { "secrets", &a_secret_goes_with_a_job_that_is_renamed, 1 },
        { "secrets", &an_id_of_somebody_else_is_a_value_like_any_other, 1 },
        { "secrets", &what_the_runner_cannot_keep_is_not_put_in_force, 1 },
        { "secrets", &a_freeze_comes_before_a_start_whose_secret_is_being_kept, 2 },
        { "secrets", &a_crash_at_any_point_loses_no_secret_and_keeps_none, 1 },
};

Suite *test_suite(void) {
        return story_suite("sim-parameters", stories, ARRAY_SIZE(stories));
}
