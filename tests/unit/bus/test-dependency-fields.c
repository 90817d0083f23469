/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The edges between jobs, as Dump("dependencies") tells them, and the properties of the Job object. */

#include <stdlib.h>
#include <string.h>

#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

#define OTHER_UID 4242U

static const BusFixtureJob jobs[] = {
        { "a", "command: [/bin/true]\ntrigger: {on-success: [b, nobody], on-failure: c}\n", 0 },
        { "b", "command: [/bin/true]\n", 0 },
        { "c", "command: [/bin/true]\nafter: {jobs: [b, gone], when: any}\n", 0 },
        { "d", "command: [/bin/true]\nschedule: '@daily'\nafter: b\n", 0 },
        { "other", "command: [/bin/true]\nafter: another\n", OTHER_UID },
        { "another", "command: [/bin/true]\n", OTHER_UID },
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

static char *dump(const char *key, const char *value) {
        sd_bus_message *reply = bus_fixture_ask(
                        &fixture, client, "Dump", "sa{sv}", "dependencies", 1, key, "as", 1, value);
        char *lines;
        int fd;

        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        lines = test_read_fd(fd, NULL);
        (void) sd_bus_message_unref(reply);
        return lines;
}

#define STATES(job, predecessor)                                           \
        "\"job_state\":" job ",\"predecessor_state\":" predecessor         \
        ",\"last_execution\":null,\"last_state\":null,\"last_ended\":null" \
        "}\n"
#define EDGE(job, predecessor, kind, when, standing)                                      \
        "{\"job\":\"" job "\",\"predecessor\":\"" predecessor "\",\"kind\":\"" kind "\"," \
        "\"when\":\"" when "\",\"standing\":\"" standing "\","

/* clang-format off */
static const struct {
        const char *key, *value, *lines;
} dump_cases[] = {
        { "names", "*",
          EDGE("b", "a", "trigger", "success", "waiting") STATES("\"idle\"", "\"idle\"")
          EDGE("nobody", "a", "trigger", "success", "missing") STATES("null", "\"idle\"")
          EDGE("c", "a", "trigger", "failure", "waiting") STATES("\"blocked\"", "\"idle\"")
          EDGE("c", "b", "after", "any", "waiting") STATES("\"blocked\"", "\"idle\"")
          EDGE("c", "gone", "after", "any", "missing") STATES("\"blocked\"", "null")
          EDGE("d", "b", "gate", "success", "waiting") STATES("\"idle\"", "\"idle\"")
          EDGE("other", "another", "after", "success", "waiting") STATES("\"idle\"", "\"idle\"") },
        { "names", "d",
          EDGE("d", "b", "gate", "success", "waiting") STATES("\"idle\"", "\"idle\"") },
        { "names", "gon?",
          EDGE("c", "gone", "after", "any", "missing") STATES("\"blocked\"", "null") },
        { "states", "missing",
          EDGE("nobody", "a", "trigger", "success", "missing") STATES("null", "\"idle\"")
          EDGE("c", "gone", "after", "any", "missing") STATES("\"blocked\"", "null") },
        { "names", "none-of-them", "" },
};
/* clang-format on */

START_TEST(an_edge_is_a_line) {
        CLEANUP_FREE char *lines = dump(dump_cases[_i].key, dump_cases[_i].value);

        ck_assert_str_eq(lines, dump_cases[_i].lines);
}
END_TEST

START_TEST(an_edge_says_how_the_predecessor_ended) {
        CLEANUP_FREE char *lines = NULL;
        const LaunchOutcome outcome = {
                .end = LAUNCH_EXITED,
                .exit_code = 3,
                .signal = -1,
                .started_usec = USEC_INFINITY,
                .ended_usec = INT64_C(1767225600) * USEC_PER_SEC,
                .cpu_seconds = -1,
                .memory_peak_bytes = -1,
        };

        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "StartJob", "sa{sv}", "b", 0));
        ck_assert_uint_eq(fixture.n_launches, 1);
        fixture.events.on_ended(fixture.events.userdata, fixture.launches[0], &outcome);
        bus_fixture_settle(&fixture);

        lines = dump("names", "d");
        ck_assert_ptr_nonnull(
                        strstr(lines,
                               "\"last_execution\":1,\"last_state\":\"failed\","
                               "\"last_ended\":\"2026-01-01T00:00:00.000000Z\"}"));
}
END_TEST

START_TEST(others_edges_are_not_told_to_everybody) {
        CLEANUP_FREE char *lines = NULL;
        sd_bus *own = bus_fixture_client(&fixture, OTHER_UID);
        sd_bus_message *reply =
                        bus_fixture_ask(&fixture, own, "Dump", "sa{sv}", "dependencies", 1, "mine", "b", 1);
        int fd;

        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        lines = test_read_fd(fd, NULL);
        (void) sd_bus_message_unref(reply);
        (void) sd_bus_close_unref(own);
        ck_assert_str_eq(
                        lines,
                        EDGE("other", "another", "after", "success", "waiting")
                                        STATES("\"idle\"", "\"idle\""));
}
END_TEST

static void expect_list(const char *job, const char *property, const char *first) {
        CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = bus_fixture_ask(&fixture, client, "GetJob", "s", job);
        const char *path, *text = NULL;
        sd_bus_message *value;

        ck_assert_int_gt(sd_bus_message_read(reply, "o", &path), 0);
        value = test_expect_return(bus_fixture_call(
                        &fixture, client, path, "org.freedesktop.DBus.Properties", "Get", "ss", JOB_INTERFACE,
                        property));
        ck_assert_int_gt(sd_bus_message_enter_container(value, 'v', "as"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(value, 'a', "s"), 0);
        (void) sd_bus_message_read(value, "s", &text);
        ck_assert_str_eq(text ?: "", first);
        (void) sd_bus_message_unref(value);
        (void) sd_bus_message_unref(reply);
}

START_TEST(a_job_tells_its_neighbours) {
        expect_list("c", "After", "b");
        expect_list("b", "After", "");
        expect_list("a", "TriggersOnSuccess", "b");
        expect_list("a", "TriggersOnFailure", "c");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("dependency-fields");
        TCase *tcase = tcase_create("dependencies");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_loop_test(tcase, an_edge_is_a_line, 0, ARRAY_SIZE(dump_cases));
        tcase_add_test(tcase, an_edge_says_how_the_predecessor_ended);
        tcase_add_test(tcase, others_edges_are_not_told_to_everybody);
        tcase_add_test(tcase, a_job_tells_its_neighbours);
        suite_add_tcase(suite, tcase);
        return suite;
}
