/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/judge.h"

#include <jansson.h>
#include <string.h>

#include "support/test-support.h"

#define DOCUMENT "{\"a\": {\"b\": [1, {\"c~d\": true}], \"\": 2}, \"x/y\": \"t\", \"n\": 1.0}"

/* clang-format off */
static const struct {
        const char *path, *value; /* NULL: nothing is there */
} paths[] = {
        { "a.b.0",         "1" },
        { "a.b.1.c~d",     "true" },
        { "/a/b/0",        "1" },
        { "/a/b/1/c~0d",   "true" },
        { "/x~1y",         "\"t\"" },
        { "/a/",           "2" },
        { "a.",            "2" },
        { "a.b.2",         NULL },
        { "a.b.-1",        NULL },
        { "a.b.0x",        NULL },
        { "a.b.+0",        NULL },
        { "a.b.00",        NULL },
        { "a.b.99999999999999999999", NULL },
        { "a.b.",          NULL },
        { "b",             NULL },
        { "a.b.0.c",       NULL },
};

static const struct {
        const char *body, *expression, *path, *value;
        int status, first, last; /* first 0: any */
        ResultVerdict verdict;
        const char *message; /* a part of it; NULL: none */
} judgements[] = {
        { "",       NULL,    NULL, NULL, 200, 200, 299, RESULT_GOOD,        NULL },
        { "",       NULL,    NULL, NULL, 299, 200, 299, RESULT_GOOD,        NULL },
        { "",       NULL,    NULL, NULL, 300, 200, 299, RESULT_BAD_STATUS,  "answered with status 300" },
        { "",       NULL,    NULL, NULL, 500, 0,   0,   RESULT_GOOD,        NULL },
        { "one\ntwo", "^two$", NULL, NULL, 200, 0, 0,   RESULT_GOOD,        NULL },
        { "one",    "^two$", NULL, NULL, 200, 0,   0,   RESULT_BAD_CONTENT, "does not match" },
        { "one",    "two(",  NULL, NULL, 200, 0,   0,   RESULT_BAD_CONTENT, "it is no regular expression: missing" },
        { "one",    "((a{999}){999}){99}", NULL, NULL, 200, 0, 0, RESULT_BAD_CONTENT, "too large" },
        { "one",    "two",   NULL, NULL, 404, 200, 299, RESULT_BAD_STATUS,  "404" }, /* the status counts first */
        { DOCUMENT, NULL,    "n", "1",   200, 0,   0,   RESULT_GOOD,        NULL },
        { DOCUMENT, NULL,    "a.b.0", "1.0", 200, 0, 0, RESULT_GOOD,        NULL },
        { DOCUMENT, NULL,    "n", "\"1\"", 200, 0, 0,   RESULT_BAD_CONTENT, "is 1.0, not \"1\"" },
        { DOCUMENT, NULL,    "m", "1",   200, 0,   0,   RESULT_BAD_CONTENT, "has no 'm'" },
        { "3",      NULL,    "", "3",    200, 0,   0,   RESULT_GOOD,        NULL },
        { "{\"big\": 12345678901234567890, \"n\": 3}", NULL, "n", "3", 200, 0, 0, RESULT_GOOD, NULL },
        { "{\"big\": 12345678901234567890}", NULL, "big", "12345678901234567890.0", 200, 0, 0, RESULT_GOOD, NULL },
        { "\xEF\xBB\xBF[7]", NULL, "0", "7", 200, 0, 0, RESULT_GOOD,        NULL },
        { "1e999",  NULL,    "", "1",    200, 0,   0,   RESULT_BAD_CONTENT, "no JSON: real number overflow" },
        { "",       NULL,    "m", "1",   200, 0,   0,   RESULT_BAD_CONTENT, "the answer is empty" },
        { "oops",   NULL,    "m", "1",   200, 0,   0,   RESULT_BAD_CONTENT, "no JSON" },
};
/* clang-format on */

START_TEST(paths_lead_to_values) {
        json_t *document = json_loads(DOCUMENT, 0, NULL);
        json_t *wanted = paths[_i].value ? json_loads(paths[_i].value, JSON_DECODE_ANY, NULL) : NULL;
        const json_t *found = judge_find(document, paths[_i].path);

        ck_assert_msg(wanted ? json_equal(found, wanted) : !found, "%s", paths[_i].path);
        json_decref(wanted);
        json_decref(document);
}
END_TEST

START_TEST(answers_are_judged) {
        StatusRange range = { judgements[_i].first, judgements[_i].last };
        JsonExpectation expectation = { .path = (char *) judgements[_i].path };
        HttpCall call = {
                .statuses = &range,
                .n_statuses = range.first > 0,
                .expect_body = judgements[_i].expression,
                .expect_json = &expectation,
                .n_expect_json = judgements[_i].path != NULL,
        };
        const HttpResult result = {
                .status = judgements[_i].status,
                .body = judgements[_i].body,
                .body_size = strlen(judgements[_i].body),
        };
        ResultVerdict verdict = RESULT_VERDICT_COUNT;
        char *message = NULL;

        if (judgements[_i].value)
                expectation.value = json_loads(judgements[_i].value, JSON_DECODE_ANY, NULL);
        ck_assert_int_eq(judge(&call, &result, &verdict, &message), 0);
        ck_assert_int_eq(verdict, judgements[_i].verdict);
        if (judgements[_i].message)
                ck_assert_msg(message && strstr(message, judgements[_i].message), "%s", message);
        else
                ck_assert_ptr_null(message);
        json_decref(expectation.value);
        free(message);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("judge");
        TCase *tcase = tcase_create("judge");

        tcase_add_loop_test(tcase, paths_lead_to_values, 0, ARRAY_SIZE(paths));
        tcase_add_loop_test(tcase, answers_are_judged, 0, ARRAY_SIZE(judgements));
        suite_add_tcase(suite, tcase);
        return suite;
}
