/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Queues of executions: only that they are paused is kept. Their slots are a matter of the settings. */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/store-private.h"
#include "store/store-value.h"

int store_put_queue_pause(Store *store, const char *name, usec_t paused_since_usec) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;

        assert(store);
        assert(name);

        operation = store_operation_new(OPERATION_PUT_QUEUE_PAUSE);
        if (!operation)
                return -ENOMEM;
        operation->queue_pause.name = strdup(name);
        if (!operation->queue_pause.name)
                return -ENOMEM;
        operation->queue_pause.since_usec = paused_since_usec;
        return store_queue_operation(store, TAKE_PTR(operation));
}

int store_apply_put_queue_pause(StoreConnection *connection, StoreOperation *operation) {
        bool is_paused = operation->queue_pause.since_usec != USEC_INFINITY;
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(
                        connection, is_paused ? STATEMENT_PAUSE_QUEUE : STATEMENT_RESUME_QUEUE);
        StoreBinder binder = { statement };

        store_bind_text(&binder, operation->queue_pause.name);
        if (is_paused)
                store_bind_time(&binder, operation->queue_pause.since_usec);
        return store_bound_step(connection, &binder);
}

int store_load_paused_queues(Store *store, store_visit_queue_t visit, void *userdata) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        int r;

        assert(store);
        assert(visit);

        statement = store_statement(store->reader, STATEMENT_LOAD_PAUSED_QUEUES);
        while ((r = store_step(store->reader, statement)) > 0) {
                CLEANUP_FREE char *name = NULL;

                r = store_column_text(statement, 0, &name);
                if (r >= 0 && name)
                        r = visit(userdata, name, store_column_time(statement, 1));
                if (r < 0)
                        return r;
        }
        return r;
}
