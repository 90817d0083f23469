/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What action programs answered, as long as their files are the same. */

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "store/store-private.h"
#include "store/store-value.h"

int store_put_action_description(Store *store, const char *path, const char *stamp, const char *description) {
        CLEANUP(store_operation_freep) StoreOperation *operation = NULL;

        assert(store);
        assert(path);
        assert(stamp || !description);

        operation = store_operation_new(OPERATION_PUT_ACTION);
        if (!operation)
                return -ENOMEM;
        operation->action.path = strdup(path);
        if (!operation->action.path)
                return -ENOMEM;
        if (description) {
                operation->action.stamp = strdup(stamp);
                operation->action.description = strdup(description);
                if (!operation->action.stamp || !operation->action.description)
                        return -ENOMEM;
        }
        return store_queue_operation(store, TAKE_PTR(operation));
}

int store_apply_put_action(StoreConnection *connection, StoreOperation *operation) {
        StoreStatement kind = operation->action.description ? STATEMENT_PUT_ACTION : STATEMENT_DELETE_ACTION;
        CLEANUP(store_statement_release) sqlite3_stmt *statement = store_statement(connection, kind);
        StoreBinder binder = { statement };

        store_bind_text(&binder, operation->action.path);
        if (operation->action.description) {
                store_bind_text(&binder, operation->action.stamp);
                store_bind_text(&binder, operation->action.description);
        }
        return store_bound_step(connection, &binder);
}

int store_load_action_descriptions(
                Store *store,
                int (*visit)(void *userdata, const char *path, const char *stamp, const char *description),
                void *userdata) {

        CLEANUP(store_statement_release) sqlite3_stmt *statement = NULL;
        int r;

        assert(store);
        assert(visit);

        statement = store_statement(store->reader, STATEMENT_LOAD_ACTIONS);
        while ((r = store_step(store->reader, statement)) > 0) {
                CLEANUP_FREE char *path = NULL, *stamp = NULL, *description = NULL;

                r = store_column_text(statement, 0, &path);
                if (r >= 0)
                        r = store_column_text(statement, 1, &stamp);
                if (r >= 0)
                        r = store_column_text(statement, 2, &description);
                if (r >= 0)
                        r = path && stamp && description ? visit(userdata, path, stamp, description)
                                                         : -EBADMSG;
                if (r < 0)
                        return r;
        }
        return r;
}
