/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "store/store-statement.h"
#include "support/store-fixture.h"
#include "support/test-support.h"

#define DUE (INT64_C(1767225600) * USEC_PER_SEC)
#define NOW (DUE + 1000 * USEC_PER_DAY)

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        store_fixture_put_job(&fixture, 2);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

/* `n_rows` of job 1 with odd ids from 1 on, one a day, each with output; those of job 2 lie between them. */
static void fill(unsigned n_rows, uint64_t open_id) {
        for (uint64_t id = 1; id <= 2 * n_rows; id++) {
                CLEANUP(execution_record_freep)
                ExecutionRecord *record = test_execution_new(
                                id, id % 2 ? 1 : 2, DUE + (usec_t) (id / 2) * USEC_PER_DAY);
                AttemptRecord attempt = { .execution_id = id,
                                          .attempt = 1,
                                          .output = { (char *) "x", 1, 1 } };

                record->state = id == open_id ? EXECUTION_RUNNING : EXECUTION_SUCCEEDED;
                record->ended_usec = id == open_id ? USEC_INFINITY : record->due_usec + USEC_PER_SEC;
                ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, NULL, NULL), 0);
                ck_assert_int_eq(store_put_attempt(fixture.store, &attempt), 0);
        }
}

/* clang-format off */
static const struct {
        unsigned n_rows;
        uint64_t open_id, last_execution_id;
        KeepPolicy keep;
        unsigned n_left;
} prune_cases[] = {
        { 10,  0, 0, { 1000, USEC_INFINITY },     10 },
        { 10,  0, 0, { 10,   USEC_INFINITY },     10 },
        { 10,  0, 0, { 9,    USEC_INFINITY },      9 },
        { 10,  0, 0, { 3,    USEC_INFINITY },      3 },

        /* never the last one */
        { 10,  0, 0, { 0,    USEC_INFINITY },      1 },
        { 10,  0, 0, { 1000, USEC_PER_DAY },       1 },
        { 10,  0, 5, { 0,    USEC_INFINITY },      2 }, /* the last one that ran is older */
        { 1,   0, 0, { 0,    0 },                  1 },
        { 0,   0, 0, { 0,    0 },                  0 },

        /* never one that has not ended */
        { 10,  1, 0, { 2,    USEC_INFINITY },      3 },
        { 10,  1, 0, { 1000, USEC_PER_DAY },       2 },

        /* either limit: rows of the last 995 days and 1 s end on or after day 5 */
        { 10,  0, 0, { 1000, 995 * USEC_PER_DAY }, 5 },
        { 10,  0, 0, { 2,    995 * USEC_PER_DAY }, 2 },
        { 10,  0, 0, { 1000, 5000 * USEC_PER_DAY }, 10 },

        /* in more than one step */
        { 3 * STORE_PRUNE_STEP_ROWS + 7, 0, 0, { 4, USEC_INFINITY }, 4 },
        { 2 * STORE_PRUNE_STEP_ROWS,     1, 0, { 4, USEC_INFINITY }, 5 },
};
/* clang-format on */

START_TEST(a_row_goes_when_either_limit_is_passed) {
        int64_t n_of_other;

        fill(prune_cases[_i].n_rows, prune_cases[_i].open_id);
        if (prune_cases[_i].last_execution_id) {
                CLEANUP(stored_job_done) StoredJob job;

                stored_job_init(&job);
                job.id = 1;
                job.last_execution_id = prune_cases[_i].last_execution_id;
                ck_assert_int_eq(store_put_job_state(fixture.store, &job), 0);
        }

        ck_assert_int_eq(store_prune_job(fixture.store, 1, &prune_cases[_i].keep, NOW), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);

        ck_assert_int_eq(
                        store_fixture_ask(&fixture, "SELECT count(*) FROM execution WHERE job_id = 1"),
                        prune_cases[_i].n_left);
        n_of_other = store_fixture_ask(&fixture, "SELECT count(*) FROM execution WHERE job_id = 2");
        ck_assert_int_eq(n_of_other, prune_cases[_i].n_rows);
        ck_assert_int_eq(
                        store_fixture_ask(&fixture, "SELECT count(*) FROM output"),
                        prune_cases[_i].n_left + n_of_other);
        if (prune_cases[_i].n_rows > 0)
                ck_assert_int_eq(
                                store_fixture_ask(&fixture, "SELECT max(id) FROM execution WHERE job_id = 1"),
                                2 * prune_cases[_i].n_rows - 1);
}
END_TEST

static void note(void *userdata, int result) {
        *(bool *) userdata = true;
}

START_TEST(what_is_queued_behind_does_not_wait_for_all_steps) {
        bool committed = false;
        KeepPolicy keep = { 1, USEC_INFINITY };

        fill(10 * STORE_PRUNE_STEP_ROWS, 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_prune_job(fixture.store, 1, &keep, NOW), 0);
        ck_assert_int_eq(store_after_commit(fixture.store, note, &committed), 0);
        store_fixture_wait(&fixture, &committed);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM execution WHERE job_id = 1"), 1);
}
END_TEST

START_TEST(the_largest_id_outlives_its_row) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(41, 1, DUE);

        record->state = EXECUTION_ARMED;
        ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, NULL, NULL), 0);
        ck_assert_int_eq(store_delete_execution(fixture.store, 41), 0);
        ck_assert_uint_eq(store_last_execution_id(fixture.store), 41);
        store_fixture_close(&fixture);

        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM execution"), 0);
        ck_assert_uint_eq(store_last_execution_id(fixture.store), 41);
        ck_assert_int_eq(store_latest_usec(fixture.store), DUE);
}
END_TEST

START_TEST(the_latest_instant_is_the_latest_of_any_row) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(1, 1, DUE + 50);
        AuditRecord audit = { .time_usec = DUE + 7, .event = AUDIT_RELOADED };

        record->queued_usec = DUE + 1; /* due ahead of it */
        ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, NULL, NULL), 0);
        ck_assert_int_eq(store_latest_usec(fixture.store), DUE + 1);
        ck_assert_int_eq(store_add_audit(fixture.store, &audit), 0);
        ck_assert_int_eq(store_latest_usec(fixture.store), DUE + 7);
        record->ended_usec = DUE + 60;
        ck_assert_int_eq(store_update_execution(fixture.store, record), 0);
        store_fixture_close(&fixture);

        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_latest_usec(fixture.store), DUE + 60);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-prune");
        TCase *tcase = tcase_create("prune");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_loop_test(tcase, a_row_goes_when_either_limit_is_passed, 0, ARRAY_SIZE(prune_cases));
        tcase_add_test(tcase, what_is_queued_behind_does_not_wait_for_all_steps);
        tcase_add_test(tcase, the_largest_id_outlives_its_row);
        tcase_add_test(tcase, the_latest_instant_is_the_latest_of_any_row);
        suite_add_tcase(suite, tcase);
        return suite;
}
