/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Any text as the request that the worker for HTTP is sent, and as the answer of a server: what comes out of
 * a request cannot tear a header or the URL, no fault tells a secret, and the report is JSON that is not too
 * long.
 */

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "http/judge.h"
#include "http/report.h"
#include "protocol/http-piece.h"
#include "util/string-list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "n0b0dy-sees-it"

static char *make_pieces(const uint8_t *data, size_t size, size_t *ret_size) {
        const HttpPiece pieces[] = {
                { HTTP_PIECE_CREDENTIAL, "a", 1, SECRET "\n", strlen(SECRET) + 1 },
                { HTTP_PIECE_CREDENTIAL, "b", 1, (const char *) data, size },
                { HTTP_PIECE_FILE, "0", 1, (const char *) data, size },
        };
        char *target = malloc(size * 2 + 256);
        size_t used = 0;

        assert(target);
        for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
                used += http_piece_write(&pieces[i], target + used);
        *ret_size = used;
        return target;
}

static void check_answer(const HttpCall *call, const char *text, size_t size) {
        char *headers[] = { (char *) text, (char *) "A: b", NULL };
        const HttpResult result = {
                .status = 200,
                .version = "1.1",
                .headers = strchr(text, ':') ? headers : headers + 1,
                .body = text,
                .body_size = size,
                .address = "",
        };
        CLEANUP_FREE char *message = NULL, *report = NULL;
        ResultVerdict verdict;
        json_t *json;

        assert(judge(call, &result, &verdict, &message) >= 0);
        assert(report_format(call, &result, message, &report) >= 0);
        assert(strlen(report) <= RESULT_SIZE_MAX);
        json = json_loads(report, JSON_REJECT_DUPLICATES, NULL);
        assert(json_is_object(json));
        json_decref(json);
}

static void check_call(const HttpCall *call) {
        const char *url = call->request.url;

        assert(strncasecmp(url, "http", 4) == 0);
        assert(url[strcspn(url, "\r\n \t")] == '\0');
        STRING_LIST_FOREACH(header, call->headers)
                assert((*header)[strcspn(*header, "\r\n")] == '\0');
        if (call->request.auth != HTTP_AUTH_NONE)
                assert(call->request.password[strcspn(call->request.password, "\r\n")] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        CLEANUP(http_call_freep) HttpCall *call = NULL;
        CLEANUP_FREE char *text = malloc(size + 1), *error = NULL;
        MessageHttpRequest message = { .request = text,
                                       .job = (char *) "job",
                                       .store_uuid = (char *) "uuid" };
        HttpPiece piece;
        size_t pieces_size;
        int r;

        assert(text);
        memcpy(text, data, size);
        text[size] = '\0';
        (void) http_piece_find(text, size, HTTP_PIECE_FILE, "0", &piece); /* either answer is right */
        message.pieces = make_pieces(data, size, &pieces_size);
        message.pieces_size = pieces_size;
        r = http_call_decode(&message, &call, &error);
        free(message.pieces);
        if (r < 0) {
                assert(error && (!strstr(error, SECRET) || strstr(text, SECRET)));
                return 0;
        }
        check_call(call);
        check_answer(call, text, size);
        return 0;
}
