/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Messages that have not been delivered, or whose window is open. All of them fit into memory. */

#include <assert.h>

#include "store/store-private.h"
#include "store/store-value.h"

int store_put_notification(Store *store, const NotificationRecord *record) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;
        int r;

        assert(store);
        assert(record);
        assert(record->id > 0);

        operation = store_operation_new(OPERATION_PUT_NOTIFICATION);
        if (!operation)
                return -ENOMEM;

        r = notification_record_copy(record, &operation->notification);
        if (r < 0)
                return r;

        store_note_time(&store->latest_usec, record->created_usec);
        return store_queue_operation(store, TAKE_PTR(operation));
}

int store_delete_notification(Store *store, uint64_t id) {
        StoreOperation *operation;

        assert(store);

        operation = store_operation_new(OPERATION_DELETE_NOTIFICATION);
        if (!operation)
                return -ENOMEM;

        operation->notification.id = id;
        return store_queue_operation(store, operation);
}

int store_apply_put_notification(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_PUT_NOTIFICATION);
        const NotificationRecord *record = &operation->notification;
        StoreBinder binder = { statement };

        store_bind_integer(&binder, (int64_t) record->id);
        store_bind_integer(&binder, record->created_usec);
        store_bind_text(&binder, notify_event_to_string(record->event));
        store_bind_text(&binder, record->job);
        store_bind_integer(&binder, record->owner_uid);
        store_bind_positive(&binder, (int64_t) record->execution_id);
        store_bind_text(&binder, record->fold_key);
        store_bind_integer(&binder, record->window_usec);
        store_bind_integer(&binder, (int64_t) record->count);
        store_bind_text(&binder, record->target);
        store_bind_text(&binder, record->content);
        store_bind_integer(&binder, record->attempts);
        store_bind_integer(&binder, record->next_try_usec);
        store_bind_text(&binder, record->last_error);
        return store_bound_step(connection, &binder);
}

int store_apply_delete_notification(StoreConnection *connection, StoreOperation *operation) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_DELETE_NOTIFICATION);
        StoreBinder binder = { statement };

        store_bind_integer(&binder, (int64_t) operation->notification.id);
        return store_bound_step(connection, &binder);
}

static int notification_from_row(sqlite3_stmt *row, NotificationRecord *record) {
        int event = 0, column = 0, r;

        record->id = (uint64_t) sqlite3_column_int64(row, column++);
        record->created_usec = sqlite3_column_int64(row, column++);
        r = store_column_name(row, column++, notify_event_from_string, &event);
        if (r >= 0)
                r = store_column_text(row, column++, &record->job);
        if (r < 0)
                return r;
        record->event = (NotifyEvent) event;
        record->owner_uid = (uid_t) sqlite3_column_int64(row, column++);
        record->execution_id = (uint64_t) sqlite3_column_int64(row, column++);
        r = store_column_text(row, column++, &record->fold_key);
        if (r < 0)
                return r;
        record->window_usec = sqlite3_column_int64(row, column++);
        record->count = (uint64_t) sqlite3_column_int64(row, column++);
        r = store_column_text(row, column++, &record->target);
        if (r >= 0)
                r = store_column_text(row, column++, &record->content);
        if (r < 0)
                return r;
        record->attempts = (unsigned) sqlite3_column_int64(row, column++);
        record->next_try_usec = sqlite3_column_int64(row, column++);
        return store_column_text(row, column, &record->last_error);
}

int store_load_notifications(
                Store *store,
                int (*visit)(void *userdata, const NotificationRecord *record),
                void *userdata) {

        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        int r;

        assert(store);
        assert(visit);

        statement = store_statement(store->reader, STATEMENT_LOAD_NOTIFICATIONS);
        while ((r = store_step(store->reader, statement)) > 0) {
                CLEANUP(notification_record_done) NotificationRecord record = { 0 };

                r = notification_from_row(statement, &record);
                if (r >= 0)
                        r = visit(userdata, &record);
                if (r < 0)
                        return r;
        }
        return r;
}
