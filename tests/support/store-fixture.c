/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/store-fixture.h"

#include <check.h>
#include <ftw.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "util/clock.h"

#define DEADLINE_USEC (10 * USEC_PER_SEC)

void store_fixture_init(StoreFixture *fixture) {
        char directory[] = "/tmp/test-store-XXXXXX";

        *fixture = (StoreFixture){ 0 };
        ck_assert_ptr_nonnull(mkdtemp(directory));
        fixture->directory = strdup(directory);
        ck_assert_ptr_nonnull(fixture->directory);
        ck_assert_int_gt(asprintf(&fixture->path, "%s/jobs.db", directory), 0);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *position) {
        return remove(path);
}

void store_fixture_done(StoreFixture *fixture) {
        store_fixture_close(fixture);
        ck_assert_int_eq(chmod(fixture->directory, 0700), 0);
        ck_assert_int_eq(nftw(fixture->directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
        free(fixture->path);
        free(fixture->directory);
}

void store_fixture_open(StoreFixture *fixture, const StoreOptions *options) {
        StoreOptions complete = options ? *options : (StoreOptions){ 0 };
        CLEANUP_FREE char *error = NULL;
        int r;

        complete.path = fixture->path;
        r = store_open(&complete, &fixture->store, &error);
        ck_assert_msg(r == 0, "store_open: %d, %s", r, error ?: "no message");
}

void store_fixture_close(StoreFixture *fixture) {
        fixture->store = store_close(fixture->store);
}

void store_fixture_wait(StoreFixture *fixture, const bool *flag) {
        usec_t deadline_usec = clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + DEADLINE_USEC;

        while (!*flag) {
                struct pollfd poll_fd = { .fd = store_get_fd(fixture->store), .events = POLLIN };
                usec_t left_usec = deadline_usec - clock_now(&system_clock, CLOCK_KIND_MONOTONIC);

                ck_assert_msg(left_usec > 0, "what was waited for did not come");
                ck_assert_int_ge(poll(&poll_fd, 1, (int) (left_usec / USEC_PER_MSEC) + 1), 0);
                (void) store_dispatch(fixture->store); /* the flag tells */
        }
}

void store_fixture_put_job(StoreFixture *fixture, int64_t job_id) {
        CLEANUP(stored_job_done) StoredJob job;

        stored_job_init(&job);
        job.id = job_id;
        ck_assert_int_gt(asprintf(&job.name, "job-%" PRIi64, job_id), 0);
        job.definition = strdup("command: [/bin/true]\n");
        ck_assert_ptr_nonnull(job.definition);
        ck_assert_int_eq(store_put_job(fixture->store, &job), 0);
}

ExecutionRecord *test_execution_new(uint64_t id, int64_t job_id, usec_t due_usec) {
        ExecutionRecord *record = calloc(1, sizeof(*record));

        /* No assertion of Check's: children that a test kills call this, and they share the file with their
         * test in which Check writes down each assertion. */
        if (!record)
                abort();
        execution_record_init(record);
        record->id = id;
        record->job_id = job_id;
        if (asprintf(&record->job, "job-%" PRIi64, job_id) < 0)
                abort();
        record->job_revision = 1;
        record->state = EXECUTION_STARTING;
        record->cause = CAUSE_SCHEDULE;
        record->due_usec = record->due_last_usec = record->nominal_usec = due_usec;
        record->queued_usec = due_usec;
        return record;
}

int64_t store_fixture_ask(const StoreFixture *fixture, const char *sql) {
        sqlite3_stmt *statement = NULL;
        sqlite3 *db = NULL;
        int64_t value;

        ck_assert_int_eq(sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
        ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
                      sqlite3_errmsg(db));
        ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
        value = sqlite3_column_int64(statement, 0);
        ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
        ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
        return value;
}

void store_fixture_run(const StoreFixture *fixture, const char *sql) {
        char *error = NULL;
        sqlite3 *db = NULL;

        ck_assert_int_eq(
                        sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL),
                        SQLITE_OK);
        ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &error) == SQLITE_OK, "%s: %s", sql, error);
        ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

bool store_fixture_plan_contains(const StoreFixture *fixture, const char *sql, const char *text) {
        sqlite3_stmt *statement = NULL;
        bool contains = false;
        sqlite3 *db = NULL;

        ck_assert_int_eq(sqlite3_open_v2(fixture->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
        ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
                      sqlite3_errmsg(db));
        while (sqlite3_step(statement) == SQLITE_ROW)
                contains |= strstr((const char *) sqlite3_column_text(statement, 3), text) != NULL;
        ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
        ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
        return contains;
}
