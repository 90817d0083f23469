/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"
#define O C "output: "

START_TEST(output_goes_where_it_says) {
        CLEANUP(job_unrefp)
        Job *job = test_job(O "{file: /var/log/%n-%t.log, keep-files: 7, keep-age: 30d}\n");
        CLEANUP(job_unrefp) Job *other = test_job(O "{capture: 0, journal: false}\n");

        ck_assert_str_eq(job->output.file, "/var/log/%n-%t.log");
        ck_assert_uint_eq(job->output.keep_files, 7);
        ck_assert_int_eq(job->output.keep_age_usec, 30 * USEC_PER_DAY);
        ck_assert_uint_eq(job->output.capture_bytes, 64 * 1024);
        ck_assert(job->output.journal);

        ck_assert_ptr_null(other->output.file);
        ck_assert_uint_eq(other->output.keep_files, 0);
        ck_assert_int_eq(other->output.keep_age_usec, USEC_INFINITY);
        ck_assert_uint_eq(other->output.capture_bytes, 0);
        ck_assert(!other->output.journal);
}
END_TEST

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { O "[x]\n",                            "2:9: 'output' expects a mapping, not a list" },
        { O "{capture: 17M}\n",                 "2:19: 'capture' expects a size from 0B to 16M, not '17M'" },
        { O "{journal: on}\n",                  "2:19: 'journal' expects true or false, not 'on': write true" },
        { O "{file: [a]}\n",                    "2:16: 'file' expects a text, not a list" },
        { O "{file: /x, keep-files: 0}\n",      "2:32: 'keep-files' expects a number from 1 to 1000000, not 0" },
        { O "{file: /x, keep-age: 0}\n",        "2:30: 'keep-age' expects a duration of at least 1s, or infinity, not '0'" },
        { O "{keep-files: 3, keep-age: null}\n", "2:10: warning: 'keep-files' has no effect without 'file'" },
        { O "{keep-age: 3d}\n",                 "2:10: warning: 'keep-age' has no effect without 'file'" },
};

static const char *const faulty_paths[] = { "log", "/a/../b", "/a/", "/a-%Q", "/a%", "/%D" };
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(expansions_are_checked_at_load) {
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *faults = NULL;

        ck_assert_int_gt(asprintf(&text, O "{file: \"%s\"}\n", faulty_paths[_i]), 0);
        faults = test_job_faults(text, true);

        ck_assert_msg(strncmp(faults, "2:16: 'file' of 'output': ", 26) == 0, "%s", faults);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("output-decode");
        TCase *tcase = tcase_create("output-decode");

        tcase_add_test(tcase, output_goes_where_it_says);
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(tcase, expansions_are_checked_at_load, 0, ARRAY_SIZE(faulty_paths));
        suite_add_tcase(suite, tcase);
        return suite;
}
