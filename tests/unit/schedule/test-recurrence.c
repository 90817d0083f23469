/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>

#include "schedule/recurrence.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"

/* Rules by their parts: what texts they come from is tested by test-rrule.c. */
static Recurrence random_rule(TestRandom *random) {
        Recurrence rule = {
                .frequency = (RecurrenceFrequency) test_random_between(
                                random, RECURRENCE_HOURLY, RECURRENCE_YEARLY),
                .interval = (uint32_t) test_random_between(random, 1, 4),
                .week_start = (unsigned) test_random_between(random, 0, 6),
        };

        if (test_random_between(random, 0, 2) == 0)
                rule.months = (uint16_t) (test_random(random) & 0x1ffe);
        if (rule.frequency != RECURRENCE_WEEKLY && test_random_between(random, 0, 2) == 0)
                rule.month_days = (uint32_t) (test_random(random) & test_random(random)) & ~1U;
        if (rule.frequency != RECURRENCE_WEEKLY && test_random_between(random, 0, 3) == 0)
                rule.month_days_back = (uint32_t) (test_random(random) & test_random(random)) & ~1U;
        if (test_random_between(random, 0, 1) == 0)
                rule.weekdays = test_random(random) & 0x7f;
        if (test_random_between(random, 0, 2) == 0)
                rule.hours = test_random(random) & 0xffffff;
        if (test_random_between(random, 0, 3) == 0) {
                rule.positions[rule.n_positions++] = (int16_t) test_random_between(random, 1, 3);
                rule.positions[rule.n_positions++] = (int16_t) test_random_between(random, -3, -1);
        }
        return rule;
}

/* Whoever asks from somewhere in between gets what a walk from the start gives, in both directions. */
START_TEST(any_place_gives_the_same_series) {
        TestRandom random = test_random_new();

        for (int n = 0; n < 500; n++) {
                Recurrence rule = random_rule(&random);
                usec_t start = test_usec("2026-01-30T12:00:00Z"), due[40], found;
                RecurrenceSeries series;
                size_t n_due = 0;

                recurrence_series_init(&series, &rule, start, USEC_INFINITY);
                for (usec_t at = start; n_due < ARRAY_SIZE(due) && recurrence_next(&series, at, &due[n_due]);
                     n_due++)
                        at = due[n_due] + 1;

                for (size_t i = 1; i < n_due; i++) {
                        ck_assert_uint_eq(recurrence_count(&series, due[i / 2], due[i]), i - i / 2 + 1);
                        usec_t between = test_random_between(&random, due[i - 1] + 1, due[i]);

                        ck_assert_msg(recurrence_next(&series, between, &found) && found == due[i],
                                      "seed %" PRIu64, random.seed);
                        ck_assert_msg(recurrence_previous(&series, between - 1, &found) &&
                                                      found == due[i - 1],
                                      "seed %" PRIu64, random.seed);
                }
        }
}
END_TEST

START_TEST(a_count_and_an_end_are_the_last) {
        const Recurrence daily = {
                .frequency = RECURRENCE_DAILY, .interval = 3, .count = 4, .week_start = 1
        };
        usec_t start = test_usec("2026-01-01T09:00:00Z") + 500000, found;
        RecurrenceSeries series;

        recurrence_series_init(&series, &daily, start, USEC_INFINITY);
        ck_assert(recurrence_previous(&series, start + 1000 * USEC_PER_DAY, &found));
        ck_assert_int_eq(found, start + 9 * USEC_PER_DAY);
        ck_assert(!recurrence_next(&series, found + 1, &found));

        recurrence_series_init(&series, &daily, start, start + 4 * USEC_PER_DAY);
        ck_assert(recurrence_previous(&series, start + 1000 * USEC_PER_DAY, &found));
        ck_assert_int_eq(found, start + 3 * USEC_PER_DAY);
        ck_assert(!recurrence_previous(&series, start - 1, &found));
}
END_TEST

START_TEST(what_never_comes_ends_the_search) {
        static const Recurrence never[] = {
                { .frequency = RECURRENCE_YEARLY, .interval = 1, .months = 1 << 2, .month_days = 1 << 30 },
                { .frequency = RECURRENCE_DAILY, .interval = 1, .months = 1 << 2, .month_days = 1 << 30 },
                { .frequency = RECURRENCE_SECONDLY, .interval = 2, .seconds = 1 << 1 },
                { .frequency = RECURRENCE_SECONDLY, .interval = 1, .months = 1 << 2, .month_days = 1U << 31 },
        };
        RecurrenceSeries series;
        usec_t found;

        recurrence_series_init(&series, &never[_i], test_usec("2026-01-01T00:00:00Z"), USEC_INFINITY);
        ck_assert(!recurrence_next(&series, test_usec("2026-01-01T00:00:00Z"), &found));
        ck_assert(!recurrence_previous(&series, test_usec("2030-01-01T00:00:00Z"), &found));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("recurrence");
        TCase *series = tcase_create("series");

        tcase_add_test(series, any_place_gives_the_same_series);
        tcase_add_test(series, a_count_and_an_end_are_the_last);
        tcase_add_loop_test(series, what_never_comes_ends_the_search, 0, 4);
        suite_add_tcase(suite, series);
        return suite;
}
