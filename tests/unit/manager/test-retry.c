/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/retry.h"
#include "support/test-support.h"

#define SECONDS(n) ((n) *USEC_PER_SEC)
#define NONE USEC_INFINITY
#define ENDED SECONDS(1000)

/* Delays after attempt 1, 2, 3 …, without jitter. */
/* clang-format off */
static const struct {
        Backoff backoff;
        usec_t delay_usec, max_delay_usec;
        usec_t delays[5];
} backoffs[] = {
        { BACKOFF_CONSTANT,    SECONDS(10), NONE,        { SECONDS(10), SECONDS(10), SECONDS(10), SECONDS(10), SECONDS(10) } },
        { BACKOFF_LINEAR,      SECONDS(10), NONE,        { SECONDS(10), SECONDS(20), SECONDS(30), SECONDS(40), SECONDS(50) } },
        { BACKOFF_EXPONENTIAL, SECONDS(10), NONE,        { SECONDS(10), SECONDS(20), SECONDS(40), SECONDS(80), SECONDS(160) } },
        { BACKOFF_EXPONENTIAL, SECONDS(10), SECONDS(60), { SECONDS(10), SECONDS(20), SECONDS(40), SECONDS(60), SECONDS(60) } },
        { BACKOFF_LINEAR,      SECONDS(10), SECONDS(25), { SECONDS(10), SECONDS(20), SECONDS(25), SECONDS(25), SECONDS(25) } },
        { BACKOFF_CONSTANT,    SECONDS(10), SECONDS(5),  { SECONDS(5),  SECONDS(5),  SECONDS(5),  SECONDS(5),  SECONDS(5) } },
        { BACKOFF_EXPONENTIAL, 0,           NONE,        { 0, 0, 0, 0, 0 } },
};
/* clang-format on */

static RetryPolicy policy_of(Backoff backoff, usec_t delay_usec, usec_t max_delay_usec) {
        RetryPolicy policy = RETRY_DEFAULT;

        policy.attempts = 1000;
        policy.backoff = backoff;
        policy.delay_usec = delay_usec;
        policy.max_delay_usec = max_delay_usec;
        return policy;
}

START_TEST(a_delay_grows_as_backoff_says) {
        const RetryPolicy policy =
                        policy_of(backoffs[_i].backoff, backoffs[_i].delay_usec, backoffs[_i].max_delay_usec);

        for (unsigned i = 0; i < ARRAY_SIZE(backoffs[_i].delays); i++) {
                const RetryFacts facts = {
                        .state = EXECUTION_FAILED,
                        .exit_code = 1,
                        .signal = -1,
                        .attempt = i + 1,
                        .first_started_usec = NONE,
                        .ended_usec = ENDED,
                };

                ck_assert_int_eq(retry_next(&policy, &facts), ENDED + backoffs[_i].delays[i]);
                ck_assert_int_eq(retry_longest_delay(&policy, i + 1), backoffs[_i].delays[i]);
        }
}
END_TEST

START_TEST(the_thousandth_attempt_does_not_overflow) {
        RetryPolicy policy = policy_of(BACKOFF_EXPONENTIAL, SECONDS(3600), SECONDS(86400));
        const RetryFacts facts = {
                .state = EXECUTION_FAILED,
                .exit_code = 1,
                .attempt = 999,
                .first_started_usec = NONE,
                .ended_usec = ENDED,
        };

        ck_assert_int_eq(retry_next(&policy, &facts), ENDED + SECONDS(86400));
        policy.max_delay_usec = NONE;
        ck_assert_int_eq(retry_next(&policy, &facts), NONE); /* after the end of time */
        policy = policy_of(BACKOFF_LINEAR, NONE - 1, NONE);
        ck_assert_int_eq(retry_next(&policy, &facts), NONE);
}
END_TEST

/* clang-format off */
static const struct {
        uint64_t random;
        usec_t max_delay_usec, delay_usec, longest_usec; /* of 100 s with a jitter of 10 % */
} jitters[] = {
        { 0,       NONE,         SECONDS(90),  SECONDS(110) },
        { 500000,  NONE,         SECONDS(100), SECONDS(110) },
        { 1000000, NONE,         SECONDS(110), SECONDS(110) },
        { 1000001, NONE,         SECONDS(90),  SECONDS(110) },
        { 0,       SECONDS(105), SECONDS(90),  SECONDS(105) },
        { 1000000, SECONDS(105), SECONDS(105), SECONDS(105) },
};
/* clang-format on */

START_TEST(jitter_is_within_its_part) {
        RetryPolicy policy = policy_of(BACKOFF_CONSTANT, SECONDS(100), jitters[_i].max_delay_usec);
        const RetryFacts facts = {
                .state = EXECUTION_FAILED,
                .exit_code = 1,
                .attempt = 1,
                .first_started_usec = NONE,
                .ended_usec = ENDED,
                .random = jitters[_i].random,
        };
        usec_t difference;

        policy.jitter = 0.1;
        difference = retry_next(&policy, &facts) - ENDED - jitters[_i].delay_usec;
        ck_assert_int_le(difference < 0 ? -difference : difference, 1);
        difference = retry_longest_delay(&policy, 1) - jitters[_i].longest_usec;
        ck_assert_int_le(difference < 0 ? -difference : difference, 1);
}
END_TEST

/* What `on` says, after the first of two attempts with a delay of 10 s. */
/* clang-format off */
static const struct {
        bool on_failed, on_timeout, on_lost;
        ExecutionState state;
        int exit_code, signal; /* 7 and SIGHUP (1) are among the codes */
        bool retried;
} judgements[] = {
        { true,  true,  false, EXECUTION_FAILED,     1, -1, true },
        { true,  true,  false, EXECUTION_FAILED,    -1,  9, true },
        { true,  true,  false, EXECUTION_FAILED,    -1, -1, true },
        { true,  true,  false, EXECUTION_TIMED_OUT, -1, 15, true },
        { true,  true,  false, EXECUTION_LOST,      -1, -1, false },
        { true,  true,  true,  EXECUTION_LOST,      -1, -1, true },
        { true,  true,  true,  EXECUTION_CANCELLED, -1, 15, false },
        { true,  true,  true,  EXECUTION_SUCCEEDED,  0, -1, false },
        { false, false, false, EXECUTION_FAILED,     1, -1, false },
        { false, false, false, EXECUTION_FAILED,     7, -1, true },
        { false, false, false, EXECUTION_FAILED,    -1,  1, true },
        { false, false, false, EXECUTION_FAILED,    -1,  9, false },
        { false, false, false, EXECUTION_FAILED,    -1, -1, false },
        { false, false, false, EXECUTION_TIMED_OUT,  7, -1, false },
};
/* clang-format on */

START_TEST(only_what_is_named_is_tried_again) {
        RetryPolicy policy = policy_of(BACKOFF_CONSTANT, SECONDS(10), NONE);
        const RetryFacts facts = {
                .state = judgements[_i].state,
                .exit_code = judgements[_i].exit_code,
                .signal = judgements[_i].signal,
                .attempt = 1,
                .first_started_usec = NONE,
                .ended_usec = ENDED,
        };

        policy.attempts = 2;
        policy.on_failed = judgements[_i].on_failed;
        policy.on_timeout = judgements[_i].on_timeout;
        policy.on_lost = judgements[_i].on_lost;
        policy.on_codes.exit_codes[0] = 1 | UINT64_C(1) << 7;
        policy.on_codes.signals = UINT64_C(1) << 1;
        ck_assert_int_eq(retry_next(&policy, &facts), judgements[_i].retried ? ENDED + SECONDS(10) : NONE);
}
END_TEST

/* clang-format off */
static const struct {
        uint64_t attempts;
        usec_t max_elapsed_usec, first_started_usec;
        unsigned attempt;
        bool retried;
} limits[] = {
        { 1, NONE,        0,    1, false }, /* the first one counts */
        { 2, NONE,        0,    1, true },
        { 2, NONE,        0,    2, false },
        { 9, SECONDS(60), ENDED - SECONDS(49), 1, true },
        { 9, SECONDS(60), ENDED - SECONDS(50), 1, true },
        { 9, SECONDS(60), ENDED - SECONDS(51), 1, false }, /* it would begin 61 s after the first */
        { 9, SECONDS(60), NONE,                1, true },  /* none of them could be started */
};
/* clang-format on */

START_TEST(attempts_and_time_are_limited) {
        RetryPolicy policy = policy_of(BACKOFF_CONSTANT, SECONDS(10), NONE);
        const RetryFacts facts = {
                .state = EXECUTION_FAILED,
                .exit_code = 1,
                .attempt = limits[_i].attempt,
                .first_started_usec = limits[_i].first_started_usec,
                .ended_usec = ENDED,
        };

        policy.attempts = limits[_i].attempts;
        policy.max_elapsed_usec = limits[_i].max_elapsed_usec;
        ck_assert_int_eq(retry_next(&policy, &facts), limits[_i].retried ? ENDED + SECONDS(10) : NONE);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("retry");
        TCase *delay = tcase_create("delay");
        TCase *again = tcase_create("again");

        tcase_add_loop_test(delay, a_delay_grows_as_backoff_says, 0, ARRAY_SIZE(backoffs));
        tcase_add_test(delay, the_thousandth_attempt_does_not_overflow);
        tcase_add_loop_test(delay, jitter_is_within_its_part, 0, ARRAY_SIZE(jitters));
        tcase_add_loop_test(again, only_what_is_named_is_tried_again, 0, ARRAY_SIZE(judgements));
        tcase_add_loop_test(again, attempts_and_time_are_limited, 0, ARRAY_SIZE(limits));
        suite_add_tcase(suite, delay);
        suite_add_tcase(suite, again);
        return suite;
}
