/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "runner/environment.h"
#include "util/file.h"
#include "util/string-list.h"

typedef struct Pipe {
        int read_fd, write_fd;
} Pipe;

static void pipe_done(Pipe *ends) {
        (void) fd_close(ends->read_fd);
        (void) fd_close(ends->write_fd);
}

#define PIPE_NONE \
        { .read_fd = -EBADF, .write_fd = -EBADF }

static int pipe_open(Pipe *ends) {
        int fds[2];

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        *ends = (Pipe){ fds[0], fds[1] };
        /* Our end only: the job shall find an ordinary, blocking pipe. */
        if (fcntl(ends->read_fd, F_SETFL, O_RDONLY | O_NONBLOCK) < 0)
                return -errno;
        return 0;
}

/* fork(), not vfork(): nobody may stall the runner, whatever user the child has become. */
static pid_t clone_process(int cgroup_fd) {
        struct clone_args arguments = {
                .exit_signal = SIGCHLD,
        };
        pid_t pid;

        if (cgroup_fd >= 0) {
                arguments.flags |= CLONE_INTO_CGROUP;
                arguments.cgroup = (uint64_t) cgroup_fd;
        }
        pid = (pid_t) syscall(SYS_clone3, &arguments, sizeof(arguments));
        if (pid >= 0 || errno != ENOSYS)
                return pid;

        /* A container's filter that is older than clone3. */
        return (pid_t) syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static char *explain_pipe(int error) {
        struct rlimit limit = { 0 };
        char *text;

        if (error == EMFILE) {
                (void) getrlimit(RLIMIT_NOFILE, &limit);
                if (asprintf(&text, "the runner is out of file descriptors (its limit, LimitNOFILE=, is %ju)",
                             (uintmax_t) limit.rlim_cur) < 0)
                        return NULL;
                return text;
        }
        if (asprintf(&text, "cannot make the pipes for its input and output: %s", strerror(error)) < 0)
                return NULL;
        return text;
}

static char *explain_clone(int error) {
        struct rlimit limit = { 0 };
        char *text;

        if (error == EAGAIN) {
                (void) getrlimit(RLIMIT_NPROC, &limit);
                if (asprintf(&text,
                             "cannot make a process: a limit on the number of processes is reached "
                             "(RLIMIT_NPROC of "
                             "the runner's user, %jd; TasksMax= or pids.max of its cgroup; or "
                             "kernel.threads-max)",
                             limit.rlim_cur == RLIM_INFINITY ? (intmax_t) -1 : (intmax_t) limit.rlim_cur) < 0)
                        return NULL;
                return text;
        }
        if (error == EMFILE)
                return explain_pipe(error);
        if (asprintf(&text, "cannot make a process: %s", strerror(error)) < 0)
                return NULL;
        return text;
}

/* What a child reads and writes in its own copy of our memory; freed by the parent once it is on its way. */
typedef struct Lists {
        char **arguments;
        char **environment; /* as it was built; the child's has room for that of environment files */
        ChildEnvironment child;
} Lists;

static void lists_done(Lists *lists) {
        (void) string_list_free(lists->arguments);
        (void) string_list_free(lists->environment);
        free(lists->child.list);
        free(lists->child.memory);
}

/* What the job sets itself is not replaced by a file of its: it goes to the front, behind the marks. */
static void sort_fixed(const MessageStart *start, ChildEnvironment *child) {
        for (size_t i = child->n_fixed; i < child->n; i++) {
                char *item = child->list[i];

                if (!string_list_contains(start->environment, item))
                        continue;
                child->list[i] = child->list[child->n_fixed];
                child->list[child->n_fixed++] = item;
        }
}

/* The memory for environment files costs nothing until it is written to. */
static int prepare_environment(const MessageStart *start, Lists *lists) {
        bool has_files = start->environment_files && start->environment_files[0];
        ChildEnvironment child = { .n = string_list_length(lists->environment),
                                   .n_fixed = ENVIRONMENT_N_FIXED };

        child.n_max = child.n + (has_files ? ENVIRONMENT_FILES_VARIABLES_MAX : 0);
        child.list = calloc(child.n_max + 1, sizeof(*child.list));
        if (has_files)
                child.memory = malloc(ENVIRONMENT_FILES_SIZE_MAX + 1);
        if (child.list)
                memcpy(child.list, lists->environment, child.n * sizeof(*child.list));
        if (child.list && has_files)
                sort_fixed(start, &child);
        lists->child = child;
        return child.list && (child.memory || !has_files) ? 0 : -ENOMEM;
}

static int lists_build(
                const LaunchDefaults *defaults,
                const MessageStart *start,
                const Account *account,
                const LaunchTarget *target,
                Lists *lists,
                char **reterr_message) {

        const EnvironmentUser user = {
                .name = account->name,
                .home = account->home,
                .uid = account->uid,
                .notify_socket = target->notify_socket,
                .credentials_directory = target->credentials_directory,
                .mark = target->mark,
        };
        int r;

        r = command_build(start, &lists->arguments);
        if (r < 0)
                return r;
        if (!lists->arguments || !lists->arguments[0]) {
                *reterr_message = strdup("the job has no command");
                return -EINVAL;
        }
        r = environment_build(start, &user, defaults->lang, &lists->environment);
        if (r == -EINVAL)
                *reterr_message = strdup("an item of its environment is not NAME=value");
        if (r < 0)
                return r;
        return prepare_environment(start, lists);
}

typedef struct Pipes {
        Pipe output, error, status;
        int input_fd; /* -EBADF: /dev/null */
} Pipes;
#define PIPES_NONE \
        { PIPE_NONE, PIPE_NONE, PIPE_NONE, .input_fd = -EBADF }

static void pipes_done(Pipes *pipes) {
        pipe_done(&pipes->output);
        pipe_done(&pipes->error);
        pipe_done(&pipes->status);
        (void) fd_close(pipes->input_fd);
}

/* A text of any size, at once, without anybody who would have to write it into a pipe. The job gets a
 * descriptor of its own that only reads. */
static int input_open(const MessageStart *start, int *ret_fd) {
        CLEANUP_CLOSE int fd = -EBADF;
        char path[64];

        if (!start->has_input)
                return 0;
        fd = memfd_new_sealed("jobsched-stdin", start->input, strlen(start->input));
        if (fd < 0)
                return fd;
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
        if (*ret_fd < 0)
                *ret_fd = TAKE_FD(fd); /* no /proc: sealed, it cannot be written to either */
        return 0;
}

static int pipes_open(const MessageStart *start, Pipes *pipes) {
        int r;

        r = input_open(start, &pipes->input_fd);
        if (r < 0)
                return r;
        r = pipe_open(&pipes->output);
        if (r < 0)
                return r;
        r = pipe_open(&pipes->error);
        if (r < 0)
                return r;
        return pipe_open(&pipes->status);
}

/* Our ends, for whoever follows the run. */
static void pipes_give(Pipes *pipes, Launched *ret) {
        ret->stdout_fd = TAKE_FD(pipes->output.read_fd);
        ret->stderr_fd = TAKE_FD(pipes->error.read_fd);
        ret->error_fd = TAKE_FD(pipes->status.read_fd);
}

/* In the child all signals are blocked until it has reset them: none of our handlers may run there. */
static int start_child(const ChildPlan *plan, int cgroup_fd, Launched *ret, char **reterr_message) {
        sigset_t all, old;
        pid_t pid;
        int error;

        (void) sigfillset(&all);
        (void) sigprocmask(SIG_SETMASK, &all, &old);
        pid = clone_process(cgroup_fd);
        if (pid == 0)
                process_child_run(plan);
        error = errno;
        (void) sigprocmask(SIG_SETMASK, &old, NULL);
        if (pid < 0) {
                *reterr_message = explain_clone(error);
                return -error;
        }
        ret->pid = pid;
        return 0;
}

/* By the system call: the library hides the signals that it keeps for itself, which may be ignored all the
 * same. */
uint64_t launch_read_ignored_signals(void) {
        uint64_t ignored = 0;

        for (int signal_number = 1; signal_number <= SIGNAL_MAX; signal_number++) {
                KernelSignalAction action;

                if (syscall(SYS_rt_sigaction, signal_number, NULL, &action, sizeof(action.mask)) == 0 &&
                    action.handler == SIG_IGN)
                        ignored |= UINT64_C(1) << (signal_number - 1);
        }
        return ignored;
}

static int choose_input(const LaunchDefaults *defaults, const LaunchTarget *target, const Pipes *pipes) {
        if (target->input_fd >= 0)
                return target->input_fd;
        return pipes->input_fd >= 0 ? pipes->input_fd : defaults->null_fd;
}

int launch(const LaunchDefaults *defaults,
           const MessageStart *start,
           const Account *account,
           const LaunchTarget *target,
           Launched *ret,
           char **reterr_message) {

        CLEANUP(pipes_done) Pipes pipes = PIPES_NONE;
        CLEANUP(lists_done) Lists lists = { 0 };
        bool home = !start->directory || start->directory[0] == '\0';
        RunNote note = { 0 };
        int r;

        r = lists_build(defaults, start, account, target, &lists, reterr_message);
        if (r < 0)
                return r;
        r = pipes_open(start, &pipes);
        if (r < 0) {
                *reterr_message = explain_pipe(-r);
                return r;
        }
        if (target->key)
                run_note_init(&note, target->key);

        r = start_child(
                        &(ChildPlan){
                                        .arguments = lists.arguments,
                                        .program = lists.arguments[0],
                                        .program_fd = target->program_fd,
                                        .environment = &lists.child,
                                        .environment_files = start->environment_files,
                                        .settings = target->settings,
                                        .directory = home ? account->home : start->directory,
                                        .directory_optional = home,
                                        .umask = (mode_t) start->umask,
                                        .change_user = !defaults->user_mode,
                                        .uid = account->uid,
                                        .gid = account->gid,
                                        .groups = account->groups,
                                        .n_groups = account->n_groups,
                                        .ignored_signals = defaults->ignored_signals,
                                        .open_files = defaults->open_files,
                                        .reset_oom_score = defaults->reset_oom_score,
                                        .stdin_fd = choose_input(defaults, target, &pipes),
                                        .stdout_fd = pipes.output.write_fd,
                                        .stderr_fd = pipes.error.write_fd,
                                        .error_fd = pipes.status.write_fd,
                                        .note_fd = target->record_fd,
                                        .note = note.data,
                                        .note_size = note.size,
                                        .note_pid_offset = note.pid_offset,
                                        .note_time_offset = note.time_offset,
                                        .dies_with_runner = target->dies_with_runner,
                        },
                        target->cgroup_fd, ret, reterr_message);
        if (r < 0)
                return r;

        pipes_give(&pipes, ret);
        return 0;
}
