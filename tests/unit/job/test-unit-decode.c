/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"
#define U C "unit: "

START_TEST(properties_are_kept_as_they_are_written) {
        CLEANUP(job_unrefp)
        Job *job = test_job(U "\n  MemoryHigh: 1G\n  UMask: 0027\n  PrivateTmp: yes\n  Nice: null\n"
                              "  ReadWritePaths: [/srv, /var/log]\n");
        static const UnitProperty expected[] = {
                { (char *) "MemoryHigh", (char *) "1G", 3 },
                { (char *) "UMask", (char *) "0027", 4 },
                { (char *) "PrivateTmp", (char *) "yes", 5 },
                { (char *) "ReadWritePaths", (char *) "/srv", 7 },
                { (char *) "ReadWritePaths", (char *) "/var/log", 7 },
        };

        ck_assert(job->process.is_unit);
        ck_assert_uint_eq(job->process.n_unit, ARRAY_SIZE(expected));
        for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
                ck_assert_str_eq(job->process.unit[i].name, expected[i].name);
                ck_assert_str_eq(job->process.unit[i].value, expected[i].value);
                ck_assert_uint_eq(job->process.unit[i].line, expected[i].line);
        }
}
END_TEST

START_TEST(an_empty_mapping_asks_for_a_unit) {
        CLEANUP(job_unrefp) Job *unit = test_job(U "{}\n");
        CLEANUP(job_unrefp) Job *none = test_job(U "null\n");

        ck_assert(unit->process.is_unit);
        ck_assert_uint_eq(unit->process.n_unit, 0);
        ck_assert(!none->process.is_unit);
}
END_TEST

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { U "x.service\n",                 "2:7: 'unit' expects a mapping such as {MemoryMax: 512M}, not a text" },
        { U "{MemoryMx: 1G}\n",            "2:8: 'MemoryMx' is no property of a unit that 'unit' can set; did you mean 'MemoryMax'?" },
        { U "{Whatever: 1G}\n",            "2:8: 'Whatever' is no property of a unit that 'unit' can set" },
        { U "{ExecStart: /bin/true}\n",    "2:8: 'ExecStart' cannot be set in 'unit': the command is the job's" },
        { U "{User: root}\n",              "2:8: 'User' cannot be set in 'unit': the key 'user' says it" },
        { U "{MemoryMax: much}\n",         "2:19: 'MemoryMax' expects a size such as 512M, a percentage, or infinity, not 'much'" },
        { U "{MemoryMax: [1G]}\n",         "2:19: 'MemoryMax' expects a size such as 512M, a percentage, or infinity, not a list" },
        { U "{PrivateTmp: maybe}\n",       "2:20: 'PrivateTmp' expects true or false, not 'maybe'" },
        { U "{ProcSubset: none}\n",        "2:20: 'ProcSubset' expects one of all, pid, not 'none'" },
        { U "{ReadOnlyPaths: [/a, b]}\n",  "2:28: 'ReadOnlyPaths' expects absolute paths, not 'b'" },
        { U "{Slice: \"a\\nExecStart=b\"}\n", "2:15: 'Slice' expects a text, not 'a\nExecStart=b'" },
        { U "{PrivateTmp: yes, PrivateTmp: no}\n", "2:25: key 'PrivateTmp' is given twice, first in line 2" },
        { U "{MemoryMax: 1G}\nlimits: {memory: 2G}\n",
          "2:8: 'MemoryMax' and the job's 'limits.memory' say the same: leave one of them out" },
        { U "{MemoryMax: 1G}\nlimits: {memory: null, tasks: 2}\n", "" },
        { U "{LimitNOFILE: 9}\nlimits: {open-files: 8}\n",
          "2:8: 'LimitNOFILE' and the job's 'limits.open-files' say the same: leave one of them out" },
        { U "{Nice: 5, RuntimeMaxSec: 5}\nnice: 3\ntimeout: 1h\n",
          "2:8: 'Nice' and the job's 'nice' say the same: leave one of them out\n"
          "2:17: 'RuntimeMaxSec' and the job's 'timeout' say the same: leave one of them out" },
};

static const struct {
        bool system_mode, has_systemd;
        const char *fault; /* NULL: none */
} host_cases[] = {
        { true,  true,  NULL },
        { false, true,  NULL },
        { true,  false, "'unit' needs systemd, which is not what has booted this host" },
        { false, false, "'unit' needs the user's systemd, which is not running" },
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(ordinary_users_have_no_units) {
        static const JobFaultCase test = { U "{}\n",
                                           "2:1: 'unit' is not allowed in the job of an ordinary user" };

        test_assert_faults_of_user(&test);
}
END_TEST

START_TEST(without_systemd_it_is_an_error) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(job_unrefp) Job *job = NULL;
        JobSite site = { .has_systemd = host_cases[_i].has_systemd };
        JobDecodeContext context = { .site = &site, .system_mode = host_cases[_i].system_mode };
        static const char text[] = U "{Nice: 5}\n";

        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        context.zones = zones;

        (void) job_decode_definition(&context, "test", text, strlen(text), &diagnostics, &job);

        ck_assert_uint_eq(diagnostics.n_items, host_cases[_i].fault ? 1 : 0);
        if (host_cases[_i].fault)
                ck_assert_str_eq(diagnostics.items[0].message, host_cases[_i].fault);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("unit-decode");
        TCase *tcase = tcase_create("unit-decode");

        tcase_add_test(tcase, properties_are_kept_as_they_are_written);
        tcase_add_test(tcase, an_empty_mapping_asks_for_a_unit);
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(tcase, ordinary_users_have_no_units);
        tcase_add_loop_test(tcase, without_systemd_it_is_an_error, 0, ARRAY_SIZE(host_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
