/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/configuration.h"

#include <stdlib.h>
#include <string.h>

#include "support/test-support.h"
#include "util/log.h"
#include "util/string-list.h"

static char directory[64], settings_file[96];
static char *directories[2];
static Instance instance;
static sd_event *event;
static Configuration *configuration;
static unsigned n_changed;

static void write_file(const char *name, const char *text) {
        char path[256];
        FILE *file;

        (void) snprintf(path, sizeof(path), "%s/%s", directory, name);
        file = fopen(path, "we");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_ge(fputs(text, file), 0);
        ck_assert_int_eq(fclose(file), 0);
}

static void on_changed(void *userdata) {
        n_changed++;
}

static void setup(void) {
        strcpy(directory, "/tmp/test-configuration.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(directory));
        (void) snprintf(settings_file, sizeof(settings_file), "%s/settings", directory);
        directories[0] = directory;
        instance = (Instance){ .user = true, .settings_file = settings_file, .config_dirs = directories };
        ck_assert_int_ge(sd_event_new(&event), 0);
        log_set_max_level(LOG_EMERG); /* what is logged of faults */
}

static void teardown(void) {
        CLEANUP_FREE char *command = NULL;

        configuration = configuration_free(configuration);
        (void) sd_event_unref(event);
        ck_assert_int_gt(asprintf(&command, "rm -rf %s", directory), 0);
        ck_assert_int_eq(system(command), 0);
}

static int open_with(char *const *assignments) {
        return configuration_new(
                        event,
                        &(ConfigurationOptions){ .instance = &instance,
                                                 .assignments = assignments,
                                                 .machine_id = "machine",
                                                 .changed = on_changed },
                        &configuration);
}

/* The names of the jobs with their descriptions: "a=text b=". */
static void expect_jobs(const char *expected, size_t n_faults) {
        char text[512] = "";
        JobSet set = { 0 };

        ck_assert_int_eq(configuration_scan(configuration, &set), 0);
        for (size_t i = 0; i < set.n_jobs; i++) {
                const Job *job = set.jobs[i].job;

                (void) snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s=%s", i > 0 ? " " : "",
                                set.jobs[i].name, job ? job->description ?: "" : "!");
        }
        ck_assert_str_eq(text, expected);
        ck_assert_uint_eq(set.diagnostics.n_items, n_faults);
        job_set_done(&set);
}

START_TEST(without_any_file_there_are_no_jobs) {
        ck_assert_int_eq(open_with(NULL), 0);
        expect_jobs("", 0);
        ck_assert_ptr_nonnull(configuration_zones(configuration));
}
END_TEST

START_TEST(changed_defaults_reach_jobs_that_did_not_change) {
        write_file("settings", "defaults:\n  description: one\n");
        write_file("a.yaml", "jobs:\n  a: {command: /bin/true}\n");
        ck_assert_int_eq(open_with(NULL), 0);
        expect_jobs("a=one", 0);

        write_file("settings", "defaults:\n  description: two\n");
        expect_jobs("a=two", 0);
}
END_TEST

/* What the settings say of all jobs is decoded into each of them. */
START_TEST(a_changed_site_reaches_jobs_that_did_not_change) {
        static const char *const settings[] = { "", "business-days: Sun..Thu\nhash-seed: machine-id\n" };
        static const uint8_t business_days[] = { 0x3e, 0x1f };

        write_file("a.yaml", "jobs:\n  a: {command: /bin/true}\n");
        ck_assert_int_eq(open_with(NULL), 0);
        for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
                JobSet set = { 0 };

                write_file("settings", settings[i]);
                ck_assert_int_eq(configuration_scan(configuration, &set), 0);
                ck_assert_uint_eq(set.jobs[0].job->timetable.business_days, business_days[i]);
                ck_assert_pstr_eq(configuration_site(configuration)->hash_salt, i == 0 ? NULL : "machine");
                job_set_done(&set);
        }
}
END_TEST

START_TEST(faulty_settings_keep_the_old_ones_and_the_jobs) {
        write_file("settings", "defaults:\n  description: one\n");
        write_file("a.yaml", "jobs:\n  a: {command: /bin/true}\n");
        ck_assert_int_eq(open_with(NULL), 0);

        write_file("settings", "defaults:\n  description: two\nno-such-key: 1\n");
        expect_jobs("a=one", 1);

        write_file("settings", "defaults:\n  description: two\n");
        expect_jobs("a=two", 0);
}
END_TEST

START_TEST(with_faulty_settings_it_does_not_start) {
        write_file("settings", "no-such-key: 1\n");
        ck_assert_int_eq(open_with(NULL), -EINVAL);
        ck_assert_ptr_null(configuration);
}
END_TEST

START_TEST(the_command_line_wins) {
        char *assignments[] = { (char *) "log-level=debug", NULL };

        write_file("settings", "log-level: error\n");
        ck_assert_int_eq(open_with(assignments), 0);
        ck_assert_str_eq(configuration_settings(configuration)->log_level, "debug");
        expect_jobs("", 0);
        ck_assert_str_eq(configuration_settings(configuration)->log_level, "debug");
}
END_TEST

START_TEST(a_fault_is_in_each_scan) {
        write_file("bad.yaml", "jobs:\n  bad: {comand: /bin/true}\n");
        ck_assert_int_eq(open_with(NULL), 0);
        for (unsigned i = 0; i < 2; i++) {
                JobSet set = { 0 };

                ck_assert_int_eq(configuration_scan(configuration, &set), 0);
                ck_assert_uint_gt(set.diagnostics.n_items, 0);
                job_set_done(&set);
        }
}
END_TEST

/* After a scan whatever comes is noticed: there is no gap between reading and watching. */
START_TEST(what_changes_after_a_scan_is_told) {
        static const char *const files[] = { "a.yaml", "settings" };

        ck_assert_int_eq(open_with(NULL), 0);
        expect_jobs("", 0);
        write_file(files[_i], _i == 0 ? "jobs:\n  a: {command: /bin/true}\n" : "log-level: error\n");
        while (n_changed == 0)
                ck_assert_int_ge(sd_event_run(event, UINT64_MAX), 0);
        expect_jobs(_i == 0 ? "a=" : "", 0);
}
END_TEST

START_TEST(what_a_job_names_is_watched_too) {
        char text[256];

        (void) snprintf(text, sizeof(text), "jobs:\n  a: {command: /bin/true, except: {ics: %s/x.ics}}\n",
                        directory);
        write_file("a.yaml", text);
        ck_assert_int_eq(open_with(NULL), 0);
        expect_jobs("a=!", 1);
        write_file("x.ics", "");
        while (n_changed == 0)
                ck_assert_int_ge(sd_event_run(event, UINT64_MAX), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("configuration");
        TCase *files = tcase_create("files");

        tcase_add_checked_fixture(files, setup, teardown);
        tcase_add_test(files, without_any_file_there_are_no_jobs);
        tcase_add_test(files, changed_defaults_reach_jobs_that_did_not_change);
        tcase_add_test(files, a_changed_site_reaches_jobs_that_did_not_change);
        tcase_add_test(files, what_a_job_names_is_watched_too);
        tcase_add_test(files, faulty_settings_keep_the_old_ones_and_the_jobs);
        tcase_add_test(files, with_faulty_settings_it_does_not_start);
        tcase_add_test(files, the_command_line_wins);
        tcase_add_test(files, a_fault_is_in_each_scan);
        tcase_add_loop_test(files, what_changes_after_a_scan_is_told, 0, 2);
        suite_add_tcase(suite, files);
        return suite;
}
