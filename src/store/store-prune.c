/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Retention. Each step looks at the oldest rows of one job and is an operation of its own batch, so that a
 * job with a million old rows never makes a long transaction: the rest goes to the end of the queue.
 */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/store-private.h"
#include "store/store-value.h"

int store_prune_job(Store *store, int64_t job_id, const KeepPolicy *keep, usec_t now_usec) {
        StoreOperation *operation;

        assert(store);
        assert(keep);

        operation = store_operation_new(OPERATION_PRUNE_JOB);
        if (!operation)
                return -ENOMEM;

        operation->prune.job_id = job_id;
        operation->prune.keep = *keep;
        operation->prune.now_usec = now_usec;
        return store_queue_operation(store, operation);
}

/* The newest row that is one too many; 0: none. */
static int read_cutoff(StoreConnection *connection, int64_t job_id, uint64_t n_kept, int64_t *ret) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PRUNE_CUTOFF);
        StoreBinder binder = { statement };
        int r;

        store_bind_integer(&binder, job_id);
        store_bind_integer(&binder, (int64_t) MIN(n_kept, (uint64_t) INT64_MAX));
        r = store_bound_step(connection, &binder);
        *ret = r > 0 ? sqlite3_column_int64(statement, 0) : 0;
        return MIN(r, 0);
}

/* The newest row, and the last one that ran, stay whatever the limits say. */
static int read_protected(StoreConnection *connection, int64_t job_id, int64_t ret[static 2]) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PRUNE_PROTECTED);
        StoreBinder binder = { statement };
        int r;

        store_bind_integer(&binder, job_id);
        r = store_bound_step(connection, &binder);
        if (r > 0) {
                ret[0] = sqlite3_column_int64(statement, 0);
                ret[1] = sqlite3_column_int64(statement, 1);
        }
        return MIN(r, 0);
}

int store_apply_prune_job(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        const KeepPolicy *keep = &operation->prune.keep;
        int64_t protected_ids[2] = { 0, 0 }, cutoff_id = 0;
        StoreBinder binder;
        int r;

        r = read_cutoff(connection, operation->prune.job_id, keep->executions, &cutoff_id);
        if (r >= 0)
                r = read_protected(connection, operation->prune.job_id, protected_ids);
        if (r < 0)
                return r;

        statement = store_statement(connection, STATEMENT_PRUNE_STEP);
        binder = (StoreBinder){ statement };
        store_bind_integer(&binder, operation->prune.job_id);
        store_bind_integer(&binder, cutoff_id);
        store_bind_integer(
                        &binder,
                        keep->age_usec == USEC_INFINITY ? INT64_MIN
                                                        : operation->prune.now_usec - keep->age_usec);
        store_bind_integer(&binder, protected_ids[0]);
        store_bind_integer(&binder, protected_ids[1]);
        r = store_bound_step(connection, &binder);
        if (r < 0)
                return r;

        /* Nothing went: what is left among the oldest is to stay. */
        return sqlite3_changes(connection->db) > 0 ? 1 : 0;
}

/* --- jobs that are over ---------------------------------------------------------------------------- */

int store_forget_jobs(Store *store, usec_t now_usec) {
        StoreOperation *operation;

        assert(store);

        operation = store_operation_new(OPERATION_FORGET_JOBS);
        if (!operation)
                return -ENOMEM;
        operation->prune.now_usec = now_usec;
        return store_queue_operation(store, operation);
}

static int find_expired(StoreConnection *connection, usec_t now_usec, int64_t *ret_id) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_EXPIRED_JOB);
        StoreBinder binder = { statement };
        int r;

        store_bind_integer(&binder, now_usec);
        r = store_bound_step(connection, &binder);
        if (r > 0)
                *ret_id = sqlite3_column_int64(statement, 0);
        return r;
}

/* Returns how many rows went, or a negative errno. */
static int run_with_id(StoreConnection *connection, StoreStatement id, int64_t job_id) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = store_statement(connection, id);
        StoreBinder binder = { statement };
        int r;

        store_bind_integer(&binder, job_id);
        r = store_bound_step(connection, &binder);
        return r < 0 ? r : sqlite3_changes(connection->db);
}

/* Timers have one row each: many of them go in one step, of a job with a long history a part. */
int store_apply_forget_jobs(StoreConnection *connection, StoreOperation *operation) {
        int n_rows = 0;

        while (n_rows < STORE_PRUNE_STEP_ROWS) {
                int64_t job_id = 0;
                int r;

                r = find_expired(connection, operation->prune.now_usec, &job_id);
                if (r <= 0)
                        return r;
                r = run_with_id(connection, STATEMENT_FORGET_ROWS, job_id);
                if (r < 0)
                        return r;
                n_rows += r + 1;
                r = r < STORE_PRUNE_STEP_ROWS ? run_with_id(connection, STATEMENT_FORGET_JOB, job_id) : 0;
                if (r < 0)
                        return r;
        }
        return 1;
}

/* --- by hand --------------------------------------------------------------------------------------- */

int store_delete_history(Store *store, const uint64_t *ids, size_t n_ids) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;

        assert(store);
        assert(ids);
        assert(n_ids > 0 && n_ids <= STORE_DELETE_IDS_MAX);

        operation = store_operation_new(OPERATION_DELETE_HISTORY);
        if (!operation)
                return -ENOMEM;
        operation->history.ids = calloc(n_ids, sizeof(*ids));
        if (!operation->history.ids)
                return -ENOMEM;
        memcpy(operation->history.ids, ids, n_ids * sizeof(*ids));
        operation->history.n_ids = n_ids;
        return store_queue_operation(store, TAKE_PTR(operation));
}

int store_apply_delete_history(StoreConnection *connection, StoreOperation *operation) {
        for (size_t i = 0; i < operation->history.n_ids; i++) {
                CLEANUP(store_statement_release)
                sqlite3_stmt *statement = store_statement(connection, STATEMENT_DELETE_HISTORY);
                StoreBinder binder = { statement };
                int r;

                store_bind_integer(&binder, (int64_t) operation->history.ids[i]);
                r = store_bound_step(connection, &binder);
                if (r < 0)
                        return r;
        }
        return 0;
}
