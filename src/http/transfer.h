/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* One transfer of an HttpClient: for http-client.c and the files of its two halves. */

#include <curl/curl.h>
#include <netinet/in.h>

#include "http/http-client.h"
#include "util/buffer.h"

#define ADDRESS_TEXT_MAX 64

struct HttpTransfer {
        HttpClient *client;
        const HttpRequest *request; /* borrowed */
        CURL *easy;
        struct curl_slist *headers;
        curl_mime *mime;
        Buffer answer;
        char **answer_headers;
        size_t n_answer_headers, answer_headers_size;
        unsigned n_challenges;          /* answers 401 to a digest: what follows one is no redirection */
        bool full;                      /* the rest of the answer is of no interest */
        char denied[INET6_ADDRSTRLEN];  /* an address that it may not reach; "": none */
        bool may_connect;               /* a socket was opened since the last answer: it may go somewhere */
        bool astray;                    /* it was redirected to where it may not go */
        char address[ADDRESS_TEXT_MAX]; /* that it spoke to */
        char error[CURL_ERROR_SIZE];
        http_done_t done;
        void *userdata;
        HttpTransfer *prev, *next;
};

/* transfer-answer.c: what comes in goes into the transfer. */
CURLcode transfer_receive(HttpTransfer *transfer);
/* The answer so far, borrowed from the transfer; `error` and `message` are not its business. */
void transfer_read_answer(HttpTransfer *transfer, HttpResult *result);

/*
 * transfer-setup.c: says all of the request to libcurl. Returns 0, -EINVAL (the method, the URL or a header
 * is none), or another negative errno.
 */
int transfer_setup(HttpTransfer *transfer);

/* The errno that stands for it. */
int transfer_errno(CURLcode code);
