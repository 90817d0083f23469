/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/clock.h"

#include <assert.h>
#include <time.h>

static usec_t system_now(void *userdata, ClockKind kind) {
        static const clockid_t ids[CLOCK_KIND_COUNT] = {
                [CLOCK_KIND_REALTIME] = CLOCK_REALTIME,
                [CLOCK_KIND_MONOTONIC] = CLOCK_MONOTONIC,
                [CLOCK_KIND_BOOTTIME] = CLOCK_BOOTTIME,
        };
        struct timespec now = { 0 };
        int r;

        assert(kind < CLOCK_KIND_COUNT);

        r = clock_gettime(ids[kind], &now);
        assert(r == 0); /* every kernel that we run on has these */
        return (usec_t) now.tv_sec * USEC_PER_SEC + now.tv_nsec / NSEC_PER_USEC;
}

const Clock system_clock = { .now = system_now };
