/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/execution-record.h"

#include <string.h>

#include "support/test-support.h"

START_TEST(enums_and_names_agree) {
        for (int i = 0; i < EXECUTION_STATE_COUNT; i++)
                ck_assert_int_eq(
                                execution_state_from_string(execution_state_to_string((ExecutionState) i)),
                                i);
        for (int i = 0; i < EXECUTION_CAUSE_COUNT; i++)
                ck_assert_int_eq(
                                execution_cause_from_string(execution_cause_to_string((ExecutionCause) i)),
                                i);
        for (int i = 0; i < EXECUTION_REASON_COUNT; i++)
                ck_assert_int_eq(
                                execution_reason_from_string(execution_reason_to_string((ExecutionReason) i)),
                                i);
        ck_assert_str_eq(execution_reason_to_string(REASON_NONE), "");
        ck_assert_int_eq(execution_state_from_string("done"), -EINVAL);
}
END_TEST

/* clang-format off */
static const struct {
        ExecutionState state;
        bool active, final, outcome;
} state_cases[] = {
        { EXECUTION_ARMED,     false, false, false },
        { EXECUTION_WAITING,   true,  false, false },
        { EXECUTION_STARTING,  true,  false, false },
        { EXECUTION_RUNNING,   true,  false, false },
        { EXECUTION_RETRYING,  false, false, false },
        { EXECUTION_SUCCEEDED, false, true,  true },
        { EXECUTION_FAILED,    false, true,  true },
        { EXECUTION_TIMED_OUT, false, true,  true },
        { EXECUTION_CANCELLED, false, true,  true },
        { EXECUTION_LOST,      false, true,  true },
        { EXECUTION_SKIPPED,   false, true,  false },
        { EXECUTION_MISSED,    false, true,  false },
};
/* clang-format on */

START_TEST(states_are_active_or_final_as_documented) {
        ExecutionState state = state_cases[_i].state;

        ck_assert_int_eq(execution_state_is_active(state), state_cases[_i].active);
        ck_assert_int_eq(execution_state_is_final(state), state_cases[_i].final);
        ck_assert_int_eq(execution_state_is_outcome(state), state_cases[_i].outcome);
}
END_TEST

START_TEST(a_new_record_knows_nothing) {
        ExecutionRecord record;

        execution_record_init(&record);
        ck_assert_int_eq(record.due_usec, USEC_INFINITY);
        ck_assert_int_eq(record.ended_usec, USEC_INFINITY);
        ck_assert_int_eq(record.exit_code, -1);
        ck_assert_int_eq(record.progress, -1);
        ck_assert_int_eq(record.memory_peak_bytes, -1);
        ck_assert(record.cpu_seconds < 0);
        ck_assert_uint_eq(record.count, 1);
        ck_assert_ptr_null(record.job);
}
END_TEST

START_TEST(a_copy_owns_its_texts) {
        CLEANUP(execution_record_freep) ExecutionRecord *record = calloc(1, sizeof(*record));
        ExecutionRecord copy;

        ck_assert_ptr_nonnull(record);
        execution_record_init(record);
        record->id = 41;
        record->job = strdup("backup");
        record->reason_detail = strdup("no such user 'x'");
        record->host = strdup("host");
        (void) strcpy(record->boot_id, "0123");

        ck_assert_int_eq(execution_record_copy(record, &copy), 0);
        ck_assert_uint_eq(copy.id, 41);
        ck_assert_str_eq(copy.job, "backup");
        ck_assert_ptr_ne(copy.job, record->job);
        ck_assert_str_eq(copy.reason_detail, record->reason_detail);
        ck_assert_str_eq(copy.boot_id, "0123");
        ck_assert_ptr_null(copy.result);

        execution_record_done(&copy);
        ck_assert_ptr_null(copy.job);
        execution_record_done(&copy);
}
END_TEST

START_TEST(an_attempt_gives_its_output_back) {
        AttemptRecord attempt = { .output = { .data = strdup("x"), .size = 1 } };

        attempt_record_done(&attempt);
        ck_assert_ptr_null(attempt.output.data);
        attempt_record_done(&attempt);
        attempt_record_done(NULL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("execution-record");
        TCase *tcase = tcase_create("execution-record");

        tcase_add_test(tcase, enums_and_names_agree);
        tcase_add_loop_test(tcase, states_are_active_or_final_as_documented, 0, ARRAY_SIZE(state_cases));
        tcase_add_test(tcase, a_new_record_knows_nothing);
        tcase_add_test(tcase, a_copy_owns_its_texts);
        tcase_add_test(tcase, an_attempt_gives_its_output_back);
        suite_add_tcase(suite, tcase);
        return suite;
}
