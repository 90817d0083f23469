/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The environment and the command line of a run, built from nothing. Pure. */

#include "protocol/message.h"
#include "util/types.h"

typedef struct EnvironmentUser {
        const char *name, *home;
        uid_t uid;
        const char *notify_socket;         /* NULL: none */
        const char *credentials_directory; /* NULL: none */
        const char *mark;                  /* JOBSCHED_RUN: by it the runner finds what the run left behind */
} EnvironmentUser;

/*
 * HOME, USER, LOGNAME, SHELL, PATH, LANG, NOTIFY_SOCKET and CREDENTIALS_DIRECTORY (if not NULL), JOBSCHED_*,
 * and then what the job itself sets, which replaces all but the first ENVIRONMENT_N_FIXED: JOBSCHED_RUN,
 * JOBSCHED_EXECUTION and JOBSCHED_ATTEMPT. Without an execution id (an errand) there is of JOBSCHED_* only
 * JOBSCHED_RUN, and JOBSCHED_JOB if it has a job. Returns 0, -EINVAL (an item without a name), or -ENOMEM.
 */
int environment_build(const MessageStart *start, const EnvironmentUser *user, const char *lang, char ***ret);

/* NULL: not set. */
const char *environment_get(char *const *environment, const char *name);

/* The list, or the script for the shell. */
int command_build(const MessageStart *start, char ***ret);

#define ENVIRONMENT_N_FIXED 3U
/* Where a program is looked for if the environment has no PATH. */
#define DEFAULT_SEARCH_PATH "/usr/local/bin:/usr/bin:/bin"
#define DEFAULT_SHELL "/bin/sh"
