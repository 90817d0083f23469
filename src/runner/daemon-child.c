/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/daemon-child.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "util/clock.h"
#include "util/log.h"

#define PAUSE_MIN_USEC (100 * USEC_PER_MSEC)
#define PAUSE_MAX_USEC (30 * USEC_PER_SEC)
#define GOOD_RUN_USEC (60 * USEC_PER_SEC) /* who ran that long has not failed to start */

static usec_t now_monotonic(void) {
        return clock_now(&system_clock, CLOCK_KIND_MONOTONIC);
}

static void on_restart(Deadline *deadline) {
        daemon_child_start(deadline->userdata);
}

void daemon_child_init(DaemonChild *child, Deadlines *deadlines, const char *program, bool user_mode) {
        *child = (DaemonChild){ .deadlines = deadlines, .program = program, .user_mode = user_mode };
        deadline_init(&child->restart, on_restart, child);
}

void daemon_child_set_user(DaemonChild *child, uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups) {
        child->change_user = true;
        child->uid = uid;
        child->gid = gid;
        child->groups = groups;
        child->n_groups = n_groups;
}

/*
 * Job files and crontabs may be root's alone. A container may not have the capability to give: then such
 * files are shown as unreadable, so failures do not matter here.
 */
static void keep_right_to_read(void) {
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        const uint32_t right = UINT32_C(1) << CAP_DAC_READ_SEARCH;
        const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
                { .effective = right, .permitted = right, .inheritable = right },
        };

        (void) syscall(SYS_capset, &header, data);
        (void) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0);
}

/* Everything of root's goes but that. */
static int become_user(const DaemonChild *child) {
        if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
            syscall(SYS_setgroups, child->n_groups, child->groups) < 0 ||
            syscall(SYS_setresgid, child->gid, child->gid, child->gid) < 0 ||
            syscall(SYS_setresuid, child->uid, child->uid, child->uid) < 0)
                return -errno;
        keep_right_to_read();
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* Between fork() and exec(): async-signal-safe calls only. */
_Noreturn static void execute(const DaemonChild *child) {
        char *arguments[] = { (char *) child->program, child->user_mode ? (char *) "--user" : NULL, NULL };
        const struct sigaction action = { .sa_handler = SIG_DFL };
        sigset_t none;

        for (int signal_number = 1; signal_number < NSIG; signal_number++)
                (void) sigaction(signal_number, &action, NULL);
        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        if (child->change_user && become_user(child) < 0)
                _exit(126);
        (void) execv(child->program, arguments);
        _exit(127);
}

static void schedule_restart(DaemonChild *child) {
        usec_t pause = PAUSE_MIN_USEC << MIN(child->n_failures, 10U);

        child->n_failures++;
        (void) deadline_set(child->deadlines, &child->restart, now_monotonic() + MIN(pause, PAUSE_MAX_USEC));
}

void daemon_child_start(DaemonChild *child) {
        sigset_t all, old;
        pid_t pid;

        if (!child->program || child->stopping || child->pid > 0)
                return;
        (void) sigfillset(&all);
        (void) sigprocmask(SIG_SETMASK, &all, &old);
        pid = fork();
        if (pid == 0)
                execute(child);
        (void) sigprocmask(SIG_SETMASK, &old, NULL);
        if (pid < 0) {
                (void) log_error_errno(errno, "Cannot start '%s': %m. It is tried again.", child->program);
                schedule_restart(child);
                return;
        }
        child->pid = pid;
        child->started_usec = now_monotonic();
}

void daemon_child_signal(DaemonChild *child, int signal_number) {
        if (child->pid > 0)
                (void) kill(child->pid, signal_number); /* reaped only through daemon_child_on_reaped() */
}

void daemon_child_stop(DaemonChild *child) {
        child->stopping = true;
        if (child->program)
                deadline_clear(child->deadlines, &child->restart);
        daemon_child_signal(child, SIGTERM);
}

void daemon_child_on_reaped(DaemonChild *child, pid_t pid, int status) {
        if (pid != child->pid || child->pid == 0)
                return;
        child->pid = 0;
        if (child->stopping)
                return;
        if (now_monotonic() - child->started_usec > GOOD_RUN_USEC)
                child->n_failures = 0;
        if (WIFSIGNALED(status))
                log_warning("jobschedd was killed by signal %d (%s); it is started again.", WTERMSIG(status),
                            strsignal(WTERMSIG(status)));
        else if (WEXITSTATUS(status) == 127)
                log_error("Cannot execute '%s'; it is tried again.", child->program);
        else
                log_warning("jobschedd ended with status %d; it is started again.", WEXITSTATUS(status));
        schedule_restart(child);
}
