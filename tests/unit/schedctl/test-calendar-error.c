/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-error.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"

START_TEST(codes_have_names) {
        for (CalendarErrorCode code = 0; code < CALENDAR_ERROR_CODE_COUNT; code++)
                ck_assert_int_eq(
                                calendar_error_code_from_string(calendar_error_code_to_string(code)),
                                (int) code);
        ck_assert_int_eq(calendar_error_code_from_string("SYNTAX"), -EINVAL);
}
END_TEST

/* clang-format off */
static const struct {
        CalendarErrorCode code;
        const char *field;
        size_t offset;
        const char *json;
} encode_cases[] = {
        { CALENDAR_ERROR_SYNTAX, "expression", 3,
          "{\"error\":{\"code\":\"syntax\",\"field\":\"expression\",\"offset\":3,\"message\":\"a \\\"b\\\" 7\"}}" },
        { CALENDAR_ERROR_VALUE,  "count", 3,
          "{\"error\":{\"code\":\"value\",\"field\":\"count\",\"offset\":null,\"message\":\"a \\\"b\\\" 7\"}}" },
        { CALENDAR_ERROR_JSON,   NULL, 0,
          "{\"error\":{\"code\":\"json\",\"field\":null,\"offset\":null,\"message\":\"a \\\"b\\\" 7\"}}" },
};
/* clang-format on */

START_TEST(errors_are_objects) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CalendarError error;
        JsonWriter writer;

        ck_assert_int_eq(
                        calendar_error(&error, encode_cases[_i].code, encode_cases[_i].field, "a \"%s\" %d",
                                       "b", 7),
                        -EINVAL);
        error.offset = encode_cases[_i].offset;
        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);

        calendar_error_encode(&error, &writer);

        json_writer_end_object(&writer);
        ck_assert_str_eq(buffer.data, encode_cases[_i].json);
}
END_TEST

START_TEST(what_is_too_long_is_cut) {
        char field[1000];
        CalendarError error;

        memset(field, 'x', sizeof(field) - 1);
        field[sizeof(field) - 1] = '\0';

        ck_assert_int_eq(calendar_error(&error, CALENDAR_ERROR_FIELD, field, "%s", field), -EINVAL);

        ck_assert_uint_eq(strlen(error.field), sizeof(error.field) - 1);
        ck_assert_uint_eq(strlen(error.message), sizeof(error.message) - 1);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-error");
        TCase *errors = tcase_create("errors");

        tcase_add_test(errors, codes_have_names);
        tcase_add_loop_test(errors, errors_are_objects, 0, ARRAY_SIZE(encode_cases));
        tcase_add_test(errors, what_is_too_long_is_cut);
        suite_add_tcase(suite, errors);
        return suite;
}
