/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Orders that need the runner, given while there is none. */

#include <errno.h>

#include "protocol/names.h"
#include "support/bus-fixture.h"
#include "support/test-support.h"

static const BusFixtureJob jobs[] = {
        { "alpha", "command: [/bin/true]\n", 0 },
};

static BusFixture fixture;
static sd_bus *root;

static void setup(void) {
        bus_fixture_init(&fixture);
        bus_fixture_apply(&fixture, jobs, ARRAY_SIZE(jobs));
        root = bus_fixture_client(&fixture, (uid_t) -1);
}

static void teardown(void) {
        (void) sd_bus_close_unref(root);
        bus_fixture_done(&fixture);
}

static void lose_runner(void) {
        fixture.events.on_disconnected(fixture.events.userdata, ECONNRESET);
}

static void find_runner(void) {
        const ExecutorHello hello = { .incarnation = "1" };

        fixture.events.on_connected(fixture.events.userdata, &hello);
}

typedef struct Answer {
        bool is_there, is_error;
} Answer;

static int on_answer(sd_bus_message *reply, void *userdata, sd_bus_error *reterr) {
        Answer *answer = userdata;

        answer->is_error = sd_bus_message_is_method_error(reply, NULL) > 0;
        answer->is_there = true;
        return 0;
}

static sd_bus_slot *ask_start(Answer *answer) {
        sd_bus_slot *slot = NULL;

        ck_assert_int_ge(
                        sd_bus_call_method_async(
                                        root, &slot, NULL, MANAGER_PATH, MANAGER_INTERFACE, "StartJob",
                                        on_answer, answer, "sa{sv}", "alpha", 0),
                        0);
        return slot;
}

static sd_bus_slot *ask_run(Answer *answer) {
        sd_bus_slot *slot = NULL;

        ck_assert_int_ge(
                        sd_bus_call_method_async(
                                        root, &slot, NULL, MANAGER_PATH, MANAGER_INTERFACE, "ChangeJobs",
                                        on_answer, answer, "aa{sv}b", 1, 4, "kind", "s", "create", "name",
                                        "s", "run", "definition", "s", "command: [/bin/true]\n", "start", "b",
                                        1, 0),
                        0);
        return slot;
}

static sd_bus_slot *(*const orders[])(Answer *answer) = { ask_start, ask_run };

START_TEST(an_order_waits_for_the_runner) {
        Answer answer = { 0 };
        sd_bus_slot *slot;

        lose_runner();
        slot = orders[_i](&answer);
        bus_fixture_settle(&fixture);
        ck_assert(!answer.is_there);
        ck_assert_uint_eq(fixture.n_launches, 0);

        find_runner();
        bus_fixture_run_until(&fixture, &answer.is_there);
        ck_assert(!answer.is_error);
        ck_assert_uint_eq(fixture.n_launches, 1);
        (void) sd_bus_slot_unref(slot);
}
END_TEST

START_TEST(it_waits_for_a_while_only) {
        Answer answer = { 0 };
        sd_bus_slot *slot;

        lose_runner();
        slot = ask_start(&answer);
        bus_fixture_run_until(&fixture, &answer.is_there);
        ck_assert(answer.is_error);
        find_runner(); /* it is not done afterwards */
        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(fixture.n_launches, 0);
        (void) sd_bus_slot_unref(slot);
}
END_TEST

START_TEST(whoever_goes_away_is_forgotten) {
        Answer answer = { 0 };

        lose_runner();
        (void) sd_bus_slot_unref(ask_start(&answer));
        bus_fixture_settle(&fixture);
        root = sd_bus_close_unref(root);
        bus_fixture_settle(&fixture);
        find_runner();
        bus_fixture_settle(&fixture);
        ck_assert_uint_eq(fixture.n_launches, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("await-runner");
        TCase *waiting = tcase_create("waiting");

        tcase_add_checked_fixture(waiting, setup, teardown);
        tcase_set_timeout(waiting, 60);
        tcase_add_loop_test(waiting, an_order_waits_for_the_runner, 0, ARRAY_SIZE(orders));
        tcase_add_test(waiting, it_waits_for_a_while_only);
        tcase_add_test(waiting, whoever_goes_away_is_forgotten);
        suite_add_tcase(suite, waiting);
        return suite;
}
