/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Jobs: the queueing, writing and reading of their durable side. */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/store-private.h"
#include "store/store-value.h"

void stored_job_init(StoredJob *job) {
        assert(job);

        *job = (StoredJob){
                .revision = 1,
                .added_usec = USEC_INFINITY,
                .removed_usec = USEC_INFINITY,
                .expires_usec = USEC_INFINITY,
                .paused_since_usec = USEC_INFINITY,
                .paused_until_usec = USEC_INFINITY,
                .cursor_usec = USEC_INFINITY,
                .anchor_usec = USEC_INFINITY,
                .boot_due_usec = USEC_INFINITY,
                .last_state = EXECUTION_SUCCEEDED,
                .last_due_usec = USEC_INFINITY,
                .last_started_usec = USEC_INFINITY,
                .last_ended_usec = USEC_INFINITY,
                .joined_usec = USEC_INFINITY,
                .last_success_usec = USEC_INFINITY,
                .overdue_usec = USEC_INFINITY,
                .expect_usec = USEC_INFINITY,
                .failing_usec = USEC_INFINITY,
                .skip_until_usec = USEC_INFINITY,
        };
}

void stored_job_done(StoredJob *job) {
        if (!job)
                return;

        free(job->name);
        free(job->definition);
        free(job->source);
        free(job->file);
        free(job->boot_identity);
        stored_job_init(job);
}

static int copy_string(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

/* With `whole`, also what only store_put_job() writes. */
static int copy_job(const StoredJob *job, bool whole, StoredJob *ret) {
        StoredJob copy = *job;

        copy.name = copy.definition = copy.source = copy.file = copy.boot_identity = NULL;
        if (copy_string(job->boot_identity, &copy.boot_identity) < 0 ||
            (whole &&
             (copy_string(job->name, &copy.name) < 0 || copy_string(job->definition, &copy.definition) < 0 ||
              copy_string(job->source, &copy.source) < 0 || copy_string(job->file, &copy.file) < 0))) {
                stored_job_done(&copy);
                return -ENOMEM;
        }

        *ret = copy;
        return 0;
}

int stored_job_copy(const StoredJob *job, StoredJob *ret) {
        assert(job);
        assert(ret);

        return copy_job(job, true, ret);
}

static int queue_job(Store *store, StoreOperationKind kind, const StoredJob *job) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;
        int r;

        operation = store_operation_new(kind);
        if (!operation)
                return -ENOMEM;

        r = copy_job(job, kind == OPERATION_PUT_JOB, &operation->job);
        if (r < 0)
                return r;

        return store_queue_operation(store, TAKE_PTR(operation));
}

int store_put_job(Store *store, const StoredJob *job) {
        int r;

        assert(store);
        assert(job);

        if (job->id <= 0 || !job->name || !*job->name || job->revision == 0)
                return -EINVAL;

        r = queue_job(store, OPERATION_PUT_JOB, job);
        if (r >= 0)
                store->last_job_id = MAX(store->last_job_id, job->id);
        return r;
}

int store_put_job_state(Store *store, const StoredJob *job) {
        assert(store);
        assert(job);

        return job->id <= 0 ? -EINVAL : queue_job(store, OPERATION_PUT_JOB_STATE, job);
}

int64_t store_last_job_id(const Store *store) {
        assert(store);

        return store->last_job_id;
}

static int write_job(StoreConnection *connection, const StoredJob *job) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PUT_JOB);
        StoreBinder binder = { statement };

        store_bind_integer(&binder, job->id);
        store_bind_text(&binder, job->name);
        store_bind_integer(&binder, job->owner_uid);
        store_bind_text(&binder, job_origin_to_string(job->origin));
        store_bind_integer(&binder, (int64_t) job->revision);
        store_bind_text(&binder, job->file);
        store_bind_positive(&binder, job->line);
        store_bind_time(&binder, job->added_usec);
        store_bind_time(&binder, job->removed_usec);
        store_bind_text(&binder, job->source);
        store_bind_integer(&binder, job->one_shot);
        store_bind_time(&binder, job->expires_usec);
        return store_bound_step(connection, &binder);
}

static int write_revision(StoreConnection *connection, const StoredJob *job) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PUT_REVISION);
        StoreBinder binder = { statement };

        store_bind_integer(&binder, job->id);
        store_bind_integer(&binder, (int64_t) job->revision);
        store_bind_text(&binder, job->definition);
        return store_bound_step(connection, &binder);
}

int store_apply_put_job_state(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PUT_JOB_STATE);
        StoreBinder binder = { statement };
        const StoredJob *job = &operation->job;
        bool has_ended = job->last_ended_usec != USEC_INFINITY; /* it may not have been started */

        store_bind_integer(&binder, job->id);
        store_bind_time(&binder, job->paused_since_usec);
        store_bind_time(&binder, job->paused_until_usec);
        store_bind_time(&binder, job->cursor_usec);
        store_bind_time(&binder, job->anchor_usec);
        store_bind_text(&binder, job->boot_identity);
        store_bind_time(&binder, job->boot_due_usec);
        store_bind_positive(&binder, (int64_t) job->last_execution_id);
        store_bind_text(&binder, has_ended ? execution_state_to_string(job->last_state) : NULL);
        store_bind_time(&binder, job->last_due_usec);
        store_bind_time(&binder, job->last_started_usec);
        store_bind_time(&binder, job->last_ended_usec);
        store_bind_time(&binder, job->joined_usec);
        store_bind_time(&binder, job->last_success_usec);
        store_bind_time(&binder, job->overdue_usec);
        store_bind_time(&binder, job->expect_usec);
        store_bind_time(&binder, job->failing_usec);
        store_bind_time(&binder, job->skip_until_usec);
        return store_bound_step(connection, &binder);
}

int store_apply_put_job(StoreConnection *connection, StoreOperation *operation) {
        int r;

        r = write_job(connection, &operation->job);
        if (r >= 0 && operation->job.definition && *operation->job.definition)
                r = write_revision(connection, &operation->job);
        if (r >= 0)
                r = store_apply_put_job_state(connection, operation);
        return r;
}

static int job_state_from_row(sqlite3_stmt *row, int column, StoredJob *job) {
        int state = EXECUTION_SUCCEEDED, r;

        job->paused_since_usec = store_column_time(row, column++);
        job->paused_until_usec = store_column_time(row, column++);
        job->cursor_usec = store_column_time(row, column++);
        job->anchor_usec = store_column_time(row, column++);
        r = store_column_text(row, column++, &job->boot_identity);
        if (r < 0)
                return r;
        job->boot_due_usec = store_column_time(row, column++);
        job->last_execution_id = (uint64_t) sqlite3_column_int64(row, column++);

        if (sqlite3_column_type(row, column) != SQLITE_NULL) {
                r = store_column_name(row, column, execution_state_from_string, &state);
                if (r < 0)
                        return r;
        }
        column++;
        job->last_state = (ExecutionState) state;

        job->last_due_usec = store_column_time(row, column++);
        job->last_started_usec = store_column_time(row, column++);
        job->last_ended_usec = store_column_time(row, column++);
        job->joined_usec = store_column_time(row, column++);
        job->last_success_usec = store_column_time(row, column++);
        job->overdue_usec = store_column_time(row, column++);
        job->expect_usec = store_column_time(row, column++);
        job->failing_usec = store_column_time(row, column++);
        job->skip_until_usec = store_column_time(row, column);
        return 0;
}

static int job_from_row(sqlite3_stmt *row, StoredJob *job) {
        int column = 0, origin = 0, r;

        job->id = sqlite3_column_int64(row, column++);
        r = store_column_text(row, column++, &job->name);
        if (r < 0)
                return r;
        job->owner_uid = (uid_t) sqlite3_column_int64(row, column++);
        r = store_column_name(row, column++, job_origin_from_string, &origin);
        if (r < 0)
                return r;
        job->origin = (JobOrigin) origin;
        job->revision = (uint64_t) sqlite3_column_int64(row, column++);
        r = store_column_text(row, column++, &job->definition);
        if (r >= 0)
                r = store_column_text(row, column++, &job->file);
        if (r < 0)
                return r;
        job->line = (unsigned) sqlite3_column_int64(row, column++);
        job->added_usec = store_column_time(row, column++);
        job->removed_usec = store_column_time(row, column++);
        r = store_column_text(row, column++, &job->source);
        if (r < 0)
                return r;
        job->one_shot = sqlite3_column_int(row, column++) != 0;
        job->expires_usec = store_column_time(row, column++);

        return job_state_from_row(row, column, job);
}

int store_load_jobs(Store *store, int (*visit)(void *userdata, const StoredJob *job), void *userdata) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        int r;

        assert(store);
        assert(visit);

        statement = store_statement(store->reader, STATEMENT_LOAD_JOBS);
        while ((r = store_step(store->reader, statement)) > 0) {
                CLEANUP(stored_job_done) StoredJob job = { 0 };

                stored_job_init(&job);
                r = job_from_row(statement, &job);
                if (r >= 0)
                        r = visit(userdata, &job);
                if (r < 0)
                        return r;
        }
        return r;
}

int store_read_job(Store *store, const char *name, StoredJob *ret) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        CLEANUP(stored_job_done) StoredJob job = { 0 };
        StoreBinder binder;
        int r;

        assert(store);
        assert(name);
        assert(ret);

        stored_job_init(&job);
        statement = store_statement(store->reader, STATEMENT_READ_JOB);
        binder = (StoreBinder){ statement };
        store_bind_text(&binder, name);
        r = store_bound_step(store->reader, &binder);
        if (r <= 0)
                return r;
        r = job_from_row(statement, &job);
        if (r < 0)
                return r;

        *ret = job;
        stored_job_init(&job);
        return 1;
}

int store_read_revision(Store *store, int64_t job_id, uint64_t revision, char **ret_definition) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        StoreBinder binder;

        assert(store);
        assert(ret_definition);

        statement = store_statement(store->reader, STATEMENT_READ_REVISION);
        binder = (StoreBinder){ statement };
        store_bind_integer(&binder, job_id);
        store_bind_integer(&binder, (int64_t) revision);
        return store_bound_read_text(store->reader, &binder, ret_definition);
}
