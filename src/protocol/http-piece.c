/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/http-piece.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#define HEADER_SIZE ((size_t) 12)

static uint32_t read_u32(const char *data) {
        uint32_t value;

        memcpy(&value, data, sizeof(value));
        return le32toh(value);
}

static void write_u32(char *target, size_t size) {
        uint32_t value = htole32((uint32_t) size);

        memcpy(target, &value, sizeof(value));
}

size_t http_piece_size(const HttpPiece *piece) {
        return HEADER_SIZE + piece->name_size + piece->size;
}

size_t http_piece_write(const HttpPiece *piece, char *target) {
        assert(piece->name_size <= UINT32_MAX && piece->size <= UINT32_MAX);

        memset(target, 0, HEADER_SIZE);
        target[0] = (char) piece->kind;
        write_u32(target + 4, piece->name_size);
        write_u32(target + 8, piece->size);
        memcpy(target + HEADER_SIZE, piece->name, piece->name_size);
        if (piece->size > 0)
                memcpy(target + HEADER_SIZE + piece->name_size, piece->data, piece->size);
        return http_piece_size(piece);
}

size_t http_piece_read(const char *data, size_t size, HttpPiece *ret) {
        HttpPiece piece;

        if (size < HEADER_SIZE || (unsigned char) data[0] >= HTTP_PIECE_KIND_COUNT)
                return 0;
        piece = (HttpPiece){
                .kind = (HttpPieceKind) data[0],
                .name = data + HEADER_SIZE,
                .name_size = read_u32(data + 4),
                .size = read_u32(data + 8),
        };
        if (piece.name_size > size - HEADER_SIZE || piece.size > size - HEADER_SIZE - piece.name_size)
                return 0;
        piece.data = piece.name + piece.name_size;
        *ret = piece;
        return http_piece_size(&piece);
}

bool http_piece_find(const char *data, size_t size, HttpPieceKind kind, const char *name, HttpPiece *ret) {
        size_t length = strlen(name), used;

        for (HttpPiece piece; (used = http_piece_read(data, size, &piece)) > 0; data += used, size -= used) {
                if (piece.kind == kind && piece.name_size == length &&
                    memcmp(piece.name, name, length) == 0) {
                        *ret = piece;
                        return true;
                }
        }
        return false;
}
