/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/report.h"

#include <ctype.h>
#include <string.h>

#include "util/json-writer.h"
#include "util/utf8.h"

#define BODY_MAX ((size_t) 128 * 1024)
#define HEADER_NAME_MAX 128U

/* --- headers --------------------------------------------------------------------------------------- */

static void header_name(const char *header, char name[static HEADER_NAME_MAX]) {
        size_t n = MIN(strcspn(header, ":"), (size_t) HEADER_NAME_MAX - 1);

        for (size_t i = 0; i < n; i++)
                name[i] = (char) tolower((unsigned char) header[i]);
        name[n] = '\0';
}

static const char *header_value(const char *header) {
        header += strcspn(header, ":") + 1;
        return header + strspn(header, " \t");
}

/* How many of the first `n` have that name. */
static size_t count_named(char *const *headers, size_t n, const char *name) {
        char other[HEADER_NAME_MAX];
        size_t found = 0;

        for (size_t i = 0; i < n; i++) {
                header_name(headers[i], other);
                found += strcmp(name, other) == 0;
        }
        return found;
}

static void add_header(JsonWriter *writer, char *const *headers, size_t i, size_t n, const char *name) {
        char other[HEADER_NAME_MAX];

        if (count_named(headers, n, name) == 1) {
                json_writer_string(writer, name, header_value(headers[i]));
                return;
        }
        json_writer_begin_array(writer, name);
        for (; i < n; i++) {
                header_name(headers[i], other);
                if (strcmp(name, other) == 0)
                        json_writer_string(writer, NULL, header_value(headers[i]));
        }
        json_writer_end_array(writer);
}

static void add_headers(JsonWriter *writer, char *const *headers) {
        char name[HEADER_NAME_MAX];
        size_t n = 0;

        while (headers && headers[n])
                n++;
        json_writer_begin_object(writer, "headers");
        for (size_t i = 0; i < n; i++) {
                header_name(headers[i], name);
                if (count_named(headers, i, name) == 0)
                        add_header(writer, headers, i, n, name);
        }
        json_writer_end_object(writer);
}

/* --- body ------------------------------------------------------------------------------------------ */

/* How much of it is whole characters, or SIZE_MAX: it is no text. */
static size_t text_size(const char *data, size_t size, size_t limit) {
        size_t at = 0, kept = 0;

        while (at < size) {
                size_t length = data[at] == '\0' ? 0 : utf8_length(data + at, size - at);

                if (length == 0)
                        return size - at < 4 && at > 0 && (data[at] & 0x80) && kept >= limit ? kept
                                                                                             : SIZE_MAX;
                at += length;
                if (at <= limit)
                        kept = at;
        }
        return kept;
}

static void add_base64(JsonWriter *writer, const char *data, size_t size) {
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        const unsigned char *bytes = (const unsigned char *) data;

        for (size_t i = 0; i < size; i += 3) {
                unsigned n = (unsigned) MIN(size - i, (size_t) 3);
                unsigned value = (unsigned) bytes[i] << 16 | (n > 1 ? (unsigned) bytes[i + 1] << 8 : 0) |
                                (n > 2 ? bytes[i + 2] : 0U);

                for (unsigned k = 0; k < 4; k++)
                        (void) buffer_add_char(&buffer, k <= n ? digits[value >> (18 - 6 * k) & 0x3F] : '=');
        }
        json_writer_string_n(writer, "body-base64", buffer.data ?: "", buffer.size);
        writer->buffer->failed |= buffer.failed;
}

static void add_body(JsonWriter *writer, const HttpResult *result, size_t limit) {
        size_t size = MIN(result->body_size, limit), text;

        text = text_size(result->body, result->body_size, size);
        if (text != SIZE_MAX) {
                size = text;
                json_writer_string_n(writer, "body", result->body, size);
        } else {
                add_base64(writer, result->body, size);
        }
        json_writer_bool(writer, "truncated", result->truncated || size < result->body_size);
}

/* --- the whole ------------------------------------------------------------------------------------- */

static void add_times(JsonWriter *writer, const HttpTimes *times) {
        const struct {
                const char *name;
                usec_t value_usec;
        } items[] = {
                { "resolve", times->resolve_usec }, { "connect", times->connect_usec },
                { "tls", times->tls_usec },         { "first-byte", times->first_byte_usec },
                { "total", times->total_usec },
        };

        json_writer_begin_object(writer, "time");
        for (size_t i = 0; i < ARRAY_SIZE(items); i++)
                json_writer_seconds(writer, items[i].name, items[i].value_usec);
        json_writer_end_object(writer);
}

static void add_all(
                JsonWriter *writer,
                const HttpCall *call,
                const HttpResult *result,
                const char *message,
                size_t limit) {

        json_writer_begin_object(writer, NULL);
        if (message)
                json_writer_string(writer, "message", message);
        if (result->status >= 0) {
                json_writer_integer(writer, "status", result->status);
                json_writer_string(writer, "http-version", result->version);
                if (call->save_headers)
                        add_headers(writer, result->headers);
                if (call->save_body)
                        add_body(writer, result, limit);
                json_writer_integer(writer, "body-size", (int64_t) result->body_size);
                json_writer_integer(writer, "redirects", result->redirects);
        }
        if (result->address[0] != '\0')
                json_writer_string(writer, "address", result->address);
        add_times(writer, &result->times);
        json_writer_end_object(writer);
}

int report_format(const HttpCall *call, const HttpResult *result, const char *message, char **ret) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        for (size_t limit = BODY_MAX;; limit /= 2) {
                JsonWriter writer;

                buffer_clear(&buffer);
                json_writer_init(&writer, &buffer);
                add_all(&writer, call, result, message, limit);
                if (buffer.failed)
                        return -ENOMEM;
                if (buffer.size <= RESULT_SIZE_MAX)
                        return buffer_take(&buffer, ret);
                if (limit == 0)
                        return -EMSGSIZE;
        }
}
