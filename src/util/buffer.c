/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#define ALLOCATED_MIN 64U

void buffer_done(Buffer *buffer) {
        free(buffer->data);
        *buffer = (Buffer){ 0 };
}

void buffer_clear(Buffer *buffer) {
        buffer->size = 0;
        buffer->failed = false;
        if (buffer->data)
                buffer->data[0] = '\0';
}

static int buffer_fail(Buffer *buffer) {
        buffer->failed = true;
        return -ENOMEM;
}

/* Makes room for `size` more bytes and the final NUL. */
static int buffer_grow(Buffer *buffer, size_t size) {
        size_t needed, wanted;
        char *grown;

        if (buffer->failed)
                return -ENOMEM;
        if (__builtin_add_overflow(buffer->size, size, &needed) || __builtin_add_overflow(needed, 1, &needed))
                return buffer_fail(buffer);
        if (needed <= buffer->allocated)
                return 0;

        if (__builtin_add_overflow(buffer->allocated, buffer->allocated / 2, &wanted))
                wanted = needed;
        wanted = MAX(wanted, needed);
        wanted = MAX(wanted, (size_t) ALLOCATED_MIN);
        grown = realloc(buffer->data, wanted);
        if (!grown)
                return buffer_fail(buffer);

        buffer->data = grown;
        buffer->allocated = wanted;
        return 0;
}

int buffer_add(Buffer *buffer, const void *data, size_t size) {
        int r;

        r = buffer_grow(buffer, size);
        if (r < 0)
                return r;

        if (size > 0)
                memcpy(buffer->data + buffer->size, data, size);
        buffer->size += size;
        buffer->data[buffer->size] = '\0';
        return 0;
}

int buffer_add_string(Buffer *buffer, const char *text) {
        return buffer_add(buffer, text, strlen(text));
}

int buffer_add_char(Buffer *buffer, char character) {
        return buffer_add(buffer, &character, 1);
}

int buffer_add_format(Buffer *buffer, const char *format, ...) {
        va_list arguments;
        int n, r;

        va_start(arguments, format);
        n = vsnprintf(NULL, 0, format, arguments);
        va_end(arguments);
        if (n < 0)
                return buffer_fail(buffer);

        r = buffer_grow(buffer, (size_t) n);
        if (r < 0)
                return r;

        va_start(arguments, format);
        n = vsnprintf(buffer->data + buffer->size, (size_t) n + 1, format, arguments);
        va_end(arguments);
        assert(n >= 0);
        buffer->size += (size_t) n;
        return 0;
}

void buffer_consume(Buffer *buffer, size_t size) {
        assert(size <= buffer->size);

        if (size == 0)
                return;
        buffer->size -= size;
        memmove(buffer->data, buffer->data + size, buffer->size + 1);
}

int buffer_take(Buffer *buffer, char **ret) {
        int r;

        r = buffer_add(buffer, NULL, 0); /* an empty buffer has no memory yet */
        if (r >= 0)
                *ret = TAKE_PTR(buffer->data);
        buffer_done(buffer);
        return r;
}
