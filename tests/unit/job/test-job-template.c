/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-template.h"

#include <stdlib.h>
#include <string.h>

#include "support/test-support.h"
#include "util/string-list.h"

static const char *const names[] = { "a", "b-2", "c" };

START_TEST(each_is_found_by_its_name) {
        JobTemplates templates = { .items = calloc(ARRAY_SIZE(names), sizeof(JobTemplate)) };
        ProfileDefinitions profiles = { .items = calloc(ARRAY_SIZE(names), sizeof(ProfileDefinition)) };

        ck_assert_ptr_null(job_templates_find(&templates, "a"));
        ck_assert_ptr_null(profile_definitions_find(&profiles, "a"));
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                templates.items[templates.n_items++].name = strdup(names[i]);
                profiles.items[profiles.n_items++].name = strdup(names[i]);
                ck_assert_int_eq(string_list_push(&profiles.items[i].values, "x=1"), 0);
        }
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                ck_assert_ptr_eq(job_templates_find(&templates, names[i]), &templates.items[i]);
                ck_assert_ptr_eq(profile_definitions_find(&profiles, names[i]), &profiles.items[i]);
        }
        ck_assert_ptr_null(job_templates_find(&templates, "b"));
        ck_assert_ptr_null(profile_definitions_find(&profiles, "d"));

        job_templates_done(&templates);
        job_templates_done(&templates);
        profile_definitions_done(&profiles);
        ck_assert_uint_eq(templates.n_items + profiles.n_items, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job-template");
        TCase *find = tcase_create("find");

        tcase_add_test(find, each_is_found_by_its_name);
        suite_add_tcase(suite, find);
        return suite;
}
