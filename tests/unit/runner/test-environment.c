/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/environment.h"

#include <errno.h>

#include "support/test-support.h"
#include "util/string-list.h"

#define LIST(...) ((char *[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static const EnvironmentUser somebody = { .name = "ann", .home = "/home/ann", .uid = 1000, .mark = "s.7.2" };
static const EnvironmentUser root = { .name = "root", .home = "/root", .uid = 0, .mark = "s.7.2" };

static MessageStart start_with(char **environment) {
        return (MessageStart){ .execution_id = 7,
                               .attempt = 2,
                               .job = (char *) "backup",
                               .cause = (char *) "manual",
                               .due_usec = USEC_PER_SEC,
                               .environment = environment };
}

/* clang-format off */
static const struct {
        const char *name, *of_somebody, *of_root;
} variable_cases[] = {
        { "JOBSCHED_RUN",            "s.7.2",                       "s.7.2" },
        { "JOBSCHED_EXECUTION",      "7",                           "7" },
        { "JOBSCHED_ATTEMPT",        "2",                           "2" },
        { "JOBSCHED_JOB",            "backup",                      "backup" },
        { "JOBSCHED_CAUSE",          "manual",                      "manual" },
        { "JOBSCHED_SCHEDULED_TIME", "1970-01-01T00:00:01.000000Z", "1970-01-01T00:00:01.000000Z" },
        { "HOME",                    "/home/ann",                   "/root" },
        { "USER",                    "ann",                         "root" },
        { "LOGNAME",                 "ann",                         "root" },
        { "SHELL",                   "/bin/sh",                     "/bin/sh" },
        { "PATH",                    "/usr/local/bin:/usr/bin:/bin",
                                     "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" },
        { "LANG",                    "C",                           "C" },
};
/* clang-format on */

START_TEST(it_is_built_from_nothing) {
        const MessageStart start = start_with(NULL);
        CLEANUP(string_list_freep) char **of_somebody = NULL, **of_root = NULL;

        ck_assert_int_eq(environment_build(&start, &somebody, "C", &of_somebody), 0);
        ck_assert_int_eq(environment_build(&start, &root, "C", &of_root), 0);

        ck_assert_uint_eq(string_list_length(of_somebody), ARRAY_SIZE(variable_cases));
        ck_assert_str_eq(
                        environment_get(of_somebody, variable_cases[_i].name),
                        variable_cases[_i].of_somebody);
        ck_assert_str_eq(environment_get(of_root, variable_cases[_i].name), variable_cases[_i].of_root);
}
END_TEST

START_TEST(the_job_replaces_all_but_the_marks) {
        const MessageStart start = start_with(LIST(
                        (char *) "HOME=/x", (char *) "NEW=a=b", (char *) "EMPTY=", (char *) "JOBSCHED_RUN=y",
                        (char *) "JOBSCHED_EXECUTION=9", (char *) "NEW=last"));
        CLEANUP(string_list_freep) char **list = NULL;

        ck_assert_int_eq(environment_build(&start, &somebody, NULL, &list), 0);

        ck_assert_str_eq(environment_get(list, "HOME"), "/x");
        ck_assert_str_eq(environment_get(list, "NEW"), "last");
        ck_assert_str_eq(environment_get(list, "EMPTY"), "");
        ck_assert_str_eq(environment_get(list, "JOBSCHED_RUN"), "s.7.2");
        ck_assert_str_eq(environment_get(list, "JOBSCHED_EXECUTION"), "7");
        ck_assert_ptr_null(environment_get(list, "LANG"));
}
END_TEST

/* As many as the protocol carries: the runner has other things to do meanwhile (the test's time limit says
 * so). */
START_TEST(thousands_of_items_take_no_time) {
        enum {
                N = 65536
        };
        CLEANUP(string_list_freep) char **items = calloc(N + 1, sizeof(*items)), **list = NULL;
        MessageStart start = start_with(items);

        for (size_t i = 0; i < N; i++)
                ck_assert_int_gt(asprintf(&items[i], "VERY_LONG_NAME_OF_A_VARIABLE_%zu=x", i), 0);
        ck_assert_int_eq(environment_build(&start, &somebody, NULL, &list), 0);
        ck_assert_uint_eq(string_list_length(list), N + ARRAY_SIZE(variable_cases) - 1); /* no LANG */
}
END_TEST

START_TEST(an_item_without_a_name_is_refused) {
        const MessageStart wrong[] = { start_with(LIST((char *) "=x")), start_with(LIST((char *) "x")) };
        char **list = NULL;

        ck_assert_int_eq(environment_build(&wrong[_i], &somebody, NULL, &list), -EINVAL);
}
END_TEST

START_TEST(a_script_goes_to_the_shell) {
        MessageStart start = { .script = (char *) "a | b", .arguments = LIST((char *) "unused") };
        CLEANUP(string_list_freep) char **by_default = NULL, **by_name = NULL, **list = NULL;

        ck_assert_int_eq(command_build(&start, &by_default), 0);
        start.shell = (char *) "/bin/zsh";
        ck_assert_int_eq(command_build(&start, &by_name), 0);
        start.script = (char *) "";
        ck_assert_int_eq(command_build(&start, &list), 0);

        ck_assert(string_list_equal(by_default, LIST((char *) "/bin/sh", (char *) "-c", (char *) "a | b")));
        ck_assert(string_list_equal(by_name, LIST((char *) "/bin/zsh", (char *) "-c", (char *) "a | b")));
        ck_assert(string_list_equal(list, LIST((char *) "unused")));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("environment");
        TCase *environment = tcase_create("environment");

        tcase_add_loop_test(environment, it_is_built_from_nothing, 0, ARRAY_SIZE(variable_cases));
        tcase_add_test(environment, the_job_replaces_all_but_the_marks);
        tcase_add_test(environment, thousands_of_items_take_no_time);
        tcase_set_timeout(environment, 10);
        tcase_add_loop_test(environment, an_item_without_a_name_is_refused, 0, 2);
        tcase_add_test(environment, a_script_goes_to_the_shell);
        suite_add_tcase(suite, environment);
        return suite;
}
