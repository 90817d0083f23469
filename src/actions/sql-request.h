/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parameters of `sql:`, as values. */

#include <sql.h>

#include "actions/action.h"
#include "actions/row-format.h"

extern const ActionProgram sql_program; /* sql-run.c */
extern const ActionParameter sql_parameters[];

typedef enum BindKind {
        BIND_NULL,
        BIND_TEXT,
        BIND_INTEGER,
        BIND_NUMBER,
        BIND_BOOLEAN,
        BIND_BYTES,
        BIND_KIND_COUNT,
} BindKind;

DECLARE_STRING_TABLE(bind_kind, BindKind);

/* What is bound to one '?'. */
typedef struct SqlBind {
        BindKind kind;
        char *data; /* of a text or of bytes; NUL-terminated */
        size_t size;
        int64_t integer;
        double number;

        /* What the driver has pointers to until the statement ends. */
        SQLLEN indicator;
        unsigned char bit; /* of a boolean */
} SqlBind;

typedef struct SqlStatement {
        char *text;
        SqlBind *binds;
        size_t n_binds;
        bool has_expectation; /* of the number of rows that it gives or changes */
        uint64_t expect_min, expect_max;
} SqlStatement;

typedef struct SqlRequest {
        char *connection;
        SqlStatement *statements;
        size_t n_statements;
        bool is_list; /* written as `statements` */
        bool transaction;
        RowFormat format;
        char *to, *root; /* NULL: into the result; anywhere */
        mode_t mode;     /* (mode_t) -1: as the file that is there, or 0666 less the umask */
        uint64_t max_rows, max_bytes;
        usec_t timeout_usec;
} SqlRequest;

void sql_request_done(SqlRequest *request);

/* Returns 0 or a negative errno (explained). What *ret has on failure, sql_request_done() frees. */
int sql_request_decode(Action *action, SqlRequest *ret);
