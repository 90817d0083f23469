/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-meta.h"

#include <errno.h>

#include "store/store-value.h"

int store_read_meta_text(StoreConnection *connection, const char *key, char **ret) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_READ_META);
        StoreBinder binder = { statement };
        int r;

        store_bind_text(&binder, key);
        r = store_bound_read_text(connection, &binder, ret);
        return r == 0 ? -ENODATA : MIN(r, 0);
}

int store_read_meta_integer(StoreConnection *connection, const char *key, int64_t *ret) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_READ_META);
        StoreBinder binder = { statement };
        int r;

        store_bind_text(&binder, key);
        r = store_bound_step(connection, &binder);
        if (r == 0)
                return -ENODATA;
        if (r > 0)
                *ret = sqlite3_column_int64(statement, 0);
        return MIN(r, 0);
}

int store_write_meta_integer(StoreConnection *connection, const char *key, int64_t value) {
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_WRITE_META);
        StoreBinder binder = { statement };

        store_bind_text(&binder, key);
        store_bind_integer(&binder, value);
        return store_bound_step(connection, &binder);
}
