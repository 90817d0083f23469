/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The work of jobsched-sql: the statements of a request, in order, in one transaction. */

#include <errno.h>
#include <locale.h>
#include <string.h>

#include "actions/sql-request.h"
#include "actions/sql-rows.h"
#include "actions/sql-session.h"

#define LONG_TEXT 4000U

/* How a kind goes to the driver. */
static const struct {
        SQLSMALLINT c_type, type;
} bind_types[] = {
        [BIND_NULL] = { SQL_C_CHAR, SQL_VARCHAR },      [BIND_TEXT] = { SQL_C_CHAR, SQL_VARCHAR },
        [BIND_INTEGER] = { SQL_C_SBIGINT, SQL_BIGINT }, [BIND_NUMBER] = { SQL_C_DOUBLE, SQL_DOUBLE },
        [BIND_BOOLEAN] = { SQL_C_BIT, SQL_BIT },        [BIND_BYTES] = { SQL_C_BINARY, SQL_VARBINARY },
};

typedef struct SqlRun {
        Action *action;
        SqlRequest request;
        SqlSession session;
        SqlWatch *watch;
        SqlRows rows;
} SqlRun;

static bool bind_value(SQLHSTMT statement, SQLUSMALLINT number, SqlBind *bind) {
        SQLSMALLINT type = bind_types[bind->kind].type;
        SQLPOINTER data = bind->data;
        SQLULEN column_size = MAX(bind->size, (size_t) 1);

        bind->indicator = (SQLLEN) bind->size;
        if (bind->kind == BIND_NULL)
                bind->indicator = SQL_NULL_DATA;
        else if (bind->kind == BIND_INTEGER)
                data = &bind->integer;
        else if (bind->kind == BIND_NUMBER)
                data = &bind->number;
        else if (bind->kind == BIND_BOOLEAN)
                data = &bind->bit;
        else if (bind->size > LONG_TEXT)
                type = bind->kind == BIND_TEXT ? SQL_LONGVARCHAR : SQL_LONGVARBINARY;
        return SQL_SUCCEEDED(SQLBindParameter(
                        statement, number, SQL_PARAM_INPUT, bind_types[bind->kind].c_type, type, column_size,
                        0, data, (SQLLEN) bind->size, &bind->indicator));
}

/* A driver would take a missing value for NULL. */
static int check_markers(SqlSession *session, const SqlStatement *statement) {
        SQLSMALLINT n_markers;

        if (!SQL_SUCCEEDED(SQLNumParams(session->statement, &n_markers)) ||
            (size_t) n_markers == statement->n_binds)
                return 0;
        return action_fail(
                        session->action, "%s has %d question mark%s to bind to, and 'bind' has %zu value%s",
                        session->where, n_markers, n_markers == 1 ? "" : "s", statement->n_binds,
                        statement->n_binds == 1 ? "" : "s");
}

static int execute(SqlSession *session, SqlStatement *statement) {
        SQLRETURN result;
        int r;

        if (!SQL_SUCCEEDED(SQLPrepare(session->statement, (SQLCHAR *) statement->text, SQL_NTS)))
                return sql_session_fail(session);
        r = check_markers(session, statement);
        if (r < 0)
                return r;
        for (size_t i = 0; i < statement->n_binds; i++) {
                if (!bind_value(session->statement, (SQLUSMALLINT) (i + 1), &statement->binds[i]))
                        return sql_session_fail(session);
        }
        r = sql_session_check(session);
        if (r < 0)
                return r;
        result = SQLExecute(session->statement);
        return SQL_SUCCEEDED(result) || result == SQL_NO_DATA ? 0 : sql_session_fail(session);
}

static int check_expectation(SqlSession *session, const SqlStatement *statement, bool has_rows, uint64_t n) {
        if (!statement->has_expectation || (n >= statement->expect_min && n <= statement->expect_max))
                return 0;
        return action_fail(
                        session->action, "%s %s %" PRIu64 " row%s, which is not what 'expect-rows' says",
                        session->where, has_rows ? "gave" : "changed", n, n == 1 ? "" : "s");
}

static int take_rows(SqlRun *run, const SqlStatement *statement, bool to_file) {
        int r;

        r = sql_rows_fetch(&run->rows, &run->session, statement, to_file);
        if (r < 0)
                return r;
        r = check_expectation(&run->session, statement, true, run->rows.n_rows);
        if (r < 0)
                return r;
        r = to_file ? sql_rows_publish(&run->rows, &run->session) : 0;
        if (r >= 0)
                sql_rows_report(&run->rows, &run->action->result);
        return r;
}

static int take_count(SqlRun *run, const SqlStatement *statement) {
        JsonWriter *result = &run->action->result;
        SQLLEN n = -1;
        int r;

        if (!SQL_SUCCEEDED(SQLRowCount(run->session.statement, &n)))
                n = -1;
        r = check_expectation(&run->session, statement, false, n < 0 ? 0 : (uint64_t) n);
        if (r < 0)
                return r;
        if (n < 0)
                json_writer_null(result, "affected");
        else
                json_writer_integer(result, "affected", n);
        return 0;
}

/* What follows the first result of a statement is run, too, but has no place in the result. */
static int skip_more(SqlRun *run) {
        SqlSession *session = &run->session;
        SQLRETURN result;

        while (SQL_SUCCEEDED(result = SQLMoreResults(session->statement))) {
                SQLSMALLINT n_columns = 0;

                (void) SQLNumResultCols(session->statement, &n_columns);
                if (n_columns > 0)
                        return action_fail(
                                        session->action,
                                        "%s gives more than one result: write each "
                                        "statement as an item of 'statements'",
                                        session->where);
        }
        return result == SQL_NO_DATA ? 0 : sql_session_fail(session);
}

static int run_statement(SqlRun *run, size_t i) {
        SqlStatement *statement = &run->request.statements[i];
        bool to_file = run->request.to && i + 1 == run->request.n_statements;
        SQLSMALLINT n_columns = 0;
        int r;

        r = sql_session_begin_statement(&run->session, run->request.is_list ? i + 1 : 0);
        if (r >= 0)
                r = execute(&run->session, statement);
        if (r < 0)
                return r;
        (void) SQLNumResultCols(run->session.statement, &n_columns);
        if (n_columns > 0)
                r = take_rows(run, statement, to_file);
        else if (to_file)
                r = action_fail(run->action, "The statement gives no rows that could be written to '%s'",
                                run->request.to);
        else
                r = take_count(run, statement);
        if (r >= 0 && !run->rows.truncated)
                r = skip_more(run);
        sql_session_end_statement(&run->session);
        return r;
}

static int run_statements(SqlRun *run) {
        JsonWriter *result = &run->action->result;
        int r = 0;

        if (run->request.is_list)
                json_writer_begin_array(result, "statements");
        for (size_t i = 0; i < run->request.n_statements && r >= 0; i++) {
                if (run->request.is_list)
                        json_writer_begin_object(result, NULL);
                r = run_statement(run, i);
                if (r >= 0 && run->request.is_list)
                        json_writer_end_object(result);
        }
        if (r >= 0 && run->request.is_list)
                json_writer_end_array(result);
        return r;
}

static int run_session(SqlRun *run) {
        int r;

        r = sql_session_open(
                        run->action, run->watch, run->request.connection, run->request.transaction,
                        &run->session);
        if (r < 0)
                return r;
        sql_rows_init(&run->rows, &run->request);
        r = run_statements(run);
        if (r >= 0 && run->request.transaction)
                r = sql_session_commit(&run->session);
        sql_rows_done(&run->rows);
        sql_session_close(&run->session);
        return r;
}

static int sql_run(Action *action) {
        SqlRun run = { .action = action };
        int r;

        (void) setlocale(LC_CTYPE, "C.UTF-8"); /* drivers convert texts to it */
        r = sql_request_decode(action, &run.request);
        if (r >= 0)
                r = sql_watch_new(run.request.timeout_usec, &run.watch);
        if (r >= 0)
                r = run_session(&run);
        run.watch = sql_watch_free(run.watch);
        sql_request_done(&run.request);
        return r;
}

const ActionProgram sql_program = {
        .name = "sql",
        .description = "Runs SQL statements in any database that has an ODBC driver",
        .parameters = sql_parameters,
        .notes = "Either statement or statements. The result has affected for a statement that changes rows; "
                 "for "
                 "one that gives some it has columns, row_count, truncated and rows (or csv, or to and "
                 "bytes); "
                 "with statements it has a list of these.",
        .example = "sql: {connection: \"DSN=shop;PWD=${credential:shop}\", statement: \"DELETE FROM session "
                   "WHERE seen < now() - ?::interval\", bind: [\"30 days\"], expect-rows: 0-10000}",
        .run = sql_run,
};
