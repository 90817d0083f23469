/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/store-fixture.h"
#include "support/test-support.h"

static StoreFixture fixture;

static void set_up(void) {
        store_fixture_init(&fixture);
        store_fixture_open(&fixture, NULL);
}

static void tear_down(void) {
        store_fixture_done(&fixture);
}

static void put(const char *path, const char *stamp, const char *description) {
        ck_assert_int_eq(store_put_action_description(fixture.store, path, stamp, description), 0);
}

static int print(void *userdata, const char *path, const char *stamp, const char *description) {
        char *text = userdata;

        (void) sprintf(text + strlen(text), "%s %s %s;", path, stamp, description);
        return 0;
}

static int refuse(void *userdata, const char *path, const char *stamp, const char *description) {
        return -EIO;
}

START_TEST(the_last_answer_of_each_program_is_there_after_a_restart) {
        char text[256] = "";

        put("/a/sql", "1", "{}");
        put("/a/file", "2", "{\"name\":\"file\"}");
        put("/a/gone", "3", "{}");
        put("/a/sql", "4", "{\"name\":\"sql\"}");
        put("/a/gone", NULL, NULL);
        put("/a/never", NULL, NULL);
        store_fixture_close(&fixture);
        store_fixture_open(&fixture, NULL);

        ck_assert_int_eq(store_load_action_descriptions(fixture.store, print, text), 0);
        ck_assert_str_eq(text, "/a/file 2 {\"name\":\"file\"};/a/sql 4 {\"name\":\"sql\"};");
}
END_TEST

START_TEST(who_is_shown_them_may_stop) {
        put("/a/sql", "1", "{}");
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_action_descriptions(fixture.store, refuse, NULL), -EIO);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-action");
        TCase *tcase = tcase_create("store-action");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, the_last_answer_of_each_program_is_there_after_a_restart);
        tcase_add_test(tcase, who_is_shown_them_may_stop);
        suite_add_tcase(suite, tcase);
        return suite;
}
