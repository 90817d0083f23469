/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A store on a real database in a directory of its own, and records to put into it. */

#include "store/store.h"

typedef struct StoreFixture {
        char *directory;
        char *path; /* of the database */
        Store *store;
} StoreFixture;

/* Makes the directory; nothing is opened. */
void store_fixture_init(StoreFixture *fixture);
/* Closes the store and removes the directory with all that is in it. */
void store_fixture_done(StoreFixture *fixture);

/* Opens and expects success. `options` NULL: a writer thread, no delay. The path is filled in. */
void store_fixture_open(StoreFixture *fixture, const StoreOptions *options);
void store_fixture_close(StoreFixture *fixture);

/* Runs completions until *flag is true; fails the test after ten seconds. */
void store_fixture_wait(StoreFixture *fixture, const bool *flag);

/* Queues a job with this id, named "job-ID". */
void store_fixture_put_job(StoreFixture *fixture, int64_t job_id);

/* A row of job `job_id`, state starting, cause schedule. The strings are literals or the record's own. */
ExecutionRecord *test_execution_new(uint64_t id, int64_t job_id, usec_t due_usec);

/* The first column of the first row that a fresh connection to the file gets. */
int64_t store_fixture_ask(const StoreFixture *fixture, const char *sql);
/* Runs SQL in a connection of its own, as a database shell would. */
void store_fixture_run(const StoreFixture *fixture, const char *sql);
/* Whether a line of what EXPLAIN QUERY PLAN says contains `text`. */
bool store_fixture_plan_contains(const StoreFixture *fixture, const char *sql, const char *text);
