/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/server-report.h"

#include <errno.h>
#include <string.h>
#include <utlist.h>

#include "util/clock.h"
#include "util/log.h"

/* Above this, outcomes wait in runs/ instead of in our memory, … */
#define OUTCOME_BOUND_BYTES ((size_t) 8 * 1024 * 1024)
/* … and live output is left out. */
#define FOLLOW_BOUND_BYTES ((size_t) 4 * 1024 * 1024)

void server_progress(Server *server) {
        if (server->on_progress)
                server->on_progress(server->userdata);
}

bool server_owns(const Server *server, const Run *run) {
        return server->greeted && strcmp(run->key.store, server->store) == 0;
}

int server_send(Server *server, const Message *message) {
        int r = server->connection ? connection_send(server->connection, message) : -ENOTCONN;

        if (r < 0 && r != -ENOTCONN)
                (void) log_warning_errno(r, "Cannot send a message to jobschedd: %m");
        return r;
}

static void unsent_add(Server *server, Run *run) {
        if (run->queued)
                return;
        run->queued = true;
        DL_APPEND(server->unsent, run);
}

void server_report_forget(Server *server, Run *run) {
        if (!run->queued)
                return;
        run->queued = false;
        DL_DELETE(server->unsent, run);
}

/* The daemon waits for an end: if the record of it is gone, it has to hear at least that. */
static int make_lost_outcome(const Run *run, Message *ret) {
        Message message = {
                .type = MESSAGE_ENDED,
                .ended = {
                        .execution_id = run->key.execution_id,
                        .attempt = run->key.attempt,
                        .kind = END_LOST,
                        .exit_code = -1,
                        .signal = -1,
                        .message = strdup("the runner cannot read its record of how it ended any more"),
                        .started_usec = USEC_INFINITY,
                        .ended_usec = USEC_INFINITY,
                        .cpu_usec = -1,
                        .memory_peak_bytes = -1,
                        .http_status = -1,
                },
        };

        if (!message.ended.message)
                return -ENOMEM;
        *ret = message;
        return 0;
}

static int send_outcome(Server *server, Run *run) {
        CLEANUP(message_done) Message message = { 0 };
        int r;

        r = run_load_outcome(run, &message);
        if (r == -ENOENT || r == -ENODATA || r == -EBADMSG) {
                (void) log_error_errno(
                                r, "Cannot read the outcome of execution %" PRIu64 " of job '%s': %m",
                                run->key.execution_id, run->start.job);
                r = make_lost_outcome(run, &message);
        }
        return r < 0 ? r : server_send(server, &message);
}

/* Without descriptors or memory for it now, perhaps in a moment. */
static void send_later(Server *server, Run *run) {
        unsent_add(server, run);
        (void) deadline_set(
                        &server->runner->context.deadlines, &server->send_again,
                        clock_now(&system_clock, CLOCK_KIND_MONOTONIC) + USEC_PER_SEC);
}

/* Sends outcomes while the queue to the client is short; on_drained() brings us back. */
void server_report_outcomes(Server *server) {
        while (server->unsent && server->connection &&
               connection_queued_bytes(server->connection) < OUTCOME_BOUND_BYTES) {
                Run *run = server->unsent;
                int r = send_outcome(server, run);

                if (r < 0 && r != -ENOTCONN)
                        send_later(server, run);
                if (r < 0)
                        return;
                server_report_forget(server, run);
        }
}

static void on_send_again(Deadline *deadline) {
        server_report_outcomes(deadline->userdata);
}

static void on_started(void *userdata, Run *run) {
        Server *server = userdata;
        const Message message = {
                .type = MESSAGE_STARTED,
                .started = {
                        .execution_id = run->key.execution_id,
                        .attempt = run->key.attempt,
                        .pid = (uint64_t) run->pid,
                        .started_usec = run->started_usec,
                },
        };

        if (server_owns(server, run))
                (void) server_send(server, &message); /* after a reconnection it is listed as running */
}

/* All that it last said, also what did not change. */
static void send_progress(Server *server, const Run *run) {
        const Message message = {
                .type = MESSAGE_PROGRESS,
                .progress = {
                        .execution_id = run->key.execution_id,
                        .attempt = run->key.attempt,
                        .progress = run->progress,
                        .status_text = run->status_text,
                },
        };

        if (run->progress >= 0 || run->status_text)
                (void) server_send(server, &message); /* after a reconnection it follows the list */
}

/* What is left out comes with the end. */
static void on_run_progress(void *userdata, Run *run) {
        Server *server = userdata;

        if (server_owns(server, run) && server->connection &&
            connection_queued_bytes(server->connection) <= FOLLOW_BOUND_BYTES)
                send_progress(server, run);
}

static void on_ended(void *userdata, Run *run, const MessageEnded *ended) {
        const Message message = { .type = MESSAGE_ENDED, .ended = *ended };
        Server *server = userdata;
        int r = 0;

        if (server_owns(server, run) && server->connection) {
                send_progress(server, run);
                if (server->unsent || connection_queued_bytes(server->connection) >= OUTCOME_BOUND_BYTES)
                        unsent_add(server, run);
                else
                        r = server_send(server, &message); /* not connected: told after the reconnection */
                if (r < 0 && r != -ENOTCONN)
                        send_later(server, run);
        }
        server_progress(server);
}

static void send_output(Server *server, const Run *run, uint8_t stream, const void *data, size_t size) {
        const Message message = {
                .type = MESSAGE_OUTPUT,
                .output = {
                        .execution_id = run->key.execution_id,
                        .attempt = run->key.attempt,
                        .stream = stream,
                        .data = (char *) data,
                        .data_size = size,
                },
        };

        (void) server_send(server, &message);
}

/* A slow follower must not stop the job: it misses something instead, and is told so. */
static void on_output(void *userdata, Run *run, uint8_t stream, const void *data, size_t size) {
        Server *server = userdata;
        char text[96];

        if (!server_owns(server, run) || !server->connection)
                return;
        if (size > 0 && connection_queued_bytes(server->connection) > FOLLOW_BOUND_BYTES) {
                run->follow_skipped_bytes += size;
                return;
        }
        if (run->follow_skipped_bytes > 0) {
                (void) snprintf(text, sizeof(text), "… %" PRIu64 " bytes not shown: they came too fast …\n",
                                run->follow_skipped_bytes);
                run->follow_skipped_bytes = 0;
                send_output(server, run, STREAM_REMARK, text, strlen(text));
        }
        send_output(server, run, stream, data, size);
}

static void on_errand_done(void *userdata, const MessageErrandDone *done) {
        Server *server = userdata;

        if (server->greeted)
                (void) server_send(server, &(Message){ .type = MESSAGE_ERRAND_DONE, .errand_done = *done });
}

static ListedState listed_state(const Run *run) {
        if (run->phase != RUN_ENDED)
                return LISTED_RUNNING;
        return run->lost ? LISTED_LOST : LISTED_ENDED;
}

void server_report_list(Server *server) {
        Run *run, *next;

        HASH_ITER(hash, server->runner->runs, run, next) {
                const Message message = {
                        .type = MESSAGE_LISTED,
                        .listed = {
                                .execution_id = run->key.execution_id,
                                .attempt = run->key.attempt,
                                .store_uuid = run->key.store,
                                .job = run->start.job,
                                .state = listed_state(run),
                                .pid = (uint64_t) run->pid,
                                .started_usec = run->started_usec,
                        },
                };

                (void) server_send(server, &message);
                if (server_owns(server, run) && run->phase == RUN_ENDED)
                        unsent_add(server, run);
        }
        (void) server_send(server, &(Message){ .type = MESSAGE_LIST_END });
        HASH_ITER(hash, server->runner->runs, run, next)
                if (server_owns(server, run))
                        send_progress(server, run);
        server_report_outcomes(server);
}


void server_report_run(Server *server, Run *run) {
        if (run->phase == RUN_RUNNING || run->phase == RUN_SETTLING)
                on_started(server, run);
        if (run->phase == RUN_ENDED) {
                unsent_add(server, run);
                server_report_outcomes(server);
        }
}

void server_report_forget_all(Server *server) {
        Run *run, *next;

        DL_FOREACH_SAFE(server->unsent, run, next)
        server_report_forget(server, run);
}

void server_report_init(Server *server) {
        deadline_init(&server->send_again, on_send_again, server);
        server->runner->observer = (RunEvents){ on_started, on_ended, on_output, on_run_progress, server };
        server->runner->errands.on_done = on_errand_done;
        server->runner->errands.userdata = server;
}

void server_report_done(Server *server) {
        server_report_forget_all(server);
        deadline_clear(&server->runner->context.deadlines, &server->send_again);
}
