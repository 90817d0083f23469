/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job/job-keys.h"
#include "support/test-support.h"
#include "util/buffer.h"
#include "util/file.h"

static char path[] = "/tmp/jobsched-settings-XXXXXX";

static void set_up(void) {
        int fd = mkstemp(path);

        ck_assert_int_ge(fd, 0);
        (void) close(fd);
}

static void tear_down(void) {
        (void) unlink(path);
        (void) strcpy(path + strlen(path) - 6, "XXXXXX");
}

static int load(const char *text,
                char *const *environment,
                char *const *assignments,
                char **ret_faults,
                Settings *ret) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        int r;

        if (text)
                ck_assert_int_eq(file_replace(path, text, strlen(text), 0644, false), 0);
        r = settings_load(text ? path : "/nonexistent", environment, assignments, &diagnostics, ret);
        for (size_t i = 0; i < diagnostics.n_items; i++) {
                const Diagnostic *item = &diagnostics.items[i];

                (void) buffer_add_format(
                                &buffer, "%s%s:%u:%u: %s", i > 0 ? "\n" : "",
                                strcmp(item->file, path) == 0 ? "F" : item->file, item->line, item->column,
                                item->message);
        }
        (void) buffer_add_string(&buffer, "");
        ck_assert_int_eq(buffer_take(&buffer, ret_faults), 0);
        return r;
}

START_TEST(without_anything_there_are_defaults) {
        CLEANUP(settings_done) Settings settings = { 0 };
        CLEANUP_FREE char *faults = NULL;

        ck_assert_int_eq(load(NULL, NULL, NULL, &faults, &settings), 0);
        ck_assert_int_eq(settings.store, STORE_FILE);
        ck_assert_str_eq(settings.log_level, "info");
        ck_assert_uint_eq(settings.commit_rows, 1000);
        ck_assert_int_eq(settings.commit_delay_usec, 0);
        ck_assert_int_eq(settings.write_ahead_usec, USEC_PER_SEC);
        ck_assert_uint_eq(settings.business_days, 0x3e);
        ck_assert_int_eq(settings.hash_seed, HASH_SEED_NONE);
        ck_assert_ptr_null(settings.defaults);
        ck_assert_uint_eq(settings.queues.n_items, 0);
        ck_assert_uint_eq(settings.default_slots, 1);
        ck_assert_uint_eq(settings.max_running, 1000);
        ck_assert(isinf(settings.starts_per_second));
        ck_assert_ptr_null(settings.allow_queues);
        ck_assert_ptr_null(settings.mail_from);
        ck_assert_str_eq(settings.sendmail, "/usr/sbin/sendmail");
        ck_assert_uint_eq(settings.on_trouble.n_items, 0);
}
END_TEST

START_TEST(who_is_told_of_trouble_is_set) {
        static char *const environment[] = { (char *) "JOBSCHED_SENDMAIL=/usr/bin/msmtp", NULL };
        CLEANUP(settings_done) Settings settings = { 0 };
        CLEANUP_FREE char *faults = NULL;

        ck_assert_int_eq(
                        load("mail-from: jobs@example.org\nnotify: {on-trouble: [{mail: ops}, {http: "
                             "\"https://example.org/x\"}]}\n",
                             environment, NULL, &faults, &settings),
                        0);
        ck_assert_str_eq(settings.mail_from, "jobs@example.org");
        ck_assert_str_eq(settings.sendmail, "/usr/bin/msmtp");
        ck_assert_uint_eq(settings.on_trouble.n_items, 2);
        ck_assert_str_eq(settings.on_trouble.items[0].address, "ops");
        ck_assert_int_eq(settings.on_trouble.items[1].channel, NOTIFY_HTTP);
}
END_TEST

START_TEST(queues_and_their_limits_are_set) {
        static char *const environment[] = { (char *) "JOBSCHED_MAX_RUNNING=50",
                                             (char *) "JOBSCHED_ALLOW_QUEUES=any", NULL };
        static char *const assignments[] = { (char *) "start-rate=2.5", NULL };
        CLEANUP(settings_done) Settings settings = { 0 };
        CLEANUP_FREE char *faults = NULL;
        JobSite site;

        ck_assert_int_eq(
                        load("queues: {io: {slots: 2}}\ndefault-slots: 4\nmax-running: 10\n"
                             "start-rate: infinity\nallow-queues: [io, \"user-*\"]\n",
                             environment, assignments, &faults, &settings),
                        0);
        ck_assert_uint_eq(settings.queues.n_items, 1);
        ck_assert_str_eq(settings.queues.items[0].name, "io");
        ck_assert_uint_eq(settings.queues.items[0].slots, 2);
        ck_assert_str_eq(settings.queues.items[0].file, path);
        ck_assert_uint_eq(settings.default_slots, 4);
        ck_assert_uint_eq(settings.max_running, 50);
        ck_assert_double_eq(settings.starts_per_second, 2.5);
        ck_assert_str_eq(settings.allow_queues[0], "any");

        site = settings_site(&settings, "m");
        ck_assert_ptr_eq(site.queues, &settings.queues);
        ck_assert_ptr_eq(site.allow_queues, settings.allow_queues);
        ck_assert_ptr_null(site.hash_salt);
}
END_TEST

START_TEST(command_line_beats_environment_beats_file) {
        static char *const environment[] = { (char *) "JOBSCHED_COMMIT_ROWS=20",
                                             (char *) "JOBSCHED_LOG_LEVEL=notice",
                                             (char *) "JOBSCHED_STORE=", (char *) "JOBSCHED_JOB=x", NULL };
        static char *const assignments[] = { (char *) "log-level=debug", (char *) "write-ahead=0", NULL };
        CLEANUP(settings_done) Settings settings = { 0 };
        CLEANUP_FREE char *faults = NULL;

        ck_assert_int_eq(
                        load("store: memory\ncommit-rows: 10\nlog-level: error\ncommit-delay: 5ms\n"
                             "business-days: Sun..Thu\nhash-seed: machine-id\n",
                             environment, assignments, &faults, &settings),
                        0);
        ck_assert_int_eq(settings.store, STORE_MEMORY);
        ck_assert_uint_eq(settings.commit_rows, 20);
        ck_assert_int_eq(settings.commit_delay_usec, 5 * USEC_PER_MSEC);
        ck_assert_uint_eq(settings.business_days, 0x1f);
        ck_assert_int_eq(settings.hash_seed, HASH_SEED_MACHINE_ID);
        ck_assert_str_eq(settings.log_level, "debug");
        ck_assert_int_eq(settings.write_ahead_usec, 0);
}
END_TEST

START_TEST(defaults_are_kept_as_text) {
        CLEANUP(settings_done) Settings settings = { 0 };
        CLEANUP_FREE char *faults = NULL;

        ck_assert_int_eq(
                        load("defaults:\n  timezone: UTC\n  environment: {A: \"1\"}\n  sql: {connection: x}\n"
                             "  except: {ics: /nonexistent/a.ics}\n",
                             NULL, NULL, &faults, &settings),
                        0);
        ck_assert_str_eq(
                        settings.defaults,
                        "timezone: UTC\nenvironment:\n  A: \"1\"\nsql:\n  connection: x\nexcept:\n  ics: "
                        "/nonexistent/a.ics\n");
}
END_TEST

/* clang-format off */
static const struct {
        const char *text;
        const char *variable, *assignment; /* NULL: none */
        const char *faults;
} fault_cases[] = {
        { "stor: memory\n",             NULL, NULL, "F:1:1: unknown key 'stor'; did you mean 'store'?" },
        { "store: disk\n",              NULL, NULL, "F:1:8: 'store' expects one of file, memory, not 'disk'" },
        { "commit-rows: 0\n",           NULL, NULL, "F:1:14: 'commit-rows' expects a number from 1 to 100000, not 0" },
        { "commit-delay: 2s\n",         NULL, NULL, "F:1:15: 'commit-delay' expects a duration from 0 to 1s, not '2s'" },
        { "write-ahead: 3s\n",          NULL, NULL, "F:1:14: 'write-ahead' expects a duration from 0 to 2s, not '3s'" },
        { "hash-seed: host\n",          NULL, NULL, "F:1:12: 'hash-seed' expects one of none, machine-id, not 'host'" },
        { "business-days: Mon..Fry\n",  NULL, NULL, "F:1:21: 'business-days': a day of the week such as \"Sat\" expected" },
        { "log-level: loud\n",          NULL, NULL, "F:1:12: 'log-level' expects one of error, warning, notice, info, debug, not 'loud'" },
        { "queues: 3\n",                NULL, NULL, "F:1:9: 'queues' expects a mapping such as {NAME: {slots: 2}}, not a text" },
        { "default-slots: 0\n",         NULL, NULL, "F:1:16: 'default-slots' expects a number from 1 to 1000000, not 0" },
        { "max-running: 0\n",           NULL, NULL, "F:1:14: 'max-running' expects a number from 1 to 1000000, not 0" },
        { "start-rate: 0\n",            NULL, NULL, "F:1:13: 'start-rate' expects a number above 0 and up to 1000000, not 0" },
        { "start-rate: fast\n",         NULL, NULL, "F:1:13: 'start-rate' expects a number such as 2.5, not 'fast'" },
        { "allow-queues: {a: b}\n",     NULL, NULL, "F:1:15: 'allow-queues' expects a list of texts, not a mapping" },
        { "mail-from: a b\n",           NULL, NULL, "F:1:12: 'mail-from' expects an address such as ann@example.org, not 'a b'" },
        { "sendmail: msmtp\n",          NULL, NULL, "F:1:11: 'sendmail' expects an absolute path, not 'msmtp'" },
        { "notify: {on-failure: {mail: a}}\n", NULL, NULL, "F:1:10: unknown key 'on-failure'; known are on-trouble" },
        { "notify: {on-trouble: {}}\n", NULL, NULL, "F:1:22: a target has exactly one of 'mail', 'http' and 'command'" },
        { "",  NULL, "notify=a",              "command line:0:0: 'notify' can be set in the file only" },
        { "",  "JOBSCHED_QUEUES=io",    NULL, "JOBSCHED_QUEUES:0:0: 'queues' can be set in the file only" },
        { "defaults:\n  timout: 1s\n",  NULL, NULL, "F:2:3: unknown key 'timout'; did you mean 'timeout'?" },
        { "defaults:\n  outptu: {journal: false}\n", NULL, NULL, "F:2:3: unknown key 'outptu'; did you mean 'output'?" },
        { "defaults: 3\n",              NULL, NULL, "F:1:11: 'defaults' expects a mapping, not a text" },
        { "- store\n",                  NULL, NULL, "F:1:1: expected a mapping ('key: value'), not a list" },
        { "store: [\n",                 NULL, NULL, "F:2:1: not valid YAML: did not find expected node content" },
        { "",  "JOBSCHED_STORE=disk",   NULL, "JOBSCHED_STORE:0:0: 'store' expects one of file, memory, not 'disk'" },
        { "",  "JOBSCHED_DEFAULTS=x",   NULL, "JOBSCHED_DEFAULTS:0:0: 'defaults' can be set in the file only" },
        { "",  NULL, "store=disk",            "command line:0:0: 'store' expects one of file, memory, not 'disk'" },
        { "",  NULL, "stroe=file",            "command line:0:0: unknown setting 'stroe'; did you mean 'store'?" },
        { "",  NULL, "store",                 "command line:0:0: expected KEY=VALUE, not 'store'" },
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        char *const environment[] = { (char *) fault_cases[_i].variable, NULL };
        char *const assignments[] = { (char *) fault_cases[_i].assignment, NULL };
        CLEANUP(settings_done) Settings settings = { 0 };
        CLEANUP_FREE char *faults = NULL;

        ck_assert_int_eq(load(fault_cases[_i].text, environment, assignments, &faults, &settings), -EINVAL);
        ck_assert_str_eq(faults, fault_cases[_i].faults);
        ck_assert_ptr_null(settings.log_level);
}
END_TEST

START_TEST(a_file_of_others_is_refused) {
        CLEANUP(diagnostics_done) Diagnostics diagnostics = { 0 };
        Settings settings = { 0 };

        ck_assert_int_eq(file_replace(path, "store: memory\n", 14, 0644, false), 0);
        ck_assert_int_eq(chmod(path, 0666), 0);
        ck_assert_int_eq(settings_load(path, NULL, NULL, &diagnostics, &settings), -EINVAL);
        ck_assert_str_eq(
                        diagnostics.items[0].message,
                        "this file is writable by everyone (chmod go-w), so it is not trusted");
        ck_assert_int_eq(settings_load("/tmp", NULL, NULL, &diagnostics, &settings), -EISDIR);
}
END_TEST

START_TEST(every_setting_is_described) {
        KeyDescription key;
        size_t n = 0;

        while (settings_key_describe(n, &key)) {
                ck_assert_str_ne(key.path, "");
                ck_assert_ptr_nonnull(key.type);
                ck_assert_ptr_nonnull(key.fallback);
                n++;
        }
        ck_assert_uint_gt(n, 0);
        for (int i = 0; i < STORE_KIND_COUNT; i++)
                ck_assert_int_eq(store_kind_from_string(store_kind_to_string((StoreKind) i)), i);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("settings");
        TCase *tcase = tcase_create("settings");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, without_anything_there_are_defaults);
        tcase_add_test(tcase, who_is_told_of_trouble_is_set);
        tcase_add_test(tcase, queues_and_their_limits_are_set);
        tcase_add_test(tcase, command_line_beats_environment_beats_file);
        tcase_add_test(tcase, defaults_are_kept_as_text);
        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(tcase, a_file_of_others_is_refused);
        tcase_add_test(tcase, every_setting_is_described);
        suite_add_tcase(suite, tcase);
        return suite;
}
