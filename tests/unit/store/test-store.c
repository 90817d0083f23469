/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The owner's side: the descriptor, flushing, memory, closing. */

#include "store/store.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>

#include "support/store-fixture.h"
#include "support/test-support.h"

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

static bool is_readable(void) {
        struct pollfd poll_fd = { .fd = store_get_fd(fixture.store), .events = POLLIN };

        return poll(&poll_fd, 1, 0) == 1;
}

static void note(void *userdata, int result) {
        ck_assert_int_eq(result, 0);
        ++*(unsigned *) userdata;
}

static void open_memory(void) {
        StoreOptions options = { 0 };

        ck_assert_int_eq(store_open(&options, &fixture.store, NULL), 0);
}

START_TEST(memory_is_committed_by_dispatch) {
        unsigned n_committed = 0;

        open_memory();
        ck_assert(!is_readable());
        ck_assert_uint_eq(strlen(store_uuid(fixture.store)), 32);

        ck_assert_int_eq(store_after_commit(fixture.store, note, &n_committed), 0);
        ck_assert(is_readable());
        ck_assert_uint_eq(n_committed, 0);
        ck_assert_int_eq(store_dispatch(fixture.store), 1);
        ck_assert_uint_eq(n_committed, 1);
        (void) store_dispatch(fixture.store); /* takes the signal of the commit itself away */
        ck_assert(!is_readable());
}
END_TEST

START_TEST(memory_leaves_no_file) {
        open_memory();
        store_fixture_put_job(&fixture, 1);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_ne(access(fixture.path, F_OK), 0);
}
END_TEST

START_TEST(nothing_queued_means_nothing_to_do) {
        StoreOptions options = { .inline_commits = _i == 0 };

        store_fixture_open(&fixture, &options);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_dispatch(fixture.store), 0);
        ck_assert(!is_readable());
        ck_assert_uint_eq(store_queue_length(fixture.store), 0);
}
END_TEST

START_TEST(flush_does_not_wait_for_company) {
        StoreOptions options = { .commit_delay_usec = USEC_PER_HOUR };
        unsigned n_committed = 0;

        store_fixture_open(&fixture, &options);
        for (unsigned i = 0; i < 3; i++) {
                ck_assert_int_eq(store_after_commit(fixture.store, note, &n_committed), 0);
                ck_assert_int_eq(store_flush(fixture.store), 0);
                ck_assert_uint_eq(n_committed, i + 1);
        }
}
END_TEST

START_TEST(a_completion_may_be_left_out) {
        store_fixture_open(&fixture, NULL);
        ck_assert_int_eq(store_after_commit(fixture.store, NULL, NULL), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
}
END_TEST

START_TEST(closing_leaves_only_the_database_and_its_lock) {
        CLEANUP_FREE char *log = NULL;

        ck_assert_int_gt(asprintf(&log, "%s-wal", fixture.path), 0);
        store_fixture_open(&fixture, NULL);
        store_fixture_put_job(&fixture, 1);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(access(log, F_OK), 0);
        store_fixture_close(&fixture);
        ck_assert_int_ne(access(log, F_OK), 0);
        ck_assert_ptr_null(store_close(NULL));
}
END_TEST

START_TEST(the_database_is_private) {
        static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
        mode_t mask = umask(0);

        store_fixture_open(&fixture, NULL);
        (void) umask(mask);
        for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
                CLEANUP_FREE char *path = NULL;
                struct stat st;

                ck_assert_int_gt(asprintf(&path, "%s%s", fixture.path, suffixes[i]), 0);
                ck_assert_int_eq(stat(path, &st), 0);
                ck_assert_int_eq(st.st_mode & 0777, 0600);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store");
        TCase *tcase = tcase_create("store");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_test(tcase, memory_is_committed_by_dispatch);
        tcase_add_test(tcase, memory_leaves_no_file);
        tcase_add_loop_test(tcase, nothing_queued_means_nothing_to_do, 0, 2);
        tcase_add_test(tcase, flush_does_not_wait_for_company);
        tcase_add_test(tcase, a_completion_may_be_left_out);
        tcase_add_test(tcase, closing_leaves_only_the_database_and_its_lock);
        tcase_add_test(tcase, the_database_is_private);
        suite_add_tcase(suite, tcase);
        return suite;
}
