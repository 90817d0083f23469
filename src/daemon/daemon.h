/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The daemon: puts the layers together, feeds them from one event loop, and takes them apart in order.
 */

#include "protocol/instance.h"
#include "util/cleanup.h"

typedef struct Daemon Daemon;

typedef struct DaemonOptions {
        const Instance *instance;
        char *const *assignments; /* settings from the command line, "key=value"; may be NULL */
        bool is_bus_wanted;       /* false: only the control socket */
} DaemonOptions;

/*
 * Reads settings, opens the store, loads the jobs and listens. What goes wrong is logged. Nothing starts
 * before daemon_run().
 */
int daemon_new(const DaemonOptions *options, Daemon **ret);

/* Writes what is still queued to the disk. Running executions go on under the runner. */
Daemon *daemon_free(Daemon *daemon);
DEFINE_CLEANUP(Daemon, daemon_free);

/* Runs until SIGTERM or SIGINT. Returns 0, or a negative errno when the loop broke. */
int daemon_run(Daemon *daemon);
