/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"

START_TEST(predecessors_and_successors_are_kept) {
        CLEANUP(job_unrefp)
        Job *job = test_job(C "schedule: \"@daily\"\nafter: {jobs: [dump, ann/copy], when: any, wait: 2h}\n"
                              "trigger: {on-success: verify, on-failure: [a, b]}\n");

        ck_assert_str_eq(job->after.jobs[0], "dump");
        ck_assert_str_eq(job->after.jobs[1], "ann/copy");
        ck_assert_ptr_null(job->after.jobs[2]);
        ck_assert_int_eq(job->after.when, AFTER_ANY);
        ck_assert_int_eq(job->after.wait_usec, 2 * USEC_PER_HOUR);
        ck_assert_str_eq(job->triggers.on_success[0], "verify");
        ck_assert_str_eq(job->triggers.on_failure[1], "b");
}
END_TEST

START_TEST(the_short_forms_mean_the_same) {
        CLEANUP(job_unrefp) Job *one = test_job(C "after: dump\n");
        CLEANUP(job_unrefp) Job *two = test_job(C "after: [dump, copy]\n");
        CLEANUP(job_unrefp) Job *none = test_job(C "after: []\n");

        ck_assert_str_eq(one->after.jobs[0], "dump");
        ck_assert_ptr_null(one->after.jobs[1]);
        ck_assert_int_eq(one->after.when, AFTER_SUCCESS);
        ck_assert_int_eq(one->after.wait_usec, USEC_INFINITY);
        ck_assert_str_eq(two->after.jobs[1], "copy");
        ck_assert_ptr_null(none->after.jobs);
}
END_TEST

START_TEST(ordinary_users_name_their_own_jobs_for_short) {
        CLEANUP(job_unrefp) Job *job = test_job_of_user(C "after: [dump, ann/copy]\n");

        ck_assert_str_eq(job->after.jobs[0], "ann/dump");
        ck_assert_str_eq(job->after.jobs[1], "ann/copy");
}
END_TEST

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { C "after: [a b]\n",                   "2:9: 'after' expects names of jobs, not 'a b'" },
        { C "after: [[a]]\n",                   "2:9: 'after' expects a text, not a list" },
        { C "after: {when: any}\n",             "2:8: key 'jobs' is missing" },
        { C "after: {jobs: a, when: never}\n",  "2:24: 'when' expects one of success, failure, any, not 'never'" },
        { C "after: {jobs: {a: b}}\n",          "2:15: 'jobs' expects names of jobs, not a mapping" },
        { C "after: [a, b, a]\n",               "2:15: 'after' names 'a' twice" },
        { C "after: {jobs: a, wait: 1h}\n",     "2:18: warning: 'wait' has no effect: without a 'schedule' the job starts whenever those in 'after' have ended" },
        { C "trigger: [a]\n",                   "2:10: 'trigger' expects a mapping, not a list" },
        { C "trigger: {on-succes: a}\n",        "2:11: unknown key 'on-succes'; did you mean 'on-success'?" },
        { C "trigger: {on-success: on}\n",      "2:23: on in 'on-success' could be true or false: quote it if the text is meant, as \"on\"" },
};

static const JobFaultCase user_cases[] = {
        { C "after: bob/dump\n",                "2:8: 'after' cannot name 'bob/dump': it is a job of another user than 'ann/test' is" },
        { C "after: anna/dump\n",               "2:8: 'after' cannot name 'anna/dump': it is a job of another user than 'ann/test' is" },
        { C "after: [dump, ann/dump]\n",        "2:15: 'after' names 'ann/dump' twice" },
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(jobs_of_others_are_not_named_by_ordinary_users) {
        test_assert_faults_of_user(&user_cases[_i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("reference-decode");
        TCase *tcase = tcase_create("reference-decode");

        tcase_add_test(tcase, predecessors_and_successors_are_kept);
        tcase_add_test(tcase, the_short_forms_mean_the_same);
        tcase_add_test(tcase, ordinary_users_name_their_own_jobs_for_short);
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(tcase, jobs_of_others_are_not_named_by_ordinary_users, 0, ARRAY_SIZE(user_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
