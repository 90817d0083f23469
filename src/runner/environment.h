/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The environment and the command line of a run, built from nothing. Pure. */

#include "protocol/message.h"
#include "util/types.h"

typedef struct EnvironmentUser {
        const char *name, *home;
        uid_t uid;
        const char *mark; /* JOBSCHED_RUN: by it the runner finds what the run left behind */
} EnvironmentUser;

/*
 * HOME, USER, LOGNAME, SHELL, PATH, LANG (if not NULL), JOBSCHED_*, and then what the job itself sets, which
 * replaces all but JOBSCHED_RUN, JOBSCHED_EXECUTION and JOBSCHED_ATTEMPT. Returns 0, -EINVAL (an item without
 * a name), or -ENOMEM.
 */
int environment_build(const MessageStart *start, const EnvironmentUser *user, const char *lang, char ***ret);

/* NULL: not set. */
const char *environment_get(char *const *environment, const char *name);

/* The list, or the script for the shell. */
int command_build(const MessageStart *start, char ***ret);

/*
 * The files to try, in this order: `program` itself if there is a slash in it, else what the PATH of the
 * environment gives.
 */
int command_candidates(const char *program, char *const *environment, char ***ret);

#define DEFAULT_SHELL "/bin/sh"
