/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/test-time.h"

#include <check.h>
#include <string.h>

usec_t test_usec(const char *instant) {
        Timestamp timestamp;

        ck_assert_msg(timestamp_parse(instant, &timestamp) == 0, "'%s' is no time", instant);
        ck_assert_msg(timestamp.has_offset, "'%s' has no zone", instant);
        return timestamp_to_usec(&timestamp);
}

const char *test_timestamp(usec_t instant_usec, char buffer[static TIMESTAMP_MAX]) {
        char *fraction;

        (void) timestamp_format_utc(instant_usec, buffer);
        fraction = strstr(buffer, ".000000Z");
        if (fraction)
                strcpy(fraction, "Z");
        return buffer;
}

TimeZone *test_zone(const char *name) {
        TimeZone *zone = NULL;
        int r;

        r = time_zone_load(name, &zone);
        ck_assert_msg(r == 0 || r == -ENOENT, "%s: %s", name, time_zone_strerror(r));
        return r == 0 ? zone : NULL;
}
