/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <signal.h>

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"
#define R C "retry: "

/* clang-format off */
static const struct {
        const char *text;
        RetryPolicy retry;
} cases[] = {
        { C, RETRY_DEFAULT },
        { R "null\n", RETRY_DEFAULT },
        { R "{attempts: 3, delay: 1min, backoff: exponential, max-delay: 30min, jitter: 10%, max-elapsed: 1d}\n",
          { .attempts = 3, .delay_usec = USEC_PER_MINUTE, .backoff = BACKOFF_EXPONENTIAL,
            .max_delay_usec = 30 * USEC_PER_MINUTE, .jitter = 0.1, .max_elapsed_usec = USEC_PER_DAY,
            .on_failed = true, .on_timeout = true } },
        { R "{attempts: 1000, delay: 0, backoff: linear, on: [timeout, lost]}\n",
          { .attempts = 1000, .backoff = BACKOFF_LINEAR, .max_delay_usec = USEC_INFINITY,
            .max_elapsed_usec = USEC_INFINITY, .on_timeout = true, .on_lost = true } },
        { R "{attempts: 2, on: [75, 130, SEGV, failed]}\n",
          { .attempts = 2, .delay_usec = 10 * USEC_PER_SEC, .max_delay_usec = USEC_INFINITY,
            .max_elapsed_usec = USEC_INFINITY, .on_failed = true,
            .on_codes = { .exit_codes = { 0, 1U << 11, 4 }, .signals = 1U << SIGSEGV } } },
        { R "{attempts: 2, on: 3}\n",
          { .attempts = 2, .delay_usec = 10 * USEC_PER_SEC, .max_delay_usec = USEC_INFINITY,
            .max_elapsed_usec = USEC_INFINITY, .on_codes = { .exit_codes = { 8 } } } },
};

static const JobFaultCase fault_cases[] = {
        { R "3\n",                            "2:8: 'retry' expects a mapping, not a text" },
        { R "{attempts: 0}\n",                "2:19: 'attempts' expects a number from 1 to 1000, not 0" },
        { R "{attempts: 1001}\n",             "2:19: 'attempts' expects a number from 1 to 1000, not 1001" },
        { R "{atempts: 2}\n",                 "2:9: unknown key 'atempts'; did you mean 'attempts'?" },
        { R "{attempts: 2, delay: soon}\n",   "2:29: 'delay' expects a duration such as 90s or 1h 30min, not 'soon'" },
        { R "{attempts: 2, backoff: exp}\n",  "2:31: 'backoff' expects one of constant, linear, exponential, not 'exp'; did you mean 'exponential'?" },
        { R "{attempts: 2, jitter: 0.1}\n",   "2:30: 'jitter' expects a percentage such as 10%, not '0.1'" },
        { R "{attempts: 2, jitter: 101%}\n",  "2:30: 'jitter' expects a percentage from 0% to 100%, not 101%" },
        { R "{attempts: 2, max-elapsed: 0}\n", "2:35: 'max-elapsed' expects a duration of at least 1us, or infinity, not '0'" },
        { R "{attempts: 2, on: {a: b}}\n",    "2:26: 'on' expects a list, not a mapping" },
        { R "{attempts: 2, on: []}\n",        "2:26: 'on' is empty, so nothing would be tried again: use attempts: 1" },
        { R "{attempts: 2, on: [0, 256, never, [1]]}\n",
          "2:27: 'on' expects what is a failure, and exit code 0 never is one\n"
          "2:30: 'on' expects exit codes from 1 to 255, names of signals, failed, timeout and lost, not '256'\n"
          "2:35: 'on' expects exit codes from 1 to 255, names of signals, failed, timeout and lost, not 'never'\n"
          "2:42: 'on' expects exit codes, signals, failed, timeout and lost, not a list" },

        /* right, and yet hardly what was meant */
        { R "{attempts: 1}\n",                "" },
        { R "{attempts: 1, delay: 5s}\n",     "2:19: warning: 'retry' has no effect: 'attempts' is 1, and the first one counts" },
        { R "{delay: 5s}\n",                  "2:8: warning: 'retry' has no effect: 'attempts' is 1, and the first one counts" },
        { R "{attempts: 2, backoff: linear, max-delay: 5s}\n",
          "2:50: warning: 'max-delay' is shorter than 'delay', which therefore never takes effect" },
        { R "{attempts: 2, max-delay: 1h}\n", "2:33: warning: 'max-delay' has no effect: without 'backoff' no delay grows" },
        { R "{attempts: 2, on: [3, 75]}\nsuccess-codes: [75]\n",
          "2:22: warning: 'on' lists what 'success-codes' makes a success: that is never tried again" },
        { R "{attempts: 2, max-elapsed: 5s}\n",
          "2:8: warning: 'max-elapsed' is not longer than 'delay', so nothing is ever tried again" },
};
/* clang-format on */

START_TEST(what_is_given_is_kept_and_the_rest_has_its_default) {
        CLEANUP(job_unrefp) Job *job = test_job(cases[_i].text);
        const RetryPolicy *expected = &cases[_i].retry;

        ck_assert_uint_eq(job->retry.attempts, expected->attempts);
        ck_assert_int_eq(job->retry.delay_usec, expected->delay_usec);
        ck_assert_int_eq(job->retry.backoff, expected->backoff);
        ck_assert_int_eq(job->retry.max_delay_usec, expected->max_delay_usec);
        ck_assert_double_eq(job->retry.jitter, expected->jitter);
        ck_assert_int_eq(job->retry.max_elapsed_usec, expected->max_elapsed_usec);
        ck_assert_int_eq(job->retry.on_failed, expected->on_failed);
        ck_assert_int_eq(job->retry.on_timeout, expected->on_timeout);
        ck_assert_int_eq(job->retry.on_lost, expected->on_lost);
        ck_assert_mem_eq(&job->retry.on_codes, &expected->on_codes, sizeof(expected->on_codes));
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("retry-decode");
        TCase *tcase = tcase_create("retry-decode");

        tcase_add_loop_test(tcase, what_is_given_is_kept_and_the_rest_has_its_default, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
