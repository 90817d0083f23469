/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/unit-name.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"
#include "util/cleanup.h"

/* clang-format off */
static const struct {
        const char *job;
        uint64_t execution, attempt;
        const char *name;
} name_cases[] = {
        { "backup",      17, 1, "jobsched-backup-17.service" },
        { "backup",      17, 2, "jobsched-backup-17-2.service" },
        { "a-b_c.d",      1, 1, "jobsched-a-b_c.d-1.service" },
        { "alice/sync",   3, 1, "jobsched-alice-sync-3.service" },
        { "mail@host",    3, 1, "jobsched-mail\\x40host-3.service" }, /* no instance of a template */
};

static const char *const foreign_descriptions[] = {
        "", "Job scheduler's runner", "Execution 7 of job x", "x [jobsched ]", "x [jobsched g1 1.2]",
        "x [jobsched g1 store.1.1", "x [jobsched g1 store.1.1] y", "x [jobsched g1 store.1.1]]",
        "x [jobsched g2 store.1.1]", "x [jobsched g11 store.1.1]",
};
/* clang-format on */

static RunKey key_of(uint64_t execution, uint64_t attempt) {
        RunKey key;

        ck_assert_int_eq(run_key_init(&key, "store", execution, attempt), 0);
        return key;
}

START_TEST(a_name_says_job_execution_and_attempt) {
        RunKey key = key_of(name_cases[_i].execution, name_cases[_i].attempt);
        char name[UNIT_NAME_SIZE];

        ck_assert_str_eq(unit_name_format(&key, name_cases[_i].job, name), name_cases[_i].name);
}
END_TEST

START_TEST(a_name_is_never_too_long) {
        RunKey key = key_of((UINT64_C(1) << 53) - 1, UINT32_MAX);
        char job[300], name[UNIT_NAME_SIZE];

        memset(job, '@', sizeof(job) - 1);
        job[sizeof(job) - 1] = '\0';
        (void) unit_name_format(&key, job, name);

        ck_assert_uint_lt(strlen(name), UNIT_NAME_SIZE - 1);
        ck_assert_ptr_nonnull(strstr(name, "x40-9007199254740991-4294967295.service"));
}
END_TEST

START_TEST(a_description_carries_the_key) {
        RunKey key = key_of(17, 3), again;
        CLEANUP_FREE char *description = NULL;

        ck_assert_int_eq(unit_description_format("g1", &key, "backup", &description), 0);
        ck_assert_str_eq(description, "Execution 17 of job backup [jobsched g1 store.17.3]");
        ck_assert_int_eq(unit_description_parse(description, "g1", &again), 0);
        ck_assert_mem_eq(&again, &key, sizeof(key));
}
END_TEST

START_TEST(other_descriptions_are_not_ours) {
        RunKey key;

        ck_assert_int_eq(unit_description_parse(foreign_descriptions[_i], "g1", &key), -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("unit-name");
        TCase *names = tcase_create("names");

        tcase_add_loop_test(names, a_name_says_job_execution_and_attempt, 0, ARRAY_SIZE(name_cases));
        tcase_add_test(names, a_name_is_never_too_long);
        tcase_add_test(names, a_description_carries_the_key);
        tcase_add_loop_test(names, other_descriptions_are_not_ours, 0, ARRAY_SIZE(foreign_descriptions));
        suite_add_tcase(suite, names);
        return suite;
}
