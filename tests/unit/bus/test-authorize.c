/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who may do what where there is no polkit: everybody sees and manages what is their own and nothing else.
 * With polkit: tests/integration/test-bus-polkit.c.
 */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

#define OWNER_UID 4242U
#define OTHER_UID 4343U
#define DENIED SD_BUS_ERROR_ACCESS_DENIED

static const BusFixtureJob jobs[] = {
        { "of-root", "command: /bin/true\n", 0 },
        { "owned", "command: /bin/true\n", OWNER_UID },
};

static BusFixture fixture;

static void setup(void) {
        bus_fixture_init(&fixture);
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
}

static void teardown(void) {
        bus_fixture_done(&fixture);
}

/* The error, or NULL; the member's argument is a job's name. */
/* clang-format off */
static const struct {
        uid_t uid;
        const char *member, *types, *job, *error;
} cases[] = {
        { 0,         "GetJob",        "s",      "of-root", NULL },
        { 0,         "GetJob",        "s",      "owned",   NULL },
        { 0,         "GetDefinition", "s",      "owned",   NULL },
        { 0,         "StartJob",      "sa{sv}", "owned",   NULL },
        { 0,         "PauseJob",      "sx",     "owned",   NULL },

        { OWNER_UID, "GetJob",        "s",      "owned",   NULL },
        { OWNER_UID, "GetDefinition", "s",      "owned",   NULL },
        { OWNER_UID, "StartJob",      "sa{sv}", "owned",   NULL },
        { OWNER_UID, "PauseJob",      "sx",     "owned",   NULL },
        { OWNER_UID, "Why",           "sxx",    "owned",   NULL },
        { OWNER_UID, "GetJob",        "s",      "of-root", ERROR_NO_SUCH_JOB },
        { OWNER_UID, "GetDefinition", "s",      "of-root", ERROR_NO_SUCH_JOB },
        { OWNER_UID, "StartJob",      "sa{sv}", "of-root", ERROR_NO_SUCH_JOB },
        { OWNER_UID, "PauseJob",      "sx",     "of-root", ERROR_NO_SUCH_JOB },
        { OWNER_UID, "Why",           "sxx",    "of-root", ERROR_NO_SUCH_JOB },
        { OWNER_UID, "Reload",        NULL,     NULL,      DENIED },
        { OWNER_UID, "Backup",        NULL,     NULL,      DENIED },

        { OTHER_UID, "GetJob",        "s",      "owned",   ERROR_NO_SUCH_JOB },
        { OTHER_UID, "StartJob",      "sa{sv}", "owned",   ERROR_NO_SUCH_JOB },
        { OTHER_UID, "Reload",        NULL,     NULL,      DENIED },
};
/* clang-format on */

START_TEST(without_polkit_everybody_has_their_own) {
        sd_bus *client = bus_fixture_client(&fixture, cases[_i].uid);
        sd_bus_message *reply;

        reply = bus_fixture_call(
                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, cases[_i].member, cases[_i].types,
                        cases[_i].job, (int64_t) 0, (int64_t) 0);
        if (cases[_i].error)
                test_expect_error(reply, cases[_i].error);
        else
                (void) sd_bus_message_unref(test_expect_return(reply));
        (void) sd_bus_close_unref(client);
}
END_TEST

static unsigned count_jobs(uid_t uid) {
        sd_bus *client = bus_fixture_client(&fixture, uid);
        sd_bus_message *reply = bus_fixture_ask(&fixture, client, "ListJobs", "a{sv}su", 0, "", 0U);
        unsigned n = 0;

        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "a{sv}"), 0);
        while (sd_bus_message_skip(reply, "a{sv}") > 0)
                n++;
        (void) sd_bus_message_unref(reply);
        (void) sd_bus_close_unref(client);
        return n;
}

START_TEST(lists_contain_what_the_caller_may_see) {
        ck_assert_uint_eq(count_jobs(0), 2);
        ck_assert_uint_eq(count_jobs(OWNER_UID), 1);
        ck_assert_uint_eq(count_jobs(OTHER_UID), 0);
}
END_TEST

START_TEST(objects_of_others_are_not_there) {
        sd_bus *client = bus_fixture_client(&fixture, OTHER_UID);

        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, JOB_PATH_PREFIX "/owned",
                                        "org.freedesktop.DBus.Properties", "GetAll", "s", JOB_INTERFACE),
                        SD_BUS_ERROR_UNKNOWN_OBJECT);
        (void) sd_bus_close_unref(client);
}
END_TEST

/* An order waits for the name of who gives it, but not for ever, and goes on without. */
START_TEST(the_audit_log_names_the_caller) {
        sd_bus *client = bus_fixture_client(&fixture, OWNER_UID);
        sd_bus *root = bus_fixture_client(&fixture, 0);
        sd_bus_message *reply;
        CLEANUP_FREE char *lines = NULL;
        int fd;

        (void) sd_bus_message_unref(
                        bus_fixture_ask(&fixture, client, "PauseJob", "sx", "owned", (int64_t) 0));
        reply = bus_fixture_ask(&fixture, root, "Dump", "sa{sv}", "audit", 1, "limit", "t", (uint64_t) 1);
        ck_assert_int_gt(sd_bus_message_read(reply, "h", &fd), 0);
        lines = test_read_fd(fd, NULL);
        ck_assert_ptr_nonnull(strstr(
                        lines,
                        "\"event\":\"job-paused\",\"job\":\"owned\",\"user\":\"user-4242\",\"uid\":4242,"
                        "\"origin\":\"control\""));
        (void) sd_bus_message_unref(reply);
        (void) sd_bus_close_unref(client);
        (void) sd_bus_close_unref(root);
}
END_TEST

START_TEST(an_order_goes_on_without_a_name) {
        sd_bus *client;

        fixture.answers_lookups = false;
        client = bus_fixture_client(&fixture, OTHER_UID + 1);
        test_expect_error(
                        bus_fixture_call(&fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "Reload", NULL),
                        DENIED);
        (void) sd_bus_close_unref(client);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("authorize");
        TCase *without = tcase_create("without-polkit");

        tcase_add_checked_fixture(without, setup, teardown);
        tcase_add_loop_test(without, without_polkit_everybody_has_their_own, 0, ARRAY_SIZE(cases));
        tcase_add_test(without, lists_contain_what_the_caller_may_see);
        tcase_add_test(without, objects_of_others_are_not_there);
        tcase_add_test(without, the_audit_log_names_the_caller);
        tcase_add_test(without, an_order_goes_on_without_a_name);
        suite_add_tcase(suite, without);
        return suite;
}
