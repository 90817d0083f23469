/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The Executor that speaks to jobsched-runner.
 *
 * Connects without blocking; while nobody answers it tries again with growing pauses (50 ms … 5 s), asking
 * `ensure_runner` first, which starts the runner where no service manager does.
 */

#include <systemd/sd-event.h>

#include "exec/executor.h"
#include "util/cleanup.h"

typedef struct RunnerClient RunnerClient;

typedef struct RunnerClientOptions {
        const char *socket_path;
        const char *store_uuid;
        uid_t peer_uid;                       /* who the runner must be: 0, or the own uid with --user */
        int (*ensure_runner)(void *userdata); /* NULL: a service manager or a parent does it */
        void (*connected)(void *userdata);    /* after the manager has heard of it; NULL: nobody asks */
        void *userdata;
} RunnerClientOptions;

/* What is known of the runner, for `status`. */
typedef struct RunnerInfo {
        bool connected;
        pid_t pid;
        const char *version; /* NULL: not connected yet */
        bool cgroup;         /* leftovers are found for sure */
} RunnerInfo;

int runner_client_new(sd_event *event, const RunnerClientOptions *options, RunnerClient **ret);
RunnerClient *runner_client_free(RunnerClient *client);
DEFINE_CLEANUP(RunnerClient, runner_client_free);

const Executor *runner_client_executor(RunnerClient *client);
/* Begins to connect. */
int runner_client_start(RunnerClient *client);
void runner_client_get_info(const RunnerClient *client, RunnerInfo *ret);
