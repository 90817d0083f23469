/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What D-Bus carries, as the JSON of the lists: keys in snake_case, instants in ISO 8601, null for "none". */

#include <ctype.h>
#include <string.h>

#include "client/client-internal.h"
#include "util/buffer.h"
#include "util/string-list.h"
#include "util/timestamp.h"

/* Numbers that are instants, "none" being 0, -1 or USEC_INFINITY. */
static const char *const instant_names[] = { "Due",       "Ended",  "Frozen",  "NextDue",
                                             "NextStart", "Queued", "Started", NULL };
/* Numbers whose "none" is -1. */
static const char *const optional_names[] = { "CpuSeconds", "ExitCode", "HttpStatus", "MemoryPeakBytes",
                                              "Progress",   "Signal",   NULL };
/* Numbers whose "none" is 0. */
static const char *const positive_names[] = { "Pid", NULL };
/* Texts whose "none" is "". */
static const char *const optional_texts[] = { "Reason",        "StoreTrouble", "DeliveryError",
                                              "RunnerVersion", "StatusText",   NULL };

static bool listed(const char *const *list, const char *name) {
        return string_list_contains((char *const *) list, name);
}

static json_t *integer_to_json(const char *name, int64_t value) {
        char text[TIMESTAMP_MAX];

        if (listed(instant_names, name)) {
                if (value <= 0 || value == USEC_INFINITY)
                        return json_null();
                return json_string(timestamp_format_utc(value, text));
        }
        if ((listed(optional_names, name) && value < 0) || (listed(positive_names, name) && value == 0))
                return json_null();
        return json_integer(value);
}

/* D-Bus has six sizes of integers; one read function takes them all. */
static int read_integer(sd_bus_message *message, char type, int64_t *ret) {
        union {
                uint8_t y;
                int16_t n;
                uint16_t q;
                int32_t i;
                uint32_t u;
                int64_t x;
                uint64_t t;
        } value = { 0 };
        int r;

        r = sd_bus_message_read_basic(message, type, &value);
        if (r < 0)
                return r;

        switch (type) {
        case SD_BUS_TYPE_BYTE:
                *ret = value.y;
                break;
        case SD_BUS_TYPE_INT16:
                *ret = value.n;
                break;
        case SD_BUS_TYPE_UINT16:
                *ret = value.q;
                break;
        case SD_BUS_TYPE_INT32:
                *ret = value.i;
                break;
        case SD_BUS_TYPE_UINT32:
                *ret = value.u;
                break;
        default:
                *ret = (int64_t) value.x; /* a "t" above INT64_MAX is "none" everywhere */
                if (type == SD_BUS_TYPE_UINT64 && value.t > INT64_MAX)
                        *ret = USEC_INFINITY;
                break;
        }
        return 0;
}

static int text_to_json(sd_bus_message *message, const char *name, char type, json_t **ret) {
        const char *text = NULL;
        int r;

        r = sd_bus_message_read_basic(message, type, &text);
        if (r < 0)
                return r;

        *ret = listed(optional_texts, name) && !*text ? json_null() : json_string(text);
        return *ret ? 0 : -ENOMEM;
}

static int strings_to_json(sd_bus_message *message, json_t **ret) {
        CLEANUP(string_list_freep) char **list = NULL;
        CLEANUP_JSON json_t *array = json_array();
        int r;

        r = sd_bus_message_read_strv(message, &list);
        if (r < 0)
                return r;

        STRING_LIST_FOREACH(item, list)
                if (json_array_append_new(array, json_string(*item)) < 0)
                        return -ENOMEM;

        *ret = TAKE_PTR(array);
        return *ret ? 0 : -ENOMEM;
}

static int basic_to_json(sd_bus_message *message, const char *name, char type, json_t **ret) {
        int64_t integer = 0;
        double real = 0;
        int boolean = 0, r;

        if (type == SD_BUS_TYPE_BOOLEAN) {
                r = sd_bus_message_read_basic(message, type, &boolean);
                *ret = r < 0 ? NULL : json_boolean(boolean);
        } else if (type == SD_BUS_TYPE_DOUBLE) {
                r = sd_bus_message_read_basic(message, type, &real);
                *ret = r < 0                                               ? NULL
                                : real < 0 && listed(optional_names, name) ? json_null()
                                                                           : json_real(real);
        } else {
                r = read_integer(message, type, &integer);
                *ret = r < 0 ? NULL : integer_to_json(name, integer);
        }
        if (r < 0)
                return r;
        return *ret ? 0 : -ENOMEM;
}

static int content_to_json(sd_bus_message *message, const char *name, const char *content, json_t **ret) {
        if (strcmp(content, "s") == 0 || strcmp(content, "o") == 0)
                return text_to_json(message, name, content[0], ret);
        if (strcmp(content, "as") == 0)
                return strings_to_json(message, ret);
        if (strlen(content) == 1 && strchr("bynqiuxtd", content[0]))
                return basic_to_json(message, name, content[0], ret);

        /* a newer daemon may say more than we understand */
        *ret = json_null();
        return sd_bus_message_skip(message, content);
}

int variant_to_json(sd_bus_message *message, const char *name, json_t **ret) {
        const char *content = NULL;
        char type;
        int r;

        r = sd_bus_message_peek_type(message, &type, &content);
        if (r < 0)
                return r;
        if (r == 0 || type != SD_BUS_TYPE_VARIANT)
                return -EBADMSG;

        r = sd_bus_message_enter_container(message, SD_BUS_TYPE_VARIANT, content);
        if (r < 0)
                return r;

        r = content_to_json(message, name, content, ret);
        if (r < 0)
                return r;
        return sd_bus_message_exit_container(message);
}

/* "NextStart" → "next_start" */
static int snake_case(const char *name, char **ret) {
        Buffer buffer = { 0 };

        for (const char *c = name; *c; c++) {
                if (isupper((unsigned char) *c) && c != name)
                        (void) buffer_add_char(&buffer, '_');
                (void) buffer_add_char(&buffer, (char) tolower((unsigned char) *c));
        }
        return buffer_take(&buffer, ret);
}

static int property_to_json(sd_bus_message *message, json_t *object) {
        CLEANUP_FREE char *key = NULL;
        json_t *value = NULL;
        const char *name;
        int r;

        r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        r = snake_case(name, &key);
        if (r < 0)
                return r;
        r = variant_to_json(message, name, &value);
        if (r < 0)
                return r;

        return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

int properties_to_json(sd_bus_message *message, json_t **ret) {
        CLEANUP_JSON json_t *object = json_object();
        int r;

        r = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "{sv}");
        if (r < 0)
                return r;

        while ((r = sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, "sv")) > 0) {
                r = property_to_json(message, object);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        if (r < 0)
                return r;

        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(object);
        return *ret ? 0 : -ENOMEM;
}

int rows_to_json(sd_bus_message *message, json_t **ret) {
        CLEANUP_JSON json_t *rows = json_array();
        int r;

        r = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, "a{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_at_end(message, 0)) == 0) {
                json_t *row = NULL;

                r = properties_to_json(message, &row);
                if (r < 0)
                        return r;
                if (json_array_append_new(rows, row) < 0)
                        return -ENOMEM;
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(rows);
        return *ret ? 0 : -ENOMEM;
}
