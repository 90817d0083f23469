/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/judge.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "util/pattern.h"

#define SEARCHED_MAX ((size_t) 256 * 1024) /* of a body, for a regular expression */
#define SHOWN_MAX 64
#define STEP_MAX 256U

PRINTF_LIKE(2, 3) static int say(char **ret_message, const char *format, ...) {
        va_list arguments;
        int n;

        va_start(arguments, format);
        n = vasprintf(ret_message, format, arguments);
        va_end(arguments);
        return n < 0 ? -ENOMEM : 0;
}

/* --- JSON ------------------------------------------------------------------------------------------ */

/* One step of a path, with the escapes of RFC 6901 where it is one of those. Returns what is behind it. */
static const char *read_step(const char *path, char separator, char step[static STEP_MAX]) {
        size_t n = 0;

        for (; *path && *path != separator; path++) {
                char c = *path;

                if (separator == '/' && c == '~' && (path[1] == '0' || path[1] == '1'))
                        c = *++path == '0' ? '~' : '/';
                if (n + 1 < STEP_MAX)
                        step[n++] = c;
        }
        step[n] = '\0';
        return path;
}

static const json_t *take_step(const json_t *value, const char *step) {
        size_t n_digits = strspn(step, "0123456789");

        if (!json_is_array(value))
                return json_object_get(value, step);
        if (n_digits == 0 || step[n_digits] != '\0' || (step[0] == '0' && n_digits > 1))
                return NULL; /* as RFC 6901 has it: no sign, no zeros in front */
        return json_array_get(value, strtoul(step, NULL, 10));
}

const json_t *judge_find(const json_t *document, const char *path) {
        char separator = path[0] == '/' ? '/' : '.', step[STEP_MAX];

        if (*path == '\0')
                return document;
        path += *path == '/';
        for (;;) {
                path = read_step(path, separator, step);
                document = take_step(document, step);
                if (!document || *path == '\0')
                        return document;
                path++;
        }
}

/* 1 and 1.0 are the same number. */
static bool is_equal(const json_t *a, const json_t *b) {
        if (json_is_number(a) && json_is_number(b) && json_typeof(a) != json_typeof(b)) {
                double x = json_number_value(a), y = json_number_value(b);

                return !(x < y) && !(x > y);
        }
        return json_equal(a, b);
}

static int judge_value(const JsonExpectation *expectation, const json_t *found, char **ret_message) {
        CLEANUP_FREE char *wanted = NULL, *got = NULL;

        if (found && is_equal(found, expectation->value))
                return 0;
        if (!found)
                return say(ret_message, "the answer has no '%.*s'", SHOWN_MAX, expectation->path);
        wanted = json_dumps(expectation->value, JSON_COMPACT | JSON_ENCODE_ANY);
        got = json_dumps(found, JSON_COMPACT | JSON_ENCODE_ANY);
        if (!wanted || !got)
                return -ENOMEM;
        return say(ret_message, "'%.*s' of the answer is %.*s, not %.*s", SHOWN_MAX, expectation->path,
                   SHOWN_MAX, got, SHOWN_MAX, wanted);
}

static int judge_json(const HttpCall *call, const HttpResult *result, char **ret_message) {
        json_t *document;
        json_error_t fault;
        int r = 0;

        if (call->n_expect_json == 0)
                return 0;
        if (result->body_size == 0)
                return say(ret_message, "the answer is empty, and no JSON");
        document = http_json_load(result->body, result->body_size, &fault);
        if (!document)
                return say(ret_message, "the answer is no JSON%s: %.100s",
                           result->truncated ? " as far as 'response-max' lets it be read" : "", fault.text);
        for (size_t i = 0; r >= 0 && !*ret_message && i < call->n_expect_json; i++)
                r = judge_value(&call->expect_json[i], judge_find(document, call->expect_json[i].path),
                                ret_message);
        json_decref(document);
        return r;
}

/* --- body and status ------------------------------------------------------------------------------- */

static int judge_body(const HttpCall *call, const HttpResult *result, char **ret_message) {
        CLEANUP(pattern_freep) Pattern *pattern = NULL;
        char fault[PATTERN_FAULT_MAX];
        int r;

        if (!call->expect_body)
                return 0;
        r = pattern_new(call->expect_body, PATTERN_LINES, &pattern, fault);
        if (r == -EINVAL)
                return say(ret_message, "'expect-body' cannot be used: it %s", fault);
        if (r >= 0)
                r = pattern_match(pattern, result->body, MIN(result->body_size, SEARCHED_MAX));
        if (r == -E2BIG)
                return say(ret_message, "the answer would take too long to compare with 'expect-body'");
        if (r < 0)
                return r;
        return r > 0 ? 0 : say(ret_message, "the answer does not match 'expect-body'");
}

static bool is_expected(const HttpCall *call, int status) {
        for (size_t i = 0; i < call->n_statuses; i++) {
                if (status >= call->statuses[i].first && status <= call->statuses[i].last)
                        return true;
        }
        return call->n_statuses == 0;
}

int judge(const HttpCall *call, const HttpResult *result, ResultVerdict *ret, char **ret_message) {
        int r;

        *ret_message = NULL;
        if (!is_expected(call, result->status)) {
                *ret = RESULT_BAD_STATUS;
                return say(ret_message, "the server answered with status %d", result->status);
        }
        r = judge_body(call, result, ret_message);
        if (r >= 0 && !*ret_message)
                r = judge_json(call, result, ret_message);
        *ret = *ret_message ? RESULT_BAD_CONTENT : RESULT_GOOD;
        return r;
}
