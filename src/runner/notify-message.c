/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/notify-message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/utf8.h"

void notify_message_done(NotifyMessage *message) {
        free(message->status);
        *message = (NotifyMessage){ .progress = -1 };
}

/* "42", or "42%"; nothing else is a progress. */
static int read_progress(const char *text, size_t size) {
        int value = 0;

        if (size > 1 && text[size - 1] == '%')
                size--;
        if (size == 0 || size > 3)
                return -1;
        for (size_t i = 0; i < size; i++) {
                if (text[i] < '0' || text[i] > '9')
                        return -1;
                value = value * 10 + text[i] - '0';
        }
        return value <= 100 ? value : -1;
}

/* A terminal shall see nothing but text. C1 controls are two bytes: 0xc2 0x80 … 0xc2 0x9f. */
static void blank_controls(char *text) {
        for (unsigned char *c = (unsigned char *) text; *c != '\0'; c++) {
                if (*c < 0x20 || *c == 0x7f) {
                        *c = ' ';
                } else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) {
                        c[0] = c[1] = ' ';
                }
        }
}

static int read_status(const char *text, size_t size, char **ret) {
        char *status;
        int r;

        r = utf8_clean(text, size, NOTIFY_STATUS_MAX, &status);
        if (r < 0)
                return r;
        blank_controls(status);
        free(*ret);
        *ret = status;
        return 0;
}

static const char *value_of(const char *line, size_t length, const char *name, size_t *ret_size) {
        size_t name_length = strlen(name);

        if (length < name_length || memcmp(line, name, name_length) != 0)
                return NULL;
        *ret_size = length - name_length;
        return line + name_length;
}

int notify_message_parse(const char *data, size_t size, NotifyMessage *ret) {
        CLEANUP(notify_message_done) NotifyMessage message = { .progress = -1 };

        while (size > 0) {
                const char *end = memchr(data, '\n', size), *value;
                size_t length = end ? (size_t) (end - data) : size, value_size;
                int r = 0;

                value = value_of(data, length, "X_PROGRESS=", &value_size);
                if (value && read_progress(value, value_size) >= 0)
                        message.progress = read_progress(value, value_size);
                value = value_of(data, length, "STATUS=", &value_size);
                if (value)
                        r = read_status(value, value_size, &message.status);
                if (r < 0)
                        return r;
                data += length + (end != NULL);
                size -= length + (end != NULL);
        }
        if (message.progress < 0 && !message.status)
                return 0;
        *ret = message;
        message = (NotifyMessage){ .progress = -1 };
        return 1;
}
