/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-policy.h"

#include <assert.h>

const char *const overlap_policy_names[] = {
        [OVERLAP_SKIP] = "skip",   [OVERLAP_QUEUE] = "queue",     [OVERLAP_REPLACE] = "replace",
        [OVERLAP_ALLOW] = "allow", [OVERLAP_POLICY_COUNT] = NULL,
};

const char *const catch_up_policy_names[] = {
        [CATCH_UP_NONE] = "none",
        [CATCH_UP_LATEST] = "latest",
        [CATCH_UP_ALL] = "all",
        [CATCH_UP_POLICY_COUNT] = NULL,
};

const char *const backoff_names[] = {
        [BACKOFF_CONSTANT] = "constant",
        [BACKOFF_LINEAR] = "linear",
        [BACKOFF_EXPONENTIAL] = "exponential",
        [BACKOFF_COUNT] = NULL,
};

const char *const after_when_names[] = {
        [AFTER_SUCCESS] = "success",
        [AFTER_FAILURE] = "failure",
        [AFTER_ANY] = "any",
        [AFTER_WHEN_COUNT] = NULL,
};

const char *const left_behind_names[] = {
        [LEFT_BEHIND_KILL] = "kill",
        [LEFT_BEHIND_WAIT] = "wait",
        [LEFT_BEHIND_LEAVE] = "leave",
        [LEFT_BEHIND_COUNT] = NULL,
};

DEFINE_STRING_TABLE(overlap_policy, OverlapPolicy, overlap_policy_names);
DEFINE_STRING_TABLE(catch_up_policy, CatchUpPolicy, catch_up_policy_names);
DEFINE_STRING_TABLE(backoff, Backoff, backoff_names);
DEFINE_STRING_TABLE(after_when, AfterWhen, after_when_names);
DEFINE_STRING_TABLE(left_behind, LeftBehind, left_behind_names);

bool success_codes_match(const SuccessCodes *codes, int exit_code, int signal) {
        assert(codes);

        if (exit_code >= 0)
                return exit_code <= 255 &&
                                (codes->exit_codes[exit_code / 64] >> (unsigned) (exit_code % 64) & 1U) != 0;

        return signal >= 1 && signal <= 63 && (codes->signals >> (unsigned) signal & 1U) != 0;
}
