/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One connection to the database with its prepared statements. Used by one thread at a time.
 */

#include <sqlite3.h>

#include "store/store-statement.h"
#include "util/cleanup.h"
#include "util/types.h"

typedef struct StoreConnection {
        sqlite3 *db;
        sqlite3_stmt *statements[STATEMENT_COUNT];
        bool refused;  /* the disk, the memory or another program refused: not the fault of one row */
        int wal_pages; /* in the log after the last commit */
} StoreConnection;

typedef enum StoreConnectionFlags {
        STORE_CONNECTION_READS = 1 << 0,  /* refuses to write */
        STORE_CONNECTION_CREATE = 1 << 1, /* makes the file if there is none */
} StoreConnectionFlags;

/*
 * Opens `path`, or a database in memory if it is NULL. Nothing is prepared and no page is read yet. On
 * failure *ret_code is SQLite's code.
 */
int store_connection_open(const char *path, unsigned flags, StoreConnection **ret, int *ret_code);
StoreConnection *store_connection_close(StoreConnection *connection);
DEFINE_CLEANUP(StoreConnection, store_connection_close);

/* Journal, durability and limits of a connection that writes; after its database was found good. */
int store_connection_configure(StoreConnection *connection);

/* Prepares every statement. -EBADMSG if the schema has not what they need. */
int store_connection_prepare(StoreConnection *connection);

/*
 * The errno of an SQLite code: -EEXIST (unique), -ENOENT (foreign key), -EINVAL, -EMSGSIZE are the fault of
 * one row; any other sets `refused` (if there is a connection).
 */
int store_connection_error(StoreConnection *connection, int code);

/* Runs a text that answers nothing. */
int store_connection_run(StoreConnection *connection, const char *sql);
/* The first column of the first row of a text's answer. */
int store_connection_ask(StoreConnection *connection, const char *sql, int64_t *ret);

/*
 * A statement, ready to be bound. Release it (CLEANUP(store_statement_release)) before anyone can ask for the
 * same again: what was bound and read is gone then.
 */
sqlite3_stmt *store_statement(StoreConnection *connection, StoreStatement statement);
void store_statement_release(sqlite3_stmt **statement);

/* Returns 1 (a row), 0 (done) or a negative errno. */
int store_step(StoreConnection *connection, sqlite3_stmt *statement);
/* Runs a statement without arguments to its end. */
int store_execute(StoreConnection *connection, StoreStatement id);
