/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define PATH_SIZE 256

static char directory[64];

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *position) {
        return remove(path);
}

static void set_up(void) {
        (void) snprintf(directory, sizeof(directory), "/tmp/jobsched-test-file.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void tear_down(void) {
        (void) nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *path_of(const char *name, char path[static PATH_SIZE]) {
        (void) snprintf(path, PATH_SIZE, "%s/%s", directory, name);
        return path;
}

static void test_write(const char *path, const char *text) {
        CLEANUP_FCLOSE FILE *file = fopen(path, "we");

        ck_assert_ptr_nonnull(file);
        ck_assert_int_ge(fputs(text, file), 0);
}

static size_t count_entries(void) {
        DIR *stream = opendir(directory);
        size_t n = 0;

        ck_assert_ptr_nonnull(stream);
        while (readdir(stream))
                n++;
        (void) closedir(stream);
        return n - 2; /* "." and ".." */
}

/* clang-format off */
static const struct {
        size_t size, max_bytes;
        int r;
} read_cases[] = {
        {      0,      0, 0 },
        {      0,    100, 0 },
        {      1,      0, -EFBIG },
        {     10,     10, 0 },
        {     11,     10, -EFBIG },
        {   4095,   4096, 0 },
        {   4096,   4096, 0 },
        {   4097,   4096, -EFBIG },
        { 100000, 100000, 0 },
        { 100001, 100000, -EFBIG },
        { 100000, 1 << 30, 0 },
};

static const struct {
        const char *directory, *name, *joined;
} join_cases[] = {
        { "/etc",   "a",    "/etc/a"  },
        { "/etc/",  "a",    "/etc/a"  },
        { "/etc//", "//a",  "/etc/a"  },
        { "/",      "a",    "/a"      },
        { "//",     "a",    "/a"      },
        { "",       "a",    "a"       },
        { ".",      "a/b",  "./a/b"   },
        { "/etc",   "",     "/etc/"   },
};
/* clang-format on */

/* Bytes that repeat at no power of two, so that a part out of place is seen. */
static char *pattern_new(size_t size) {
        char *data = malloc(size + 1);

        ck_assert_ptr_nonnull(data);
        for (size_t i = 0; i < size; i++)
                data[i] = (char) (i % 251);
        return data;
}

START_TEST(a_file_is_read_whole_or_not_at_all) {
        size_t written = read_cases[_i].size, size = SIZE_MAX;
        CLEANUP_FREE char *pattern = pattern_new(written), *data = NULL;
        char path[PATH_SIZE];
        int r;

        ck_assert_int_eq(file_replace(path_of("f", path), pattern, written, 0600, false), 0);

        r = file_read(path, read_cases[_i].max_bytes, &data, &size);

        ck_assert_int_eq(r, read_cases[_i].r);
        if (r < 0) {
                ck_assert_ptr_null(data);
                ck_assert_uint_eq(size, SIZE_MAX);
                return;
        }
        ck_assert_uint_eq(size, written);
        ck_assert_mem_eq(data, pattern, written);
        ck_assert_int_eq(data[written], '\0');
}
END_TEST

START_TEST(a_pipe_is_read_to_its_end) {
        size_t written = read_cases[_i].size > 60000 ? 60000 : read_cases[_i].size; /* fits into the pipe */
        CLEANUP_FREE char *pattern = pattern_new(written), *data = NULL;
        size_t size = 0;
        int fds[2];

        ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
        ck_assert_int_eq(fd_write_all(fds[1], pattern, written), 0);
        (void) close(fds[1]);

        ck_assert_int_eq(fd_read_all(fds[0], 60000, &data, &size), 0);
        (void) close(fds[0]);

        ck_assert_uint_eq(size, written);
        ck_assert_mem_eq(data, pattern, written);
}
END_TEST

START_TEST(only_regular_files_are_read) {
        CLEANUP_FREE char *data = NULL;
        char path[PATH_SIZE];

        ck_assert_int_eq(file_read(path_of("missing", path), 100, &data, NULL), -ENOENT);
        ck_assert_int_eq(file_read(directory, 100, &data, NULL), -EISDIR);
        ck_assert_int_eq(file_read("/dev/zero", 100, &data, NULL), -EINVAL);
        ck_assert_int_eq(mkfifo(path_of("fifo", path), 0600), 0);
        ck_assert_int_eq(file_read(path, 100, &data, NULL), -EINVAL);
        ck_assert_ptr_null(data);
}
END_TEST

START_TEST(links_are_followed) {
        CLEANUP_FREE char *data = NULL;
        char path[PATH_SIZE], link_path[PATH_SIZE];

        test_write(path_of("f", path), "text");
        ck_assert_int_eq(symlink(path, path_of("l", link_path)), 0);

        ck_assert_int_eq(file_read(link_path, 100, &data, NULL), 0);
        ck_assert_str_eq(data, "text");
}
END_TEST

START_TEST(a_file_of_proc_says_nothing_of_its_size_and_is_read) {
        CLEANUP_FREE char *data = NULL;
        size_t size = 0;

        ck_assert_int_eq(file_read("/proc/self/status", 1 << 20, &data, &size), 0);
        ck_assert_uint_gt(size, 0);
        ck_assert_ptr_nonnull(strstr(data, "Pid:"));
}
END_TEST

START_TEST(bad_descriptors_are_refused) {
        CLEANUP_FREE char *data = NULL;

        ck_assert_int_eq(fd_read_all(-EBADF, 100, &data, NULL), -EBADF);
        ck_assert_int_eq(fd_write_all(-EBADF, "x", 1), -EBADF);
        ck_assert_int_eq(fd_write_all(-EBADF, "", 0), 0);
        ck_assert_int_eq(memfd_read_sealed(-EBADF, 100, &data, NULL), -EBADF);
}
END_TEST

START_TEST(replace_sets_content_and_mode_and_leaves_nothing_behind) {
        CLEANUP_FREE char *data = NULL;
        char path[PATH_SIZE];
        struct stat st;

        test_write(path_of("f", path), "the old content, which is longer");

        ck_assert_int_eq(file_replace(path, "new", 3, 0640, _i != 0), 0);

        ck_assert_int_eq(file_read(path, 100, &data, NULL), 0);
        ck_assert_str_eq(data, "new");
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0640);
        ck_assert_uint_eq(count_entries(), 1);
}
END_TEST

START_TEST(a_failed_replace_keeps_the_old_file) {
        char path[PATH_SIZE], inner[PATH_SIZE];

        /* rename() cannot put a file over a directory that is not empty */
        ck_assert_int_eq(mkdir(path_of("d", path), 0700), 0);
        test_write(path_of("d/f", inner), "old");

        ck_assert_int_eq(file_replace(path, "new", 3, 0600, false), -EISDIR);
        ck_assert_uint_eq(count_entries(), 1);
        ck_assert_int_eq(access(inner, R_OK), 0);

        ck_assert_int_eq(file_replace(path_of("missing/f", path), "new", 3, 0600, false), -ENOENT);
        ck_assert_int_eq(file_replace("/tmp/", "new", 3, 0600, false), -EINVAL);
}
END_TEST

START_TEST(replace_takes_a_name_without_directory) {
        CLEANUP_FREE char *data = NULL;

        ck_assert_int_eq(chdir(directory), 0);
        ck_assert_int_eq(file_replace("f", "new", 3, 0600, true), 0);
        ck_assert_int_eq(file_read("f", 100, &data, NULL), 0);
        ck_assert_int_eq(chdir("/"), 0);
        ck_assert_str_eq(data, "new");
}
END_TEST

START_TEST(a_sealed_memfd_reads_back_wherever_its_offset_is) {
        size_t written = read_cases[_i].size, size = 0;
        CLEANUP_FREE char *pattern = pattern_new(written), *data = NULL;
        CLEANUP_CLOSE int fd = memfd_new_sealed("test", pattern, written);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
        ck_assert_int_ge(fcntl(fd, F_GETFD) & FD_CLOEXEC, 1);
        ck_assert_int_eq(lseek(fd, 3, SEEK_SET), 3);

        ck_assert_int_eq(memfd_read_sealed(fd, written, &data, &size), 0);

        ck_assert_uint_eq(size, written);
        ck_assert_mem_eq(data, pattern, written);
        ck_assert_int_eq(data[written], '\0');
}
END_TEST

START_TEST(a_sealed_memfd_cannot_be_changed) {
        CLEANUP_CLOSE int fd = memfd_new_sealed("test", "text", 4);

        ck_assert_int_eq(write(fd, "x", 1), -1);
        ck_assert_int_eq(errno, EPERM);
        ck_assert_int_eq(ftruncate(fd, 1), -1);
        ck_assert_int_eq(ftruncate(fd, 10), -1);
        ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
}
END_TEST

START_TEST(what_is_not_sealed_or_too_big_is_not_read) {
        CLEANUP_CLOSE int sealed = memfd_new_sealed("test", "text", 4);
        CLEANUP_CLOSE int open_fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        CLEANUP_CLOSE int half = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        CLEANUP_CLOSE int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        CLEANUP_FREE char *data = NULL;

        ck_assert_int_eq(fcntl(half, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW), 0);

        ck_assert_int_eq(memfd_read_sealed(sealed, 3, &data, NULL), -EFBIG);
        ck_assert_int_eq(memfd_read_sealed(open_fd, 100, &data, NULL), -EPERM);
        ck_assert_int_eq(memfd_read_sealed(half, 100, &data, NULL), -EPERM);
        ck_assert_int_eq(memfd_read_sealed(null, 100, &data, NULL), -EPERM);
        ck_assert_ptr_null(data);
}
END_TEST

START_TEST(directories_are_made_with_all_their_parents) {
        char path[PATH_SIZE], existing[PATH_SIZE];
        struct stat st;

        (void) umask(0);
        ck_assert_int_eq(mkdir(path_of("a", existing), 0711), 0);

        ck_assert_int_eq(directory_make_all(path_of("a//b/c/", path), 0750), 0);
        ck_assert_int_eq(directory_make_all(path, 0700), 0); /* once more: nothing to do */

        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0750);
        ck_assert_int_eq(stat(existing, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0711);
        ck_assert_int_eq(directory_make_all("/", 0700), 0);
}
END_TEST

START_TEST(a_file_in_the_way_of_a_directory_is_a_fault) {
        char path[PATH_SIZE];

        test_write(path_of("f", path), "");

        ck_assert_int_eq(directory_make_all(path, 0700), -ENOTDIR);
        ck_assert_int_eq(directory_make_all(path_of("f/d", path), 0700), -ENOTDIR);
        ck_assert_int_eq(directory_make_all("", 0700), -EINVAL);
}
END_TEST

START_TEST(a_relative_directory_is_made_too) {
        char path[PATH_SIZE];

        ck_assert_int_eq(chdir(directory), 0);
        ck_assert_int_eq(directory_make_all("x/y", 0700), 0);
        ck_assert_int_eq(chdir("/"), 0);
        ck_assert_int_eq(access(path_of("x/y", path), X_OK), 0);
}
END_TEST

START_TEST(paths_join_with_one_slash) {
        CLEANUP_FREE char *joined = NULL;

        ck_assert_int_eq(path_join(join_cases[_i].directory, join_cases[_i].name, &joined), 0);
        ck_assert_str_eq(joined, join_cases[_i].joined);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("file");
        TCase *file = tcase_create("file"), *memfd = tcase_create("memfd"), *paths = tcase_create("paths");

        tcase_add_checked_fixture(file, set_up, tear_down);
        tcase_add_loop_test(file, a_file_is_read_whole_or_not_at_all, 0, ARRAY_SIZE(read_cases));
        tcase_add_loop_test(file, a_pipe_is_read_to_its_end, 0, ARRAY_SIZE(read_cases));
        tcase_add_test(file, only_regular_files_are_read);
        tcase_add_test(file, links_are_followed);
        tcase_add_test(file, a_file_of_proc_says_nothing_of_its_size_and_is_read);
        tcase_add_test(file, bad_descriptors_are_refused);
        tcase_add_loop_test(file, replace_sets_content_and_mode_and_leaves_nothing_behind, 0, 2);
        tcase_add_test(file, a_failed_replace_keeps_the_old_file);
        tcase_add_test(file, replace_takes_a_name_without_directory);
        suite_add_tcase(suite, file);

        tcase_add_loop_test(
                        memfd, a_sealed_memfd_reads_back_wherever_its_offset_is, 0, ARRAY_SIZE(read_cases));
        tcase_add_test(memfd, a_sealed_memfd_cannot_be_changed);
        tcase_add_test(memfd, what_is_not_sealed_or_too_big_is_not_read);
        suite_add_tcase(suite, memfd);

        tcase_add_checked_fixture(paths, set_up, tear_down);
        tcase_add_test(paths, directories_are_made_with_all_their_parents);
        tcase_add_test(paths, a_file_in_the_way_of_a_directory_is_a_fault);
        tcase_add_test(paths, a_relative_directory_is_made_too);
        tcase_add_loop_test(paths, paths_join_with_one_slash, 0, ARRAY_SIZE(join_cases));
        suite_add_tcase(suite, paths);
        return suite;
}
