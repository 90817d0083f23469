/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A growable byte buffer. The zero value is an empty one. Always followed by a NUL that does not count. */

#include "util/cleanup.h"
#include "util/types.h"

typedef struct Buffer {
        char *data; /* NULL until something was added */
        size_t size;
        size_t allocated;
        bool failed; /* out of memory once: later calls do nothing; see buffer_take() */
} Buffer;

void buffer_done(Buffer *buffer);
void buffer_clear(Buffer *buffer); /* keeps the memory, forgets a failure */

/*
 * Adding sets `failed` when memory runs out, so that a long sequence is checked once at its end. Each also
 * returns 0 or -ENOMEM.
 */
int buffer_add(Buffer *buffer, const void *data, size_t size);
int buffer_add_string(Buffer *buffer, const char *text);
int buffer_add_char(Buffer *buffer, char character);
int buffer_add_format(Buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Drops the first `size` bytes. */
void buffer_consume(Buffer *buffer, size_t size);

/* Gives the text away ("" if there is none) and empties the buffer, also when it fails. Returns 0 or -ENOMEM,
 * which is also what an earlier addition may have met. */
int buffer_take(Buffer *buffer, char **ret);
