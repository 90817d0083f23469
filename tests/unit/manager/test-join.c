/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/join.h"

#include "support/test-support.h"

/* clang-format off */
static const struct {
        ExecutionState state;
        usec_t started_usec;
        bool counts, success, failure;
} end_cases[] = {
        { EXECUTION_SUCCEEDED, 1,             true,  true,  false },
        { EXECUTION_FAILED,    1,             true,  false, true },
        { EXECUTION_FAILED,    USEC_INFINITY, true,  false, true }, /* it could not be launched */
        { EXECUTION_TIMED_OUT, 1,             true,  false, true },
        { EXECUTION_LOST,      1,             true,  false, true },
        { EXECUTION_CANCELLED, 1,             true,  false, false },
        { EXECUTION_CANCELLED, USEC_INFINITY, false, false, false },
        { EXECUTION_SKIPPED,   USEC_INFINITY, false, false, false },
        { EXECUTION_MISSED,    USEC_INFINITY, false, false, false },
        { EXECUTION_RUNNING,   1,             false, false, false },
        { EXECUTION_RETRYING,  1,             false, false, false },
};
/* clang-format on */

START_TEST(an_end_counts_as_its_state_says) {
        const ExecutionRecord record = { .state = end_cases[_i].state,
                                         .started_usec = end_cases[_i].started_usec };

        ck_assert_int_eq(join_counts(&record), end_cases[_i].counts);
        ck_assert_int_eq(join_is_success(record.state), end_cases[_i].success);
        ck_assert_int_eq(join_is_failure(record.state), end_cases[_i].failure);
}
END_TEST

#define NEVER USEC_INFINITY

/* clang-format off */
static const struct {
        bool known;
        ExecutionState state;
        usec_t ended_usec;
        AfterWhen when;
        JoinStanding standing; /* since 100 */
} part_cases[] = {
        { false, EXECUTION_SUCCEEDED, NEVER, AFTER_SUCCESS, JOIN_UNKNOWN },
        { false, EXECUTION_SUCCEEDED, 150,   AFTER_ANY,     JOIN_UNKNOWN },
        { true,  EXECUTION_SUCCEEDED, NEVER, AFTER_SUCCESS, JOIN_WAITING },
        { true,  EXECUTION_SUCCEEDED, 99,    AFTER_SUCCESS, JOIN_WAITING },
        { true,  EXECUTION_SUCCEEDED, 100,   AFTER_SUCCESS, JOIN_WAITING }, /* used up */
        { true,  EXECUTION_SUCCEEDED, 101,   AFTER_SUCCESS, JOIN_MET },
        { true,  EXECUTION_SUCCEEDED, 101,   AFTER_FAILURE, JOIN_OTHER_END },
        { true,  EXECUTION_SUCCEEDED, 101,   AFTER_ANY,     JOIN_MET },
        { true,  EXECUTION_FAILED,    101,   AFTER_SUCCESS, JOIN_OTHER_END },
        { true,  EXECUTION_FAILED,    101,   AFTER_FAILURE, JOIN_MET },
        { true,  EXECUTION_FAILED,    100,   AFTER_FAILURE, JOIN_WAITING },
        { true,  EXECUTION_TIMED_OUT, 101,   AFTER_FAILURE, JOIN_MET },
        { true,  EXECUTION_LOST,      101,   AFTER_FAILURE, JOIN_MET },
        { true,  EXECUTION_CANCELLED, 101,   AFTER_SUCCESS, JOIN_OTHER_END },
        { true,  EXECUTION_CANCELLED, 101,   AFTER_FAILURE, JOIN_OTHER_END },
        { true,  EXECUTION_CANCELLED, 101,   AFTER_ANY,     JOIN_MET },
};
/* clang-format on */

START_TEST(a_part_stands_as_its_last_end_says) {
        const JoinPart part = {
                .known = part_cases[_i].known,
                .state = part_cases[_i].state,
                .ended_usec = part_cases[_i].ended_usec,
        };

        ck_assert_int_eq(join_judge(&part, part_cases[_i].when, 100), part_cases[_i].standing);
}
END_TEST

/* clang-format off */
static const struct {
        usec_t ended_usec[4]; /* of predecessors 1, 2 …; 0: no more of them */
        bool complete;
        uint64_t last;
        usec_t due_usec;
} join_cases[] = {
        { { 0 },                     false, 0, 0 },
        { { 110 },                   true,  1, 110 },
        { { NEVER },                 false, 0, 0 },
        { { 110, NEVER },            false, 1, 110 },
        { { 110, 90 },               false, 1, 110 },
        { { 110, 120, 115 },         true,  2, 120 },
        { { 120, 110, 115 },         true,  1, 120 },
        { { 110, 120, 130, NEVER },  false, 3, 130 },
        { { 110, 120, 130, 140 },    true,  4, 140 },
        { { 130, 130 },              true,  2, 130 },
};
/* clang-format on */

START_TEST(a_join_is_complete_with_its_last_part) {
        Join join = { 0 };

        for (size_t i = 0; i < 4 && join_cases[_i].ended_usec[i] != 0; i++) {
                const JoinPart part = {
                        .known = true,
                        .execution_id = i + 1,
                        .state = EXECUTION_SUCCEEDED,
                        .ended_usec = join_cases[_i].ended_usec[i],
                };

                join_add(&join, &part, AFTER_SUCCESS, 100);
        }

        ck_assert_int_eq(join_is_complete(&join), join_cases[_i].complete);
        ck_assert_uint_eq(join.last_execution_id, join_cases[_i].last);
        ck_assert_int_eq(join.ended_usec, join_cases[_i].due_usec);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("join");
        TCase *tcase = tcase_create("join");

        tcase_add_loop_test(tcase, an_end_counts_as_its_state_says, 0, ARRAY_SIZE(end_cases));
        tcase_add_loop_test(tcase, a_part_stands_as_its_last_end_says, 0, ARRAY_SIZE(part_cases));
        tcase_add_loop_test(tcase, a_join_is_complete_with_its_last_part, 0, ARRAY_SIZE(join_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
