/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void keep_first_error(StoreBinder *binder, int code) {
        if (binder->code == SQLITE_OK)
                binder->code = code;
}

static void bind_null(StoreBinder *binder) {
        keep_first_error(binder, sqlite3_bind_null(binder->statement, ++binder->n_bound));
}

void store_bind_integer(StoreBinder *binder, int64_t value) {
        keep_first_error(binder, sqlite3_bind_int64(binder->statement, ++binder->n_bound, value));
}

void store_bind_text(StoreBinder *binder, const char *value) {
        if (value && *value)
                keep_first_error(
                                binder,
                                sqlite3_bind_text(
                                                binder->statement, ++binder->n_bound, value, -1,
                                                SQLITE_STATIC));
        else
                bind_null(binder);
}

void store_bind_blob(StoreBinder *binder, const void *data, size_t size) {
        keep_first_error(
                        binder,
                        sqlite3_bind_blob64(
                                        binder->statement, ++binder->n_bound, data ?: "", size,
                                        SQLITE_STATIC));
}

void store_bind_time(StoreBinder *binder, usec_t value) {
        if (value == USEC_INFINITY)
                bind_null(binder);
        else
                store_bind_integer(binder, value);
}

void store_bind_positive(StoreBinder *binder, int64_t value) {
        if (value <= 0)
                bind_null(binder);
        else
                store_bind_integer(binder, value);
}

void store_bind_not_negative(StoreBinder *binder, int64_t value) {
        if (value < 0)
                bind_null(binder);
        else
                store_bind_integer(binder, value);
}

void store_bind_real(StoreBinder *binder, double value) {
        if (value < 0)
                bind_null(binder);
        else
                keep_first_error(binder, sqlite3_bind_double(binder->statement, ++binder->n_bound, value));
}

int store_bound_step(StoreConnection *connection, StoreBinder *binder) {
        if (binder->code != SQLITE_OK)
                return store_connection_error(connection, binder->code);
        return store_step(connection, binder->statement);
}

int store_column_text(sqlite3_stmt *statement, int column, char **ret) {
        const unsigned char *text = sqlite3_column_text(statement, column);
        char *copy = NULL;

        if (text) {
                copy = strdup((const char *) text);
                if (!copy)
                        return -ENOMEM;
        } else if (sqlite3_column_type(statement, column) != SQLITE_NULL)
                return -ENOMEM;

        free(*ret);
        *ret = copy;
        return 0;
}

int store_bound_read_text(StoreConnection *connection, StoreBinder *binder, char **ret) {
        char *text = NULL;
        int r;

        r = store_bound_step(connection, binder);
        if (r <= 0)
                return r;
        r = store_column_text(binder->statement, 0, &text);
        if (r < 0)
                return r;

        *ret = text;
        return 1;
}

void store_column_array(sqlite3_stmt *statement, int column, char *ret, size_t size) {
        const char *text = (const char *) sqlite3_column_text(statement, column);

        (void) snprintf(ret, size, "%s", text ?: "");
}

int64_t store_column_or(sqlite3_stmt *statement, int column, int64_t if_null) {
        if (sqlite3_column_type(statement, column) == SQLITE_NULL)
                return if_null;
        return sqlite3_column_int64(statement, column);
}

usec_t store_column_time(sqlite3_stmt *statement, int column) {
        return store_column_or(statement, column, USEC_INFINITY);
}

double store_column_real(sqlite3_stmt *statement, int column) {
        if (sqlite3_column_type(statement, column) == SQLITE_NULL)
                return -1;
        return sqlite3_column_double(statement, column);
}

int store_column_name(sqlite3_stmt *statement, int column, int (*from_string)(const char *), int *ret) {
        const char *text = (const char *) sqlite3_column_text(statement, column);
        int value = from_string(text ?: "");

        if (value < 0)
                return -EBADMSG;

        *ret = value;
        return 0;
}
