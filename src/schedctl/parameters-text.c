/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/parameters-text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/view.h"
#include "util/buffer.h"

#define PROFILE_ROOM ((size_t) 384) /* a full name is 257 long */
#define MORE " …"

static void add_value(Buffer *text, const char *name, const json_t *value) {
        char *json = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);

        (void) buffer_add_format(
                        text, "%s%s=%s", text->size > 0 ? " " : "", name,
                        json_is_string(value) ? json_string_value(value) : json ?: "");
        free(json);
}

/* Not in the middle of a character. */
static int fitting(const Buffer *text, size_t room) {
        size_t size = text->size;

        if (size <= room)
                return (int) size;
        for (size = room; size > 0 && ((unsigned char) text->data[size] & 0xc0U) == 0x80U;)
                size--;
        return (int) size;
}

const char *parameters_text(const json_t *execution, char buffer[static PARAMETERS_TEXT_MAX]) {
        size_t room = PARAMETERS_TEXT_MAX - PROFILE_ROOM - sizeof(MORE);
        const char *profile = view_text(execution, "profile"), *name;
        CLEANUP(buffer_done) Buffer text = { 0 };
        char from[PROFILE_ROOM] = "";
        json_t *value;

        json_object_foreach(json_object_get(execution, "parameters"), name, value)
                        add_value(&text, name, value);
        if (*profile)
                (void) snprintf(from, sizeof(from), "%s(profile '%.257s', revision %" PRIi64 ")",
                                text.size > 0 ? " " : "", profile,
                                view_integer(execution, "profile_revision", 0));
        (void) snprintf(buffer, PARAMETERS_TEXT_MAX, "%.*s%s%s", fitting(&text, room), text.data ?: "",
                        text.size > room ? MORE : "", from);
        return buffer;
}
