/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/http-call.h"

#include <string.h>

#include "protocol/http-piece.h"
#include "support/test-support.h"
#include "util/string-list.h"

#define U "\"url\": \"http://h/\""
#define TOKEN "{\"credential\": \"token\"}"

static char *make_pieces(size_t *ret_size) {
        const HttpPiece pieces[] = {
                { HTTP_PIECE_CREDENTIAL, "token", 5, "s3cr3t\n", 7 },
                { HTTP_PIECE_CREDENTIAL, "torn", 4, "a\r\nb", 4 },
                { HTTP_PIECE_CREDENTIAL, "binary", 6, "a\0b", 3 },
                { HTTP_PIECE_FILE, "0", 1, "file", 4 },
        };
        char *data = malloc(256);
        size_t size = 0;

        for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
                size += http_piece_write(&pieces[i], data + size);
        *ret_size = size;
        return data;
}

static int decode(const char *request, HttpCall **ret, char **ret_error) {
        MessageHttpRequest message = {
                .request = (char *) request,
                .job = (char *) "ann/a job",
                .store_uuid = (char *) "uuid",
                .execution_id = 7,
                .timeout_usec = USEC_PER_SEC,
        };
        size_t size = 0;
        int r;

        message.pieces = make_pieces(&size);
        message.pieces_size = size;
        r = http_call_decode(&message, ret, ret_error);
        free(message.pieces);
        return r;
}

/* clang-format off */
static const struct {
        const char *request, *url;
} urls[] = {
        { U, "http://h/" },
        { "\"url\": \"HTTPS://h?a#b\"", "HTTPS://h?a" },
        { "\"url\": [\"http://h/\", " TOKEN ", \"/x\"]", "http://h/s3cr3t/x" },
        { U ", \"query\": [{\"name\": \"a b\", \"value\": \"&=\\u00e9\"}, {\"name\": \"k\", \"value\": " TOKEN "}]",
          "http://h/?a%20b=%26%3D%C3%A9&k=s3cr3t" },
        { "\"url\": \"http://h/p?x=1\", \"query\": [{\"name\": \"y\", \"value\": \"2\"}]", "http://h/p?x=1&y=2" },
        { U ", \"append-id\": \"execution\"", "http://h/7" },
        { "\"url\": \"http://h\", \"append-id\": \"execution\"", "http://h/7" },
        { "\"url\": \"http://h/p?x=/\", \"append-id\": \"job\"", "http://h/p/ann%2Fa%20job?x=/" },
};

static const struct {
        const char *request, *body, *header; /* NULL: none */
} bodies[] = {
        { "\"body\": {\"text\": \"a\\nb\"}", "a\nb", "Content-Type: text/plain; charset=utf-8" },
        { "\"body\": {\"text\": [\"<\", {\"credential\": \"torn\"}, \">\"]}", "<a\r\nb>", NULL },
        { "\"body\": {\"json\": [{\"raw\": \"{\\\"a\\\":\"}, {\"text\": \"q\\\"\"}, {\"raw\": \"}\"}]}",
          "{\"a\":\"q\\\"\"}", "Content-Type: application/json" },
        { "\"body\": {\"json\": [{\"text\": [\"x\", " TOKEN "]}]}", "\"xs3cr3t\"", NULL },
        { "\"body\": {\"form\": [{\"name\": \"a\", \"value\": \"b c\"}]}", "a=b%20c",
          "Content-Type: application/x-www-form-urlencoded" },
        { "\"body\": {\"file\": 0, \"type\": \"text/x\"}", "file", "Content-Type: text/x" },
        { "\"body\": {\"text\": \"\"}", "", NULL },
        { "\"verify\": true", NULL, "Idempotency-Key: uuid-7" },
        { "\"headers\": [{\"name\": \"X\", \"value\": [\"k=\", " TOKEN "]}]", NULL, "X: k=s3cr3t" },
        { "\"headers\": [{\"name\": \"X\", \"value\": \"\"}]", NULL, "X;" },
        { "\"headers\": [{\"name\": \"idempotency-key\", \"value\": \"mine\"}]", NULL, "idempotency-key: mine" },
};

static const struct {
        const char *request, *error;
} faults[] = {
        { "",                                                      "no text" },
        { "\"url\": 7",                                            "no text" },
        { "\"url\": \"ftp://h/\"",                                 "none of http or https" },
        { "\"url\": \"file:///etc/passwd\"",                       "none of http or https" },
        { "\"url\": \"http://h/a b\"",                             "blank" },
        { "\"url\": [\"http://h/\", {\"credential\": \"torn\"}]",  "line break" },
        { "\"url\": [\"http://h/\", {\"credential\": \"none\"}]",  "credential 'none', which is not there" },
        { "\"url\": [\"http://h/\", {\"credential\": \"binary\"}]", "is no text" },
        { "\"url\": [\"http://h/\", [\"x\"]]",                     "no text" },
        { U ", \"headers\": [{\"name\": \"X\", \"value\": {\"credential\": \"torn\"}}]", "'X' has a line break" },
        { U ", \"auth\": {\"bearer\": {\"credential\": \"torn\"}}", "line break" },
        { U ", \"auth\": {\"basic\": {\"user\": \"a\"}}",          "no text" },
        { U ", \"body\": {\"file\": 1}",                           "did not come along" },
        { U ", \"body\": {\"file\": \"0\"}",                       "did not come along" },
        { U ", \"body\": {\"json\": 7}",                           "no value" },
        { U ", \"body\": {\"multipart\": []}",                     "no parts" },
        { U ", \"http-version\": \"4\"",                           "http-version" },
        { U ", \"redirects\": -1",                                 "redirects" },
        { U ", \"response-max\": 1e9",                             "response-max" },
        { U ", \"expect-json\": [{\"path\": \"a\", \"value\": [{\"raw\": \"{\"}]}]", "no JSON" },
        { U ", \"url\": \"http://x/\"",                            "no JSON object" },
};
/* clang-format on */

static HttpCall *call_of(const char *members) {
        CLEANUP_FREE char *request = NULL, *error = NULL;
        HttpCall *call = NULL;

        ck_assert_int_ge(asprintf(&request, "{%s}", members), 0);
        ck_assert_msg(decode(request, &call, &error) == 0, "%s", error);
        return call;
}

START_TEST(urls_are_built) {
        CLEANUP(http_call_freep) HttpCall *call = call_of(urls[_i].request);

        ck_assert_str_eq(call->request.url, urls[_i].url);
        ck_assert(call->request.public_only);
}
END_TEST

START_TEST(bodies_and_headers_are_built) {
        CLEANUP_FREE char *members = NULL;
        CLEANUP(http_call_freep) HttpCall *call = NULL;

        ck_assert_int_ge(asprintf(&members, U ", %s", bodies[_i].request), 0);
        call = call_of(members);
        if (bodies[_i].body) {
                ck_assert_uint_eq(call->request.body.size, strlen(bodies[_i].body));
                ck_assert_mem_eq(call->request.body.data, bodies[_i].body, call->request.body.size);
        } else {
                ck_assert_ptr_null(call->request.body.data);
        }
        if (bodies[_i].header)
                ck_assert(string_list_contains(call->headers, bodies[_i].header));
}
END_TEST

START_TEST(own_headers_are_not_sent_twice) {
        CLEANUP(http_call_freep)
        HttpCall *call = call_of(U ", \"headers\": [{\"name\": \"idempotency-key\", \"value\": \"mine\"}]");

        ck_assert_uint_eq(string_list_length(call->headers), 2);
        ck_assert(string_list_contains(call->headers, "X-Jobsched-Execution: 7"));
}
END_TEST

START_TEST(parts_are_read) {
        CLEANUP(http_call_freep)
        HttpCall *call = call_of(U ", \"body\": {\"multipart\": [{\"name\": \"a\", \"value\": \"b\"}, "
                                   "{\"name\": \"f\", \"file\": 0, "
                                   "\"file-name\": \"x.txt\", \"type\": \"text/x\"}]}, \"certificate\": "
                                   "{\"file\": 0}, \"key\": {\"text\": "
                                   "\"k\"}");

        ck_assert_uint_eq(call->request.n_parts, 2);
        ck_assert_str_eq(call->parts[0].text, "b");
        ck_assert_uint_eq(call->parts[1].content.size, 4);
        ck_assert_str_eq(call->parts[1].file_name, "x.txt");
        ck_assert_uint_eq(call->request.certificate.size, 4);
        ck_assert_uint_eq(call->request.key.size, 1);
}
END_TEST

START_TEST(faults_are_sentences) {
        CLEANUP_FREE char *request = NULL, *error = NULL;
        CLEANUP(http_call_freep) HttpCall *call = NULL;

        ck_assert_int_ge(asprintf(&request, "{%s}", faults[_i].request), 0);
        ck_assert_int_eq(decode(request, &call, &error), -EINVAL);
        ck_assert_msg(error && strstr(error, faults[_i].error), "%s", error);
        ck_assert(!strstr(error, "s3cr3t"));
}
END_TEST

START_TEST(what_is_no_object_is_no_request) {
        CLEANUP_FREE char *error = NULL;
        HttpCall *call = NULL;

        ck_assert_int_eq(decode("", &call, &error), -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("call-decode");
        TCase *tcase = tcase_create("call-decode");

        tcase_add_loop_test(tcase, urls_are_built, 0, ARRAY_SIZE(urls));
        tcase_add_loop_test(tcase, bodies_and_headers_are_built, 0, ARRAY_SIZE(bodies));
        tcase_add_test(tcase, own_headers_are_not_sent_twice);
        tcase_add_test(tcase, parts_are_read);
        tcase_add_loop_test(tcase, faults_are_sentences, 0, ARRAY_SIZE(faults));
        tcase_add_test(tcase, what_is_no_object_is_no_request);
        suite_add_tcase(suite, tcase);
        return suite;
}
