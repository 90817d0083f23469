/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The audit log. Rows are never changed; ids are the database's. */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "job/filter.h"
#include "store/store-private.h"
#include "store/store-value.h"
#include "store/store-walk.h"
#include "util/string-list.h"

static int copy_string(const char *text, char **ret) {
        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

static int copy_audit(const AuditRecord *record, AuditRecord *ret) {
        AuditRecord copy = *record;

        copy.job = copy.user = copy.process = copy.origin = copy.detail = NULL;
        if (copy_string(record->job, &copy.job) < 0 || copy_string(record->user, &copy.user) < 0 ||
            copy_string(record->process, &copy.process) < 0 ||
            copy_string(record->origin, &copy.origin) < 0 || copy_string(record->detail, &copy.detail) < 0) {
                audit_record_done(&copy);
                return -ENOMEM;
        }

        *ret = copy;
        return 0;
}

int store_add_audit(Store *store, const AuditRecord *record) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;
        int r;

        assert(store);
        assert(record);

        operation = store_operation_new(OPERATION_ADD_AUDIT);
        if (!operation)
                return -ENOMEM;

        r = copy_audit(record, &operation->audit);
        if (r < 0)
                return r;

        store_note_time(&store->latest_usec, record->time_usec);
        return store_queue_operation(store, TAKE_PTR(operation));
}

int store_apply_add_audit(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_ADD_AUDIT);
        const AuditRecord *record = &operation->audit;
        StoreBinder binder = { statement };

        store_bind_positive(&binder, (int64_t) record->id); /* 0: the next */
        store_bind_integer(&binder, record->time_usec);
        store_bind_text(&binder, audit_event_to_string(record->event));
        store_bind_text(&binder, record->job);
        store_bind_positive(&binder, (int64_t) record->execution_id);
        store_bind_text(&binder, record->user);
        store_bind_integer(&binder, record->uid);
        store_bind_text(&binder, record->process);
        store_bind_text(&binder, record->origin);
        store_bind_text(&binder, record->detail);
        return store_bound_step(connection, &binder);
}

static int audit_from_row(sqlite3_stmt *row, AuditRecord *record) {
        int event = 0, column = 0, r;

        record->id = (uint64_t) sqlite3_column_int64(row, column++);
        record->time_usec = sqlite3_column_int64(row, column++);
        r = store_column_name(row, column++, audit_event_from_string, &event);
        if (r >= 0)
                r = store_column_text(row, column++, &record->job);
        if (r < 0)
                return r;
        record->event = (AuditEvent) event;
        record->execution_id = (uint64_t) sqlite3_column_int64(row, column++);
        r = store_column_text(row, column++, &record->user);
        if (r < 0)
                return r;
        record->uid = (uid_t) sqlite3_column_int64(row, column++);
        r = store_column_text(row, column++, &record->process);
        if (r >= 0)
                r = store_column_text(row, column++, &record->origin);
        if (r >= 0)
                r = store_column_text(row, column, &record->detail);
        return r;
}

static int read_audit(Store *store, uint64_t id, AuditRecord *record) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(store->reader, STATEMENT_READ_AUDIT);
        StoreBinder binder = { statement };
        int r;

        store_bind_integer(&binder, (int64_t) id);
        r = store_bound_step(store->reader, &binder);
        if (r <= 0)
                return r;

        r = audit_from_row(statement, record);
        return r < 0 ? r : 1;
}

static bool is_wanted(const AuditFilter *filter, const AuditRecord *record) {
        return (!filter->jobs || (record->job && string_list_matches(filter->jobs, record->job))) &&
                        (filter->events == 0 || (filter->events & (UINT32_C(1) << record->event))) &&
                        (filter->since_usec == 0 || record->time_usec >= filter->since_usec) &&
                        (filter->until_usec == 0 || record->time_usec <= filter->until_usec);
}

/* Jobs that are named in full have an index each; anything else is found by walking. */
static int choose_sources(const AuditFilter *filter, StoreWalk *walk) {
        size_t n_jobs = string_list_length(filter->jobs);
        bool by_job = filter->jobs != NULL;

        STRING_LIST_FOREACH(glob, filter->jobs)
                by_job &= strpbrk(*glob, "*?[\\") == NULL;

        walk->n_sources = by_job ? n_jobs : 1;
        if (walk->n_sources == 0)
                return 0;
        walk->sources = calloc(walk->n_sources, sizeof(*walk->sources));
        if (!walk->sources)
                return -ENOMEM;

        walk->sources[0].statement = STATEMENT_WALK_AUDIT;
        for (size_t i = 0; by_job && i < n_jobs; i++) {
                walk->sources[i].statement = STATEMENT_WALK_AUDIT_JOB;
                walk->sources[i].text = filter->jobs[i];
        }
        return 0;
}

int store_list_audit(Store *store, const AuditFilter *filter, store_visit_audit_t visit, void *userdata) {
        StoreWalk walk = { 0 };
        unsigned n_left;
        uint64_t id = 0;
        int r;

        assert(store);
        assert(filter);
        assert(visit);

        n_left = filter->limit == 0 ? LIST_LIMIT_MAX : MIN(filter->limit, LIST_LIMIT_MAX);
        walk.connection = store->reader;
        walk.below_id = filter->before_id == 0 ? INT64_MAX : filter->before_id;

        r = choose_sources(filter, &walk);
        while (r >= 0 && n_left > 0 && (r = store_walk_next(&walk, &id)) > 0) {
                CLEANUP(audit_record_done) AuditRecord record = { 0 };

                r = read_audit(store, id, &record);
                if (r <= 0 || !is_wanted(filter, &record))
                        continue;

                n_left--;
                r = visit(userdata, &record);
                if (r != 0)
                        break;
        }

        free(walk.sources);
        return MIN(r, 0);
}
