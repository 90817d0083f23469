/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "actions/sql-request.h"

#include <errno.h>
#include <string.h>

#include "actions/action-check.h"
#include "support/test-support.h"

static const ActionProgram program = { .name = "sql", .parameters = sql_parameters };

/* What is between '<' and '>' is a JSON string; there is a connection already. */
static int decode(Action *action, const char *parameters, SqlRequest *ret) {
        CLEANUP_FREE char *text = NULL;
        int r;

        action_init(action, &program);
        ck_assert_int_ge(
                        asprintf(&text, "{\"kind\":\"sql\",\"parameters\":{<connection>:<DSN=x>,%s}}",
                                 parameters),
                        0);
        for (char *at = text; (at = strpbrk(at, "<>")) != NULL;)
                *at = '"';
        *ret = (SqlRequest){ 0 };
        r = action_read_request(action, text, strlen(text));
        return r < 0 ? r : sql_request_decode(action, ret);
}

/* clang-format off */
static const struct {
        const char *value; /* of a bind */
        BindKind kind;
        const char *data; /* NULL: not looked at */
        int64_t integer;
        double number;
        bool bit;
} bind_cases[] = {
        { "null",                                               BIND_NULL,    NULL,    0,         0,    false },
        { "<text>",                                             BIND_TEXT,    "text",  0,         0,    false },
        { "<>",                                                 BIND_TEXT,    "",      0,         0,    false },
        { "-7",                                                 BIND_INTEGER, NULL,    -7,        0,    false },
        { "9223372036854775807",                                BIND_INTEGER, NULL,    INT64_MAX, 0,    false },
        { "0.5",                                                BIND_NUMBER,  NULL,    0,         0.5,  false },
        { "true",                                               BIND_BOOLEAN, NULL,    0,         0,    true  },
        { "false",                                              BIND_BOOLEAN, NULL,    0,         0,    false },
        { "{<type>:<integer>,<value>:<12>}",                    BIND_INTEGER, NULL,    12,        0,    false },
        { "{<type>:<integer>,<value>:12}",                      BIND_INTEGER, NULL,    12,        0,    false },
        { "{<type>:<number>,<value>:<1e3>}",                    BIND_NUMBER,  NULL,    0,         1000, false },
        { "{<type>:<number>,<value>:2}",                        BIND_NUMBER,  NULL,    0,         2,    false },
        { "{<type>:<boolean>,<value>:<true>}",                  BIND_BOOLEAN, NULL,    0,         0,    true  },
        { "{<type>:<string>,<value>:12}",                       BIND_TEXT,    "12",    0,         0,    false },
        { "{<type>:<bytes>,<value>:<aGVsbG8=>}",                BIND_BYTES,   "hello", 0,         0,    false },
        { "{<type>:<bytes>,<value>:<>}",                        BIND_BYTES,   "",      0,         0,    false },
        { "{<type>:<integer>,<value>:null}",                    BIND_NULL,    NULL,    0,         0,    false },
        { "{<type>:<null>}",                                    BIND_NULL,    NULL,    0,         0,    false },
};
/* clang-format on */

START_TEST(a_bound_value_has_a_type) {
        CLEANUP(sql_request_done) SqlRequest request = { 0 };
        CLEANUP(action_done) Action action;
        char parameters[160];
        const SqlBind *bind;

        (void) snprintf(parameters, sizeof(parameters), "<statement>:<SELECT ?, ?>,<bind>:[1,%s]",
                        bind_cases[_i].value);
        ck_assert_int_eq(decode(&action, parameters, &request), 0);
        ck_assert_uint_eq(request.statements[0].n_binds, 2);
        bind = &request.statements[0].binds[1];
        ck_assert_str_eq(bind_kind_to_string(bind->kind), bind_kind_to_string(bind_cases[_i].kind));
        if (bind_cases[_i].data) {
                ck_assert_uint_eq(bind->size, strlen(bind_cases[_i].data));
                ck_assert_mem_eq(bind->data, bind_cases[_i].data, bind->size);
        }
        ck_assert_int_eq(bind->integer, bind_cases[_i].integer);
        ck_assert_double_eq(bind->number, bind_cases[_i].number);
        ck_assert_int_eq(bind->bit, bind_cases[_i].bit);
}
END_TEST

#define TYPES \
        " is not {type: TYPE, value: VALUE} with a type of string, integer, number, boolean, bytes, null"

/* clang-format off */
static const struct {
        const char *parameters, *message;
} fault_cases[] = {
        { "<statement>:<>",        "sql: there is no statement" },
        { "<statement>:< ;\\n>",   "sql: there is no statement" },
        { "<bind>:[1]",            "sql: there is no statement" },
        { "<statements>:[]",       "sql.statements expects 1 to 1000 statements" },
        { "<statements>:[{<statement>:<x>}],<statement>:<y>",
          "sql: 'statement' and 'statements' exclude each other: put it into an item of 'statements'" },
        { "<statements>:[{<statement>:<x>}],<expect-rows>:<1>",
          "sql: 'expect-rows' and 'statements' exclude each other: put it into an item of 'statements'" },
        { "<statement>:<x>,<bind>:[{<type>:<integer>,<value>:<1x>}]",  "sql.bind: value 1 is not an integer of 64 bits" },
        { "<statement>:<x>,<bind>:[{<type>:<integer>,<value>:<>}]",    "sql.bind: value 1 is not an integer of 64 bits" },
        { "<statement>:<x>,<bind>:[{<type>:<integer>,<value>:<9223372036854775808>}]",
          "sql.bind: value 1 is not an integer of 64 bits" },
        { "<statement>:<x>,<bind>:[0,{<type>:<number>,<value>:<one>}]", "sql.bind: value 2 is not a number" },
        { "<statement>:<x>,<bind>:[{<type>:<boolean>,<value>:<yes>}]", "sql.bind: value 1 is not true or false" },
        { "<statement>:<x>,<bind>:[{<type>:<bytes>,<value>:<a*b>}]",   "sql.bind: value 1 is not base64" },
        { "<statement>:<x>,<bind>:[{<type>:<date>,<value>:<x>}]",      "sql.bind: value 1" TYPES },
        { "<statement>:<x>,<bind>:[{<value>:<x>}]",                    "sql.bind: value 1" TYPES },
        { "<statement>:<x>,<bind>:[{<type>:<string>,<valeu>:<x>}]",    "sql.bind: value 1" TYPES },
        { "<statement>:<x>,<max-bytes>:<193K>",
          "sql.max-bytes: a result may have at most 192K of rows; write more to a file with 'to'" },
};
/* clang-format on */

START_TEST(what_does_not_fit_is_refused) {
        CLEANUP(sql_request_done) SqlRequest request = { 0 };
        CLEANUP(action_done) Action action;

        ck_assert_int_eq(decode(&action, fault_cases[_i].parameters, &request), -ECANCELED);
        ck_assert_str_eq(action.message, fault_cases[_i].message);
}
END_TEST

/* clang-format off */
static const struct {
        const char *text;
        bool is_one;
        uint64_t minimum, maximum;
} range_cases[] = {
        { "0",                    true,  0, 0 },
        { "3",                    true,  3, 3 },
        { "1-5",                  true,  1, 5 },
        { "5-5",                  true,  5, 5 },
        { "1-",                   true,  1, UINT64_MAX },
        { "18446744073709551615", true,  UINT64_MAX, UINT64_MAX },
        { "18446744073709551616", false, 0, 0 },
        { "5-1",                  false, 0, 0 },
        { "-5",                   false, 0, 0 },
        { "1--5",                 false, 0, 0 },
        { "1-x",                  false, 0, 0 },
        { "1-5x",                 false, 0, 0 },
        { "1 - 5",                false, 0, 0 },
        { " 1",                   false, 0, 0 },
        { "+1",                   false, 0, 0 },
        { "x",                    false, 0, 0 },
        { "",                     false, 0, 0 },
};
/* clang-format on */

START_TEST(rows_are_expected_as_a_number_or_a_range) {
        CLEANUP(sql_request_done) SqlRequest request = { 0 };
        CLEANUP(action_done) Action action;
        char parameters[160];

        (void) snprintf(parameters, sizeof(parameters), "<statement>:<x>,<expect-rows>:<%s>",
                        range_cases[_i].text);
        if (!range_cases[_i].is_one) {
                ck_assert_int_eq(decode(&action, parameters, &request), -ECANCELED);
                ck_assert_ptr_nonnull(strstr(action.message, "expects a number or a range, as 1-5 or 1-"));
                return;
        }
        ck_assert_int_eq(decode(&action, parameters, &request), 0);
        ck_assert(request.statements[0].has_expectation);
        ck_assert_uint_eq(request.statements[0].expect_min, range_cases[_i].minimum);
        ck_assert_uint_eq(request.statements[0].expect_max, range_cases[_i].maximum);
}
END_TEST

START_TEST(without_more_words_the_defaults_hold) {
        CLEANUP(sql_request_done) SqlRequest request = { 0 };
        CLEANUP(action_done) Action action;

        ck_assert_int_eq(decode(&action, "<statement>:<SELECT 1>", &request), 0);
        ck_assert_str_eq(request.connection, "DSN=x");
        ck_assert_uint_eq(request.n_statements, 1);
        ck_assert(!request.is_list && request.transaction && !request.statements[0].has_expectation);
        ck_assert_int_eq(request.format, ROW_JSON_LINES);
        ck_assert_uint_eq(request.max_rows, 1000);
        ck_assert_uint_eq(request.max_bytes, 65536);
        ck_assert_uint_eq(request.mode, (mode_t) -1);
        ck_assert_int_eq(request.timeout_usec, USEC_INFINITY);
}
END_TEST

START_TEST(a_file_has_no_limit_but_those_given) {
        CLEANUP(sql_request_done) SqlRequest request = { 0 };
        CLEANUP(action_done) Action action;

        ck_assert_int_eq(
                        decode(&action,
                               "<statements>:[{<statement>:<x>},{<statement>:<y>,<bind>:[<z>]}],<to>:</f>,"
                               "<format>:<csv>,<transaction>:false,<timeout>:<3s>,<max-rows>:5",
                               &request),
                        0);
        ck_assert_uint_eq(request.n_statements, 2);
        ck_assert(request.is_list && !request.transaction);
        ck_assert_str_eq(request.statements[1].binds[0].data, "z");
        ck_assert_str_eq(request.to, "/f");
        ck_assert_int_eq(request.format, ROW_CSV);
        ck_assert_uint_eq(request.max_rows, 5);
        ck_assert_uint_eq(request.max_bytes, UINT64_MAX);
        ck_assert_int_eq(request.timeout_usec, 3 * USEC_PER_SEC);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("sql-request");
        TCase *request = tcase_create("request");

        tcase_add_loop_test(request, a_bound_value_has_a_type, 0, ARRAY_SIZE(bind_cases));
        tcase_add_loop_test(request, what_does_not_fit_is_refused, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(request, rows_are_expected_as_a_number_or_a_range, 0, ARRAY_SIZE(range_cases));
        tcase_add_test(request, without_more_words_the_defaults_hold);
        tcase_add_test(request, a_file_has_no_limit_but_those_given);
        suite_add_tcase(suite, request);
        return suite;
}
