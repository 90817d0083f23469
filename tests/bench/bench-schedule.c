/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * How many next times a second schedule_next() finds, each from the one before; and what the hardest single
 * questions cost.
 */

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "schedule/schedule.h"
#include "util/cleanup.h"
#include "util/timestamp.h"

#define BENCH_SECONDS 0.25
#define FROM_USEC (1767225600 * USEC_PER_SEC) /* 2026-01-01 */
#define WORST_FROM_USEC \
        (3728937600 * USEC_PER_SEC)            /* 2088-03-01: the next 29 February on a Sunday is in 2128 */
#define UNTIL_USEC (4102444800 * USEC_PER_SEC) /* 2100-01-01: then from the beginning */

/* clang-format off */
static const struct {
        ScheduleKind kind;
        const char *text, *zone;
        bool worst; /* ask again and again for what is 40 years away */
        const char *what;
} cases[] = {
        { SCHEDULE_CRON,  "30 2 * * *",          "UTC",           false, "daily" },
        { SCHEDULE_CRON,  "30 2 * * *",          "Europe/Berlin", false, "daily" },
        { SCHEDULE_CRON,  "*/15 * * * *",        "UTC",           false, "every 15 minutes" },
        { SCHEDULE_CRON,  "*/15 * * * *",        "Europe/Berlin", false, "every 15 minutes" },
        { SCHEDULE_CRON,  "*/5 9-17 * * 1-5",    "Europe/Berlin", false, "office hours" },
        { SCHEDULE_CRON,  "0 6 1 * *",           "Europe/Berlin", false, "monthly" },
        { SCHEDULE_CRON,  "0 0 29 2 *",          "Europe/Berlin", true,  "29 February" },
        { SCHEDULE_CRON,  "0 0 29-31/40 2 */7",  "Europe/Berlin", true,  "29 February, a Sunday" },
        { SCHEDULE_CRON,  "* 0 29-31/40 2 */7",  "Europe/Berlin", true,  "the same, interval-like" },
        { SCHEDULE_CRON,  "0 0 */28 2 1#5",      "Europe/Berlin", true,  "29 February, a Monday" },
        { SCHEDULE_CRON,  "0 0 0 29 2 * 2196",   "Europe/Berlin", true,  "one day of one year" },
        { SCHEDULE_CRON,  "*/10 * 9-17 * * 1-5", "Europe/Berlin", false, "seconds" },
        { SCHEDULE_CRON,  "0 0 LW,1W * fri#2",   "Europe/Berlin", false, "days by the shape of the month" },
        { SCHEDULE_EVERY, "90s",                 "UTC",           false, "a grid" },
};
/* clang-format on */

static double now_seconds(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static double measure(const Schedule *schedule, const ScheduleContext *context, bool worst) {
        double begin = now_seconds(), spent = 0;
        uint64_t n = 0;
        usec_t from = worst ? WORST_FROM_USEC : FROM_USEC, at = from;

        while (spent < BENCH_SECONDS) {
                for (int i = 0; i < 1000; i++) {
                        Occurrence occurrence;

                        if (schedule_next(schedule, context, at, &occurrence) <= 0)
                                return 0;
                        at = worst || occurrence.due_usec > UNTIL_USEC ? from : occurrence.due_usec;
                }
                n += 1000;
                spent = now_seconds() - begin;
        }
        return (double) n / spent;
}

int main(void) {
        printf("%-28s %-22s %-14s %12s %10s\n", "WHAT", "SCHEDULE", "ZONE", "PER SECOND", "ns EACH");
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                CLEANUP(schedule_freep) Schedule *schedule = NULL;
                CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
                ScheduleContext context = { .anchor_usec = FROM_USEC };
                ScheduleError error;
                double rate;
                int r;

                r = schedule_parse(cases[i].kind, cases[i].text, NULL, &schedule, &error);
                if (r < 0) {
                        (void) fprintf(stderr, "'%s': %s\n", cases[i].text, r == -EINVAL ? error.reason : "");
                        return EXIT_FAILURE;
                }
                r = time_zone_load(cases[i].zone, &zone);
                if (r < 0) {
                        (void) fprintf(stderr, "%s: %s\n", cases[i].zone, time_zone_strerror(r));
                        return EXIT_FAILURE;
                }
                context.zone = zone;

                rate = measure(schedule, &context, cases[i].worst);
                printf("%-28s %-22s %-14s %12.0f %10.0f\n", cases[i].what, cases[i].text, cases[i].zone, rate,
                       1e9 / rate);
        }
        return EXIT_SUCCESS;
}
