/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The runner's side of jobsched-http, the one process that speaks HTTP: started with the first request,
 * started again after it died, ended when there was nothing to do for a while.
 */

#include <systemd/sd-event.h>

#include "protocol/connection.h"
#include "runner/deadline.h"

typedef struct HttpQuestion HttpQuestion;

/* `done` is borrowed; its cookie means nothing. */
typedef void (*http_answered_t)(void *userdata, const MessageErrandDone *done);
/* The same of a run's request; NULL: the worker has died, and nobody knows what the server has seen. */
typedef void (*http_run_answered_t)(void *userdata, const MessageHttpAnswer *answer);

typedef struct HttpWorker {
        sd_event *event;
        Deadlines *deadlines;
        char *program;
        pid_t pid; /* 0: not running. The runner's loop reaps it, like any child that is not a run. */
        Connection *connection;
        HttpQuestion *questions; /* hash */
        uint64_t next_cookie;
        Deadline idle;
} HttpWorker;

/* `runner_program`: its own file, beside which the worker is looked for first. Returns 0 or -ENOMEM. */
int http_worker_init(HttpWorker *worker, sd_event *event, Deadlines *deadlines, const char *runner_program);
/* Whoever has asked hears nothing any more. */
void http_worker_done(HttpWorker *worker);

/*
 * Asks for one request. Returns 0 with *ret, valid until `answered` is called, which does not happen from
 * here; or a negative errno: there is no worker.
 */
int http_worker_ask(
                HttpWorker *worker,
                const MessageErrand *errand,
                http_answered_t answered,
                void *userdata,
                HttpQuestion **ret);
/* The same for the request of a run, with secrets. */
int http_worker_request(
                HttpWorker *worker,
                const MessageHttpRequest *request,
                http_run_answered_t answered,
                void *userdata,
                HttpQuestion **ret);
/* Returns NULL. */
HttpQuestion *http_question_cancel(HttpQuestion *question);

/* It does not answer any more: it is killed, and all that it works on is lost. */
void http_worker_kill(HttpWorker *worker);

/*
 * For a re-exec: the socket on which the worker goes on, borrowed; or -EBADF: there is no worker, or
 * something has not been sent yet.
 */
int http_worker_suspend(HttpWorker *worker);
/* In the new program. Takes the socket, also on failure. Returns 0 or a negative errno. */
int http_worker_resume(HttpWorker *worker, int fd, pid_t pid, uint64_t next_cookie);
/* By what a question is asked for again; 0: of none. */
uint64_t http_question_cookie(const HttpQuestion *question);
/* Returns 0 with *ret, -ENOTCONN (the worker did not come along), or -ENOMEM. */
int http_worker_expect(
                HttpWorker *worker,
                uint64_t cookie,
                http_run_answered_t answered,
                void *userdata,
                HttpQuestion **ret);

/* A child was reaped: was it the worker? */
void http_worker_on_reaped(HttpWorker *worker, pid_t pid);
