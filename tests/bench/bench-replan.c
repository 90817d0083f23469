/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A heap of a million jobs, each with a schedule of its own, is planned anew after new time zone data: the
 * next occurrence of each, and its new place in the heap. What it takes to read the job files again is in
 * bench-load.
 *
 *   bench-replan [JOBS]
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "manager/planner.h"
#include "util/cleanup.h"
#include "util/heap.h"

#define FROM_USEC (1774738800 * USEC_PER_SEC) /* 2026-03-28T23:00Z, the evening before a clock change */
#define N_JOBS 1000000UL

static const char *const zone_names[] = {
        "UTC",        "Europe/Berlin",  "Europe/London",       "America/New_York", "America/Sao_Paulo",
        "Asia/Tokyo", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",     "Africa/Casablanca",
};

typedef struct PlannedJob {
        Job job;
        ScheduleEntry entry;
        HeapNode node;
} PlannedJob;

static double now_seconds(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/* As jobs are: most once a day or in the hour, some every few minutes, some on one day of the week or month.
 */
static void write_expression(unsigned i, char *text, size_t size) {
        unsigned minute = i * 7 % 60, hour = i * 11 % 24;

        switch (i % 8) {
        case 0:
                (void) snprintf(text, size, "*/%u * * * *", 1 + i % 30);
                break;
        case 1:
                (void) snprintf(text, size, "%u * * * *", minute);
                break;
        case 2:
                (void) snprintf(text, size, "%u %u * * %u", minute, hour, i % 7);
                break;
        case 3:
                (void) snprintf(text, size, "%u %u %u * *", minute, hour, 1 + i % 28);
                break;
        default:
                (void) snprintf(text, size, "%u %u * * *", minute, hour);
                break;
        }
}

static int planned_job_init(PlannedJob *planned, unsigned i) {
        char text[64];

        write_expression(i, text, sizeof(text));
        planned->job.timetable = (Timetable){ .entries = &planned->entry, .n_entries = 1 };
        planned->node.index = HEAP_NONE;
        return schedule_parse(SCHEDULE_CRON, text, NULL, &planned->entry.schedule, NULL);
}

static int plan_all(Heap *heap, PlannedJob *jobs, size_t n_jobs, TimeZone *const *zones) {
        for (size_t i = 0; i < n_jobs; i++) {
                PlannerView view = {
                        .job = &jobs[i].job,
                        .context = { .zone = zones[i % ARRAY_SIZE(zone_names)], .boot_usec = USEC_INFINITY },
                };
                PlannedOccurrence next = { .occurrence.due_usec = USEC_INFINITY };
                int r;

                if (planner_next(&view, FROM_USEC, &next) <= 0)
                        return -ENOENT;
                r = heap_put(heap, &jobs[i].node, next.occurrence.due_usec);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void report(const char *what, double begin, size_t n_jobs) {
        double spent = now_seconds() - begin;

        printf("%-44s %8.3f s %8.0f ns each\n", what, spent, spent / (double) n_jobs * 1e9);
}

/* The second round finds each zone a step further: all jobs but those in UTC get another place. */
static int bench(PlannedJob *jobs, size_t n_jobs, TimeZone *zones[static 2 * ARRAY_SIZE(zone_names)]) {
        CLEANUP(heap_done) Heap heap = {};
        double begin;
        int r;

        r = heap_reserve(&heap, n_jobs);
        if (r < 0)
                return r;

        begin = now_seconds();
        r = plan_all(&heap, jobs, n_jobs, zones);
        if (r < 0)
                return r;
        report("planned for the first time", begin, n_jobs);

        begin = now_seconds();
        r = plan_all(&heap, jobs, n_jobs, zones);
        if (r < 0)
                return r;
        report("again, and nothing has changed", begin, n_jobs);

        begin = now_seconds();
        r = plan_all(&heap, jobs, n_jobs, zones + 1);
        if (r < 0)
                return r;
        report("again, and each zone is another one", begin, n_jobs);
        return 0;
}

int main(int argc, char **argv) {
        size_t n_jobs = argc > 1 ? strtoul(argv[1], NULL, 10) : N_JOBS;
        TimeZone *zones[2 * ARRAY_SIZE(zone_names)] = {};
        PlannedJob *jobs;
        int r = 0;

        jobs = calloc(n_jobs, sizeof(*jobs));
        if (!jobs)
                r = -ENOMEM;
        for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(zones); i++)
                r = time_zone_load(zone_names[i % ARRAY_SIZE(zone_names)], &zones[i]);
        for (size_t i = 0; r >= 0 && i < n_jobs; i++)
                r = planned_job_init(&jobs[i], (unsigned) i);
        if (r >= 0)
                r = bench(jobs, n_jobs, zones);
        if (r < 0)
                (void) fprintf(stderr, "bench-replan: %s\n", strerror(-r));

        for (size_t i = 0; jobs && i < n_jobs; i++)
                (void) schedule_free(jobs[i].entry.schedule);
        for (size_t i = 0; i < ARRAY_SIZE(zones); i++)
                (void) time_zone_unref(zones[i]);
        free(jobs);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
