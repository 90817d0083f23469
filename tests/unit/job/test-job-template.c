/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-template.h"

#include <string.h>

#include "support/test-support.h"

#define T(text) ((char *) (text))

START_TEST(a_template_is_copied_and_found) {
        CLEANUP(job_templates_done) JobTemplates templates = { 0 };
        Parameter parameter = { .name = T("n"), .type = PARAMETER_DATE };
        const JobTemplate a = { .name = T("a"),
                                .base = T("b"),
                                .delay_usec = 7,
                                .reschedule = true,
                                .parameters = { &parameter, 1 },
                                .definition = T("job: {}\n"),
                                .line = 3 };
        const JobTemplate b = { .name = T("b"), .user_triggered = true };
        const JobTemplate *found;

        ck_assert_int_eq(job_templates_add(&templates, &a), 0);
        ck_assert_int_eq(job_templates_add(&templates, &b), 0);
        found = job_templates_find(&templates, "a");
        ck_assert_ptr_eq(found, &templates.items[0]);
        ck_assert_str_eq(found->base, "b");
        ck_assert_str_eq(found->parameters.items[0].name, "n");
        ck_assert_int_eq(found->delay_usec, 7);
        ck_assert(found->reschedule && !found->user_triggered);
        ck_assert_uint_eq(found->line, 3);
        ck_assert_ptr_null(found->kind);
        ck_assert_ptr_null(job_templates_find(&templates, "c"));
        ck_assert_ptr_null(job_templates_find(&(JobTemplates){ 0 }, "a"));
}
END_TEST

START_TEST(a_profile_is_copied_and_found) {
        CLEANUP(profile_definitions_done) ProfileDefinitions profiles = { 0 };
        char *values[] = { T("region=eu"), NULL };
        const ProfileDefinition europe = { .name = T("europe"), .values = values, .file = T("f"), .line = 2 };

        ck_assert_ptr_null(profile_definitions_find(&profiles, "europe"));
        ck_assert_int_eq(profile_definitions_add(&profiles, &europe), 0);
        ck_assert_str_eq(profile_definitions_find(&profiles, "europe")->values[0], "region=eu");
        ck_assert_str_eq(profile_definitions_find(&profiles, "europe")->file, "f");
        ck_assert_ptr_null(profile_definitions_find(&profiles, "asia"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job-template");
        TCase *lists = tcase_create("lists");

        tcase_add_test(lists, a_template_is_copied_and_found);
        tcase_add_test(lists, a_profile_is_copied_and_found);
        suite_add_tcase(suite, lists);
        return suite;
}
