/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is kept of a run's output: its head and its tail, within a number of bytes.
 *
 * The result is pieces in the order in which they were written, each {u8 stream, u8 0[3], u32le size, bytes};
 * where bytes were left out stands one piece of STREAM_REMARK that says how many.
 */

#include "util/buffer.h"
#include "util/types.h"

#define STREAM_END 0U
#define STREAM_STDOUT 1U
#define STREAM_STDERR 2U
#define STREAM_REMARK 3U

#define PIECE_HEADER_SIZE 8U

typedef struct OutputCapture {
        size_t limit_bytes; /* headers of pieces count too */
        uint64_t total_bytes;

        Buffer head;
        size_t head_last; /* where the header of the last piece begins */

        /*
         * A ring of pieces. Positions only grow: a byte is at position % tail_limit. The header of the first
         * piece has been taken off, its rest is (front_stream, front_left).
         */
        char *tail;
        size_t tail_limit;
        uint64_t tail_begin, tail_end, tail_last; /* tail_last: the last header, if not before tail_begin */
        uint8_t front_stream;
        size_t front_left;

        uint64_t left_out_bytes;
} OutputCapture;

void output_capture_init(OutputCapture *capture, size_t limit_bytes);
void output_capture_done(OutputCapture *capture);

/* Out of memory leaves the bytes out, and they are counted so. */
void output_capture_add(OutputCapture *capture, uint8_t stream, const void *data, size_t size);

/* Appends the pieces. Returns 0 or -ENOMEM. */
int output_capture_format(const OutputCapture *capture, Buffer *buffer);

/* Takes up where output_capture_format() left another one: for a re-exec. Returns 0, -EBADMSG or -ENOMEM. */
int output_capture_restore(OutputCapture *capture, const void *pieces, size_t size, uint64_t total_bytes);

/* Appends one piece. Returns 0 or -ENOMEM. */
int output_piece_add(Buffer *buffer, uint8_t stream, const void *data, size_t size);

/* Reads the piece at the start of `data`. Returns its whole size, or 0: there is no complete piece. */
size_t output_piece_read(
                const void *data,
                size_t size,
                uint8_t *ret_stream,
                const char **ret,
                size_t *ret_size);
