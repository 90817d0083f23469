/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/retry.h"

#include <assert.h>

/* What `max-delay` and USEC_INFINITY leave of it; a product that does not fit is as long as can be. */
static usec_t multiply(usec_t delay_usec, double factor, usec_t most_usec) {
        double product = (double) delay_usec * factor;

        return product >= (double) most_usec ? most_usec : (usec_t) product;
}

static usec_t plain_delay(const RetryPolicy *policy, unsigned attempt) {
        double factor = 1;

        if (policy->backoff == BACKOFF_LINEAR)
                factor = attempt;
        else if (policy->backoff == BACKOFF_EXPONENTIAL)
                for (unsigned i = 1; i < MIN(attempt, 64U); i++) /* more doublings than any span has */
                        factor *= 2;
        return multiply(policy->delay_usec, factor, policy->max_delay_usec);
}

usec_t retry_longest_delay(const RetryPolicy *policy, unsigned attempt) {
        assert(policy);
        assert(attempt > 0);

        return multiply(plain_delay(policy, attempt), 1 + policy->jitter, policy->max_delay_usec);
}

static usec_t jittered_delay(const RetryPolicy *policy, const RetryFacts *facts) {
        double part = (double) (facts->random % 1000001) / 1000000; /* 0…1 */

        return multiply(plain_delay(policy, facts->attempt), 1 + policy->jitter * (2 * part - 1),
                        policy->max_delay_usec);
}

static bool is_retried(const RetryPolicy *policy, const RetryFacts *facts) {
        switch (facts->state) {
        case EXECUTION_FAILED:
                return policy->on_failed ||
                                success_codes_match(
                                                &policy->on_codes, facts->exit_code,
                                                facts->signal > 0 ? facts->signal : 0);
        case EXECUTION_TIMED_OUT:
                return policy->on_timeout;
        case EXECUTION_LOST:
                return policy->on_lost;
        default:
                return false;
        }
}

usec_t retry_next(const RetryPolicy *policy, const RetryFacts *facts) {
        usec_t retry_at_usec;

        assert(policy);
        assert(facts);

        if (facts->attempt >= policy->attempts || !is_retried(policy, facts))
                return USEC_INFINITY;

        retry_at_usec = usec_add(facts->ended_usec, jittered_delay(policy, facts));
        if (facts->first_started_usec != USEC_INFINITY &&
            retry_at_usec > usec_add(facts->first_started_usec, policy->max_elapsed_usec))
                return USEC_INFINITY;
        return retry_at_usec;
}
