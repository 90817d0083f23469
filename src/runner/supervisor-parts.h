/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the program consists of, for supervisor.c, which runs it, and reexec.c, which hands it on. */

#include <systemd/sd-event.h>

#include "protocol/instance.h"
#include "runner/daemon-child.h"
#include "runner/runner.h"
#include "runner/server.h"

typedef struct SupervisorOptions {
        bool user;
        bool with_daemon;
        const char *daemon_program; /* NULL: the installed one */
        int state_fd;               /* what a re-exec left, or -EBADF */
        char **arguments;           /* of main(), for the next re-exec */
} SupervisorOptions;

typedef struct Supervisor {
        const SupervisorOptions *options;
        Instance instance;
        char *program; /* our own file, where an upgrade puts the new one */
        sd_event *event;
        FdStore store; /* what systemd has kept for us */
        Runner runner;
        Server server;
        DaemonChild daemon;
        uid_t daemon_uid;
        gid_t daemon_gid;
        gid_t daemon_groups[DAEMON_GROUPS_MAX];
        size_t n_daemon_groups;
        sd_event_source *signals[4];
        Deadline patience; /* with a daemon that does not acknowledge, at the end */
        bool stopping;
        bool daemon_stopping;
} Supervisor;
