/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/row-format.h"

#include <string.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        ValueKind kind;
        const char *data; /* NULL: NULL */
        const char *json, *csv;
} value_cases[] = {
        { VALUE_TEXT,    NULL,        "null",               "" },
        { VALUE_TEXT,    "",          "\"\"",               "\"\"" },
        { VALUE_TEXT,    "a",         "\"a\"",              "a" },
        { VALUE_TEXT,    "a,\"b\"\n", "\"a,\\\"b\\\"\\n\"", "\"a,\"\"b\"\"\n\"" },
        { VALUE_TEXT,    "é😀",       "\"é😀\"",            "é😀" },
        { VALUE_TEXT,    "\xff",      "\"\xef\xbf\xbd\"",   "\xef\xbf\xbd" },
        { VALUE_TEXT,    "7",         "\"7\"",              "7" },
        { VALUE_INTEGER, "-7",        "-7",                 "-7" },
        { VALUE_INTEGER, "+7",        "7",                  "+7" },
        { VALUE_INTEGER, "9223372036854775807", "9223372036854775807",     "9223372036854775807" },
        { VALUE_INTEGER, "9223372036854775808", "\"9223372036854775808\"", "9223372036854775808" },
        { VALUE_INTEGER, "007",       "\"007\"",            "007" },
        { VALUE_INTEGER, "1.5",       "\"1.5\"",            "1.5" },
        { VALUE_INTEGER, "abc",       "\"abc\"",            "abc" }, /* SQLite keeps what it is given */
        { VALUE_INTEGER, "-",         "\"-\"",              "-" },
        { VALUE_REAL,    "0.1",       "0.1",                "0.1" },
        { VALUE_REAL,    ".5",        "0.5",                ".5" },
        { VALUE_REAL,    "-.5e3",     "-0.5e3",             "-.5e3" },
        { VALUE_REAL,    "5.",        "\"5.\"",             "5." },
        { VALUE_REAL,    "1e999",     "\"1e999\"",          "1e999" },
        { VALUE_REAL,    "NaN",       "\"NaN\"",            "NaN" },
        { VALUE_REAL,    "Infinity",  "\"Infinity\"",       "Infinity" },
        { VALUE_DECIMAL, "12.50",     "12.50",              "12.50" },
        { VALUE_DECIMAL, "0.000000000000001",  "0.000000000000001",      "0.000000000000001" },
        { VALUE_DECIMAL, "12345678901234.56",  "\"12345678901234.56\"",  "12345678901234.56" },
        { VALUE_BOOLEAN, "1",         "true",               "true" },
        { VALUE_BOOLEAN, "f",         "false",              "false" },
        { VALUE_BYTES,   "",          "\"\"",               "" },
        { VALUE_BYTES,   "abc",       "\"YWJj\"",           "YWJj" },
        { VALUE_BYTES,   "abcd",      "\"YWJjZA==\"",       "YWJjZA==" },
};
/* clang-format on */

START_TEST(a_value_keeps_its_type) {
        static char *const columns[] = { (char *) "c", NULL };
        CLEANUP(buffer_done) Buffer json = { 0 }, csv = { 0 };
        CLEANUP_FREE char *json_line = NULL, *csv_line = NULL;
        const char *data = value_cases[_i].data;
        size_t size = data ? strlen(data) : 0;
        RowWriter writer;

        row_writer_init(&writer, ROW_JSON_LINES, columns, &json);
        row_writer_begin(&writer);
        row_writer_value(&writer, value_cases[_i].kind, data, size);
        row_writer_end(&writer);
        row_writer_init(&writer, ROW_CSV, columns, &csv);
        row_writer_begin(&writer);
        row_writer_value(&writer, value_cases[_i].kind, data, size);
        row_writer_end(&writer);

        ck_assert_int_ge(asprintf(&json_line, "{\"c\":%s}\n", value_cases[_i].json), 0);
        ck_assert_int_ge(asprintf(&csv_line, "%s\n", value_cases[_i].csv), 0);
        ck_assert_str_eq(json.data, json_line);
        ck_assert_str_eq(csv.data, csv_line);
}
END_TEST

START_TEST(csv_begins_with_the_names) {
        static char *const columns[] = { (char *) "id", (char *) "a,b", NULL };
        CLEANUP(buffer_done) Buffer text = { 0 };
        RowWriter writer;

        row_writer_init(&writer, ROW_CSV, columns, &text);
        row_writer_header(&writer);
        row_writer_begin(&writer);
        row_writer_value(&writer, VALUE_INTEGER, "1", 1);
        row_writer_value(&writer, VALUE_TEXT, NULL, 0);
        row_writer_end(&writer);
        ck_assert_str_eq(text.data, "id,\"a,b\"\n1,\n");
}
END_TEST

START_TEST(many_bytes_are_one_text) {
        CLEANUP(buffer_done) Buffer text = { 0 };
        static char *const columns[] = { (char *) "c", NULL };
        static char data[10000];
        RowWriter writer;

        row_writer_init(&writer, ROW_CSV, columns, &text);
        row_writer_begin(&writer);
        row_writer_value(&writer, VALUE_BYTES, data, sizeof(data));
        row_writer_end(&writer);
        ck_assert_uint_eq(text.size, (sizeof(data) + 2) / 3 * 4 + 1);
        ck_assert_uint_eq(strspn(text.data, "A"), sizeof(data) * 4 / 3 + 1);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("row-format");
        TCase *values = tcase_create("values");

        tcase_add_loop_test(values, a_value_keeps_its_type, 0, ARRAY_SIZE(value_cases));
        tcase_add_test(values, csv_begins_with_the_names);
        tcase_add_test(values, many_bytes_are_one_text);
        suite_add_tcase(suite, values);
        return suite;
}
