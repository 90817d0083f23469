/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-meta.h"

#include <errno.h>

#include "store/store-schema.h"
#include "support/test-support.h"

static StoreConnection *open_memory(void) {
        StoreConnection *connection = NULL;
        int code = SQLITE_OK;

        ck_assert_int_eq(store_connection_open(NULL, 0, &connection, &code), 0);
        ck_assert_int_eq(store_schema_migrate(connection, NULL, NULL), 0);
        return connection;
}

START_TEST(meta_keeps_text_and_numbers) {
        CLEANUP(store_connection_closep) StoreConnection *connection = open_memory();
        CLEANUP_FREE char *text = NULL;
        int64_t number = 0;

        ck_assert_int_eq(store_read_meta_integer(connection, "n", &number), -ENODATA);
        ck_assert_int_eq(store_read_meta_text(connection, "t", &text), -ENODATA);
        ck_assert_int_eq(store_write_meta_integer(connection, "n", INT64_MAX), 0);
        ck_assert_int_eq(store_write_meta_integer(connection, "n", -5), 0);
        ck_assert_int_eq(store_read_meta_integer(connection, "n", &number), 0);
        ck_assert_int_eq(store_read_meta_text(connection, "n", &text), 0);
        ck_assert_int_eq(number, -5);
        ck_assert_str_eq(text, "-5");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-meta");
        TCase *tcase = tcase_create("meta");

        tcase_add_test(tcase, meta_keeps_text_and_numbers);
        suite_add_tcase(suite, tcase);
        return suite;
}
