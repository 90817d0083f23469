/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The same schedules beside libical and `systemd-analyze calendar`: next times a second, and how often ours
 * is faster. schedule_next() is asked with any instant; libical's iterator goes on from where it is, which is
 * the best case for it, and each of its local times is made an instant, as ours are. systemd's figure is the
 * difference between many iterations and one, in one process, with what it takes to print them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_LIBICAL
#        include <libical/ical.h>
#endif

#include "schedule/schedule.h"
#include "util/cleanup.h"

#define BENCH_SECONDS 0.25
#define FROM_SECONDS 1767225600 /* 2026-01-01 */

/* clang-format off */
static const struct {
        const char *what, *cron, *rrule, *calendar, *zone;
        unsigned n_iterations; /* of systemd, which starts a process for each time that is not in UTC */
} cases[] = {
        { "daily",            "30 2 * * *",       "FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0", "*-*-* 02:30:00",             "UTC",           20000 },
        { "daily",            "30 2 * * *",       "FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0", "*-*-* 02:30:00",             "Europe/Berlin", 200 },
        { "every 15 minutes", "*/15 * * * *",     "FREQ=HOURLY;BYMINUTE=0,15,30,45;BYSECOND=0", "*-*-* *:00/15:00",           "UTC",           20000 },
        { "every 15 minutes", "*/15 * * * *",     "FREQ=HOURLY;BYMINUTE=0,15,30,45;BYSECOND=0", "*-*-* *:00/15:00",           "Europe/Berlin", 200 },
        { "office hours",     "0 9-17 * * 1-5",   "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,10,11,12,13,14,15,16,17;BYMINUTE=0;BYSECOND=0",
                                                                                                "Mon..Fri *-*-* 09..17:00:00", "UTC",           20000 },
        { "office hours",     "0 9-17 * * 1-5",   "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9,10,11,12,13,14,15,16,17;BYMINUTE=0;BYSECOND=0",
                                                                                                "Mon..Fri *-*-* 09..17:00:00", "Europe/Berlin", 200 },
        { "monthly",          "0 6 1 * *",        "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=6;BYMINUTE=0;BYSECOND=0",
                                                                                                "*-*-01 06:00:00",            "UTC",           1000 },
        { "monthly",          "0 6 1 * *",        "FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=6;BYMINUTE=0;BYSECOND=0",
                                                                                                "*-*-01 06:00:00",            "Europe/Berlin", 200 },
        { "29 February",      "0 0 29 2 *",       "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=0;BYMINUTE=0;BYSECOND=0",
                                                                                                "*-02-29 00:00:00",           "UTC",           40 },
        { "29 February",      "0 0 29 2 *",       "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=0;BYMINUTE=0;BYSECOND=0",
                                                                                                "*-02-29 00:00:00",           "Europe/Berlin", 40 },
};
/* clang-format on */

static double now_seconds(void) {
        struct timespec now;

        (void) clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static double ours(ScheduleKind kind, const char *text, const TimeZone *zone) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        const ScheduleContext context = { .zone = zone };
        double begin = now_seconds(), spent = 0;
        usec_t from = FROM_SECONDS * USEC_PER_SEC, at = from;
        uint64_t n = 0;

        if (schedule_parse(kind, text, NULL, &schedule, NULL) < 0)
                return 0;
        while (spent < BENCH_SECONDS) {
                for (int i = 0; i < 1000; i++) {
                        Occurrence occurrence;

                        at = schedule_next(schedule, &context, at, &occurrence) > 0 ? occurrence.due_usec
                                                                                    : from;
                }
                n += 1000;
                spent = now_seconds() - begin;
        }
        return (double) n / spent;
}

#ifdef HAVE_LIBICAL
static double libical(const char *text, const char *zone_name) {
        icaltimezone *utc = icaltimezone_get_utc_timezone(), *zone;
        struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
        struct icaltimetype from = icaltime_from_timet_with_zone(FROM_SECONDS, 0, utc);
        double begin = now_seconds(), spent = 0;
        icalrecur_iterator *iterator;
        time_t sum = 0;
        uint64_t n = 0;

        zone = strcmp(zone_name, "UTC") == 0 ? utc : icaltimezone_get_builtin_timezone(zone_name);
        if (!zone)
                return 0;
        iterator = icalrecur_iterator_new(rule, from);
        while (iterator && spent < BENCH_SECONDS) {
                for (int i = 0; i < 1000; i++) {
                        struct icaltimetype local = icalrecur_iterator_next(iterator);

                        if (icaltime_is_null_time(local) || local.year >= 2100) {
                                icalrecur_iterator_free(iterator);
                                iterator = icalrecur_iterator_new(rule, from);
                        } else
                                sum += icaltime_as_timet_with_zone(local, zone);
                        n++;
                }
                spent = now_seconds() - begin;
        }
        icalrecur_iterator_free(iterator);
        return sum == 0 ? 0 : (double) n / spent;
}
#else
static double libical(const char *text, const char *zone_name) {
        return 0;
}
#endif

static double run_systemd(const char *calendar, const char *zone, unsigned n_iterations) {
        char command[256];
        double begin = now_seconds();

        (void) snprintf(command, sizeof(command),
                        "systemd-analyze calendar --iterations=%u '%s %s' >/dev/null 2>&1", n_iterations,
                        calendar, zone);
        return system(command) == 0 ? now_seconds() - begin : -1; /* NOLINT(cert-env33-c): constant words */
}

static double systemd(const char *calendar, const char *zone, unsigned n_iterations) {
        double one = run_systemd(calendar, zone, 1), many = run_systemd(calendar, zone, n_iterations);

        return one < 0 || many <= one ? 0 : (n_iterations - 1) / (many - one);
}

static void print_other(double rate, double our_rate) {
        if (rate > 0)
                printf(" %12.0f %8.1fx", rate, our_rate / rate);
        else
                printf(" %12s %9s", "-", "-");
}

int main(void) {
        printf("%-18s %-14s %12s %12s %12s %9s %12s %9s\n", "WHAT", "ZONE", "CRON", "CALENDAR", "LIBICAL", "",
               "SYSTEMD", "");
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
                CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
                double cron, calendar;
                int r;

                r = time_zone_load(cases[i].zone, &zone);
                if (r < 0) {
                        (void) fprintf(stderr, "%s: %s\n", cases[i].zone, time_zone_strerror(r));
                        return EXIT_FAILURE;
                }
                cron = ours(SCHEDULE_CRON, cases[i].cron, zone);
                calendar = ours(SCHEDULE_CALENDAR, cases[i].calendar, zone);
                printf("%-18s %-14s %12.0f %12.0f", cases[i].what, cases[i].zone, cron, calendar);
                print_other(libical(cases[i].rrule, cases[i].zone), cron);
                print_other(systemd(cases[i].calendar, cases[i].zone, cases[i].n_iterations), calendar);
                printf("\n");
        }
        return EXIT_SUCCESS;
}
