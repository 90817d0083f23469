/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define C "command: x\n"
#define N C "conditions: "

/* clang-format off */
static char *jobs[] = { (char *) "a", (char *) "b", NULL };
static char *arguments[] = { (char *) "test", (char *) "-f", (char *) "/x", NULL };

static const struct {
        const char *text;
        usec_t wait_usec;
        size_t n_items;
        Condition items[2];
} cases[] = {
        { C,                                   0, 0, { { 0 } } },
        { N "{}\n",                            0, 0, { { 0 } } },
        { N "{ac-power: true, network-online: false}\n", 0, 2,
          { { .kind = CONDITION_AC_POWER, .enabled = true }, { .kind = CONDITION_NETWORK_ONLINE } } },
        { N "{load-below: 2.5, wait: 2h}\n",   2 * USEC_PER_HOUR, 1,
          { { .kind = CONDITION_LOAD_BELOW, .enabled = true, .threshold = 2.5 } } },
        { N "{memory-available: 2G, wait: infinity}\n", USEC_INFINITY, 1,
          { { .kind = CONDITION_MEMORY_AVAILABLE, .enabled = true, .size_bytes = UINT64_C(2) << 30U } } },
        { N "{cpu-pressure-below: 20%, ac-power: null}\n", 0, 1,
          { { .kind = CONDITION_CPU_PRESSURE_BELOW, .enabled = true, .threshold = 20 } } },
        { N "{path-exists: [/mnt/x, \"!/run/no\"]}\n", 0, 2,
          { { .kind = CONDITION_PATH_EXISTS, .enabled = true, .path = (char *) "/mnt/x" },
            { .kind = CONDITION_PATH_EXISTS, .path = (char *) "/run/no" } } },
        { N "{path-changed: /srv/in}\n",       0, 1,
          { { .kind = CONDITION_PATH_CHANGED, .enabled = true, .path = (char *) "/srv/in" } } },
        { N "{not-running: [a, b]}\n",         0, 1,
          { { .kind = CONDITION_NOT_RUNNING, .enabled = true, .jobs = jobs } } },
        { N "{not-running: []}\n",             0, 0, { { 0 } } },
        { N "{command: test -f /x | cat}\n",   0, 1,
          { { .kind = CONDITION_COMMAND, .enabled = true, .script = (char *) "test -f /x | cat" } } },
        { N "{command: [test, -f, /x]}\n",     0, 1,
          { { .kind = CONDITION_COMMAND, .enabled = true, .arguments = arguments } } },
};

static const JobFaultCase fault_cases[] = {
        { N "[ac-power]\n",                  "2:13: 'conditions' expects a mapping, not a list" },
        { N "{ac-pwer: true}\n",             "2:14: unknown key 'ac-pwer'; did you mean 'ac-power'?" },
        { N "{ac-power: yes}\n",             "2:24: 'ac-power' expects true or false, not 'yes': write true" },
        { N "{load-below: 0}\n",             "2:26: 'load-below' expects a number above 0 and up to 1000000, not 0" },
        { N "{load-below: low}\n",           "2:26: 'load-below' expects a number such as 2.5, not 'low'" },
        { N "{memory-available: much}\n",    "2:32: 'memory-available' expects a size such as 64K or 2M, not 'much'" },
        { N "{cpu-pressure-below: 20}\n",    "2:34: 'cpu-pressure-below' expects a percentage such as 10%, not '20'" },
        { N "{cpu-pressure-below: 0%}\n",    "2:34: 'cpu-pressure-below' expects a percentage from 1% to 100%, not 0%" },
        { N "{path-exists: mnt}\n",          "2:27: 'path-exists' expects absolute paths, not 'mnt'" },
        { N "{path-exists: {a: b}}\n",       "2:27: 'path-exists' expects up to 1000 absolute paths, not a mapping" },
        { N "{path-exists: [[a]]}\n",        "2:28: 'path-exists' expects a text, not a list" },
        { N "{path-changed: \"!/x\"}\n",     "2:28: 'path-changed' expects absolute paths, not '!/x'" },
        { N "{not-running: a b}\n",          "2:27: 'not-running' expects names of jobs, not 'a b'" },
        { N "{command: {a: b}}\n",           "2:23: 'command' expects a text for the shell or a list of arguments, not a mapping" },
        { N "{command: []}\n",               "2:23: 'command' is empty" },
        { N "{ac-power: true, wait: soon}\n", "2:36: 'wait' expects a duration such as 90s or 1h 30min, not 'soon'" },
        { N "{wait: 1h}\n",                  "2:13: warning: 'wait' has no effect: there is no condition to wait for" },
};
/* clang-format on */

START_TEST(what_has_to_hold_is_kept) {
        CLEANUP(job_unrefp) Job *job = test_job(cases[_i].text);

        ck_assert_int_eq(job->conditions.wait_usec, cases[_i].wait_usec);
        ck_assert_uint_eq(job->conditions.n_items, cases[_i].n_items);
        for (size_t i = 0; i < cases[_i].n_items; i++) {
                const Condition *found = &job->conditions.items[i], *expected = &cases[_i].items[i];

                ck_assert_int_eq(found->kind, expected->kind);
                ck_assert_int_eq(found->enabled, expected->enabled);
                ck_assert_double_eq(found->threshold, expected->threshold);
                ck_assert_uint_eq(found->size_bytes, expected->size_bytes);
                ck_assert_pstr_eq(found->path, expected->path);
                ck_assert_pstr_eq(found->script, expected->script);
                ck_assert(string_list_equal(found->jobs, expected->jobs));
                ck_assert(string_list_equal(found->arguments, expected->arguments));
        }
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("condition-decode");
        TCase *tcase = tcase_create("condition-decode");

        tcase_add_loop_test(tcase, what_has_to_hold_is_kept, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
