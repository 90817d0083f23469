/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the runner says: first what it knows, then what happens. */

#include "exec/runner-client-internal.h"

/* Each returns 0, or a negative errno: the record has no place here, and the connection is of no use. */
int runner_client_on_greeting(RunnerClient *client, Message *message);
int runner_client_on_record(RunnerClient *client, const Message *message);

void runner_client_forget_list(RunnerClient *client);
void runner_client_forget_welcome(RunnerClient *client);
