/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/statistics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schedctl/columns.h"
#include "schedctl/view.h"

#define N_BARS 8U

const char *const outcome_states[] = { "succeeded", "failed", "timed-out", "cancelled", "lost", NULL };

static int compare_durations(const void *a, const void *b) {
        const usec_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

/* Nearest rank: the smallest value that so many per cent of all do not exceed. */
static usec_t percentile(const usec_t *sorted, size_t n, unsigned percent) {
        size_t rank = (n * percent + 99) / 100;

        return sorted[MAX(rank, (size_t) 1) - 1];
}

void statistics_compute(const json_t *executions, Statistics *ret) {
        size_t n_wanted = MIN(json_array_size(executions), (size_t) STATISTICS_RUNS_MAX);
        usec_t sorted[STATISTICS_RUNS_MAX];

        assert(ret);

        *ret = (Statistics){ .median_usec = USEC_INFINITY, .p95_usec = USEC_INFINITY };
        for (size_t i = n_wanted; i-- > 0;) {
                const json_t *execution = json_array_get(executions, i);
                usec_t duration_usec = execution_duration(execution, USEC_INFINITY);
                const char *state = view_text(execution, "state");

                if (duration_usec == USEC_INFINITY || view_instant(execution, "ended") == USEC_INFINITY)
                        continue;
                if (strcmp(state, "cancelled") != 0)
                        ret->n_judged++;
                if (strcmp(state, "succeeded") == 0)
                        ret->n_succeeded++;
                sorted[ret->n_runs] = duration_usec;
                ret->runs[ret->n_runs++] = (StatisticsRun){ duration_usec, state };
        }
        if (ret->n_runs == 0)
                return;

        qsort(sorted, ret->n_runs, sizeof(*sorted), compare_durations);
        ret->median_usec = percentile(sorted, ret->n_runs, 50);
        ret->p95_usec = percentile(sorted, ret->n_runs, 95);
}

int statistics_sparkline(const Statistics *statistics, const Screen *screen, Buffer *buffer) {
        static const char *const bars[N_BARS] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
        static const char *const digits[N_BARS] = { "0", "1", "2", "3", "4", "5", "6", "7" };
        usec_t longest_usec = 1;

        assert(statistics);
        assert(buffer);

        for (size_t i = 0; i < statistics->n_runs; i++)
                longest_usec = MAX(longest_usec, statistics->runs[i].duration_usec);
        for (size_t i = 0; i < statistics->n_runs; i++) {
                const StatisticsRun *run = &statistics->runs[i];
                double part = (double) run->duration_usec / (double) longest_usec;
                size_t bar = MIN((size_t) (part * N_BARS), (size_t) (N_BARS - 1));
                Colour colour = state_colour(run->state);

                (void) buffer_add_string(buffer, screen_colour(screen, colour));
                (void) buffer_add_string(buffer, screen->utf8 ? bars[bar] : digits[bar]);
                (void) buffer_add_string(buffer, screen_reset(screen, colour));
        }
        return buffer->failed ? -ENOMEM : 0;
}

static json_t *seconds_or_null(usec_t span_usec) {
        return span_usec == USEC_INFINITY ? json_null() : json_real((double) span_usec / USEC_PER_SEC);
}

json_t *statistics_to_json(const Statistics *statistics) {
        json_t *rate;

        assert(statistics);

        rate = statistics->n_judged == 0
                        ? json_null()
                        : json_real((double) statistics->n_succeeded / (double) statistics->n_judged);
        return json_pack(
                        "{s:I, s:I, s:o, s:o, s:o}", "runs", (json_int_t) statistics->n_runs, "succeeded",
                        (json_int_t) statistics->n_succeeded, "success_rate", rate, "median_seconds",
                        seconds_or_null(statistics->median_usec), "p95_seconds",
                        seconds_or_null(statistics->p95_usec));
}
