/* SPDX-License-Identifier: GPL-2.0-or-later */

/* On the kernel's own cgroup file system, where there is a version 2 that we may write to. */

#include "runner/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/test-support.h"

static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
static char path[128];
static CgroupRoot root = { .fd = -EBADF };

/* Returns false where there is none. */
static bool set_up_root(void) {
        for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
                char probe[160];

                (void) snprintf(path, sizeof(path), "%s/test-jobsched-%d", mounts[i], (int) getpid());
                (void) snprintf(probe, sizeof(probe), "%s/cgroup.kill", path);
                if (mkdir(path, 0755) < 0)
                        continue;
                if (access(probe, W_OK) >= 0) {
                        root = (CgroupRoot){ .fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
                        return root.fd >= 0;
                }
                (void) rmdir(path);
        }
        (void) fprintf(stderr, "skipped: no cgroup version 2 that may be written to\n");
        return false;
}

static void tear_down_root(void) {
        cgroup_root_done(&root);
        ck_assert_int_eq(rmdir(path), 0);
}

/* A process in a cgroup of its own. */
static pid_t run_in(const char *name) {
        char file[256];
        int fd = cgroup_create(&root, name);
        FILE *procs;
        pid_t pid;

        ck_assert_int_ge(fd, 0);
        (void) close(fd);
        pid = fork();
        ck_assert_int_ge(pid, 0);
        if (pid == 0) {
                (void) pause();
                _exit(0);
        }
        (void) snprintf(file, sizeof(file), "%s/%s/cgroup.procs", path, name);
        procs = fopen(file, "we");
        ck_assert_ptr_nonnull(procs);
        ck_assert_int_gt(fprintf(procs, "%d\n", (int) pid), 0);
        ck_assert_int_eq(fclose(procs), 0);
        return pid;
}

static bool is_there(const char *name) {
        return faccessat(root.fd, name, F_OK, 0) >= 0;
}

static bool keep_named(void *userdata, const char *name) {
        return strcmp(name, userdata) == 0;
}

static bool keep_none(void *userdata, const char *name) {
        return false;
}

START_TEST(those_of_runs_that_go_on_are_kept) {
        pid_t kept, other;

        if (!set_up_root())
                return;
        kept = run_in("run-a.1.1");
        other = run_in("run-a.2.1");

        ck_assert_int_eq(cgroup_kill_all(&root, keep_named, (void *) "a.1.1"), 1);
        ck_assert_int_eq(waitpid(other, NULL, 0), other);
        ck_assert_int_eq(waitpid(kept, NULL, WNOHANG), 0);
        ck_assert(is_there("run-a.1.1"));

        /* What could not be removed while it died goes with the next look. */
        (void) cgroup_kill_all(&root, keep_named, (void *) "a.1.1");
        ck_assert(!is_there("run-a.2.1"));
        ck_assert(!root.has_dying);

        ck_assert_int_eq(kill(kept, SIGKILL), 0);
        ck_assert_int_eq(waitpid(kept, NULL, 0), kept);
        ck_assert_int_eq(cgroup_kill_all(&root, keep_none, NULL), 1);
        ck_assert(!root.has_dying);
        tear_down_root();
}
END_TEST

START_TEST(one_that_is_in_use_is_counted) {
        pid_t pid;

        if (!set_up_root())
                return;
        pid = run_in("run-a.1.1");
        ck_assert_int_eq(cgroup_remove(&root, "run-a.1.1"), -EBUSY);
        ck_assert(root.has_dying);
        ck_assert_int_eq(kill(pid, SIGKILL), 0);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        ck_assert_int_eq(cgroup_kill_all(&root, keep_none, NULL), 1);
        ck_assert(!root.has_dying);
        ck_assert_int_eq(cgroup_remove(&root, "run-a.1.1"), 0);
        tear_down_root();
}
END_TEST

START_TEST(one_that_the_run_has_divided_goes_whole) {
        if (!set_up_root())
                return;
        ck_assert_int_eq(mkdirat(root.fd, "run-a.1.1", 0755), 0);
        ck_assert_int_eq(mkdirat(root.fd, "run-a.1.1/x", 0755), 0);
        ck_assert_int_eq(mkdirat(root.fd, "run-a.1.1/x/y", 0755), 0);
        ck_assert_int_eq(cgroup_remove(&root, "run-a.1.1"), 0);
        ck_assert(!is_there("run-a.1.1"));
        ck_assert(!root.has_dying);
        tear_down_root();
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cgroup");
        TCase *removal = tcase_create("removal");

        tcase_add_test(removal, those_of_runs_that_go_on_are_kept);
        tcase_add_test(removal, one_that_is_in_use_is_counted);
        tcase_add_test(removal, one_that_the_run_has_divided_goes_whole);
        suite_add_tcase(suite, removal);
        return suite;
}
