/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <systemd/sd-daemon.h>

#include "protocol/names.h"
#include "runner/reexec.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/log.h"

#define ACKNOWLEDGE_TIMEOUT_USEC (5 * USEC_PER_SEC)
#define DAEMON_TIMEOUT_USEC (10 * USEC_PER_SEC)
#define CHILD_OPEN_FILES 1024U /* what a service gets: more, and programs that count them all crawl */

static usec_t now_monotonic(void) {
        return clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
}

/* 0, 1 and 2 must be there: nothing else may be given those numbers. */
static int open_standard_fds(void) {
        int fd;

        do {
                fd = open("/dev/null", O_RDWR | O_CLOEXEC);
                if (fd < 0)
                        return log_error_errno(errno, "Cannot open '/dev/null': %m");
        } while (fd <= STDERR_FILENO);
        return fd;
}

/* As many as we may have; the children get back what is usual for them. */
static void raise_open_files(bool user, struct rlimit *ret_children) {
        struct rlimit limit = { 0 };

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;
        *ret_children = limit;
        if (!user)
                ret_children->rlim_cur = MIN(limit.rlim_cur, (rlim_t) CHILD_OPEN_FILES);
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
                (void) log_warning_errno(errno, "Cannot raise the limit on open files: %m");
}

static bool oom_score_is_lowered(void) {
        CLEANUP_FREE char *text = NULL;

        return file_read("/proc/self/oom_score_adj", 64, &text, NULL) >= 0 && text[0] == '-';
}

/* At the start, before anything could wait for it: the one look-up that is made here. */
static int find_daemon_user(Supervisor *supervisor) {
        const struct passwd *user;
        int n_groups = DAEMON_GROUPS_MAX;

        if (supervisor->options->user) {
                supervisor->daemon_uid = getuid();
                supervisor->daemon_gid = getgid();
                return 0;
        }
        if (geteuid() != 0) {
                log_error("The system's runner must be started as root. For a private one, give --user.");
                return -EPERM;
        }
        user = getpwnam(ACCOUNT_NAME);
        if (!user) {
                log_error("There is no user '" ACCOUNT_NAME
                          "', as whom jobschedd runs. Make it (systemd-sysusers, or "
                          "useradd --system " ACCOUNT_NAME "), or start a private runner with --user.");
                return -ENOENT;
        }
        supervisor->daemon_uid = user->pw_uid;
        supervisor->daemon_gid = user->pw_gid;
        /* More groups than there is room for: the first ones. */
        (void) getgrouplist(ACCOUNT_NAME, user->pw_gid, supervisor->daemon_groups, &n_groups);
        supervisor->n_daemon_groups = (size_t) MIN(n_groups, DAEMON_GROUPS_MAX);
        return 0;
}

static int init_runner(Supervisor *supervisor, const ReexecState *state) {
        bool user = supervisor->options->user;
        RunnerOptions options = {
                .user_mode = user,
                .runner_dir = supervisor->instance.runner_dir,
                .secret_dir = supervisor->instance.secret_dir,
                .action_directories = supervisor->instance.action_dirs,
                .program = "/proc/self/exe",
                .journal_socket = JOURNAL_SOCKET_PATH,
                .refused_uid = user ? (uid_t) -1 : supervisor->daemon_uid,
                .launch = { .user_mode = user, .lang = getenv("LANG") },
                .lock_fd = state->lock_fd,
                .incarnation = state->incarnation[0] != '\0' ? state->incarnation : NULL,
        };

        options.launch.null_fd = open_standard_fds();
        if (options.launch.null_fd < 0)
                return options.launch.null_fd;
        raise_open_files(user, &options.launch.open_files);
        if (state->open_files.rlim_max > 0)
                options.launch.open_files = state->open_files; /* ours are raised already */
        options.launch.ignored_signals = launch_read_ignored_signals();
        options.launch.reset_oom_score = !user && oom_score_is_lowered();
        return runner_init(&supervisor->runner, supervisor->event, &options);
}

static int find_socket(Supervisor *supervisor, const ReexecState *state) {
        int fd, r;

        if (state->listen_fd >= 0)
                return state->listen_fd;
        r = fd_store_load(&supervisor->store);
        if (r < 0)
                return log_error_errno(r, "Cannot look for descriptors that were passed on: %m");
        if (supervisor->store.n_others > 1) {
                log_error("%zu sockets were passed on, the runner needs one.", supervisor->store.n_others);
                return -EINVAL;
        }
        if (supervisor->store.n_others == 1) {
                fd = supervisor->store.others[0];
                if (sd_is_socket_unix(fd, SOCK_SEQPACKET, 1, NULL, 0) <= 0) {
                        log_error("The socket that was passed on is not a listening ListenSequentialPacket= "
                                  "socket.");
                        return -EINVAL;
                }
                /* Whatever the unit says: accept() must not block the loop. */
                if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
                        return log_error_errno(errno, "Cannot use the socket that was passed on: %m");
                return fd;
        }
        fd = server_listen(supervisor->instance.runner_socket, supervisor->daemon_uid);
        if (fd < 0)
                return log_error_errno(fd, "Cannot listen on '%s': %m", supervisor->instance.runner_socket);
        return fd;
}

/* Goes on with the end as far as it can: runs, then acknowledgements, then the daemon. */
static void continue_stop(Supervisor *supervisor) {
        if (!supervisor->stopping || runner_count_active(&supervisor->runner) > 0)
                return;
        if (server_has_unacknowledged(&supervisor->server) && !supervisor->daemon_stopping) {
                if (deadline_get(&supervisor->patience) == USEC_INFINITY)
                        (void) deadline_set(
                                        &supervisor->runner.context.deadlines, &supervisor->patience,
                                        now_monotonic() + ACKNOWLEDGE_TIMEOUT_USEC);
                return;
        }
        if (!supervisor->daemon_stopping) {
                supervisor->daemon_stopping = true;
                daemon_child_stop(&supervisor->daemon);
                (void) deadline_set(
                                &supervisor->runner.context.deadlines, &supervisor->patience,
                                now_monotonic() + DAEMON_TIMEOUT_USEC);
        }
        if (supervisor->daemon.pid == 0)
                (void) sd_event_exit(supervisor->event, 0);
}

static void on_patience(Deadline *deadline) {
        Supervisor *supervisor = deadline->userdata;

        if (supervisor->daemon_stopping) {
                daemon_child_signal(&supervisor->daemon, SIGKILL);
                return;
        }
        log_warning("jobschedd has not acknowledged every outcome; they stay in the runner's directory for "
                    "its next "
                    "start.");
        supervisor->daemon_stopping = true;
        daemon_child_stop(&supervisor->daemon);
        (void) deadline_set(
                        &supervisor->runner.context.deadlines, &supervisor->patience,
                        now_monotonic() + DAEMON_TIMEOUT_USEC);
        continue_stop(supervisor);
}

static void on_progress(void *userdata) {
        continue_stop(userdata);
}

static void on_reaped(void *userdata, pid_t pid, int status) {
        Supervisor *supervisor = userdata;

        daemon_child_on_reaped(&supervisor->daemon, pid, status);
        continue_stop(supervisor);
}

/* The second time in a hurry. */
static int on_terminate(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Supervisor *supervisor = userdata;
        size_t n = runner_count_active(&supervisor->runner);

        if (supervisor->stopping) {
                runner_kill(&supervisor->runner);
                return 0;
        }
        (void) sd_notify(0, "STOPPING=1");
        if (n > 0)
                log_info("The runner is told to stop; %zu running jobs are stopped.", n);
        supervisor->stopping = true;
        runner_stop(&supervisor->runner);
        continue_stop(supervisor);
        return 0;
}

static int reload(Supervisor *supervisor) {
        int r;

        if (supervisor->stopping)
                return 0;
        r = reexec(supervisor);
        /* It only comes back when it failed. */
        (void) log_error_errno(r, "Cannot execute the runner anew: %m. The present one goes on.");
        return 0;
}

/* With --with-daemon the one process that is seen from outside is asked to reload, and means the daemon. */
static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Supervisor *supervisor = userdata;

        if (supervisor->daemon.program) {
                daemon_child_signal(&supervisor->daemon, SIGHUP);
                return 0;
        }
        return reload(supervisor);
}

static int on_reexec_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        return reload(userdata);
}

static int listen_for_signals(Supervisor *supervisor) {
        static const struct {
                int number;
                sd_event_signal_handler_t handler;
        } signals[] = {
                { SIGTERM, on_terminate },
                { SIGINT, on_terminate },
                { SIGHUP, on_hangup },
                { SIGUSR2, on_reexec_signal },
        };

        _Static_assert(ARRAY_SIZE(signals) == ARRAY_SIZE(supervisor->signals), "a source for each signal");
        for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
                int r = sd_event_add_signal(
                                supervisor->event, &supervisor->signals[i], signals[i].number,
                                signals[i].handler, supervisor);

                /* Before what was asked on the socket after it was sent. */
                if (r >= 0)
                        r = sd_event_source_set_priority(supervisor->signals[i], SD_EVENT_PRIORITY_IMPORTANT);
                if (r < 0)
                        return log_error_errno(r, "Cannot listen for signals: %m");
        }
        return 0;
}

/* The loop's signals are blocked, and no writer to a closed pipe is killed for it. */
static int prepare_signals(void) {
        static const int numbers[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR2 };
        sigset_t set;

        (void) sigemptyset(&set);
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
                (void) sigaddset(&set, numbers[i]);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
                return log_error_errno(errno, "Cannot prepare signals: %m");
        return 0;
}

static void init_daemon(Supervisor *supervisor) {
        const SupervisorOptions *options = supervisor->options;
        const char *program = options->daemon_program ?: BIN_DIR "/jobschedd";

        daemon_child_init(
                        &supervisor->daemon, &supervisor->runner.context.deadlines,
                        options->with_daemon ? program : NULL, options->user);
        if (!options->user)
                daemon_child_set_user(
                                &supervisor->daemon, supervisor->daemon_uid, supervisor->daemon_gid,
                                supervisor->daemon_groups, supervisor->n_daemon_groups);
}

static int init_server(Supervisor *supervisor, const ReexecState *state) {
        int fd, r;

        fd = find_socket(supervisor, state);
        if (fd < 0)
                return fd;
        r = server_init(&supervisor->server, &supervisor->runner, fd, supervisor->daemon_uid,
                        !supervisor->options->user);
        if (r < 0)
                return r;
        supervisor->server.on_progress = on_progress;
        supervisor->server.userdata = supervisor;
        supervisor->runner.on_reaped = on_reaped;
        supervisor->runner.on_reaped_userdata = supervisor;
        return 0;
}

static int find_program(Supervisor *supervisor) {
        char path[4096];
        ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

        if (n < 0)
                return log_error_errno(errno, "Cannot find the runner's own program: %m");
        path[n] = '\0';
        supervisor->program = strdup(path);
        return supervisor->program ? 0 : -ENOMEM;
}

static int supervisor_init(Supervisor *supervisor, ReexecState *state) {
        int r;

        r = instance_init(&supervisor->instance, supervisor->options->user);
        if (r < 0)
                return log_error_errno(r, "Cannot find the runner's directory (is HOME set?): %m");
        r = find_daemon_user(supervisor);
        if (r < 0)
                return r;
        r = find_program(supervisor);
        if (r < 0)
                return r;
        r = prepare_signals();
        if (r < 0)
                return r;
        r = sd_event_new(&supervisor->event);
        if (r < 0)
                return log_error_errno(r, "Cannot make an event loop: %m");
        r = init_runner(supervisor, state);
        if (r < 0)
                return r;
        deadline_init(&supervisor->patience, on_patience, supervisor);
        init_daemon(supervisor);
        r = init_server(supervisor, state);
        if (r < 0)
                return r;
        return listen_for_signals(supervisor);
}

static void supervisor_done(Supervisor *supervisor) {
        for (size_t i = 0; i < ARRAY_SIZE(supervisor->signals); i++)
                (void) sd_event_source_disable_unref(supervisor->signals[i]);
        if (supervisor->server.event)
                server_done(&supervisor->server);
        if (supervisor->runner.event) {
                deadline_clear(&supervisor->runner.context.deadlines, &supervisor->patience);
                (void) fd_close(supervisor->runner.context.launch.null_fd);
                runner_done(&supervisor->runner);
        }
        fd_store_done(&supervisor->store);
        (void) sd_event_unref(supervisor->event);
        instance_done(&supervisor->instance);
        free(supervisor->program);
}

static int supervisor_loop(Supervisor *supervisor, ReexecState *state) {
        int r;

        r = reexec_restore(supervisor, state);
        if (r < 0)
                return r;
        fd_store_done(&supervisor->store); /* what nobody wants */
        runner_reap(&supervisor->runner);  /* who ended between two programs has no signal left to tell */
        daemon_child_start(&supervisor->daemon);
        (void) sd_notifyf(0, "READY=1\nSTATUS=%zu jobs run", runner_count_active(&supervisor->runner));
        r = sd_event_loop(supervisor->event);
        return r < 0 ? log_error_errno(r, "The event loop failed: %m") : 0;
}

int supervisor_run(const SupervisorOptions *options) {
        Supervisor supervisor = { .options = options, .patience.node.index = HEAP_NONE };
        ReexecState state;
        int r;

        r = reexec_load(options->state_fd, &state);
        if (r >= 0)
                r = supervisor_init(&supervisor, &state);
        if (r >= 0)
                r = supervisor_loop(&supervisor, &state);
        supervisor_done(&supervisor);
        reexec_state_done(&state);
        return r;
}
