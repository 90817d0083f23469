/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/json-check.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"

#define DEPTH 4U

/* clang-format off */
static const struct {
        const char *text;
        const char *reason; /* NULL: it is good */
        size_t offset;
} cases[] = {
        { "{}",                                   NULL, 0 },
        { " \t\r\n{ } \n",                        NULL, 0 },
        { "{\"a\":1,\"b\":[1,2,{}],\"c\":{\"d\":null}}", NULL, 0 },
        { "{\"a\" : [ ] , \"b\" : true, \"c\":false}", NULL, 0 },
        { "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00ä€\"}", NULL, 0 },
        { "{\"a\":[0,-0,1.5,-1.5e+3,1E-3,9223372036854775807,-9223372036854775808]}", NULL, 0 },
        { "{\"\":{\"\":{\"\":{}}}}",              NULL, 0 },
        { "{\"a\":1,\"a\":2}",                    NULL, 0 },

        { "",                                     "not an object", 0 },
        { "[]",                                   "not an object", 0 },
        { "\"text\"",                             "not an object", 0 },
        { "{} {}",                                "something behind the object", 3 },
        { "{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}",   "nested too deeply", 21 },
        { "{",                                    "a member without a name in quotes", 1 },
        { "{a:1}",                                "a member without a name in quotes", 1 },
        { "{\"a\":1,}",                           "a member without a name in quotes", 7 },
        { "{\"a\" 1}",                            "a member's name without a colon", 5 },
        { "{\"a\":1",                             "neither a comma nor the end of a list or object", 6 },
        { "{\"a\":[1}",                           "neither a comma nor the end of a list or object", 7 },
        { "{\"a\":[1,]}",                         "neither a text nor a number, a list, an object, true, false or null", 8 },
        { "{\"a\":01}",                           "neither a comma nor the end of a list or object", 6 },
        { "{\"a\":+1}",                           "neither a text nor a number, a list, an object, true, false or null", 5 },
        { "{\"a\":1.}",                           "a number without digits behind its point", 7 },
        { "{\"a\":1e}",                           "a number without digits in its exponent", 7 },
        { "{\"a\":9223372036854775808}",          "a number that does not fit into 64 bits", 24 },
        { "{\"a\":1e999}",                        "a number that is too large", 10 },
        { "{\"a\":NaN}",                          "neither a text nor a number, a list, an object, true, false or null", 5 },
        { "{\"a\":nul}",                          "an unknown word", 5 },
        { "{\"a\":\"",                            "a text without an end", 6 },
        { "{\"a\":\"\n\"}",                       "a control character in a text", 6 },
        { "{\"a\":\"\xc3(\"}",                    "not UTF-8", 6 },
        { "{\"a\":\"\xed\xa0\x80\"}",             "not UTF-8", 6 },
        { "{\"a\":\"\\x\"}",                      "an unknown escape in a text", 7 },
        { "{\"a\":\"\\u12\"}",                    "a '\\u' without four hexadecimal digits", 10 },
        { "{\"a\":\"\\u0000\"}",                  "a NUL character", 12 },
        { "{\"a\":\"\\ud800\"}",                  "half of a surrogate pair", 12 },
        { "{\"a\":\"\\ud800\\u0041\"}",           "half of a surrogate pair", 18 },
        { "{\"a\":\"\\udc00\"}",                  "half of a surrogate pair", 12 },
};
/* clang-format on */

START_TEST(an_object_passes_and_a_fault_has_its_place) {
        JsonFault fault = { 0 };
        int r = json_check_object(cases[_i].text, strlen(cases[_i].text), DEPTH, &fault);

        ck_assert_int_eq(r, cases[_i].reason ? -EINVAL : 0);
        if (!cases[_i].reason)
                return;
        ck_assert_str_eq(fault.reason, cases[_i].reason);
        ck_assert_uint_eq(fault.offset, cases[_i].offset);
}
END_TEST

START_TEST(each_beginning_of_an_object_is_at_fault) {
        const char *text = "{\"a\":[1.5e3,\"\\ud83d\\ude00\",{\"b\":null}],\"c\":\"\xe2\x82\xac\"}";

        ck_assert_int_eq(json_check_object(text, strlen(text), DEPTH, NULL), 0);
        for (size_t size = 0; size < strlen(text); size++)
                ck_assert_int_eq(json_check_object(text, size, DEPTH, NULL), -EINVAL);
}
END_TEST

START_TEST(a_nul_byte_is_no_end) {
        JsonFault fault;

        ck_assert_int_eq(json_check_object("{}\0", 3, DEPTH, &fault), -EINVAL);
        ck_assert_str_eq(fault.reason, "something behind the object");
        ck_assert_int_eq(json_check_object("{\"a\":\"\0\"}", 9, DEPTH, &fault), -EINVAL);
        ck_assert_str_eq(fault.reason, "a control character in a text");
        ck_assert_int_eq(json_check_object("{\"a\":\"\\\0\"}", 10, DEPTH, &fault), -EINVAL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("json-check");
        TCase *tcase = tcase_create("json-check");

        tcase_add_loop_test(tcase, an_object_passes_and_a_fault_has_its_place, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, each_beginning_of_an_object_is_at_fault);
        tcase_add_test(tcase, a_nul_byte_is_no_end);
        suite_add_tcase(suite, tcase);
        return suite;
}
