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

/*
 * Over a re-exec: the worker goes on with the request of that cookie (0: it has answered), and what it has
 * answered is a MESSAGE_ENDED.
 */
uint64_t run_http_cookie(const Run *run);
int run_http_save(const Run *run, Buffer *buffer);
/* Takes what it needs out of the message; type 0: none. Returns 0 or a negative errno. */
int run_http_restore(Run *run, uint64_t cookie, Message *ended);
/* The worker did not come along: to be called when all else of the run is restored. */
void run_http_continue(Run *run);
