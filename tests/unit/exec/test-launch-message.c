/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "exec/launch-message.h"

#include <signal.h>
#include <sys/resource.h>

#include "support/test-support.h"

START_TEST(absent_strings_travel_as_empty_ones) {
        Job job = { .name = (char *) "backup", .process = { .umask = 022, .kill_signal = SIGTERM } };
        const Launch launch = { .id = { 7, 1 }, .job = &job, .cause = CAUSE_MANUAL, .due_usec = 42 };
        CLEANUP(launch_message_done) LaunchMessage filled = { 0 };
        MessageStart message;

        ck_assert_int_eq(launch_to_message(&launch, &filled), 0);
        message = filled.start;

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
        CLEANUP(launch_message_done) LaunchMessage filled = { 0 };
        MessageStart message;

        ck_assert_int_eq(launch_to_message(&launch, &filled), 0);
        message = filled.start;

        ck_assert_uint_eq(message.has_groups, 1);
}
END_TEST

START_TEST(what_a_process_gets_travels_as_text) {
        char *own[] = { (char *) "A=1", NULL }, *more[] = { (char *) "A=2", NULL };
        ResourceLimit resources[] = { { RLIMIT_NOFILE, 64, 128 }, { RLIMIT_CORE, 0, UINT64_MAX } };
        UnitProperty properties[] = { { (char *) "MemoryMax", (char *) "1G", 7 } };
        Job job = {
                .name = (char *) "backup",
                .process = {
                        .environment = own,
                        .has_affinity = true,
                        .affinity = { 0x10f, [CPU_AFFINITY_WORDS - 1] = UINT64_C(1) << 63 },
                        .input = (char *) "",
                        .io_class = IO_CLASS_IDLE,
                        .left_behind = LEFT_BEHIND_WAIT,
                        .limits = { .resources = resources, .n_resources = 2 },
                        .unit = properties,
                        .n_unit = 1,
                },
                .output.file = (char *) "/log/%n-%i",
        };
        const Launch launch = { .id = { 7, 1 }, .job = &job, .environment = more };
        CLEANUP(launch_message_done) LaunchMessage filled = { 0 };
        MessageStart message;

        ck_assert_int_eq(launch_to_message(&launch, &filled), 0);
        message = filled.start;

        ck_assert_str_eq(message.affinity, "0-3,8,1023");
        ck_assert_str_eq(message.resource_limits[0], "7:64:128");
        ck_assert_str_eq(message.resource_limits[1], "4:0:18446744073709551615");
        ck_assert_str_eq(message.unit_properties[0], "7:MemoryMax=1G");
        ck_assert_str_eq(message.environment[0], "A=1");
        ck_assert_str_eq(message.environment[1], "A=2");
        ck_assert_ptr_null(message.environment[2]);
        ck_assert_str_eq(message.output_file, "/log/backup-7");
        ck_assert_str_eq(message.output_pattern, "backup-+([0-9])");
        ck_assert_uint_eq(message.has_input, 1);
        ck_assert_uint_eq(message.io_class, 3);
        ck_assert_uint_eq(message.left_behind, LEFT_BEHIND_IS_AWAITED);
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
        { END_ANSWERED, LAUNCH_ANSWERED },   { END_DENIED, LAUNCH_DENIED },
};

START_TEST(values_are_put_in_and_arrive_as_variables) {
        char *arguments[] = { (char *) "/bin/send", (char *) "--user=${user-id}", NULL };
        char *own[] = { (char *) "A=<${user-id}>", NULL }, *more[] = { (char *) "B=2", NULL };
        Parameter declared[] = { { .name = (char *) "user-id" },
                                 { .name = (char *) "key", .type = PARAMETER_SECRET } };
        ParameterValue items[] = { { (char *) "user-id", (char *) "7/%n", false },
                                   { (char *) "key", (char *) "0123456789abcdef0123456789abcdef", true } };
        const ParameterValues values = { items, ARRAY_SIZE(items) };
        Job job = { .name = (char *) "send",
                    .command.arguments = arguments,
                    .process = { .environment = own, .input = (char *) "${user-id}" },
                    .parameters = { declared, ARRAY_SIZE(declared) } };
        const Launch launch = { .id = { 7, 1 }, .job = &job, .environment = more, .parameters = &values };
        CLEANUP(launch_message_done) LaunchMessage filled = { 0 };
        CLEANUP(launch_message_done) LaunchMessage refused = { 0 };

        ck_assert_int_eq(launch_to_message(&launch, &filled), 0);
        ck_assert_str_eq(filled.start.arguments[1], "--user=7/%n");
        ck_assert_str_eq(filled.start.environment[0], "A=<7/%n>");
        ck_assert_str_eq(filled.start.environment[1], "JOBSCHED_P_USER_ID=7/%n");
        ck_assert_str_eq(filled.start.environment[2], "B=2");
        ck_assert_ptr_null(filled.start.environment[3]);
        ck_assert_str_eq(filled.start.input, "7/%n");

        job.output.file = (char *) "/log/${user-id}";
        ck_assert_int_eq(launch_to_message(&launch, &refused), -EINVAL);
}
END_TEST

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
        tcase_add_test(tcase, what_a_process_gets_travels_as_text);
        tcase_add_test(tcase, values_are_put_in_and_arrive_as_variables);
        tcase_add_loop_test(tcase, each_kind_of_end_has_its_own_word, 0, ARRAY_SIZE(end_cases));
        tcase_add_test(tcase, unknown_resource_use_stays_unknown);
        tcase_add_test(tcase, listed_states_map_to_the_managers);
        suite_add_tcase(suite, tcase);
        return suite;
}
