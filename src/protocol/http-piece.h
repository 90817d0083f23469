/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What goes to the HTTP worker beside a request: contents that the request only names, credentials by their
 * name and files by the number that they have in MessageStart.files ("0", "1", …).
 *
 * Each piece is {u8 kind, u8 0[3], u32le size of the name, u32le size of the content, name, content}.
 */

#include "util/types.h"

typedef enum HttpPieceKind {
        HTTP_PIECE_CREDENTIAL,
        HTTP_PIECE_FILE,
        HTTP_PIECE_KIND_COUNT,
} HttpPieceKind;

typedef struct HttpPiece {
        HttpPieceKind kind;
        const char *name; /* not followed by a NUL */
        size_t name_size;
        const char *data;
        size_t size;
} HttpPiece;

size_t http_piece_size(const HttpPiece *piece);
/* Writes http_piece_size() bytes, and returns how many: secrets go where they stay, never through memory that
 * grows. */
size_t http_piece_write(const HttpPiece *piece, char *target);
/* Reads the piece at the start of `data`. Returns its whole size, or 0: there is none that is complete. */
size_t http_piece_read(const char *data, size_t size, HttpPiece *ret);
/* The piece of that kind and name. */
bool http_piece_find(const char *data, size_t size, HttpPieceKind kind, const char *name, HttpPiece *ret);
