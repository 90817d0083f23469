/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-record.h"

#include <endian.h>
#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "support/test-support.h"

static char directory[] = "/tmp/test-run-record-XXXXXX";
static RunRecords records;
static RunKey key;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk) {
        return remove(path);
}

static void set_up(void) {
        ck_assert_ptr_nonnull(mkdtemp(directory));
        ck_assert_int_eq(run_records_open(&records, directory, -EBADF), 0);
        ck_assert_int_eq(run_key_init(&key, "store-1", 7, 2), 0);
}

static void tear_down(void) {
        run_records_close(&records);
        (void) nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void note_pid(int fd, uint64_t pid) {
        RunNote note;

        run_note_init(&note, &key);
        pid = htole64(pid);
        memcpy(note.data + note.pid_offset, &pid, sizeof(pid));
        ck_assert_int_eq(write(fd, note.data, note.size), (ssize_t) note.size);
}

START_TEST(it_remembers_begin_pid_and_outcome) {
        const MessageEnded ended = {
                .execution_id = 7,
                .attempt = 2,
                .kind = END_EXITED,
                .exit_code = 3,
                .signal = -1,
                .message = (char *) "text",
                .output = (char *) "a\0b",
                .output_size = 3,
        };
        CLEANUP(run_record_done) RunRecord begun = { 0 }, done = { 0 };
        int fd = run_record_begin(&records, &key, "backup");

        ck_assert_int_ge(fd, 0);
        note_pid(fd, 4711);
        (void) close(fd);
        ck_assert_int_eq(run_record_load(&records, &key, &begun), 0);
        ck_assert_int_eq(run_record_end(&records, &key, "backup", &ended), 0);
        ck_assert_int_eq(run_record_load(&records, &key, &done), 0);

        ck_assert_str_eq(begun.job, "backup");
        ck_assert_int_eq(begun.pid, 4711);
        ck_assert_int_gt(begun.begun_boottime_usec, 0);
        ck_assert(!begun.has_outcome);
        ck_assert(done.has_outcome);
        ck_assert_int_eq(done.ended.ended.exit_code, 3);
        ck_assert_mem_eq(done.ended.ended.output, "a\0b", 3);
}
END_TEST

/* kill -9 may come in the middle of any write. */
START_TEST(what_was_cut_off_was_never_written) {
        const MessageEnded ended = { .execution_id = 7, .attempt = 2 };
        char path[256], name[RUN_NAME_MAX];
        size_t listed_size, noted_size;
        struct stat st;
        int fd = run_record_begin(&records, &key, "backup");

        (void) snprintf(path, sizeof(path), "%s/runs/%s", directory, run_key_format(&key, name));
        ck_assert_int_eq(fstat(fd, &st), 0);
        listed_size = (size_t) st.st_size;
        note_pid(fd, 5);
        ck_assert_int_eq(fstat(fd, &st), 0);
        noted_size = (size_t) st.st_size;
        (void) close(fd);
        ck_assert_int_eq(run_record_end(&records, &key, "backup", &ended), 0);
        ck_assert_int_eq(stat(path, &st), 0);

        for (size_t size = (size_t) st.st_size; size-- > 0;) {
                CLEANUP(run_record_done) RunRecord record = { 0 };
                int r;

                ck_assert_int_eq(truncate(path, (off_t) size), 0);
                r = run_record_load(&records, &key, &record);
                ck_assert_int_eq(r, size < listed_size ? -EBADMSG : 0);
                ck_assert(!record.has_outcome);
                ck_assert_int_eq(record.pid, size >= noted_size ? 5 : 0);
                ck_assert_int_eq(stat(path, &st), 0);
                ck_assert_int_eq(
                                st.st_size,
                                size < listed_size                  ? 0
                                                : size < noted_size ? listed_size
                                                                    : noted_size);
        }
}
END_TEST

/* A killed runner's half outcome must not hide the one that its successor appends. */
START_TEST(an_outcome_after_a_cut_is_found) {
        const MessageEnded ended = { .execution_id = 7, .attempt = 2, .kind = END_LOST };
        CLEANUP(run_record_done) RunRecord cut = { 0 }, done = { 0 };
        int fd = run_record_begin(&records, &key, "backup");

        ck_assert_int_eq(write(fd, "\x40\0\0\0\x0b", 5), 5);
        (void) close(fd);
        ck_assert_int_eq(run_record_load(&records, &key, &cut), 0);
        ck_assert(!cut.has_outcome);
        ck_assert_int_eq(run_record_end(&records, &key, "backup", &ended), 0);
        ck_assert_int_eq(run_record_load(&records, &key, &done), 0);
        ck_assert(done.has_outcome);
        ck_assert_uint_eq(done.ended.ended.kind, END_LOST);
}
END_TEST

START_TEST(a_record_exists_once_until_it_is_removed) {
        RunKey *keys = NULL;
        size_t n = 0;

        (void) close(run_record_begin(&records, &key, "backup"));
        ck_assert_int_eq(run_record_begin(&records, &key, "backup"), -EEXIST);
        ck_assert_int_eq(run_records_list(&records, &keys, &n), 0);
        ck_assert_uint_eq(n, 1); /* neither lock nor generation */
        ck_assert_mem_eq(&keys[0], &key, sizeof(key));
        free(keys);
        ck_assert_int_eq(run_record_remove(&records, &key), 0);
        ck_assert_int_eq(run_record_remove(&records, &key), 0);
        ck_assert_int_eq(run_records_list(&records, &keys, &n), 0);
        ck_assert_uint_eq(n, 0);
        free(keys);
}
END_TEST

START_TEST(the_directory_has_one_owner_and_one_generation) {
        RunRecords second;
        char generation[sizeof(records.generation)];

        ck_assert_int_eq(run_records_open(&second, directory, -EBADF), -EBUSY);
        memcpy(generation, records.generation, sizeof(generation));
        run_records_close(&records);
        ck_assert_int_eq(run_records_open(&records, directory, -EBADF), 0);
        ck_assert_str_eq(records.generation, generation);
        ck_assert_uint_eq(strlen(generation), 32);
}
END_TEST

/* clang-format off */
static const struct {
        const char *name;
        bool valid;
} name_cases[] = {
        { "abc-1.7.2",    true },
        { "abc.0.1",      true },
        { "abc.07.2",     false },
        { "abc.7.2x",     false },
        { "abc.7",        false },
        { "a/b.7.2",      false },
        { "..7.2",        false },
        { ".7.2",         false },
        { "lock",         false },
        { "generation",   false },
};
/* clang-format on */

START_TEST(names_are_read_strictly) {
        RunKey parsed;

        ck_assert_int_eq(run_key_parse(name_cases[_i].name, &parsed), name_cases[_i].valid ? 0 : -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("run-record");
        TCase *files = tcase_create("files");

        tcase_add_checked_fixture(files, set_up, tear_down);
        tcase_add_test(files, it_remembers_begin_pid_and_outcome);
        tcase_add_test(files, what_was_cut_off_was_never_written);
        tcase_add_test(files, an_outcome_after_a_cut_is_found);
        tcase_add_test(files, a_record_exists_once_until_it_is_removed);
        tcase_add_test(files, the_directory_has_one_owner_and_one_generation);
        tcase_add_loop_test(files, names_are_read_strictly, 0, ARRAY_SIZE(name_cases));
        suite_add_tcase(suite, files);
        return suite;
}
