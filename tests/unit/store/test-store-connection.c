/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-connection.h"

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

/* clang-format off */
static const struct {
        int code, error;
        bool refused;
} error_cases[] = {
        { SQLITE_CONSTRAINT_UNIQUE,     -EEXIST,   false },
        { SQLITE_CONSTRAINT_NOTNULL,    -EINVAL,   false },
        { SQLITE_MISMATCH,              -EINVAL,   false },
        { SQLITE_TOOBIG,                -EMSGSIZE, false },
        { SQLITE_FULL,                  -ENOSPC,   true },
        { SQLITE_READONLY_DBMOVED,      -EROFS,    true },
        { SQLITE_BUSY_SNAPSHOT,         -EBUSY,    true },
        { SQLITE_NOMEM,                 -ENOMEM,   true },
        { SQLITE_CORRUPT,               -EBADMSG,  true },
        { SQLITE_IOERR_FSYNC,           -EIO,      true },
        { SQLITE_INTERNAL,              -EIO,      true },
};
/* clang-format on */

START_TEST(the_fault_of_a_row_is_told_from_that_of_the_disk) {
        CLEANUP(store_connection_closep) StoreConnection *connection = open_memory();

        connection->refused = false;
        ck_assert_int_eq(store_connection_error(connection, error_cases[_i].code), error_cases[_i].error);
        ck_assert_int_eq(connection->refused, error_cases[_i].refused);
}
END_TEST

/* clang-format off */
static const struct {
        const char *sql;
        int error;
} constraint_cases[] = {
        { "INSERT INTO meta VALUES ('a', 1)",                                   0 },
        { "INSERT INTO meta VALUES ('uuid', 1)",                                -EEXIST },
        { "INSERT INTO meta VALUES ('a', NULL)",                                -EINVAL },
        { "INSERT INTO job_state (job_id) VALUES (5)",                          -ENOENT },
        { "INSERT INTO job_state (job_id) VALUES ('x')",                        -EINVAL },
        { "INSERT INTO job (name, owner_uid) VALUES ('x', 'not a uid')",        -EINVAL },
};
/* clang-format on */

START_TEST(constraints_have_errnos_of_their_own) {
        CLEANUP(store_connection_closep) StoreConnection *connection = open_memory();

        ck_assert_int_eq(
                        store_connection_run(connection, constraint_cases[_i].sql),
                        constraint_cases[_i].error);
        ck_assert(!connection->refused);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-connection");
        TCase *tcase = tcase_create("connection");

        tcase_add_loop_test(
                        tcase, the_fault_of_a_row_is_told_from_that_of_the_disk, 0, ARRAY_SIZE(error_cases));
        tcase_add_loop_test(tcase, constraints_have_errnos_of_their_own, 0, ARRAY_SIZE(constraint_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
