/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/run-http.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "protocol/http-piece.h"
#include "runner/credential-load.h"
#include "runner/file-read.h"
#include "runner/http-worker.h"
#include "runner/run-output.h"
#include "runner/run-result.h"
#include "runner/run.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/string-list.h"

/* The worker ends a request by itself in time; one that hangs is killed then. */
#define WORKER_GRACE_USEC (10 * USEC_PER_SEC)

struct RunHttp {
        FileRead *files; /* until the request is sent */
        HttpQuestion *question;
        MessageEnded ended; /* without strings but `result` */
};

static RunHttp *http_new(void) {
        RunHttp *http = calloc(1, sizeof(*http));

        if (http)
                http->ended = (MessageEnded){ .exit_code = -1,
                                              .signal = -1,
                                              .cpu_usec = -1,
                                              .memory_peak_bytes = -1,
                                              .http_status = -1 };
        return http;
}

void run_http_done(Run *run) {
        RunHttp *http = run->http;

        if (!http)
                return;
        http->files = file_read_free(http->files);
        http->question = http_question_cancel(http->question);
        free(http->ended.result);
        free(http);
        run->http = NULL;
}

/* --- the end --------------------------------------------------------------------------------------- */

void run_http_complete(Run *run) {
        MessageEnded ended = run->http->ended;

        run->http->ended.result = NULL;
        run_output_end(run);
        run_end(run, &ended);
        free(ended.result);
}

static void finish(Run *run, EndKind kind) {
        run->http->ended.kind = kind;
        run->http->ended.ended_usec = clock_now(&system_clock, CLOCK_KIND_REALTIME);
        run_finish(run);
}

static void finish_with(Run *run, EndKind kind, const char *message) {
        free(run->failure);
        run->failure = strdup(message);
        finish(run, kind);
}

static const EndKind end_kinds[HTTP_END_COUNT] = {
        [HTTP_ANSWERED] = END_ANSWERED,
        [HTTP_TIMED_OUT] = END_TIMED_OUT,
        [HTTP_FAILED] = END_LAUNCH,
        [HTTP_DENIED] = END_DENIED,
};

static void on_answered(void *userdata, const MessageHttpAnswer *answer) {
        Run *run = userdata;
        MessageEnded *ended = &run->http->ended;

        run->http->question = NULL;
        if (!answer) {
                run->lost = true;
                finish_with(run, END_LOST,
                            "the worker for HTTP died while the request was under way: nobody knows whether "
                            "the server did what it asks for");
                return;
        }
        ended->http_status = answer->http_status;
        ended->verdict = answer->verdict;
        if (answer->result[0] != '\0')
                ended->result = strdup(answer->result);
        if (answer->output_size > 0)
                run_output_add(run, answer->output, answer->output_size, answer->output_total_bytes);
        if (answer->message[0] != '\0')
                finish_with(run, end_kinds[answer->end], answer->message);
        else
                finish(run, end_kinds[answer->end]);
}

/* --- the begin ------------------------------------------------------------------------------------- */

/* Credentials, then files; written where they stay, and wiped once they are sent. */
static int join_pieces(const Run *run, const char *files, size_t files_size, char **ret, size_t *ret_size) {
        size_t n = 0, size = files_size, at = 0;
        const Credential *credentials = credential_load_items(run->credential_load, &n);
        char *pieces;

        for (size_t i = 0; i < n; i++)
                size += http_piece_size(&(HttpPiece){
                                .name_size = strlen(credentials[i].name),
                                .size = credentials[i].size,
                });
        pieces = malloc(size + 1);
        if (!pieces)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                at += http_piece_write(
                                &(HttpPiece){
                                                .kind = HTTP_PIECE_CREDENTIAL,
                                                .name = credentials[i].name,
                                                .name_size = strlen(credentials[i].name),
                                                .data = credentials[i].data,
                                                .size = credentials[i].size,
                                },
                                pieces + at);
        if (files_size > 0)
                memcpy(pieces + at, files, files_size);
        *ret = pieces;
        *ret_size = size;
        return 0;
}

static int send_request(Run *run, const char *files, size_t files_size) {
        CLEANUP_FREE char *pieces = NULL;
        size_t size = 0;
        int r;

        r = join_pieces(run, files, files_size, &pieces, &size);
        if (r < 0)
                return r;
        r = http_worker_request(
                        run->context->http,
                        &(MessageHttpRequest){
                                        .owner_uid = run->start.owner_uid,
                                        .allow_private = run->start.allow_private,
                                        .execution_id = run->key.execution_id,
                                        .store_uuid = run->key.store,
                                        .job = run->start.job,
                                        .request = run->start.request,
                                        .timeout_usec = run->start.timeout_usec,
                                        .output_max = run->start.capture_bytes,
                                        .pieces = pieces,
                                        .pieces_size = size,
                        },
                        on_answered, run, &run->http->question);
        explicit_bzero(pieces, size);
        run->credential_load = credential_load_free(run->credential_load);
        return r;
}

static void begin_request(Run *run, const char *files, size_t files_size) {
        CLEANUP_CLOSE int record_fd = -EBADF;
        char *message;
        int r;

        if (run->start.request[0] == '\0') {
                run_fail(run, END_LAUNCH, strdup(RUN_NO_REQUEST));
                return;
        }
        record_fd = run_record_begin(&run->context->records, &run->key, run->start.job);
        if (record_fd < 0) {
                run_explain_record(-record_fd, &message);
                run_fail(run, END_LAUNCH, message);
                return;
        }
        run->begun_usec = clock_now(&system_clock, CLOCK_KIND_REALTIME);
        r = send_request(run, files, files_size);
        if (r < 0) {
                if (asprintf(&message, "the worker for HTTP cannot be asked: %s", strerror(-r)) < 0)
                        message = NULL;
                run_fail(run, END_LAUNCH, message);
                return;
        }
        run_on_executed(run);
        (void) deadline_set(
                        &run->context->deadlines, &run->deadline,
                        usec_add(clock_now(&system_clock, CLOCK_KIND_MONOTONIC),
                                 usec_add(run->start.timeout_usec, WORKER_GRACE_USEC)));
}

static void on_files_read(void *userdata, const char *pieces, size_t size, const char *failure) {
        Run *run = userdata;

        if (failure)
                run_fail(run, END_LAUNCH, strdup(failure));
        else
                begin_request(run, pieces, size);
        if (run->http)
                run->http->files = file_read_free(run->http->files);
}

static void read_files(Run *run, const Account *account) {
        const FileReadPlan plan = {
                .poller = &run->context->poller,
                .deadlines = &run->context->deadlines,
                .defaults = &run->context->launch,
                .program = run->context->program,
                .job = run->start.job,
                .paths = run->start.files,
                .timeout_usec = run->start.start_timeout_usec,
        };
        char *message = NULL;
        int r;

        r = file_read_begin(&plan, account, on_files_read, run, &run->http->files, &message);
        if (r < 0)
                run_fail(run, END_LAUNCH, message ?: strdup(strerror(-r)));
}

void run_http_launch(Run *run, const Account *account) {
        run->http = http_new();
        if (!run->http)
                run_fail(run, END_LAUNCH, NULL);
        else if (string_list_length(run->start.files) > 0)
                read_files(run, account);
        else
                begin_request(run, NULL, 0);
}

/* --- while it is under way ------------------------------------------------------------------------- */

void run_http_stop(Run *run, EndKind kind) {
        run->http->question = http_question_cancel(run->http->question);
        finish_with(run, kind, "the request was given up before there was an answer");
}

void run_http_signal(Run *run, int signal_number) {
        static const int deadly[] = { SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM };

        for (size_t i = 0; i < ARRAY_SIZE(deadly); i++) {
                if (deadly[i] != signal_number)
                        continue;
                run->http->ended.signal = signal_number;
                run_http_stop(run, END_SIGNALED);
                return;
        }
}

void run_http_on_deadline(Run *run) {
        log_warning("The worker for HTTP does not answer; it is killed, and the next request starts "
                    "another.");
        run->http->question = http_question_cancel(run->http->question);
        http_worker_kill(run->context->http);
        finish_with(run, END_TIMED_OUT,
                    "the worker for HTTP did not end the request in time, and was killed");
}

/* --- re-exec --------------------------------------------------------------------------------------- */

uint64_t run_http_cookie(const Run *run) {
        return run->http ? http_question_cookie(run->http->question) : 0;
}

int run_http_save(const Run *run, Buffer *buffer) {
        const Message message = { .type = MESSAGE_ENDED, .ended = run->http->ended };
        Message numbered = message;

        numbered.ended.execution_id = run->key.execution_id;
        numbered.ended.attempt = run->key.attempt;
        return message_encode(&numbered, buffer);
}

int run_http_restore(Run *run, uint64_t cookie, Message *ended) {
        int r;

        run->http = http_new();
        if (!run->http)
                return -ENOMEM;
        if (ended->type == MESSAGE_ENDED) {
                run->http->ended = ended->ended;
                run->http->ended.result = TAKE_PTR(ended->ended.result);
                run->http->ended.message = run->http->ended.output = NULL;
                run->http->ended.output_size = 0;
        }
        if (cookie == 0)
                return 0;
        r = http_worker_expect(run->context->http, cookie, on_answered, run, &run->http->question);
        return r == -ENOTCONN ? 0 : r;
}

void run_http_continue(Run *run) {
        if (run->phase == RUN_RUNNING && run->http && !run->http->question)
                on_answered(run, NULL);
}
