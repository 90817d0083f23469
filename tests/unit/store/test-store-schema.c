/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is refused at the start, in which words, and that it is left as it was. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/store-schema.h"
#include "support/fault-vfs.h"
#include "support/store-fixture.h"
#include "support/test-support.h"
#include "util/file.h"

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

static void make_good(void) {
        store_fixture_open(&fixture, NULL);
        for (int64_t id = 1; id <= 300; id++)
                store_fixture_put_job(&fixture, id);
        store_fixture_close(&fixture);
}

static void overwrite(off_t offset, const void *data, size_t size) {
        CLEANUP_CLOSE int fd = open(fixture.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(pwrite(fd, data, size, offset), size);
}

static void make_rubbish(void) {
        char rubbish[8192];

        memset(rubbish, 'x', sizeof(rubbish));
        overwrite(0, rubbish, sizeof(rubbish));
}

static void make_short(void) {
        overwrite(0, "SQLite format 3", 16);
}

static void make_cut_off(void) {
        make_good();
        ck_assert_int_eq(truncate(fixture.path, 8192), 0);
}

static void make_damaged_page(void) {
        char rubbish[4096];

        make_good();
        memset(rubbish, 0xa5, sizeof(rubbish));
        for (off_t page = 2; page < 8; page++)
                overwrite(page * 4096, rubbish, sizeof(rubbish));
}

static void make_damaged_schema(void) {
        make_good();
        store_fixture_run(
                        &fixture,
                        "DROP INDEX execution_due; DROP TABLE output; PRAGMA journal_mode = DELETE");
}

static void make_newer(void) {
        make_good();
        store_fixture_run(&fixture, "PRAGMA user_version = 4; PRAGMA journal_mode = DELETE");
}

static void make_foreign(void) {
        store_fixture_run(&fixture, "CREATE TABLE bookmark (url TEXT)");
}

static void make_foreign_id(void) {
        store_fixture_run(&fixture, "PRAGMA application_id = 12345; CREATE TABLE bookmark (url TEXT)");
}

static void make_directory(void) {
        ck_assert_int_eq(mkdir(fixture.path, 0700), 0);
}

/* clang-format off */
static const struct {
        void (*make)(void);
        int error;
        const char *says[2];
} refused_cases[] = {
        { make_rubbish,        -EBADMSG,         { "is damaged (it does not begin", "restore a backup" } },
        { make_short,          -EBADMSG,         { "is damaged (it is shorter",     "restore a backup" } },
        { make_cut_off,        -EBADMSG,         { "is damaged (its end",           "restore a backup" } },
        { make_damaged_page,   -EBADMSG,         { "is damaged (a page",            "restore a backup" } },
        { make_damaged_schema, -EBADMSG,         { "is damaged (a table",           "restore a backup" } },
        { make_foreign,        -EBADMSG,         { "of another program",            "move it away" } },
        { make_foreign_id,     -EBADMSG,         { "of another program",            "move it away" } },
        { make_newer,          -EPROTONOSUPPORT, { "newer version of jobsched (format 4, this version knows 3)",
                                                   "install that version" } },
        { make_directory,      -EISDIR,          { "is not a regular file",         "move it away" } },
};
/* clang-format on */

START_TEST(what_is_not_ours_is_refused_and_left_alone) {
        StoreOptions options = { .path = fixture.path };
        CLEANUP_FREE char *before = NULL, *after = NULL, *error = NULL;
        size_t size_before = 0, size_after = 0;
        Store *store = NULL;
        bool is_file = refused_cases[_i].error != -EISDIR;

        refused_cases[_i].make();
        if (is_file)
                ck_assert_int_eq(file_read(fixture.path, 16 << 20, &before, &size_before), 0);

        ck_assert_int_eq(store_open(&options, &store, &error), refused_cases[_i].error);

        ck_assert_ptr_null(store);
        ck_assert_ptr_nonnull(error);
        ck_assert_ptr_nonnull(strstr(error, fixture.path));
        for (unsigned i = 0; i < 2; i++)
                ck_assert_msg(strstr(error, refused_cases[_i].says[i]) != NULL, "%s", error);
        if (is_file) {
                ck_assert_int_eq(file_read(fixture.path, 16 << 20, &after, &size_after), 0);
                ck_assert_uint_eq(size_before, size_after);
                ck_assert_mem_eq(before, after, size_before);
        }
}
END_TEST

/* A newer daemon was killed: its version stands in the log only, which must stay as well. */
START_TEST(a_newer_database_in_its_log_is_left_alone) {
        StoreOptions options = { .path = fixture.path };
        CLEANUP_FREE char *log = NULL, *error = NULL, *before = NULL, *after = NULL;
        size_t size_before = 0, size_after = 0;
        Store *store = NULL;
        int status;
        pid_t pid;

        make_good();
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                sqlite3 *db = NULL;

                if (sqlite3_open(fixture.path, &db) == SQLITE_OK)
                        (void) sqlite3_exec(db, "PRAGMA user_version = 4", NULL, NULL, NULL);
                (void) kill(getpid(), SIGKILL);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_gt(asprintf(&log, "%s-wal", fixture.path), 0);
        ck_assert_int_eq(file_read(log, 16 << 20, &before, &size_before), 0);
        ck_assert_uint_gt(size_before, 0);

        ck_assert_int_eq(store_open(&options, &store, &error), -EPROTONOSUPPORT);
        ck_assert_int_eq(file_read(log, 16 << 20, &after, &size_after), 0);
        ck_assert_uint_eq(size_before, size_after);
        ck_assert_mem_eq(before, after, size_before);
}
END_TEST

START_TEST(the_second_daemon_is_told_about_the_first) {
        StoreOptions options = { .path = fixture.path };
        CLEANUP_FREE char *error = NULL, *process = NULL;
        Store *second = NULL;

        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_open(&options, &second, &error), -EBUSY);
        ck_assert_int_gt(asprintf(&process, "another jobschedd (process %d)", (int) getpid()), 0);
        ck_assert_msg(strstr(error, process) != NULL, "%s", error);

        store_fixture_close(&fixture);
        store_fixture_open(&fixture, NULL);
}
END_TEST

START_TEST(a_missing_directory_is_named) {
        CLEANUP_FREE char *error = NULL, *path = NULL;
        StoreOptions options = { 0 };
        Store *store = NULL;

        ck_assert_int_gt(asprintf(&path, "%s/missing/jobs.db", fixture.directory), 0);
        options.path = path;
        ck_assert_int_eq(store_open(&options, &store, &error), -ENOENT);
        ck_assert_ptr_nonnull(strstr(error, "make the directory"));
        ck_assert_ptr_nonnull(strstr(error, path));
}
END_TEST

START_TEST(a_directory_that_cannot_be_written_is_named) {
        StoreOptions options = { .path = fixture.path };
        CLEANUP_FREE char *error = NULL;
        Store *store = NULL;
        int status;
        pid_t pid;

        ck_assert_int_eq(chmod(fixture.directory, 0555), 0);
        pid = fork(); /* modes do not bind root */
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                if (getuid() == 0 && setuid(65534) < 0)
                        _exit(2);
                _exit(store_open(&options, &store, &error) == -EACCES && strstr(error, fixture.path) &&
                                                      strstr(error, "check the owner and the mode")
                                      ? 0
                                      : 1);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_full_disk_at_the_first_start_is_named) {
        FaultVfs *faults = fault_vfs_register();
        StoreOptions options = { .path = fixture.path };
        CLEANUP_FREE char *error = NULL;
        Store *store = NULL;

        atomic_store(&faults->write_code, SQLITE_FULL);
        ck_assert_int_eq(store_open(&options, &store, &error), -ENOSPC);
        ck_assert_ptr_nonnull(strstr(error, "free some space"));

        atomic_store(&faults->write_code, 0);
        store_fixture_open(&fixture, NULL); /* nothing half made is in the way */
}
END_TEST

START_TEST(a_new_database_is_described_in_its_header) {
        char uuid[33] = "";

        store_fixture_open(&fixture, NULL);
        ck_assert_uint_eq(strlen(store_uuid(fixture.store)), 32);
        strcpy(uuid, store_uuid(fixture.store));
        ck_assert_uint_eq(store_last_execution_id(fixture.store), 0);
        ck_assert_int_eq(store_latest_usec(fixture.store), 0);
        store_fixture_close(&fixture);

        store_fixture_open(&fixture, NULL);
        ck_assert_str_eq(store_uuid(fixture.store), uuid);
        ck_assert_int_eq(store_fixture_ask(&fixture, "PRAGMA application_id"), STORE_APPLICATION_ID);
        ck_assert_int_eq(store_fixture_ask(&fixture, "PRAGMA user_version"), STORE_SCHEMA_VERSION);
        ck_assert_int_eq(
                        store_fixture_ask(
                                        &fixture,
                                        "SELECT count(*) FROM pragma_table_list "
                                        "WHERE schema = 'main' AND name NOT LIKE 'sqlite%' AND NOT strict"),
                        0);
}
END_TEST

START_TEST(an_empty_file_is_a_new_database) {
        overwrite(0, "", 0);
        store_fixture_open(&fixture, NULL);
        ck_assert_uint_eq(strlen(store_uuid(fixture.store)), 32);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-schema");
        TCase *tcase = tcase_create("schema");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_loop_test(tcase, what_is_not_ours_is_refused_and_left_alone, 0, ARRAY_SIZE(refused_cases));
        tcase_add_test(tcase, a_newer_database_in_its_log_is_left_alone);
        tcase_add_test(tcase, the_second_daemon_is_told_about_the_first);
        tcase_add_test(tcase, a_missing_directory_is_named);
        tcase_add_test(tcase, a_directory_that_cannot_be_written_is_named);
        tcase_add_test(tcase, a_full_disk_at_the_first_start_is_named);
        tcase_add_test(tcase, a_new_database_is_described_in_its_header);
        tcase_add_test(tcase, an_empty_file_is_a_new_database);
        suite_add_tcase(suite, tcase);
        return suite;
}
