/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * So many starts a second and no more, whichever second is looked at: the instants of the last ones are
 * kept. Pure. Of a rate below one that is one start in so many seconds. Instants are of the real-time clock;
 * what a clock that was set back left in the future holds nobody up.
 */

#include "util/types.h"

/* The zero value is without a limit. */
typedef struct StartRate {
        double per_second;
        usec_t *starts; /* a ring: the last ones … */
        size_t n_starts, next;
        usec_t window_usec; /* … of which no more may fall into any span of this length */
} StartRate;

void start_rate_done(StartRate *rate);

/* More than 0; INFINITY: no limit. What has started counts on. Returns 0 or -ENOMEM. */
int start_rate_set(StartRate *rate, double per_second);

/* The first instant from now on at which the next `n` may start. */
usec_t start_rate_next(const StartRate *rate, uint64_t n, usec_t now_usec);

/* One starts. */
void start_rate_count(StartRate *rate, usec_t now_usec);
