/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/template-schema.h"

#include "support/test-support.h"

#define T(text) ((char *) (text))

static char *choices[] = { T("sms"), T("mail"), NULL };
static Parameter parameters[] = {
        { .name = T("user-id"),
          .type = PARAMETER_INTEGER,
          .minimum = T("1"),
          .label = T("User"),
          .help = T("Who gets it"),
          .required = true },
        { .name = T("channel"),
          .type = PARAMETER_CHOICE,
          .choices = choices,
          .fallback = T("sms"),
          .required = true },
        { .name = T("share"), .type = PARAMETER_NUMBER, .maximum = T("1.5"), .fallback = T("0.5") },
        { .name = T("text"),
          .type = PARAMETER_STRING,
          .min_length = 1,
          .max_length = 9,
          .pattern = T("a|b") },
        { .name = T("dry-run"), .type = PARAMETER_BOOLEAN, .fallback = T("false"), .hidden = true },
        { .name = T("day"), .type = PARAMETER_DATE },
        { .name = T("key"), .type = PARAMETER_SECRET, .fallback = T("${credential:x}") },
};

START_TEST(each_parameter_is_a_property) {
        const JobTemplate template = { .name = T("send-code"),
                                       .description = T("Send a code"),
                                       .parameters = { parameters, ARRAY_SIZE(parameters) } };
        CLEANUP_FREE char *json = NULL;

        ck_assert_int_eq(template_schema_format(&template, &json), 0);
        ck_assert_str_eq(
                        json,
                        "{\"$schema\":\"https://json-schema.org/draft/2020-12/"
                        "schema\",\"title\":\"send-code\","
                        "\"description\":\"Send a code\",\"type\":\"object\",\"properties\":{"
                        "\"user-id\":{\"type\":\"integer\",\"title\":\"User\",\"description\":\"Who gets "
                        "it\",\"minimum\":1},"
                        "\"channel\":{\"type\":\"string\",\"enum\":[\"sms\",\"mail\"],\"default\":\"sms\"},"
                        "\"share\":{\"type\":\"number\",\"maximum\":1.5,\"default\":0.5},"
                        "\"text\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":9,\"pattern\":\"^(a|b)$"
                        "\"},"
                        "\"dry-run\":{\"type\":\"boolean\",\"default\":false,\"x-hidden\":true},"
                        "\"day\":{\"type\":\"string\",\"format\":\"date\"},"
                        "\"key\":{\"type\":\"string\",\"format\":\"password\",\"writeOnly\":true}},"
                        "\"required\":[\"user-id\"],\"additionalProperties\":false}");
}
END_TEST

START_TEST(a_template_without_parameters_takes_none) {
        const JobTemplate template = { .name = T("a") };
        CLEANUP_FREE char *json = NULL;

        ck_assert_int_eq(template_schema_format(&template, &json), 0);
        ck_assert_str_eq(
                        json,
                        "{\"$schema\":\"https://json-schema.org/draft/2020-12/"
                        "schema\",\"title\":\"a\",\"type\":\"object\","
                        "\"properties\":{},\"required\":[],\"additionalProperties\":false}");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("template-schema");
        TCase *schema = tcase_create("schema");

        tcase_add_test(schema, each_parameter_is_a_property);
        tcase_add_test(schema, a_template_without_parameters_takes_none);
        suite_add_tcase(suite, schema);
        return suite;
}
