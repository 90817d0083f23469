/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Errands that the runner does for us, each known by a cookie until it is over. */

#include "exec/runner-client-internal.h"

int runner_client_request_errand(
                void *userdata,
                const Errand *errand,
                executor_errand_t done,
                void *done_userdata,
                uint64_t *ret_id);
/* An unknown id is that of one that is over. */
void runner_client_cancel_errand(void *userdata, uint64_t id);

void runner_client_on_errand_done(RunnerClient *client, const MessageErrandDone *done);
/* The connection is gone, and the errands with it: whoever waits is told -ENOTCONN. */
void runner_client_fail_errands(RunnerClient *client);
/* The client itself goes: nobody is told. */
void runner_client_forget_errands(RunnerClient *client);
