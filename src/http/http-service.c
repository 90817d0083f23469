/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/http-service.h"

#include <assert.h>
#include <string.h>
#include <uthash.h>

#include "http/http-client.h"
#include "protocol/connection.h"
#include "util/utf8.h"

/* Of the answer; more is not read. */
#define RESPONSE_MAX ((size_t) 64 * 1024)

typedef struct Pending {
        HttpService *service;
        uint64_t cookie;
        HttpTransfer *transfer;
        UT_hash_handle hh;
} Pending;

struct HttpService {
        sd_event *event;
        HttpClient *client;
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
        HASH_DEL(pending->service->pending, pending);
        free(pending);
}

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

static void begin(HttpService *service, const MessageErrand *errand) {
        const HttpRequest request = {
                .url = errand->url,
                .method = errand->method,
                .headers = errand->headers,
                .body = errand->input,
                .body_size = errand->input_size,
                .timeout_usec = errand->timeout_usec,
                .response_max = RESPONSE_MAX,
        };
        Pending *pending = NULL;
        int r;

        HASH_FIND(hh, service->pending, &errand->cookie, sizeof(errand->cookie), pending);
        if (pending)
                return; /* it is under way */
        pending = calloc(1, sizeof(*pending));
        if (!pending) {
                answer_error(service, errand->cookie, -ENOMEM, "out of memory");
                return;
        }
        pending->service = service;
        pending->cookie = errand->cookie;
        r = http_client_start(service->client, &request, on_done, pending, &pending->transfer);
        if (r < 0) {
                free(pending);
                answer_error(service, errand->cookie, r,
                             r == -EINVAL ? "the URL, the method or a header is not valid" : strerror(-r));
                return;
        }
        HASH_ADD(hh, service->pending, cookie, sizeof(pending->cookie), pending);
}

static void cancel(HttpService *service, uint64_t cookie) {
        Pending *pending = NULL;

        HASH_FIND(hh, service->pending, &cookie, sizeof(cookie), pending);
        if (!pending)
                return; /* it has just ended */
        http_client_cancel(pending->transfer);
        pending_free(pending);
}

static void on_message(void *userdata, Message *message) {
        HttpService *service = userdata;

        if (message->type == MESSAGE_ERRAND && message->errand.work == ERRAND_WORK_HTTP)
                begin(service, &message->errand);
        else if (message->type == MESSAGE_ERRAND_CANCEL)
                cancel(service, message->errand_cancel.cookie);
        else
                (void) sd_event_exit(service->event, EXIT_FAILURE); /* not one that this program serves */
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
        r = http_client_new(event, &service->client);
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

        service->client = http_client_free(service->client);
        HASH_ITER(hh, service->pending, pending, next)
                pending_free(pending);
        (void) connection_free(service->connection);
        (void) sd_event_unref(service->event);
        free(service);
        return NULL;
}
