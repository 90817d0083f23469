/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/stable-delay.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "schedule/stable-hash.h"

static void add_text(StableHash *hash, const char *text) {
        stable_hash_add(hash, text, strlen(text));
        stable_hash_add_byte(hash, 0);
}

usec_t stable_delay(const char *machine_id, uid_t owner_uid, const char *job, usec_t up_to_usec) {
        StableHash hash;
        char uid[24];

        assert(job);

        if (up_to_usec <= 0)
                return 0;

        (void) snprintf(uid, sizeof(uid), "%" PRIu64, (uint64_t) owner_uid);
        stable_hash_init(&hash);
        add_text(&hash, machine_id ?: "");
        add_text(&hash, uid);
        add_text(&hash, job);
        return (usec_t) (stable_hash_finish(&hash) % (uint64_t) up_to_usec);
}
