/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Single executions and attempts. */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "job/job.h"
#include "store/store-private.h"
#include "store/store-value.h"
#include "util/string-list.h"

static int tags_from_row(sqlite3_stmt *row, int column, ExecutionRecord *record) {
        CLEANUP_FREE char *tags = NULL;
        char *rest, *tag;
        int r;

        r = store_column_text(row, column, &tags);
        rest = tags;
        while (r >= 0 && (tag = strsep(&rest, ",")))
                r = string_list_push(&record->tags, tag);
        return r;
}

/* The order of EXECUTION_IDENTITY in store-statement.c. Returns the next column, or a negative errno. */
static int identity_from_row(sqlite3_stmt *row, ExecutionRecord *record) {
        int origin = 0, cause = 0, column = 0, r;

        record->id = (uint64_t) sqlite3_column_int64(row, column++);
        record->job_id = sqlite3_column_int64(row, column++);
        r = store_column_text(row, column++, &record->job);
        if (r < 0)
                return r;
        record->owner_uid = (uid_t) sqlite3_column_int64(row, column++);
        r = store_column_name(row, column++, job_origin_from_string, &origin);
        if (r >= 0)
                r = store_column_name(row, column++, execution_cause_from_string, &cause);
        if (r >= 0)
                r = store_column_text(row, column++, &record->requested_by);
        if (r < 0)
                return r;
        record->origin = origin;
        record->cause = (ExecutionCause) cause;
        record->due_usec = sqlite3_column_int64(row, column++);
        record->nominal_usec = store_column_time(row, column++);
        record->pass = (unsigned) sqlite3_column_int64(row, column++);
        record->parent_id = (uint64_t) sqlite3_column_int64(row, column++);
        record->forced = sqlite3_column_int(row, column++) != 0;
        r = store_column_text(row, column++, &record->kind);
        if (r >= 0)
                r = store_column_text(row, column++, &record->template);
        if (r >= 0)
                r = tags_from_row(row, column++, record);
        return r < 0 ? r : column;
}

/* The first half of EXECUTION_CHANGEABLE. */
static int progress_from_row(sqlite3_stmt *row, int column, ExecutionRecord *record) {
        int state = 0, reason = 0, r;

        record->job_revision = (uint64_t) sqlite3_column_int64(row, column++);
        r = store_column_name(row, column++, execution_state_from_string, &state);
        if (r >= 0)
                r = store_column_name(row, column++, execution_reason_from_string, &reason);
        if (r >= 0)
                r = store_column_text(row, column++, &record->reason_detail);
        if (r < 0)
                return r;
        record->state = (ExecutionState) state;
        record->reason = (ExecutionReason) reason;
        record->due_last_usec = sqlite3_column_int64(row, column++);
        record->count = (uint64_t) sqlite3_column_int64(row, column++);
        record->notes = (unsigned) sqlite3_column_int64(row, column++);
        record->start_after_usec = store_column_time(row, column++);
        record->queued_usec = store_column_time(row, column++);
        record->started_usec = store_column_time(row, column++);
        record->ended_usec = store_column_time(row, column++);
        record->exit_code = (int) store_column_or(row, column++, -1);
        record->signal = (int) store_column_or(row, column++, -1);
        record->http_status = (int) store_column_or(row, column++, -1);
        record->attempts = (unsigned) sqlite3_column_int64(row, column++);
        record->pid = (pid_t) sqlite3_column_int64(row, column++);
        return column;
}

static int result_from_row(sqlite3_stmt *row, int column, ExecutionRecord *record) {
        int r;

        r = store_column_text(row, column++, &record->host);
        if (r < 0)
                return r;
        store_column_array(row, column++, record->boot_id, sizeof(record->boot_id));
        store_column_array(row, column++, record->runner_incarnation, sizeof(record->runner_incarnation));
        store_column_array(row, column++, record->runner_generation, sizeof(record->runner_generation));
        record->progress = (int) store_column_or(row, column++, -1);
        r = store_column_text(row, column++, &record->status_text);
        if (r < 0)
                return r;
        record->cpu_seconds = store_column_real(row, column++);
        record->memory_peak_bytes = store_column_or(row, column++, -1);
        record->output_bytes = (uint64_t) sqlite3_column_int64(row, column++);
        record->output_truncated = sqlite3_column_int(row, column++) != 0;
        r = store_column_text(row, column++, &record->result);
        return r < 0 ? r : column;
}

/* The rest of EXECUTION_CHANGEABLE. */
static int waiting_from_row(sqlite3_stmt *row, int column, ExecutionRecord *record) {
        int condition = -1, waiting_for = WAITING_FOR_NOTHING, r = 0;

        if (sqlite3_column_type(row, column) != SQLITE_NULL)
                r = store_column_name(row, column, condition_kind_from_string, &condition);
        column++;
        if (r >= 0)
                r = store_column_name(row, column++, waiting_for_from_string, &waiting_for);
        if (r < 0)
                return r;
        record->condition = condition;
        record->waiting_for = (WaitingFor) waiting_for;
        record->waiting_since_usec = store_column_time(row, column++);
        record->retry_at_usec = store_column_time(row, column++);
        r = store_column_text(row, column++, &record->output_file);
        return r < 0 ? r : column;
}

/* What it ran with. */
static int parameters_from_row(sqlite3_stmt *row, int column, ExecutionRecord *record) {
        CLEANUP_FREE char *secrets = NULL;
        char *rest, *line;
        int r;

        r = store_column_text(row, column++, &record->parameters);
        if (r >= 0)
                r = store_column_text(row, column++, &secrets);
        if (r >= 0)
                r = store_column_text(row, column++, &record->profile);
        record->profile_revision = (uint64_t) sqlite3_column_int64(row, column);
        rest = secrets;
        while (r >= 0 && (line = strsep(&rest, "\n")))
                r = string_list_push(&record->secrets, line);
        return r;
}

static int execution_from_row(sqlite3_stmt *row, ExecutionRecord *record) {
        int column;

        column = identity_from_row(row, record);
        if (column >= 0)
                column = progress_from_row(row, column, record);
        if (column >= 0)
                column = result_from_row(row, column, record);
        if (column >= 0)
                column = waiting_from_row(row, column, record);
        return column < 0 ? column : parameters_from_row(row, column, record);
}

int store_read_execution(Store *store, uint64_t execution_id, ExecutionRecord *ret) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        CLEANUP(execution_record_done) ExecutionRecord record;
        StoreBinder binder;
        int r;

        assert(store);
        assert(ret);

        execution_record_init(&record);
        statement = store_statement(store->reader, STATEMENT_READ_EXECUTION);
        binder = (StoreBinder){ statement };
        store_bind_integer(&binder, (int64_t) execution_id);

        r = store_bound_step(store->reader, &binder);
        if (r <= 0)
                return r;

        r = execution_from_row(statement, &record);
        if (r < 0)
                return r;

        *ret = record;
        execution_record_init(&record); /* the strings went with *ret */
        return 1;
}

static int find_id(
                Store *store,
                StoreStatement id,
                int64_t job_id,
                usec_t from_usec,
                usec_t until_usec,
                uint64_t *ret) {

        CLEANUP(store_statement_release) sqlite3_stmt *statement = store_statement(store->reader, id);
        StoreBinder binder = { statement };
        int r;

        store_bind_integer(&binder, job_id);
        store_bind_integer(&binder, from_usec);
        store_bind_integer(&binder, until_usec);
        r = store_bound_step(store->reader, &binder);
        if (r > 0)
                *ret = (uint64_t) sqlite3_column_int64(statement, 0);
        return r;
}

int store_find_execution(
                Store *store,
                int64_t job_id,
                usec_t from_usec,
                usec_t until_usec,
                ExecutionRecord *ret) {

        uint64_t id = 0;
        int r;

        assert(store);
        assert(ret);

        r = find_id(store, STATEMENT_FIND_OCCURRENCE, job_id, from_usec, until_usec, &id);
        if (r == 0)
                r = find_id(store, STATEMENT_FIND_OTHER, job_id, from_usec, until_usec, &id);
        return r <= 0 ? r : store_read_execution(store, id, ret);
}

#define COVERING_ROWS_MAX 256

int store_find_executions(
                Store *store,
                int64_t job_id,
                usec_t from_usec,
                usec_t until_usec,
                store_visit_execution_t visit,
                void *userdata) {

        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(store->reader, STATEMENT_FIND_COVERING);
        StoreBinder binder = { statement };
        uint64_t ids[COVERING_ROWS_MAX];
        size_t n_ids = 0;
        int r;

        assert(visit);

        store_bind_integer(&binder, job_id);
        store_bind_integer(&binder, from_usec);
        store_bind_integer(&binder, until_usec);
        while (n_ids < COVERING_ROWS_MAX && (r = store_bound_step(store->reader, &binder)) != 0) {
                if (r < 0)
                        return r;
                ids[n_ids++] = (uint64_t) sqlite3_column_int64(statement, 0);
        }

        for (size_t i = 0; i < n_ids; i++) {
                CLEANUP(execution_record_done) ExecutionRecord record;

                execution_record_init(&record);
                r = store_read_execution(store, ids[i], &record);
                if (r > 0)
                        r = visit(userdata, &record);
                if (r != 0)
                        return MIN(r, 0);
        }
        return 0;
}

static int output_from_row(sqlite3_stmt *row, int column, OutputRecord *output) {
        const void *data;
        size_t size;

        output->total_bytes = (uint64_t) sqlite3_column_int64(row, column++);
        data = sqlite3_column_blob(row, column);
        size = (size_t) sqlite3_column_bytes(row, column);
        if (size == 0)
                return 0;

        output->data = malloc(size);
        if (!output->data)
                return -ENOMEM;
        memcpy(output->data, data, size);
        output->size = size;
        return 0;
}

/* The order of ATTEMPT_COLUMNS in store-statement.c. */
static int attempt_from_row(sqlite3_stmt *row, AttemptRecord *attempt) {
        int state = 0, reason = 0, column = 0, r;

        attempt->execution_id = (uint64_t) sqlite3_column_int64(row, column++);
        attempt->attempt = (unsigned) sqlite3_column_int64(row, column++);
        r = store_column_name(row, column++, execution_state_from_string, &state);
        if (r >= 0)
                r = store_column_name(row, column++, execution_reason_from_string, &reason);
        if (r < 0)
                return r;
        attempt->state = (ExecutionState) state;
        attempt->reason = (ExecutionReason) reason;
        attempt->started_usec = store_column_time(row, column++);
        attempt->ended_usec = store_column_time(row, column++);
        attempt->exit_code = (int) store_column_or(row, column++, -1);
        attempt->signal = (int) store_column_or(row, column++, -1);
        attempt->pid = (pid_t) sqlite3_column_int64(row, column++);
        attempt->cpu_seconds = store_column_real(row, column++);
        attempt->memory_peak_bytes = store_column_or(row, column++, -1);
        attempt->http_status = (int) store_column_or(row, column++, -1);
        return output_from_row(row, column, &attempt->output);
}

int store_read_attempt(Store *store, uint64_t execution_id, unsigned number, AttemptRecord *ret) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        AttemptRecord attempt = { 0 };
        StoreBinder binder;
        int r;

        assert(store);
        assert(ret);

        statement = store_statement(store->reader, STATEMENT_READ_ATTEMPT);
        binder = (StoreBinder){ statement };
        store_bind_integer(&binder, (int64_t) execution_id);
        store_bind_integer(&binder, number);

        r = store_bound_step(store->reader, &binder);
        if (r <= 0)
                return r;

        r = attempt_from_row(statement, &attempt);
        if (r < 0) {
                attempt_record_done(&attempt);
                return r;
        }

        *ret = attempt;
        return 1;
}

int store_list_attempts(
                Store *store,
                uint64_t execution_id,
                int (*visit)(void *userdata, const AttemptRecord *attempt),
                void *userdata) {

        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        StoreBinder binder;
        int r;

        assert(store);
        assert(visit);

        statement = store_statement(store->reader, STATEMENT_LIST_ATTEMPTS);
        binder = (StoreBinder){ statement };
        store_bind_integer(&binder, (int64_t) execution_id);

        while ((r = store_bound_step(store->reader, &binder)) > 0) {
                CLEANUP(attempt_record_done) AttemptRecord attempt = { 0 };

                r = attempt_from_row(statement, &attempt);
                if (r >= 0)
                        r = visit(userdata, &attempt);
                if (r != 0)
                        return MIN(r, 0);
        }
        return r;
}
