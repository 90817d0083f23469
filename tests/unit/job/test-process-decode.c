/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/cleanup.h"

#define C "command: x\n"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { C "environment-file: etc/x\n",  "2:19: 'environment-file' expects absolute paths, with '-' in front of one that may be missing, not 'etc/x'" },
        { C "environment-file: {a: b}\n", "2:19: 'environment-file' expects a list of texts, not a mapping" },
        { C "credentials: a/b\n",         "2:14: 'credentials' expects names of letters, digits, '_', '-' and '.', not 'a/b'" },
        { C "credentials: [.hidden]\n",   "2:14: 'credentials' expects names of letters, digits, '_', '-' and '.', not '.hidden'" },
        { C "stdin: [a]\n",               "2:8: 'stdin' expects a text, not a list" },
        { C "stdin: on\n",                "2:8: on in 'stdin' could be true or false: quote it if the text is meant, as \"on\"" },
        { C "directory: srv\n",                 "2:12: 'directory' expects an absolute path, not 'srv'" },
        { C "umask: 027\n",                     "2:8: 'umask' must be quoted, as \"027\": a plain number could be octal or decimal" },
        { C "umask: \"1777\"\n",                "2:8: 'umask' expects a number in octal from \"0000\" to \"0777\", not '1777'" },
        { C "umask: \"89\"\n",                  "2:8: 'umask' expects a number in octal from \"0000\" to \"0777\", not '89'" },
        { C "user: \"a b\"\n",                  "2:7: 'user' expects a name or a number, not 'a b'" },
        { C "user: 4294967295\n",               "2:7: 'user' expects a name or a number, not '4294967295'" },
        { C "user: -1\n",                       "2:7: 'user' expects a name or a number, not '-1'" },
        { C "groups: [adm, \"x:y\"]\n",         "2:15: 'groups' expects a name or a number, not 'x:y'" },
        { C "groups: adm\n",                    "2:9: 'groups' expects a list of texts, not a text" },
        { C "environment: [A=b]\n",             "2:14: 'environment' expects a mapping such as {NAME: value}, not a list" },
        { C "environment: {1A: x}\n",           "2:15: '1A' is not a name for an environment variable" },
        { C "environment: {A-B: x}\n",          "2:15: 'A-B' is not a name for an environment variable" },
        { C "environment: {JOBSCHED_JOB: x}\n", "2:15: 'JOBSCHED_JOB' is set by jobsched and cannot be given" },
        { C "environment: {A: 010}\n",          "2:18: 010 in 'A' could be a number in octal: quote it if the text is meant, as \"010\"" },
        { C "environment:\n  A:\n",             "3:3: 'A' has no value: write \"\" for an empty one, null to leave it out" },
        { C "environment: {A: x, A: y}\n",      "2:21: key 'A' is given twice, first in line 2" },
        { C "timezone: Mars/Olympus\n",         "2:11: 'timezone': time zone 'Mars/Olympus': no such time zone is installed; a name such as \"Europe/Berlin\" was expected" },
};
/* clang-format on */

START_TEST(what_the_command_is_given_is_kept) {
        CLEANUP(job_unrefp)
        Job *job = test_job(
                        C "environment-file: [/etc/a, -/etc/b]\ncredentials: key\nstdin: |\n  one\n  two\n");
        CLEANUP(job_unrefp) Job *other = test_job(C);

        ck_assert_str_eq(job->process.environment_files[0], "/etc/a");
        ck_assert_str_eq(job->process.environment_files[1], "-/etc/b");
        ck_assert_str_eq(job->process.credentials[0], "key");
        ck_assert_str_eq(job->process.input, "one\ntwo\n");
        ck_assert_ptr_null(other->process.environment_files);
        ck_assert_ptr_null(other->process.credentials);
        ck_assert_ptr_null(other->process.input);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(accounts_are_for_the_system_only) {
        CLEANUP_FREE char *faults = test_job_faults(C "user: ann\ngroup: adm\ngroups: [adm]\n", false);

        ck_assert_str_eq(
                        faults,
                        "2:7: 'user' is for the system's daemon: jobs of this one run as the user that it "
                        "runs as\n"
                        "3:8: 'group' is for the system's daemon: jobs of this one run as the user that it "
                        "runs as\n"
                        "4:9: 'groups' is for the system's daemon: jobs of this one run as the user that it "
                        "runs as");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("process-decode");
        TCase *tcase = tcase_create("process-decode");

        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(tcase, accounts_are_for_the_system_only);
        tcase_add_test(tcase, what_the_command_is_given_is_kept);
        suite_add_tcase(suite, tcase);
        return suite;
}
