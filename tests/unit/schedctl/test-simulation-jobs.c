/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/simulation-jobs.h"

#include <errno.h>

#include "support/test-support.h"
#include "util/string-list.h"

#define MINUTE USEC_PER_MINUTE

/* clang-format off */
static const struct {
        const char *texts[4];
        const char *name;
        int r;
        usec_t span_usec;
        const char *fault;
} duration_cases[] = {
        { { NULL },                             "a",  0,       0,          NULL },
        { { "5min", NULL },                     "a",  1,       5 * MINUTE, NULL },
        { { "5min", "6min", NULL },             "a",  1,       6 * MINUTE, NULL },
        { { "b=5min", NULL },                   "a",  0,       0,          NULL },
        { { "a=5min", "6min", NULL },           "a",  1,       5 * MINUTE, NULL },
        { { "6min", "a=5min", NULL },           "a",  1,       5 * MINUTE, NULL },
        { { "a=5min", "a=7min", "1s", NULL },   "a",  1,       7 * MINUTE, NULL },
        { { "ab=5min", NULL },                  "a",  0,       0,          NULL },
        { { "a=5min", NULL },                   "ab", 0,       0,          NULL },
        { { "0", NULL },                        "a",  1,       0,          NULL },
        { { "5min", NULL },                     NULL, 1,       5 * MINUTE, NULL },
        { { "a=5min", NULL },                   NULL, 0,       0,          NULL },
        { { "1s", "soon", NULL },               "a",  -EINVAL, 0,          "soon" },
        { { "b=", NULL },                       "a",  -EINVAL, 0,          "b=" },
        { { "infinity", NULL },                 "a",  -EINVAL, 0,          "infinity" },
};
/* clang-format on */

START_TEST(what_names_a_job_is_stronger) {
        const char *fault = NULL;
        CLEANUP(string_list_freep) char **texts = NULL;
        usec_t span_usec = 0;

        for (size_t i = 0; duration_cases[_i].texts[i]; i++)
                ck_assert_int_eq(string_list_push(&texts, duration_cases[_i].texts[i]), 0);

        ck_assert_int_eq(
                        simulation_duration(texts, duration_cases[_i].name, &span_usec, &fault),
                        duration_cases[_i].r);

        if (duration_cases[_i].r > 0)
                ck_assert_int_eq(span_usec, duration_cases[_i].span_usec);
        ck_assert_pstr_eq(fault, duration_cases[_i].fault);
}
END_TEST

/* clang-format off */
static const struct {
        usec_t spans[5];
        size_t n;
        usec_t median;
} median_cases[] = {
        { { 7 },             1, 7 },
        { { 9, 1 },          2, 1 },
        { { 9, 1, 5 },       3, 5 },
        { { 4, 3, 2, 1 },    4, 2 },
        { { 0, 9, 9, 9, 0 }, 5, 9 },
};
/* clang-format on */

START_TEST(the_median_is_in_the_middle) {
        usec_t spans[5];

        for (size_t i = 0; i < 5; i++)
                spans[i] = median_cases[_i].spans[i];

        ck_assert_int_eq(simulation_median(spans, median_cases[_i].n), median_cases[_i].median);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("simulation-jobs");
        TCase *durations = tcase_create("durations");

        tcase_add_loop_test(durations, what_names_a_job_is_stronger, 0, ARRAY_SIZE(duration_cases));
        tcase_add_loop_test(durations, the_median_is_in_the_middle, 0, ARRAY_SIZE(median_cases));
        suite_add_tcase(suite, durations);
        return suite;
}
