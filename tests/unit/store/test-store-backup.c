/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include <sqlite3.h>

#include "support/fault-vfs.h"
#include "support/store-fixture.h"
#include "support/test-support.h"
#include "util/file.h"

#define DUE (INT64_C(1767225600) * USEC_PER_SEC)
#define COPY_MAX_BYTES ((size_t) 64 << 20)

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

typedef struct Copy {
        bool done;
        int fd_or_error;
} Copy;

static void on_backup(void *userdata, int fd_or_error) {
        *(Copy *) userdata = (Copy){ true, fd_or_error };
}

static void insert(uint64_t first, unsigned n) {
        for (uint64_t id = first; id < first + n; id++) {
                CLEANUP(execution_record_freep)
                ExecutionRecord *record = test_execution_new(id, 1, DUE + (usec_t) id);

                ck_assert_int_eq(store_insert_execution(fixture.store, record, 0, NULL, NULL), 0);
        }
}

/* Puts the copy into a file and looks into it as if it were the database. */
static void open_copy(const Copy *copy, StoreFixture *ret) {
        CLEANUP_FREE char *data = NULL;
        CLEANUP_CLOSE int fd = copy->fd_or_error;
        size_t size = 0;

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
        ck_assert_int_eq(fd_read_all(fd, COPY_MAX_BYTES, &data, &size), 0);
        store_fixture_init(ret);
        ck_assert_int_eq(file_replace(ret->path, data, size, 0600, false), 0);
}

static unsigned count_entries(const char *directory) {
        unsigned n_entries = 0;
        DIR *dir = opendir(directory);

        ck_assert_ptr_nonnull(dir);
        while (readdir(dir))
                n_entries++;
        (void) closedir(dir);
        return n_entries;
}

static const StoreOptions modes[] = { { .commit_rows = 50 }, { .inline_commits = true } };

START_TEST(a_copy_of_a_live_database_is_whole) {
        StoreFixture opened;
        Copy copy = { 0 };
        int64_t n_rows;

        store_fixture_open(&fixture, &modes[_i]);
        store_fixture_put_job(&fixture, 1);
        insert(1, 2000);
        ck_assert_int_eq(store_flush(fixture.store), 0);

        ck_assert_int_eq(store_backup(fixture.store, on_backup, &copy), 0);
        insert(2001, 2000); /* meanwhile */
        store_fixture_wait(&fixture, &copy.done);
        ck_assert_uint_le(count_entries(fixture.directory), 6); /* . .. and db, -wal, -shm, .lock */

        open_copy(&copy, &opened);
        ck_assert_int_eq(
                        store_fixture_ask(
                                        &opened, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
                        1);
        n_rows = store_fixture_ask(&opened, "SELECT count(*) FROM execution");
        ck_assert_int_ge(n_rows, 2000);
        ck_assert_int_eq(store_fixture_ask(&opened, "SELECT max(id) FROM execution"), n_rows);

        /* A restored backup is the same database. */
        store_fixture_open(&opened, NULL);
        ck_assert_str_eq(store_uuid(opened.store), store_uuid(fixture.store));
        store_fixture_done(&opened);
}
END_TEST

START_TEST(a_database_in_memory_can_be_copied) {
        StoreOptions options = { 0 };
        StoreFixture opened;
        Copy copy = { 0 };

        ck_assert_int_eq(store_open(&options, &fixture.store, NULL), 0);
        store_fixture_put_job(&fixture, 1);
        insert(1, 20);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_backup(fixture.store, on_backup, &copy), 0);
        ck_assert(!copy.done); /* in store_dispatch() only */
        store_fixture_wait(&fixture, &copy.done);

        open_copy(&copy, &opened);
        ck_assert_int_eq(store_fixture_ask(&opened, "SELECT count(*) FROM execution"), 20);
        store_fixture_done(&opened);
}
END_TEST

START_TEST(a_copy_that_finds_no_room_says_so) {
        FaultVfs *faults = fault_vfs_register();
        Copy copy = { 0 };

        store_fixture_open(&fixture, NULL);
        atomic_store(&faults->write_code, SQLITE_FULL);
        ck_assert_int_eq(store_backup(fixture.store, on_backup, &copy), 0);
        store_fixture_wait(&fixture, &copy.done);
        atomic_store(&faults->write_code, 0);
        ck_assert_int_eq(copy.fd_or_error, -ENOSPC);
        ck_assert_uint_le(count_entries(fixture.directory), 6);
}
END_TEST

START_TEST(close_gives_a_running_copy_up) {
        Copy copies[3] = { 0 };

        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        insert(1, 2000);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        for (size_t i = 0; i < ARRAY_SIZE(copies); i++)
                ck_assert_int_eq(store_backup(fixture.store, on_backup, &copies[i]), 0);
        store_fixture_close(&fixture);

        for (size_t i = 0; i < ARRAY_SIZE(copies); i++) {
                ck_assert(copies[i].done);
                ck_assert_int_eq(copies[i].fd_or_error, -ESHUTDOWN);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-backup");
        TCase *tcase = tcase_create("backup");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_set_timeout(tcase, 60);
        tcase_add_loop_test(tcase, a_copy_of_a_live_database_is_whole, 0, ARRAY_SIZE(modes));
        tcase_add_test(tcase, a_database_in_memory_can_be_copied);
        tcase_add_test(tcase, a_copy_that_finds_no_room_says_so);
        tcase_add_test(tcase, close_gives_a_running_copy_up);
        suite_add_tcase(suite, tcase);
        return suite;
}
