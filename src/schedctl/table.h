/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Columns on a screen, as systemctl prints them: as wide as their widest cell, and when that is more than the
 * screen has, those that may shrink are cut with an ellipsis.
 */

#include <stdio.h>

#include "schedctl/screen.h"
#include "util/cleanup.h"
#include "util/types.h"

typedef struct TableColumn {
        const char *title; /* "" for a column of glyphs, which is left out where there is no terminal */
        bool right;        /* numbers */
        bool shrink;
} TableColumn;

typedef struct Table Table;

int table_new(const TableColumn *columns, size_t n_columns, Table **ret);
Table *table_free(Table *table);
DEFINE_CLEANUP(Table, table_free);

/*
 * Cells come in order, row by row; the text is copied and cleaned (text.h), NULL and "" show as "-". A
 * failure is remembered and returned by table_print().
 */
void table_add(Table *table, const char *text);
void table_add_colour(Table *table, const char *text, Colour colour);
void table_add_format(Table *table, const char *format, ...) PRINTF_LIKE(2, 3);

size_t table_n_rows(const Table *table);

/* Returns 0 or -ENOMEM. */
int table_print(const Table *table, const Screen *screen, bool legend, const char *indent, FILE *file);
