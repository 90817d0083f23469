/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/dependency-tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "support/test-support.h"

#define NOW (INT64_C(1767225900) * USEC_PER_SEC) /* 2026-01-01T00:05:00Z */

/* As many edges as there are words: "FROM>TO:KIND:WHEN:STANDING:LAST", from the predecessor to the job. */
static json_t *make_edges(const char *words) {
        CLEANUP_FREE char *copy = strdup(words);
        json_t *edges = json_array();
        char *save = NULL;

        for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
                char from[16], to[16], kind[16], when[16], standing[16], last[16];
                bool missing, trigger;
                int n;

                n = sscanf(word, "%15[^>]>%15[^:]:%15[^:]:%15[^:]:%15[^:]:%15s", from, to, kind, when,
                           standing, last);
                ck_assert_int_ge(n, 5);
                missing = strcmp(standing, "missing") == 0;
                trigger = strcmp(kind, "trigger") == 0;

                (void) json_array_append_new(
                                edges,
                                json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s}", "job", to,
                                          "predecessor", from, "kind", kind, "when", when, "standing",
                                          standing, "job_state", missing && trigger ? NULL : "idle",
                                          "predecessor_state", missing && !trigger ? NULL : "idle",
                                          "last_state", n == 6 ? last : NULL, "last_ended",
                                          "2026-01-01T00:00:00.000000Z"));
        }
        return edges;
}

#define CHAIN "a>b:after:success:done:succeeded b>c:gate:any:waiting"
#define DIAMOND                                                                                 \
        "b>d:after:success:waiting c>d:after:success:done:succeeded a>b:after:success:waiting " \
        "a>c:after:failure:not-met:succeeded"
#define CIRCLE "a>b:trigger:success:waiting b>a:trigger:failure:waiting"

/* clang-format off */
static const struct {
        const char *edges, *root;
        bool reverse, utf8;
        const char *drawing;
} drawings[] = {
        { CHAIN, "c", false, true,
          "○ c\n"
          "○ └─b (gate, however it ends; waiting)\n"
          "○   └─a (succeeded 5min ago)\n" },
        { CHAIN, "a", true, false,
          "o a\n"
          "o `-b (after success)\n"
          "o   `-c (gate, after any end)\n" },
        { CHAIN, "a", false, true, "○ a\n" },
        { DIAMOND, "d", false, true,
          "○ d\n"
          "○ ├─b (waiting)\n"
          "○ │ └─a (waiting)\n"
          "○ └─c (succeeded 5min ago)\n"
          "○   └─a (on failure; succeeded 5min ago, which does not count)\n" },
        { DIAMOND, "a", true, false,
          "o a\n"
          "o |-b (after success)\n"
          "o | `-d (after success)\n"
          "o `-c (after failure)\n"
          "o   `-d (after success)\n" },
        { "x>a:after:success:missing a>n:trigger:success:missing", "a", false, true,
          "○ a\n"
          "× └─x (no such job)\n" },
        { "x>a:after:success:missing a>n:trigger:success:missing", "n", false, true,
          "× n (no such job)\n"
          "○ └─a (triggers on success)\n"
          "×   └─x (no such job)\n" },
        { "x>a:after:success:missing a>n:trigger:success:missing", "x", true, false,
          "x x (no such job)\n"
          "o `-a (after success)\n"
          "x   `-n (triggered on success; no such job)\n" },
        { CIRCLE, "a", false, true,
          "○ a\n"
          "○ └─b (triggers on failure)\n"
          "○   └─a (triggers on success; see above)\n" },
        { "a>b:trigger:success:waiting:failed", "b", false, true,
          "○ b\n"
          "× └─a (triggers on success; failed 5min ago)\n" },
};
/* clang-format on */

START_TEST(a_tree_is_drawn) {
        const Screen screen = { .utf8 = drawings[_i].utf8 };
        CLEANUP(dependency_tree_done) DependencyTree tree = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_JSON json_t *edges = make_edges(drawings[_i].edges);

        ck_assert_int_eq(dependency_tree_init(&tree, edges, drawings[_i].reverse), 0);
        ck_assert_int_eq(dependency_tree_draw(&tree, &screen, NOW, drawings[_i].root, &buffer), 0);
        ck_assert_str_eq(buffer.data, drawings[_i].drawing);
}
END_TEST

/* clang-format off */
static const struct {
        const char *edges;
        bool reverse;
        const char *roots;
} root_cases[] = {
        { "", false, "" },
        { CHAIN, false, "c " },
        { CHAIN, true, "a " },
        { DIAMOND, false, "d " },
        { CIRCLE, false, "b " },
        { CHAIN " y>z:after:success:waiting " , false, "c z " },
        { "a>b:after:success:waiting x>x:trigger:success:waiting", true, "a x " },
};
/* clang-format on */

START_TEST(the_trees_show_every_edge) {
        CLEANUP(dependency_tree_done) DependencyTree tree = { 0 };
        CLEANUP_JSON json_t *edges = make_edges(root_cases[_i].edges), *roots = json_object();
        CLEANUP(buffer_done) Buffer names = { 0 };
        const char *name;
        json_t *value;

        ck_assert_int_eq(dependency_tree_init(&tree, edges, root_cases[_i].reverse), 0);
        ck_assert_int_eq(dependency_tree_roots(&tree, roots), 0);
        json_object_foreach(roots, name, value)(void) buffer_add_format(&names, "%s ", name);
        ck_assert_str_eq(names.data ?: "", root_cases[_i].roots);
}
END_TEST

/* Neither deep nor wide graphs need more than their size. */
START_TEST(many_jobs_are_drawn_once_each) {
        const Screen screen = { 0 };
        CLEANUP(dependency_tree_done) DependencyTree tree = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_JSON json_t *edges = json_array();
        size_t n_lines = 0;

        for (int i = 0; i < 1000; i++)
                for (int k = 1; k <= 2; k++) { /* as many ways through it as Fibonacci has rabbits */
                        char from[16], to[16];

                        (void) snprintf(from, sizeof(from), "j%d", i + k);
                        (void) snprintf(to, sizeof(to), "j%d", i);
                        (void) json_array_append_new(
                                        edges,
                                        json_pack("{s:s, s:s, s:s, s:s}", "job", to, "predecessor", from,
                                                  "job_state", "idle", "predecessor_state", "idle"));
                }
        ck_assert_int_eq(dependency_tree_init(&tree, edges, false), 0);
        ck_assert_int_eq(dependency_tree_draw(&tree, &screen, NOW, "j0", &buffer), 0);
        for (const char *at = buffer.data; (at = strchr(at, '\n')); at++)
                n_lines++;
        ck_assert_uint_eq(n_lines, 2001);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("dependency-tree");
        TCase *tcase = tcase_create("tree");

        tcase_add_loop_test(tcase, a_tree_is_drawn, 0, ARRAY_SIZE(drawings));
        tcase_add_loop_test(tcase, the_trees_show_every_edge, 0, ARRAY_SIZE(root_cases));
        tcase_add_test(tcase, many_jobs_are_drawn_once_each);
        suite_add_tcase(suite, tcase);
        return suite;
}
