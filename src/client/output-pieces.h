/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The output of a job as the daemon gives it: pieces {u8 stream, u8 0[3], u32 little-endian size, bytes}.
 * They may arrive cut anywhere (from a pipe); what is incomplete waits for the rest.
 */

#include "util/buffer.h"

typedef enum PieceStream {
        PIECE_STDOUT = 1,
        PIECE_STDERR = 2,
        PIECE_NOTE = 3, /* a remark of the daemon or the runner */
} PieceStream;

typedef struct OutputPieces {
        Buffer pending;
} OutputPieces;

typedef int (*output_piece_t)(void *userdata, PieceStream stream, const char *data, size_t size);

void output_pieces_done(OutputPieces *pieces);

/*
 * Takes more bytes and hands on every piece that is complete. Returns 0, -EBADMSG (these are no pieces),
 * -ENOMEM, or what `on_piece` failed with.
 */
int output_pieces_add(
                OutputPieces *pieces,
                const void *data,
                size_t size,
                output_piece_t on_piece,
                void *userdata);
