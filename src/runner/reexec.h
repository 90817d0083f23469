/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Executing the runner anew, for an upgrade: the same process, so that the jobs stay its children, with all
 * descriptors, and the rest of the state in a memfd.
 * run-state.h says how it is written.
 */

#include <sys/resource.h>

#include "util/types.h"

typedef struct Supervisor Supervisor;

typedef struct ReexecState {
        char *data; /* NULL: this is no re-exec */
        size_t size;
        size_t offset; /* where the runs begin */
        char incarnation[33];
        int lock_fd, listen_fd, connection_fd;
        int http_fd, http_pid; /* the worker for HTTP; -EBADF: none */
        uint64_t http_cookie;
        char store[65];
        pid_t daemon_pid;
        usec_t wake_at_usec; /* as in WakeAlarm */
        struct rlimit open_files;
} ReexecState;

/* Comes back only when it failed, with a negative errno; nothing has changed then. */
int reexec(Supervisor *supervisor);

/* Reads what a re-exec left in the descriptor, or nothing if it is negative. Errors are logged. */
int reexec_load(int state_fd, ReexecState *ret);
void reexec_state_done(ReexecState *state);
/* Takes up runs, client and daemon, and what is in runs/. */
int reexec_restore(Supervisor *supervisor, ReexecState *state);
