/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Users that the runner looks up for us. */

#include "exec/runner-client-internal.h"

int runner_client_request_lookup(
                void *userdata,
                const char *name,
                uid_t uid,
                executor_user_t done,
                void *done_userdata);
void runner_client_on_looked_up(RunnerClient *client, const MessageLookedUp *answer);
/* The connection is gone: whoever waits is told the error. */
void runner_client_fail_lookups(RunnerClient *client, int error);
/* The client itself goes: nobody is told. */
void runner_client_forget_lookups(RunnerClient *client);
