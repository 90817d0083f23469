/* SPDX-License-Identifier: GPL-2.0-or-later */

/* ListAttempts: of an execution that is tried again, while it runs and after. */

#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"
#include "util/buffer.h"

#define STRANGER_UID 4242U

static const BusFixtureJob jobs[] = {
        { "again", "command: /bin/true\nretry: {attempts: 2, delay: 0}\n", 0 },
};

static BusFixture fixture;
static sd_bus *client;
static uint64_t id;

static void setup(void) {
        sd_bus_message *reply;

        bus_fixture_init(&fixture);
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
        client = bus_fixture_client(&fixture, (uid_t) -1);
        reply = bus_fixture_ask(&fixture, client, "StartJob", "sa{sv}", "again", 0);
        ck_assert_int_gt(sd_bus_message_read(reply, "t", &id), 0);
        (void) sd_bus_message_unref(reply);
}

static void teardown(void) {
        (void) sd_bus_close_unref(client);
        bus_fixture_done(&fixture);
}

/* One row as "Attempt=1 State=failed …", with an instant as whether it is known. */
static void add_field(sd_bus_message *reply, Buffer *text) {
        const char *key, *content, *word;
        int64_t number = 0;
        double real;
        char type;

        ck_assert_int_gt(sd_bus_message_read_basic(reply, 's', &key), 0);
        ck_assert_int_gt(sd_bus_message_peek_type(reply, NULL, &content), 0);
        type = content[0];
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'v', content), 0);
        if (type == 's') {
                ck_assert_int_gt(sd_bus_message_read_basic(reply, 's', &word), 0);
                (void) buffer_add_format(text, "%s=%s ", key, word);
        } else if (type == 'd') {
                ck_assert_int_gt(sd_bus_message_read_basic(reply, 'd', &real), 0);
                (void) buffer_add_format(text, "%s=%g ", key, real);
        } else {
                ck_assert_int_gt(sd_bus_message_read_basic(reply, type, &number), 0);
                if (type == 'i' || type == 'u')
                        number = (int32_t) number;
                if (type == 'x' && number > 1)
                        number = number != INT64_MAX;
                (void) buffer_add_format(text, "%s=%" PRIi64 " ", key, number);
        }
        ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
}

static void expect_attempts(const char *path, const char *interface, const char *wanted) {
        CLEANUP(buffer_done) Buffer text = { 0 };
        sd_bus_message *reply;
        int r;

        reply = path ? bus_fixture_call(&fixture, client, path, interface, "ListAttempts", NULL)
                     : bus_fixture_ask(&fixture, client, "ListAttempts", "t", id);
        ck_assert_int_gt(sd_bus_message_enter_container(reply, 'a', "a{sv}"), 0);
        while ((r = sd_bus_message_enter_container(reply, 'a', "{sv}")) > 0) {
                while ((r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                        add_field(reply, &text);
                        ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
                }
                ck_assert_int_eq(r, 0);
                ck_assert_int_ge(sd_bus_message_exit_container(reply), 0);
                (void) buffer_add(&text, "\n", 1);
        }
        ck_assert_int_eq(r, 0);
        (void) sd_bus_message_unref(reply);
        ck_assert_str_eq(text.data ?: "", wanted);
}

#define RUNS(number)                                                                                      \
        "Attempt=" number " State=running Reason= Started=1 Ended=0 ExitCode=-1 Signal=-1 HttpStatus=-1 " \
        "Pid=1234 CpuSeconds=-1 MemoryPeakBytes=-1 OutputBytes=0 \n"
#define ENDED(number, state, reason, code, bytes)                                               \
        "Attempt=" number " State=" state " Reason=" reason " Started=1 Ended=1 ExitCode=" code \
        " Signal=-1 HttpStatus=-1 Pid=1234 CpuSeconds=0.25 MemoryPeakBytes=1 OutputBytes=" bytes " \n"
#define FIRST ENDED("1", "failed", "exit-code", "3", "4")

START_TEST(attempts_are_listed_with_the_one_that_runs) {
        CLEANUP_FREE char *path = NULL;

        expect_attempts(NULL, NULL, ""); /* none has begun */
        bus_fixture_started(&fixture, 0);
        expect_attempts(NULL, NULL, RUNS("1"));
        bus_fixture_ended(&fixture, 0, 3, "one\n");
        bus_fixture_settle(&fixture);
        expect_attempts(NULL, NULL, FIRST);
        bus_fixture_started(&fixture, 1);
        expect_attempts(NULL, NULL, FIRST RUNS("2"));
        bus_fixture_ended(&fixture, 1, 0, NULL);
        bus_fixture_settle(&fixture);

        ck_assert_int_gt(asprintf(&path, EXECUTION_PATH_PREFIX "/%" PRIu64, id), 0);
        expect_attempts(path, EXECUTION_INTERFACE, FIRST ENDED("2", "succeeded", "", "0", "0"));
}
END_TEST

START_TEST(what_one_may_not_see_has_no_attempts) {
        sd_bus *stranger = bus_fixture_client(&fixture, STRANGER_UID);

        fixture.answers_lookups = true;
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, client, MANAGER_PATH, MANAGER_INTERFACE, "ListAttempts",
                                        "t", id + 1),
                        ERROR_NO_SUCH_EXECUTION);
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, stranger, MANAGER_PATH, MANAGER_INTERFACE, "ListAttempts",
                                        "t", id),
                        ERROR_NO_SUCH_EXECUTION);
        (void) sd_bus_close_unref(stranger);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-attempt");
        TCase *tcase = tcase_create("list");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_test(tcase, attempts_are_listed_with_the_one_that_runs);
        tcase_add_test(tcase, what_one_may_not_see_has_no_attempts);
        suite_add_tcase(suite, tcase);
        return suite;
}
