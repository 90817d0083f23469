/* SPDX-License-Identifier: GPL-2.0-or-later */

/* place.h, and staged-file.h on the places that it finds. */

#include "actions/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "actions/staged-file.h"
#include "support/test-support.h"
#include "util/file.h"

#define EXIT_SKIPPED 77

static char top[] = "/tmp/test-place.XXXXXX";

static void run(const char *format) {
        CLEANUP_FREE char *command = NULL;

        ck_assert_int_ge(asprintf(&command, "cd '%s' && { %s; }", top, format), 0);
        ck_assert_int_eq(system(command), 0); // NOLINT(cert-env33-c)
}

static void make_tree(void) {
        ck_assert_ptr_nonnull(mkdtemp(top));
        run("mkdir -p root/sub outside; echo in > root/sub/file; echo secret > outside/secret;"
            "ln -s ../outside root/out; ln -s /tmp root/abs; ln -s sub root/in; ln -s sub/file root/link;"
            "ln -s ../outside/secret root/leak; mkfifo root/fifo");
}

static void remove_tree(void) {
        run("rm -rf \"$PWD\"");
}

/* clang-format off */
static const struct {
        bool rooted;
        const char *path; /* below the top; with a '!' as it stands */
        int error;
} read_cases[] = {
        { true,  "root/sub/file",            0 },
        { true,  "root/in/file",             0 },
        { true,  "root/link",                0 },
        { true,  "root/sub/../sub/file",     0 },
        { true,  "root/out/secret",          EXDEV },
        { true,  "root/leak",                EXDEV },
        { true,  "root/abs/x",               EXDEV },
        { true,  "root/../outside/secret",   EXDEV },
        { true,  "root/sub/../../outside/secret", EXDEV },
        { true,  "outside/secret",           EXDEV },
        { true,  "rootless/secret",          EXDEV },
        { true,  "root",                     EXDEV },
        { true,  "!/etc/passwd",             EXDEV },
        { true,  "!root/sub/file",           EINVAL },
        { true,  "root/sub",                 EISDIR },
        { true,  "root/fifo",                ENOTSUP },
        { true,  "root/none",                ENOENT },
        { false, "root/leak",                0 },
        { false, "root/sub",                 EISDIR },
        { false, "root/fifo",                ENOTSUP },
        { false, "!relative",                EINVAL },
};
/* clang-format on */

static char *full(const char *path) {
        char *text;

        if (*path == '!')
                text = strdup(path + 1);
        else
                ck_assert_int_ge(asprintf(&text, "%s/%s", top, path), 0);
        ck_assert_ptr_nonnull(text);
        return text;
}

START_TEST(nothing_is_read_beyond_the_root) {
        CLEANUP_FREE char *path = full(read_cases[_i].path), *root = full("root");
        CLEANUP_CLOSE int fd = place_read(read_cases[_i].rooted ? root : NULL, path);

        if (read_cases[_i].error == 0)
                ck_assert_int_ge(fd, 0);
        else
                ck_assert_int_eq(fd, -read_cases[_i].error);
}
END_TEST

/* clang-format off */
static const struct {
        bool rooted;
        unsigned flags;
        const char *path, *name;
        int error;
} open_cases[] = {
        { true,  0,                      "root/new",         "new",  0 },
        { true,  0,                      "root/in/new",      "new",  0 },
        { true,  0,                      "root/leak",        "leak", 0 }, /* a name in the root: it is the link that is replaced */
        { true,  0,                      "root/out/new",     NULL,   EXDEV },
        { true,  0,                      "root/abs/new",     NULL,   EXDEV },
        { true,  0,                      "root/../x",        NULL,   EXDEV },
        { true,  0,                      "root/a/b/c",       NULL,   ENOENT },
        { true,  PLACE_MAKE_DIRECTORIES, "root/a/b/c",       "c",    0 },
        { true,  PLACE_MAKE_DIRECTORIES, "root/out/b/c",     NULL,   EXDEV },
        { true,  PLACE_MAKE_DIRECTORIES, "root/n/../../y/c", NULL,   EXDEV },
        { true,  0,                      "root/sub/",        NULL,   EINVAL },
        { true,  0,                      "root/sub/..",      NULL,   EINVAL },
        { false, PLACE_MAKE_DIRECTORIES, "d/e/f",            "f",    0 },
        { false, 0,                      "none/f",           NULL,   ENOENT },
        { false, 0,                      "root/out/f",       "f",    0 },
        { false, 0,                      "!f",               NULL,   EINVAL },
};
/* clang-format on */

START_TEST(a_place_is_below_its_root) {
        CLEANUP_FREE char *path = full(open_cases[_i].path), *root = full("root");
        CLEANUP(place_done) Place place = PLACE_NONE;
        int r = place_open(open_cases[_i].rooted ? root : NULL, path, open_cases[_i].flags, &place);

        ck_assert_int_eq(r, -open_cases[_i].error);
        if (r == 0)
                ck_assert_str_eq(place.name, open_cases[_i].name);
}
END_TEST

static void publish(const char *text, bool replace, int error) {
        CLEANUP_FREE char *path = full("root/staged");
        CLEANUP(place_done) Place place = PLACE_NONE;
        CLEANUP(staged_file_done) StagedFile file = STAGED_FILE_NONE;

        ck_assert_int_eq(place_open(NULL, path, 0, &place), 0);
        ck_assert_int_eq(staged_file_open(&place, &file), 0);
        ck_assert_int_eq(fd_write_all(file.fd, text, strlen(text)), 0);
        ck_assert_int_eq(fchmod(file.fd, staged_file_mode(&place, 0666)), 0);
        ck_assert_int_eq(staged_file_publish(&file, &place, replace), -error);
}

START_TEST(a_staged_file_appears_at_once) {
        CLEANUP_FREE char *path = full("root/staged"), *text = NULL;

        publish("one", false, 0);
        publish("two", false, EEXIST);
        ck_assert_int_eq(file_read(path, 10, &text, NULL), 0);
        ck_assert_str_eq(text, "one");
        free(TAKE_PTR(text));

        ck_assert_int_eq(chmod(path, 0604), 0);
        publish("three", true, 0);
        ck_assert_int_eq(file_read(path, 10, &text, NULL), 0);
        ck_assert_str_eq(text, "three");
        run("[ \"$(ls -A root | grep -c jobsched)\" = 0 ] && [ \"$(stat -c %a root/staged)\" = 604 ]");
}
END_TEST

/* As a kernel before 5.6. The filter stays for good: in a process of its own. */
static void without_openat2(void) {
        struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        const struct sock_fprog program = { .len = ARRAY_SIZE(filter), .filter = filter };

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
                _exit(EXIT_SKIPPED);
}

/* Nothing of it may be done in another way: only this system call keeps a path below its root. */
static bool refuses_a_root(void) {
        CLEANUP_FREE char *root = full("root"), *path = full("root/sub/file"), *new = full("root/new/file");
        CLEANUP(place_done) Place place = PLACE_NONE;
        CLEANUP_CLOSE int fd = -EBADF;

        without_openat2();
        if (place_read(root, path) != -ENOSYS || place_append(root, path) != -ENOSYS ||
            place_open(root, path, 0, &place) != -ENOSYS ||
            place_open(root, new, PLACE_MAKE_DIRECTORIES, &place) != -ENOSYS)
                return false;
        fd = place_read(NULL, path); /* who wants no root needs none of it */
        return fd >= 0 && strstr(place_strerror(-ENOSYS), "openat2");
}

START_TEST(a_kernel_that_cannot_keep_the_root_is_an_error) {
        int status;
        pid_t pid = fork();

        ck_assert_int_ge(pid, 0);
        if (pid == 0)
                _exit(refuses_a_root() ? EXIT_SUCCESS : EXIT_FAILURE);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFEXITED(status));
        ck_assert(WEXITSTATUS(status) == EXIT_SUCCESS || WEXITSTATUS(status) == EXIT_SKIPPED);
        run("[ ! -e root/new ]");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("place");
        TCase *places = tcase_create("places");

        tcase_add_unchecked_fixture(places, make_tree, remove_tree);
        tcase_add_loop_test(places, nothing_is_read_beyond_the_root, 0, ARRAY_SIZE(read_cases));
        tcase_add_loop_test(places, a_place_is_below_its_root, 0, ARRAY_SIZE(open_cases));
        tcase_add_test(places, a_staged_file_appears_at_once);
        tcase_add_test(places, a_kernel_that_cannot_keep_the_root_is_an_error);
        suite_add_tcase(suite, places);
        return suite;
}
