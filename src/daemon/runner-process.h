/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where no service manager does it, a user's daemon starts its own runner: detached, in a session of its own,
 * so that it outlives the daemon and the terminal.
 */

#include <stdbool.h>
#include <sys/types.h>

typedef struct RunnerProcess {
        pid_t pid; /* the one that was started last; 0: none */
} RunnerProcess;

/*
 * Starts jobsched-runner --user unless the one that was started last still lives. $JOBSCHED_RUNNER names
 * another program than the installed one. Returns 0 or a negative errno.
 */
int runner_process_ensure(RunnerProcess *runner);
