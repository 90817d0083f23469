/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Group commit, a disk that refuses, and kill -9. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <sqlite3.h>

#include "support/fault-vfs.h"
#include "support/store-fixture.h"
#include "support/test-support.h"

#define DUE (INT64_C(1767225600) * USEC_PER_SEC)

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

typedef struct Log {
        uint64_t ids[512];
        unsigned n_ids;
        unsigned n_trouble, n_recovered;
        unsigned ids_at_recovery;
        int error;
        char message[512];
        bool in_trouble, recovered, committed;
} Log;

static void on_trouble(void *userdata, int error, const char *message) {
        Log *log = userdata;

        log->n_trouble++;
        log->error = error;
        log->in_trouble = true;
        (void) snprintf(log->message, sizeof(log->message), "%s", message);
}

static void on_recovered(void *userdata) {
        Log *log = userdata;

        log->n_recovered++;
        log->ids_at_recovery = log->n_ids;
        log->recovered = true;
}

static void on_inserted(void *userdata, uint64_t execution_id, int result, unsigned pass) {
        Log *log = userdata;

        ck_assert_int_eq(result, 0);
        log->ids[log->n_ids++] = execution_id;
}

static void on_committed(void *userdata, int result) {
        ck_assert_int_eq(result, 0);
        ((Log *) userdata)->committed = true;
}

static void insert(uint64_t id, Log *log) {
        CLEANUP(execution_record_freep)
        ExecutionRecord *record = test_execution_new(id, 1, DUE + (usec_t) id);

        ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, on_inserted, log), 0);
}

static void open_with_handler(const StoreOptions *options, Log *log) {
        store_fixture_open(&fixture, options);
        store_fixture_put_job(&fixture, 1);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        store_set_trouble_handler(fixture.store, &(StoreTroubleHandler){ on_trouble, on_recovered, log });
}

START_TEST(what_gathers_is_one_commit_and_completes_in_order) {
        FaultVfs *faults = fault_vfs_register();
        StoreOptions options = { .commit_delay_usec = 50 * USEC_PER_MSEC };
        Log log = { 0 };
        int n_syncs;

        open_with_handler(&options, &log);
        n_syncs = atomic_load(&faults->n_syncs);

        for (uint64_t id = 1; id <= 200; id++)
                insert(id, &log);
        ck_assert_uint_eq(store_queue_length(fixture.store), 200);
        ck_assert_uint_eq(log.n_ids, 0);
        ck_assert_int_eq(store_after_commit(fixture.store, on_committed, &log), 0);
        store_fixture_wait(&fixture, &log.committed);

        ck_assert_uint_eq(log.n_ids, 200);
        for (unsigned i = 0; i < 200; i++)
                ck_assert_uint_eq(log.ids[i], i + 1);
        ck_assert_int_eq(atomic_load(&faults->n_syncs) - n_syncs, 1);
        ck_assert_uint_eq(store_queue_length(fixture.store), 0);
}
END_TEST

START_TEST(a_batch_has_its_bound) {
        FaultVfs *faults = fault_vfs_register();
        StoreOptions options = { .commit_rows = 10, .inline_commits = true };
        Log log = { 0 };
        int n_syncs;

        open_with_handler(&options, &log);
        n_syncs = atomic_load(&faults->n_syncs);
        for (uint64_t id = 1; id <= 95; id++)
                insert(id, &log);
        ck_assert_int_eq(store_dispatch(fixture.store), 95);
        ck_assert_int_eq(atomic_load(&faults->n_syncs) - n_syncs, 10);
}
END_TEST

static const StoreOptions group_modes[] = {
        { .commit_rows = 1, .inline_commits = true },
        { .commit_rows = 1 },
        { .commit_rows = 3 },
};

START_TEST(a_group_is_never_split) {
        FaultVfs *faults = fault_vfs_register();
        Log log = { 0 };
        int64_t n_rows;
        int n_syncs;

        open_with_handler(&group_modes[_i], &log);
        n_syncs = atomic_load(&faults->n_syncs);
        insert(1, &log);
        store_begin_group(fixture.store);
        for (uint64_t id = 2; id <= 20; id++) {
                if (id == 5)
                        store_begin_group(fixture.store);
                insert(id, &log);
                if (id == 15)
                        store_end_group(fixture.store);
                n_rows = store_fixture_ask(&fixture, "SELECT count(*) FROM execution");
                ck_assert_int_le(n_rows, 1);
        }
        ck_assert_uint_ge(store_queue_length(fixture.store), 19);
        store_end_group(fixture.store);
        insert(21, &log);
        ck_assert_int_eq(store_flush(fixture.store), 0);

        ck_assert_uint_eq(log.n_ids, 21);
        for (unsigned i = 0; i < 21; i++)
                ck_assert_uint_eq(log.ids[i], i + 1);
        /* The row before, the group with what fits behind its begin, the row behind it. */
        ck_assert_int_le(atomic_load(&faults->n_syncs) - n_syncs, 3);
}
END_TEST

START_TEST(an_empty_group_is_nothing) {
        Log log = { 0 };

        open_with_handler(NULL, &log);
        store_begin_group(fixture.store);
        store_end_group(fixture.store);
        ck_assert_uint_eq(store_queue_length(fixture.store), 0);
}
END_TEST

/* clang-format off */
static const struct {
        bool in_sync;
        int code, error;
        const char *says;
} fault_cases[] = {
        { false, SQLITE_FULL,           -ENOSPC, "its file system is full" },
        { false, SQLITE_IOERR_WRITE,    -EIO,    "disk reports an error" },
        { false, SQLITE_READONLY,       -EROFS,  "read-only" },
        { true,  SQLITE_IOERR_FSYNC,    -EIO,    "disk reports an error" },
        { true,  SQLITE_FULL,           -ENOSPC, "its file system is full" },
};
/* clang-format on */

START_TEST(what_the_disk_refuses_waits_and_is_told_once) {
        FaultVfs *faults = fault_vfs_register();
        atomic_int *fault = fault_cases[_i].in_sync ? &faults->sync_code : &faults->write_code;
        Log log = { 0 };
        int n_failed;

        open_with_handler(NULL, &log);
        n_failed = atomic_load(&faults->n_failed);
        atomic_store(fault, fault_cases[_i].code);
        insert(1, &log);
        insert(2, &log);
        store_fixture_wait(&fixture, &log.in_trouble);

        /* Several attempts later there is still one report, no completion and nothing in the file. */
        while (atomic_load(&faults->n_failed) < n_failed + 3)
                ck_assert_int_eq(store_flush(fixture.store), fault_cases[_i].error);
        insert(3, &log);
        ck_assert_int_eq(store_flush(fixture.store), fault_cases[_i].error);
        ck_assert_uint_eq(log.n_trouble, 1);
        ck_assert_uint_eq(log.n_ids, 0);
        ck_assert_uint_eq(store_queue_length(fixture.store), 3);
        ck_assert_int_eq(log.error, fault_cases[_i].error);
        ck_assert_msg(strstr(log.message, fault_cases[_i].says) != NULL, "%s", log.message);
        ck_assert_ptr_nonnull(strstr(log.message, fixture.path));

        atomic_store(fault, 0);
        ck_assert_int_eq(store_after_commit(fixture.store, on_committed, &log), 0);
        store_fixture_wait(&fixture, &log.committed);
        ck_assert_uint_eq(log.n_trouble, 1);
        ck_assert_uint_eq(log.n_recovered, 1);
        ck_assert_uint_eq(log.ids_at_recovery, 0); /* before the completions */
        ck_assert_uint_eq(log.n_ids, 3);
        for (unsigned i = 0; i < 3; i++)
                ck_assert_uint_eq(log.ids[i], i + 1);
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM execution"), 3);
}
END_TEST

START_TEST(inline_commits_are_tried_again_with_the_next) {
        FaultVfs *faults = fault_vfs_register();
        StoreOptions options = { .inline_commits = true };
        Log log = { 0 };

        open_with_handler(&options, &log);
        atomic_store(&faults->write_code, SQLITE_FULL);
        insert(1, &log);
        (void) store_dispatch(fixture.store); /* the trouble */
        ck_assert_uint_eq(log.n_trouble, 1);

        atomic_store(&faults->write_code, 0);
        insert(2, &log);
        (void) store_dispatch(fixture.store); /* the recovery and both */
        ck_assert_uint_eq(log.n_recovered, 1);
        ck_assert_uint_eq(log.n_ids, 2);
        ck_assert_uint_eq(log.ids[0], 1);
}
END_TEST

START_TEST(a_shell_that_locks_the_database_delays_it_only) {
        sqlite3 *shell = NULL;
        Log log = { 0 };

        open_with_handler(NULL, &log);
        ck_assert_int_eq(sqlite3_open(fixture.path, &shell), SQLITE_OK);
        ck_assert_int_eq(sqlite3_exec(shell, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
        insert(1, &log);
        store_fixture_wait(&fixture, &log.in_trouble);
        ck_assert_int_eq(log.error, -EBUSY);

        ck_assert_int_eq(sqlite3_exec(shell, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
        ck_assert_int_eq(sqlite3_close(shell), SQLITE_OK);
        store_fixture_wait(&fixture, &log.recovered);
        ck_assert_uint_eq(log.n_ids, 1);
}
END_TEST

static void on_given_up(void *userdata, int result) {
        *(int *) userdata = result;
}

START_TEST(close_gives_up_what_the_disk_refuses) {
        FaultVfs *faults = fault_vfs_register();
        int result = 1;
        Log log = { 0 };

        open_with_handler(NULL, &log);
        atomic_store(&faults->write_code, SQLITE_FULL);
        insert(1, &log);
        ck_assert_int_eq(store_after_commit(fixture.store, on_given_up, &result), 0);
        store_fixture_close(&fixture);
        atomic_store(&faults->write_code, 0);

        ck_assert_int_eq(result, -ESHUTDOWN);
        ck_assert_uint_eq(log.n_ids, 0);
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM execution"), 0);
}
END_TEST

START_TEST(close_commits_what_is_queued) {
        StoreOptions options = { .commit_delay_usec = USEC_PER_HOUR };
        Log log = { 0 };

        open_with_handler(&options, &log);
        for (uint64_t id = 1; id <= 100; id++)
                insert(id, &log);
        store_fixture_close(&fixture);
        ck_assert_uint_eq(log.n_ids, 0); /* no completions */
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT count(*) FROM execution"), 100);
}
END_TEST

static void queue_another(void *userdata, uint64_t execution_id, int result, unsigned pass) {
        Log *log = userdata;

        on_inserted(log, execution_id, result, pass);
        if (execution_id < 5) {
                CLEANUP(execution_record_freep)
                ExecutionRecord *record = test_execution_new(execution_id + 1, 1, DUE + 1);

                record->cause = CAUSE_MANUAL;
                ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, queue_another, log), 0);
        }
}

START_TEST(a_completion_may_queue_more) {
        StoreOptions options = { .inline_commits = _i == 0 };
        CLEANUP(execution_record_freep) ExecutionRecord *record = test_execution_new(1, 1, DUE);
        Log log = { 0 };

        open_with_handler(&options, &log);
        ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, queue_another, &log), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_uint_eq(log.n_ids, 5);
}
END_TEST

/* --- kill -9 --------------------------------------------------------------------------------------- */

#define CRASH_ROUNDS 120

static void report_id(void *userdata, uint64_t execution_id, int result, unsigned pass) {
        int fd = *(int *) userdata;

        if (write(fd, &execution_id, sizeof(execution_id)) != sizeof(execution_id))
                _exit(1);
}

/* The child: inserts and updates as fast as it can, and reports what it was told is durable. */
static void insert_for_ever(int fd) {
        StoreOptions options = { .path = fixture.path };
        Store *store = NULL;
        uint64_t id;

        if (store_open(&options, &store, NULL) < 0)
                _exit(1);

        for (id = store_last_execution_id(store) + 1;; id++) {
                CLEANUP(execution_record_freep)
                ExecutionRecord *record = test_execution_new(id, 1, DUE + (usec_t) id);

                if (store_insert_execution(store, record, 0, report_id, &fd) < 0 ||
                    store_update_execution(store, record) < 0)
                        _exit(1);
                if (store_queue_length(store) > 50)
                        (void) store_flush(store);
                (void) store_dispatch(store);
        }
}

static uint64_t read_reported(int fd, uint64_t *n_reported) {
        uint64_t id, last = 0;

        while (read(fd, &id, sizeof(id)) == sizeof(id)) {
                ck_assert(last == 0 || id == last + 1);
                last = id;
                ++*n_reported;
        }
        return last;
}

/*
 * Whatever was told to be on disk is on disk after kill -9 at any moment: the child reports each completion
 * over a pipe and dies after a few of them, in the middle of whatever the writer does then.
 */
START_TEST(what_completed_survives_kill) {
        uint64_t n_reported = 0;

        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        store_fixture_close(&fixture);

        for (unsigned round = 0; round < CRASH_ROUNDS; round++) {
                CLEANUP(execution_record_done) ExecutionRecord read_back;
                uint64_t first = 0, last;
                int fds[2], status;
                pid_t pid;

                ck_assert_int_eq(pipe(fds), 0);
                pid = fork();
                ck_assert_int_ge(pid, 0);
                if (pid == 0) {
                        (void) close(fds[0]);
                        insert_for_ever(fds[1]);
                }
                (void) close(fds[1]);

                for (unsigned i = 0; i < 1 + round * 7 % 60; i++)
                        ck_assert_int_eq(read(fds[0], &first, sizeof(first)), sizeof(first));
                ck_assert_int_eq(kill(pid, SIGKILL), 0);
                last = read_reported(fds[0], &n_reported);
                (void) close(fds[0]);
                ck_assert_int_eq(waitpid(pid, &status, 0), pid);

                store_fixture_open(&fixture, NULL);
                execution_record_init(&read_back);
                ck_assert_int_eq(store_read_execution(fixture.store, MAX(first, last), &read_back), 1);
                ck_assert_uint_ge(store_last_execution_id(fixture.store), MAX(first, last));
                store_fixture_close(&fixture);
        }

        /* No hole: ids were given and reported in order, so none may be missing in between. */
        ck_assert_int_eq(store_fixture_ask(&fixture, "SELECT max(id) = count(*) FROM execution"), 1);
}
END_TEST

#define GROUP_ROUNDS 40
#define GROUP_ROWS 3U

/* The child: groups, where anything else would be a transaction of its own. */
static void put_groups_for_ever(int fd) {
        StoreOptions options = { .path = fixture.path, .commit_rows = 1 };
        Store *store = NULL;

        if (store_open(&options, &store, NULL) < 0)
                _exit(1);
        for (uint64_t id = store_last_execution_id(store) + 1;;) {
                store_begin_group(store);
                for (unsigned i = 0; i < GROUP_ROWS; i++, id++) {
                        CLEANUP(execution_record_freep)
                        ExecutionRecord *record = test_execution_new(id, 1, DUE + (usec_t) id);

                        if (store_insert_execution(store, record, 0, report_id, &fd) < 0)
                                _exit(1);
                }
                store_end_group(store);
                if (store_queue_length(store) > 50)
                        (void) store_flush(store);
                (void) store_dispatch(store);
        }
}

START_TEST(a_killed_group_is_whole_or_not_there) {
        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        store_fixture_close(&fixture);

        for (unsigned round = 0; round < GROUP_ROUNDS; round++) {
                uint64_t id;
                int fds[2];
                pid_t pid;

                ck_assert_int_eq(pipe(fds), 0);
                pid = fork();
                ck_assert_int_ge(pid, 0);
                if (pid == 0) {
                        (void) close(fds[0]);
                        put_groups_for_ever(fds[1]);
                }
                (void) close(fds[1]);
                for (unsigned i = 0; i < 1 + round % 10; i++)
                        ck_assert_int_eq(read(fds[0], &id, sizeof(id)), sizeof(id));
                ck_assert_int_eq(kill(pid, SIGKILL), 0);
                ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
                (void) close(fds[0]);

                store_fixture_open(&fixture, NULL); /* what the log has is taken over */
                ck_assert_int_eq(
                                store_fixture_ask(&fixture, "SELECT count(*) FROM execution") % GROUP_ROWS,
                                0);
                store_fixture_close(&fixture);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-writer");
        TCase *tcase = tcase_create("writer");
        TCase *crash = tcase_create("crash");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_set_timeout(tcase, 60);
        tcase_add_test(tcase, what_gathers_is_one_commit_and_completes_in_order);
        tcase_add_test(tcase, a_batch_has_its_bound);
        tcase_add_loop_test(tcase, a_group_is_never_split, 0, ARRAY_SIZE(group_modes));
        tcase_add_test(tcase, an_empty_group_is_nothing);
        tcase_add_loop_test(tcase, what_the_disk_refuses_waits_and_is_told_once, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(tcase, inline_commits_are_tried_again_with_the_next);
        tcase_add_test(tcase, a_shell_that_locks_the_database_delays_it_only);
        tcase_add_test(tcase, close_gives_up_what_the_disk_refuses);
        tcase_add_test(tcase, close_commits_what_is_queued);
        tcase_add_loop_test(tcase, a_completion_may_queue_more, 0, 2);
        suite_add_tcase(suite, tcase);

        tcase_add_checked_fixture(crash, setup, teardown);
        tcase_set_timeout(crash, 300);
        tcase_add_test(crash, what_completed_survives_kill);
        tcase_add_test(crash, a_killed_group_is_whole_or_not_there);
        suite_add_tcase(suite, crash);
        return suite;
}
