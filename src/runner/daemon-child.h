/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * --with-daemon: where no service manager does it, the runner starts jobschedd as its own user, and starts it
 * again, with growing pauses, when it ends.
 */

#include "runner/deadline.h"
#include "util/types.h"

#define DAEMON_GROUPS_MAX 64

typedef struct DaemonChild {
        Deadlines *deadlines;
        const char *program; /* NULL: there is no daemon to look after */
        bool user_mode, change_user;
        uid_t uid;
        gid_t gid;
        const gid_t *groups; /* supplementary: the control socket goes to one of them */
        size_t n_groups;
        pid_t pid; /* 0: not running */
        unsigned n_failures;
        usec_t started_usec; /* CLOCK_MONOTONIC */
        bool stopping;
        Deadline restart;
} DaemonChild;

void daemon_child_init(DaemonChild *child, Deadlines *deadlines, const char *program, bool user_mode);
/* The groups stay the caller's. */
void daemon_child_set_user(DaemonChild *child, uid_t uid, gid_t gid, const gid_t *groups, size_t n_groups);
void daemon_child_start(DaemonChild *child);
void daemon_child_signal(DaemonChild *child, int signal_number);
/* SIGTERM, and no new one. */
void daemon_child_stop(DaemonChild *child);
/* A child was reaped: was it the daemon? */
void daemon_child_on_reaped(DaemonChild *child, pid_t pid, int status);
