/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Executions and attempts: the queueing and writing. */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "job/job.h"
#include "store/store-private.h"
#include "store/store-value.h"
#include "util/string-list.h"

static void note_execution(Store *store, const ExecutionRecord *record) {
        store_note_time(&store->latest_usec, record->queued_usec);
        store_note_time(&store->latest_usec, record->started_usec);
        store_note_time(&store->latest_usec, record->ended_usec);
}

static int queue_execution(Store *store, StoreOperation *new_operation, const ExecutionRecord *record) {

        CLEANUP(store_operation_freep) StoreOperation *operation = new_operation;
        int r;

        if (!operation)
                return -ENOMEM;

        r = execution_record_copy(record, &operation->execution);
        if (r < 0)
                return r;

        note_execution(store, record);
        return store_queue_operation(store, TAKE_PTR(operation));
}

int store_insert_execution(
                Store *store,
                const ExecutionRecord *record,
                unsigned flags,
                store_inserted_t inserted,
                void *userdata) {

        StoreOperation *operation;
        int r;

        assert(store);
        assert(record);

        if (record->id == 0 || !record->job || !*record->job || record->due_usec == USEC_INFINITY)
                return -EINVAL;

        operation = store_operation_new(OPERATION_INSERT_EXECUTION);
        if (operation) {
                operation->flags = flags;
                operation->pass = record->pass;
                operation->inserted = inserted;
                operation->userdata = userdata;
        }

        r = queue_execution(store, operation, record);
        if (r >= 0)
                store->last_execution_id = MAX(store->last_execution_id, record->id);
        return r;
}

int store_update_execution(Store *store, const ExecutionRecord *record) {
        assert(store);
        assert(record);

        return queue_execution(store, store_operation_new(OPERATION_UPDATE_EXECUTION), record);
}

int store_delete_execution(Store *store, uint64_t execution_id) {
        StoreOperation *operation;

        assert(store);

        operation = store_operation_new(OPERATION_DELETE_EXECUTION);
        if (!operation)
                return -ENOMEM;

        operation->execution_id = execution_id;
        return store_queue_operation(store, operation);
}

int store_put_attempt(Store *store, const AttemptRecord *attempt) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;

        assert(store);
        assert(attempt);

        operation = store_operation_new(OPERATION_PUT_ATTEMPT);
        if (!operation)
                return -ENOMEM;

        operation->attempt = *attempt;
        operation->attempt.output.data = NULL;
        if (attempt->output.size > 0) {
                operation->attempt.output.data = malloc(attempt->output.size);
                if (!operation->attempt.output.data)
                        return -ENOMEM;
                memcpy(operation->attempt.output.data, attempt->output.data, attempt->output.size);
        }

        return store_queue_operation(store, TAKE_PTR(operation));
}

/* The order of EXECUTION_CHANGEABLE in store-statement.c. */
static void bind_changeable(StoreBinder *binder, const ExecutionRecord *record, const char *secrets) {
        bool is_folded = record->due_last_usec != USEC_INFINITY;

        store_bind_positive(binder, (int64_t) record->job_revision);
        store_bind_text(binder, execution_state_to_string(record->state));
        store_bind_text(binder, execution_reason_to_string(record->reason));
        store_bind_text(binder, record->reason_detail);
        store_bind_integer(binder, is_folded ? record->due_last_usec : record->due_usec);
        store_bind_integer(binder, (int64_t) record->count);
        store_bind_integer(binder, record->notes);
        store_bind_time(binder, record->start_after_usec);
        store_bind_time(binder, record->queued_usec);
        store_bind_time(binder, record->started_usec);
        store_bind_time(binder, record->ended_usec);
        store_bind_not_negative(binder, record->exit_code);
        store_bind_not_negative(binder, record->signal);
        store_bind_not_negative(binder, record->http_status);
        store_bind_integer(binder, record->attempts);
        store_bind_positive(binder, record->pid);
        store_bind_text(binder, record->host);
        store_bind_text(binder, record->boot_id);
        store_bind_text(binder, record->runner_incarnation);
        store_bind_text(binder, record->runner_generation);
        store_bind_not_negative(binder, record->progress);
        store_bind_text(binder, record->status_text);
        store_bind_real(binder, record->cpu_seconds);
        store_bind_not_negative(binder, record->memory_peak_bytes);
        store_bind_integer(binder, (int64_t) record->output_bytes);
        store_bind_integer(binder, record->output_truncated);
        store_bind_text(binder, record->result);
        store_bind_text(binder,
                        record->condition < 0 ? NULL
                                              : condition_kind_to_string((ConditionKind) record->condition));
        store_bind_text(binder, waiting_for_to_string(record->waiting_for));
        store_bind_time(binder, record->waiting_since_usec);
        store_bind_time(binder, record->retry_at_usec);
        store_bind_text(binder, record->output_file);
        store_bind_text(binder, record->parameters);
        store_bind_text(binder, secrets);
        store_bind_text(binder, record->profile);
        store_bind_positive(binder, (int64_t) record->profile_revision);
}

static bool is_occurrence(ExecutionCause cause) {
        return cause != CAUSE_MANUAL;
}

/*
 * Finds the pass to store. All passes from the wanted one on count, not only that one: retention may have
 * taken an earlier one away.
 */
static int choose_pass(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_OCCURRENCE_TAKEN);
        StoreBinder binder = { statement };
        bool was_started;
        int r;

        operation->pass = operation->execution.pass; /* again, if the batch is tried again */
        if (!is_occurrence(operation->execution.cause) || operation->execution.job_id <= 0)
                return 0;

        store_bind_integer(&binder, operation->execution.job_id);
        store_bind_integer(&binder, operation->execution.due_usec);
        store_bind_integer(&binder, operation->execution.pass);
        r = store_bound_step(connection, &binder);
        if (r < 0)
                return r;
        if (r == 0 || sqlite3_column_type(statement, 0) == SQLITE_NULL)
                return 0; /* nothing in the way */

        operation->pass = (unsigned) sqlite3_column_int64(statement, 0);
        was_started = sqlite3_column_int(statement, 1) != 0;
        if (was_started && !(operation->flags & STORE_INSERT_NEXT_PASS))
                return -EEXIST;

        operation->pass++;
        return 0;
}

int store_apply_insert_execution(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP_FREE char *secrets = NULL, *tags = NULL; /* bound: they go after the statement is released */
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        const ExecutionRecord *record = &operation->execution;
        StoreBinder binder;
        int r;

        r = choose_pass(connection, operation);
        if (r >= 0)
                r = string_list_join(record->secrets, "\n", &secrets);
        if (r >= 0 && record->tags)
                r = string_list_join(record->tags, ",", &tags);
        if (r < 0)
                return r;

        statement = store_statement(connection, STATEMENT_INSERT_EXECUTION);
        binder = (StoreBinder){ statement };
        store_bind_integer(&binder, (int64_t) record->id);
        store_bind_positive(&binder, record->job_id);
        store_bind_text(&binder, record->job);
        store_bind_integer(&binder, record->owner_uid);
        store_bind_text(&binder, job_origin_to_string((JobOrigin) record->origin));
        store_bind_text(&binder, execution_cause_to_string(record->cause));
        store_bind_text(&binder, record->requested_by);
        store_bind_integer(&binder, record->due_usec);
        store_bind_time(&binder, record->nominal_usec);
        store_bind_integer(&binder, operation->pass);
        store_bind_positive(&binder, (int64_t) record->parent_id);
        store_bind_integer(&binder, record->forced);
        store_bind_text(&binder, record->kind);
        store_bind_text(&binder, record->template);
        store_bind_text(&binder, tags);
        bind_changeable(&binder, record, secrets);
        return store_bound_step(connection, &binder);
}

/* -ENOENT if no row was touched. */
static int changed(const StoreConnection *connection) {
        return sqlite3_changes(connection->db) > 0 ? 0 : -ENOENT;
}

int store_apply_update_execution(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP_FREE char *secrets = NULL; /* bound: it goes after the statement is released */
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_UPDATE_EXECUTION);
        StoreBinder binder = { statement };
        int r;

        r = string_list_join(operation->execution.secrets, "\n", &secrets);
        if (r < 0)
                return r;
        bind_changeable(&binder, &operation->execution, secrets);
        store_bind_integer(&binder, (int64_t) operation->execution.id);
        r = store_bound_step(connection, &binder);
        return r < 0 ? r : changed(connection);
}

int store_apply_delete_execution(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_DELETE_EXECUTION);
        StoreBinder binder = { statement };
        int r;

        store_bind_integer(&binder, (int64_t) operation->execution_id);
        r = store_bound_step(connection, &binder);
        return r < 0 ? r : changed(connection);
}

static int write_attempt(StoreConnection *connection, const AttemptRecord *attempt) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PUT_ATTEMPT);
        StoreBinder binder = { statement };

        store_bind_integer(&binder, (int64_t) attempt->execution_id);
        store_bind_integer(&binder, attempt->attempt);
        store_bind_text(&binder, execution_state_to_string(attempt->state));
        store_bind_text(&binder, execution_reason_to_string(attempt->reason));
        store_bind_time(&binder, attempt->started_usec);
        store_bind_time(&binder, attempt->ended_usec);
        store_bind_not_negative(&binder, attempt->exit_code);
        store_bind_not_negative(&binder, attempt->signal);
        store_bind_positive(&binder, attempt->pid);
        store_bind_real(&binder, attempt->cpu_seconds);
        store_bind_not_negative(&binder, attempt->memory_peak_bytes);
        store_bind_not_negative(&binder, attempt->http_status);
        return store_bound_step(connection, &binder);
}

static int write_output(StoreConnection *connection, const AttemptRecord *attempt) {
        bool is_empty = attempt->output.size == 0 && attempt->output.total_bytes == 0;
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(
                        connection, is_empty ? STATEMENT_DELETE_OUTPUT : STATEMENT_PUT_OUTPUT);
        StoreBinder binder = { statement };

        store_bind_integer(&binder, (int64_t) attempt->execution_id);
        store_bind_integer(&binder, attempt->attempt);
        if (!is_empty) {
                store_bind_integer(&binder, (int64_t) attempt->output.total_bytes);
                store_bind_blob(&binder, attempt->output.data, attempt->output.size);
        }
        return store_bound_step(connection, &binder);
}

int store_apply_put_attempt(StoreConnection *connection, StoreOperation *operation) {
        int r = write_attempt(connection, &operation->attempt);

        return r < 0 ? r : write_output(connection, &operation->attempt);
}
