/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/sql-session.h"

#include <errno.h>
#include <string.h>

#include "actions/connection-string.h"
#include "util/string-list.h"

#define DIAGNOSTIC_MAX 1024U

static int hide_passwords(Action *action, const char *connection) {
        CLEANUP(string_list_freep) char **secrets = NULL;
        int r;

        r = connection_string_secrets(connection, &secrets);
        STRING_LIST_FOREACH(secret, secrets) {
                if (r >= 0)
                        r = action_add_secret(action, *secret);
                explicit_bzero(*secret, strlen(*secret));
        }
        return r;
}

/* --- what went wrong --------------------------------------------------------------------------------- */

/* Blank space in a row is one, and a driver's names before the text say nothing. */
static void simplify(char *text) {
        char *to = text;

        for (const char *from = text; *from != '\0'; from++) {
                bool blank = strchr(" \t\r\n", *from) != NULL;

                if (!blank || (to > text && to[-1] != ' '))
                        *to++ = blank ? ' ' : *from;
        }
        while (to > text && (to[-1] == ' ' || to[-1] == ';'))
                to--;
        *to = '\0';
}

static int fail_with(SqlSession *session, SQLSMALLINT type, SQLHANDLE handle) {
        SQLCHAR state[SQL_SQLSTATE_SIZE + 1] = "", text[DIAGNOSTIC_MAX] = "";
        const char *reason = session->watch ? sql_watch_reason(session->watch) : NULL;
        SQLSMALLINT length;
        SQLINTEGER native;
        int r;

        if (reason)
                return action_fail(session->action, "%s", reason);
        if (!SQL_SUCCEEDED(SQLGetDiagRec(type, handle, 1, state, &native, text, sizeof(text), &length)))
                return action_fail(
                                session->action, "%s failed, and the driver does not say why",
                                session->where);
        simplify((char *) text);
        r = action_fail(session->action, "%s failed: %s (SQLSTATE %s)", session->where, (char *) text,
                        (char *) state);
        json_writer_string(&session->action->result, "sqlstate", (char *) state);
        return r;
}

int sql_session_fail(SqlSession *session) {
        return fail_with(session, SQL_HANDLE_STMT, session->statement);
}

int sql_session_check(SqlSession *session) {
        const char *reason = sql_watch_reason(session->watch);

        return reason ? action_fail(session->action, "%s", reason) : 0;
}

/* --- the connection ---------------------------------------------------------------------------------- */

static int connect_to(SqlSession *session, const char *connection, bool transaction) {
        SQLRETURN result;

        result = SQLDriverConnect(
                        session->connection, NULL, (SQLCHAR *) connection, SQL_NTS, NULL, 0, NULL,
                        SQL_DRIVER_NOPROMPT);
        if (!SQL_SUCCEEDED(result))
                return fail_with(session, SQL_HANDLE_DBC, session->connection);
        session->is_connected = true;
        if (transaction &&
            !SQL_SUCCEEDED(SQLSetConnectAttr(
                            session->connection, SQL_ATTR_AUTOCOMMIT, (SQLPOINTER) SQL_AUTOCOMMIT_OFF, 0)))
                return fail_with(session, SQL_HANDLE_DBC, session->connection);
        sql_watch_set_phase(session->watch, SQL_WORKING);
        return sql_session_check(session);
}

int sql_session_open(
                Action *action,
                SqlWatch *watch,
                const char *connection,
                bool transaction,
                SqlSession *ret) {
        SqlSession session = { .action = action, .watch = watch };
        int r;

        r = hide_passwords(action, connection);
        if (r < 0)
                return r;
        if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &session.environment)))
                return -ENOMEM;
        (void) SQLSetEnvAttr(session.environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER) SQL_OV_ODBC3, 0);
        if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, session.environment, &session.connection))) {
                sql_session_close(&session);
                return -ENOMEM;
        }
        session.where = strdup("The connection");
        r = session.where ? connect_to(&session, connection, transaction) : -ENOMEM;
        free(TAKE_PTR(session.where));
        if (r < 0) {
                sql_session_close(&session);
                return r;
        }
        *ret = session;
        return 0;
}

void sql_session_close(SqlSession *session) {
        sql_session_end_statement(session);
        if (session->is_connected) {
                (void) SQLEndTran(SQL_HANDLE_DBC, session->connection, SQL_ROLLBACK);
                (void) SQLDisconnect(session->connection);
        }
        if (session->connection != SQL_NULL_HDBC)
                (void) SQLFreeHandle(SQL_HANDLE_DBC, session->connection);
        if (session->environment != SQL_NULL_HENV)
                (void) SQLFreeHandle(SQL_HANDLE_ENV, session->environment);
        *session = (SqlSession){ 0 };
}

int sql_session_commit(SqlSession *session) {
        int r;

        r = sql_session_check(session);
        if (r < 0)
                return r;
        sql_watch_set_phase(session->watch, SQL_COMMITTING);
        if (SQL_SUCCEEDED(SQLEndTran(SQL_HANDLE_DBC, session->connection, SQL_COMMIT)))
                return 0;
        free(session->where);
        session->where = strdup("The commit");
        return session->where ? fail_with(session, SQL_HANDLE_DBC, session->connection) : -ENOMEM;
}

int sql_session_begin_statement(SqlSession *session, size_t number) {
        int r;

        r = sql_session_check(session);
        if (r < 0)
                return r;
        if ((number > 0 ? asprintf(&session->where, "Statement %zu", number)
                        : asprintf(&session->where, "The statement")) < 0) {
                session->where = NULL;
                return -ENOMEM;
        }
        if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, session->connection, &session->statement)))
                return fail_with(session, SQL_HANDLE_DBC, session->connection);
        sql_watch_set_statement(session->watch, session->statement);
        return 0;
}

void sql_session_end_statement(SqlSession *session) {
        if (session->watch)
                sql_watch_set_statement(session->watch, SQL_NULL_HSTMT);
        if (session->statement != SQL_NULL_HSTMT)
                (void) SQLFreeHandle(SQL_HANDLE_STMT, session->statement);
        session->statement = SQL_NULL_HSTMT;
        free(TAKE_PTR(session->where));
}
