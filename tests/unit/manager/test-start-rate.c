/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/start-rate.h"

#include <math.h>
#include <stdlib.h>

#include "support/test-random.h"
#include "support/test-support.h"
#include "util/cleanup.h"

#define S USEC_PER_SEC
#define MS USEC_PER_MSEC

/* Starts at these instants, at a rate; when the next n may be. */
/* clang-format off */
static const struct {
        double per_second;
        usec_t starts[4];
        size_t n_starts;
        uint64_t n;
        usec_t now_usec, next_usec;
} cases[] = {
        { INFINITY, { 10 * S, 10 * S, 10 * S }, 3, 1000, 10 * S, 10 * S },
        { 2,        { 0 },                      0, 1,    10 * S, 10 * S },
        { 2,        { 10 * S },                 1, 1,    10 * S, 10 * S },
        { 2,        { 10 * S },                 1, 2,    10 * S, 11 * S },
        { 2,        { 10 * S, 10 * S },         2, 1,    10 * S, 11 * S },
        { 2,        { 10 * S, 10 * S + 300 * MS }, 2, 1, 11 * S, 11 * S },
        { 2,        { 10 * S, 10 * S + 300 * MS }, 2, 2, 11 * S, 11 * S + 300 * MS },
        { 2,        { 10 * S },                 1, 3,    20 * S, 21 * S }, /* three never start at once */
        { 0.5,      { 10 * S },                 1, 1,    11 * S, 12 * S },
        { 0.5,      { 10 * S },                 1, 1,    12 * S, 12 * S },
        { 2.5,      { 10 * S, 10 * S },         2, 1,    10 * S, 10 * S + 800 * MS },
        { 2,        { 99 * S, 99 * S },         2, 1,    10 * S, 10 * S }, /* the clock was set back */
};
/* clang-format on */

START_TEST(the_next_may_start_when_the_window_has_room) {
        CLEANUP(start_rate_done) StartRate rate = { 0 };

        ck_assert_int_eq(start_rate_set(&rate, cases[_i].per_second), 0);
        for (size_t i = 0; i < cases[_i].n_starts; i++)
                start_rate_count(&rate, cases[_i].starts[i]);
        ck_assert_int_eq(start_rate_next(&rate, cases[_i].n, cases[_i].now_usec), cases[_i].next_usec);
}
END_TEST

START_TEST(another_rate_remembers_what_has_started) {
        CLEANUP(start_rate_done) StartRate rate = { 0 };

        ck_assert_int_eq(start_rate_set(&rate, 2), 0);
        for (usec_t start_usec = 10 * S; start_usec <= 12 * S; start_usec += S)
                start_rate_count(&rate, start_usec);

        ck_assert_int_eq(start_rate_set(&rate, 3), 0);
        ck_assert_int_eq(start_rate_next(&rate, 1, 12 * S), 12 * S);
        ck_assert_int_eq(start_rate_next(&rate, 3, 12 * S), 13 * S);
        ck_assert_int_eq(start_rate_set(&rate, 1), 0);
        ck_assert_int_eq(start_rate_next(&rate, 1, 12 * S), 13 * S);
        ck_assert_int_eq(start_rate_set(&rate, INFINITY), 0);
        ck_assert_int_eq(start_rate_next(&rate, 1, 12 * S), 12 * S);
}
END_TEST

#define N_STARTS 2000U

/* Whoever asks at any time and starts when he may: no second sees more. */
START_TEST(no_second_sees_more) {
        CLEANUP_FREE usec_t *starts = calloc(N_STARTS, sizeof(*starts));
        CLEANUP(start_rate_done) StartRate rate = { 0 };
        TestRandom random = test_random_new();
        usec_t now_usec = 100 * S;
        size_t n = 0;

        ck_assert_ptr_nonnull(starts);
        ck_assert_int_eq(start_rate_set(&rate, 7), 0);
        while (n < N_STARTS) {
                now_usec += test_random_between(&random, 0, 250 * MS);
                if (start_rate_next(&rate, 1, now_usec) > now_usec)
                        continue;
                start_rate_count(&rate, now_usec);
                starts[n++] = now_usec;
                if (n > 7)
                        ck_assert_msg(starts[n - 1] - starts[n - 8] >= S, "seed %" PRIu64, random.seed);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("start-rate");
        TCase *next = tcase_create("next");

        tcase_add_loop_test(next, the_next_may_start_when_the_window_has_room, 0, ARRAY_SIZE(cases));
        tcase_add_test(next, another_rate_remembers_what_has_started);
        tcase_add_test(next, no_second_sees_more);
        suite_add_tcase(suite, next);
        return suite;
}
