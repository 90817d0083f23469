/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-property-append.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

int unit_property_append_bytes(sd_bus_message *message, const char *name, const void *bytes, size_t size) {
        int r;

        r = sd_bus_message_open_container(message, 'r', "sv");
        if (r >= 0)
                r = sd_bus_message_append_basic(message, 's', name);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "ay");
        if (r >= 0)
                r = sd_bus_message_append_array(message, 'y', bytes, size);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        return r < 0 ? r : sd_bus_message_close_container(message);
}
int unit_property_append(sd_bus_message *message, const char *item, char **reterr_message) {
        CLEANUP_FREE char *name = strdup(strchr(item, ':') + 1);
        char *value = strchr(name, '=');

        *value++ = 0;
        if (value[0] >= '0' && value[0] <= '9')
                return sd_bus_message_append(
                                message, "(sv)", name, "t", (uint64_t) strtoull(value, NULL, 10));
        return sd_bus_message_append(message, "(sv)", name, "s", value);
}
size_t unit_property_is_named(const char *item, const char *text) {
        CLEANUP_FREE char *name = strdup(strchr(item, ':') + 1);
        *strchr(name, '=') = 0;
        return strstr(text, name) ? strlen(name) : 0;
}
