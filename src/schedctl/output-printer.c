/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/output-printer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schedctl/text.h"
#include "util/json-writer.h"

static const char *const stream_names
                [] = { [PIECE_STDOUT] = "stdout", [PIECE_STDERR] = "stderr", [PIECE_NOTE] = "note" };

void output_printer_done(OutputPrinter *printer) {
        output_pieces_done(&printer->pieces);
}

static int print_json(const OutputPrinter *printer, PieceStream stream, const char *data, size_t size) {
        CLEANUP_FREE char *text = NULL;
        Buffer buffer = { 0 };
        JsonWriter writer;
        int r;

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        json_writer_integer(&writer, "execution", (int64_t) printer->execution_id);
        json_writer_string(&writer, "job", printer->job);
        json_writer_string(&writer, "stream", stream_names[stream]);
        json_writer_string_n(&writer, "text", data, size);
        json_writer_end_object(&writer);
        r = buffer_take(&buffer, &text);
        if (r < 0)
                return r;

        (void) puts(text);
        return 0;
}

/* Returns how many bytes at the front belong to lines that are skipped. */
static size_t skip_front(OutputPrinter *printer, const char *data, size_t size) {
        const char *at = data, *end = data + size;

        while (printer->skip_lines > 0 && at < end) {
                const char *newline = memchr(at, '\n', (size_t) (end - at));

                if (!newline)
                        return size;
                printer->skip_lines--;
                at = newline + 1;
        }
        return (size_t) (at - data);
}

static void add_indented(OutputPrinter *printer, const char *text, size_t size, Buffer *buffer) {
        bool in_line = printer->in_line;

        for (size_t i = 0; i < size; i++) {
                if (!in_line)
                        (void) buffer_add_string(buffer, printer->indent);
                (void) buffer_add_char(buffer, text[i]);
                in_line = text[i] != '\n';
        }
}

static int print_text(OutputPrinter *printer, PieceStream stream, const char *data, size_t size) {
        const Screen *screen = &printer->context->screen;
        Colour colour = stream == PIECE_NOTE ? COLOUR_GREY : COLOUR_NONE;
        FILE *file = printer->split && stream != PIECE_STDOUT ? stderr : stdout;
        Buffer clean = { 0 }, lines = { 0 };
        const Buffer *shown = &clean;
        int r;

        /* a pipe gets what the job wrote, a terminal what cannot harm it */
        r = screen->terminal || printer->indent ? text_clean_output(&clean, data, size, !printer->indent)
                                                : buffer_add(&clean, data, size);
        if (r >= 0 && printer->indent) {
                add_indented(printer, clean.data, clean.size, &lines);
                shown = &lines;
                r = lines.failed ? -ENOMEM : 0;
        }
        if (r >= 0) {
                if (file == stderr)
                        (void) fflush(stdout); /* or the two would change places */
                (void) fputs(screen_colour(screen, colour), file);
                (void) fwrite(shown->data, 1, shown->size, file);
                printer->is_coloured = printer->is_coloured || memchr(shown->data, '\x1b', shown->size);
                (void) fputs(screen_reset(screen, colour), file);
                printer->in_line = data[size - 1] != '\n';
        }
        buffer_done(&clean);
        buffer_done(&lines);
        return r;
}

static int on_piece(void *userdata, PieceStream stream, const char *data, size_t size) {
        OutputPrinter *printer = userdata;
        size_t skip = (size_t) MIN((uint64_t) size, printer->skip_bytes);

        printer->n_bytes += size;
        printer->has_gap = printer->has_gap || stream == PIECE_NOTE;
        printer->skip_bytes -= skip;
        skip += skip_front(printer, data + skip, size - skip);
        if (skip == size)
                return 0;
        if (printer->context->options.output == OUTPUT_JSON && !printer->indent)
                return print_json(printer, stream, data + skip, size - skip);
        return print_text(printer, stream, data + skip, size - skip);
}

int output_printer_add(OutputPrinter *printer, const void *data, size_t size) {
        return output_pieces_add(&printer->pieces, data, size, on_piece, printer);
}

int output_printer_text(OutputPrinter *printer, const char *text) {
        return print_text(printer, PIECE_STDOUT, text, strlen(text));
}

int output_printer_line(OutputPrinter *printer, PieceStream stream, const char *text, size_t size) {
        CLEANUP(buffer_done) Buffer line = { 0 };

        (void) buffer_add(&line, text, size);
        if (buffer_add_char(&line, '\n') < 0)
                return -ENOMEM;
        return on_piece(printer, stream, line.data, line.size);
}

int output_printer_note(OutputPrinter *printer, const char *format, ...) {
        CLEANUP_FREE char *text = NULL;
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = vasprintf(&text, format, arguments);
        va_end(arguments);
        if (r < 0) {
                text = NULL;
                return -ENOMEM;
        }
        return output_printer_line(printer, PIECE_NOTE, text, strlen(text));
}

void output_printer_end(OutputPrinter *printer) {
        /* What comes next is ours, and has to be seen whatever colour the job has left. */
        if (printer->is_coloured && (printer->indent || printer->context->screen.terminal))
                (void) fputs("\x1b[0m", stdout);
        printer->is_coloured = false;
        if (printer->in_line && (printer->indent || printer->context->screen.terminal))
                (void) putchar('\n');
        printer->in_line = false;
        (void) fflush(stdout);
}

typedef struct LineCount {
        uint64_t n_lines;
        bool in_line;
} LineCount;

static int count_piece(void *userdata, PieceStream stream, const char *data, size_t size) {
        LineCount *count = userdata;

        for (size_t i = 0; i < size; i++) {
                if (!count->in_line)
                        count->n_lines++;
                count->in_line = data[i] != '\n';
        }
        return 0;
}

int output_printer_tail(OutputPrinter *printer, const char *data, size_t size, uint64_t n_lines) {
        OutputPieces pieces = { 0 };
        LineCount count = { 0 };
        int r = 0;

        if (n_lines != UINT64_MAX) {
                r = output_pieces_add(&pieces, data, size, count_piece, &count);
                output_pieces_done(&pieces);
                printer->skip_lines = count.n_lines - MIN(n_lines, count.n_lines);
        }
        if (r >= 0)
                r = output_printer_add(printer, data, size);
        return r;
}
