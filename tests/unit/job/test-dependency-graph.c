/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/dependency-graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/test-support.h"
#include "util/string-list.h"

#define JOBS_MAX 16U
#define MANY 100000U

/* "a>b": b is after a. "a+b": a triggers b on success, "a-b" on failure. A name alone is a job. */
static size_t make_jobs(const char *text, Job *jobs) {
        char copy[256], *rest = copy, *item;
        size_t n = 0;

        (void) snprintf(copy, sizeof(copy), "%s", text);
        for (const char *name = "abcdefghij"; *name; name++)
                if (strchr(text, *name)) {
                        jobs[n] = (Job){ .n_refs = 1, .name = strndup(name, 1) };
                        n++;
                }
        while ((item = strsep(&rest, " "))) {
                size_t from = 0, to = 0;

                if (strlen(item) < 3)
                        continue;
                while (jobs[from].name[0] != item[0])
                        from++;
                while (to < n && jobs[to].name[0] != item[2])
                        to++;
                if (item[1] == '>')
                        ck_assert_int_eq(string_list_push(&jobs[to].after.jobs, jobs[from].name), 0);
                else
                        ck_assert_int_eq(
                                        string_list_push(
                                                        item[1] == '+' ? &jobs[from].triggers.on_success
                                                                       : &jobs[from].triggers.on_failure,
                                                        jobs[to].name),
                                        0);
        }
        return n;
}

static void jobs_done(Job *jobs, size_t n) {
        for (size_t i = 0; i < n; i++) {
                free(jobs[i].name);
                (void) string_list_free(jobs[i].after.jobs);
                (void) string_list_free(jobs[i].triggers.on_success);
                (void) string_list_free(jobs[i].triggers.on_failure);
        }
}

/* clang-format off */
static const struct {
        const char *jobs;
        const char *cycles; /* of each job, "." for none */
} cases[] = {
        { "",                        "" },
        { "a",                       "." },
        { "a>b b>c a>c",             ".,.,." },
        { "a>a",                     "a -> a" },
        { "a+a",                     "a -> a" },
        { "a>b b>a",                 "a -> b -> a,a -> b -> a" },
        { "a+b b-a",                 "a -> b -> a,a -> b -> a" },
        { "a>b a+b",                 ".,." },
        { "a>b b+c c>a d>a",         "a -> b -> c -> a,a -> b -> c -> a,a -> b -> c -> a,." },
        { "a>b b>c c>b c>d",         ".,b -> c -> b,b -> c -> b,." },
        { "a>b b>a c>d d>c b>c",     "a -> b -> a,a -> b -> a,c -> d -> c,c -> d -> c" },
        /* the shortest one through the first of them */
        { "a>b b>c c>d d>a b>a",     "a -> b -> a,a -> b -> a,a -> b -> a,a -> b -> a" },
        { "a>b b>c c>d d>e e>f f>g g>h h>i i>j j>a",
          "a -> b -> c -> d -> e -> f -> g -> h -> i -> j -> a" },
};
/* clang-format on */

START_TEST(jobs_in_a_circle_are_found) {
        CLEANUP(dependency_graph_freep) DependencyGraph *graph = NULL;
        Job jobs[JOBS_MAX];
        const Job *sorted[JOBS_MAX];
        size_t n = make_jobs(cases[_i].jobs, jobs);
        const char *expected = cases[_i].cycles;

        for (size_t i = 0; i < n; i++)
                sorted[i] = &jobs[i];
        ck_assert_int_eq(dependency_graph_new(sorted, n, &graph), 0);

        for (size_t i = 0; i < n; i++) {
                const char *cycle = dependency_graph_cycle(graph, i) ?: ".";

                ck_assert_msg(strncmp(expected, cycle, strlen(cycle)) == 0, "job %zu: %s", i, cycle);
                if (strchr(cases[_i].cycles, ',') || cycle[0] == '.')
                        expected += strlen(cycle) + (expected[strlen(cycle)] == ',' ? 1 : 0);
        }
        jobs_done(jobs, n);
}
END_TEST

/* Deep enough to end any recursion. */
START_TEST(a_hundred_thousand_jobs_in_a_row_are_no_trouble) {
        CLEANUP(dependency_graph_freep) DependencyGraph *row = NULL;
        CLEANUP(dependency_graph_freep) DependencyGraph *ring = NULL;
        Job *jobs = calloc(MANY, sizeof(*jobs));
        const Job **sorted = calloc(MANY, sizeof(*sorted));
        const char *cycle;

        ck_assert(jobs && sorted);
        for (size_t i = 0; i < MANY; i++) {
                ck_assert_int_gt(asprintf(&jobs[i].name, "job-%06zu", i), 0);
                sorted[i] = &jobs[i];
                if (i > 0)
                        ck_assert_int_eq(string_list_push(&jobs[i].after.jobs, jobs[i - 1].name), 0);
        }

        ck_assert_int_eq(dependency_graph_new(sorted, MANY, &row), 0);
        ck_assert_ptr_null(dependency_graph_cycle(row, 0));
        ck_assert_ptr_null(dependency_graph_cycle(row, MANY - 1));

        ck_assert_int_eq(string_list_push(&jobs[0].after.jobs, jobs[MANY - 1].name), 0);
        ck_assert_int_eq(dependency_graph_new(sorted, MANY, &ring), 0);
        cycle = dependency_graph_cycle(ring, MANY / 2);
        ck_assert_str_eq(
                        cycle,
                        "job-000000 -> job-000001 -> job-000002 -> job-000003 -> job-000004 -> job-000005 -> "
                        "job-000006 -> job-000007 -> … 99990 more … -> job-099998 -> job-099999 -> "
                        "job-000000");

        jobs_done(jobs, MANY);
        free(jobs);
        free(sorted);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("dependency-graph");
        TCase *tcase = tcase_create("dependency-graph");

        tcase_add_loop_test(tcase, jobs_in_a_circle_are_found, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, a_hundred_thousand_jobs_in_a_row_are_no_trouble);
        suite_add_tcase(suite, tcase);
        return suite;
}
