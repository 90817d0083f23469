/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/json-writer.h"

#include <float.h>
#include <locale.h>
#include <math.h>

#include "support/test-support.h"
#include "util/string-list.h"

#define FFFD "\357\277\275"

/* clang-format off */
static const struct {
        const char *text;
        size_t size;
        const char *json;
} string_cases[] = {
        { "",                  0, "\"\"" },
        { "plain",             5, "\"plain\"" },
        { "a\"b\\c/d",         7, "\"a\\\"b\\\\c/d\"" },
        { "\b\f\n\r\t",        5, "\"\\b\\f\\n\\r\\t\"" },
        { "\0\001\037\177",    4, "\"\\u0000\\u0001\\u001f\\u007f\"" },
        { "\303\244",          2, "\"\303\244\"" },
        { "\342\202\254x",     4, "\"\342\202\254x\"" },
        { "\360\237\230\200",  4, "\"\360\237\230\200\"" },
        { "\364\217\277\277",  4, "\"\364\217\277\277\"" }, /* U+10FFFF */

        /* not UTF-8: each byte that cannot begin a character is replaced */
        { "a\377b",            3, "\"a" FFFD "b\"" },
        { "\200",              1, "\"" FFFD "\"" },
        { "\303",              1, "\"" FFFD "\"" },
        { "\303(",             2, "\"" FFFD "(\"" },
        { "\342\202",          2, "\"" FFFD FFFD "\"" },
        { "\342\202x",         3, "\"" FFFD FFFD "x\"" },
        { "\300\257",          2, "\"" FFFD FFFD "\"" },                 /* overlong */
        { "\340\237\277",      3, "\"" FFFD FFFD FFFD "\"" },            /* overlong */
        { "\355\240\200",      3, "\"" FFFD FFFD FFFD "\"" },            /* surrogate */
        { "\360\217\277\277",  4, "\"" FFFD FFFD FFFD FFFD "\"" },       /* overlong */
        { "\364\220\200\200",  4, "\"" FFFD FFFD FFFD FFFD "\"" },       /* beyond U+10FFFF */
        { "\365\200\200\200",  4, "\"" FFFD FFFD FFFD FFFD "\"" },
};

static const struct {
        double value;
        const char *json;
} double_cases[] = {
        { 0.0,            "0" },
        { 1.5,            "1.5" },
        { -0.25,          "-0.25" },
        { 0.1,            "0.1" },
        { 1.0 / 3.0,      "0.3333333333333333" },
        { 0.1 + 0.2,      "0.30000000000000004" },
        { 1e300,          "1e+300" },
        { DBL_MAX,        "1.7976931348623157e+308" },
        { HUGE_VAL,       "null" },
        { -HUGE_VAL,      "null" },
        { NAN,            "null" },
};
static const struct {
        usec_t span_usec;
        const char *json;
} seconds_cases[] = {
        { 0,                             "0.0" },
        { 1,                             "0.000001" },
        { 20,                            "0.00002" },
        { USEC_PER_SEC,                  "1.0" },
        { 10 * USEC_PER_SEC,             "10.0" },
        { USEC_PER_SEC + 500000,         "1.5" },
        { USEC_INFINITY - 1,             "9223372036854.775806" },
};
/* clang-format on */

START_TEST(strings_are_escaped) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_string_n(&writer, NULL, string_cases[_i].text, string_cases[_i].size);

        ck_assert_str_eq(buffer.data, string_cases[_i].json);
}
END_TEST

START_TEST(doubles_are_short_and_exact) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_double(&writer, NULL, double_cases[_i].value);

        ck_assert_str_eq(buffer.data, double_cases[_i].json);
}
END_TEST

START_TEST(seconds_are_short_and_exact) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_seconds(&writer, NULL, seconds_cases[_i].span_usec);

        ck_assert_str_eq(buffer.data, seconds_cases[_i].json);
}
END_TEST

START_TEST(doubles_have_a_point_in_every_locale) {
        static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8" };
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        /* If the machine has none of the first two, the last still proves the plain way. */
        for (size_t i = 0; i < ARRAY_SIZE(locales) && !setlocale(LC_NUMERIC, locales[i]); i++)
                ;
        json_writer_init(&writer, &buffer);
        json_writer_double(&writer, NULL, 1234.5);

        ck_assert_str_eq(buffer.data, "1234.5");
}
END_TEST

START_TEST(containers_nest_with_commas_where_they_belong) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        char *tags[] = { (char *) "x", (char *) "y\n", NULL };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        json_writer_string(&writer, "id", "backup");
        json_writer_string(&writer, "none", NULL);
        json_writer_begin_object(&writer, "empty");
        json_writer_end_object(&writer);
        json_writer_begin_array(&writer, "list");
        json_writer_integer(&writer, NULL, INT64_MIN);
        json_writer_integer(&writer, NULL, INT64_MAX);
        json_writer_begin_array(&writer, NULL);
        json_writer_end_array(&writer);
        json_writer_begin_object(&writer, NULL);
        json_writer_bool(&writer, "yes", true);
        json_writer_bool(&writer, "no", false);
        json_writer_end_object(&writer);
        json_writer_null(&writer, NULL);
        json_writer_end_array(&writer);
        json_writer_string_list(&writer, "tags", tags);
        json_writer_string_list(&writer, "no tags", NULL);
        json_writer_instant(&writer, "at", 1774746000000000);
        json_writer_instant(&writer, "never", USEC_INFINITY);
        json_writer_raw(&writer, "raw", "{\"a\":[1]}");
        json_writer_string(&writer, "a \"key\"", "");
        json_writer_end_object(&writer);

        ck_assert_str_eq(
                        buffer.data,
                        "{\"id\":\"backup\",\"none\":null,\"empty\":{},"
                        "\"list\":[-9223372036854775808,9223372036854775807,[],{\"yes\":true,\"no\":false},"
                        "null],"
                        "\"tags\":[\"x\",\"y\\n\"],\"no tags\":[],\"at\":\"2026-03-29T01:00:00.000000Z\","
                        "\"never\":null,\"raw\":{\"a\":[1]},\"a \\\"key\\\"\":\"\"}");
        ck_assert_uint_eq(writer.depth, 0);
}
END_TEST

START_TEST(values_at_the_top_are_lines_without_commas) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        for (int i = 0; i < 2; i++) {
                json_writer_begin_object(&writer, NULL);
                json_writer_integer(&writer, "i", i);
                json_writer_end_object(&writer);
                (void) buffer_add_char(&buffer, '\n');
        }

        ck_assert_str_eq(buffer.data, "{\"i\":0}\n{\"i\":1}\n");
}
END_TEST

START_TEST(the_greatest_depth_is_reached) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        JsonWriter writer;

        json_writer_init(&writer, &buffer);
        for (unsigned i = 0; i < JSON_DEPTH_MAX - 1; i++)
                json_writer_begin_array(&writer, NULL);
        json_writer_null(&writer, NULL);
        for (unsigned i = 0; i < JSON_DEPTH_MAX - 1; i++)
                json_writer_end_array(&writer);

        ck_assert_str_eq(buffer.data, "[[[[[[[[[[[[[[[null]]]]]]]]]]]]]]]");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("json-writer");
        TCase *values = tcase_create("values"), *containers = tcase_create("containers");

        tcase_add_loop_test(values, strings_are_escaped, 0, ARRAY_SIZE(string_cases));
        tcase_add_loop_test(values, doubles_are_short_and_exact, 0, ARRAY_SIZE(double_cases));
        tcase_add_loop_test(values, seconds_are_short_and_exact, 0, ARRAY_SIZE(seconds_cases));
        tcase_add_test(values, doubles_have_a_point_in_every_locale);
        tcase_add_test(containers, containers_nest_with_commas_where_they_belong);
        tcase_add_test(containers, values_at_the_top_are_lines_without_commas);
        tcase_add_test(containers, the_greatest_depth_is_reached);
        suite_add_tcase(suite, values);
        suite_add_tcase(suite, containers);
        return suite;
}
