/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/view.h"

#include "client/client.h"
#include "support/test-support.h"
#include "util/cleanup.h"

START_TEST(what_is_missing_or_of_another_type_is_none) {
        CLEANUP_JSON json_t *json =
                        json_loads("{\"text\":\"x\",\"number\":7,\"real\":1.5,\"null\":null,\"yes\":true,"
                                   "\"time\":\"2026-03-29T01:00:00.000000Z\",\"local\":\"2026-03-29T01:00:"
                                   "00\",\"list\":[\"a\",\"b\",3]}",
                                   0, NULL);
        CLEANUP_FREE char *joined = NULL, *empty = NULL;

        ck_assert_ptr_nonnull(json);
        ck_assert_str_eq(view_text(json, "text"), "x");
        ck_assert_str_eq(view_text(json, "number"), "");
        ck_assert_str_eq(view_text(json, "null"), "");
        ck_assert_str_eq(view_text(NULL, "text"), "");
        ck_assert_int_eq(view_integer(json, "number", -1), 7);
        ck_assert_int_eq(view_integer(json, "text", -1), -1);
        ck_assert(view_number(json, "real", -1) > 1.4);
        ck_assert(view_number(json, "number", -1) > 6.9);
        ck_assert(view_true(json, "yes"));
        ck_assert(!view_true(json, "number"));
        ck_assert_int_eq(view_instant(json, "time"), INT64_C(1774746000000000));
        ck_assert_int_eq(view_instant(json, "local"), USEC_INFINITY);
        ck_assert_int_eq(view_instant(json, "null"), USEC_INFINITY);
        ck_assert_int_eq(view_joined(json, "list", ", ", &joined), 0);
        ck_assert_str_eq(joined, "a, b, ");
        ck_assert_int_eq(view_joined(json, "nothing", ", ", &empty), 0);
        ck_assert_str_eq(empty, "");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("view");
        TCase *view = tcase_create("view");

        tcase_add_test(view, what_is_missing_or_of_another_type_is_none);
        suite_add_tcase(suite, view);
        return suite;
}
