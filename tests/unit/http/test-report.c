/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "http/report.h"

#include <jansson.h>
#include <string.h>

#include "support/test-support.h"

static json_t *report(const HttpCall *call, const HttpResult *result, const char *message) {
        CLEANUP_FREE char *text = NULL;
        json_t *json;

        ck_assert_int_eq(report_format(call, result, message, &text), 0);
        ck_assert_uint_le(strlen(text), RESULT_SIZE_MAX);
        json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        ck_assert_ptr_nonnull(json);
        return json;
}

static const char *text_of(const json_t *json, const char *key) {
        return json_string_value(json_object_get(json, key)) ?: "";
}

static const HttpCall save_all = { .save_headers = true, .save_body = true };

START_TEST(an_answer_is_told) {
        char *headers[] = { (char *) "Content-Type: text/plain", (char *) "Set-Cookie: a",
                            (char *) "x-empty:", (char *) "set-cookie:b", NULL };
        const HttpResult result = {
                .status = 200,
                .version = "1.1",
                .headers = headers,
                .body = "Gr\xc3\xbc\xc3\x9f"
                        "e",
                .body_size = 7,
                .redirects = 2,
                .address = "192.0.2.1:80",
                .times = { .total_usec = 1500000 },
        };
        json_t *json = report(&save_all, &result, NULL), *list = json_object_get(json, "headers");

        ck_assert_int_eq(json_integer_value(json_object_get(json, "status")), 200);
        ck_assert_str_eq(
                        text_of(json, "body"),
                        "Gr\xc3\xbc\xc3\x9f"
                        "e");
        ck_assert(json_is_false(json_object_get(json, "truncated")));
        ck_assert_str_eq(text_of(list, "content-type"), "text/plain");
        ck_assert_str_eq(text_of(list, "x-empty"), "");
        ck_assert_uint_eq(json_array_size(json_object_get(list, "set-cookie")), 2);
        ck_assert_double_eq(json_real_value(json_object_get(json_object_get(json, "time"), "total")), 1.5);
        ck_assert_ptr_null(json_object_get(json, "message"));
        json_decref(json);
}
END_TEST

/* clang-format off */
static const struct {
        const char *body;
        size_t size;
        const char *base64;
} binaries[] = {
        { "\xff",             1, "/w==" },
        { "\x00\xff",         2, "AP8=" },
        { "\x00\xff\xfe",     3, "AP/+" },
        { "\x00\xff\xfe\x80", 4, "AP/+gA==" },
        { "a\xc3",            2, "YcM=" }, /* a character that is cut short */
};
/* clang-format on */

START_TEST(what_is_no_text_is_base64) {
        const HttpResult result = { .status = 200,
                                    .version = "1.1",
                                    .body = binaries[_i].body,
                                    .body_size = binaries[_i].size,
                                    .address = "" };
        json_t *json = report(&save_all, &result, NULL);

        ck_assert_str_eq(text_of(json, "body-base64"), binaries[_i].base64);
        ck_assert_ptr_null(json_object_get(json, "body"));
        json_decref(json);
}
END_TEST

START_TEST(what_is_too_much_is_cut) {
        static char body[1024 * 1024];
        const HttpResult result = {
                .status = 200, .version = "2", .body = body, .body_size = sizeof(body), .address = ""
        };
        json_t *json;

        memset(body, '\1', sizeof(body)); /* six bytes each, as JSON has it */
        json = report(&save_all, &result, NULL);
        ck_assert(json_is_true(json_object_get(json, "truncated")));
        ck_assert_uint_gt(strlen(text_of(json, "body")), 10000);
        ck_assert_int_eq(json_integer_value(json_object_get(json, "body-size")), sizeof(body));
        json_decref(json);

        memset(body, 0xff, sizeof(body));
        json = report(&save_all, &result, NULL);
        ck_assert(json_is_true(json_object_get(json, "truncated")));
        json_decref(json);
}
END_TEST

START_TEST(only_what_is_wanted_is_kept) {
        char *headers[] = { (char *) "A: b", NULL };
        const HttpResult result = {
                .status = 204, .version = "2", .headers = headers, .body = "x", .body_size = 1, .address = ""
        };
        json_t *json = report(&(HttpCall){ 0 }, &result, "a sentence");

        ck_assert_ptr_null(json_object_get(json, "headers"));
        ck_assert_ptr_null(json_object_get(json, "body"));
        ck_assert_str_eq(text_of(json, "message"), "a sentence");
        json_decref(json);
}
END_TEST

START_TEST(no_answer_has_times_only) {
        const HttpResult result = { .status = -1, .version = "", .body = "", .address = "" };
        json_t *json = report(&save_all, &result, "nobody");

        ck_assert_ptr_null(json_object_get(json, "status"));
        ck_assert_ptr_nonnull(json_object_get(json, "time"));
        json_decref(json);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("report");
        TCase *tcase = tcase_create("report");

        tcase_add_test(tcase, an_answer_is_told);
        tcase_add_loop_test(tcase, what_is_no_text_is_base64, 0, ARRAY_SIZE(binaries));
        tcase_add_test(tcase, what_is_too_much_is_cut);
        tcase_add_test(tcase, only_what_is_wanted_is_kept);
        tcase_add_test(tcase, no_answer_has_times_only);
        suite_add_tcase(suite, tcase);
        return suite;
}
