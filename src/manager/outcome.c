/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/outcome.h"

#include <assert.h>

/* Ends that mean the same whatever the exit status was. */
static const struct {
        bool fixed;
        Verdict verdict;
} verdicts[] = {
        [LAUNCH_EXITED] = { false, { EXECUTION_FAILED, REASON_EXIT_CODE, false } },
        [LAUNCH_SIGNALED] = { false, { EXECUTION_FAILED, REASON_SIGNAL, false } },
        [LAUNCH_TIMED_OUT] = { true, { EXECUTION_TIMED_OUT, REASON_TIMEOUT, false } },
        [LAUNCH_STOPPED] = { true, { EXECUTION_CANCELLED, REASON_OPERATOR, false } },
        [LAUNCH_FAILED] = { true, { EXECUTION_FAILED, REASON_LAUNCH, false } },
        [LAUNCH_ACCOUNT] = { true, { EXECUTION_FAILED, REASON_ACCOUNT, false } },
        [LAUNCH_SHUTDOWN] = { true, { EXECUTION_CANCELLED, REASON_SHUTDOWN, false } },
        [LAUNCH_LOST] = { true, { EXECUTION_LOST, REASON_RUNNER_LOST, false } },
        [LAUNCH_ANSWERED] = { true, { EXECUTION_SUCCEEDED, REASON_NONE, false } },
        [LAUNCH_DENIED] = { true, { EXECUTION_FAILED, REASON_LAUNCH, true } },
};

/* An action's result was not what was expected, however it ended. */
static const Verdict result_verdicts[] = {
        [LAUNCH_VERDICT_STATUS] = { EXECUTION_FAILED, REASON_HTTP_STATUS, false },
        [LAUNCH_VERDICT_CONTENT] = { EXECUTION_FAILED, REASON_RESULT_CHECK, false },
};

Verdict outcome_judge(const LaunchOutcome *outcome, const SuccessCodes *codes, bool same_boot) {
        Verdict verdict;

        assert(outcome);
        assert(codes);
        assert((size_t) outcome->end < ARRAY_SIZE(verdicts));

        verdict = verdicts[outcome->end].verdict;
        if (outcome->end == LAUNCH_LOST && !same_boot)
                verdict.reason = REASON_HOST_DOWN;
        if (!verdicts[outcome->end].fixed) {
                if (outcome->oom)
                        return (Verdict){ EXECUTION_FAILED, REASON_OOM, false };
                if (outcome->end == LAUNCH_EXITED ? success_codes_match(codes, outcome->exit_code, 0)
                                                  : success_codes_match(codes, -1, outcome->signal))
                        verdict = (Verdict){ EXECUTION_SUCCEEDED, REASON_NONE, false };
        }
        if (verdict.state == EXECUTION_SUCCEEDED && outcome->verdict != LAUNCH_VERDICT_GOOD)
                verdict = result_verdicts[outcome->verdict];
        return verdict;
}
