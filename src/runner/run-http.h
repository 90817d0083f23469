/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A run of START_WORK_HTTP: no process of its own, but a request that jobsched-http works on. Its record is
 * in runs/ before the request is sent; a runner that finds none with it does not know what the server has
 * seen, and says "lost".
 */

#include "runner/run-context.h"

/* Reads the files that are sent, as that user, and sends the request. */
void run_http_launch(Run *run, const Account *account);
/* Ends it at once: no answer is waited for. */
void run_http_stop(Run *run, EndKind kind);
/* A signal that ends processes ends it. */
void run_http_signal(Run *run, int signal_number);
/* The worker has not answered in time, although it knows the time-out. */
void run_http_on_deadline(Run *run);
/* The outcome, once its output is where it belongs. */
void run_http_complete(Run *run);
void run_http_done(Run *run);
