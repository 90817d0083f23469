/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <sys/resource.h>

#include "support/job-fixture.h"
#include "support/test-support.h"

#define C "command: x\n"
#define L C "limits: "

START_TEST(what_is_not_given_is_not_limited) {
        CLEANUP(job_unrefp) Job *job = test_job(C);
        const ProcessPolicy *process = &job->process;

        ck_assert(!process->has_nice && !process->has_oom_score && !process->has_affinity);
        ck_assert_int_eq(process->io_class, IO_CLASS_NONE);
        ck_assert_uint_eq(process->io_priority, 4);
        ck_assert_int_eq(process->left_behind, LEFT_BEHIND_KILL);
        ck_assert_uint_eq(process->limits.memory_bytes, UINT64_MAX);
        ck_assert_uint_eq(process->limits.cpu_percent, UINT64_MAX);
        ck_assert_uint_eq(process->limits.tasks, UINT64_MAX);
        ck_assert_uint_eq(process->limits.io_weight, UINT64_MAX);
        ck_assert_uint_eq(process->limits.n_resources, 0);
}
END_TEST

START_TEST(shares_of_the_machine_are_kept) {
        CLEANUP(job_unrefp)
        Job *job = test_job(
                        C "nice: -5\noom-score: 300\nio-class: idle\ncpu-affinity: [0, 2-3, \"64,1023\"]\n"
                          "limits: {memory: 2G, cpu: 150%, tasks: 200, io-weight: 50}\nleft-behind: leave\n");
        const ProcessPolicy *process = &job->process;

        ck_assert(process->has_nice && process->has_oom_score && process->has_affinity);
        ck_assert_int_eq(process->nice, -5);
        ck_assert_int_eq(process->oom_score, 300);
        ck_assert_int_eq(process->io_class, IO_CLASS_IDLE);
        ck_assert_uint_eq(process->affinity[0], 0xd);
        ck_assert_uint_eq(process->affinity[1], 1);
        ck_assert_uint_eq(process->affinity[15], UINT64_C(1) << 63U);
        ck_assert_uint_eq(process->limits.memory_bytes, UINT64_C(2) << 30U);
        ck_assert_uint_eq(process->limits.cpu_percent, 150);
        ck_assert_uint_eq(process->limits.tasks, 200);
        ck_assert_uint_eq(process->limits.io_weight, 50);
        ck_assert_int_eq(process->left_behind, LEFT_BEHIND_LEAVE);
}
END_TEST

/* clang-format off */
static const struct {
        const char *text;
        ResourceLimit limit;
} resource_cases[] = {
        { "open-files: 4096",                       { RLIMIT_NOFILE,     4096, 4096 } },
        { "open-files: {soft: 1024, hard: 4096}",   { RLIMIT_NOFILE,     1024, 4096 } },
        { "core-size: 0",                           { RLIMIT_CORE,       0, 0 } },
        { "core-size: {soft: 0, hard: infinity}",   { RLIMIT_CORE,       0, UINT64_MAX } },
        { "file-size: 1M",                          { RLIMIT_FSIZE,      1048576, 1048576 } },
        { "locked-memory: infinity",                { RLIMIT_MEMLOCK,    UINT64_MAX, UINT64_MAX } },
        { "address-space: 1K",                      { RLIMIT_AS,         1024, 1024 } },
        { "stack-size: 1K",                         { RLIMIT_STACK,      1024, 1024 } },
        { "data-size: 1K",                          { RLIMIT_DATA,       1024, 1024 } },
        { "processes: 50",                          { RLIMIT_NPROC,      50, 50 } },
        { "cpu-time: 90500ms",                      { RLIMIT_CPU,        91, 91 } },
        { "pending-signals: 5",                     { RLIMIT_SIGPENDING, 5, 5 } },
        { "message-queues: 1K",                     { RLIMIT_MSGQUEUE,   1024, 1024 } },
        { "realtime-priority: 10",                  { RLIMIT_RTPRIO,     10, 10 } },
        { "realtime-time: 5ms",                     { RLIMIT_RTTIME,     5000, 5000 } },
};

static const JobFaultCase fault_cases[] = {
        { C "nice: 20\n",                  "2:7: 'nice' expects a number from -20 to 19, not 20" },
        { C "nice: nicer\n",               "2:7: 'nice' expects a whole number, not 'nicer'" },
        { C "oom-score: -1001\n",          "2:12: 'oom-score' expects a number from -1000 to 1000, not -1001" },
        { C "io-class: fast\n",            "2:11: 'io-class' expects one of none, realtime, best-effort, idle, not 'fast'" },
        { C "io-priority: 8\n",            "2:14: 'io-priority' expects a number from 0 to 7, not 8" },
        { C "io-class: idle\nio-priority: 1\n", "3:1: warning: 'io-priority' has no effect with 'io-class: idle'" },
        { C "cpu-affinity: 3-1\n",         "2:15: 'cpu-affinity' expects numbers of CPUs from 0 to 1023, such as 0-3, not '3-1'" },
        { C "cpu-affinity: [0, 1024]\n",   "2:19: 'cpu-affinity' expects numbers of CPUs from 0 to 1023, such as 0-3, not '1024'" },
        { C "cpu-affinity: [0, two]\n",    "2:19: 'cpu-affinity' expects numbers of CPUs from 0 to 1023, such as 0-3, not 'two'" },
        { C "cpu-affinity: \"0,\"\n",      "2:15: 'cpu-affinity' expects numbers of CPUs from 0 to 1023, such as 0-3, not '0,'" },
        { C "cpu-affinity: []\n",          "2:15: 'cpu-affinity' expects numbers of CPUs such as [0, 2-3]" },
        { C "left-behind: stay\n",         "2:14: 'left-behind' expects one of kill, wait, leave, not 'stay'" },
        { L "{memory: 512}\n",             "2:18: 'memory' expects a size from 1M to 1048576T, not '512'" },
        { L "{memory: 50%}\n",             "2:18: 'memory' expects a size such as 64K or 2M, not '50%'" },
        { L "{cpu: 2}\n",                  "2:15: 'cpu' expects a percentage such as 10%, not '2'" },
        { L "{cpu: 0%}\n",                 "2:15: 'cpu' expects a percentage from 1% to 1000000%, not 0%" },
        { L "{cpu: 12.5%}\n",              "2:15: 'cpu' expects a whole percentage, not '12.5%'" },
        { L "{tasks: 0}\n",                "2:17: 'tasks' expects a number from 1 to 4194304, not 0" },
        { L "{io-weight: 10001}\n",        "2:21: 'io-weight' expects a number from 1 to 10000, not 10001" },
        { L "{open-file: 3}\n",            "2:10: unknown key 'open-file'; did you mean 'open-files'?" },
        { L "{open-files: 3K}\n",          "2:22: 'open-files' expects a whole number, not '3K'" },
        { L "{open-files: [3]}\n",         "2:22: 'open-files' expects a whole number, not a list" },
        { L "{open-files: {soft: 3}}\n",   "2:22: key 'hard' is missing" },
        { L "{open-files: {soft: 3, hard: 2}}\n", "2:29: 'soft' of 'open-files' is higher than 'hard'" },
        { L "{cpu-time: long}\n",          "2:20: 'cpu-time' expects a duration such as 90s or 1h 30min, not 'long'" },
};

static const JobFaultCase user_cases[] = {
        { C "nice: 10\noom-score: 0\nio-class: best-effort\n", "" },
        { L "{io-weight: 100, core-size: infinity, open-files: 524288, realtime-priority: 0}\n", "" },
        { C "nice: -1\n",                  "2:7: 'nice' may not be negative in the job of an ordinary user" },
        { C "oom-score: -1\n",             "2:12: 'oom-score' may not be negative in the job of an ordinary user" },
        { C "io-class: realtime\n",        "2:11: 'io-class' may not be realtime in the job of an ordinary user" },
        { C "priority: 50\nwake: false\n",  "" },
        { C "priority: 49\n",              "2:11: 'priority' may not be below 50 in the job of an ordinary user" },
        { C "wake: true\n",                "2:7: 'wake' may not be set in the job of an ordinary user" },
        { L "{io-weight: 101}\n",          "2:21: 'io-weight' may not be so high in the job of an ordinary user" },
        { L "{open-files: infinity}\n",    "2:22: 'open-files' may not be so high in the job of an ordinary user" },
        { L "{locked-memory: 16M}\n",      "2:25: 'locked-memory' may not be so high in the job of an ordinary user" },
        { L "{realtime-priority: 1}\n",    "2:29: 'realtime-priority' may not be so high in the job of an ordinary user" },
        { C "user: root\ngroup: adm\ngroups: []\ncredentials: key\n",
          "2:1: 'user' is not allowed in the job of an ordinary user\n"
          "3:1: 'group' is not allowed in the job of an ordinary user\n"
          "4:1: 'groups' is not allowed in the job of an ordinary user\n"
          "5:1: 'credentials' is not allowed in the job of an ordinary user" },
};
/* clang-format on */

START_TEST(a_limit_of_processes_is_soft_and_hard) {
        CLEANUP_FREE char *text = NULL;
        CLEANUP(job_unrefp) Job *job = NULL;
        const ResourceLimit *expected = &resource_cases[_i].limit;

        ck_assert_int_gt(asprintf(&text, L "{%s}\n", resource_cases[_i].text), 0);
        job = test_job(text);

        ck_assert_uint_eq(job->process.limits.n_resources, 1);
        ck_assert_int_eq(job->process.limits.resources[0].resource, expected->resource);
        ck_assert_uint_eq(job->process.limits.resources[0].soft, expected->soft);
        ck_assert_uint_eq(job->process.limits.resources[0].hard, expected->hard);
}
END_TEST

START_TEST(a_priority_alone_is_an_ordinary_one) {
        CLEANUP(job_unrefp) Job *job = test_job(C "io-priority: 7\n");

        ck_assert_int_eq(job->process.io_class, IO_CLASS_BEST_EFFORT);
        ck_assert_uint_eq(job->process.io_priority, 7);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(ordinary_users_raise_nothing) {
        test_assert_faults_of_user(&user_cases[_i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("limits-decode");
        TCase *tcase = tcase_create("limits-decode");

        tcase_add_test(tcase, what_is_not_given_is_not_limited);
        tcase_add_test(tcase, shares_of_the_machine_are_kept);
        tcase_add_loop_test(tcase, a_limit_of_processes_is_soft_and_hard, 0, ARRAY_SIZE(resource_cases));
        tcase_add_test(tcase, a_priority_alone_is_an_ordinary_one);
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(tcase, ordinary_users_raise_nothing, 0, ARRAY_SIZE(user_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
