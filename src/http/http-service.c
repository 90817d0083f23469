/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/http-service.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>

#include "http/http-call.h"
#include "http/http-pool.h"
#include "http/judge.h"
#include "http/report.h"
#include "protocol/connection.h"
#include "util/utf8.h"

/* Of the answer; more is not read. */
#define RESPONSE_MAX ((size_t) 64 * 1024)

typedef struct Pending {
        HttpService *service;
        uint64_t cookie;
        HttpTransfer *transfer;
        MessageErrand errand; /* of an errand, or … */
        HttpRequest request;
        HttpCall *call; /* … of a run */
        uint64_t output_max;
        UT_hash_handle hh;
} Pending;

struct HttpService {
        sd_event *event;
        HttpPool *pool;
        Connection *connection;
        Pending *pending; /* by cookie */
};

static void answer(HttpService *service, const MessageErrandDone *done) {
        const Message message = { .type = MESSAGE_ERRAND_DONE, .errand_done = *done };

        /* Without a connection the loop ends in a moment. */
        (void) connection_send(service->connection, &message);
}

static void answer_error(HttpService *service, uint64_t cookie, int error, const char *text) {
        answer(service,
               &(MessageErrandDone){
                               .cookie = cookie,
                               .error = (uint64_t) -error,
                               .exit_code = -1,
                               .signal = -1,
                               .http_status = -1,
                               .retry_after_usec = -1,
                               .text = (char *) text,
               });
}

static void pending_free(Pending *pending) {
        Message message = { .type = MESSAGE_ERRAND, .errand = pending->errand };

        HASH_DEL(pending->service->pending, pending);
        message_done(&message);
        (void) http_call_free(pending->call);
        free(pending);
}

static Pending *find_pending(HttpService *service, uint64_t cookie) {
        Pending *pending;

        HASH_FIND(hh, service->pending, &cookie, sizeof(cookie), pending);
        return pending;
}

static Pending *pending_new(HttpService *service, uint64_t cookie) {
        Pending *pending = calloc(1, sizeof(*pending));

        if (!pending)
                return NULL;
        pending->service = service;
        pending->cookie = cookie;
        HASH_ADD(hh, service->pending, cookie, sizeof(pending->cookie), pending);
        return pending;
}

/* --- errands --------------------------------------------------------------------------------------- */

static void on_done(void *userdata, const HttpResult *result) {
        Pending *pending = userdata;
        HttpService *service = pending->service;
        CLEANUP_FREE char *text = NULL;

        if (result->error != 0)
                answer_error(service, pending->cookie, result->error, result->message);
        else if (utf8_clean(result->body, result->body_size, HTTP_ANSWER_TEXT_MAX, &text) < 0)
                answer_error(service, pending->cookie, -ENOMEM, "out of memory");
        else
                answer(service,
                       &(MessageErrandDone){
                                       .cookie = pending->cookie,
                                       .exit_code = -1,
                                       .signal = -1,
                                       .http_status = result->status,
                                       .retry_after_usec = result->retry_after_usec,
                                       .text = text,
                       });
        pending_free(pending);
}

/*
 * A message to tell somebody something is a request like any other: an ordinary user's reaches no address of
 * this host or its network. With --user the owner's processes have the owner's id, as this one has.
 */
static bool is_of_ordinary_user(const MessageErrand *errand) {
        return errand->owner_uid != 0 && errand->owner_uid != (uint64_t) geteuid();
}

static void begin_errand(HttpService *service, MessageErrand *errand) {
        Pending *pending = pending_new(service, errand->cookie);
        const PoolKey key = { .owner_uid = errand->owner_uid, .public_only = is_of_ordinary_user(errand) };
        HttpClient *client = NULL;
        int r;

        if (!pending) {
                answer_error(service, errand->cookie, -ENOMEM, "out of memory");
                return;
        }
        pending->errand = *errand;
        *errand = (MessageErrand){ 0 };
        errand = &pending->errand;
        pending->request = (HttpRequest){
                .url = errand->url,
                .method = errand->method,
                .headers = errand->headers,
                .body = { errand->input_size > 0 ? errand->input : NULL, errand->input_size },
                .timeout_usec = errand->timeout_usec,
                .response_max = RESPONSE_MAX,
                .public_only = key.public_only,
        };
        r = http_pool_get(service->pool, &key, &client);
        if (r >= 0)
                r = http_client_start(client, &pending->request, on_done, pending, &pending->transfer);
        if (r >= 0)
                return;
        answer_error(service, errand->cookie, r,
                     r == -EINVAL ? "the URL, the method or a header is not valid" : strerror(-r));
        pending_free(pending);
}

/* --- requests of runs ------------------------------------------------------------------------------ */

static void answer_run(HttpService *service, const MessageHttpAnswer *answer) {
        const Message message = { .type = MESSAGE_HTTP_ANSWER, .http_answer = *answer };

        const Message failed = {
                .type = MESSAGE_HTTP_ANSWER,
                .http_answer = {
                        .cookie = answer->cookie,
                        .end = HTTP_FAILED,
                        .http_status = answer->http_status,
                        .message = (char *) "the answer cannot be handed over: there is no memory for it",
                },
        };

        /* Without a connection the loop ends in a moment. */
        if (connection_send(service->connection, &message) < 0)
                (void) connection_send(service->connection, &failed);
}

static void answer_run_error(HttpService *service, uint64_t cookie, const char *text) {
        answer_run(service,
                   &(MessageHttpAnswer){
                                   .cookie = cookie,
                                   .end = HTTP_FAILED,
                                   .http_status = -1,
                                   .message = (char *) text,
                   });
}

static const char *failure_prefix(const HttpResult *result) {
        bool has_begun = result->status > 0 && result->status / 100 != 3; /* else: nobody there */

        if (result->error == -ETIMEDOUT)
                return has_begun ? "no whole answer in time: " : "no answer in time: ";
        return has_begun ? "no whole answer: " : "no answer: ";
}

/* Returns 0 with the verdict and why, or a negative errno. */
static int judge_result(const Pending *pending, const HttpResult *result, MessageHttpAnswer *answer) {
        ResultVerdict verdict = RESULT_GOOD;
        char *message = NULL;
        int r;

        if (result->error == 0) {
                r = judge(pending->call, result, &verdict, &message);
                answer->end = HTTP_ANSWERED;
        } else {
                r = asprintf(&message, "%s%s", failure_prefix(result), result->message);
                message = r < 0 ? NULL : message;
                answer->end = result->error == -ETIMEDOUT         ? HTTP_TIMED_OUT
                                : result->error == -EADDRNOTAVAIL ? HTTP_DENIED
                                                                  : HTTP_FAILED;
        }
        answer->verdict = verdict;
        answer->message = message;
        return r;
}

static void on_run_done(void *userdata, const HttpResult *result) {
        Pending *pending = userdata;
        HttpService *service = pending->service;
        CLEANUP_FREE char *report = NULL;
        MessageHttpAnswer answer = {
                .cookie = pending->cookie,
                .http_status = result->status,
                .output = (char *) result->body,
                .output_size = MIN(result->body_size, pending->output_max),
                .output_total_bytes = result->body_size,
        };
        int r;

        r = judge_result(pending, result, &answer);
        if (r >= 0)
                r = report_format(pending->call, result, answer.message, &report);
        answer.result = report;
        if (r < 0)
                answer_run_error(service, pending->cookie, strerror(-r));
        else
                answer_run(service, &answer);
        free(answer.message);
        pending_free(pending);
}

static void begin_run(HttpService *service, MessageHttpRequest *message) {
        Pending *pending = pending_new(service, message->cookie);
        const PoolKey key = { .owner_uid = message->owner_uid, .public_only = message->allow_private == 0 };
        CLEANUP_FREE char *error = NULL;
        HttpClient *client = NULL;
        int r;

        if (!pending) {
                answer_run_error(service, message->cookie, "out of memory");
                return;
        }
        pending->output_max = message->output_max;
        r = http_call_decode(message, &pending->call, &error);
        if (r >= 0)
                r = http_pool_get(service->pool, &key, &client);
        if (r >= 0)
                r = http_client_start(
                                client, &pending->call->request, on_run_done, pending, &pending->transfer);
        if (r >= 0)
                return;
        answer_run_error(
                        service, message->cookie,
                        error                          ? error
                                        : r == -EINVAL ? "the URL, the method or a header is not valid"
                                                       : strerror(-r));
        pending_free(pending);
}

static void cancel(HttpService *service, uint64_t cookie) {
        Pending *pending = find_pending(service, cookie);

        if (!pending)
                return; /* it has just ended */
        http_client_cancel(pending->transfer);
        pending_free(pending);
}

static void on_message(void *userdata, Message *message) {
        HttpService *service = userdata;

        if (message->type == MESSAGE_ERRAND && message->errand.work == ERRAND_WORK_HTTP) {
                if (!find_pending(service, message->errand.cookie)) /* else it is under way */
                        begin_errand(service, &message->errand);
        } else if (message->type == MESSAGE_HTTP_REQUEST) {
                if (!find_pending(service, message->http_request.cookie))
                        begin_run(service, &message->http_request);
        } else if (message->type == MESSAGE_ERRAND_CANCEL) {
                cancel(service, message->errand_cancel.cookie);
        } else {
                (void) sd_event_exit(service->event, EXIT_FAILURE); /* not one that this program serves */
        }
}

static void on_closed(void *userdata, int error) {
        HttpService *service = userdata;

        (void) sd_event_exit(service->event, error == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

int http_service_new(sd_event *event, int socket_fd, HttpService **ret) {
        CLEANUP(http_service_freep) HttpService *service = NULL;
        CLEANUP_CLOSE int fd = socket_fd;
        int r;

        assert(event);
        assert(ret);

        service = calloc(1, sizeof(*service));
        if (!service)
                return -ENOMEM;
        service->event = sd_event_ref(event);
        r = http_pool_new(event, &service->pool);
        if (r >= 0)
                r =
                                connection_new(event, TAKE_FD(fd),
                                               &(ConnectionEvents){
                                                               .on_message = on_message,
                                                               .on_closed = on_closed,
                                                               .userdata = service,
                                               },
                                               &service->connection);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(service);
        return 0;
}

HttpService *http_service_free(HttpService *service) {
        Pending *pending, *next;

        if (!service)
                return NULL;

        service->pool = http_pool_free(service->pool);
        HASH_ITER(hh, service->pending, pending, next)
                pending_free(pending);
        (void) connection_free(service->connection);
        (void) sd_event_unref(service->event);
        free(service);
        return NULL;
}
