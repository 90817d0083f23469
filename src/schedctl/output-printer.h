/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The output of jobs on its way to the screen. */

#include "client/output-pieces.h"
#include "schedctl/context.h"

typedef struct OutputPrinter {
        const Context *context;
        uint64_t execution_id;
        const char *job;     /* borrowed; NULL: unknown */
        const char *indent;  /* before each line; NULL: as it is */
        bool split;          /* stderr goes to stderr, instead of all to stdout */
        uint64_t skip_lines; /* from the front */
        uint64_t skip_bytes; /* likewise: what was printed before a connection broke */
        uint64_t n_bytes;    /* that were taken */
        bool in_line;        /* the last byte was no line break */
        bool has_gap;        /* some was left out, which a remark has said */
        bool is_coloured;    /* the job may have left a colour behind */
        OutputPieces pieces;
} OutputPrinter;

void output_printer_done(OutputPrinter *printer);

/* Takes bytes as the daemon gives them. Returns 0, -EBADMSG or -ENOMEM. */
int output_printer_add(OutputPrinter *printer, const void *data, size_t size);

/* Prints a line of output that has lost its line break, and a remark of ours. Both return 0 or -ENOMEM. */
int output_printer_line(OutputPrinter *printer, PieceStream stream, const char *text, size_t size);
int output_printer_note(OutputPrinter *printer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Prints a text as if it were output. Returns 0 or -ENOMEM. */
int output_printer_text(OutputPrinter *printer, const char *text);

/* Ends an unfinished line on a terminal. */
void output_printer_end(OutputPrinter *printer);

/* Prints the last `n_lines` lines of kept output (UINT64_MAX: all). */
int output_printer_tail(OutputPrinter *printer, const char *data, size_t size, uint64_t n_lines);
