/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Lists, with every source of ids: few jobs, many jobs, states, a short range of time, everything.
 *
 * The table is 100 jobs with 20 rows each; row n (from 1) is of job (n - 1) % 100 + 1, due at DUE + n
 * seconds, of owner n % 3, and its state goes round with n / 100.
 */

#include <errno.h>
#include <string.h>

#include "store/store-statement.h"
#include "support/store-fixture.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define DUE (INT64_C(1767225600) * USEC_PER_SEC)
#define N_JOBS 100U
#define N_ROWS 2000U
#define AT(n) (DUE + (usec_t) (n) *USEC_PER_SEC)
#define BIT(state) (UINT32_C(1) << (state))

static StoreFixture fixture;

static ExecutionState state_of(uint64_t n) {
        static const ExecutionState states[] = { EXECUTION_SUCCEEDED, EXECUTION_FAILED, EXECUTION_SUCCEEDED,
                                                 EXECUTION_MISSED,    EXECUTION_LOST,   EXECUTION_RUNNING };

        return states[(n / 100) % ARRAY_SIZE(states)];
}

/* Every 50th is a request of a template, with tags. */
static void describe(uint64_t n, ExecutionRecord *record) {
        if (n % 50 != 0)
                return;
        record->kind = strdup("http");
        record->template = strdup("ping");
        ck_assert_int_eq(string_list_push(&record->tags, "weekly"), 0);
        ck_assert_int_eq(string_list_push(&record->tags, n % 100 ? "odd" : "even"), 0);
}

static void fill(void) {
        for (int64_t id = 1; id <= N_JOBS; id++)
                store_fixture_put_job(&fixture, id);
        for (uint64_t n = 1; n <= N_ROWS; n++) {
                CLEANUP(execution_record_freep)
                ExecutionRecord *record = test_execution_new(n, (int64_t) ((n - 1) % N_JOBS + 1), AT(n));

                record->state = state_of(n);
                record->owner_uid = n % 3;
                describe(n, record);
                ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, NULL, NULL), 0);
        }
        ck_assert_int_eq(store_flush(fixture.store), 0);
}

/* Filled once for all: each test runs in a fork that only reads. */
static void setup(void) {
        StoreOptions options = { .inline_commits = true };

        store_fixture_init(&fixture);
        store_fixture_open(&fixture, &options);
        fill();
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

static const uid_t owner_one = 1;

/* clang-format off */
static char *const job_7[] = { (char *) "job-7", NULL };
static char *const job_7_twice[] = { (char *) "job-7", (char *) "job-7", (char *) "job-8", NULL };
static char *const job_1x[] = { (char *) "job-1?", NULL };
static char *const all_jobs[] = { (char *) "job-*", NULL };
static char *const two_globs[] = { (char *) "*-3", (char *) "job-[45]", NULL };
static char *const no_job[] = { (char *) "nothing", NULL };
static char *const no_jobs[] = { NULL };

static char *http_or_sql[] = { (char *) "http", (char *) "sql", NULL };
static char *command[] = { (char *) "command", NULL };
static char *even[] = { (char *) "ev*", NULL };
static char *ping[] = { (char *) "ping", NULL };
static const JobSelection rare_kinds = { .kinds = http_or_sql }, common_kind = { .kinds = command };
static const JobSelection even_tag = { .tags = even }, ping_template = { .templates = ping };
static const JobSelection even_requests = { .kinds = http_or_sql, .tags = even };
static const uint64_t some_ids[] = { 7, 1999, 1, 7, 1000, 5000 };

static const struct {
        ExecutionFilter filter;
} filter_cases[] = {
        { { 0 } },
        { { .limit = 1 } },
        { { .limit = 5000 } },
        { { .before_id = 1500 } },
        { { .before_id = 1 } },

        { { .jobs = job_7 } },
        { { .jobs = job_7, .before_id = 1007, .limit = 3 } },
        { { .jobs = job_7_twice } },
        { { .jobs = job_1x, .limit = 50 } },
        { { .jobs = all_jobs } },
        { { .jobs = all_jobs, .states = BIT(EXECUTION_LOST), .limit = 7 } },
        { { .jobs = two_globs, .states = BIT(EXECUTION_SUCCEEDED) } },
        { { .jobs = no_job } },
        { { .jobs = no_jobs } },

        { { .states = BIT(EXECUTION_FAILED) } },
        { { .states = BIT(EXECUTION_FAILED) | BIT(EXECUTION_LOST), .limit = 700 } },
        { { .states = BIT(EXECUTION_SUCCEEDED) } },
        { { .states = BIT(EXECUTION_CANCELLED) } },
        { { .states = BIT(EXECUTION_MISSED), .since_usec = AT(310), .until_usec = AT(320) } },

        { { .since_usec = AT(1000), .until_usec = AT(1010) } },
        { { .since_usec = AT(1990) } },
        { { .since_usec = AT(1990), .until_usec = USEC_INFINITY } },
        { { .until_usec = AT(5) } },
        { { .since_usec = AT(100), .until_usec = AT(1900), .before_id = 1000, .limit = 400 } },
        { { .since_usec = AT(3000) } },

        { { .owner_uid = &owner_one } },
        { { .owner_uid = &owner_one, .jobs = job_7 } },

        { { .ids = some_ids, .n_ids = ARRAY_SIZE(some_ids) } },
        { { .ids = some_ids, .n_ids = ARRAY_SIZE(some_ids), .before_id = 1000, .limit = 1 } },
        { { .ids = some_ids, .n_ids = ARRAY_SIZE(some_ids), .jobs = job_7 } },
        { { .selection = &rare_kinds } },
        { { .selection = &rare_kinds, .before_id = 1000, .limit = 7 } },
        { { .selection = &rare_kinds, .states = BIT(EXECUTION_FAILED) } },
        { { .selection = &common_kind, .limit = 60 } },
        { { .selection = &even_tag } },
        { { .selection = &ping_template, .since_usec = AT(1000), .until_usec = AT(1100) } },
        { { .selection = &even_requests } },
};
/* clang-format on */

/* What the filter means, written down a second time in the plainest way. */
static bool is_wanted(const ExecutionFilter *filter, uint64_t n) {
        uint64_t job = (n - 1) % N_JOBS + 1;

        if (filter->jobs == job_7 && job != 7)
                return false;
        if (filter->jobs == job_7_twice && job != 7 && job != 8)
                return false;
        if (filter->jobs == job_1x && (job < 10 || job > 19))
                return false;
        if (filter->jobs == two_globs && (job < 3 || job > 5))
                return false;
        if (filter->jobs == no_job || filter->jobs == no_jobs)
                return false;
        if (filter->states && !(filter->states & BIT(state_of(n))))
                return false;
        if (filter->since_usec && AT(n) < filter->since_usec)
                return false;
        if (filter->until_usec && AT(n) > filter->until_usec)
                return false;
        if (filter->owner_uid && n % 3 != *filter->owner_uid)
                return false;
        if (filter->ids && n != 7 && n != 1999 && n != 1 && n != 1000)
                return false;
        if ((filter->selection == &rare_kinds || filter->selection == &ping_template) && n % 50 != 0)
                return false;
        if (filter->selection == &common_kind && n % 50 == 0)
                return false;
        if ((filter->selection == &even_tag || filter->selection == &even_requests) && n % 100 != 0)
                return false;
        return !filter->before_id || n < filter->before_id;
}

typedef struct Seen {
        uint64_t ids[N_ROWS];
        size_t n_ids;
} Seen;

static int see(void *userdata, const ExecutionRecord *record) {
        Seen *seen = userdata;
        CLEANUP(execution_record_done) ExecutionRecord again;

        /* A visitor may read. */
        execution_record_init(&again);
        ck_assert_int_eq(store_read_execution(fixture.store, record->id, &again), 1);
        seen->ids[seen->n_ids++] = record->id;
        return 0;
}

static int see_only(void *userdata, const ExecutionRecord *record) {
        Seen *seen = userdata;

        seen->ids[seen->n_ids++] = record->id;
        return 0;
}

START_TEST(a_filter_shows_what_it_should_newest_first) {
        const ExecutionFilter *filter = &filter_cases[_i].filter;
        size_t limit = filter->limit ? MIN(filter->limit, LIST_LIMIT_MAX) : LIST_LIMIT_MAX, n_expected = 0;
        Seen seen = { 0 };

        ck_assert_int_eq(store_list_executions(fixture.store, filter, see, &seen), 0);

        for (uint64_t n = N_ROWS; n > 0 && n_expected < limit; n--)
                if (is_wanted(filter, n)) {
                        ck_assert_uint_gt(seen.n_ids, n_expected);
                        ck_assert_uint_eq(seen.ids[n_expected++], n);
                }
        ck_assert_uint_eq(seen.n_ids, n_expected);
}
END_TEST

START_TEST(pages_join_without_gap_or_repetition) {
        ExecutionFilter filter = { .states = BIT(EXECUTION_FAILED) | BIT(EXECUTION_MISSED), .limit = 37 };
        uint64_t last = UINT64_MAX;
        size_t n_seen = 0;

        for (;;) {
                Seen seen = { 0 };

                ck_assert_int_eq(store_list_executions(fixture.store, &filter, see, &seen), 0);
                if (seen.n_ids == 0)
                        break;
                for (size_t i = 0; i < seen.n_ids; i++) {
                        ck_assert_uint_lt(seen.ids[i], last);
                        last = seen.ids[i];
                }
                n_seen += seen.n_ids;
                filter.before_id = last;
        }
        ck_assert_int_eq(
                        n_seen,
                        store_fixture_ask(
                                        &fixture,
                                        "SELECT count(*) FROM execution "
                                        "WHERE state IN ('failed', 'missed')"));
}
END_TEST

START_TEST(open_rows_come_oldest_first) {
        Seen seen = { 0 };

        ck_assert_int_eq(store_list_open_executions(fixture.store, see, &seen), 0);
        ck_assert_uint_eq(seen.n_ids, 300);
        for (size_t i = 0; i < seen.n_ids; i++) {
                ck_assert_int_eq(state_of(seen.ids[i]), EXECUTION_RUNNING);
                ck_assert(i == 0 || seen.ids[i] > seen.ids[i - 1]);
        }
}
END_TEST

static int stop_at_second(void *userdata, const ExecutionRecord *record) {
        unsigned *n_seen = userdata;

        return ++*n_seen == 2 ? 1 : 0;
}

static int fail_it(void *userdata, const ExecutionRecord *record) {
        return -EPIPE;
}

START_TEST(a_visitor_stops_or_fails_the_list) {
        ExecutionFilter filter = { 0 };
        unsigned n_seen = 0;

        ck_assert_int_eq(store_list_executions(fixture.store, &filter, stop_at_second, &n_seen), 0);
        ck_assert_uint_eq(n_seen, 2);
        n_seen = 0;
        ck_assert_int_eq(store_list_open_executions(fixture.store, stop_at_second, &n_seen), 0);
        ck_assert_uint_eq(n_seen, 2);
        ck_assert_int_eq(store_list_executions(fixture.store, &filter, fail_it, NULL), -EPIPE);
        ck_assert_int_eq(store_list_open_executions(fixture.store, fail_it, NULL), -EPIPE);
}
END_TEST

/* More rows than are sorted: 1 s apart, but for the first, which was written late, as the last. */
START_TEST(a_long_range_is_walked_between_its_ends) {
        ExecutionFilter filter = { .since_usec = AT(1000), .until_usec = AT(24000) };
        StoreFixture filled = { 0 };
        size_t n_seen = 0;

        store_fixture_init(&filled);
        store_fixture_open(&filled, NULL);
        store_fixture_close(&filled);
        store_fixture_run(
                        &filled,
                        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 25000) "
                        "INSERT INTO execution (id, job, owner_uid, origin, cause, due, pass, state, "
                        "due_last, "
                        "count, notes, attempts, output_bytes, output_truncated) "
                        "SELECT i, 'a', 0, 'file', 'manual', 1767225600000000 + 1000000 * "
                        "iif(i = 25000, 1500, i), 0, 'succeeded', 0, 1, 0, 1, 0, 0 FROM n");
        store_fixture_open(&filled, NULL);

        for (uint64_t expected = 25000;;) {
                Seen seen = { 0 };

                ck_assert_int_eq(store_list_executions(filled.store, &filter, see_only, &seen), 0);
                if (seen.n_ids == 0)
                        break;
                for (size_t i = 0; i < seen.n_ids; i++) {
                        ck_assert_uint_eq(seen.ids[i], expected);
                        expected = expected == 25000 ? 24000 : expected - 1;
                }
                n_seen += seen.n_ids;
                filter.before_id = seen.ids[seen.n_ids - 1];
        }
        ck_assert_uint_eq(n_seen, 24000 - 1000 + 1 + 1);
        store_fixture_done(&filled);
}
END_TEST

/* A statement that walks the table in place of an index would be slow in a year, not today. */
START_TEST(no_list_sorts_or_scans_the_table) {
        static const StoreStatement statements[] = {
                STATEMENT_WALK_JOB,          STATEMENT_WALK_STATE,     STATEMENT_OCCURRENCE_TAKEN,
                STATEMENT_FIND_OCCURRENCE,   STATEMENT_FIND_OTHER,     STATEMENT_PRUNE_CUTOFF,
                STATEMENT_PRUNE_STEP,        STATEMENT_WALK_AUDIT_JOB, STATEMENT_WALK_ALL,
                STATEMENT_LAST_EXECUTION_ID, STATEMENT_WALK_KIND,
        };

        for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
                CLEANUP_FREE char *sql = NULL;

                ck_assert_int_gt(
                                asprintf(&sql, "EXPLAIN QUERY PLAN %s", store_statement_sql(statements[i])),
                                0);
                ck_assert_msg(!store_fixture_plan_contains(&fixture, sql, "TEMP B-TREE"), "%s", sql);
                ck_assert_msg(!store_fixture_plan_contains(&fixture, sql, "SCAN execution"), "%s", sql);
                ck_assert_msg(!store_fixture_plan_contains(&fixture, sql, "SCAN audit"), "%s", sql);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-list-execution");
        TCase *tcase = tcase_create("list");

        tcase_add_unchecked_fixture(tcase, setup, teardown);
        tcase_add_loop_test(tcase, a_filter_shows_what_it_should_newest_first, 0, ARRAY_SIZE(filter_cases));
        tcase_add_test(tcase, pages_join_without_gap_or_repetition);
        tcase_add_test(tcase, open_rows_come_oldest_first);
        tcase_add_test(tcase, a_visitor_stops_or_fails_the_list);
        tcase_add_test(tcase, a_long_range_is_walked_between_its_ends);
        tcase_add_test(tcase, no_list_sorts_or_scans_the_table);
        suite_add_tcase(suite, tcase);
        return suite;
}
