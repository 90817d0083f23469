/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Random expressions beside a slow oracle that knows what they mean, but not how they are written. */

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "schedule/cron.h"
#include "support/cron-meaning.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"
#include "util/civil-date.h"

#define MAX_TIMES 200
#define DAY_SECONDS 86400

enum {
        SECOND,
        MINUTE,
        HOUR,
        DAY,
        MONTH,
        WEEKDAY,
        YEAR
};

/* The first times from a day on, until there are enough or the days are over. Returns how many. */
static int oracle_times(const CronMeaning *meaning, int64_t day, int n_days, usec_t times[static MAX_TIMES]) {
        int n = 0;

        for (int i = 0; i < n_days; i++, day++) {
                if (!cron_meaning_has_day(meaning, civil_date_from_days(day)))
                        continue;
                for (int second = 0; second < DAY_SECONDS; second++) {
                        /* What no second of an hour or a minute can match is not tried second by second. */
                        if (second % 3600 == 0 && !cron_meaning_has_value(meaning, HOUR, second / 3600)) {
                                second += 3599;
                                continue;
                        }
                        if (second % 60 == 0 && !cron_meaning_has_value(meaning, MINUTE, second / 60 % 60)) {
                                second += 59;
                                continue;
                        }
                        if (!cron_meaning_has_time(meaning, second))
                                continue;
                        if (n == MAX_TIMES)
                                return n;
                        times[n++] = (day * DAY_SECONDS + second) * USEC_PER_SEC;
                }
        }
        return n;
}

/* NULL if no day ever matches, which random dates may well come to. */
static Schedule *parse(const TestRandom *random, const CronMeaning *meaning) {
        const ScheduleOptions options = {
                .hash_key = CRON_MEANING_HASH_KEY,
                .dialect = meaning->dialect,
                .days = meaning->days,
        };
        Schedule *schedule = NULL;
        ScheduleError error = {};
        int r;

        r = schedule_parse(SCHEDULE_CRON, meaning->text, &options, &schedule, &error);
        ck_assert_msg(r == 0 || strstr(error.reason, "never be due"), "'%s' (seed %" PRIu64 "): %s",
                      meaning->text, random->seed, error.reason);
        return schedule;
}

static void check_never_due(const TestRandom *random, const CronMeaning *meaning) {
        for (int64_t day = -3653; day < 146097; day++)
                ck_assert_msg(!cron_meaning_has_day(meaning, civil_date_from_days(day)),
                              "'%s' (seed %" PRIu64 ") comes", meaning->text, random->seed);
}

static void check_times(
                const TestRandom *random,
                const CronMeaning *meaning,
                const Schedule *schedule,
                int64_t day,
                int n_days) {
        usec_t times[MAX_TIMES], from = day * USEC_PER_DAY, at = from, time;
        int n = oracle_times(meaning, day, n_days, times);

        for (int i = 0; i < n; i++, at = time + 1)
                ck_assert_msg(cron_pattern_next(schedule, at, &time) && time == times[i],
                              "'%s' (seed %" PRIu64 "): %" PRId64 " after %" PRId64 " instead of %" PRId64,
                              meaning->text, random->seed, time, at, times[i]);
        if (n < MAX_TIMES && cron_pattern_next(schedule, at, &time))
                ck_assert_msg(time >= from + n_days * USEC_PER_DAY,
                              "'%s' (seed %" PRIu64 "): one too many at %" PRId64, meaning->text,
                              random->seed, time);

        for (int i = n - 1; i >= 0; i--) {
                at = i == n - 1 ? times[i] : times[i + 1] - 1;
                ck_assert_msg(cron_pattern_previous(schedule, at, &time) && time == times[i],
                              "'%s' (seed %" PRIu64 "): %" PRId64 " before %" PRId64 " instead of %" PRId64,
                              meaning->text, random->seed, time, at, times[i]);
        }
        for (int i = 0; i < n; i += 1 + i / 3)
                ck_assert_uint_eq(cron_pattern_count(schedule, from, times[i]), (uint64_t) i + 1);
}

START_TEST(times_are_those_of_a_scan) {
        TestRandom random = test_random_new();
        int n_rejected = 0;

        for (int i = 0; i < 1500; i++) {
                CronMeaning meaning = cron_meaning_random(&random);
                CLEANUP(schedule_freep) Schedule *schedule = parse(&random, &meaning);

                if (!schedule) {
                        if (n_rejected++ < 10)
                                check_never_due(&random, &meaning);
                        continue;
                }
                ck_assert_msg(schedule_is_interval_like(schedule) == cron_meaning_is_interval_like(&meaning),
                              "'%s'", meaning.text);
                check_times(&random, &meaning, schedule, (int) test_random_between(&random, 17000, 24000),
                            800);
        }
}
END_TEST

/* Sparse ones over a whole cycle of the calendar. */
START_TEST(a_time_may_be_generations_away) {
        TestRandom random = test_random_new();

        for (int i = 0; i < 12; i++) {
                CronMeaning meaning = {
                        .n_fields = 5,
                        .days = CRON_DAYS_AND,
                        .items = { [SECOND] = { { .kind = CRON_ITEM_VALUE } },
                                   [MINUTE] = { { .kind = CRON_ITEM_VALUE } },
                                   [HOUR] = { { .kind = CRON_ITEM_VALUE } },
                                   [MONTH] = { { .kind = CRON_ITEM_VALUE, .first = 2, .last = 2 } },
                                   [DAY] = { { .kind = CRON_ITEM_VALUE, .first = 29, .last = 29 } },
                                   [WEEKDAY] = { { .kind = CRON_ITEM_VALUE, .first = i % 7, .last = i % 7 } },
                                   [YEAR] = { { .kind = CRON_ITEM_STAR } } },
                        .n_items = { 1, 1, 1, 1, 1, 1, 1 },
                };
                CLEANUP(schedule_freep) Schedule *schedule = NULL;

                if (i >= 7)
                        meaning.items[DAY][0] = cron_item_random_day(&random, DAY);
                strcpy(meaning.text, "0 0 ");
                cron_item_write(&random, &meaning, DAY, &meaning.items[DAY][0],
                                meaning.text + strlen(meaning.text));
                (void) sprintf(meaning.text + strlen(meaning.text), " 2 %d", i % 7);

                schedule = parse(&random, &meaning);
                if (schedule)
                        check_times(&random, &meaning, schedule, (int) test_random_between(&random, 0, 40000),
                                    146097);
        }
}
END_TEST

/* clang-format off */
static const struct {
        const char *zone, *around; /* a clock change */
} changes[] = {
        { "UTC",                 "2026-03-29T01:00:00Z" },
        { "Europe/Berlin",       "2026-03-29T01:00:00Z" },
        { "Europe/Berlin",       "2026-10-25T01:00:00Z" },
        { "America/New_York",    "2026-03-08T07:00:00Z" },
        { "America/New_York",    "2026-11-01T06:00:00Z" },
        { "Australia/Lord_Howe", "2026-10-03T15:30:00Z" },
        { "Australia/Lord_Howe", "2026-04-04T15:00:00Z" },
        { "America/Sao_Paulo",   "2018-11-04T03:00:00Z" },
        { "Asia/Kathmandu",      "2026-06-01T00:00:00Z" },
};
/* clang-format on */

#define N_HOURS_AROUND 30

static bool oracle_local(const CronMeaning *meaning, usec_t local) {
        CivilTime time = civil_time_from_usec(local);

        return cron_meaning_has_time(meaning, time.hour * 3600 + time.minute * 60 + time.second) &&
                        cron_meaning_has_day(meaning, time.date);
}

static usec_t clock_shows(const TimeZone *zone, usec_t instant) {
        LocalTime local;

        time_zone_to_local(zone, instant, &local);
        return civil_time_to_usec(local.civil);
}

/*
 * Walks through the instants. An interval-like schedule is due whenever the clock shows a time of it; a
 * fixed-time one when the clock shows it, or more than it, for the first time.
 */
static int walk(const CronMeaning *meaning,
                const TimeZone *zone,
                usec_t from,
                usec_t step,
                usec_t times[static 1]) {
        bool interval_like = cron_meaning_is_interval_like(meaning);
        usec_t highest = USEC_INFINITY, until = from + 2 * N_HOURS_AROUND * USEC_PER_HOUR;
        int n = 0;

        /* What the clock has shown before the walk; no gap or overlap is longer than a few hours. */
        for (usec_t at = from - 3 * USEC_PER_HOUR; at <= until && n < MAX_TIMES; at += step) {
                usec_t shown = clock_shows(zone, at);
                bool due = interval_like && oracle_local(meaning, shown);

                for (usec_t local = highest; !interval_like && highest < USEC_INFINITY && local < shown;
                     local += step)
                        due = due || oracle_local(meaning, local + step);
                if (highest == USEC_INFINITY || shown > highest)
                        highest = shown;
                if (due && at > from)
                        times[n++] = at;
        }
        return n;
}

START_TEST(instants_are_those_of_a_walk) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(changes[_i].zone);
        usec_t from = test_usec(changes[_i].around) - N_HOURS_AROUND * USEC_PER_HOUR;
        const ScheduleContext context = { .zone = zone };
        TestRandom random = test_random_new();

        for (int i = 0; zone && i < 40; i++) {
                CronMeaning meaning = cron_meaning_random(&random);
                CLEANUP(schedule_freep) Schedule *schedule = parse(&random, &meaning);
                usec_t times[MAX_TIMES], at = from;
                Occurrence occurrence;
                int n;

                if (!schedule)
                        continue;
                n = walk(&meaning, zone, from, meaning.n_fields > 5 ? USEC_PER_SEC : USEC_PER_MINUTE, times);
                for (int k = 0; k < n; k++, at = occurrence.due_usec)
                        ck_assert_msg(schedule_next(schedule, &context, at, &occurrence) == 1 &&
                                                      occurrence.due_usec == times[k],
                                      "'%s' in %s (seed %" PRIu64 "): %" PRId64 " after %" PRId64,
                                      meaning.text, changes[_i].zone, random.seed, times[k], at);
                for (int k = n - 1; k > 0; k--)
                        ck_assert_msg(schedule_previous(schedule, &context, times[k], &occurrence) == 1 &&
                                                      occurrence.due_usec == times[k - 1],
                                      "'%s' in %s (seed %" PRIu64 "): %" PRId64 " before %" PRId64,
                                      meaning.text, changes[_i].zone, random.seed, times[k - 1], times[k]);
                if (n > 0)
                        ck_assert_uint_eq(
                                        schedule_count(schedule, &context, from, times[n - 1]), (uint64_t) n);
        }
}
END_TEST

START_TEST(the_normal_form_means_the_same) {
        TestRandom random = test_random_new();

        for (int i = 0; i < 3000; i++) {
                CronMeaning meaning = cron_meaning_random(&random), normal = meaning;
                CLEANUP(schedule_freep) Schedule *schedule = parse(&random, &meaning);
                CLEANUP(schedule_freep) Schedule *again = NULL;
                CLEANUP_FREE char *text = NULL;
                CLEANUP_FREE char *text_again = NULL;

                if (!schedule)
                        continue;
                ck_assert_int_eq(schedule_format(schedule, &text), 0);
                strcpy(normal.text, text);
                again = parse(&random, &normal);
                ck_assert_msg(again, "'%s' became '%s'", meaning.text, text);
                ck_assert_int_eq(schedule_format(again, &text_again), 0);
                ck_assert_str_eq(text, text_again);
                ck_assert_mem_eq(
                                ((CronSchedule *) schedule)->month_days, ((CronSchedule *) again)->month_days,
                                sizeof(((CronSchedule *) schedule)->month_days));
                ck_assert_int_eq(schedule_is_interval_like(schedule), schedule_is_interval_like(again));
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-property");
        TCase *property = tcase_create("property");

        tcase_set_timeout(property, 300);
        tcase_add_test(property, times_are_those_of_a_scan);
        tcase_add_test(property, a_time_may_be_generations_away);
        tcase_add_loop_test(property, instants_are_those_of_a_walk, 0, ARRAY_SIZE(changes));
        tcase_add_test(property, the_normal_form_means_the_same);
        suite_add_tcase(suite, property);
        return suite;
}
