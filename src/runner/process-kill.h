/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Signals to a child of ours that leads a session of its own and has not been reaped: so its pid, and the
 * number of its group, are of no other.
 */

#include "util/types.h"

/* The main process and its group, which it leads once it has made its session. */
void process_signal_group(pid_t pid, int signal_number);

/* SIGKILL to all that it has started, as far as that can be found. `cgroup_fd` -EBADF: it has none. */
void process_kill_everything(pid_t pid, int cgroup_fd);
