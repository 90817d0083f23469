/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * `limits:` memory, cpu, tasks and io-weight: of the run's cgroup, with a note on what is not in force where
 * there is none or where it lacks the controller.
 *
 * A run that passes its memory limit is killed as a whole (memory.oom.group): half a job is no use to
 * anybody. Without the controller each of its processes gets the limit as address space (RLIMIT_AS); there is
 * no such substitute for the others, since RLIMIT_NPROC counts all that the user runs.
 */

#include "protocol/message.h"
#include "runner/process-settings.h"

/*
 * Sets them. `cgroup_fd` is -EBADF without a cgroup. Returns 0 with *ret_note (a sentence; NULL: all are in
 * force), -ENOMEM, or another errno: a value that the kernel refuses.
 */
int limits_apply(int cgroup_fd, const MessageStart *start, ProcessSettings *settings, char **ret_note);
