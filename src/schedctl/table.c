/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/table.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "schedctl/text.h"
#include "util/buffer.h"

#define GAP ((size_t) 2)       /* blanks between two columns */
#define WIDTH_MIN ((size_t) 8) /* a column does not shrink below this */
#define COLUMNS_LIMIT ((size_t) 16)

typedef struct Cell {
        char *text;
        size_t width;
        Colour colour;
} Cell;

struct Table {
        const TableColumn *columns;
        size_t n_columns;
        Cell *cells;
        size_t n_cells, n_allocated;
        bool failed;
};

int table_new(const TableColumn *columns, size_t n_columns, Table **ret) {
        Table *table;

        assert(n_columns > 0 && n_columns <= COLUMNS_LIMIT);

        table = calloc(1, sizeof(*table));
        if (!table)
                return -ENOMEM;

        table->columns = columns;
        table->n_columns = n_columns;
        *ret = table;
        return 0;
}

Table *table_free(Table *table) {
        if (!table)
                return NULL;

        for (size_t i = 0; i < table->n_cells; i++)
                free(table->cells[i].text);
        free(table->cells);
        free(table);
        return NULL;
}

static Cell *new_cell(Table *table) {
        Cell *cells;
        size_t n;

        if (table->n_cells == table->n_allocated) {
                n = MAX(table->n_allocated * 2, (size_t) 64);
                cells = reallocarray(table->cells, n, sizeof(*cells));
                if (!cells)
                        return NULL;
                table->cells = cells;
                table->n_allocated = n;
        }
        table->cells[table->n_cells] = (Cell){ 0 };
        return &table->cells[table->n_cells++];
}

void table_add_colour(Table *table, const char *text, Colour colour) {
        Buffer buffer = { 0 };
        Cell *cell = new_cell(table);

        if (!cell) {
                table->failed = true;
                return;
        }

        (void) text_clean(&buffer, text && *text ? text : "-");
        if (buffer_take(&buffer, &cell->text) < 0) {
                table->failed = true;
                return;
        }
        cell->width = text_width(cell->text);
        cell->colour = colour;
}

void table_add(Table *table, const char *text) {
        table_add_colour(table, text, COLOUR_NONE);
}

void table_add_format(Table *table, const char *format, ...) {
        CLEANUP_FREE char *text = NULL;
        va_list arguments;

        va_start(arguments, format);
        if (vasprintf(&text, format, arguments) < 0) {
                text = NULL;
                table->failed = true;
        }
        va_end(arguments);

        table_add(table, text);
}

size_t table_n_rows(const Table *table) {
        return table->n_cells / table->n_columns;
}

static bool is_shown(const Table *table, const Screen *screen, size_t column) {
        return *table->columns[column].title || screen->terminal;
}

static void measure(const Table *table, bool legend, size_t *widths) {
        for (size_t i = 0; i < table->n_columns; i++)
                widths[i] = legend ? text_width(table->columns[i].title) : 0;
        for (size_t i = 0; i < table->n_cells; i++)
                widths[i % table->n_columns] = MAX(widths[i % table->n_columns], table->cells[i].width);
}

static size_t total_width(const Table *table, const Screen *screen, const size_t *widths) {
        size_t total = 0;

        for (size_t i = 0; i < table->n_columns; i++)
                if (is_shown(table, screen, i))
                        total += widths[i] + (total > 0 ? GAP : 0);
        return total;
}

/* Takes from the widest column that may shrink, column by column, until the rest fits or nothing is left. */
static void shrink(const Table *table, const Screen *screen, size_t room, size_t *widths) {
        while (total_width(table, screen, widths) > room) {
                size_t widest = SIZE_MAX;

                for (size_t i = 0; i < table->n_columns; i++)
                        if (table->columns[i].shrink && widths[i] > WIDTH_MIN &&
                            (widest == SIZE_MAX || widths[i] > widths[widest]))
                                widest = i;
                if (widest == SIZE_MAX)
                        return;
                widths[widest]--;
        }
}

static void add_blanks(Buffer *buffer, size_t n) {
        for (size_t i = 0; i < n; i++)
                (void) buffer_add_char(buffer, ' ');
}

typedef struct Layout {
        const Table *table;
        const Screen *screen;
        const char *indent;
        size_t widths[COLUMNS_LIMIT];
        size_t last; /* column that is shown last: nothing is padded behind it */
} Layout;

static void format_cell(const Layout *layout, size_t column, const Cell *cell, Buffer *line) {
        size_t width = layout->widths[column], used;
        bool right = layout->table->columns[column].right;

        if (right)
                add_blanks(line, width - MIN(width, cell->width));
        (void) buffer_add_string(line, screen_colour(layout->screen, cell->colour));
        used = text_add_cut(line, layout->screen, cell->text, width);
        (void) buffer_add_string(line, screen_reset(layout->screen, cell->colour));
        if (!right && column != layout->last)
                add_blanks(line, width - MIN(width, used));
}

static int print_row(const Layout *layout, const Cell *cells, FILE *file) {
        CLEANUP_FREE char *text = NULL;
        Buffer line = { 0 };
        bool first = true;

        (void) buffer_add_string(&line, layout->indent);
        for (size_t i = 0; i < layout->table->n_columns; i++) {
                if (!is_shown(layout->table, layout->screen, i))
                        continue;
                if (!first)
                        add_blanks(&line, GAP);
                format_cell(layout, i, &cells[i], &line);
                first = false;
        }
        if (buffer_take(&line, &text) < 0)
                return -ENOMEM;

        (void) fprintf(file, "%s\n", text); /* a broken pipe ends the program */
        return 0;
}

static int print_legend(const Layout *layout, FILE *file) {
        Cell titles[COLUMNS_LIMIT];

        for (size_t i = 0; i < layout->table->n_columns; i++)
                titles[i] = (Cell){
                        .text = (char *) layout->table->columns[i].title,
                        .width = text_width(layout->table->columns[i].title),
                        .colour = *layout->table->columns[i].title ? COLOUR_UNDERLINE : COLOUR_NONE,
                };
        return print_row(layout, titles, file);
}

int table_print(const Table *table, const Screen *screen, bool legend, const char *indent, FILE *file) {
        Layout layout = { .table = table, .screen = screen, .indent = indent };
        int r;

        if (table->failed)
                return -ENOMEM;
        assert(table->n_cells % table->n_columns == 0);

        measure(table, legend, layout.widths);
        if (screen->columns > 0)
                shrink(table, screen, screen->columns - MIN((size_t) screen->columns, strlen(indent)),
                       layout.widths);
        for (size_t i = 0; i < table->n_columns; i++)
                if (is_shown(table, screen, i))
                        layout.last = i;

        if (legend) {
                r = print_legend(&layout, file);
                if (r < 0)
                        return r;
        }
        for (size_t i = 0; i < table->n_cells; i += table->n_columns) {
                r = print_row(&layout, table->cells + i, file);
                if (r < 0)
                        return r;
        }
        return 0;
}
