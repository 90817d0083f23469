/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Writes JSON into a Buffer, value by value, without building a tree. Commas and escapes are its own;
 * bytes that are not UTF-8 become U+FFFD.
 */

#include "util/buffer.h"
#include "util/types.h"

#define JSON_DEPTH_MAX 16U

typedef struct JsonWriter {
        Buffer *buffer;
        unsigned depth;
        bool need_comma[JSON_DEPTH_MAX];
} JsonWriter;

void json_writer_init(JsonWriter *writer, Buffer *buffer);

/* `key` is NULL inside an array and at the top. */
void json_writer_begin_object(JsonWriter *writer, const char *key);
void json_writer_end_object(JsonWriter *writer);
void json_writer_begin_array(JsonWriter *writer, const char *key);
void json_writer_end_array(JsonWriter *writer);
void json_writer_string(JsonWriter *writer, const char *key, const char *value); /* NULL: null */
void json_writer_string_n(JsonWriter *writer, const char *key, const char *value, size_t size);
void json_writer_integer(JsonWriter *writer, const char *key, int64_t value);
void json_writer_double(JsonWriter *writer, const char *key, double value);
/* With a decimal point, and no digits that say nothing. A span, which is not negative. */
void json_writer_seconds(JsonWriter *writer, const char *key, usec_t span_usec);
void json_writer_bool(JsonWriter *writer, const char *key, bool value);
void json_writer_null(JsonWriter *writer, const char *key);
void json_writer_raw(JsonWriter *writer, const char *key, const char *json); /* one value, written already */
/* 2026-03-29T01:00:00.000000Z; USEC_INFINITY: null */
void json_writer_instant(JsonWriter *writer, const char *key, usec_t instant_usec);
void json_writer_string_list(JsonWriter *writer, const char *key, char *const *list);
