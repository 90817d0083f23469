/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Where the rows of statements go: into the result, bounded, or into a file. */

#include "actions/sql-request.h"
#include "actions/sql-session.h"
#include "actions/staged-file.h"

typedef struct SqlRows {
        const SqlRequest *request;
        uint64_t rows_left, bytes_left; /* of what all statements together may give into the result */

        /* Of the statement at hand. */
        char **columns;
        ValueKind *kinds;
        uint64_t n_rows; /* that were fetched; with `truncated` there may be more, unless they were counted */
        uint64_t n_bytes;
        bool truncated;
        Buffer text; /* of the result, or what is not in the file yet */
        bool to_file;
        Place place;
        StagedFile file;
} SqlRows;

void sql_rows_init(SqlRows *rows, const SqlRequest *request);
void sql_rows_done(SqlRows *rows);

/*
 * Fetches what the session's statement gives. `to_file`: into the file of the request, which is published by
 * sql_rows_publish(). Returns 0 or a negative errno (explained).
 */
int sql_rows_fetch(SqlRows *rows, SqlSession *session, const SqlStatement *statement, bool to_file);
int sql_rows_publish(SqlRows *rows, SqlSession *session);

/* Adds columns, row_count and the rows, or the file, to the open object of the result. */
void sql_rows_report(const SqlRows *rows, JsonWriter *result);
