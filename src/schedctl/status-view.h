/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What `status` shows to people. */

#include <jansson.h>

#include "schedctl/context.h"

#define STATUS_TIMERS_SHOWN 5U

/* `waiting`: executions with what they wait for under the key "waits". */
void status_print_daemon(
                const Context *context,
                const json_t *manager,
                const json_t *waiting,
                const ClientLines *queues,
                const ClientLines *timers);

/* A job, with its last ones under the key "executions". */
void status_print_job(Context *context, const json_t *job);
void status_print_execution(Context *context, const json_t *execution);
