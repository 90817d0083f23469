/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "client/output-pieces.h"

#include <endian.h>
#include <string.h>

#define HEADER_SIZE ((size_t) 8)
#define PIECE_SIZE_MAX ((size_t) 64 * 1024 * 1024)

void output_pieces_done(OutputPieces *pieces) {
        buffer_done(&pieces->pending);
}

/* Returns 1 with the piece at the start of `data`, 0 if more bytes are needed, -EBADMSG. */
static int read_header(const char *data, size_t size, PieceStream *ret_stream, size_t *ret_size) {
        uint32_t piece_size;

        if (size < HEADER_SIZE)
                return 0;
        if (data[0] < PIECE_STDOUT || data[0] > PIECE_NOTE || data[1] || data[2] || data[3])
                return -EBADMSG;

        memcpy(&piece_size, data + 4, sizeof(piece_size));
        piece_size = le32toh(piece_size);
        if (piece_size > PIECE_SIZE_MAX)
                return -EBADMSG;
        if (size - HEADER_SIZE < piece_size)
                return 0;

        *ret_stream = (PieceStream) data[0];
        *ret_size = piece_size;
        return 1;
}

int output_pieces_add(
                OutputPieces *pieces,
                const void *data,
                size_t size,
                output_piece_t on_piece,
                void *userdata) {

        PieceStream stream;
        size_t piece_size, used = 0;
        int r;

        r = buffer_add(&pieces->pending, data, size);
        if (r < 0)
                return r;

        while ((r = read_header(pieces->pending.data + used, pieces->pending.size - used, &stream,
                                &piece_size)) > 0) {
                r = on_piece(userdata, stream, pieces->pending.data + used + HEADER_SIZE, piece_size);
                if (r < 0)
                        return r;
                used += HEADER_SIZE + piece_size;
        }

        buffer_consume(&pieces->pending, used);
        return r;
}
