/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Secrets that the runner is to keep or to forget, and whoever waits for its answer. */

#include "exec/runner-client-internal.h"

int runner_client_request_keep_secret(
                void *userdata,
                const char *id,
                const char *value,
                void (*done)(void *userdata, int error),
                void *done_userdata);
int runner_client_request_keep_only(void *userdata, const char *ids, size_t n_ids);

void runner_client_on_secret_kept(RunnerClient *client, const MessageSecretKept *answer);
/* The connection is lost, or the client goes: what has not been answered may be kept or not. */
void runner_client_fail_secrets(RunnerClient *client, int error);
