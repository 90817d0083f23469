/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/store-fixture.h"
#include "support/test-support.h"

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
        store_fixture_open(&fixture, NULL);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

static int print(void *userdata, const char *name, usec_t paused_since_usec) {
        char *text = userdata;

        (void) sprintf(text + strlen(text), "%s@%" PRIi64 " ", name, paused_since_usec);
        return 0;
}

static void assert_paused(const char *expected) {
        char text[256] = "";

        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_paused_queues(fixture.store, print, text), 0);
        ck_assert_str_eq(text, expected);
}

START_TEST(what_is_paused_is_there_after_a_restart) {
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "net", 200), 0);
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "io", 100), 0);
        store_fixture_close(&fixture);
        store_fixture_open(&fixture, NULL);
        assert_paused("io@100 net@200 ");
}
END_TEST

START_TEST(what_is_resumed_is_gone) {
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "io", 100), 0);
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "net", 200), 0);
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "io", USEC_INFINITY), 0);
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "never-paused", USEC_INFINITY), 0);
        assert_paused("net@200 ");
}
END_TEST

START_TEST(a_second_pause_keeps_the_first) {
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "io", 100), 0);
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "io", 150), 0);
        assert_paused("io@100 ");
}
END_TEST

static int refuse_it(void *userdata, const char *name, usec_t paused_since_usec) {
        return -EXDEV;
}

START_TEST(a_visitor_s_fault_goes_up) {
        ck_assert_int_eq(store_put_queue_pause(fixture.store, "io", 100), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_paused_queues(fixture.store, refuse_it, NULL), -EXDEV);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-run-queue");
        TCase *pause = tcase_create("pause");

        tcase_add_checked_fixture(pause, setup, teardown);
        tcase_add_test(pause, what_is_paused_is_there_after_a_restart);
        tcase_add_test(pause, what_is_resumed_is_gone);
        tcase_add_test(pause, a_second_pause_keeps_the_first);
        tcase_add_test(pause, a_visitor_s_fault_goes_up);
        suite_add_tcase(suite, pause);
        return suite;
}
