/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A connection to a database, the statement that runs on it, and what goes wrong there, in words. */

#include <sql.h>
#include <sqlext.h>

#include "actions/action.h"
#include "actions/sql-watch.h"

typedef struct SqlSession {
        Action *action;
        SqlWatch *watch; /* borrowed */
        SQLHENV environment;
        SQLHDBC connection;
        SQLHSTMT statement; /* SQL_NULL_HSTMT between two */
        char *where;        /* what messages are about: "Statement 2"; NULL between two */
        bool is_connected;
} SqlSession;

/*
 * Connects; with `transaction` nothing is committed by itself. Every part of the connection string that may
 * be a password is kept out of messages. Returns 0 or a negative errno (explained).
 */
int sql_session_open(
                Action *action,
                SqlWatch *watch,
                const char *connection,
                bool transaction,
                SqlSession *ret);
/* Rolls back what was not committed. */
void sql_session_close(SqlSession *session);

int sql_session_commit(SqlSession *session);

/* A new statement, `number` from 1 (0: there is only one). */
int sql_session_begin_statement(SqlSession *session, size_t number);
void sql_session_end_statement(SqlSession *session);

/* Explains what the last call on the statement said, or why it was cancelled. Returns -ECANCELED or -ENOMEM.
 */
int sql_session_fail(SqlSession *session);
/* Whether everything has to end; then it is explained as above. Returns 0 or a negative errno. */
int sql_session_check(SqlSession *session);
