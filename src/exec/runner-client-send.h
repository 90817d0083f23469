/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the runner is asked for: those functions of the Executor that await no answer of their own. */

#include "exec/runner-client-internal.h"

/* Returns 0, -ENOTCONN, or another errno: nothing was sent. */
int runner_client_send(RunnerClient *client, const Message *message);
/* Tells a runner that has just been found what the manager last asked for. */
void runner_client_send_wake_at(RunnerClient *client);

int runner_client_request_start(void *userdata, const Launch *launch);
int runner_client_request_stop(void *userdata, LaunchId id);
int runner_client_request_kill(void *userdata, LaunchId id, int signal, bool everything);
int runner_client_request_acknowledge(void *userdata, LaunchId id);
int runner_client_request_follow(void *userdata, LaunchId id, bool on);
void runner_client_request_wake_at(void *userdata, usec_t realtime_usec);
