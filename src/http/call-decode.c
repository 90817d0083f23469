/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/http-call.h"

#include <assert.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "http/call-text.h"
#include "util/string-list.h"

#define ITEMS_MAX ((size_t) 10000)

HttpCall *http_call_free(HttpCall *call) {
        if (!call)
                return NULL;
        for (size_t i = 0; i < call->n_texts; i++) {
                explicit_bzero(call->texts[i], strlen(call->texts[i]));
                free(call->texts[i]);
        }
        free(call->texts);
        free(call->headers); /* its strings are among the texts */
        free(call->parts);
        if (call->pieces)
                explicit_bzero(call->pieces, call->pieces_size);
        free(call->pieces);
        free(call->statuses);
        for (size_t i = 0; i < call->n_expect_json; i++)
                json_decref(call->expect_json[i].value);
        free(call->expect_json);
        free(call);
        return NULL;
}

/* --- members --------------------------------------------------------------------------------------- */

static int get_text(CallReader *reader, const char *key, CallTextKind kind, const char **ret) {
        const json_t *value = json_object_get(reader->request, key);
        char *text = NULL;
        int r;

        if (!value)
                return 0;
        r = call_text_resolve(reader, key, value, kind, &text);
        if (r >= 0)
                *ret = text;
        return r;
}

static int get_content(CallReader *reader, const char *key, HttpContent *ret) {
        const json_t *value = json_object_get(reader->request, key), *text;
        char *resolved = NULL;
        int r;

        if (!value)
                return 0;
        text = json_object_get(value, "text");
        if (!text)
                return call_file_find(reader, key, json_object_get(value, "file"), ret);
        r = call_text_resolve(reader, key, text, CALL_TEXT_ANY, &resolved);
        if (r >= 0)
                *ret = (HttpContent){ resolved, strlen(resolved) };
        return r;
}

static int get_count(CallReader *reader, const char *key, json_int_t maximum, json_int_t *ret) {
        const json_t *value = json_object_get(reader->request, key);

        if (!value)
                return 0;
        if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > maximum)
                return call_error(reader, "'%s' of the request is not as it should be", key);
        *ret = json_integer_value(value);
        return 0;
}

/* --- headers, body --------------------------------------------------------------------------------- */

static bool has_header(const HttpCall *call, const char *name) {
        size_t length = strlen(name);

        STRING_LIST_FOREACH(header, call->headers) {
                if (strncasecmp(*header, name, length) == 0 && (*header)[length] == ':')
                        return true;
        }
        return false;
}

static int add_header(CallReader *reader, size_t *n, const char *name, const char *value) {
        char *line;

        /* So libcurl is told of one without a value. */
        if (asprintf(&line, *value ? "%s: %s" : "%s;%s", name, value) < 0)
                return -ENOMEM;
        if (call_keep(reader, line) < 0)
                return -ENOMEM;
        reader->call->headers[(*n)++] = line;
        return 0;
}

/* What names the execution to the server, unless the job says it in its own words. */
static int add_own_headers(CallReader *reader, const char *type, size_t *n) {
        HttpCall *call = reader->call;
        char id[24], key[128];
        int r = 0;

        (void) snprintf(id, sizeof(id), "%" PRIu64, reader->message->execution_id);
        (void) snprintf(key, sizeof(key), "%.64s-%s", reader->message->store_uuid, id);
        if (!has_header(call, "Idempotency-Key"))
                r = add_header(reader, n, "Idempotency-Key", key);
        if (r >= 0 && !has_header(call, "X-Jobsched-Execution"))
                r = add_header(reader, n, "X-Jobsched-Execution", id);
        if (r >= 0 && type && !has_header(call, "Content-Type"))
                r = add_header(reader, n, "Content-Type", type);
        return r;
}

static int read_headers(CallReader *reader, const char *type) {
        const json_t *list = json_object_get(reader->request, "headers");
        size_t n = 0, n_listed = json_array_size(list);

        if (n_listed > ITEMS_MAX)
                return call_error(reader, "the request has too many headers");
        reader->call->headers = calloc(n_listed + 4, sizeof(char *));
        if (!reader->call->headers)
                return -ENOMEM;
        for (size_t i = 0; i < n_listed; i++) {
                CallPair pair;
                int r = call_pair_read(reader, "headers", json_array_get(list, i), CALL_TEXT_LINE, &pair);

                if (r >= 0)
                        r = add_header(reader, &n, pair.name, pair.value);
                if (r < 0)
                        return r;
        }
        reader->call->request.headers = reader->call->headers;
        return add_own_headers(reader, type, &n);
}

static int read_part(CallReader *reader, const json_t *item, HttpPart *part) {
        const json_t *name = json_object_get(item, "file-name"), *type = json_object_get(item, "type"),
                     *file = json_object_get(item, "file");
        CallPair pair;
        int r;

        r = call_pair_read(reader, "multipart", item, CALL_TEXT_ANY, &pair);
        if (r < 0)
                return r;
        part->name = (char *) pair.name;
        part->text = file ? NULL : (char *) pair.value;
        if (file)
                r = call_file_find(reader, "multipart", file, &part->content);
        if (r >= 0 && name)
                r = call_text_resolve(reader, "multipart", name, CALL_TEXT_LINE, &part->file_name);
        if (r >= 0 && type)
                r = call_text_resolve(reader, "multipart", type, CALL_TEXT_LINE, &part->type);
        return r;
}

static int read_parts(CallReader *reader, const json_t *list) {
        HttpCall *call = reader->call;
        size_t n = json_array_size(list);

        if (n == 0 || n > ITEMS_MAX)
                return call_error(reader, "the request has no parts, or too many");
        call->parts = calloc(n, sizeof(*call->parts));
        if (!call->parts)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                int r = read_part(reader, json_array_get(list, i), &call->parts[i]);

                if (r < 0)
                        return r;
        }
        call->request.parts = call->parts;
        call->request.n_parts = n;
        return 0;
}

static int read_body_text(CallReader *reader, const json_t *body, const char **ret_type) {
        const json_t *text = json_object_get(body, "text"), *json = json_object_get(body, "json"),
                     *form = json_object_get(body, "form");
        char *data = NULL;
        int r = 0;

        if (text) {
                r = call_text_resolve(reader, "body", text, CALL_TEXT_ANY, &data);
                *ret_type = "text/plain; charset=utf-8";
        } else if (json) {
                r = call_json_join(reader, "body", json, &data);
                *ret_type = "application/json";
        } else if (form) {
                r = call_form_join(reader, "form", form, &data);
                *ret_type = "application/x-www-form-urlencoded";
        }
        if (r >= 0 && data)
                reader->call->request.body = (HttpContent){ data, strlen(data) };
        return r;
}

static int read_body(CallReader *reader, const char **ret_type) {
        const json_t *body = json_object_get(reader->request, "body"),
                     *multipart = json_object_get(body, "multipart"), *file = json_object_get(body, "file"),
                     *type = json_object_get(body, "type");
        char *text = NULL;
        int r;

        if (!body)
                return 0;
        if (multipart) {
                r = read_parts(reader, multipart);
        } else if (file) {
                r = call_file_find(reader, "body", file, &reader->call->request.body);
                *ret_type = "application/octet-stream";
        } else {
                r = read_body_text(reader, body, ret_type);
        }
        if (r < 0 || !type)
                return r;
        r = call_text_resolve(reader, "type", type, CALL_TEXT_LINE, &text);
        if (r >= 0)
                *ret_type = text;
        return r;
}

/* --- the rest of what is sent ---------------------------------------------------------------------- */

static int read_login(CallReader *reader, HttpAuth kind, const json_t *login) {
        HttpRequest *request = &reader->call->request;
        char *user = NULL, *password = NULL;
        int r;

        r = call_text_resolve(reader, "auth", json_object_get(login, "user"), CALL_TEXT_LINE, &user);
        if (r >= 0)
                r = call_text_resolve(
                                reader, "auth", json_object_get(login, "password"), CALL_TEXT_LINE,
                                &password);
        request->auth = kind;
        request->user = user;
        request->password = password;
        return r;
}

static int read_auth(CallReader *reader) {
        const json_t *auth = json_object_get(reader->request, "auth"),
                     *basic = json_object_get(auth, "basic"), *digest = json_object_get(auth, "digest");
        char *token = NULL;
        int r;

        if (!auth)
                return 0;
        if (basic)
                return read_login(reader, HTTP_AUTH_BASIC, basic);
        if (digest)
                return read_login(reader, HTTP_AUTH_DIGEST, digest);
        r = call_text_resolve(reader, "auth", json_object_get(auth, "bearer"), CALL_TEXT_LINE, &token);
        reader->call->request.auth = HTTP_AUTH_BEARER;
        reader->call->request.password = token;
        return r;
}

static int read_tls(CallReader *reader) {
        HttpRequest *request = &reader->call->request;
        int r;

        r = get_content(reader, "certificate", &request->certificate);
        if (r >= 0)
                r = get_content(reader, "key", &request->key);
        if (r >= 0)
                r = get_content(reader, "ca", &request->ca);
        if (r >= 0)
                r = get_text(reader, "key-password", CALL_TEXT_LINE, &request->key_password);
        request->no_verify = json_is_false(json_object_get(reader->request, "verify"));
        return r;
}

static int read_version(CallReader *reader) {
        static const char *const names[HTTP_VERSION_COUNT] = { "auto", "1.0", "1.1", "2", "2-only" };
        const char *text = json_string_value(json_object_get(reader->request, "http-version")) ?: "auto";

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                if (strcmp(text, names[i]) != 0)
                        continue;
                reader->call->request.version = (HttpVersion) i;
                return 0;
        }
        return call_error(reader, "'http-version' of the request is not one that is known");
}

static int read_options(CallReader *reader) {
        HttpRequest *request = &reader->call->request;
        json_int_t redirects = 0, connect_usec = 0, response_max = 1024 * 1024;
        int r;

        r = get_text(reader, "method", CALL_TEXT_LINE, &request->method);
        if (r >= 0)
                r = get_text(reader, "proxy", CALL_TEXT_LINE, &request->proxy);
        if (r >= 0)
                r = get_count(reader, "redirects", 50, &redirects);
        if (r >= 0)
                r = get_count(reader, "connect-timeout-usec", USEC_PER_DAY, &connect_usec);
        if (r >= 0)
                r = get_count(reader, "response-max", OUTPUT_CAPTURE_MAX, &response_max);
        request->redirects = (unsigned) redirects;
        request->connect_timeout_usec = (usec_t) connect_usec;
        request->response_max = (size_t) response_max;
        request->timeout_usec = reader->message->timeout_usec;
        request->public_only = reader->message->allow_private == 0;
        return r < 0 ? r : read_version(reader);
}

/* --- what is expected ------------------------------------------------------------------------------ */

static int read_statuses(CallReader *reader) {
        const json_t *list = json_object_get(reader->request, "expect-status");
        HttpCall *call = reader->call;
        size_t n = json_array_size(list);

        if (n > ITEMS_MAX)
                return call_error(reader, "the request expects too many codes");
        call->statuses = calloc(n + 1, sizeof(*call->statuses));
        if (!call->statuses)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                const json_t *item = json_array_get(list, i);

                call->statuses[i] = (StatusRange){
                        .first = (int) json_integer_value(json_object_get(item, "from")),
                        .last = (int) json_integer_value(json_object_get(item, "to")),
                };
        }
        call->n_statuses = n;
        return 0;
}

json_t *http_json_load(const char *text, size_t size, json_error_t *reterr) {
        static const char mark[] = "\xEF\xBB\xBF";
        const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
        json_t *value;

        assert(text);
        assert(reterr);

        if (size >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0) {
                text += strlen(mark);
                size -= strlen(mark);
        }
        value = json_loadb(text, size, flags, reterr);
        if (!value && json_error_code(reterr) == json_error_numeric_overflow)
                value = json_loadb(text, size, flags | JSON_DECODE_INT_AS_REAL, reterr);
        return value;
}

static int read_expected_json(CallReader *reader) {
        const json_t *list = json_object_get(reader->request, "expect-json");
        HttpCall *call = reader->call;
        size_t n = json_array_size(list);

        if (n > ITEMS_MAX)
                return call_error(reader, "the request expects too much of the answer");
        call->expect_json = calloc(n + 1, sizeof(*call->expect_json));
        if (!call->expect_json)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                const json_t *item = json_array_get(list, i);
                JsonExpectation *expectation = &call->expect_json[i];
                json_error_t fault;
                char *value = NULL;
                int r;

                r = call_text_resolve(
                                reader, "expect-json", json_object_get(item, "path"), CALL_TEXT_LINE,
                                &expectation->path);
                if (r >= 0)
                        r = call_json_join(reader, "expect-json", json_object_get(item, "value"), &value);
                if (r < 0)
                        return r;
                expectation->value = http_json_load(value, strlen(value), &fault);
                if (!expectation->value)
                        return call_error(reader, "a value of 'expect-json' is no JSON");
                call->n_expect_json++;
        }
        return 0;
}

static int read_expectations(CallReader *reader) {
        int r;

        reader->call->save_headers = !json_is_false(json_object_get(reader->request, "save-headers"));
        reader->call->save_body = !json_is_false(json_object_get(reader->request, "save-body"));
        r = read_statuses(reader);
        if (r >= 0)
                r = get_text(reader, "expect-body", CALL_TEXT_ANY, &reader->call->expect_body);
        return r < 0 ? r : read_expected_json(reader);
}

/* --- the whole ------------------------------------------------------------------------------------- */

static int read_all(CallReader *reader) {
        const char *type = NULL;
        int r;

        r = call_url_build(reader, &reader->call->request.url);
        if (r >= 0)
                r = read_options(reader);
        reader->has_credential = false;
        if (r >= 0)
                r = read_body(reader, &type);
        if (r >= 0)
                r = read_headers(reader, type);
        reader->call->request.confidential = reader->has_credential;
        if (r >= 0)
                r = read_auth(reader);
        if (r >= 0)
                r = read_tls(reader);
        return r < 0 ? r : read_expectations(reader);
}

int http_call_decode(MessageHttpRequest *message, HttpCall **ret, char **ret_error) {
        CLEANUP(http_call_freep) HttpCall *call = calloc(1, sizeof(*call));
        CallReader reader = { .message = message, .call = call };
        int r;

        assert(ret && ret_error);

        if (!call)
                return -ENOMEM;
        call->pieces = TAKE_PTR(message->pieces);
        call->pieces_size = message->pieces_size;
        message->pieces_size = 0;
        reader.request = json_loads(message->request, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        if (!json_is_object(reader.request))
                r = call_error(&reader, "the request is no JSON object");
        else
                r = read_all(&reader);
        json_decref(reader.request);
        *ret_error = reader.error;
        if (r >= 0)
                *ret = TAKE_PTR(call);
        return r;
}
