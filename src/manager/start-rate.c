/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/start-rate.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define KEPT_MAX 100000U
#define WINDOW_MAX ((double) (365 * USEC_PER_DAY))

void start_rate_done(StartRate *rate) {
        free(rate->starts);
        *rate = (StartRate){ 0 };
}

/* The last of the old ones, oldest first, at the end. */
static void keep_starts(const StartRate *old, usec_t *starts, size_t n_starts) {
        size_t n_kept = MIN(n_starts, old->n_starts);

        for (size_t i = 0; i < n_starts - n_kept; i++)
                starts[i] = INT64_MIN;
        for (size_t i = 0; i < n_kept; i++)
                starts[n_starts - n_kept + i] =
                                old->starts[(old->next + old->n_starts - n_kept + i) % old->n_starts];
}

int start_rate_set(StartRate *rate, double per_second) {
        size_t n_starts;
        usec_t *starts;

        assert(per_second > 0);

        if (isinf(per_second)) {
                start_rate_done(rate);
                return 0;
        }

        /* Of a fraction the window makes up; of a huge rate a shorter one says the same. */
        n_starts = per_second < 1 ? 1 : (size_t) MIN(per_second, (double) KEPT_MAX);
        starts = calloc(n_starts, sizeof(*starts));
        if (!starts)
                return -ENOMEM;
        keep_starts(rate, starts, n_starts);
        free(rate->starts);
        *rate = (StartRate){
                .per_second = per_second,
                .starts = starts,
                .n_starts = n_starts,
                .window_usec = (usec_t) MIN(
                                (double) n_starts / per_second * (double) USEC_PER_SEC, WINDOW_MAX),
        };
        return 0;
}

usec_t start_rate_next(const StartRate *rate, uint64_t n, usec_t now_usec) {
        usec_t start_usec;

        if (rate->n_starts == 0 || n == 0)
                return now_usec;
        if (n > rate->n_starts) /* never at once */
                return now_usec + rate->window_usec;

        /* So many more may start when that one is out of the window. */
        start_usec = rate->starts[(rate->next + (size_t) n - 1) % rate->n_starts];
        if (start_usec > now_usec || start_usec <= now_usec - rate->window_usec)
                return now_usec;
        return start_usec + rate->window_usec;
}

void start_rate_count(StartRate *rate, usec_t now_usec) {
        if (rate->n_starts == 0)
                return;
        rate->starts[rate->next] = now_usec;
        rate->next = (rate->next + 1) % rate->n_starts;
}
