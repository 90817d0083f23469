/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Inserting, updating and finding executions, with and without the writer thread. */

#include <errno.h>
#include <string.h>

#include "support/store-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define DUE (INT64_C(1767225600) * USEC_PER_SEC)

static const StoreOptions modes[] = {
        { .inline_commits = true },
        { .inline_commits = false },
        { .commit_rows = 1 },
        { .commit_delay_usec = USEC_PER_MSEC },
};

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

typedef struct Inserted {
        bool called;
        int result;
        unsigned pass;
} Inserted;

static void on_inserted(void *userdata, uint64_t execution_id, int result, unsigned pass) {
        *(Inserted *) userdata = (Inserted){ true, result, pass };
}

static Inserted insert(const ExecutionRecord *record, unsigned flags) {
        Inserted inserted = { 0 };

        ck_assert_int_eq(store_insert_execution(fixture.store, record, flags, on_inserted, &inserted), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert(inserted.called);
        return inserted;
}

static void end_record(ExecutionRecord *record) {
        record->state = EXECUTION_FAILED;
        record->reason = REASON_EXIT_CODE;
        record->reason_detail = strdup("exit code 3");
        record->job_revision = 4;
        record->start_after_usec = DUE + 1;
        record->queued_usec = DUE + 2;
        record->started_usec = DUE + 3;
        record->ended_usec = DUE + 4;
        record->exit_code = 3;
        record->attempts = 2;
        record->pid = 4711;
        record->host = strdup("host");
        strcpy(record->boot_id, "0123456789abcdef0123456789abcdef");
        strcpy(record->runner_incarnation, "1123456789abcdef0123456789abcdef");
        strcpy(record->runner_generation, "2123456789abcdef0123456789abcdef");
        record->progress = 40;
        record->status_text = strdup("copying");
        record->output_file = strdup("/var/log/backup-7.log");
        record->cpu_seconds = 1.5;
        record->memory_peak_bytes = 12345678;
        record->output_bytes = 99;
        record->output_truncated = true;
        record->result = strdup("{\"a\": 1}");
        record->parameters = strdup("{\"pin\":\"***\"}");
        record->profile = strdup("europe");
        record->profile_revision = 5;
        ck_assert_int_eq(string_list_push(&record->secrets, "pin=00ff"), 0);
        ck_assert_int_eq(string_list_push(&record->secrets, "token=credential:token"), 0);
}

static void assert_identity(const ExecutionRecord *read) {
        ck_assert_uint_eq(read->id, 7);
        ck_assert_int_eq(read->job_id, 1);
        ck_assert_str_eq(read->job, "job-1");
        ck_assert_uint_eq(read->owner_uid, 1000);
        ck_assert_int_eq(read->origin, JOB_ORIGIN_RUNTIME);
        ck_assert_int_eq(read->cause, CAUSE_CATCH_UP);
        ck_assert_str_eq(read->requested_by, "anna");
        ck_assert_int_eq(read->due_usec, DUE);
        ck_assert_int_eq(read->nominal_usec, DUE - 5);
        ck_assert_int_eq(read->due_last_usec, DUE + 9);
        ck_assert_uint_eq(read->count, 3);
        ck_assert_uint_eq(read->pass, 2);
        ck_assert_uint_eq(read->notes, 5);
}

static void assert_outcome(const ExecutionRecord *read, const ExecutionRecord *record) {
        ck_assert_int_eq(read->state, EXECUTION_FAILED);
        ck_assert_int_eq(read->reason, REASON_EXIT_CODE);
        ck_assert_str_eq(read->reason_detail, "exit code 3");
        ck_assert_uint_eq(read->job_revision, 4);
        ck_assert_int_eq(read->start_after_usec, DUE + 1);
        ck_assert_int_eq(read->queued_usec, DUE + 2);
        ck_assert_int_eq(read->started_usec, DUE + 3);
        ck_assert_int_eq(read->ended_usec, DUE + 4);
        ck_assert_int_eq(read->exit_code, 3);
        ck_assert_int_eq(read->signal, -1);
        ck_assert_int_eq(read->http_status, -1);
        ck_assert_uint_eq(read->attempts, 2);
        ck_assert_int_eq(read->pid, 4711);
        ck_assert_str_eq(read->host, "host");
        ck_assert_str_eq(read->boot_id, record->boot_id);
        ck_assert_str_eq(read->runner_incarnation, record->runner_incarnation);
        ck_assert_str_eq(read->runner_generation, record->runner_generation);
        ck_assert_int_eq(read->progress, 40);
        ck_assert_str_eq(read->status_text, "copying");
        ck_assert(read->cpu_seconds == 1.5);
        ck_assert_int_eq(read->memory_peak_bytes, 12345678);
        ck_assert_uint_eq(read->output_bytes, 99);
        ck_assert(read->output_truncated);
        ck_assert_str_eq(read->result, "{\"a\": 1}");
        ck_assert_str_eq(read->parameters, "{\"pin\":\"***\"}");
        ck_assert_str_eq(read->profile, "europe");
        ck_assert_uint_eq(read->profile_revision, 5);
        ck_assert(string_list_equal(read->secrets, record->secrets));
}

START_TEST(every_column_comes_back) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(7, 1, DUE);
        CLEANUP(execution_record_done) ExecutionRecord read;

        execution_record_init(&read);
        store_fixture_open(&fixture, &modes[_i]);
        store_fixture_put_job(&fixture, 1);

        record->owner_uid = 1000;
        record->origin = JOB_ORIGIN_RUNTIME;
        record->cause = CAUSE_CATCH_UP;
        record->requested_by = strdup("anna");
        record->nominal_usec = DUE - 5;
        record->due_last_usec = DUE + 9;
        record->count = 3;
        record->pass = 2;
        record->notes = 5;
        ck_assert_int_eq(insert(record, 0).result, 0);

        end_record(record);
        ck_assert_int_eq(store_update_execution(fixture.store, record), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_read_execution(fixture.store, 7, &read), 1);

        assert_identity(&read);
        assert_outcome(&read, record);
}
END_TEST

START_TEST(an_unknown_value_comes_back_unknown) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(1, 0, DUE);
        CLEANUP(execution_record_done) ExecutionRecord read;

        execution_record_init(&read);
        store_fixture_open(&fixture, NULL);
        record->nominal_usec = record->queued_usec = USEC_INFINITY;
        ck_assert_int_eq(insert(record, 0).result, 0);
        ck_assert_int_eq(store_read_execution(fixture.store, 1, &read), 1);

        ck_assert_int_eq(read.job_id, 0);
        ck_assert_int_eq(read.nominal_usec, USEC_INFINITY);
        ck_assert_int_eq(read.queued_usec, USEC_INFINITY);
        ck_assert_int_eq(read.ended_usec, USEC_INFINITY);
        ck_assert_int_eq(read.exit_code, -1);
        ck_assert_int_eq(read.progress, -1);
        ck_assert(read.cpu_seconds < 0);
        ck_assert_int_eq(read.memory_peak_bytes, -1);
        ck_assert_ptr_null(read.host);
        ck_assert_ptr_null(read.result);
        ck_assert_int_eq(read.reason, REASON_NONE);
        ck_assert_int_eq(store_read_execution(fixture.store, 2, &read), 0);
}
END_TEST

/* What is in the way of an insert at pass 0, and what becomes of it. */
/* clang-format off */
static const struct {
        ExecutionState before[2];
        unsigned n_before; /* at passes 0 … */
        ExecutionCause cause;
        unsigned flags;
        int result;
        unsigned pass;
} pass_cases[] = {
        { { 0 }, 0, CAUSE_SCHEDULE, 0, 0, 0 },
        { { 0 }, 0, CAUSE_SCHEDULE, STORE_INSERT_NEXT_PASS, 0, 0 },

        /* what was started is not started again */
        { { EXECUTION_SUCCEEDED }, 1, CAUSE_SCHEDULE,   0, -EEXIST, 0 },
        { { EXECUTION_ARMED },     1, CAUSE_CATCH_UP,   0, -EEXIST, 0 },
        { { EXECUTION_RUNNING },   1, CAUSE_BOOT,       0, -EEXIST, 0 },
        { { EXECUTION_LOST },      1, CAUSE_DEPENDENCY, 0, -EEXIST, 0 },

        /* what never started does not block */
        { { EXECUTION_MISSED },  1, CAUSE_SCHEDULE, 0, 0, 1 },
        { { EXECUTION_SKIPPED }, 1, CAUSE_CATCH_UP, 0, 0, 1 },
        { { EXECUTION_MISSED, EXECUTION_SUCCEEDED }, 2, CAUSE_SCHEDULE, 0, -EEXIST, 1 },
        { { EXECUTION_SUCCEEDED, EXECUTION_MISSED }, 2, CAUSE_SCHEDULE, 0, -EEXIST, 1 },

        /* after the clock was set back */
        { { EXECUTION_SUCCEEDED },                      1, CAUSE_SCHEDULE, STORE_INSERT_NEXT_PASS, 0, 1 },
        { { EXECUTION_SUCCEEDED, EXECUTION_SUCCEEDED }, 2, CAUSE_SCHEDULE, STORE_INSERT_NEXT_PASS, 0, 2 },

        /* what was planned for an instant at run time, too */
        { { EXECUTION_SUCCEEDED }, 1, CAUSE_TIMER,    0, -EEXIST, 0 },
        { { EXECUTION_SUCCEEDED }, 1, CAUSE_TEMPLATE, 0, -EEXIST, 0 },

        /* not under the index */
        { { EXECUTION_SUCCEEDED }, 1, CAUSE_MANUAL,   0, 0, 0 },
};
/* clang-format on */

START_TEST(an_occurrence_is_started_once) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(10, 1, DUE);
        Inserted inserted;

        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        for (unsigned i = 0; i < pass_cases[_i].n_before; i++) {
                CLEANUP(execution_record_freep) ExecutionRecord *before = test_execution_new(i + 1, 1, DUE);

                before->pass = i;
                ck_assert_int_eq(insert(before, 0).result, 0);
                before->state = pass_cases[_i].before[i];
                ck_assert_int_eq(store_update_execution(fixture.store, before), 0);
        }

        record->cause = pass_cases[_i].cause;
        inserted = insert(record, pass_cases[_i].flags);

        ck_assert_int_eq(inserted.result, pass_cases[_i].result);
        ck_assert_uint_eq(inserted.pass, pass_cases[_i].pass);
        ck_assert_int_eq(
                        store_fixture_ask(&fixture, "SELECT count(*) FROM execution WHERE id = 10"),
                        pass_cases[_i].result == 0);
}
END_TEST

START_TEST(one_refused_row_does_not_spoil_its_batch) {
        CLEANUP(execution_record_freep) ExecutionRecord *a = test_execution_new(1, 1, DUE);
        CLEANUP(execution_record_freep) ExecutionRecord *twin = test_execution_new(2, 1, DUE);
        CLEANUP(execution_record_freep) ExecutionRecord *orphan = test_execution_new(3, 99, DUE);
        CLEANUP(execution_record_freep) ExecutionRecord *b = test_execution_new(4, 1, DUE + 1);
        AttemptRecord lost = { .execution_id = 77, .attempt = 1, .output = { (char *) "x", 1, 1 } };
        Inserted inserted[4] = { 0 };

        store_fixture_open(&fixture, &modes[_i]);
        store_fixture_put_job(&fixture, 1);
        ck_assert_int_eq(store_insert_execution(fixture.store, a, 0, on_inserted, &inserted[0]), 0);
        ck_assert_int_eq(store_insert_execution(fixture.store, twin, 0, on_inserted, &inserted[1]), 0);
        ck_assert_int_eq(store_insert_execution(fixture.store, orphan, 0, on_inserted, &inserted[2]), 0);
        ck_assert_int_eq(store_put_attempt(fixture.store, &lost), 0);
        ck_assert_int_eq(store_update_execution(fixture.store, twin), 0);
        ck_assert_int_eq(store_insert_execution(fixture.store, b, 0, on_inserted, &inserted[3]), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);

        ck_assert_int_eq(inserted[0].result, 0);
        ck_assert_int_eq(inserted[1].result, -EEXIST);
        ck_assert_int_eq(inserted[2].result, -ENOENT);
        ck_assert_int_eq(inserted[3].result, 0);
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM execution"), 2);
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM output"), 0);
}
END_TEST

START_TEST(a_record_without_identity_is_refused_at_once) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(1, 1, DUE);

        store_fixture_open(&fixture, NULL);
        record->id = 0;
        ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, NULL, NULL), -EINVAL);
        record->id = 1;
        record->due_usec = USEC_INFINITY;
        ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, NULL, NULL), -EINVAL);
}
END_TEST

START_TEST(an_armed_row_can_be_taken_back) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(1, 1, DUE);

        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        ck_assert_int_eq(insert(record, 0).result, 0);
        ck_assert_int_eq(store_delete_execution(fixture.store, 1), 0);

        record->id = 2; /* its place is free again */
        ck_assert_int_eq(insert(record, 0).result, 0);
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM execution"), 1);
}
END_TEST

/* The first has written 1000 bytes, the second none; what they wrote is not read. */
static int count_attempt(void *userdata, const AttemptRecord *attempt) {
        unsigned *n = userdata;

        ck_assert_uint_eq(attempt->attempt, ++*n);
        ck_assert_uint_eq(attempt->output.total_bytes, attempt->attempt == 1 ? 1000 : 0);
        ck_assert_uint_eq(attempt->output.size, 0);
        return 0;
}

START_TEST(an_attempt_keeps_its_output_byte_by_byte) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(1, 1, DUE);
        unsigned n_listed = 0;
        CLEANUP(attempt_record_done) AttemptRecord read = { 0 };
        AttemptRecord attempt = {
                .execution_id = 1,
                .attempt = 1,
                .state = EXECUTION_FAILED,
                .reason = REASON_SIGNAL,
                .started_usec = DUE,
                .ended_usec = USEC_INFINITY,
                .exit_code = -1,
                .signal = 9,
                .pid = 4711,
                .cpu_seconds = 0.25,
                .memory_peak_bytes = 1024,
                .output = { (char *) "a\0b\xff\n", 5, 1000 },
        };

        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        ck_assert_int_eq(insert(record, 0).result, 0);
        ck_assert_int_eq(store_put_attempt(fixture.store, &attempt), 0);
        attempt.attempt = 2;
        attempt.output = (OutputRecord){ 0 };
        ck_assert_int_eq(store_put_attempt(fixture.store, &attempt), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);

        ck_assert_int_eq(store_read_attempt(fixture.store, 1, 1, &read), 1);
        ck_assert_int_eq(read.state, EXECUTION_FAILED);
        ck_assert_int_eq(read.reason, REASON_SIGNAL);
        ck_assert_int_eq(read.ended_usec, USEC_INFINITY);
        ck_assert_int_eq(read.exit_code, -1);
        ck_assert_int_eq(read.signal, 9);
        ck_assert_int_eq(read.pid, 4711);
        ck_assert(read.cpu_seconds == 0.25);
        ck_assert_uint_eq(read.output.size, 5);
        ck_assert_uint_eq(read.output.total_bytes, 1000);
        ck_assert_mem_eq(read.output.data, "a\0b\xff\n", 5);
        attempt_record_done(&read);

        ck_assert_int_eq(store_read_attempt(fixture.store, 1, 0, &read), 1); /* the last one */
        ck_assert_uint_eq(read.attempt, 2);
        ck_assert_uint_eq(read.output.size, 0);
        ck_assert_int_eq(store_read_attempt(fixture.store, 1, 3, &read), 0);

        ck_assert_int_eq(store_list_attempts(fixture.store, 1, count_attempt, &n_listed), 0);
        ck_assert_uint_eq(n_listed, 2);
}
END_TEST

START_TEST(an_attempt_is_replaced_with_its_output) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(1, 1, DUE);
        CLEANUP(attempt_record_done) AttemptRecord read = { 0 };
        AttemptRecord attempt = { .execution_id = 1, .attempt = 1, .state = EXECUTION_RUNNING };

        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        ck_assert_int_eq(insert(record, 0).result, 0);
        for (unsigned i = 1; i <= 3; i++) { /* with output, with other output, and without */
                attempt.output = (OutputRecord){ (char *) "xyz", i % 3, i % 3 };
                ck_assert_int_eq(store_put_attempt(fixture.store, &attempt), 0);
                ck_assert_int_eq(store_flush(fixture.store), 0);
                ck_assert_int_eq(store_read_attempt(fixture.store, 1, 1, &read), 1);
                ck_assert_uint_eq(read.output.size, i % 3);
                attempt_record_done(&read);
        }
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM attempt"), 1);
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM output"), 0);
}
END_TEST

/* Rows: 1 folds DUE … DUE + 100; 2 is due at DUE + 200; 3 was started by hand at DUE + 150. */
/* clang-format off */
static const struct {
        usec_t from, until;
        uint64_t id; /* 0: none */
} find_cases[] = {
        { DUE - 10,  DUE - 1,   0 },
        { DUE,       DUE,       1 },
        { DUE + 50,  DUE + 50,  1 },
        { DUE + 100, DUE + 100, 1 },
        { DUE + 101, DUE + 101, 0 },
        { DUE + 101, DUE + 149, 0 },
        { DUE + 150, DUE + 150, 3 },
        { DUE + 120, DUE + 300, 2 },
        { DUE + 201, DUE + 300, 0 },
};
/* clang-format on */

START_TEST(the_row_that_covers_an_instant_is_found) {
        CLEANUP(execution_record_freep) ExecutionRecord *folded = test_execution_new(1, 1, DUE);
        CLEANUP(execution_record_freep) ExecutionRecord *plain = test_execution_new(2, 1, DUE + 200);
        CLEANUP(execution_record_freep) ExecutionRecord *manual = test_execution_new(3, 1, DUE + 150);
        CLEANUP(execution_record_done) ExecutionRecord read;

        execution_record_init(&read);
        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        folded->state = EXECUTION_MISSED;
        folded->due_last_usec = DUE + 100;
        manual->cause = CAUSE_MANUAL;
        ck_assert_int_eq(insert(folded, 0).result, 0);
        ck_assert_int_eq(insert(plain, 0).result, 0);
        ck_assert_int_eq(insert(manual, 0).result, 0);

        ck_assert_int_eq(
                        store_find_execution(
                                        fixture.store, 1, find_cases[_i].from, find_cases[_i].until, &read),
                        find_cases[_i].id != 0);
        ck_assert_uint_eq(read.id, find_cases[_i].id);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-execution");
        TCase *tcase = tcase_create("execution");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_loop_test(tcase, every_column_comes_back, 0, ARRAY_SIZE(modes));
        tcase_add_test(tcase, an_unknown_value_comes_back_unknown);
        tcase_add_loop_test(tcase, an_occurrence_is_started_once, 0, ARRAY_SIZE(pass_cases));
        tcase_add_loop_test(tcase, one_refused_row_does_not_spoil_its_batch, 0, ARRAY_SIZE(modes));
        tcase_add_test(tcase, a_record_without_identity_is_refused_at_once);
        tcase_add_test(tcase, an_armed_row_can_be_taken_back);
        tcase_add_test(tcase, an_attempt_keeps_its_output_byte_by_byte);
        tcase_add_test(tcase, an_attempt_is_replaced_with_its_output);
        tcase_add_loop_test(tcase, the_row_that_covers_an_instant_is_found, 0, ARRAY_SIZE(find_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
