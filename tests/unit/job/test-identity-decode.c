/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-fields.h"

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"
#define R "parameters: {n: {type: integer, required: true}}\n"
#define NAME "up to 128 letters, digits, '_', '.', '@' and '-', the first a letter, digit or '_'"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { C "template: send-code\nprofile: europe\ntags: [a, web/eu, \"x:1\"]\nrenamed-from: old\n", "" },
        { C "profile: ann/europe\n", "" },
        { C "tags: nightly\n", "" },
        { C "template: a/b\n", "2:11: 'a/b' is not a name for a template: " NAME },
        { C "template: [a]\n", "2:11: 'template' expects a text, not a list" },
        { C "profile: \"a b\"\n", "2:10: 'a b' is not a name for a profile: " NAME },
        { C "tags: [a b]\n", "2:7: 'tags' expects words of up to 64 letters, digits and \"_.:@/-\", not 'a b'" },
        { C "tags: [a, b, a]\n", "2:7: 'tags' has 'a' twice" },
        { C "tags: [\"\"]\n", "2:7: 'tags' expects words of up to 64 letters, digits and \"_.:@/-\", not ''" },
        { C "renamed-from: test\n", "2:15: 'renamed-from' names the job itself" },
        { C "renamed-from: [a, b]\n", "2:15: 'renamed-from' expects the name of a job, not a list" },

        /* what is required may come from whoever starts the job, but not for its schedule */
        { C R, "" },
        { C R "values: {n: 7}\nschedule: \"@daily\"\n", "" },
        { C R "profile: p\nschedule: \"@daily\"\n", "" },
        { C R "schedule: \"@daily\"\n", "3:1: job 'test' cannot run by its schedule: parameter 'n' needs a value" },
        { C "parameters: {n: {type: integer, required: true, default: 3}}\nschedule: \"@daily\"\n", "" },
};

static const JobFaultCase user_cases[] = {
        { C "renamed-from: old\n", "" },
        { C "renamed-from: bob/old\n", "2:15: 'renamed-from' cannot name 'bob/old': it is a job of another user than 'ann/test' is" },
        { C "parameters: {k: {type: secret}}\nvalues: {k: \"${credential:a}\"}\n",
          "3:13: the secret parameter 'k' cannot be a credential in the job of an ordinary user" },
};
/* clang-format on */

START_TEST(faults_are_told) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(faults_of_a_user_are_told) {
        test_assert_faults_of_user(&user_cases[_i]);
}
END_TEST

START_TEST(what_is_given_is_kept) {
        CLEANUP(job_unrefp)
        Job *job = test_job_of_user(C "template: t\nprofile: p\ntags: [a, b]\nrenamed-from: old\n");

        ck_assert_str_eq(job->template, "t");
        ck_assert_str_eq(job->profile, "p");
        ck_assert_str_eq(job->tags[1], "b");
        ck_assert_str_eq(job->renamed_from, "ann/old");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("identity-decode");
        TCase *identity = tcase_create("identity");

        tcase_add_loop_test(identity, faults_are_told, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(identity, faults_of_a_user_are_told, 0, ARRAY_SIZE(user_cases));
        tcase_add_test(identity, what_is_given_is_kept);
        suite_add_tcase(suite, identity);
        return suite;
}
