/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The request of an http action as it comes from the runner, decoded: what is to be sent, and what is
 * expected of the answer.
 *
 * It is the JSON object that job/http-encode.c made, expanded. TEXT is a string, or where a credential stands
 * in it an array of its parts, strings and {"credential": NAME}. JSON is an array of {"raw": STRING} and
 * {"text": TEXT}, which joined are a JSON text. FILE is the number of a file.
 *
 *   url, method, key-password, proxy, expect-body    TEXT
 *   headers, query, body.form                        [{name, value: TEXT}]
 *   body   {text: TEXT | json: JSON | form | multipart: [{name, value: TEXT | file: FILE, file-name, type}]
 *           | file: FILE; type: TEXT}
 *   auth   {bearer: TEXT | basic | digest: {user: TEXT, password: TEXT}}
 *   certificate, key, ca                             {text: TEXT} | {file: FILE}
 *   expect-status  [{from, to}]    expect-json  [{path, value: JSON}]
 *   verify, save-headers, save-body                  true | false
 *   http-version, append-id                          string
 *   redirects, connect-timeout-usec, response-max    integer
 */

#include "http/http-client.h"
#include "protocol/message.h"

typedef struct json_t json_t;
typedef struct json_error_t json_error_t;

typedef struct StatusRange {
        int first, last;
} StatusRange;

typedef struct JsonExpectation {
        char *path;
        json_t *value;
} JsonExpectation;

typedef struct HttpCall {
        HttpRequest request; /* borrows from what follows */
        char **texts;        /* owned, with secrets in them: wiped at the end */
        size_t n_texts;
        char **headers;
        HttpPart *parts;
        char *pieces; /* contents of credentials and files */
        size_t pieces_size;

        StatusRange *statuses; /* none: any will do */
        size_t n_statuses;
        const char *expect_body; /* NULL: any */
        JsonExpectation *expect_json;
        size_t n_expect_json;
        bool save_headers, save_body;
} HttpCall;

/*
 * Takes the pieces out of the message. Returns 0, -EINVAL with *ret_error (a sentence, in which no secret
 * stands), or -ENOMEM.
 */
int http_call_decode(MessageHttpRequest *message, HttpCall **ret, char **ret_error);
/*
 * Reads a JSON value, whatever its kind. An integer that is too large for 64 bits does not spoil the rest:
 * then all numbers are doubles. A byte order mark in front is left out. Returns NULL with *reterr.
 */
json_t *http_json_load(const char *text, size_t size, json_error_t *reterr);
HttpCall *http_call_free(HttpCall *call);
DEFINE_CLEANUP(HttpCall, http_call_free);
