/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/launch-message.h"

#include <signal.h>

#include "support/test-support.h"

START_TEST(absent_strings_travel_as_empty_ones) {
        Job job = { .name = (char *) "backup", .process = { .umask = 022, .kill_signal = SIGTERM } };
        const Launch launch = { .id = { 7, 1 }, .job = &job, .cause = CAUSE_MANUAL, .due_usec = 42 };
        MessageStart message;

        launch_to_message(&launch, &message);

        ck_assert_uint_eq(message.execution_id, 7);
        ck_assert_uint_eq(message.attempt, 1);
        ck_assert_int_eq(message.due_usec, 42);
        ck_assert_str_eq(message.job, "backup");
        ck_assert_str_eq(message.cause, "manual");
        ck_assert_str_eq(message.user, "");
        ck_assert_str_eq(message.script, "");
        ck_assert_uint_eq(message.has_groups, 0);
        ck_assert_uint_eq(message.kill_signal, SIGTERM);
}
END_TEST

START_TEST(an_empty_list_of_groups_is_not_the_users_own) {
        char *no_groups[] = { NULL };
        Job job = { .name = (char *) "backup", .process.groups = no_groups };
        const Launch launch = { .id = { 7, 1 }, .job = &job };
        MessageStart message;

        launch_to_message(&launch, &message);

        ck_assert_uint_eq(message.has_groups, 1);
}
END_TEST

static const struct {
        EndKind kind;
        LaunchEnd end;
} end_cases[] = {
        { END_EXITED, LAUNCH_EXITED },       { END_SIGNALED, LAUNCH_SIGNALED },
        { END_TIMED_OUT, LAUNCH_TIMED_OUT }, { END_STOPPED, LAUNCH_STOPPED },
        { END_LAUNCH, LAUNCH_FAILED },       { END_ACCOUNT, LAUNCH_ACCOUNT },
        { END_SHUTDOWN, LAUNCH_SHUTDOWN },   { END_LOST, LAUNCH_LOST },
};

START_TEST(each_kind_of_end_has_its_own_word) {
        const MessageEnded ended = {
                .kind = end_cases[_i].kind, .exit_code = 3, .signal = -1, .cpu_usec = 1500000
        };
        LaunchOutcome outcome;

        launch_outcome_from_message(&ended, NULL, &outcome);

        ck_assert_int_eq(outcome.end, end_cases[_i].end);
        ck_assert_int_eq(outcome.exit_code, 3);
        ck_assert_int_eq(outcome.signal, -1);
        ck_assert(outcome.cpu_seconds > 1.49 && outcome.cpu_seconds < 1.51);
        ck_assert_ptr_null(outcome.message);
}
END_TEST

START_TEST(unknown_resource_use_stays_unknown) {
        const MessageEnded ended = {
                .kind = END_LOST, .cpu_usec = -1, .memory_peak_bytes = -1, .message = (char *) ""
        };
        LaunchOutcome outcome;

        launch_outcome_from_message(&ended, NULL, &outcome);

        ck_assert(outcome.cpu_seconds < 0);
        ck_assert_int_eq(outcome.memory_peak_bytes, -1);
        ck_assert_ptr_null(outcome.message);
}
END_TEST

START_TEST(listed_states_map_to_the_managers) {
        ck_assert_int_eq(launch_listed_from_message(LISTED_RUNNING), LAUNCH_LISTED_RUNNING);
        ck_assert_int_eq(launch_listed_from_message(LISTED_ENDED), LAUNCH_LISTED_ENDED);
        ck_assert_int_eq(launch_listed_from_message(LISTED_LOST), LAUNCH_LISTED_LOST);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("exec-launch-message");
        TCase *tcase = tcase_create("launch-message");

        tcase_add_test(tcase, absent_strings_travel_as_empty_ones);
        tcase_add_test(tcase, an_empty_list_of_groups_is_not_the_users_own);
        tcase_add_loop_test(tcase, each_kind_of_end_has_its_own_word, 0, ARRAY_SIZE(end_cases));
        tcase_add_test(tcase, unknown_resource_use_stays_unknown);
        tcase_add_test(tcase, listed_states_map_to_the_managers);
        suite_add_tcase(suite, tcase);
        return suite;
}
