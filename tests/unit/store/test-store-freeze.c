/* SPDX-License-Identifier: GPL-2.0-or-later */

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

static void assert_frozen_since(usec_t expected_usec) {
        usec_t since_usec = 0;

        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_read_freeze(fixture.store, &since_usec), 0);
        ck_assert_int_eq(since_usec, expected_usec);
}

START_TEST(nothing_is_frozen_at_first) {
        assert_frozen_since(USEC_INFINITY);
}
END_TEST

START_TEST(what_is_frozen_is_so_after_a_restart) {
        ck_assert_int_eq(store_put_freeze(fixture.store, 1700000000000000), 0);
        store_fixture_close(&fixture);
        store_fixture_open(&fixture, NULL);
        assert_frozen_since(1700000000000000);
}
END_TEST

START_TEST(what_is_thawed_stays_so) {
        ck_assert_int_eq(store_put_freeze(fixture.store, 1700000000000000), 0);
        ck_assert_int_eq(store_put_freeze(fixture.store, USEC_INFINITY), 0);
        store_fixture_close(&fixture);
        store_fixture_open(&fixture, NULL);
        assert_frozen_since(USEC_INFINITY);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-freeze");
        TCase *freeze = tcase_create("freeze");

        tcase_add_checked_fixture(freeze, setup, teardown);
        tcase_add_test(freeze, nothing_is_frozen_at_first);
        tcase_add_test(freeze, what_is_frozen_is_so_after_a_restart);
        tcase_add_test(freeze, what_is_thawed_stays_so);
        suite_add_tcase(suite, freeze);
        return suite;
}
