/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Signals: to whom, what, and how many. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

#define OTHER_UID 4242U

static const BusFixtureJob jobs[] = {
        { "alpha", "command: /bin/true\n", 0 },
        { "gone", "command: /bin/true\n", 0 },
        { "other", "command: /bin/true\n", OTHER_UID },
};

static const BusFixtureJob later_jobs[] = {
        { "alpha", "command: /bin/false\n", 0 },
        { "beta", "command: /bin/true\n", 0 },
};

typedef struct Heard {
        Buffer members; /* "JobAdded(beta) …" */
        unsigned n_executions, n_properties, n_private;
} Heard;

static BusFixture fixture;

/* How long a client has not read is told by this clock, which stands still as long as a test lets it. */
static usec_t standing_usec = USEC_PER_DAY;

static usec_t standing_now(void *userdata, ClockKind kind) {
        return standing_usec;
}

static const Clock standing_clock = { .now = standing_now };

/* Names what comes; a signal of a job with its name. */
static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *reterr) {
        Heard *heard = userdata;
        const char *member = sd_bus_message_get_member(message), *text = "";

        if (!sd_bus_message_is_signal(message, NULL, NULL))
                return 0;
        if (strcmp(member, "PropertiesChanged") == 0) {
                heard->n_properties++;
                return 0;
        }
        if (strcmp(member, "ExecutionChanged") == 0) {
                heard->n_executions++;
                return 0;
        }
        if (strncmp(member, "Job", 3) == 0)
                ck_assert_int_gt(sd_bus_message_read(message, "s", &text), 0);
        (void) buffer_add_format(&heard->members, "%s(%s) ", member, text);
        return 0;
}

static sd_bus *listener(uid_t uid, Heard *heard, bool subscribes) {
        sd_bus *client = bus_fixture_client(&fixture, uid);

        ck_assert_int_ge(sd_bus_add_filter(client, NULL, on_signal, heard), 0);
        if (subscribes)
                (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "Subscribe", NULL));
        return client;
}

static void leave(sd_bus *client, Heard *heard) {
        (void) sd_bus_close_unref(client);
        buffer_done(&heard->members);
}

static void setup(void) {
        bus_fixture_init(&fixture);
        fixture.server->host.clock = &standing_clock;
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
}

static void teardown(void) {
        bus_fixture_done(&fixture);
}

START_TEST(a_peer_hears_nothing_before_it_subscribes) {
        Heard heard = { 0 };
        sd_bus *client = listener((uid_t) -1, &heard, false);

        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "StartJob", "sa{sv}", "alpha", 0));
        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(heard.n_executions, 0);

        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "Subscribe", NULL));
        bus_fixture_started(&fixture, 0);
        ck_assert_uint_ge(heard.n_executions, 1);
        ck_assert_uint_ge(heard.n_properties, 1);

        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, client, "Unsubscribe", NULL));
        heard.n_executions = 0;
        bus_fixture_ended(&fixture, 0, 0, NULL);
        ck_assert_uint_eq(heard.n_executions, 0);
        leave(client, &heard);
}
END_TEST

START_TEST(jobs_that_come_change_and_go_are_told) {
        Heard heard = { 0 };
        sd_bus *client = listener((uid_t) -1, &heard, true);

        bus_fixture_apply(&fixture, later_jobs, ARRAY_SIZE(later_jobs));
        ck_assert_ptr_nonnull(heard.members.data);
        ck_assert_ptr_nonnull(strstr(heard.members.data, "JobAdded(beta)"));
        ck_assert_ptr_nonnull(strstr(heard.members.data, "JobChanged(alpha)"));
        ck_assert_ptr_nonnull(strstr(heard.members.data, "JobRemoved(gone)"));
        leave(client, &heard);
}
END_TEST

START_TEST(others_hear_of_their_own_jobs_only) {
        Heard heard = { 0 };
        sd_bus *client = listener(OTHER_UID, &heard, true);
        sd_bus *root = bus_fixture_client(&fixture, (uid_t) -1);

        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, root, "StartJob", "sa{sv}", "alpha", 0));
        bus_fixture_started(&fixture, 0);
        bus_fixture_ended(&fixture, 0, 0, NULL);
        ck_assert_uint_eq(heard.n_executions, 0);
        ck_assert_ptr_null(heard.members.data);

        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, root, "StartJob", "sa{sv}", "other", 0));
        bus_fixture_started(&fixture, 1);
        ck_assert_uint_ge(heard.n_executions, 1);
        ck_assert_ptr_nonnull(strstr(heard.members.data, "JobChanged(other)"));
        (void) sd_bus_close_unref(root);
        leave(client, &heard);
}
END_TEST

/* What happens to an execution before the loop comes round is one signal. */
START_TEST(changes_of_one_turn_are_one_signal) {
        Heard heard = { 0 };
        sd_bus *client = listener((uid_t) -1, &heard, true);
        ExecutionRecord record;

        execution_record_init(&record);
        record.id = 7;
        record.job = strdup("alpha");
        for (unsigned n = 0; n < 1000; n++)
                signal_queue_execution(fixture.server->signals, &record);
        for (record.id = 8; record.id < 1008; record.id++)
                signal_queue_execution(fixture.server->signals, &record);
        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(heard.n_executions, 1001);

        execution_record_done(&record);
        leave(client, &heard);
}
END_TEST

/* Signals of more than the socket takes, for one who does not read meanwhile. */
static void flood(sd_bus *client) {
        ExecutionRecord record;

        execution_record_init(&record);
        record.job = strdup("alpha");
        ck_assert_int_ge(sd_bus_detach_event(client), 0);
        for (unsigned round = 0; round < 40; round++) {
                for (record.id = 1; record.id < 257; record.id++)
                        signal_queue_execution(fixture.server->signals, &record);
                (void) sd_event_run(fixture.event, 0);
                (void) sd_event_run(fixture.event, 0);
        }
        execution_record_done(&record);
}

/* More than the socket takes waits; nothing is lost for who reads late, and the others go on. */
START_TEST(a_slow_subscriber_gets_the_newest_state_later) {
        Heard heard = { 0 };
        sd_bus *client = listener((uid_t) -1, &heard, true);

        flood(client);
        ck_assert_int_ge(sd_bus_attach_event(client, fixture.event, 0), 0);
        /* The queue is looked at every 20 ms while somebody is behind: idle for longer means that all is
         * told. */
        while (sd_event_run(fixture.event, 200000) > 0)
                continue;

        ck_assert_uint_eq(fixture.server->n_peers, 1);
        ck_assert_uint_gt(heard.n_executions, 1000);
        ck_assert_uint_lt(heard.n_executions, 40 * 256);
        leave(client, &heard);
}
END_TEST

START_TEST(a_subscriber_that_never_reads_is_dropped) {
        Heard heard = { 0 };
        sd_bus *client = listener((uid_t) -1, &heard, true);

        flood(client);
        ck_assert_uint_eq(fixture.server->n_peers, 1);
        standing_usec += USEC_PER_MINUTE;
        while (fixture.server->n_peers > 0)
                ck_assert_int_ge(sd_event_run(fixture.event, UINT64_MAX), 0);
        leave(client, &heard);
}
END_TEST

START_TEST(one_user_cannot_take_every_place) {
        sd_bus *clients[65], *other;
        const size_t last = ARRAY_SIZE(clients) - 1;

        for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
                clients[i] = bus_fixture_client(&fixture, OTHER_UID);
        for (size_t i = 0; i < last; i++)
                (void) sd_bus_message_unref(bus_fixture_ask(&fixture, clients[i], "Subscribe", NULL));
        test_expect_error(
                        bus_fixture_call(
                                        &fixture, clients[last], MANAGER_PATH, MANAGER_INTERFACE, "Subscribe",
                                        NULL),
                        SD_BUS_ERROR_LIMITS_EXCEEDED);
        other = bus_fixture_client(&fixture, OTHER_UID + 1);
        (void) sd_bus_message_unref(bus_fixture_ask(&fixture, other, "Subscribe", NULL));

        (void) sd_bus_close_unref(other);
        for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
                (void) sd_bus_close_unref(clients[i]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-signal");
        TCase *signals = tcase_create("signals");

        tcase_add_checked_fixture(signals, setup, teardown);
        tcase_add_test(signals, one_user_cannot_take_every_place);
        tcase_add_test(signals, a_peer_hears_nothing_before_it_subscribes);
        tcase_add_test(signals, jobs_that_come_change_and_go_are_told);
        tcase_add_test(signals, others_hear_of_their_own_jobs_only);
        tcase_add_test(signals, changes_of_one_turn_are_one_signal);
        tcase_add_test(signals, a_slow_subscriber_gets_the_newest_state_later);
        tcase_add_test(signals, a_subscriber_that_never_reads_is_dropped);
        suite_add_tcase(suite, signals);
        return suite;
}
