/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Where an instance keeps its things: the system's, or one user's (DESIGN.md 4). The environment may move
 * each directory, which tests, the demo and containers use: JOBSCHED_CONFIG_FILE, JOBSCHED_CONFIG_PATH
 * (colon-separated drop-in directories), JOBSCHED_STATE_DIR, JOBSCHED_RUNTIME_DIR, JOBSCHED_RUNNER_DIR,
 * JOBSCHED_RUNNER_STATE_DIR,
 * JOBSCHED_ACTION_PATH (colon-separated directories of action programs).
 */

#include "util/cleanup.h"
#include "util/types.h"

typedef struct Instance {
        bool user;            /* --user */
        char *settings_file;  /* /etc/jobsched.yaml */
        char **config_dirs;   /* /etc/jobsched.d, /run/jobsched.d, /usr/lib/jobsched.d */
        char **action_dirs;   /* of action programs: a site's, then /usr/libexec/jobsched/actions */
        char *state_dir;      /* /var/lib/jobsched */
        char *database_file;  /* STATE_DIR/jobsched.db */
        char *runtime_dir;    /* /run/jobsched; --user: $XDG_RUNTIME_DIR/jobsched, else
                                 /tmp/jobsched-UID/jobsched */
        char *control_socket; /* RUNTIME_DIR/control */
        char *runner_dir;     /* /run/jobsched-runner; --user: $XDG_RUNTIME_DIR/jobsched-runner, else
                                 /tmp/jobsched-UID/… */
        char *runner_socket;  /* RUNNER_DIR/socket */
        char *secret_dir;     /* /var/lib/jobsched-runner/secrets; --user: STATE_DIR/secrets */
        bool has_systemd;     /* the system's, or the user's, is there to start units */
} Instance;

/* Returns 0, -ENXIO (no home directory and no XDG_* to place things in), or -ENOMEM. */
int instance_init(Instance *instance, bool user);
void instance_done(Instance *instance);

/*
 * Makes a run-time directory of the instance, with its parents (0700). One that exists keeps its mode, but
 * must be a directory (-ENOTDIR) of our own that nobody else may write to (-EPERM), since the fallback in
 * /tmp is open to all.
 */
int instance_make_directory(const char *path, mode_t mode);
