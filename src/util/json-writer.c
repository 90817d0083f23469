/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/json-writer.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "util/string-list.h"
#include "util/timestamp.h"
#include "util/utf8.h"

/*
 * No function here returns an error: the Buffer remembers that memory ran out, and buffer_take() tells.
 */

void json_writer_init(JsonWriter *writer, Buffer *buffer) {
        *writer = (JsonWriter){ .buffer = buffer };
}

static bool is_plain(unsigned char character) {
        return character >= 0x20 && character < 0x7f && character != '"' && character != '\\';
}

static void write_escape(Buffer *buffer, unsigned char character) {
        static const char letters[] = { ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
                                        ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't' };

        if (character < sizeof(letters) && letters[character] != '\0') {
                (void) buffer_add_char(buffer, '\\');
                (void) buffer_add_char(buffer, letters[character]);
        } else
                (void) buffer_add_format(buffer, "\\u%04x", character);
}

static void write_text(Buffer *buffer, const char *text, size_t size) {
        const unsigned char *bytes = (const unsigned char *) text;
        size_t i = 0;

        (void) buffer_add_char(buffer, '"');
        while (i < size) {
                size_t n_plain = 0, length;

                while (i + n_plain < size && is_plain(bytes[i + n_plain]))
                        n_plain++;
                if (n_plain > 0) {
                        (void) buffer_add(buffer, text + i, n_plain);
                        i += n_plain;
                        continue;
                }

                length = utf8_length(text + i, size - i);
                if (length == 0)
                        (void) buffer_add_string(buffer, UTF8_REPLACEMENT);
                else if (length == 1)
                        write_escape(buffer, bytes[i]);
                else
                        (void) buffer_add(buffer, text + i, length);
                i += MAX(length, (size_t) 1);
        }
        (void) buffer_add_char(buffer, '"');
}

/* The comma and the key of the next value. */
static void begin_value(JsonWriter *writer, const char *key) {
        /* At the top there is one value, or one on each line: never a comma. */
        if (writer->depth > 0 && writer->need_comma[writer->depth])
                (void) buffer_add_char(writer->buffer, ',');
        writer->need_comma[writer->depth] = true;
        if (key) {
                write_text(writer->buffer, key, strlen(key));
                (void) buffer_add_char(writer->buffer, ':');
        }
}

static void begin_container(JsonWriter *writer, const char *key, char bracket) {
        assert(writer->depth + 1 < JSON_DEPTH_MAX);

        begin_value(writer, key);
        (void) buffer_add_char(writer->buffer, bracket);
        writer->depth++;
        writer->need_comma[writer->depth] = false;
}

static void end_container(JsonWriter *writer, char bracket) {
        assert(writer->depth > 0);

        writer->depth--;
        (void) buffer_add_char(writer->buffer, bracket);
}

void json_writer_begin_object(JsonWriter *writer, const char *key) {
        begin_container(writer, key, '{');
}

void json_writer_end_object(JsonWriter *writer) {
        end_container(writer, '}');
}

void json_writer_begin_array(JsonWriter *writer, const char *key) {
        begin_container(writer, key, '[');
}

void json_writer_end_array(JsonWriter *writer) {
        end_container(writer, ']');
}

void json_writer_string(JsonWriter *writer, const char *key, const char *value) {
        if (value)
                json_writer_string_n(writer, key, value, strlen(value));
        else
                json_writer_null(writer, key);
}

void json_writer_string_n(JsonWriter *writer, const char *key, const char *value, size_t size) {
        begin_value(writer, key);
        write_text(writer->buffer, value, size);
}

void json_writer_integer(JsonWriter *writer, const char *key, int64_t value) {
        char text[sizeof("-9223372036854775808")], *at = text + sizeof(text);
        uint64_t rest = value < 0 ? -(uint64_t) value : (uint64_t) value;

        do
                *--at = (char) ('0' + rest % 10);
        while (rest /= 10);
        if (value < 0)
                *--at = '-';

        begin_value(writer, key);
        (void) buffer_add(writer->buffer, at, (size_t) (text + sizeof(text) - at));
}

/* JSON has no infinities and no NaN: null. Otherwise the shortest text that reads back as the same number. */
void json_writer_double(JsonWriter *writer, const char *key, double value) {
        char text[64];
        char *point;

        if (!isfinite(value)) {
                json_writer_null(writer, key);
                return;
        }
        for (int precision = 15; precision <= 17; precision++) {
                (void) snprintf(text, sizeof(text), "%.*g", precision, value);
                if (strtod(text, NULL) == value)
                        break;
        }
        point = strstr(text, localeconv()->decimal_point);
        if (point) {
                size_t length = strlen(localeconv()->decimal_point);

                *point = '.';
                memmove(point + 1, point + length, strlen(point + length) + 1);
        }
        begin_value(writer, key);
        (void) buffer_add_string(writer->buffer, text);
}

void json_writer_seconds(JsonWriter *writer, const char *key, usec_t span_usec) {
        char text[32];
        size_t length = (size_t) snprintf(
                        text, sizeof(text), "%" PRIu64 ".%06u", (uint64_t) span_usec / USEC_PER_SEC,
                        (unsigned) ((uint64_t) span_usec % USEC_PER_SEC));

        while (text[length - 1] == '0' && text[length - 2] != '.')
                length--;
        begin_value(writer, key);
        (void) buffer_add(writer->buffer, text, length);
}

void json_writer_bool(JsonWriter *writer, const char *key, bool value) {
        begin_value(writer, key);
        (void) buffer_add_string(writer->buffer, value ? "true" : "false");
}

void json_writer_null(JsonWriter *writer, const char *key) {
        begin_value(writer, key);
        (void) buffer_add_string(writer->buffer, "null");
}

void json_writer_raw(JsonWriter *writer, const char *key, const char *json) {
        begin_value(writer, key);
        (void) buffer_add_string(writer->buffer, json);
}

void json_writer_instant(JsonWriter *writer, const char *key, usec_t instant_usec) {
        char text[TIMESTAMP_MAX];

        if (instant_usec == USEC_INFINITY)
                json_writer_null(writer, key);
        else
                json_writer_string(writer, key, timestamp_format_utc(instant_usec, text));
}

void json_writer_string_list(JsonWriter *writer, const char *key, char *const *list) {
        json_writer_begin_array(writer, key);
        STRING_LIST_FOREACH(item, list)
                json_writer_string(writer, NULL, *item);
        json_writer_end_array(writer);
}
