/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/job-decode.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job/job-keys.h"
#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/file.h"
#include "util/string-list.h"

#define C "command: x\n"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { "description: x\n",                   "1:1: job 'test' has nothing to do: it needs 'command', 'http', or the key of an action program" },
        { "- x\n",                              "1:1: job 'test' expects a mapping, not a list" },
        { "command: null\n",                    "1:1: job 'test' has nothing to do: it needs 'command', 'http', or the key of an action program" },
        { C "scedule: \"@daily\"\n",            "2:1: unknown key 'scedule'; did you mean 'schedule'?" },
        { C "Command: y\n",                     "2:1: unknown key 'Command'; did you mean 'command'?" },
        { "schedule: */5 * * * *\n" C,          "1:11: a value that begins with '*' must be quoted, as in \"*/5 * * * *\"" },
        { C "user: ann\n" C "user: bob\n",      "3:1: key 'command' is given twice, first in line 1\n"
                                                "4:1: key 'user' is given twice, first in line 2" },
};

static const char *const good_cases[] = {
        C,
        "command: [/bin/echo, a b, \"010\", \"\", 42]\n",
        "command: |\n  set -e\n    echo hi\n  exit 0\n" "shell: /bin/bash\n",
        "command: \"echo a #b\"\n",
        C "schedule: \"30 2 * * *\"\n",
        C "schedule: 30 2 * * *\n",
        C "schedule: \"@daily\"\n",
        C "schedule: []\n",
        C "schedule: [\"@daily\", {every: 90s, start: 2026-01-01T00:00:00Z}, {at: 2026-12-24T18:00}, {boot: 5min}]\n",
        C "schedule: {every: 90}\n",
        C "schedule: {cron: \"0 9 * * mon-fri\", timezone: America/New_York}\n" "timezone: Europe/Berlin\n",
        C "description: \"a: b \\\" \\n\"\n" "user: backup\ngroup: 34\ngroups: [adm, \"27\"]\n",
        C "user: \"DOM\\\\ann\"\n",
        C "directory: /srv\numask: \"0027\"\n",
        C "environment: {HOME: /x, A: \"\", B: 42, C: null, PATH: \"/a:/b\"}\n",
        C "timeout: 2h\nstart-timeout: 5s\nkill-timeout: 0\nkill-signal: SIGINT\nsuccess-codes: [24, TERM, SIGHUP]\n",
        C "success-codes: 3\n",
        C "overlap: skip\ncatch-up: none\noutput: {capture: 0, journal: false}\nkeep: {executions: 3, age: infinity}\n",
        C "overlap: {policy: skip}\ncatch-up: {policy: latest, within: 12h}\nenabled: false\n",
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(the_definition_gives_an_equal_job) {
        CLEANUP(job_unrefp) Job *job = test_job(good_cases[_i]);
        CLEANUP(job_unrefp) Job *again = test_job(job->definition);

        test_assert_jobs_equal(job, again);
}
END_TEST

/* Between them they have every key that a job can have. */
START_TEST(the_definition_of_a_file_gives_an_equal_job) {
        static const char *const names[] = { "governed", "process", "notify", "unit" };
        CLEANUP_FREE char *path = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP(job_unrefp) Job *job = NULL;
        CLEANUP(job_unrefp) Job *again = NULL;
        CLEANUP_CLOSE int fd = -EBADF;
        size_t size = 0;

        ck_assert_int_gt(
                        asprintf(&path, "%s/tests/fuzz/corpus/job/%s.yaml", getenv("srcdir") ?: ".",
                                 names[_i]),
                        0);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(fd_read_all(fd, (size_t) 1024 * 1024, &text, &size), 0);
        job = test_job(text);
        again = test_job(job->definition);

        test_assert_jobs_equal(job, again);
}
END_TEST

START_TEST(what_is_not_given_has_its_default) {
        CLEANUP(job_unrefp) Job *job = test_job(C);

        ck_assert_str_eq(job->name, "test");
        ck_assert_str_eq(job->definition, C);
        ck_assert(job->enabled);
        ck_assert_uint_eq(job->timetable.n_entries, 0);
        ck_assert_str_eq(job->timezone, "local");
        ck_assert_ptr_nonnull(job->zone);
        ck_assert_str_eq(job->command.script, "x");
        ck_assert_ptr_null(job->command.arguments);
        ck_assert_str_eq(job->command.shell, "/bin/sh");
        ck_assert_ptr_null(job->process.user);
        ck_assert_ptr_null(job->process.groups);
        ck_assert_uint_eq(job->process.umask, 022);
        ck_assert_int_eq(job->process.timeout_usec, USEC_INFINITY);
        ck_assert_int_eq(job->process.start_timeout_usec, 30 * USEC_PER_SEC);
        ck_assert_int_eq(job->process.kill_timeout_usec, 10 * USEC_PER_SEC);
        ck_assert_int_eq(job->process.kill_signal, SIGTERM);
        ck_assert(success_codes_match(&job->success_codes, 0, 0));
        ck_assert(!success_codes_match(&job->success_codes, 1, 0));
        ck_assert_int_eq(job->overlap.policy, OVERLAP_SKIP);
        ck_assert_int_eq(job->catch_up.policy, CATCH_UP_LATEST);
        ck_assert_int_eq(job->catch_up.within_usec, USEC_INFINITY);
        ck_assert_uint_eq(job->output.capture_bytes, 64 * 1024);
        ck_assert(job->output.journal);
        ck_assert_uint_eq(job->keep.executions, 1000);
        ck_assert_int_eq(job->keep.age_usec, 90 * USEC_PER_DAY);
}
END_TEST

START_TEST(what_is_given_is_kept) {
        CLEANUP(job_unrefp)
        Job *job = test_job(
                        "command: [/bin/x, \"a b\"]\nuser: ann\ngroups: [adm, \"7\"]\numask: \"0077\"\n"
                        "environment: {A: b, C: null, D: \"\"}\nkill-signal: INT\nsuccess-codes: [24, HUP]\n"
                        "catch-up: {within: 1h}\noutput: {capture: 1M}\nkeep: {age: 1d}\n"
                        "schedule: [\"5 4 * * *\", {every: 90s}, {cron: \"@hourly\", timezone: UTC}]\n");

        ck_assert_str_eq(job->command.arguments[1], "a b");
        ck_assert_str_eq(job->process.user, "ann");
        ck_assert_str_eq(job->process.groups[1], "7");
        ck_assert_uint_eq(job->process.umask, 077);
        ck_assert_uint_eq(string_list_length(job->process.environment), 2);
        ck_assert_str_eq(job->process.environment[0], "A=b");
        ck_assert_str_eq(job->process.environment[1], "D=");
        ck_assert_int_eq(job->process.kill_signal, SIGINT);
        ck_assert(success_codes_match(&job->success_codes, 24, 0));
        ck_assert(success_codes_match(&job->success_codes, -1, SIGHUP));
        ck_assert_int_eq(job->catch_up.within_usec, USEC_PER_HOUR);
        ck_assert_uint_eq(job->output.capture_bytes, 1024 * 1024);
        ck_assert_int_eq(job->keep.age_usec, USEC_PER_DAY);
        ck_assert_uint_eq(job->timetable.n_entries, 3);
        ck_assert_str_eq(job->schedule_texts[0], "5 4 * * *");
        ck_assert_str_eq(job->schedule_texts[1], "every 1min 30s");
        ck_assert_str_eq(job->schedule_texts[2], "0 * * * * UTC");
        ck_assert_ptr_null(job->timetable.entries[0].zone);
        ck_assert_ptr_nonnull(job->timetable.entries[2].zone);
}
END_TEST

START_TEST(warnings_stay_with_the_job) {
        CLEANUP(job_unrefp) Job *job = test_job("command: echo a # b\n");

        ck_assert_uint_eq(string_list_length(job->warnings), 1);
        ck_assert_ptr_nonnull(strstr(job->warnings[0], "1:10: warning: 'command' ends before ' #'"));
        ck_assert_str_eq(job->command.script, "echo a");
}
END_TEST

START_TEST(names_and_sizes_are_checked_first) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        JobDecodeContext context = { 0 };
        Job *job = NULL;

        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        context.zones = zones;
        ck_assert_int_eq(job_decode_definition(&context, "a b", C, strlen(C), &diagnostics, &job), -EINVAL);
        ck_assert_uint_eq(diagnostics.n_errors, 1);
        ck_assert_int_eq(job_decode_definition(&context, "a", C, SIZE_MAX, &diagnostics, &job), -EFBIG);
        ck_assert_int_eq(job_decode_definition(&context, "a", "", 0, &diagnostics, &job), -EINVAL);
        ck_assert_ptr_null(job);
}
END_TEST

START_TEST(every_key_is_described) {
        KeyDescription key;
        size_t n = 0, n_children = 0;

        for (; job_key_describe(n, &key); n++) {
                ck_assert_str_ne(key.path, "");
                ck_assert_ptr_nonnull(key.type);
                ck_assert_ptr_nonnull(key.fallback);
                n_children += strchr(key.path, '.') ? 1 : 0;
        }
        ck_assert_uint_gt(n_children, 0);
        ck_assert_uint_gt(n, n_children);
        ck_assert(!job_key_describe(n + 1, &key));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("job-decode");
        TCase *tcase = tcase_create("job-decode");

        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(tcase, the_definition_gives_an_equal_job, 0, ARRAY_SIZE(good_cases));
        tcase_add_loop_test(tcase, the_definition_of_a_file_gives_an_equal_job, 0, 4);
        tcase_add_test(tcase, what_is_not_given_has_its_default);
        tcase_add_test(tcase, what_is_given_is_kept);
        tcase_add_test(tcase, warnings_stay_with_the_job);
        tcase_add_test(tcase, names_and_sizes_are_checked_first);
        tcase_add_test(tcase, every_key_is_described);
        suite_add_tcase(suite, tcase);
        return suite;
}
