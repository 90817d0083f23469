/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-connection.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* How long a statement waits for another program that has the database locked. */
#define BUSY_TIMEOUT_MSEC 1000

/* The log file shrinks to this when it is begun anew. */
#define JOURNAL_SIZE_LIMIT "16777216"
#define CACHE_KIB "8192"

/* clang-format off */
static const struct {
        int code, error;
        bool of_row;
} sqlite_errors[] = {
        { SQLITE_CONSTRAINT, -EINVAL,     true  },
        { SQLITE_MISMATCH,   -EINVAL,     true  },
        { SQLITE_RANGE,      -EINVAL,     true  },
        { SQLITE_TOOBIG,     -EMSGSIZE,   true  },
        { SQLITE_FULL,       -ENOSPC,     false },
        { SQLITE_READONLY,   -EROFS,      false },
        { SQLITE_BUSY,       -EBUSY,      false },
        { SQLITE_LOCKED,     -EBUSY,      false },
        { SQLITE_NOMEM,      -ENOMEM,     false },
        { SQLITE_CORRUPT,    -EBADMSG,    false },
        { SQLITE_NOTADB,     -EBADMSG,    false },
        { SQLITE_CANTOPEN,   -EACCES,     false },
        { SQLITE_PERM,       -EACCES,     false },
        { SQLITE_AUTH,       -EACCES,     false },
        { SQLITE_INTERRUPT,  -ECANCELED,  false },
};
/* clang-format on */

/* What the system said below SQLite, where that is worth more than "I/O error". */
static int system_error(StoreConnection *connection, int error) {
        int code = connection ? sqlite3_system_errno(connection->db) : 0;

        if (code == ENOSPC || code == EDQUOT || code == EROFS || code == EACCES || code == EMFILE ||
            code == ENFILE)
                return -code;
        return error;
}

int store_connection_error(StoreConnection *connection, int code) {
        int extended = connection ? sqlite3_extended_errcode(connection->db) : code;
        bool of_row = false;
        int error = -EIO;

        if ((extended & 0xff) != (code & 0xff))
                extended = code;

        if (extended == SQLITE_CONSTRAINT_UNIQUE || extended == SQLITE_CONSTRAINT_PRIMARYKEY ||
            extended == SQLITE_CONSTRAINT_ROWID)
                return -EEXIST;
        if (extended == SQLITE_CONSTRAINT_FOREIGNKEY)
                return -ENOENT;

        for (size_t i = 0; i < ARRAY_SIZE(sqlite_errors); i++)
                if (sqlite_errors[i].code == (code & 0xff)) {
                        error = sqlite_errors[i].error;
                        of_row = sqlite_errors[i].of_row;
                }

        if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)
                error = system_error(connection, error);
        if (connection && !of_row)
                connection->refused = true;
        return error;
}

int store_connection_open(const char *path, unsigned flags, StoreConnection **ret, int *ret_code) {
        CLEANUP(store_connection_closep) StoreConnection *connection = NULL;
        int open_flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
        int code, r;

        assert(ret);

        connection = calloc(1, sizeof(*connection));
        if (!connection)
                return -ENOMEM;

        if (!path || (flags & STORE_CONNECTION_CREATE))
                open_flags |= SQLITE_OPEN_CREATE;

        code = sqlite3_open_v2(path ?: ":memory:", &connection->db, open_flags, NULL);
        if (code != SQLITE_OK) {
                *ret_code = code;
                return store_connection_error(connection->db ? connection : NULL, code);
        }

        (void) sqlite3_busy_timeout(connection->db, BUSY_TIMEOUT_MSEC);
        (void) sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        (void) sqlite3_db_config(connection->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        /* Until the database is known to be ours and whole, closing must leave the log as it is. */
        if (path)
                (void) sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);

        r = store_connection_run(connection, "PRAGMA foreign_keys = ON; PRAGMA cache_size = -" CACHE_KIB);
        if (r >= 0 && (flags & STORE_CONNECTION_READS))
                r = store_connection_run(connection, "PRAGMA query_only = ON");
        if (r < 0)
                return r;

        *ret = TAKE_PTR(connection);
        return 0;
}

StoreConnection *store_connection_close(StoreConnection *connection) {
        int code;

        if (!connection)
                return NULL;

        for (size_t i = 0; i < STATEMENT_COUNT; i++)
                (void) sqlite3_finalize(connection->statements[i]);
        code = sqlite3_close(connection->db);
        assert(code != SQLITE_BUSY); /* a statement or a backup of ours was left open */
        (void) code;

        free(connection);
        return NULL;
}

static int on_wal_commit(void *userdata, sqlite3 *db, const char *schema, int n_pages) {
        StoreConnection *connection = userdata;

        connection->wal_pages = n_pages;
        return SQLITE_OK;
}

int store_connection_configure(StoreConnection *connection) {
        int r;

        r = store_connection_run(
                        connection,
                        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                        "PRAGMA journal_size_limit = " JOURNAL_SIZE_LIMIT);
        if (r < 0)
                return r;

        (void) sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
        /* Instead of SQLite's automatic checkpoint, which would run between a commit and its completions. */
        (void) sqlite3_wal_hook(connection->db, on_wal_commit, connection);
        return 0;
}

int store_connection_prepare(StoreConnection *connection) {
        assert(connection);

        for (size_t i = 0; i < STATEMENT_COUNT; i++) {
                int code = sqlite3_prepare_v3(
                                connection->db, store_statement_sql((StoreStatement) i), -1,
                                SQLITE_PREPARE_PERSISTENT, &connection->statements[i], NULL);

                if (code == SQLITE_ERROR)
                        return -EBADMSG; /* a table or column is not there */
                if (code != SQLITE_OK)
                        return store_connection_error(connection, code);
        }
        return 0;
}

int store_connection_run(StoreConnection *connection, const char *sql) {
        int code = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);

        return code == SQLITE_OK ? 0 : store_connection_error(connection, code);
}

int store_connection_ask(StoreConnection *connection, const char *sql, int64_t *ret) {
        sqlite3_stmt *statement = NULL;
        int code;

        code = sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL);
        if (code != SQLITE_OK)
                return store_connection_error(connection, code);

        code = sqlite3_step(statement);
        if (code == SQLITE_ROW)
                *ret = sqlite3_column_int64(statement, 0);
        (void) sqlite3_finalize(statement); /* repeats the error of the step */

        if (code == SQLITE_DONE)
                return -ENODATA;
        return code == SQLITE_ROW ? 0 : store_connection_error(connection, code);
}

sqlite3_stmt *store_statement(StoreConnection *connection, StoreStatement statement) {
        assert(connection);
        assert(connection->statements[statement]);
        assert(!sqlite3_stmt_busy(connection->statements[statement]));

        return connection->statements[statement];
}

void store_statement_release(sqlite3_stmt **statement) {
        if (!*statement)
                return;

        (void) sqlite3_reset(*statement); /* repeats the error of the step */
        (void) sqlite3_clear_bindings(*statement);
        *statement = NULL;
}

int store_step(StoreConnection *connection, sqlite3_stmt *statement) {
        int code = sqlite3_step(statement);

        if (code == SQLITE_ROW)
                return 1;
        if (code == SQLITE_DONE)
                return 0;
        return store_connection_error(connection, code);
}

int store_execute(StoreConnection *connection, StoreStatement id) {
        CLEANUP(store_statement_release) sqlite3_stmt *statement = store_statement(connection, id);

        return store_step(connection, statement);
}
