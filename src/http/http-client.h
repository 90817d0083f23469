/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Many HTTP requests at a time, on an sd_event: libcurl's multi interface with all its sockets behind one
 * descriptor of its own, so that a thousand transfers cost the event loop one source.
 *
 * http and https only, no redirect is followed and no proxy taken unless the request says so; connections are
 * used again. Nothing of a request is kept after its end.
 */

#include <systemd/sd-event.h>

#include "util/cleanup.h"
#include "util/types.h"

typedef struct HttpClient HttpClient;
typedef struct HttpTransfer HttpTransfer;

typedef struct HttpContent {
        const char *data; /* NULL: none */
        size_t size;
} HttpContent;

typedef struct HttpPart {
        char *name;
        char *file_name, *type; /* NULL: none */
        char *text;             /* NULL: it is `content` */
        HttpContent content;
} HttpPart;

typedef enum HttpAuth {
        HTTP_AUTH_NONE,
        HTTP_AUTH_BASIC,
        HTTP_AUTH_DIGEST,
        HTTP_AUTH_BEARER
} HttpAuth;

typedef enum HttpVersion {
        HTTP_VERSION_AUTO,
        HTTP_VERSION_1_0,
        HTTP_VERSION_1_1,
        HTTP_VERSION_2,      /* or 1.1, where the server has no other */
        HTTP_VERSION_2_ONLY, /* also where nothing says that the server speaks it */
        HTTP_VERSION_COUNT,
} HttpVersion;

typedef struct HttpRequest {
        const char *url, *method; /* method NULL: GET, with a body POST */
        char *const *headers;     /* "Name: value"; NULL: none but what HTTP needs */
        HttpContent body;
        const HttpPart *parts; /* in place of a body: multipart/form-data */
        size_t n_parts;
        HttpAuth auth;
        const char *user, *password; /* a bearer's token is its password */
        HttpContent certificate, key, ca;
        const char *key_password, *proxy; /* NULL: none */
        bool no_verify;                   /* whoever answers */
        bool public_only;                 /* no address of this host or a private network is reached */
        HttpVersion version;
        unsigned redirects;
        bool confidential;   /* headers or body: no redirect takes them to somebody else (url-party.h) */
        usec_t timeout_usec; /* of the whole; USEC_INFINITY: HTTP_TIMEOUT_USEC */
        usec_t connect_timeout_usec; /* 0: HTTP_CONNECT_TIMEOUT_USEC */
        size_t response_max;         /* so many bytes of the answer are kept; the transfer ends beyond that */
} HttpRequest;

#define HTTP_TIMEOUT_USEC (5 * USEC_PER_MINUTE)
#define HTTP_CONNECT_TIMEOUT_USEC (15 * USEC_PER_SEC)

typedef struct HttpTimes {
        usec_t resolve_usec, connect_usec, tls_usec, first_byte_usec, total_usec; /* since the begin */
} HttpTimes;

/* Borrowed for the time of the call. */
typedef struct HttpResult {
        int error;               /* 0: there is an answer; else a negative errno, -EADDRNOTAVAIL: it may
                                    not go there */
        const char *message;     /* a sentence on the error; "" without one */
        int status;              /* -1: none */
        usec_t retry_after_usec; /* as the server asked; -1: it did not */
        const char *version;     /* "1.1", "2"; "" without an answer */
        char *const *headers;    /* of the last answer: "Name: value" */
        const char *body;        /* what was kept of it, ended by a NUL that does not count */
        size_t body_size;
        bool truncated; /* there was more of it */
        unsigned redirects;
        const char *address; /* "192.0.2.1:443"; "" if nothing was reached */
        HttpTimes times;
} HttpResult;

/* Comes once, from the event loop, unless the transfer is cancelled. */
typedef void (*http_done_t)(void *userdata, const HttpResult *result);

int http_client_new(sd_event *event, HttpClient **ret);
/* Cancels what is under way. */
HttpClient *http_client_free(HttpClient *client);
DEFINE_CLEANUP(HttpClient, http_client_free);
/* Whether there are transfers. */
bool http_client_is_busy(const HttpClient *client);

/*
 * The request is borrowed until `done` has been called or the transfer is cancelled. Returns 0 with *ret,
 * valid until `done` is called, or a negative errno: -EINVAL (a header, the method or the URL has a line
 * break or is none).
 */
int http_client_start(
                HttpClient *client,
                const HttpRequest *request,
                http_done_t done,
                void *userdata,
                HttpTransfer **ret);
void http_client_cancel(HttpTransfer *transfer);
