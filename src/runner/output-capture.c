/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/output-capture.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void header_write(char *header, uint8_t stream, size_t size) {
        uint32_t size_le = htole32((uint32_t) size);

        memset(header, 0, PIECE_HEADER_SIZE);
        header[0] = (char) stream;
        memcpy(header + 4, &size_le, sizeof(size_le));
}

static size_t header_size(const char *header) {
        uint32_t size_le;

        memcpy(&size_le, header + 4, sizeof(size_le));
        return le32toh(size_le);
}

void output_capture_init(OutputCapture *capture, size_t limit_bytes) {
        *capture = (OutputCapture){ .limit_bytes = limit_bytes, .head_last = SIZE_MAX };
}

void output_capture_done(OutputCapture *capture) {
        buffer_done(&capture->head);
        free(capture->tail);
        *capture = (OutputCapture){ 0 };
}

static int add_piece(Buffer *buffer, size_t *last, uint8_t stream, const char *data, size_t size) {
        char header[PIECE_HEADER_SIZE];

        if (*last != SIZE_MAX && (uint8_t) buffer->data[*last] == stream) {
                header_write(header, stream, header_size(buffer->data + *last) + size);
                if (buffer_add(buffer, data, size) < 0)
                        return -ENOMEM;
                memcpy(buffer->data + *last, header, sizeof(header));
                return 0;
        }

        header_write(header, stream, size);
        *last = buffer->size;
        (void) buffer_add(buffer, header, sizeof(header));
        return buffer_add(buffer, data, size);
}

/* Returns how much of it went into the head. */
static size_t add_to_head(OutputCapture *capture, uint8_t stream, const char *data, size_t size) {
        size_t limit = capture->limit_bytes - capture->limit_bytes / 2, room;
        bool joins = capture->head_last != SIZE_MAX &&
                        (uint8_t) capture->head.data[capture->head_last] == stream;
        size_t overhead = joins ? 0 : PIECE_HEADER_SIZE;

        if (capture->tail || capture->head.failed || capture->head.size + overhead >= limit)
                return 0;
        room = MIN(size, limit - capture->head.size - overhead);
        return add_piece(&capture->head, &capture->head_last, stream, data, room) < 0 ? 0 : room;
}

static void ring_copy_in(OutputCapture *capture, uint64_t position, const void *data, size_t size) {
        size_t at = (size_t) (position % capture->tail_limit);
        size_t first = MIN(size, capture->tail_limit - at);

        memcpy(capture->tail + at, data, first);
        memcpy(capture->tail, (const char *) data + first, size - first);
}

static void ring_copy_out(const OutputCapture *capture, uint64_t position, void *ret, size_t size) {
        size_t at = (size_t) (position % capture->tail_limit);
        size_t first = MIN(size, capture->tail_limit - at);

        memcpy(ret, capture->tail + at, first);
        memcpy((char *) ret + first, capture->tail, size - first);
}

/* Drops the oldest bytes until there is room for `size` more. */
static void ring_make_room(OutputCapture *capture, size_t size) {
        assert(size <= capture->tail_limit);

        while (capture->tail_limit - (size_t) (capture->tail_end - capture->tail_begin) < size) {
                size_t missing = size -
                                (capture->tail_limit - (size_t) (capture->tail_end - capture->tail_begin));

                if (capture->front_left > 0) {
                        size_t dropped = MIN(missing, capture->front_left);

                        capture->front_left -= dropped;
                        capture->tail_begin += dropped;
                        capture->left_out_bytes += dropped;
                } else {
                        char header[PIECE_HEADER_SIZE];

                        ring_copy_out(capture, capture->tail_begin, header, sizeof(header));
                        capture->front_stream = (uint8_t) header[0];
                        capture->front_left = header_size(header);
                        capture->tail_begin += sizeof(header);
                }
        }
}

/* Counts `size` bytes to the last piece if it is of this stream, otherwise begins a new one. */
static void ring_add_header(OutputCapture *capture, uint8_t stream, size_t size) {
        bool in_ring = capture->tail_last >= capture->tail_begin && capture->tail_last < capture->tail_end;
        char header[PIECE_HEADER_SIZE];

        if (!in_ring && capture->tail_end > 0 && capture->front_stream == stream && capture->front_left > 0) {
                capture->front_left += size; /* the first piece is the last one */
                return;
        }
        if (in_ring) {
                ring_copy_out(capture, capture->tail_last, header, sizeof(header));
                if ((uint8_t) header[0] == stream) {
                        header_write(header, stream, header_size(header) + size);
                        ring_copy_in(capture, capture->tail_last, header, sizeof(header));
                        return;
                }
        }
        header_write(header, stream, size);
        capture->tail_last = capture->tail_end;
        ring_copy_in(capture, capture->tail_end, header, sizeof(header));
        capture->tail_end += sizeof(header);
}

static void add_to_tail(OutputCapture *capture, uint8_t stream, const char *data, size_t size) {
        size_t limit = capture->limit_bytes / 2;

        if (!capture->tail && limit > PIECE_HEADER_SIZE) {
                capture->tail = malloc(limit);
                capture->tail_limit = limit;
        }
        if (!capture->tail) {
                capture->left_out_bytes += size;
                return;
        }

        /* Only the last bytes can stay in any case. */
        if (size > capture->tail_limit - PIECE_HEADER_SIZE) {
                size_t skipped = size - (capture->tail_limit - PIECE_HEADER_SIZE);

                capture->left_out_bytes += skipped;
                data += skipped;
                size -= skipped;
        }
        ring_make_room(capture, size + PIECE_HEADER_SIZE);
        ring_add_header(capture, stream, size);
        ring_copy_in(capture, capture->tail_end, data, size);
        capture->tail_end += size;
}

void output_capture_add(OutputCapture *capture, uint8_t stream, const void *data, size_t size) {
        size_t done;

        if (size == 0)
                return;
        capture->total_bytes += size;
        done = add_to_head(capture, stream, data, size);
        if (done < size)
                add_to_tail(capture, stream, (const char *) data + done, size - done);
}

int output_piece_add(Buffer *buffer, uint8_t stream, const void *data, size_t size) {
        char header[PIECE_HEADER_SIZE];

        header_write(header, stream, size);
        (void) buffer_add(buffer, header, sizeof(header));
        return buffer_add(buffer, data, size);
}

static void format_remark(const OutputCapture *capture, Buffer *buffer) {
        char text[64];
        int n;

        if (capture->left_out_bytes == 0 || capture->limit_bytes == 0)
                return;
        n = snprintf(text, sizeof(text), "… %" PRIu64 " bytes left out …\n", capture->left_out_bytes);
        assert(n > 0 && (size_t) n < sizeof(text));
        (void) output_piece_add(buffer, STREAM_REMARK, text, (size_t) n);
}

int output_capture_format(const OutputCapture *capture, Buffer *buffer) {
        size_t in_ring = (size_t) (capture->tail_end - capture->tail_begin);
        CLEANUP_FREE char *tail = NULL;
        char header[PIECE_HEADER_SIZE];

        if (!capture->head.failed)
                (void) buffer_add(buffer, capture->head.data, capture->head.size);
        format_remark(capture, buffer);

        if (capture->tail && in_ring > 0) {
                tail = malloc(in_ring);
                if (!tail)
                        return -ENOMEM;
                ring_copy_out(capture, capture->tail_begin, tail, in_ring);
                if (capture->front_left > 0) {
                        header_write(header, capture->front_stream, capture->front_left);
                        (void) buffer_add(buffer, header, sizeof(header));
                }
                (void) buffer_add(buffer, tail, in_ring);
        }
        return buffer->failed ? -ENOMEM : 0;
}

size_t output_piece_read(
                const void *data,
                size_t size,
                uint8_t *ret_stream,
                const char **ret,
                size_t *ret_size) {
        const char *piece = data;
        size_t piece_size;

        if (size < PIECE_HEADER_SIZE)
                return 0;
        piece_size = header_size(piece);
        if (piece_size > size - PIECE_HEADER_SIZE)
                return 0;
        *ret_stream = (uint8_t) piece[0];
        *ret = piece + PIECE_HEADER_SIZE;
        *ret_size = piece_size;
        return PIECE_HEADER_SIZE + piece_size;
}

/* What follows the remark belongs to the tail: nothing more may go into the head then. */
int output_capture_restore(OutputCapture *capture, const void *pieces, size_t size, uint64_t total_bytes) {
        const char *rest = pieces;
        uint64_t kept = 0;
        bool cut = false;

        while (size > 0) {
                const char *data;
                size_t data_size, used;
                uint8_t stream;

                used = output_piece_read(rest, size, &stream, &data, &data_size);
                if (used == 0)
                        return -EBADMSG;
                if (stream == STREAM_REMARK) {
                        cut = true;
                } else if (cut) {
                        add_to_tail(capture, stream, data, data_size);
                        kept += data_size;
                } else {
                        output_capture_add(capture, stream, data, data_size);
                        kept += data_size;
                }
                rest += used;
                size -= used;
        }
        capture->total_bytes = total_bytes;
        capture->left_out_bytes = total_bytes > kept ? total_bytes - kept : 0;
        return 0;
}
