/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/row-format.h"

#include <errno.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "util/string-list.h"
#include "util/utf8.h"

#define NUMBER_LENGTH_MAX 64U
#define DOUBLE_DIGITS 15U

const char *const row_format_names[] = {
        [ROW_JSON_LINES] = "json-lines",
        [ROW_CSV] = "csv",
        [ROW_FORMAT_COUNT] = NULL,
};

DEFINE_STRING_TABLE(row_format, RowFormat, row_format_names);

void row_writer_init(RowWriter *writer, RowFormat format, char *const *columns, Buffer *buffer) {
        *writer = (RowWriter){
                .format = format,
                .buffer = buffer,
                .columns = columns,
                .n_columns = string_list_length(columns),
        };
}

static size_t skip_digits(const char *text) {
        return strspn(text, "0123456789");
}

/* The grammar of JSON, but for zeros in front, which are skipped before. */
static bool is_number(const char *text) {
        size_t n;

        text += *text == '-';
        n = skip_digits(text);
        if (n == 0 || (n > 1 && *text == '0'))
                return false;
        text += n;
        if (*text == '.') {
                n = skip_digits(++text);
                if (n == 0)
                        return false;
                text += n;
        }
        if (*text == 'e' || *text == 'E') {
                text++;
                text += *text == '+' || *text == '-';
                n = skip_digits(text);
                if (n == 0)
                        return false;
                text += n;
        }
        return *text == '\0';
}

static bool fits(ValueKind kind, const char *text) {
        size_t n_digits = 0;

        errno = 0;
        if (kind == VALUE_INTEGER || !strpbrk(text, ".eE")) {
                (void) strtoll(text, NULL, 10);
                return errno == 0 && !strpbrk(text, ".eE");
        }
        if (kind == VALUE_REAL)
                return strtod(text, NULL) < 1e308 && strtod(text, NULL) > -1e308;
        for (const char *c = text + strspn(text, "-0."); *c != '\0'; c++)
                n_digits += *c >= '0' && *c <= '9';
        return n_digits <= DOUBLE_DIGITS;
}

bool row_format_number(ValueKind kind, const char *text, size_t size, Buffer *buffer) {
        char number[NUMBER_LENGTH_MAX + 2] = "";
        size_t at = 0;

        if (size == 0 || size > NUMBER_LENGTH_MAX || memchr(text, '\0', size))
                return false;
        if (*text == '-' || *text == '+') {
                if (*text == '-')
                        number[at++] = '-';
                text++;
                size--;
        }
        if (size > 0 && *text == '.') /* ".5" of some drivers */
                number[at++] = '0';
        memcpy(number + at, text, size);
        number[at + size] = '\0';
        if (!is_number(number) || !fits(kind, number))
                return false;
        (void) buffer_add_string(buffer, number);
        return true;
}

static bool is_true(const char *data, size_t size) {
        return size > 0 && (*data == '1' || *data == 't' || *data == 'T' || *data == 'y' || *data == 'Y');
}

static void add_base64(Buffer *buffer, const char *data, size_t size) {
        char text[BASE64_ENCODE_RAW_LENGTH(3072)];

        for (size_t i = 0; i < size; i += 3072) {
                size_t n = MIN(size - i, (size_t) 3072);

                base64_encode_raw(text, n, (const uint8_t *) data + i);
                (void) buffer_add(buffer, text, BASE64_ENCODE_RAW_LENGTH(n));
        }
}

/* Quoted when it has to be, or would be taken for NULL. */
static void add_csv(Buffer *buffer, const char *data, size_t size) {
        bool quoted = size == 0;

        for (size_t i = 0; i < size && !quoted; i++)
                quoted = data[i] != '\0' && strchr(",\"\r\n", data[i]);
        if (!quoted) {
                (void) buffer_add(buffer, data, size);
                return;
        }
        (void) buffer_add_char(buffer, '"');
        for (size_t i = 0; i < size; i++) {
                if (data[i] == '"')
                        (void) buffer_add_char(buffer, '"');
                (void) buffer_add_char(buffer, data[i]);
        }
        (void) buffer_add_char(buffer, '"');
}

void row_writer_header(RowWriter *writer) {
        if (writer->format != ROW_CSV)
                return;
        for (size_t i = 0; i < writer->n_columns; i++) {
                if (i > 0)
                        (void) buffer_add_char(writer->buffer, ',');
                add_csv(writer->buffer, writer->columns[i], strlen(writer->columns[i]));
        }
        (void) buffer_add_char(writer->buffer, '\n');
}

void row_writer_begin(RowWriter *writer) {
        writer->column = 0;
        if (writer->format == ROW_CSV)
                return;
        json_writer_init(&writer->json, writer->buffer);
        json_writer_begin_object(&writer->json, NULL);
}

static void json_value(JsonWriter *json, const char *key, ValueKind kind, const char *data, size_t size) {
        CLEANUP(buffer_done) Buffer text = { 0 };

        if (kind == VALUE_BOOLEAN) {
                json_writer_bool(json, key, is_true(data, size));
        } else if (kind == VALUE_BYTES) {
                add_base64(&text, data, size);
                json_writer_string_n(json, key, text.data ?: "", text.size);
                json->buffer->failed |= text.failed;
        } else if (kind != VALUE_TEXT && row_format_number(kind, data, size, &text) && !text.failed) {
                json_writer_raw(json, key, text.data);
        } else {
                json_writer_string_n(json, key, data, size);
        }
}

static void csv_value(Buffer *buffer, ValueKind kind, const char *data, size_t size) {
        if (kind == VALUE_BYTES) {
                add_base64(buffer, data, size);
        } else if (kind == VALUE_BOOLEAN) {
                (void) buffer_add_string(buffer, is_true(data, size) ? "true" : "false");
        } else {
                CLEANUP_FREE char *clean = NULL;

                if (utf8_clean(data, size, SIZE_MAX, &clean) < 0)
                        buffer->failed = true;
                else
                        add_csv(buffer, clean, strlen(clean));
        }
}

void row_writer_value(RowWriter *writer, ValueKind kind, const char *data, size_t size) {
        const char *key = writer->columns[writer->column];

        if (writer->format == ROW_CSV && writer->column > 0)
                (void) buffer_add_char(writer->buffer, ',');
        writer->column++;
        if (writer->format == ROW_CSV) {
                if (data)
                        csv_value(writer->buffer, kind, data, size);
        } else if (data) {
                json_value(&writer->json, key, kind, data, size);
        } else {
                json_writer_null(&writer->json, key);
        }
}

void row_writer_end(RowWriter *writer) {
        if (writer->format != ROW_CSV)
                json_writer_end_object(&writer->json);
        (void) buffer_add_char(writer->buffer, '\n');
}
