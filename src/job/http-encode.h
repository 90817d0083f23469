/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* `http:` as it is written, and how it becomes a request. For http-decode.c. */

#include "job/action.h"
#include "job/parameter.h"
#include "job/yaml-field.h"
#include "util/buffer.h"

/* As they are written, and as the request says them. */
typedef enum HttpVersionSpec {
        HTTP_VERSION_AUTO,
        HTTP_VERSION_1_0,
        HTTP_VERSION_1_1,
        HTTP_VERSION_2,
        HTTP_VERSION_2_ONLY,
        HTTP_VERSION_SPEC_COUNT,
} HttpVersionSpec;

typedef enum HttpAppendSpec {
        HTTP_APPEND_NONE,
        HTTP_APPEND_JOB,
        HTTP_APPEND_EXECUTION,
        HTTP_APPEND_SPEC_COUNT,
} HttpAppendSpec;

extern const char *const http_version_names[], *const http_append_names[];

typedef struct HttpBodySpec {
        const YamlNode *text, *json, *form, *multipart, *file, *type;
} HttpBodySpec;

typedef struct HttpAuthSpec {
        const YamlNode *bearer, *basic, *digest;
} HttpAuthSpec;

/* NULL: not there. */
typedef struct HttpSpec {
        const YamlNode *url, *method, *headers, *query, *body, *auth;
        const YamlNode *certificate, *key, *key_password, *ca, *proxy;
        const YamlNode *expect_status, *expect_body, *expect_json, *save;
        HttpBodySpec body_spec;
        HttpAuthSpec auth_spec;
        HttpVersionSpec version;
        HttpAppendSpec append_id;
        uint64_t redirects, response_max_bytes;
        usec_t timeout_usec, connect_timeout_usec;
        bool verify, allow_private;
} HttpSpec;

extern const YamlField http_login_fields[];

/* Adds to action's credentials and files what the texts name. Faults are in the diagnostics. */
int http_encode(const YamlContext *context,
                const HttpSpec *spec,
                const ParameterSet *declared,
                RequestAction *action,
                Buffer *buffer);
