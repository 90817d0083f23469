/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/process-child.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Noreturn static void fail(const ChildPlan *plan, ChildStep step, int error) {
        const ChildError report = { .step = (int) step, .error = error };

        /* If not even that works, the runner sees a process that exits with 127 at once. */
        (void) !write(plan->error_fd, &report, sizeof(report));
        _exit(127);
}

/* The pid is in the record before anything of the job exists: a killed runner's successor finds it there. */
static void write_note(const ChildPlan *plan) {
        struct timespec now = { 0 };
        uint64_t pid, usec;

        if (plan->note_fd < 0 || plan->note_size == 0)
                return;
        (void) clock_gettime(CLOCK_BOOTTIME, &now);
        pid = htole64((uint64_t) syscall(SYS_getpid));
        usec = htole64((uint64_t) now.tv_sec * USEC_PER_SEC + (uint64_t) (now.tv_nsec / NSEC_PER_USEC));
        memcpy(plan->note + plan->note_pid_offset, &pid, sizeof(pid));
        memcpy(plan->note + plan->note_time_offset, &usec, sizeof(usec));
        if (write(plan->note_fd, plan->note, plan->note_size) != (ssize_t) plan->note_size)
                fail(plan, CHILD_STEP_NOTE, errno != 0 ? errno : ENOSPC);
}

/* exec() resets handlers, but hands on what is ignored, and the mask. */
static void reset_signals(const ChildPlan *plan) {
        const KernelSignalAction action = { .handler = SIG_DFL };
        sigset_t none;

        for (int signal_number = 1; signal_number <= SIGNAL_MAX; signal_number++)
                if (plan->ignored_signals & UINT64_C(1) << (signal_number - 1))
                        (void) syscall(SYS_rt_sigaction, signal_number, &action, NULL, sizeof(action.mask));
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
}

static void arrange_descriptors(const ChildPlan *plan) {
        if (dup2(plan->stdin_fd, STDIN_FILENO) < 0 || dup2(plan->stdout_fd, STDOUT_FILENO) < 0 ||
            dup2(plan->stderr_fd, STDERR_FILENO) < 0)
                fail(plan, CHILD_STEP_DESCRIPTORS, errno);
        /* All of ours are close-on-exec anyway; this is for what the runner may have inherited. */
        (void) syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
}

static void reset_limits(const ChildPlan *plan) {
        int fd;

        if (setrlimit(RLIMIT_NOFILE, &plan->open_files) < 0)
                fail(plan, CHILD_STEP_LIMITS, errno);
        if (!plan->reset_oom_score)
                return;
        /* Before the change of user, which takes the right to do it. */
        fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, "0", 1) != 1)
                fail(plan, CHILD_STEP_LIMITS, errno);
        (void) close(fd);
}

/*
 * systemd gives the runner one session keyring, which would be common to the jobs of all users: whoever
 * possesses it may read the keys in it. Made before the change of user, whose quota of keys is small. A
 * sandbox that refuses it refuses the use of keys too.
 */
static void leave_keyring(const ChildPlan *plan) {
        if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM)
                fail(plan, CHILD_STEP_SESSION, errno);
}

/* So that the job can open them by name: `echo … >/dev/stderr`. What cannot be given away works as it is. */
static void give_pipes(const ChildPlan *plan) {
        (void) !fchown(plan->stdout_fd, plan->uid, plan->gid);
        (void) !fchown(plan->stderr_fd, plan->uid, plan->gid);
}

/* The raw system calls: glibc's wrappers would signal threads, which a child has none of. */
static void change_user(const ChildPlan *plan) {
        if (!plan->change_user)
                return;
        leave_keyring(plan);
        give_pipes(plan);
        if (syscall(SYS_setgroups, plan->n_groups, plan->groups) < 0)
                fail(plan, CHILD_STEP_GROUPS, errno);
        if (syscall(SYS_setresgid, plan->gid, plan->gid, plan->gid) < 0)
                fail(plan, CHILD_STEP_GROUP, errno);
        if (syscall(SYS_setresuid, plan->uid, plan->uid, plan->uid) < 0)
                fail(plan, CHILD_STEP_USER, errno);
}

static void change_directory(const ChildPlan *plan) {
        if (chdir(plan->directory) >= 0)
                return;
        if (!plan->directory_optional || chdir("/") < 0)
                fail(plan, CHILD_STEP_DIRECTORY, errno);
}

/* As execvp() does: a file that may not be executed does not end the search, but is remembered. */
_Noreturn static void execute(const ChildPlan *plan) {
        int error = ENOENT;

        for (char *const *file = plan->candidates; file && *file; file++) {
                (void) execve(*file, plan->arguments, plan->environment);
                if (errno == ENOENT || errno == ENOTDIR)
                        continue;
                error = errno;
                if (error != EACCES)
                        break;
        }
        fail(plan, CHILD_STEP_EXECUTE, error);
}

_Noreturn void process_child_run(const ChildPlan *plan) {
        write_note(plan);
        if (setsid() < 0)
                fail(plan, CHILD_STEP_SESSION, errno);
        reset_signals(plan);
        arrange_descriptors(plan);
        reset_limits(plan);
        change_user(plan);
        change_directory(plan);
        (void) umask(plan->umask);
        execute(plan);
}
