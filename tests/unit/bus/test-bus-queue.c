/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Queues over a socketpair: lists, orders, and who may give them. */

#include <string.h>

#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

#define STRANGER_UID 4242U

static const BusFixtureJob jobs[] = {
        { "alpha", "command: /bin/true\nqueue: io\n", 0 },
        { "beta", "command: /bin/true\nqueue: net\n", 0 },
        { "gamma", "command: /bin/true\n", 0 },
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

static char *dump(const char *key, const char *type, const char *value) {
        sd_bus_message *reply;
        char *text;
        int fd;

        if (key)
                reply = bus_fixture_ask(&fixture, client, "Dump", "sa{sv}", "queues", 1, key, type, 1, value);
        else
                reply = bus_fixture_ask(&fixture, client, "Dump", "sa{sv}", "queues", 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        text = test_read_fd(fd, NULL);
        (void) sd_bus_message_unref(reply);
        return text;
}

static void order(const char *member, const char *queue) {
        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, member, "s", queue));
}

static void expect_error(const char *member, const char *queue, const char *error) {
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, member, "s",
                                        queue),
                        error);
}

START_TEST(a_dump_has_the_keys_of_a_queue_in_order) {
        CLEANUP_FREE char *all = dump(NULL, NULL, NULL), *one = dump("names", "as", "n*");

        ck_assert_str_eq(
                        all,
                        "{\"name\":\"io\",\"slots\":1,\"used\":0,\"waiting\":0,\"paused\":false}\n"
                        "{\"name\":\"net\",\"slots\":1,\"used\":0,\"waiting\":0,\"paused\":false}\n");
        ck_assert_str_eq(one, "{\"name\":\"net\",\"slots\":1,\"used\":0,\"waiting\":0,\"paused\":false}\n");
}
END_TEST

START_TEST(a_list_has_rows_of_properties) {
        sd_bus_message *reply = bus_fixture_ask(&fixture, client, "ListQueues", NULL);
        const char *key, *name;

        ck_assert_str_eq(sd_bus_message_get_signature(reply, 1), "aa{sv}");
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "a{sv}"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "{sv}", &key, "s", &name), 0);
        ck_assert_str_eq(key, "Name");
        ck_assert_str_eq(name, "io");
        (void) sd_bus_message_unref(reply);
}
END_TEST

START_TEST(a_queue_is_paused_and_resumed) {
        CLEANUP_FREE char *paused = NULL, *resumed = NULL;

        order("PauseQueue", "io");
        paused = dump(NULL, NULL, NULL);
        ck_assert_ptr_nonnull(strstr(
                        paused, "{\"name\":\"io\",\"slots\":1,\"used\":0,\"waiting\":0,\"paused\":true}"));
        order("ResumeQueue", "io");
        resumed = dump(NULL, NULL, NULL);
        ck_assert_ptr_null(strstr(resumed, "true"));
}
END_TEST

START_TEST(what_cannot_be_done_is_an_error_with_a_name) {
        expect_error("PauseQueue", "nobody", ERROR_NO_SUCH_QUEUE);
        expect_error("ResumeQueue", "", ERROR_NO_SUCH_QUEUE);
        expect_error("ResumeQueue", "io", ERROR_NOT_ACTIVE);
}
END_TEST

START_TEST(a_stranger_may_not) {
        sd_bus *stranger = bus_fixture_client(&fixture, STRANGER_UID);

        test_expect_error(
                        bus_fixture_call(
                                        &fixture, stranger, MANAGER_PATH, MANAGER_INTERFACE, "PauseQueue",
                                        "s", "io"),
                        SD_BUS_ERROR_ACCESS_DENIED);
        (void) sd_bus_close_unref(stranger);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-queue");
        TCase *queues = tcase_create("queues");

        tcase_add_checked_fixture(queues, setup, teardown);
        tcase_add_test(queues, a_dump_has_the_keys_of_a_queue_in_order);
        tcase_add_test(queues, a_list_has_rows_of_properties);
        tcase_add_test(queues, a_queue_is_paused_and_resumed);
        tcase_add_test(queues, what_cannot_be_done_is_an_error_with_a_name);
        tcase_add_test(queues, a_stranger_may_not);
        suite_add_tcase(suite, queues);
        return suite;
}
