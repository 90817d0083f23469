/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-value.h"

#include <errno.h>
#include <string.h>

#include "store/store-schema.h"
#include "support/test-support.h"

static StoreConnection *open_memory(void) {
        StoreConnection *connection = NULL;
        int code = SQLITE_OK;

        ck_assert_int_eq(store_connection_open(NULL, 0, &connection, &code), 0);
        ck_assert_int_eq(store_schema_migrate(connection, NULL, NULL), 0);
        return connection;
}

START_TEST(unknown_values_are_null_and_come_back) {
        CLEANUP(store_connection_closep) StoreConnection *connection = open_memory();
        sqlite3_stmt *statement = NULL;
        StoreBinder binder = { 0 };
        char array[4] = "???";
        CLEANUP_FREE char *text = strdup("old");

        ck_assert_int_eq(
                        sqlite3_prepare_v2(
                                        connection->db, "SELECT ?, ?, ?, ?, ?, ?, 'abcdef'", -1, &statement,
                                        NULL),
                        SQLITE_OK);
        binder.statement = statement;
        store_bind_text(&binder, "");
        store_bind_time(&binder, USEC_INFINITY);
        store_bind_positive(&binder, 0);
        store_bind_not_negative(&binder, -1);
        store_bind_real(&binder, -1);
        store_bind_time(&binder, -7); /* before 1970 */
        ck_assert_int_eq(store_bound_step(connection, &binder), 1);

        for (int i = 0; i < 5; i++)
                ck_assert_int_eq(sqlite3_column_type(statement, i), SQLITE_NULL);
        ck_assert_int_eq(store_column_text(statement, 0, &text), 0);
        ck_assert_ptr_null(text);
        ck_assert_int_eq(store_column_time(statement, 1), USEC_INFINITY);
        ck_assert_int_eq(store_column_or(statement, 3, -1), -1);
        ck_assert(store_column_real(statement, 4) < 0);
        ck_assert_int_eq(store_column_time(statement, 5), -7);
        store_column_array(statement, 6, array, sizeof(array));
        ck_assert_str_eq(array, "abc");
        ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
}
END_TEST

START_TEST(a_place_too_many_is_an_error) {
        CLEANUP(store_connection_closep) StoreConnection *connection = open_memory();
        CLEANUP(store_statement_release)
        sqlite3_stmt *statement = store_statement(connection, STATEMENT_JOB_BY_NAME);
        StoreBinder binder = { statement };

        store_bind_text(&binder, "a");
        store_bind_integer(&binder, 1);
        ck_assert_int_eq(store_bound_step(connection, &binder), -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-value");
        TCase *tcase = tcase_create("value");

        tcase_add_test(tcase, unknown_values_are_null_and_come_back);
        tcase_add_test(tcase, a_place_too_many_is_an_error);
        suite_add_tcase(suite, tcase);
        return suite;
}
