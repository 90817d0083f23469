/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A process as (pid, kernel start time): a recycled pid is never mistaken for the one that was meant. */

#include "util/types.h"

typedef struct ProcessId {
        pid_t pid;            /* 0: none */
        uint64_t start_ticks; /* field 22 of /proc/PID/stat */
} ProcessId;

/* Returns 0, -ESRCH, or another errno. */
int process_id_of(pid_t pid, ProcessId *ret);

/* Opens a pidfd and compares the start time afterwards. Returns the fd, or -ESRCH when it is another process.
 */
int process_id_open(const ProcessId *process);

/* The process's command name ("comm"). */
int process_name_of(pid_t pid, char **ret);
