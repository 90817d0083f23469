/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "store/store-walk.h"

#include <string.h>

#include "store/store-schema.h"
#include "support/test-support.h"

/* Audit rows 1 … 1000, of the jobs "even" and "odd". */
static StoreConnection *open_rows(void) {
        StoreConnection *connection = NULL;
        int code = SQLITE_OK;

        ck_assert_int_eq(store_connection_open(NULL, 0, &connection, &code), 0);
        ck_assert_int_eq(store_schema_migrate(connection, NULL, NULL), 0);
        ck_assert_int_eq(
                        store_connection_run(
                                        connection,
                                        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n "
                                        "WHERE i < 1000) INSERT INTO audit (id, time, event, job) "
                                        "SELECT i, i, 'reloaded', iif(i % 2, 'odd', 'even') FROM n"),
                        0);
        return connection;
}

/* clang-format off */
static const struct {
        const char *jobs[3]; /* no job: all rows */
        uint64_t below_id, newest;
        unsigned n_rows, step;
} walk_cases[] = {
        { { NULL },                     INT64_MAX, 1000, 1000, 1 },
        { { NULL },                     1001,      1000, 1000, 1 },
        { { NULL },                     11,        10,   10,   1 },
        { { NULL },                     1,         0,    0,    1 },
        { { "even" },                   INT64_MAX, 1000, 500,  2 },
        { { "odd" },                    600,       599,  300,  2 },
        { { "even", "odd" },            INT64_MAX, 1000, 1000, 1 },
        { { "odd", "even", "nothing" }, 501,       500,  500,  1 },
        { { "even", "even" },           INT64_MAX, 1000, 500,  2 }, /* the same source twice */
        { { "nothing" },                INT64_MAX, 0,    0,    1 },
};
/* clang-format on */

START_TEST(sources_are_merged_newest_first) {
        CLEANUP(store_connection_closep) StoreConnection *connection = open_rows();
        StoreSource sources[3] = { { .statement = STATEMENT_WALK_AUDIT } };
        StoreWalk walk = { connection, walk_cases[_i].below_id, 0, sources, 1 };
        uint64_t id = 0;

        for (size_t i = 0; i < 3 && walk_cases[_i].jobs[i]; i++) {
                sources[i].statement = STATEMENT_WALK_AUDIT_JOB;
                sources[i].text = walk_cases[_i].jobs[i];
                walk.n_sources = i + 1;
        }

        for (unsigned i = 0; i < walk_cases[_i].n_rows; i++) {
                ck_assert_int_eq(store_walk_next(&walk, &id), 1);
                ck_assert_uint_eq(id, walk_cases[_i].newest - (uint64_t) i * walk_cases[_i].step);
        }
        ck_assert_int_eq(store_walk_next(&walk, &id), 0);
}
END_TEST

START_TEST(a_walk_ends_at_its_lowest_id) {
        CLEANUP(store_connection_closep) StoreConnection *connection = open_rows();
        StoreSource source = { .statement = STATEMENT_WALK_AUDIT };
        StoreWalk walk = { connection, 12, 10, &source, 1 };
        uint64_t id = 0;

        ck_assert_int_eq(store_walk_next(&walk, &id), 1);
        ck_assert_uint_eq(id, 11);
        ck_assert_int_eq(store_walk_next(&walk, &id), 1);
        ck_assert_uint_eq(id, 10);
        ck_assert_int_eq(store_walk_next(&walk, &id), 0);
}
END_TEST

START_TEST(without_sources_there_is_nothing) {
        CLEANUP(store_connection_closep) StoreConnection *connection = open_rows();
        StoreWalk walk = { connection, INT64_MAX, 0, NULL, 0 };
        uint64_t id = 0;

        ck_assert_int_eq(store_walk_next(&walk, &id), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-walk");
        TCase *tcase = tcase_create("walk");

        tcase_add_loop_test(tcase, sources_are_merged_newest_first, 0, ARRAY_SIZE(walk_cases));
        tcase_add_test(tcase, a_walk_ends_at_its_lowest_id);
        tcase_add_test(tcase, without_sources_there_is_nothing);
        suite_add_tcase(suite, tcase);
        return suite;
}
