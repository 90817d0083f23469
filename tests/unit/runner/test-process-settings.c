/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/process-settings.h"

#include <errno.h>

#include "support/test-support.h"

#define LIST(...) ((char *[]){ __VA_ARGS__, NULL })

START_TEST(what_a_start_says_is_set) {
        const MessageStart start = {
                .has_nice = 1,
                .nice = -5,
                .has_oom_score = 1,
                .oom_score = 300,
                .has_affinity = 1,
                .affinity = (char *) "0-2,9",
                .io_class = 2,
                .io_priority = 7,
                .resource_limits = LIST((char *) "7:64:128", (char *) "4:0:18446744073709551615"),
        };
        ProcessSettings settings;
        char *message = NULL;

        ck_assert_int_eq(process_settings_read(&start, &settings, &message), 0);
        ck_assert(settings.has_nice && settings.nice == -5);
        ck_assert(settings.has_oom_score && settings.oom_score == 300);
        ck_assert_int_eq(settings.io_priority, 2 << 13 | 7);
        ck_assert_int_eq(CPU_COUNT(&settings.affinity), 4);
        ck_assert(CPU_ISSET(9, &settings.affinity));
        ck_assert_uint_eq(settings.n_resources, 2);
        ck_assert_int_eq(settings.resources[0].resource, RLIMIT_NOFILE);
        ck_assert_uint_eq(settings.resources[0].limit.rlim_cur, 64);
        ck_assert_uint_eq(settings.resources[0].limit.rlim_max, 128);
        ck_assert_int_eq(settings.resources[1].resource, RLIMIT_CORE);
        ck_assert(settings.resources[1].limit.rlim_max == RLIM_INFINITY);
}
END_TEST

START_TEST(the_idle_class_has_no_priority) {
        const MessageStart start = { .io_class = 3, .io_priority = 4 };
        ProcessSettings settings;
        char *message = NULL;

        ck_assert_int_eq(process_settings_read(&start, &settings, &message), 0);
        ck_assert_int_eq(settings.io_priority, 3 << 13);
}
END_TEST

START_TEST(what_no_daemon_would_send_is_refused) {
        static const char *const affinities[] = { "", "a", "1-", "2-1", "1024", "0,", "0-1-2", "-1" };
        static const char *const resources[] = { "", "7", "7:1", "7:1:1:1", "16:1:1", "-1:1:1", "7:1:x" };
        ProcessSettings settings;

        for (size_t i = 0; i < ARRAY_SIZE(affinities); i++) {
                const MessageStart start = { .has_affinity = 1, .affinity = (char *) affinities[i] };
                CLEANUP_FREE char *message = NULL;

                ck_assert_int_eq(process_settings_read(&start, &settings, &message), -EINVAL);
                ck_assert_str_eq(message, "its cpu-affinity is not a list of CPUs");
        }
        for (size_t i = 0; i < ARRAY_SIZE(resources); i++) {
                const MessageStart start = { .resource_limits = LIST((char *) resources[i]) };
                CLEANUP_FREE char *message = NULL;

                ck_assert_int_eq(process_settings_read(&start, &settings, &message), -EINVAL);
                ck_assert_str_eq(message, "its resource limits are not understood");
        }
}
END_TEST

START_TEST(a_limit_of_ours_does_not_replace_the_jobs) {
        ProcessSettings settings = { .n_resources = 1, .resources = { { RLIMIT_AS, { 1, 2 } } } };

        process_settings_add_limit(&settings, RLIMIT_AS, 99);
        process_settings_add_limit(&settings, RLIMIT_CORE, 3);

        ck_assert_uint_eq(settings.n_resources, 2);
        ck_assert_uint_eq(settings.resources[0].limit.rlim_cur, 1);
        ck_assert_uint_eq(settings.resources[1].limit.rlim_max, 3);
}
END_TEST

START_TEST(resources_have_the_names_of_their_keys) {
        ck_assert_str_eq(resource_name(RLIMIT_NOFILE), "open-files");
        ck_assert_str_eq(resource_name(RLIMIT_STACK), "stack-size");
        ck_assert_str_eq(resource_name(-1), "unknown");
        ck_assert_str_eq(resource_name(RLIM_NLIMITS), "unknown");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("process-settings");
        TCase *tcase = tcase_create("process-settings");

        tcase_add_test(tcase, what_a_start_says_is_set);
        tcase_add_test(tcase, the_idle_class_has_no_priority);
        tcase_add_test(tcase, what_no_daemon_would_send_is_refused);
        tcase_add_test(tcase, a_limit_of_ours_does_not_replace_the_jobs);
        tcase_add_test(tcase, resources_have_the_names_of_their_keys);
        suite_add_tcase(suite, tcase);
        return suite;
}
