/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "support/test-support.h"
#include "util/file.h"

/* A directory stands for a cgroup: what it has files for, it has controllers for. */
static char directory[] = "/tmp/jobsched-test-XXXXXX";
static int cgroup_fd = -EBADF;

static void set_up(void) {
        ck_assert_ptr_nonnull(mkdtemp(directory));
        cgroup_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        ck_assert_int_ge(cgroup_fd, 0);
}

static void tear_down(void) {
        char command[64];

        cgroup_fd = fd_close(cgroup_fd);
        (void) snprintf(command, sizeof(command), "rm -r %s", directory);
        ck_assert_int_eq(system(command), 0);
}

static void add_controller(const char *file) {
        CLEANUP_CLOSE int fd = openat(cgroup_fd, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        ck_assert_int_ge(fd, 0);
}

static void assert_file(const char *file, const char *text) {
        CLEANUP_CLOSE int fd = openat(cgroup_fd, file, O_RDONLY | O_CLOEXEC);
        CLEANUP_FREE char *content = NULL;

        ck_assert_int_eq(fd_read_all(fd, 100, &content, NULL), 0);
        ck_assert_str_eq(content, text);
}

static const MessageStart all = { .memory_max_bytes = 1048576,
                                  .cpu_percent = 150,
                                  .tasks_max = 10,
                                  .io_weight = 50 };
static const MessageStart none = { .memory_max_bytes = UINT64_MAX,
                                   .cpu_percent = UINT64_MAX,
                                   .tasks_max = UINT64_MAX,
                                   .io_weight = UINT64_MAX };

START_TEST(a_cgroup_gets_them) {
        static const char *const files[] = { "memory.max", "memory.oom.group", "cpu.max", "pids.max",
                                             "io.weight" };
        ProcessSettings settings = { 0 };
        char *note = NULL;

        for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                add_controller(files[i]);
        ck_assert_int_eq(limits_apply(cgroup_fd, &all, &settings, &note), 0);
        ck_assert_ptr_null(note);
        ck_assert_uint_eq(settings.n_resources, 0);
        assert_file("memory.max", "1048576");
        assert_file("memory.oom.group", "1");
        assert_file("cpu.max", "150000 100000");
        assert_file("pids.max", "10");
        assert_file("io.weight", "50");
}
END_TEST

START_TEST(without_limits_nothing_is_set) {
        ProcessSettings settings = { 0 };
        char *note = NULL;

        ck_assert_int_eq(limits_apply(-EBADF, &none, &settings, &note), 0);
        ck_assert_ptr_null(note);
        ck_assert_uint_eq(settings.n_resources, 0);
}
END_TEST

START_TEST(without_a_cgroup_a_note_says_what_is_not_in_force) {
        CLEANUP_FREE char *note = NULL;
        ProcessSettings settings = { 0 };

        ck_assert_int_eq(limits_apply(-EBADF, &all, &settings, &note), 0);
        ck_assert_str_eq(
                        note,
                        "limits.memory holds for the address space of each process (no cgroup (v2) was "
                        "delegated to the runner); limits.cpu, limits.tasks, limits.io-weight not in force "
                        "(no cgroup (v2) was delegated to the runner)");
        ck_assert_uint_eq(settings.n_resources, 1);
        ck_assert_int_eq(settings.resources[0].resource, RLIMIT_AS);
        ck_assert_uint_eq(settings.resources[0].limit.rlim_max, 1048576);
}
END_TEST

START_TEST(a_controller_that_is_missing_is_named) {
        CLEANUP_FREE char *note = NULL;
        ProcessSettings settings = { 0 };

        add_controller("memory.max");
        add_controller("pids.max");
        add_controller("cpu.max");
        ck_assert_int_eq(limits_apply(cgroup_fd, &all, &settings, &note), 0);
        ck_assert_str_eq(
                        note,
                        "limits.io-weight not in force (the host does not give the runner's cgroup a "
                        "controller for it)");
        ck_assert_uint_eq(settings.n_resources, 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("limits");
        TCase *tcase = tcase_create("limits");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_test(tcase, a_cgroup_gets_them);
        tcase_add_test(tcase, without_limits_nothing_is_set);
        tcase_add_test(tcase, without_a_cgroup_a_note_says_what_is_not_in_force);
        tcase_add_test(tcase, a_controller_that_is_missing_is_named);
        suite_add_tcase(suite, tcase);
        return suite;
}
