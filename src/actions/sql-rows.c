/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/sql-rows.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "util/file.h"
#include "util/string-list.h"

#define COLUMNS_MAX 2000
#define PIECE_BYTES 16384U
#define FLUSH_BYTES ((size_t) 256 * 1024)
#define VALUE_MAX ((size_t) 256 * 1024 * 1024)

void sql_rows_init(SqlRows *rows, const SqlRequest *request) {
        *rows = (SqlRows){
                .request = request,
                .rows_left = request->max_rows,
                .bytes_left = request->max_bytes,
                .place = PLACE_NONE,
                .file = STAGED_FILE_NONE,
        };
}

static void forget_statement(SqlRows *rows) {
        rows->columns = string_list_free(rows->columns);
        free(TAKE_PTR(rows->kinds));
        rows->n_rows = rows->n_bytes = 0;
        rows->truncated = false;
        buffer_clear(&rows->text);
}

void sql_rows_done(SqlRows *rows) {
        forget_statement(rows);
        buffer_done(&rows->text);
        staged_file_done(&rows->file);
        place_done(&rows->place);
}

/* --- columns ----------------------------------------------------------------------------------------- */

static ValueKind kind_of(SQLSMALLINT type, const char *type_name) {
        if (strcasecmp(type_name, "bool") == 0 || strcasecmp(type_name, "boolean") == 0)
                return VALUE_BOOLEAN; /* psqlodbc says that they are texts */
        switch (type) {
        case SQL_TINYINT:
        case SQL_SMALLINT:
        case SQL_INTEGER:
        case SQL_BIGINT:
                return VALUE_INTEGER;
        case SQL_DECIMAL:
        case SQL_NUMERIC:
                return VALUE_DECIMAL;
        case SQL_REAL:
        case SQL_FLOAT:
        case SQL_DOUBLE:
                return VALUE_REAL;
        case SQL_BIT:
                return VALUE_BOOLEAN;
        case SQL_BINARY:
        case SQL_VARBINARY:
        case SQL_LONGVARBINARY:
                return VALUE_BYTES;
        default:
                return VALUE_TEXT;
        }
}

/* A second column `id` is `id_2`: in an object each name stands once. */
static int add_column(SqlRows *rows, const char *name) {
        CLEANUP_FREE char *unique = strdup(*name != '\0' ? name : "column");

        if (!unique)
                return -ENOMEM;
        for (unsigned i = 2; string_list_contains(rows->columns, unique); i++) {
                free(TAKE_PTR(unique));
                if (asprintf(&unique, "%s_%u", name, i) < 0) {
                        unique = NULL;
                        return -ENOMEM;
                }
        }
        return string_list_take_push(&rows->columns, TAKE_PTR(unique));
}

static int describe_columns(SqlRows *rows, SqlSession *session, SQLSMALLINT n_columns) {
        if (n_columns > COLUMNS_MAX)
                return action_fail(session->action, "%d columns are more than %d", n_columns, COLUMNS_MAX);
        rows->kinds = calloc((size_t) n_columns, sizeof(*rows->kinds));
        if (!rows->kinds)
                return -ENOMEM;
        for (SQLSMALLINT i = 0; i < n_columns; i++) {
                SQLUSMALLINT number = (SQLUSMALLINT) (i + 1);
                SQLCHAR name[512] = "", type_name[128] = "";
                SQLSMALLINT length, type, digits, nullable;
                SQLULEN size;
                int r;

                if (!SQL_SUCCEEDED(
                                    SQLDescribeCol(session->statement, number, name, sizeof(name), &length,
                                                   &type, &size, &digits, &nullable)))
                        return sql_session_fail(session);
                (void) SQLColAttribute(
                                session->statement, number, SQL_DESC_TYPE_NAME, type_name, sizeof(type_name),
                                &length, NULL); /* not every driver has it */
                rows->kinds[i] = kind_of(type, (const char *) type_name);
                r = add_column(rows, (const char *) name);
                if (r < 0)
                        return r;
                if (type == SQL_GUID)
                        rows->kinds[i] = VALUE_KIND_COUNT; /* see write_value() */
        }
        return 0;
}

/* --- values ------------------------------------------------------------------------------------------ */

/* Reads one value in pieces. Returns 1, 0 for NULL, or a negative errno (explained). */
static int read_value(SqlSession *session, SQLUSMALLINT column, bool bytes, Buffer *value) {
        SQLSMALLINT type = bytes ? SQL_C_BINARY : SQL_C_CHAR;
        char piece[PIECE_BYTES];
        SQLLEN indicator = 0;
        SQLRETURN result;

        buffer_clear(value);
        for (;;) {
                size_t room = sizeof(piece) - (bytes ? 0 : 1), size;

                result = SQLGetData(session->statement, column, type, piece, sizeof(piece), &indicator);
                if (result == SQL_NO_DATA)
                        return 1;
                if (!SQL_SUCCEEDED(result))
                        return sql_session_fail(session);
                if (indicator == SQL_NULL_DATA)
                        return 0;
                size = indicator == SQL_NO_TOTAL || (size_t) indicator > room ? room : (size_t) indicator;
                if (!bytes && result == SQL_SUCCESS_WITH_INFO && size == room)
                        size = strnlen(piece, room); /* a driver may leave out half a character */
                if (value->size + size > VALUE_MAX)
                        return action_fail(session->action, "A value is larger than 256 MiB");
                if (buffer_add(value, piece, size) < 0)
                        return -ENOMEM;
                if (result == SQL_SUCCESS)
                        return 1;
        }
}

static int write_value(SqlRows *rows, SqlSession *session, size_t i, Buffer *value, RowWriter *writer) {
        ValueKind kind = rows->kinds[i];
        int r;

        r = read_value(session, (SQLUSMALLINT) (i + 1), kind == VALUE_BYTES, value);
        if (r < 0)
                return r;
        if (kind == VALUE_KIND_COUNT) { /* a UUID, which drivers have in capitals: as databases show it */
                for (size_t k = 0; k < value->size; k++)
                        value->data[k] = (char) tolower((unsigned char) value->data[k]);
                kind = VALUE_TEXT;
        }
        row_writer_value(writer, kind, r > 0 ? value->data ?: "" : NULL, value->size);
        return 0;
}

/* --- rows -------------------------------------------------------------------------------------------- */

static int flush(SqlRows *rows, SqlSession *session) {
        int r;

        r = fd_write_all(rows->file.fd, rows->text.data, rows->text.size);
        if (r < 0)
                return action_fail_errno(session->action, -r, "Cannot write '%s'", rows->request->to);
        buffer_clear(&rows->text);
        return 0;
}

/* How much it takes in the result: CSV stands there as one JSON text. */
static int size_in_result(const SqlRows *rows, const Buffer *row, uint64_t *ret) {
        CLEANUP(buffer_done) Buffer escaped = { 0 };
        JsonWriter json;

        if (rows->to_file || rows->request->format == ROW_JSON_LINES) {
                *ret = row->size;
                return 0;
        }
        json_writer_init(&json, &escaped);
        json_writer_string_n(&json, NULL, row->data, row->size);
        *ret = escaped.size;
        return escaped.failed ? -ENOMEM : 0;
}

static int fail_too_large(SqlRows *rows, SqlSession *session) {
        bool by_rows = rows->rows_left == 0;

        return action_fail(
                        session->action, "There are more than the %" PRIu64 " %s that '%s' allows",
                        by_rows ? rows->request->max_rows : rows->request->max_bytes,
                        by_rows ? "rows" : "bytes", by_rows ? "max-rows" : "max-bytes");
}

/* Takes it if there is room. */
static int keep_row(SqlRows *rows, SqlSession *session, const Buffer *row, bool is_header) {
        uint64_t size;
        int r;

        r = row->failed ? -ENOMEM : size_in_result(rows, row, &size);
        if (r < 0)
                return r;
        if ((!is_header && rows->rows_left == 0) || size > rows->bytes_left) {
                if (rows->to_file)
                        return fail_too_large(rows, session);
                rows->truncated = true;
                return 0;
        }
        rows->rows_left -= !is_header;
        rows->bytes_left -= size;
        rows->n_bytes += row->size;
        if (buffer_add(&rows->text, row->data, row->size) < 0)
                return -ENOMEM;
        return rows->to_file && rows->text.size >= FLUSH_BYTES ? flush(rows, session) : 0;
}

static int fetch_row(SqlRows *rows, SqlSession *session, Buffer *value, Buffer *row) {
        RowWriter writer;

        buffer_clear(row);
        row_writer_init(&writer, rows->request->format, rows->columns, row);
        row_writer_begin(&writer);
        for (size_t i = 0; i < writer.n_columns; i++) {
                int r = write_value(rows, session, i, value, &writer);

                if (r < 0)
                        return r;
        }
        row_writer_end(&writer);
        return keep_row(rows, session, row, false);
}

static int fetch_rows(SqlRows *rows, SqlSession *session, bool count_all) {
        CLEANUP(buffer_done) Buffer value = { 0 }, row = { 0 };
        RowWriter writer;
        int r;

        row_writer_init(&writer, rows->request->format, rows->columns, &row);
        row_writer_header(&writer);
        r = keep_row(rows, session, &row, true);
        while (r >= 0 && (count_all || !rows->truncated)) {
                SQLRETURN result = SQLFetch(session->statement);

                if (result == SQL_NO_DATA)
                        return 0;
                if (!SQL_SUCCEEDED(result))
                        return sql_session_fail(session);
                r = sql_session_check(session);
                if (r >= 0 && !rows->truncated)
                        r = fetch_row(rows, session, &value, &row);
                rows->n_rows += count_all || !rows->truncated;
        }
        return r;
}

static int open_file(SqlRows *rows, SqlSession *session) {
        const SqlRequest *request = rows->request;
        int r;

        r = place_open(request->root, request->to, 0, &rows->place);
        if (r >= 0)
                r = staged_file_open(&rows->place, &rows->file);
        return r < 0 ? action_fail(session->action, "Cannot write '%s': %s", request->to, place_strerror(r))
                     : 0;
}

int sql_rows_fetch(SqlRows *rows, SqlSession *session, const SqlStatement *statement, bool to_file) {
        SQLSMALLINT n_columns = 0;
        int r;

        forget_statement(rows);
        rows->to_file = to_file;
        if (!SQL_SUCCEEDED(SQLNumResultCols(session->statement, &n_columns)))
                return sql_session_fail(session);
        r = describe_columns(rows, session, n_columns);
        if (r >= 0 && to_file)
                r = open_file(rows, session);
        if (r < 0)
                return r;
        return fetch_rows(rows, session, statement->has_expectation);
}

int sql_rows_publish(SqlRows *rows, SqlSession *session) {
        const SqlRequest *request = rows->request;
        mode_t mode;
        int r;

        r = flush(rows, session);
        if (r < 0)
                return r;
        mode = request->mode != (mode_t) -1 ? request->mode : staged_file_mode(&rows->place, 0666);
        r = fchmod(rows->file.fd, mode) < 0 ? -errno : staged_file_publish(&rows->file, &rows->place, true);
        return r < 0 ? action_fail_errno(session->action, -r, "Cannot write '%s'", request->to) : 0;
}

/* Lines of objects become an array of them. */
static void report_objects(const SqlRows *rows, JsonWriter *result) {
        const char *line = rows->text.data ?: "", *end;

        json_writer_begin_array(result, "rows");
        for (; (end = strchr(line, '\n')); line = end + 1) {
                CLEANUP_FREE char *object = strndup(line, (size_t) (end - line));

                if (object)
                        json_writer_raw(result, NULL, object);
                else
                        result->buffer->failed = true;
        }
        json_writer_end_array(result);
}

void sql_rows_report(const SqlRows *rows, JsonWriter *result) {
        json_writer_string_list(result, "columns", rows->columns);
        json_writer_integer(result, "row_count", (int64_t) rows->n_rows);
        json_writer_bool(result, "truncated", rows->truncated);
        if (rows->to_file) {
                json_writer_string(result, "to", rows->request->to);
                json_writer_integer(result, "bytes", (int64_t) rows->n_bytes);
        } else if (rows->request->format == ROW_JSON_LINES) {
                report_objects(rows, result);
        } else {
                json_writer_string_n(result, "csv", rows->text.data ?: "", rows->text.size);
        }
}
