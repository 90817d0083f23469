/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Every statement against the schema: it can be prepared, and what it reads it finds through an index. */

#include "store/store-statement.h"

#include <string.h>

#include "store/store-connection.h"
#include "store/store-schema.h"
#include "support/test-support.h"
#include "util/string-list.h"

static StoreConnection *connection;

static void setup(void) {
        int code = SQLITE_OK;

        ck_assert_int_eq(store_connection_open(NULL, 0, &connection, &code), 0);
        ck_assert_int_eq(store_schema_migrate(connection, NULL, NULL), 0);
}

static void teardown(void) {
        connection = store_connection_close(connection);
}

/* Whole tables are read at the start only: the jobs, of which all are needed. */
static const StoreStatement walks_all[] = { STATEMENT_LOAD_JOBS, STATEMENT_JOB_NAMES };

static bool may_scan(StoreStatement statement) {
        for (size_t i = 0; i < ARRAY_SIZE(walks_all); i++)
                if (walks_all[i] == statement)
                        return true;
        return false;
}

/* A subquery's own result, at most a chunk, may be gone through. */
static bool is_scan_of_a_table(const char *step) {
        static const char *const tables[] = { "execution", "attempt", "output", "job", "audit" };
        char scan[64];

        for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
                (void) snprintf(scan, sizeof(scan), "SCAN %s", tables[i]);
                if (strncmp(step, scan, strlen(scan)) == 0 && !strstr(step, "USING"))
                        return true;
        }
        return false;
}

static bool is_query(const char *sql) {
        return strncmp(sql, "SELECT", 6) == 0 || strncmp(sql, "UPDATE", 6) == 0 ||
                        strncmp(sql, "DELETE", 6) == 0;
}

START_TEST(each_statement_can_be_prepared) {
        const char *sql = store_statement_sql((StoreStatement) _i), *rest = NULL;
        sqlite3_stmt *statement = NULL;

        ck_assert_ptr_nonnull(sql);
        ck_assert_msg(sqlite3_prepare_v2(connection->db, sql, -1, &statement, &rest) == SQLITE_OK, "%s: %s",
                      sql, sqlite3_errmsg(connection->db));
        ck_assert_str_eq(rest, ""); /* one statement, not two */
        (void) sqlite3_finalize(statement);
}
END_TEST

START_TEST(no_statement_reads_a_whole_table) {
        const char *sql = store_statement_sql((StoreStatement) _i);
        CLEANUP_FREE char *explain = NULL;
        sqlite3_stmt *plan = NULL;

        if (!is_query(sql) || may_scan((StoreStatement) _i))
                return;
        ck_assert_int_gt(asprintf(&explain, "EXPLAIN QUERY PLAN %s", sql), 0);
        ck_assert_int_eq(sqlite3_prepare_v2(connection->db, explain, -1, &plan, NULL), SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
                const char *step = (const char *) sqlite3_column_text(plan, 3);

                ck_assert_msg(!is_scan_of_a_table(step), "%s: %s", sql, step);
        }
        (void) sqlite3_finalize(plan);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-statement");
        TCase *statements = tcase_create("statements");

        tcase_add_checked_fixture(statements, setup, teardown);
        tcase_add_loop_test(statements, each_statement_can_be_prepared, 0, STATEMENT_COUNT);
        tcase_add_loop_test(statements, no_statement_reads_a_whole_table, 0, STATEMENT_COUNT);
        suite_add_tcase(suite, statements);
        return suite;
}
