/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Kinds of actions over a socketpair. */

#include <string.h>

#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

#define STRANGER_UID 4242U

static BusFixture fixture;
static ActionDescription descriptions[3];

static void set_up(void) {
        static const char *const names[] = { "redis", "silent", "sql" };
        CLEANUP_FREE char *error = NULL;

        bus_fixture_init(&fixture);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                descriptions[i] = (ActionDescription){ .name = strdup(names[i]), .path = strdup("/x") };
        descriptions[1].error = strdup("it is broken");
        descriptions[2].builtin = true;
        ck_assert_int_eq(
                        action_description_parse(
                                        &descriptions[0],
                                        "{\"name\":\"redis\",\"description\":\"Hashes\",\"notes\":\"n\","
                                        "\"example\":\"e\",\"parameters\":{\"key\":{\"type\":\"string\"}}}",
                                        &error),
                        0);
        fixture.actions.items = descriptions;
        fixture.actions.n_items = ARRAY_SIZE(descriptions);
}

static void tear_down(void) {
        bus_fixture_done(&fixture);
        for (size_t i = 0; i < ARRAY_SIZE(descriptions); i++)
                action_description_done(&descriptions[i]);
}

static char *dump(sd_bus *client, const char *pattern) {
        sd_bus_message *reply = bus_fixture_ask(
                        &fixture, client, "Dump", "sa{sv}", "actions", 1, "names", "as", 1, pattern);
        char *text;
        int fd;

        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        text = test_read_fd(fd, NULL);
        (void) sd_bus_message_unref(reply);
        return text;
}

START_TEST(a_dump_has_the_keys_of_an_action_in_order) {
        sd_bus *client = bus_fixture_client(&fixture, (uid_t) -1);
        CLEANUP_FREE char *all = dump(client, "*"), *one = dump(client, "sq*");

        ck_assert_str_eq(
                        all,
                        "{\"name\":\"redis\",\"path\":\"/x\",\"builtin\":false,\"description\":\"Hashes\","
                        "\"error\":null,\"schema\":{\"key\":{\"type\":\"string\"}},\"notes\":\"n\","
                        "\"example\":\"e\"}\n"
                        "{\"name\":\"silent\",\"path\":\"/x\",\"builtin\":false,\"description\":null,"
                        "\"error\":\"it is broken\",\"schema\":null,\"notes\":null,\"example\":null}\n"
                        "{\"name\":\"sql\",\"path\":\"/x\",\"builtin\":true,\"description\":null,"
                        "\"error\":null,\"schema\":null,\"notes\":null,\"example\":null}\n");
        ck_assert_ptr_nonnull(strstr(one, "\"name\":\"sql\""));
        ck_assert_ptr_null(strstr(one, "redis"));
        (void) sd_bus_close_unref(client);
}
END_TEST

/* They are the instance's, and nothing of anybody's jobs. */
START_TEST(everybody_sees_the_list) {
        sd_bus *client = bus_fixture_client(&fixture, STRANGER_UID);
        sd_bus_message *reply = bus_fixture_ask(&fixture, client, "ListActions", NULL);
        const char *key, *name;

        ck_assert_str_eq(sd_bus_message_get_signature(reply, 1), "aa{sv}");
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "a{sv}"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "{sv}"), 0);
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'e', "sv"), 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "s", &key), 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "v", "s", &name), 0);
        ck_assert_str_eq(key, "Name");
        ck_assert_str_eq(name, "redis");
        (void) sd_bus_message_unref(reply);
        (void) sd_bus_close_unref(client);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-action");
        TCase *tcase = tcase_create("bus-action");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, a_dump_has_the_keys_of_an_action_in_order);
        tcase_add_test(tcase, everybody_sees_the_list);
        suite_add_tcase(suite, tcase);
        return suite;
}
