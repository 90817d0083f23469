/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Values in and out of statements. "Unknown" is NULL in the database: USEC_INFINITY, -1, no string.
 *
 * A binder binds one place after the other and keeps the first error, so that it is checked once. What is
 * bound is not copied: it must live until the statement is released.
 */

#include "store/store-connection.h"
#include "util/types.h"

typedef struct StoreBinder {
        sqlite3_stmt *statement;
        int n_bound;
        int code; /* SQLite's */
} StoreBinder;

void store_bind_integer(StoreBinder *binder, int64_t value);
void store_bind_text(StoreBinder *binder, const char *value); /* NULL is NULL, "" is NULL too */
void store_bind_blob(StoreBinder *binder, const void *data, size_t size);
void store_bind_time(StoreBinder *binder, usec_t value);          /* USEC_INFINITY is NULL */
void store_bind_positive(StoreBinder *binder, int64_t value);     /* 0 and less are NULL */
void store_bind_not_negative(StoreBinder *binder, int64_t value); /* less than 0 is NULL */
void store_bind_real(StoreBinder *binder, double value);          /* less than 0 is NULL */

/* Fails with what went wrong in binding, otherwise as store_step(). */
int store_bound_step(StoreConnection *connection, StoreBinder *binder);

/* 0 with *ret (NULL for NULL), or -ENOMEM. The old *ret is freed. */
int store_column_text(sqlite3_stmt *statement, int column, char **ret);
/* Steps to the row whose first column is all that is wanted: 1 with *ret (NULL for NULL), or as store_step().
 */
int store_bound_read_text(StoreConnection *connection, StoreBinder *binder, char **ret);
/* Into an array; what does not fit is cut off. */
void store_column_array(sqlite3_stmt *statement, int column, char *ret, size_t size);
usec_t store_column_time(sqlite3_stmt *statement, int column);
int64_t store_column_or(sqlite3_stmt *statement, int column, int64_t if_null);
double store_column_real(sqlite3_stmt *statement, int column);
/* The value of a name by its table's from_string(); NULL is ""; -EBADMSG if it has none. */
int store_column_name(sqlite3_stmt *statement, int column, int (*from_string)(const char *), int *ret);
