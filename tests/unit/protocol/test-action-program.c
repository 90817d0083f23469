/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/action-program.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "support/test-support.h"
#include "util/file.h"

static char base[64], paths[2][96];
static char *directories[] = { paths[0], paths[1], NULL };
static FileTrust trust;

static void set_up(void) {
        strcpy(base, "/tmp/test-action-program.XXXXXX");
        ck_assert_ptr_nonnull(mkdtemp(base));
        trust = (FileTrust){ .owner_uid = getuid() };
        for (size_t i = 0; i < 2; i++) {
                (void) snprintf(paths[i], sizeof(paths[i]), "%s/%s", base, i == 0 ? "site" : "own");
                ck_assert_int_eq(mkdir(paths[i], 0755), 0);
        }
}

static void tear_down(void) {
        CLEANUP_FREE char *command = NULL;

        ck_assert_int_gt(asprintf(&command, "rm -rf %s", base), 0);
        ck_assert_int_eq(system(command), 0);
}

static void put(size_t directory, const char *name, const char *text, mode_t mode) {
        CLEANUP_FREE char *path = NULL;

        ck_assert_int_eq(path_join(paths[directory], name, &path), 0);
        ck_assert_int_eq(file_replace(path, text, strlen(text), mode, false), 0);
}

/* Returns the exit status of the program. */
static int execute(int fd) {
        char *arguments[] = { (char *) "program", NULL };
        int status = 0;
        pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                (void) fcntl(fd, F_SETFD, 0);
                (void) syscall(SYS_execveat, fd, "", arguments, environ, AT_EMPTY_PATH);
                _exit(127);
        }
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        return WEXITSTATUS(status);
}

/* clang-format off */
static const struct {
        const char *kind;
        bool valid;
} kind_cases[] = {
        { "sql", true }, { "a", true }, { "my-kind-2", true }, { "a2345678901234567890123456789012", true },
        { "", false }, { "Sql", false }, { "2a", false }, { "a/b", false }, { "..", false }, { "a.sh", false },
        { "a23456789012345678901234567890123", false },
};
/* clang-format on */

START_TEST(a_kind_is_no_path) {
        ck_assert_int_eq(action_kind_valid(kind_cases[_i].kind), kind_cases[_i].valid);
}
END_TEST

START_TEST(what_was_judged_is_executed_and_not_what_took_its_place) {
        CLEANUP_CLOSE int fd = -EBADF;
        CLEANUP_FREE char *path = NULL, *error = NULL;

        put(1, "kind", "#!/bin/sh\nexit 7\n", 0755);
        ck_assert_int_eq(action_program_find(directories, &trust, "kind", &fd, &path, &error), 0);
        ck_assert_ptr_nonnull(strstr(path, "/own/kind"));
        put(1, "kind", "#!/bin/sh\nexit 8\n", 0755);
        put(0, "kind", "#!/bin/sh\nexit 9\n", 0755);

        ck_assert_int_eq(execute(fd), 7);
}
END_TEST

START_TEST(the_first_directory_that_has_one_counts) {
        CLEANUP_CLOSE int fd = -EBADF;
        CLEANUP_FREE char *path = NULL, *error = NULL;

        put(0, "kind", "#!/bin/sh\nexit 0\n", 0755);
        put(1, "kind", "#!/bin/sh\nexit 0\n", 0755);
        ck_assert_int_eq(action_program_find(directories, &trust, "kind", &fd, &path, &error), 0);
        ck_assert_ptr_nonnull(strstr(path, "/site/kind"));
}
END_TEST

/* clang-format off */
static const struct {
        mode_t mode, directory_mode;
        int r;
        const char *error; /* a part of it */
} mode_cases[] = {
        { 0755, 0755, 0,       NULL },
        { 0711, 0711, 0,       NULL },
        { 0644, 0755, -EACCES, "is not executable (chmod a+x)" },
        { 0775, 0755, -EPERM,  "is writable by its group" },
        { 0757, 0755, -EPERM,  "is writable by everyone" },
        { 0755, 0777, -EPERM,  "is not trusted" },
};
/* clang-format on */

START_TEST(who_else_may_write_decides) {
        CLEANUP_CLOSE int fd = -EBADF;
        CLEANUP_FREE char *path = NULL, *error = NULL;

        put(0, "kind", "#!/bin/sh\n", 0755);
        put(1, "kind", "#!/bin/sh\n", 0755); /* not taken instead */
        ck_assert_int_gt(asprintf(&path, "%s/kind", paths[0]), 0);
        ck_assert_int_eq(chmod(path, mode_cases[_i].mode), 0);
        ck_assert_int_eq(chmod(paths[0], mode_cases[_i].directory_mode), 0);
        free(TAKE_PTR(path));

        ck_assert_int_eq(
                        action_program_find(directories, &trust, "kind", &fd, &path, &error),
                        mode_cases[_i].r);
        if (mode_cases[_i].error)
                ck_assert_msg(strstr(error, mode_cases[_i].error), "%s", error);
        ck_assert_int_eq(chmod(paths[0], 0755), 0);
}
END_TEST

START_TEST(what_is_no_file_is_no_program) {
        CLEANUP_CLOSE int fd = -EBADF;
        char path[128];

        (void) snprintf(path, sizeof(path), "%s/fifo", paths[0]);
        ck_assert_int_eq(mkfifo(path, 0755), 0);
        (void) snprintf(path, sizeof(path), "%s/directory", paths[0]);
        ck_assert_int_eq(mkdir(path, 0755), 0);
        (void) snprintf(path, sizeof(path), "%s/device", paths[0]);
        ck_assert_int_eq(symlink("/dev/null", path), 0);
        (void) snprintf(path, sizeof(path), "%s/nothing", paths[0]);
        ck_assert_int_eq(symlink("no-such-file", path), 0);

        for (size_t i = 0; i < 4; i++) {
                static const char *const names[] = { "fifo", "directory", "device", "nothing" };
                CLEANUP_FREE char *found = NULL, *error = NULL;
                int r = action_program_find(directories, &trust, names[i], &fd, &found, &error);

                ck_assert_msg(r == (i < 3 ? -EACCES : -ENOENT), "%s: %d", names[i], r);
                ck_assert_ptr_nonnull(error);
                ck_assert_int_lt(fd, 0);
        }
}
END_TEST

START_TEST(another_users_file_is_not_executed) {
        CLEANUP_CLOSE int fd = -EBADF;
        CLEANUP_FREE char *path = NULL, *error = NULL;
        const FileTrust other = { .owner_uid = 12345, .system_mode = getuid() != 0 };

        put(1, "kind", "#!/bin/sh\n", 0755);
        ck_assert_int_gt(asprintf(&path, "%s/kind", paths[1]), 0);
        if (getuid() == 0)
                ck_assert_int_eq(chown(path, 4242, 4242), 0);
        ck_assert_int_eq(action_program_open(path, &other, &fd, &error), -EPERM);
        free(TAKE_PTR(error));
        ck_assert_int_eq(action_program_open("kind", &other, &fd, &error), -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("action-program");
        TCase *tcase = tcase_create("action-program");

        tcase_add_checked_fixture(tcase, set_up, tear_down);
        tcase_add_loop_test(tcase, a_kind_is_no_path, 0, ARRAY_SIZE(kind_cases));
        tcase_add_test(tcase, what_was_judged_is_executed_and_not_what_took_its_place);
        tcase_add_test(tcase, the_first_directory_that_has_one_counts);
        tcase_add_loop_test(tcase, who_else_may_write_decides, 0, ARRAY_SIZE(mode_cases));
        tcase_add_test(tcase, what_is_no_file_is_no_program);
        tcase_add_test(tcase, another_users_file_is_not_executed);
        suite_add_tcase(suite, tcase);
        return suite;
}
