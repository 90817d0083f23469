/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/process-child.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runner/environment.h"

_Noreturn static void fail_with(const ChildPlan *plan, const ChildError *report) {
        /* If not even that works, the runner sees a process that exits with 127 at once. */
        (void) !write(plan->error_fd, report, sizeof(*report));
        _exit(127);
}

_Noreturn static void fail(const ChildPlan *plan, ChildStep step, int error) {
        fail_with(plan, &(ChildError){ .step = (int) step, .error = error });
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

static void set_oom_score(const ChildPlan *plan) {
        const ProcessSettings *settings = plan->settings;
        int value = settings->has_oom_score ? settings->oom_score : 0, fd;
        unsigned magnitude = (unsigned) (value < 0 ? -value : value);
        char text[8], *begin = text + sizeof(text);
        ssize_t size;

        if (!settings->has_oom_score && !plan->reset_oom_score)
                return;
        do
                *--begin = (char) ('0' + magnitude % 10);
        while ((magnitude /= 10) > 0);
        if (value < 0)
                *--begin = '-';
        size = text + sizeof(text) - begin;
        fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, begin, (size_t) size) != size)
                fail(plan, CHILD_STEP_OOM_SCORE, errno);
        (void) close(fd);
}

static void set_limits(const ChildPlan *plan) {
        const ProcessSettings *settings = plan->settings;

        if (setrlimit(RLIMIT_NOFILE, &plan->open_files) < 0)
                fail(plan, CHILD_STEP_LIMITS, errno);
        for (size_t i = 0; i < settings->n_resources; i++) {
                const ResourceSetting *setting = &settings->resources[i];

                if (setrlimit((__rlimit_resource_t) setting->resource, &setting->limit) < 0)
                        fail_with(plan,
                                  &(ChildError){ .step = CHILD_STEP_RESOURCE,
                                                 .error = errno,
                                                 .detail = setting->resource });
        }
}

/* Before the change of user, which takes the right to do most of it. */
static void apply_settings(const ChildPlan *plan) {
        const ProcessSettings *settings = plan->settings;

        set_oom_score(plan);
        set_limits(plan);
        if (settings->has_nice && setpriority(PRIO_PROCESS, 0, settings->nice) < 0)
                fail(plan, CHILD_STEP_NICE, errno);
        if (settings->io_priority != 0 &&
            syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, settings->io_priority) < 0)
                fail(plan, CHILD_STEP_IO_PRIORITY, errno);
        if (settings->has_affinity &&
            sched_setaffinity(0, sizeof(settings->affinity), &settings->affinity) < 0)
                fail(plan, CHILD_STEP_AFFINITY, errno);
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

/* As the user: what it may not read stays unread. */
static void read_environment(const ChildPlan *plan) {
        EnvironmentFault fault;

        for (int i = 0; plan->environment_files && plan->environment_files[i]; i++) {
                if (!child_environment_read(plan->environment, plan->environment_files[i], &fault))
                        fail_with(plan,
                                  &(ChildError){ .step = CHILD_STEP_ENVIRONMENT,
                                                 .error = fault.error,
                                                 .detail = i,
                                                 .line = fault.line });
        }
}

/* Returns the reason why it was not executed. */
static int try_file(const ChildPlan *plan, const char *directory, size_t length) {
        size_t name_length = strlen(plan->program);
        char file[PATH_MAX];

        if (length == 0)
                return ENOENT; /* never the current directory */
        if (length + name_length + 2 > sizeof(file))
                return ENAMETOOLONG;
        memcpy(file, directory, length);
        file[length] = '/';
        memcpy(file + length + 1, plan->program, name_length + 1);
        (void) execve(file, plan->arguments, plan->environment->list);
        return errno;
}

/*
 * A script is opened again by its interpreter, as /dev/fd/N: so it needs the descriptor, which is why the
 * kernel refuses one that would be closed. Any other program does not get to see it.
 */
_Noreturn static void execute_descriptor(const ChildPlan *plan) {
        int fd = plan->program_fd;

        (void) syscall(SYS_execveat, fd, "", plan->arguments, plan->environment->list, AT_EMPTY_PATH);
        if (errno == ENOENT && fcntl(fd, F_SETFD, 0) >= 0)
                (void) syscall(SYS_execveat, fd, "", plan->arguments, plan->environment->list, AT_EMPTY_PATH);
        fail(plan, CHILD_STEP_EXECUTE, errno);
}

/* As execvp() does: a file that may not be executed does not end the search, but is remembered. */
_Noreturn static void execute(const ChildPlan *plan) {
        const char *path = environment_get(plan->environment->list, "PATH") ?: DEFAULT_SEARCH_PATH;
        int error = ENOENT;

        if (plan->program_fd >= 0)
                execute_descriptor(plan);
        if (strchr(plan->program, '/')) {
                (void) execve(plan->program, plan->arguments, plan->environment->list);
                fail(plan, CHILD_STEP_EXECUTE, errno);
        }
        while (*path != '\0') {
                size_t length = strcspn(path, ":");
                int failure = try_file(plan, path, length);

                path += length;
                path += *path == ':';
                if (failure == ENOENT || failure == ENOTDIR)
                        continue;
                error = failure;
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
        apply_settings(plan);
        change_user(plan);
        if (plan->dies_with_runner)
                (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* the change of user would have undone it */
        (void) umask(plan->umask);
        read_environment(plan);
        change_directory(plan);
        execute(plan);
}
