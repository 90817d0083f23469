/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Rows of a result as text: JSON lines (an object a row) or CSV (RFC 4180, with LF; a line of names first).
 * NULL is null, or in CSV nothing at all, while an empty text is "". Bytes are base64. Pure.
 */

#include "util/json-writer.h"
#include "util/string-table.h"

typedef enum RowFormat {
        ROW_JSON_LINES,
        ROW_CSV,
        ROW_FORMAT_COUNT,
} RowFormat;

DECLARE_STRING_TABLE(row_format, RowFormat);
extern const char *const row_format_names[];

typedef enum ValueKind {
        VALUE_TEXT,
        VALUE_INTEGER, /* a number beyond 64 bits, and what is none, is a text */
        VALUE_DECIMAL, /* so is one of more than 15 digits: no double holds it */
        VALUE_REAL,    /* so are NaN and the infinities */
        VALUE_BOOLEAN, /* "1", "t", "true" … */
        VALUE_BYTES,
        VALUE_KIND_COUNT,
} ValueKind;

/* A row is begun, given one value for each column in order, and ended. */
typedef struct RowWriter {
        RowFormat format;
        Buffer *buffer;
        char *const *columns; /* borrowed; each name once */
        size_t n_columns;
        size_t column;
        JsonWriter json;
} RowWriter;

void row_writer_init(RowWriter *writer, RowFormat format, char *const *columns, Buffer *buffer);
void row_writer_header(RowWriter *writer); /* the line of names, if the format has one */
void row_writer_begin(RowWriter *writer);
/* `data` is NULL for NULL. */
void row_writer_value(RowWriter *writer, ValueKind kind, const char *data, size_t size);
void row_writer_end(RowWriter *writer); /* with a newline */

/* How a number stands in JSON, into `buffer`; false if it is to be a text. */
bool row_format_number(ValueKind kind, const char *text, size_t size, Buffer *buffer);
