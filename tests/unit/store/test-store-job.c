/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <string.h>

#include "support/store-fixture.h"
#include "support/test-support.h"

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

static void make_job(StoredJob *job) {
        stored_job_init(job);
        job->id = 3;
        job->name = strdup("backup");
        job->owner_uid = 1000;
        job->origin = JOB_ORIGIN_RUNTIME;
        job->revision = 2;
        job->definition = strdup("command: [a]\n");
        job->source = strdup("command: [a] # as written\n");
        job->one_shot = true;
        job->expires_usec = 99;
        job->skip_until_usec = 109;
        job->file = strdup("/etc/jobsched.d/a.yaml");
        job->line = 12;
        job->added_usec = 100;
        job->paused_since_usec = 101;
        job->paused_until_usec = 102;
        job->cursor_usec = 103;
        job->anchor_usec = 104;
        job->boot_identity = strdup("boot");
        job->boot_due_usec = 105;
        job->last_execution_id = 9;
        job->last_state = EXECUTION_TIMED_OUT;
        job->last_due_usec = 106;
        job->last_started_usec = 107;
        job->last_ended_usec = 108;
}

static void assert_same_text(const char *a, const char *b) {
        ck_assert_int_eq(!a, !b);
        if (a)
                ck_assert_str_eq(a, b);
}

static int compare_job(void *userdata, const StoredJob *read) {
        const StoredJob *job = userdata;

        ck_assert_int_eq(read->id, job->id);
        assert_same_text(read->name, job->name);
        ck_assert_uint_eq(read->owner_uid, job->owner_uid);
        ck_assert_int_eq(read->origin, job->origin);
        ck_assert_uint_eq(read->revision, job->revision);
        assert_same_text(read->definition, job->definition);
        assert_same_text(read->source, job->source);
        ck_assert_int_eq(read->one_shot, job->one_shot);
        ck_assert_int_eq(read->expires_usec, job->expires_usec);
        ck_assert_int_eq(read->skip_until_usec, job->skip_until_usec);
        assert_same_text(read->file, job->file);
        ck_assert_uint_eq(read->line, job->line);
        ck_assert_int_eq(read->added_usec, job->added_usec);
        ck_assert_int_eq(read->removed_usec, job->removed_usec);
        ck_assert_int_eq(read->paused_since_usec, job->paused_since_usec);
        ck_assert_int_eq(read->paused_until_usec, job->paused_until_usec);
        ck_assert_int_eq(read->cursor_usec, job->cursor_usec);
        ck_assert_int_eq(read->anchor_usec, job->anchor_usec);
        assert_same_text(read->boot_identity, job->boot_identity);
        ck_assert_int_eq(read->boot_due_usec, job->boot_due_usec);
        ck_assert_uint_eq(read->last_execution_id, job->last_execution_id);
        ck_assert_int_eq(read->last_state, job->last_state);
        ck_assert_int_eq(read->last_due_usec, job->last_due_usec);
        ck_assert_int_eq(read->last_started_usec, job->last_started_usec);
        ck_assert_int_eq(read->last_ended_usec, job->last_ended_usec);
        return 0;
}

static void assert_stored(StoredJob *job) {
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_jobs(fixture.store, compare_job, job), 0);
}

START_TEST(every_field_comes_back) {
        CLEANUP(stored_job_done) StoredJob job;

        make_job(&job);
        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_put_job(fixture.store, &job), 0);
        ck_assert_int_eq(store_last_job_id(fixture.store), 3);
        assert_stored(&job);

        store_fixture_close(&fixture);
        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_last_job_id(fixture.store), 3);
        assert_stored(&job);
}
END_TEST

START_TEST(an_empty_job_comes_back_empty) {
        CLEANUP(stored_job_done) StoredJob job;

        stored_job_init(&job);
        job.id = 1;
        job.name = strdup("x");
        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_put_job(fixture.store, &job), 0);
        assert_stored(&job);
}
END_TEST

START_TEST(state_is_written_without_the_rest) {
        CLEANUP(stored_job_done) StoredJob job, state;

        make_job(&job);
        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_put_job(fixture.store, &job), 0);

        stored_job_init(&state);
        state.id = 3;
        state.cursor_usec = 999;
        ck_assert_int_eq(store_put_job_state(fixture.store, &state), 0);

        job.paused_since_usec = job.paused_until_usec = job.anchor_usec = job.boot_due_usec = USEC_INFINITY;
        job.last_due_usec = job.last_started_usec = job.last_ended_usec = USEC_INFINITY;
        job.cursor_usec = 999;
        job.skip_until_usec = USEC_INFINITY;
        job.last_execution_id = 0;
        job.last_state = EXECUTION_SUCCEEDED;
        free(job.boot_identity);
        job.boot_identity = NULL;
        assert_stored(&job);
}
END_TEST

START_TEST(each_revision_keeps_its_text) {
        CLEANUP(stored_job_done) StoredJob job;
        char *text = NULL;

        make_job(&job);
        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_put_job(fixture.store, &job), 0);
        free(job.definition);
        job.definition = strdup("command: [b]\n");
        job.revision = 3;
        job.removed_usec = 500;
        ck_assert_int_eq(store_put_job(fixture.store, &job), 0);
        assert_stored(&job);

        ck_assert_int_eq(store_read_revision(fixture.store, 3, 2, &text), 1);
        ck_assert_str_eq(text, "command: [a]\n");
        free(text);
        ck_assert_int_eq(store_read_revision(fixture.store, 3, 3, &text), 1);
        ck_assert_str_eq(text, "command: [b]\n");
        free(text);
        ck_assert_int_eq(store_read_revision(fixture.store, 3, 4, &text), 0);
        ck_assert_int_eq(store_read_revision(fixture.store, 4, 1, &text), 0);
}
END_TEST

static int count(void *userdata, const StoredJob *job) {
        ++*(unsigned *) userdata;
        return 0;
}

/* What was made at run time and has left is found by its name, and not loaded. */
START_TEST(a_job_is_read_by_its_name) {
        CLEANUP(stored_job_done) StoredJob job, read;
        unsigned n_loaded = 0;

        make_job(&job);
        job.removed_usec = 500;
        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_put_job(fixture.store, &job), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_jobs(fixture.store, count, &n_loaded), 0);
        ck_assert_uint_eq(n_loaded, 0);

        stored_job_init(&read);
        ck_assert_int_eq(store_read_job(fixture.store, "nobody", &read), 0);
        ck_assert_int_eq(store_read_job(fixture.store, "backup", &read), 1);
        (void) compare_job(&job, &read);
        stored_job_done(&read);

        /* the listed one of two with the same name */
        job.removed_usec = USEC_INFINITY;
        job.id = 2;
        ck_assert_int_eq(store_put_job(fixture.store, &job), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_read_job(fixture.store, "backup", &read), 1);
        ck_assert_int_eq(read.id, 2);
}
END_TEST

START_TEST(a_job_without_identity_is_refused) {
        CLEANUP(stored_job_done) StoredJob job;

        make_job(&job);
        store_fixture_open(&fixture, NULL);
        job.id = 0;
        ck_assert_int_eq(store_put_job(fixture.store, &job), -EINVAL);
        ck_assert_int_eq(store_put_job_state(fixture.store, &job), -EINVAL);
}
END_TEST

static int stop(void *userdata, const StoredJob *job) {
        ++*(unsigned *) userdata;
        return -ECANCELED;
}

START_TEST(a_visitor_can_stop) {
        unsigned n_seen = 0;

        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        store_fixture_put_job(&fixture, 2);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_jobs(fixture.store, stop, &n_seen), -ECANCELED);
        ck_assert_uint_eq(n_seen, 1);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-job");
        TCase *tcase = tcase_create("job");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_test(tcase, every_field_comes_back);
        tcase_add_test(tcase, a_job_is_read_by_its_name);
        tcase_add_test(tcase, an_empty_job_comes_back_empty);
        tcase_add_test(tcase, state_is_written_without_the_rest);
        tcase_add_test(tcase, each_revision_keeps_its_text);
        tcase_add_test(tcase, a_job_without_identity_is_refused);
        tcase_add_test(tcase, a_visitor_can_stop);
        suite_add_tcase(suite, tcase);
        return suite;
}
