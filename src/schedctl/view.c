/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/view.h"

#include "util/buffer.h"
#include "util/timestamp.h"

const char *view_text(const json_t *object, const char *key) {
        return json_string_value(json_object_get(object, key)) ?: "";
}

int64_t view_integer(const json_t *object, const char *key, int64_t otherwise) {
        const json_t *value = json_object_get(object, key);

        return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

double view_number(const json_t *object, const char *key, double otherwise) {
        const json_t *value = json_object_get(object, key);

        return json_is_number(value) ? json_number_value(value) : otherwise;
}

usec_t view_instant(const json_t *object, const char *key) {
        Timestamp timestamp;

        if (timestamp_parse(view_text(object, key), &timestamp) < 0 || !timestamp.has_offset)
                return USEC_INFINITY;
        return timestamp_to_usec(&timestamp);
}

bool view_true(const json_t *object, const char *key) {
        return json_is_true(json_object_get(object, key));
}

int view_joined(const json_t *object, const char *key, const char *separator, char **ret) {
        const json_t *array = json_object_get(object, key), *item;
        Buffer buffer = { 0 };
        size_t i;

        json_array_foreach(array, i, item) {
                if (i > 0)
                        (void) buffer_add_string(&buffer, separator);
                (void) buffer_add_string(&buffer, json_string_value(item) ?: "");
        }
        return buffer_take(&buffer, ret);
}
