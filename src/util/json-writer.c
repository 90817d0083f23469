/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/json-writer.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "util/string-list.h"
#include "util/timestamp.h"

#define REPLACEMENT "\357\277\275" /* U+FFFD */

/*
 * No function here returns an error: the Buffer remembers that memory ran out, and buffer_take() tells.
 */

void json_writer_init(JsonWriter *writer, Buffer *buffer) {
        *writer = (JsonWriter){ .buffer = buffer };
}

/*
 * The length of the character at `text`, or 0 if it is not UTF-8: cut short, longer than it need be, a
 * surrogate, or beyond U+10FFFF. What the second byte may be depends on the first; the others are alike.
 */
static size_t utf8_length(const unsigned char *text, size_t size) {
        /* clang-format off */
        static const struct {
                unsigned char first_min, first_max, second_min, second_max;
                size_t length;
        } forms[] = {
                { 0x00, 0x7f, 0x00, 0x00, 1 },
                { 0xc2, 0xdf, 0x80, 0xbf, 2 },
                { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
                { 0xe1, 0xec, 0x80, 0xbf, 3 },
                { 0xed, 0xed, 0x80, 0x9f, 3 },
                { 0xee, 0xef, 0x80, 0xbf, 3 },
                { 0xf0, 0xf0, 0x90, 0xbf, 4 },
                { 0xf1, 0xf3, 0x80, 0xbf, 4 },
                { 0xf4, 0xf4, 0x80, 0x8f, 4 },
        };
        /* clang-format on */
        size_t form = 0;

        while (form < ARRAY_SIZE(forms) &&
               !(text[0] >= forms[form].first_min && text[0] <= forms[form].first_max))
                form++;
        if (form == ARRAY_SIZE(forms) || forms[form].length > size)
                return 0;
        if (forms[form].length > 1 && (text[1] < forms[form].second_min || text[1] > forms[form].second_max))
                return 0;
        for (size_t i = 2; i < forms[form].length; i++)
                if ((text[i] & 0xc0U) != 0x80U)
                        return 0;
        return forms[form].length;
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

                length = utf8_length(bytes + i, size - i);
                if (length == 0)
                        (void) buffer_add_string(buffer, REPLACEMENT);
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
