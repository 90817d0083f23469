/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The Manager, Job and Execution objects over a socketpair, as root sees them. */

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define OTHER_UID 4242U

static const BusFixtureJob jobs[] = {
        { "alpha", "command: /bin/true\nschedule: '30 2 * * *'\ntimezone: UTC\ndescription: The first\n", 0 },
        { "beta", "command: [/bin/echo, b]\n", 0 },
        { "gamma", "command: /bin/true\nenabled: false\nschedule: '@daily'\n", 0 },
        { "other", "command: /bin/true\n", OTHER_UID },
};

static BusFixture fixture;
static sd_bus *client;

static void setup(void) {
        bus_fixture_init(&fixture);
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
        client = bus_fixture_client(&fixture, (uid_t) -1);
}

static void teardown(void) {
        (void) sd_bus_close_unref(client);
        bus_fixture_done(&fixture);
}

static uint64_t start_job(const char *name) {
        sd_bus_message *reply = bus_fixture_ask(&fixture, client, "StartJob", "sa{sv}", name, 0);
        uint64_t id;

        ck_assert_int_gt(sd_bus_message_read(reply, "t", &id), 0);
        (void) sd_bus_message_unref(reply);
        return id;
}

/* Reads one page; returns the number of rows, with the values of the text property `key` joined by blanks. */
static unsigned read_rows(sd_bus_message *reply, const char *key, char **ret_values, char **ret_cursor) {
        CLEANUP(string_list_freep) char **values = NULL;
        unsigned n = 0;
        const char *cursor;

        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "a{sv}"), 0);
        while (sd_bus_message_enter_container(reply, 'a', "{sv}") > 0) {
                n++;
                while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
                        const char *name, *text;

                        ck_assert_int_gt(sd_bus_message_read(reply, "s", &name), 0);
                        if (strcmp(name, key) == 0) {
                                ck_assert_int_gt(sd_bus_message_read(reply, "v", "s", &text), 0);
                                ck_assert_int_eq(string_list_push(&values, text), 0);
                        } else
                                ck_assert_int_gt(sd_bus_message_skip(reply, "v"), 0);
                        ck_assert_int_gt(sd_bus_message_exit_container(reply), 0);
                }
                ck_assert_int_gt(sd_bus_message_exit_container(reply), 0);
        }
        ck_assert_int_gt(sd_bus_message_exit_container(reply), 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "s", &cursor), 0);

        ck_assert_int_eq(string_list_join(values, " ", ret_values), 0);
        *ret_cursor = strdup(cursor);
        (void) sd_bus_message_unref(reply);
        return n;
}

static void expect_jobs(const char *filter_key, const char *type, const char *value, const char *expected) {
        CLEANUP_FREE char *names = NULL, *cursor = NULL;
        sd_bus_message *reply;

        if (!filter_key)
                reply = bus_fixture_ask(&fixture, client, "ListJobs", "a{sv}su", 0, "", 0U);
        else
                reply =
                                bus_fixture_ask(&fixture, client, "ListJobs", "a{sv}su", 1, filter_key, type,
                                                1, value, "", 0U);
        (void) read_rows(reply, "Name", &names, &cursor);
        ck_assert_str_eq(names, expected);
        ck_assert_str_eq(cursor, "");
}

START_TEST(jobs_are_listed_by_name_and_filtered) {
        expect_jobs(NULL, NULL, NULL, "alpha beta gamma other");
        expect_jobs("names", "as", "*a", "alpha beta gamma");
        expect_jobs("states", "as", "disabled", "gamma");
        expect_jobs("names", "as", "nothing*", "");
}
END_TEST

START_TEST(jobs_come_in_pages) {
        CLEANUP_FREE char *first = NULL, *second = NULL, *cursor = NULL, *last = NULL;

        ck_assert_uint_eq(
                        read_rows(bus_fixture_ask(&fixture, client, "ListJobs", "a{sv}su", 0, "", 3U), "Name",
                                  &first, &cursor),
                        3);
        ck_assert_str_eq(first, "alpha beta gamma");
        ck_assert_str_eq(cursor, "gamma");
        ck_assert_uint_eq(
                        read_rows(bus_fixture_ask(&fixture, client, "ListJobs", "a{sv}su", 0, cursor, 3U),
                                  "Name", &second, &last),
                        1);
        ck_assert_str_eq(second, "other");
        ck_assert_str_eq(last, "");
}
END_TEST

START_TEST(executions_come_in_pages_newest_first) {
        CLEANUP_FREE char *first = NULL, *cursor = NULL, *rest = NULL, *last = NULL;
        uint64_t newest;

        (void) start_job("alpha");
        (void) start_job("beta");
        newest = start_job("other");
        ck_assert_uint_gt(newest, 2);

        ck_assert_uint_eq(
                        read_rows(bus_fixture_ask(&fixture, client, "ListExecutions", "a{sv}su", 0, "", 2U),
                                  "Job", &first, &cursor),
                        2);
        ck_assert_str_eq(first, "other beta");
        ck_assert_str_ne(cursor, "");
        ck_assert_uint_eq(
                        read_rows(bus_fixture_ask(&fixture, client, "ListExecutions", "a{sv}su", 0, cursor,
                                                  2U),
                                  "Job", &rest, &last),
                        1);
        ck_assert_str_eq(rest, "alpha");
        ck_assert_str_eq(last, "");
}
END_TEST

/* clang-format off */
static const struct {
        const char *member, *name, *error;
} refusals[] = {
        { "GetJob",        "nobody",   ERROR_NO_SUCH_JOB },
        { "GetJob",        "",         ERROR_NO_SUCH_JOB },
        { "GetJob",        "a/../b",   ERROR_NO_SUCH_JOB },
        { "GetDefinition", "nobody",   ERROR_NO_SUCH_JOB },
        { "ResumeJob",     "nobody",   ERROR_NO_SUCH_JOB },
        { "ResumeJob",     "alpha",    ERROR_NOT_ACTIVE },
};
/* clang-format on */

START_TEST(what_cannot_be_done_is_an_error_with_a_name) {
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE,
                                        refusals[_i].member, "s", refusals[_i].name),
                        refusals[_i].error);
}
END_TEST

START_TEST(arguments_are_checked) {
        static const char *const path = MANAGER_PATH, *const interface = MANAGER_INTERFACE;
        uint64_t id;

        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "ListJobs", "a{sv}su", 1, "name",
                                        "s", "x", "", 0U),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "ListJobs", "a{sv}su", 1, "names",
                                        "s", "x", "", 0U),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "ListJobs", "a{sv}su", 1, "states",
                                        "as", 1, "sleeping", "", 0U),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "ListJobs", "a{sv}su", 0, "",
                                        1001U),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "ListExecutions", "a{sv}su", 0,
                                        "12x", 0U),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "Dump", "sa{sv}", "everything", 0),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "StartJob", "sa{sv}", "alpha", 1,
                                        "faster", "b", 1),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "StartJob", "sa{sv}", "alpha", 1,
                                        "force", "s", "yes"),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "PauseJob", "sx", "alpha",
                                        (int64_t) -5),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "StopExecution", "t",
                                        (uint64_t) 99),
                        ERROR_NO_SUCH_EXECUTION);

        id = start_job("alpha");
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "KillExecution", "tsi", id, "some",
                                        15),
                        SD_BUS_ERROR_INVALID_ARGS);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, path, interface, "KillExecution", "tsi", id, "main",
                                        0),
                        SD_BUS_ERROR_INVALID_ARGS);
}
END_TEST

static void expect_text_property(
                const char *path,
                const char *interface,
                const char *name,
                const char *value) {
        sd_bus_message *reply = test_expect_return(bus_fixture_call(
                        &fixture, client, path, "org.freedesktop.DBus.Properties", "Get", "ss", interface,
                        name));
        const char *text;

        ck_assert_int_gt(sd_bus_message_read(reply, "v", "s", &text), 0);
        ck_assert_str_eq(text, value);
        (void) sd_bus_message_unref(reply);
}

/* What the executor's look-up would say about whoever runs the test. */
static const char *user_name(void) {
        static char text[32];

        (void) snprintf(text, sizeof(text), "user-%u", (unsigned) getuid());
        return getuid() == 0 ? "root" : text;
}

START_TEST(objects_have_their_records_as_properties) {
        static const char *const path = JOB_PATH_PREFIX "/alpha";
        CLEANUP_FREE char *execution = NULL;
        uint64_t id = start_job("alpha");

        ck_assert_int_gt(asprintf(&execution, "%s/%" PRIu64, EXECUTION_PATH_PREFIX, id), 0);
        expect_text_property(path, JOB_INTERFACE, "Name", "alpha");
        expect_text_property(path, JOB_INTERFACE, "Owner", "root");
        expect_text_property(path, JOB_INTERFACE, "Description", "The first");
        expect_text_property(path, JOB_INTERFACE, "State", "waiting");
        expect_text_property(path, JOB_INTERFACE, "LastState", "");
        expect_text_property(execution, EXECUTION_INTERFACE, "Job", "alpha");
        expect_text_property(execution, EXECUTION_INTERFACE, "Cause", "manual");
        expect_text_property(execution, EXECUTION_INTERFACE, "RequestedBy", user_name());

        bus_fixture_started(&fixture, 0);
        expect_text_property(path, JOB_INTERFACE, "State", "running");
        bus_fixture_ended(&fixture, 0, 3, "bad\n");
        expect_text_property(execution, EXECUTION_INTERFACE, "State", "failed");
        expect_text_property(execution, EXECUTION_INTERFACE, "Reason", "exit-code");
        expect_text_property(path, JOB_INTERFACE, "LastState", "failed");
        expect_text_property(MANAGER_PATH, MANAGER_INTERFACE, "Version", "1.2.3");
        expect_text_property(MANAGER_PATH, MANAGER_INTERFACE, "Mode", "system");
        expect_text_property(MANAGER_PATH, MANAGER_INTERFACE, "RunnerVersion", "0.1.0");
}
END_TEST

START_TEST(there_is_no_object_for_what_does_not_exist) {
        static const char *const paths[] = {
                JOB_PATH_PREFIX "/nobody",       EXECUTION_PATH_PREFIX "/77",
                EXECUTION_PATH_PREFIX "/01",     EXECUTION_PATH_PREFIX "/x",
                EXECUTION_PATH_PREFIX "/1/more", EXECUTION_PATH_PREFIX "/99999999999999999999999",
        };

        for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
                test_expect_error(
                                bus_fixture_call(
                                                &fixture, client, paths[i], "org.freedesktop.DBus.Properties",
                                                "GetAll", "s", ""),
                                SD_BUS_ERROR_UNKNOWN_OBJECT);
}
END_TEST

START_TEST(a_job_object_takes_orders) {
        static const char *const path = JOB_PATH_PREFIX "/beta";
        sd_bus_message *reply;
        uint64_t id;

        (void) sd_bus_message_unref(test_expect_return(
                        bus_fixture_call(&fixture, client, path, JOB_INTERFACE, "Pause", "x", (int64_t) 0)));
        expect_text_property(path, JOB_INTERFACE, "State", "paused");
        (void) sd_bus_message_unref(test_expect_return(
                        bus_fixture_call(&fixture, client, path, JOB_INTERFACE, "Resume", NULL)));
        expect_text_property(path, JOB_INTERFACE, "State", "idle");

        reply = test_expect_return(
                        bus_fixture_call(&fixture, client, path, JOB_INTERFACE, "Start", "a{sv}", 0));
        ck_assert_int_gt(sd_bus_message_read(reply, "t", &id), 0);
        ck_assert_uint_ge(id, 1);
        (void) sd_bus_message_unref(reply);
        ck_assert_uint_eq(fixture.n_launches, 1);
}
END_TEST

START_TEST(a_second_start_is_an_overlap) {
        (void) start_job("alpha");
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "StartJob",
                                        "sa{sv}", "alpha", 0),
                        ERROR_OVERLAP);
}
END_TEST

START_TEST(reload_tells_the_faults) {
        sd_bus_message *reply;
        char **faults = NULL;

        ck_assert_int_eq(
                        string_list_push(&fixture.reload_faults, "/etc/jobsched.d/x.yaml:3:1: error: bad"),
                        0);
        reply = bus_fixture_ask(&fixture, client, "Reload", NULL);
        ck_assert_int_ge(sd_bus_message_read_strv(reply, &faults), 0);
        ck_assert_ptr_nonnull(faults);
        ck_assert_str_eq(faults[0], "/etc/jobsched.d/x.yaml:3:1: error: bad");
        ck_assert_uint_eq(fixture.n_reloads, 1);
        (void) string_list_free(faults);
        (void) sd_bus_message_unref(reply);
}
END_TEST

START_TEST(a_definition_is_given_as_it_is_in_force) {
        sd_bus_message *reply = bus_fixture_ask(&fixture, client, "GetDefinition", "s", "alpha");
        const char *definition, *file;
        uint32_t line;

        ck_assert_int_gt(sd_bus_message_read(reply, "ssu", &definition, &file, &line), 0);
        ck_assert_ptr_nonnull(strstr(definition, "/bin/true"));
        (void) sd_bus_message_unref(reply);
}
END_TEST

START_TEST(orders_are_in_the_audit_log) {
        CLEANUP_FREE char *events = NULL, *cursor = NULL;

        (void) start_job("alpha");
        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "PauseJob", "sx", "beta", (int64_t) 0));
        (void) read_rows(
                        bus_fixture_ask(&fixture, client, "ListAudit", "a{sv}su", 0, "", 2U), "Event",
                        &events, &cursor);
        ck_assert_str_eq(events, "job-paused execution-started");
        ck_assert_str_ne(cursor, "");
}
END_TEST

START_TEST(why_is_a_json_object) {
        sd_bus_message *reply;
        const char *answer;

        (void) start_job("alpha");
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "Why", "sxx",
                                        "alpha", INT64_MIN, INT64_MAX),
                        SD_BUS_ERROR_INVALID_ARGS);
        reply = bus_fixture_ask(&fixture, client, "Why", "sxx", "alpha", (int64_t) 0, (int64_t) 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "s", &answer), 0);
        ck_assert_int_eq(strncmp(answer, "{\"job\":\"alpha\",\"time\":", 22), 0);
        ck_assert_ptr_nonnull(strstr(answer, "\"next_due\":"));
        (void) sd_bus_message_unref(reply);
}
END_TEST

/* --- dumps ----------------------------------------------------------------------------------------- */

static char *dump(const char *what, const char *key, uint64_t value) {
        sd_bus_message *reply;
        char *text;
        int fd;

        if (key)
                reply = bus_fixture_ask(&fixture, client, "Dump", "sa{sv}", what, 1, key, "t", value);
        else
                reply = bus_fixture_ask(&fixture, client, "Dump", "sa{sv}", what, 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        ck_assert_int_eq(fcntl(fd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
        text = test_read_fd(fd, NULL);
        (void) sd_bus_message_unref(reply);
        return text;
}

START_TEST(a_dump_has_the_keys_of_a_job_in_order) {
        CLEANUP_FREE char *lines = dump("jobs", "limit", 1);
        char *next = strstr(lines, "\"next_due\":\"");

        ck_assert_ptr_nonnull(next);
        /* The instants depend on the day. */
        ck_assert_str_eq(strchr(lines, '\n'), "\n");
        *next = '\0';
        ck_assert_str_eq(
                        lines,
                        "{\"name\":\"alpha\",\"owner\":\"root\",\"user\":\"root\",\"origin\":\"file\","
                        "\"file\":\"/etc/jobsched.d/test.yaml\",\"line\":1,\"description\":\"The first\","
                        "\"kind\":\"command\",\"state\":\"idle\",\"enabled\":true,\"load_error\":null,"
                        "\"warnings\":[],\"schedule\":[\"30 2 * * *\"],\"timezone\":\"UTC\",");
        ck_assert_ptr_nonnull(
                        strstr(next + 1,
                               "\"last_due\":null,\"last_execution\":null,\"last_state\":null,\"running\":0,"
                               "\"paused\":false,\"paused_until\":null,\"queue\":null,\"priority\":50,"
                               "\"template\":null,"
                               "\"profile\":null,\"tags\":[],\"revision\":"));
}
END_TEST

START_TEST(a_dump_has_the_keys_of_an_execution_in_order) {
        static const char *const keys[] = {
                "id",
                "job",
                "job_revision",
                "owner",
                "origin",
                "state",
                "reason",
                "cause",
                "requested_by",
                "due",
                "due_last",
                "count",
                "pass",
                "nominal",
                "start_after",
                "queued",
                "started",
                "ended",
                "exit_code",
                "signal",
                "http_status",
                "attempts",
                "pid",
                "host",
                "boot_id",
                "progress",
                "status_text",
                "cpu_seconds",
                "memory_peak_bytes",
                "output_bytes",
                "output_truncated",
                "parameters",
                "profile",
                "profile_revision",
                "result",
                "waiting_for",
        };
        CLEANUP_FREE char *lines = NULL;
        const char *at;

        (void) start_job("beta");
        bus_fixture_started(&fixture, 0);
        bus_fixture_ended(&fixture, 0, 0, "b\n");
        lines = dump("executions", NULL, 0);

        at = lines;
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
                CLEANUP_FREE char *key = NULL;

                ck_assert_int_gt(asprintf(&key, "%c\"%s\":", i > 0 ? ',' : '{', keys[i]), 0);
                at = strstr(at, key);
                ck_assert_msg(at, "the key %s is missing or out of place", keys[i]);
        }
        ck_assert_ptr_nonnull(strstr(lines, "\"state\":\"succeeded\",\"reason\":null,"));
        ck_assert_ptr_nonnull(strstr(lines, "\"exit_code\":0,\"signal\":null,"));
        ck_assert_ptr_nonnull(strstr(lines, "\"cpu_seconds\":0.25,\"memory_peak_bytes\":1048576,"));
}
END_TEST

START_TEST(a_dump_can_ask_for_one_execution) {
        CLEANUP_FREE char *lines = NULL;

        (void) start_job("alpha");
        (void) start_job("beta");
        (void) start_job("other");
        lines = dump("executions", "before", 2);
        ck_assert_ptr_nonnull(strstr(lines, "\"job\":\"alpha\""));
        ck_assert_ptr_null(strstr(lines, "\"job\":\"beta\""));
}
END_TEST

START_TEST(timers_are_those_that_will_start) {
        CLEANUP_FREE char *lines = dump("timers", NULL, 0);

        ck_assert_ptr_eq(
                        strstr(lines, "{\"job\":\"alpha\",\"schedule\":[\"30 2 * * *\"],\"next_due\":\""),
                        lines);
        ck_assert_ptr_nonnull(strstr(lines, "\"left_seconds\":"));
        ck_assert_str_eq(strchr(lines, '\n'), "\n");
}
END_TEST

/* Disabled jobs have a schedule and no next start; those without a schedule are no timers. */
START_TEST(all_timers_are_those_with_a_schedule) {
        sd_bus_message *reply =
                        bus_fixture_ask(&fixture, client, "Dump", "sa{sv}", "timers", 1, "all", "b", 1);
        CLEANUP_FREE char *lines = NULL;
        const char *second;
        int fd;

        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        lines = test_read_fd(fd, NULL);
        (void) sd_bus_message_unref(reply);
        ck_assert_ptr_eq(strstr(lines, "{\"job\":\"alpha\""), lines);
        second = strchr(lines, '\n') + 1;
        ck_assert_ptr_eq(
                        strstr(second, "{\"job\":\"gamma\",\"schedule\":[\"0 0 * * *\"],\"next_due\":null"),
                        second);
        ck_assert_str_eq(strchr(second, '\n'), "\n");
}
END_TEST

START_TEST(the_audit_log_is_dumped_newest_first) {
        CLEANUP_FREE char *lines = NULL;
        const char *paused, *started;

        (void) start_job("alpha");
        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "PauseJob", "sx", "beta", (int64_t) 0));
        lines = dump("audit", NULL, 0);
        paused = strstr(lines, "\"event\":\"job-paused\",\"job\":\"beta\"");
        started = strstr(lines, "\"event\":\"execution-started\",\"job\":\"alpha\"");
        ck_assert_ptr_nonnull(paused);
        ck_assert_ptr_nonnull(started);
        ck_assert(paused < started);
        ck_assert_ptr_nonnull(strstr(lines, "\"origin\":\"control\""));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-manager");
        TCase *lists = tcase_create("lists");
        TCase *objects = tcase_create("objects");
        TCase *dumps = tcase_create("dumps");

        tcase_add_checked_fixture(lists, setup, teardown);
        tcase_add_test(lists, jobs_are_listed_by_name_and_filtered);
        tcase_add_test(lists, jobs_come_in_pages);
        tcase_add_test(lists, executions_come_in_pages_newest_first);
        tcase_add_test(lists, arguments_are_checked);
        tcase_add_test(lists, orders_are_in_the_audit_log);
        suite_add_tcase(suite, lists);

        tcase_add_checked_fixture(objects, setup, teardown);
        tcase_add_loop_test(objects, what_cannot_be_done_is_an_error_with_a_name, 0, ARRAY_SIZE(refusals));
        tcase_add_test(objects, objects_have_their_records_as_properties);
        tcase_add_test(objects, there_is_no_object_for_what_does_not_exist);
        tcase_add_test(objects, a_job_object_takes_orders);
        tcase_add_test(objects, a_second_start_is_an_overlap);
        tcase_add_test(objects, reload_tells_the_faults);
        tcase_add_test(objects, a_definition_is_given_as_it_is_in_force);
        tcase_add_test(objects, why_is_a_json_object);
        suite_add_tcase(suite, objects);

        tcase_add_checked_fixture(dumps, setup, teardown);
        tcase_add_test(dumps, a_dump_has_the_keys_of_a_job_in_order);
        tcase_add_test(dumps, a_dump_has_the_keys_of_an_execution_in_order);
        tcase_add_test(dumps, a_dump_can_ask_for_one_execution);
        tcase_add_test(dumps, timers_are_those_that_will_start);
        tcase_add_test(dumps, all_timers_are_those_with_a_schedule);
        tcase_add_test(dumps, the_audit_log_is_dumped_newest_first);
        suite_add_tcase(suite, dumps);
        return suite;
}
