/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/unit-property.h"

#include <string.h>

#include "support/test-support.h"
#include "util/cleanup.h"

/* clang-format off */
static const struct {
        const char *name, *bus_name, *signature;
        bool is_list;
} cases[] = {
        { "MemoryMax",        NULL,                 "t",       false },
        { "CPUQuota",         "CPUQuotaPerSecUSec", "t",       false },
        { "RuntimeMaxSec",    "RuntimeMaxUSec",     "t",       false },
        { "PrivateTmp",       NULL,                 "b",       false },
        { "ProtectSystem",    NULL,                 "s",       false },
        { "IOSchedulingClass", NULL,                "i",       false },
        { "EnvironmentFile",  "EnvironmentFiles",   "a(sb)",   true },
        { "ReadWritePaths",   NULL,                 "as",      true },
        { "SystemCallFilter", NULL,                 "(bas)",   true },
        { "AppArmorProfile",  NULL,                 "(bs)",    false },
        { "BindPaths",        NULL,                 "a(ssbt)", true },
};

static const struct {
        const char *name, *reason;
} refusals[] = {
        { "ExecStart",        "the command is the job's" },
        { "ExecStopPost",     "the command is the job's" },
        { "Type",             "jobsched decides how the command is started" },
        { "User",             "the key 'user' says it" },
        { "Group",            "the key 'group' says it" },
        { "StandardOutput",   "jobsched keeps the output, and the key 'stdin' says the input" },
        { "KillMode",         "jobsched ends what a job has left behind" },
        { "NotifyAccess",     "jobsched has a notify socket of its own" },
        { "RemainAfterExit",  "jobsched decides when the unit goes" },
        { "RestartSec",       "the key 'retry' says it" },
        { "ExecPaths",        NULL },
        { "TypeX",            NULL },
        { "MemoryMax",        NULL },
};
/* clang-format on */

START_TEST(names_have_the_types_of_systemd) {
        const UnitPropertyType *type = unit_property_find(cases[_i].name);

        ck_assert_ptr_nonnull(type);
        ck_assert_str_eq(type->name, cases[_i].name);
        ck_assert_pstr_eq(type->bus_name, cases[_i].bus_name);
        ck_assert_str_eq(unit_property_signature(type->kind), cases[_i].signature);
        ck_assert_int_eq(unit_property_is_list(type->kind), cases[_i].is_list);
}
END_TEST

START_TEST(what_jobsched_decides_is_refused) {
        ck_assert_pstr_eq(unit_property_refusal(refusals[_i].name), refusals[_i].reason);
        if (refusals[_i].reason)
                ck_assert_ptr_null(unit_property_find(refusals[_i].name));
}
END_TEST

START_TEST(the_nearest_name_is_found) {
        ck_assert_str_eq(unit_property_nearest("MemoryMx"), "MemoryMax");
        ck_assert_ptr_null(unit_property_nearest("Whatever"));
        ck_assert_ptr_null(unit_property_find("memorymax"));
}
END_TEST

START_TEST(each_kind_says_what_it_expects) {
        CLEANUP_FREE char *bytes = NULL;
        CLEANUP_FREE char *choice = NULL;
        CLEANUP_FREE char *policy = NULL;

        ck_assert_int_eq(unit_property_expectation(unit_property_find("MemoryMax"), &bytes), 0);
        ck_assert_str_eq(bytes, "a size such as 512M, a percentage, or infinity");
        ck_assert_int_eq(unit_property_expectation(unit_property_find("ProcSubset"), &choice), 0);
        ck_assert_str_eq(choice, "one of all, pid");
        ck_assert_int_eq(unit_property_expectation(unit_property_find("CPUSchedulingPolicy"), &policy), 0);
        ck_assert_str_eq(policy, "one of other, fifo, rr, batch, idle");

        for (int kind = 0; kind < UNIT_PROPERTY_KIND_COUNT; kind++)
                ck_assert_ptr_nonnull(unit_property_signature((UnitPropertyKind) kind));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("unit-property");
        TCase *tcase = tcase_create("unit-property");

        tcase_add_loop_test(tcase, names_have_the_types_of_systemd, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(tcase, what_jobsched_decides_is_refused, 0, ARRAY_SIZE(refusals));
        tcase_add_test(tcase, the_nearest_name_is_found);
        tcase_add_test(tcase, each_kind_says_what_it_expects);
        suite_add_tcase(suite, tcase);
        return suite;
}
