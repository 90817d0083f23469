/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/outcome.h"
#include "support/test-support.h"

/* 0 always counts; here 24 and SIGUSR1 (10) do as well. */
static const SuccessCodes codes = { .exit_codes = { 1 | UINT64_C(1) << 24 }, .signals = UINT64_C(1) << 10 };

/* clang-format off */
static const struct {
        LaunchEnd end;
        int exit_code, signal;
        bool oom, same_boot;
        ExecutionState state;
        ExecutionReason reason;
} cases[] = {
        { LAUNCH_EXITED,     0, -1, false, true,  EXECUTION_SUCCEEDED, REASON_NONE },
        { LAUNCH_EXITED,    24, -1, false, true,  EXECUTION_SUCCEEDED, REASON_NONE },
        { LAUNCH_EXITED,     1, -1, false, true,  EXECUTION_FAILED,    REASON_EXIT_CODE },
        { LAUNCH_EXITED,   255, -1, false, true,  EXECUTION_FAILED,    REASON_EXIT_CODE },
        { LAUNCH_EXITED,     1, -1, true,  true,  EXECUTION_FAILED,    REASON_OOM },
        { LAUNCH_SIGNALED,  -1, 10, false, true,  EXECUTION_SUCCEEDED, REASON_NONE },
        { LAUNCH_SIGNALED,  -1, 15, false, true,  EXECUTION_FAILED,    REASON_SIGNAL },
        { LAUNCH_SIGNALED,  -1,  9, true,  true,  EXECUTION_FAILED,    REASON_OOM },
        { LAUNCH_TIMED_OUT,  0, -1, false, true,  EXECUTION_TIMED_OUT, REASON_TIMEOUT },
        { LAUNCH_STOPPED,    0, -1, false, true,  EXECUTION_CANCELLED, REASON_OPERATOR },
        { LAUNCH_FAILED,    -1, -1, false, true,  EXECUTION_FAILED,    REASON_LAUNCH },
        { LAUNCH_DENIED,    -1, -1, false, true,  EXECUTION_FAILED,    REASON_LAUNCH },
        { LAUNCH_ACCOUNT,   -1, -1, false, true,  EXECUTION_FAILED,    REASON_ACCOUNT },
        { LAUNCH_SHUTDOWN,  -1, 15, false, true,  EXECUTION_CANCELLED, REASON_SHUTDOWN },
        { LAUNCH_LOST,      -1, -1, false, true,  EXECUTION_LOST,      REASON_RUNNER_LOST },
        { LAUNCH_LOST,      -1, -1, false, false, EXECUTION_LOST,      REASON_HOST_DOWN },
};
/* clang-format on */

START_TEST(an_end_has_one_meaning) {
        const LaunchOutcome outcome = {
                .end = cases[_i].end,
                .exit_code = cases[_i].exit_code,
                .signal = cases[_i].signal,
                .oom = cases[_i].oom,
        };
        Verdict verdict = outcome_judge(&outcome, &codes, cases[_i].same_boot);

        ck_assert_int_eq(verdict.state, cases[_i].state);
        ck_assert_int_eq(verdict.reason, cases[_i].reason);
        ck_assert_int_eq(verdict.is_final, cases[_i].end == LAUNCH_DENIED);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("manager-outcome");
        TCase *outcome = tcase_create("outcome");

        tcase_add_loop_test(outcome, an_end_has_one_meaning, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, outcome);
        return suite;
}
