/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/parameter-record.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"
#include "util/string-list.h"

#define ID "00112233445566778899aabbccddeeff"

static Parameter declared_items[] = {
        { .name = (char *) "count", .type = PARAMETER_INTEGER },
        { .name = (char *) "ratio", .type = PARAMETER_NUMBER },
        { .name = (char *) "loud", .type = PARAMETER_BOOLEAN },
        { .name = (char *) "to", .type = PARAMETER_STRING },
        { .name = (char *) "day", .type = PARAMETER_DATE },
        { .name = (char *) "pin", .type = PARAMETER_SECRET },
        { .name = (char *) "token", .type = PARAMETER_SECRET },
};
static const ParameterSet declared = { declared_items, ARRAY_SIZE(declared_items) };

static const char *const full[] = {
        "count=-9223372036854775808", "ratio=0.1", "loud=true", "to=a\n\"b\"", "day=2026-03-29", "pin=" ID,
        "token=${credential:api}",    NULL
};
static const char *const some[] = { "ratio=1e300", "to=", "token=${credential:x}", NULL };
static const char *const none[] = { NULL };

static const char *const *const roundtrips[] = { full, some, none };

START_TEST(what_was_recorded_is_restored) {
        CLEANUP(parameter_values_done) ParameterValues values = { 0 }, restored = { 0 };
        CLEANUP(string_list_freep) char **secrets = NULL;
        CLEANUP_FREE char *json = NULL, *error = NULL;

        ck_assert_int_eq(
                        parameter_values_resolve(
                                        &declared,
                                        &(ParameterSources){ .start = (char *const *) roundtrips[_i] },
                                        &values, &error),
                        0);
        ck_assert_int_eq(parameter_values_format(&declared, &values, &json), 0);
        ck_assert_int_eq(parameter_record_secrets(&values, &secrets), 0);
        ck_assert_ptr_null(strstr(json, ID));
        ck_assert_int_eq(parameter_record_restore(&declared, json, secrets, &restored), 0);
        ck_assert_uint_eq(restored.n_items, values.n_items);
        for (size_t i = 0; i < values.n_items; i++) {
                ck_assert_str_eq(restored.items[i].name, values.items[i].name);
                ck_assert_str_eq(restored.items[i].text, values.items[i].text);
                ck_assert_int_eq(restored.items[i].is_secret, values.items[i].is_secret);
        }
}
END_TEST

START_TEST(secrets_are_told_apart) {
        CLEANUP(string_list_freep) char **secrets = NULL;
        ParameterValue items[] = { { (char *) "pin", (char *) ID, true },
                                   { (char *) "token", (char *) "${credential:api}", true },
                                   { (char *) "to", (char *) ID, false } };
        ParameterValue plain = { (char *) "pin", (char *) "1234", true };

        ck_assert_int_eq(parameter_record_secrets(&(ParameterValues){ items, 3 }, &secrets), 0);
        ck_assert_uint_eq(string_list_length(secrets), 2);
        ck_assert_str_eq(secrets[0], "pin=" ID);
        ck_assert_str_eq(secrets[1], "token=credential:api");
        ck_assert_int_eq(parameter_record_secrets(&(ParameterValues){ &plain, 1 }, &secrets), -EINVAL);
}
END_TEST

START_TEST(what_is_not_declared_any_more_is_left_out) {
        CLEANUP(parameter_values_done) ParameterValues values = { 0 };

        ck_assert_int_eq(
                        parameter_record_restore(
                                        &declared, "{\"old\":1,\"to\":\"x\",\"pin\":\"***\"}", NULL, &values),
                        0);
        ck_assert_uint_eq(values.n_items, 1);
        ck_assert_str_eq(values.items[0].text, "x");
}
END_TEST

static const char *const bad[] = { "", "[]", "{", "7", "{\"count\": []}", "{\"count\": true}" };

START_TEST(what_is_no_record_is_refused) {
        ParameterValues values = { 0 };

        ck_assert_int_eq(parameter_record_restore(&declared, bad[_i], NULL, &values), -EBADMSG);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("parameter-record");
        TCase *record = tcase_create("record");

        tcase_add_loop_test(record, what_was_recorded_is_restored, 0, ARRAY_SIZE(roundtrips));
        tcase_add_test(record, secrets_are_told_apart);
        tcase_add_test(record, what_is_not_declared_any_more_is_left_out);
        tcase_add_loop_test(record, what_is_no_record_is_refused, 0, ARRAY_SIZE(bad));
        suite_add_tcase(suite, record);
        return suite;
}
