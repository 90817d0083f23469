/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job.h"

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"

#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X128 X32 X32 X32 X32

/* clang-format off */
static const struct {
        const char *name;
        bool valid;
} name_cases[] = {
        { "backup",           true },
        { "_x",               true },
        { "9lives",           true },
        { "a.b@c-d_e",        true },
        { "alice/backup",     true },
        { X128,               true },
        { X128 "x",           false },
        { "a/" X128,          true },
        { "a/" X128 "x",      false },
        { "",                 false },
        { "-x",               false },
        { ".x",               false },
        { "@x",               false },
        { "a b",              false },
        { "a/",               false },
        { "/a",               false },
        { "a/b/c",            false },
        { "a\n",              false },
        { "na\303\257ve",     false },
        { "..",               false },
        { "a/..",             false },
};
/* clang-format on */

START_TEST(names_follow_the_rule) {
        ck_assert_int_eq(job_name_valid(name_cases[_i].name), name_cases[_i].valid);
}
END_TEST

START_TEST(no_name_is_not_valid) {
        ck_assert(!job_name_valid(NULL));
}
END_TEST

START_TEST(enums_and_names_agree) {
        for (int i = 0; i < JOB_ORIGIN_COUNT; i++)
                ck_assert_int_eq(job_origin_from_string(job_origin_to_string((JobOrigin) i)), i);
        for (int i = 0; i < ACTION_KIND_COUNT; i++)
                ck_assert_int_eq(action_kind_from_string(action_kind_to_string((ActionKind) i)), i);
        for (int i = 0; i < OVERLAP_POLICY_COUNT; i++)
                ck_assert_int_eq(overlap_policy_from_string(overlap_policy_to_string((OverlapPolicy) i)), i);
        for (int i = 0; i < CATCH_UP_POLICY_COUNT; i++)
                ck_assert_int_eq(
                                catch_up_policy_from_string(catch_up_policy_to_string((CatchUpPolicy) i)), i);
        ck_assert_ptr_null(job_origin_to_string(JOB_ORIGIN_COUNT));
}
END_TEST

START_TEST(success_is_what_the_codes_say) {
        const SuccessCodes codes = { .exit_codes = { 1, 0, 0, UINT64_C(1) << 63 },
                                     .signals = UINT64_C(1) << 15 };

        ck_assert(success_codes_match(&codes, 0, 0));
        ck_assert(success_codes_match(&codes, 255, 0));
        ck_assert(!success_codes_match(&codes, 1, 0));
        ck_assert(!success_codes_match(&codes, 256, 0));
        ck_assert(success_codes_match(&codes, -1, 15));
        ck_assert(!success_codes_match(&codes, -1, 9));
        ck_assert(!success_codes_match(&codes, -1, 0));
        ck_assert(!success_codes_match(&codes, -1, 64));
}
END_TEST

START_TEST(a_job_lives_until_the_last_reference) {
        Job *job = test_job("command: x\nschedule: [\"0 2 * * *\", \"*/5 * * * *\"]\n");

        ck_assert_ptr_eq(job_ref(job), job);
        ck_assert_ptr_null(job_unref(job));
        ck_assert_str_eq(job->name, "test");
        ck_assert(!job_is_interval_like(job, 0));
        ck_assert(job_is_interval_like(job, 1));
        ck_assert_ptr_null(job_unref(job));
        ck_assert_ptr_null(job_unref(NULL));
        ck_assert_ptr_null(job_ref(NULL));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job");
        TCase *tcase = tcase_create("job");

        tcase_add_loop_test(tcase, names_follow_the_rule, 0, ARRAY_SIZE(name_cases));
        tcase_add_test(tcase, no_name_is_not_valid);
        tcase_add_test(tcase, enums_and_names_agree);
        tcase_add_test(tcase, success_is_what_the_codes_say);
        tcase_add_test(tcase, a_job_lives_until_the_last_reference);
        suite_add_tcase(suite, tcase);
        return suite;
}
