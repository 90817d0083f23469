/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { C "timeout: 0\n",                     "2:10: 'timeout' expects a duration of at least 1us, or infinity, not '0'" },
        { C "kill-signal: 15\n",                "2:14: 'kill-signal' expects the name of a signal such as TERM, not '15'" },
        { C "success-codes: [256, FOO, 010]\n", "2:17: 'success-codes' expects exit codes from 0 to 255 and names of signals, not '256'\n"
                                                "2:22: 'success-codes' expects exit codes from 0 to 255 and names of signals, not 'FOO'\n"
                                                "2:27: 'success-codes' expects exit codes from 0 to 255 and names of signals, not '010'" },
        { C "success-codes: {a: b}\n",          "2:16: 'success-codes' expects a list, not a mapping" },
        { C "overlap: stop\n",                  "2:10: 'overlap' expects one of skip, queue, replace, allow, not 'stop'" },
        { C "overlap: {policy: skp}\n",         "2:19: 'policy' expects one of skip, queue, replace, allow, not 'skp'; did you mean 'skip'?" },
        { C "overlap: {policy: queue, limit: 0}\n", "2:33: 'limit' expects a number from 1 to 1000000, not 0" },
        { C "overlap: {policy: skip, limit: 5}\n", "2:25: warning: 'limit' has no effect: it is for 'policy: queue'" },
        { C "max-instances: 0\n",               "2:16: 'max-instances' expects a number from 1 to 1000000, not 0" },
        { C "max-instances: many\n",            "2:16: 'max-instances' expects a whole number, not 'many'" },
        { C "catch-up: some\n",                 "2:11: 'catch-up' expects one of none, latest, all, not 'some'" },
        { C "catch-up: {max: 0}\n",             "2:17: 'max' expects a number from 1 to 100000, not 0" },
        { C "catch-up: {max: 100001}\n",        "2:17: 'max' expects a number from 1 to 100000, not 100001" },
        { C "catch-up: {within: soon}\n",       "2:20: 'within' expects a duration such as 90s or 1h 30min, not 'soon'" },
        { C "output: {capture: 17M}\n",         "2:19: 'capture' expects a size from 0B to 16M, not '17M'" },
        { C "keep: {executions: 0}\n",          "2:20: 'executions' expects a number from 1 to 1000000000, not 0" },
        { C "enabled: off\n",                   "2:10: 'enabled' expects true or false, not 'off': write false" },
};
/* clang-format on */

/* clang-format off */
static const struct {
        const char *text;
        Overlap overlap;
} overlap_cases[] = {
        { C,                                             { OVERLAP_SKIP,    10, 1 } },
        { C "overlap: queue\n",                          { OVERLAP_QUEUE,   10, 1 } },
        { C "overlap: {policy: queue, limit: 3}\n",      { OVERLAP_QUEUE,   3,  1 } },
        { C "overlap: replace\nmax-instances: 2\n",      { OVERLAP_REPLACE, 10, 2 } },
        { C "overlap: allow\n",                          { OVERLAP_ALLOW,   10, INSTANCES_UNLIMITED } },
        { C "max-instances: null\noverlap: allow\n",     { OVERLAP_ALLOW,   10, INSTANCES_UNLIMITED } },
        { C "max-instances: 4\noverlap: allow\n",        { OVERLAP_ALLOW,   10, 4 } },
        { C "max-instances: infinity\n",                 { OVERLAP_SKIP,    10, INSTANCES_UNLIMITED } },
};
/* clang-format on */

START_TEST(what_overlaps_is_decided_as_it_says) {
        CLEANUP(job_unrefp) Job *job = test_job(overlap_cases[_i].text);

        ck_assert_int_eq(job->overlap.policy, overlap_cases[_i].overlap.policy);
        ck_assert_uint_eq(job->overlap.limit, overlap_cases[_i].overlap.limit);
        ck_assert_uint_eq(job->overlap.max_instances, overlap_cases[_i].overlap.max_instances);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("policy-decode");
        TCase *tcase = tcase_create("policy-decode");

        tcase_add_loop_test(tcase, what_overlaps_is_decided_as_it_says, 0, ARRAY_SIZE(overlap_cases));
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
