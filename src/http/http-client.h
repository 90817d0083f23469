/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Many HTTP requests at a time, on an sd_event: libcurl's multi interface with all its sockets behind one
 * descriptor of its own, so that a thousand transfers cost the event loop one source.
 *
 * http and https only, no redirect is followed, no proxy is taken from the environment; connections are used
 * again. Nothing of a request is kept after its end.
 */

#include <systemd/sd-event.h>

#include "util/cleanup.h"
#include "util/types.h"

typedef struct HttpClient HttpClient;
typedef struct HttpTransfer HttpTransfer;

typedef struct HttpRequest {
        const char *url, *method;
        char *const *headers; /* "Name: value"; NULL: none but what HTTP needs */
        const void *body;
        size_t body_size;
        usec_t timeout_usec; /* of the whole; USEC_INFINITY: HTTP_TIMEOUT_USEC */
        size_t response_max; /* so many bytes of the answer are kept; the transfer ends beyond that */
} HttpRequest;

#define HTTP_TIMEOUT_USEC (5 * USEC_PER_MINUTE)
#define HTTP_CONNECT_TIMEOUT_USEC (15 * USEC_PER_SEC)

/* Borrowed for the time of the call. */
typedef struct HttpResult {
        int error;               /* 0: there is an answer; else a negative errno */
        const char *message;     /* a sentence on the error; "" without one */
        int status;              /* -1: none */
        usec_t retry_after_usec; /* as the server asked; -1: it did not */
        const char *body;        /* what was kept of it, ended by a NUL that does not count */
        size_t body_size;
} HttpResult;

/* Comes once, from the event loop, unless the transfer is cancelled. */
typedef void (*http_done_t)(void *userdata, const HttpResult *result);

int http_client_new(sd_event *event, HttpClient **ret);
/* Cancels what is under way. */
HttpClient *http_client_free(HttpClient *client);
DEFINE_CLEANUP(HttpClient, http_client_free);

/*
 * The request is copied. Returns 0 with *ret, valid until `done` is called, or a negative errno: -EINVAL (a
 * header or the method has a line break or is none).
 */
int http_client_start(
                HttpClient *client,
                const HttpRequest *request,
                http_done_t done,
                void *userdata,
                HttpTransfer **ret);
void http_client_cancel(HttpTransfer *transfer);
