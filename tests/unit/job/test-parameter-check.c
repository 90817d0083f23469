/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/parameter.h"

#include <string.h>

#include "support/test-support.h"

static char *channels[] = { (char *) "sms", (char *) "mail", NULL };

/* clang-format off */
static const Parameter plain_integer = { .name = (char *) "n", .type = PARAMETER_INTEGER };
static const Parameter from_one = { .name = (char *) "n", .type = PARAMETER_INTEGER, .minimum = (char *) "1" };
static const Parameter up_to_nine = { .name = (char *) "n", .type = PARAMETER_INTEGER, .maximum = (char *) "9" };
static const Parameter digit = { .name = (char *) "n", .type = PARAMETER_INTEGER, .minimum = (char *) "-9", .maximum = (char *) "9" };
static const Parameter number = { .name = (char *) "n", .type = PARAMETER_NUMBER };
static const Parameter share = { .name = (char *) "n", .type = PARAMETER_NUMBER, .minimum = (char *) "0", .maximum = (char *) "1" };
static const Parameter string = { .name = (char *) "n", .type = PARAMETER_STRING };
static const Parameter short_string = { .name = (char *) "n", .type = PARAMETER_STRING, .min_length = 2, .max_length = 3 };
static const Parameter not_empty = { .name = (char *) "n", .type = PARAMETER_STRING, .min_length = 1 };
static const Parameter three = { .name = (char *) "n", .type = PARAMETER_STRING, .min_length = 3, .max_length = 3 };
static const Parameter word = { .name = (char *) "n", .type = PARAMETER_STRING, .pattern = (char *) "[a-z]+|[0-9]" };
static const Parameter truth = { .name = (char *) "n", .type = PARAMETER_BOOLEAN };
static const Parameter channel = { .name = (char *) "n", .type = PARAMETER_CHOICE, .choices = channels };
static const Parameter day = { .name = (char *) "n", .type = PARAMETER_DATE };
static const Parameter secret = { .name = (char *) "n", .type = PARAMETER_SECRET, .min_length = 4 };

static const struct {
        const Parameter *parameter;
        const char *text;
        const char *value;    /* NULL: refused … */
        const char *expected; /* … with "parameter 'n' expects" this */
} check_cases[] = {
        { &plain_integer, "7",                    "7", NULL },
        { &plain_integer, "-7",                   "-7", NULL },
        { &plain_integer, "9223372036854775807",  "9223372036854775807", NULL },
        { &plain_integer, "-9223372036854775808", "-9223372036854775808", NULL },
        { &plain_integer, "9223372036854775808",  NULL, "an integer, not '9223372036854775808'" },
        { &plain_integer, "x",                    NULL, "an integer, not 'x'" },
        { &plain_integer, "",                     NULL, "an integer, not ''" },
        { &plain_integer, "-",                    NULL, "an integer, not '-'" },
        { &plain_integer, "+7",                   NULL, "an integer, not '+7'" },
        { &plain_integer, "07",                   NULL, "an integer, not '07'" },
        { &plain_integer, "0x7",                  NULL, "an integer, not '0x7'" },
        { &plain_integer, " 7",                   NULL, "an integer, not ' 7'" },
        { &plain_integer, "7\n",                  NULL, "an integer, not '7\n'" },
        { &plain_integer, "7.0",                  NULL, "an integer, not '7.0'" },
        { &plain_integer, "1e3",                  NULL, "an integer, not '1e3'" },
        { &from_one,      "1",                    "1", NULL },
        { &from_one,      "0",                    NULL, "an integer of at least 1, not '0'" },
        { &up_to_nine,    "10",                   NULL, "an integer of at most 9, not '10'" },
        { &digit,         "-9",                   "-9", NULL },
        { &digit,         "-10",                  NULL, "an integer from -9 to 9, not '-10'" },

        { &number,        "1",                    "1", NULL },
        { &number,        "0.10",                 "0.1", NULL },
        { &number,        "-2.5e3",               "-2500", NULL },
        { &number,        "0.30000000000000004",  "0.30000000000000004", NULL },
        { &number,        "1e400",                NULL, "a number, not '1e400'" },
        { &number,        "inf",                  NULL, "a number, not 'inf'" },
        { &number,        "nan",                  NULL, "a number, not 'nan'" },
        { &number,        "0x10",                 NULL, "a number, not '0x10'" },
        { &number,        "1.",                   NULL, "a number, not '1.'" },
        { &number,        ".5",                   NULL, "a number, not '.5'" },
        { &number,        "1,5",                  NULL, "a number, not '1,5'" },
        { &number,        "1e",                   NULL, "a number, not '1e'" },
        { &share,         "0.5",                  "0.5", NULL },
        { &share,         "1.01",                 NULL, "a number from 0 to 1, not '1.01'" },

        { &string,        "",                     "", NULL },
        { &string,        "${x} $(y) %n; rm",     "${x} $(y) %n; rm", NULL },
        { &string,        "\xC3\xBC",             "\xC3\xBC", NULL },
        { &string,        "\xC3",                 NULL, "a text of at most 64 KiB, not '\xef\xbf\xbd'" },
        { &short_string,  "\xC3\xBC\xC3\xBC\xC3\xBC", "\xC3\xBC\xC3\xBC\xC3\xBC", NULL },
        { &short_string,  "a",                    NULL, "a text of 2 to 3 characters, not 'a'" },
        { &short_string,  "abcd",                 NULL, "a text of 2 to 3 characters, not 'abcd'" },
        { &not_empty,     "",                     NULL, "a text of at least 1 character, not ''" },
        { &three,         "ab",                   NULL, "a text of 3 characters, not 'ab'" },
        { &word,          "abc",                  "abc", NULL },
        { &word,          "7",                    "7", NULL },
        { &word,          "abc7",                 NULL, "a text of at most 64 KiB that matches [a-z]+|[0-9], not 'abc7'" },
        { &word,          "abc\nabc",             NULL, "a text of at most 64 KiB that matches [a-z]+|[0-9], not 'abc\nabc'" },
        { &word,          "abc\n",                NULL, "a text of at most 64 KiB that matches [a-z]+|[0-9], not 'abc\n'" },
        { &string,        "1234567890123456789012345678901234567890\xff", NULL,
          "a text of at most 64 KiB, not '1234567890123456789012345678901234567890…'" },

        { &truth,         "true",                 "true", NULL },
        { &truth,         "false",                "false", NULL },
        { &truth,         "yes",                  NULL, "true or false, not 'yes'" },
        { &truth,         "True",                 NULL, "true or false, not 'True'" },
        { &channel,       "mail",                 "mail", NULL },
        { &channel,       "mial",                 NULL, "one of sms, mail, not 'mial'; did you mean 'mail'?" },
        { &channel,       "",                     NULL, "one of sms, mail, not ''" },

        { &day,           "2026-03-29",           "2026-03-29", NULL },
        { &day,           "2024-02-29",           "2024-02-29", NULL },
        { &day,           "2026-02-29",           NULL, "a date such as 2026-03-29, not '2026-02-29'" },
        { &day,           "0000-01-01",           NULL, "a date such as 2026-03-29, not '0000-01-01'" },
        { &day,           "2026-3-29",            NULL, "a date such as 2026-03-29, not '2026-3-29'" },
        { &day,           "2026-03-29T0",         NULL, "a date such as 2026-03-29, not '2026-03-29T0'" },
        { &day,           "2026/03/29",           NULL, "a date such as 2026-03-29, not '2026/03/29'" },

        { &secret,        "hunter2",              "hunter2", NULL },
        { &secret,        "${credential:x}",      "${credential:x}", NULL },
        { &secret,        "abc",                  NULL, "a secret text of at least 4 characters" },
        { &secret,        "***",                  NULL, "the secret itself: '***' is shown in the place of one" },
        { &secret,        "****",                 "****", NULL },
        { &secret,        "${secret:00112233445566778899aabbccddeeff}", NULL,
          "the secret itself: '${secret:…}' stands for one that is kept where it was exported from, for that job alone" },
        { &secret,        "${secret:0011}",       "${secret:0011}", NULL },
};

static const struct {
        const char *pattern, *error; /* NULL: right */
} pattern_cases[] = {
        { "[a-z]+",           NULL },
        { "a|b",              NULL },
        { "(a{1,9}b){2}",     NULL },
        { "",                 NULL },
        { "a)(b",             "the pattern is no regular expression: unmatched closing parenthesis, at byte 2" },
        { "[a-",              "the pattern is no regular expression: missing terminating ] for character class, at byte 4" },
        { "(a)\\1",           NULL },
        { "a{1,5000}",        NULL },
        { "((a{999}){999}){99}", "the pattern is no regular expression: regular expression is too large, at byte 20" },
};
/* clang-format on */

START_TEST(a_value_is_judged_by_its_type) {
        CLEANUP_FREE char *value = NULL;
        CLEANUP_FREE char *error = NULL;
        CLEANUP_FREE char *expected = NULL;
        int r;

        r = parameter_check(check_cases[_i].parameter, check_cases[_i].text, &value, &error);

        if (check_cases[_i].value) {
                ck_assert_msg(r == 0, "%s: %s", check_cases[_i].text, error ?: "");
                ck_assert_str_eq(value, check_cases[_i].value);
                return;
        }
        ck_assert_int_eq(r, -EINVAL);
        ck_assert_int_ge(asprintf(&expected, "parameter 'n' expects %s", check_cases[_i].expected), 0);
        ck_assert_str_eq(error, expected);
}
END_TEST

/* libc takes minutes for that, and the daemon's loop would wait. */
START_TEST(no_pattern_takes_for_ever) {
        const Parameter parameter = { .name = (char *) "n",
                                      .type = PARAMETER_STRING,
                                      .pattern = (char *) ".*a.{500}c|.*b.{500}c" };
        CLEANUP_FREE char *text = calloc(PARAMETER_VALUE_MAX + 1, 1), *value = NULL, *error = NULL;

        ck_assert_ptr_nonnull(text);
        for (size_t i = 0; i < PARAMETER_VALUE_MAX; i++)
                text[i] = "ab"[i * i / 7 % 2];
        ck_assert_int_eq(parameter_check(&parameter, text, &value, &error), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error, "that matches .*a"));
}
END_TEST

START_TEST(a_normal_form_stays_as_it_is) {
        CLEANUP_FREE char *again = NULL;
        CLEANUP_FREE char *error = NULL;

        if (!check_cases[_i].value)
                return;
        ck_assert_int_eq(
                        parameter_check(check_cases[_i].parameter, check_cases[_i].value, &again, &error), 0);
        ck_assert_str_eq(again, check_cases[_i].value);
}
END_TEST

START_TEST(a_pattern_is_judged_once) {
        CLEANUP_FREE char *error = NULL;
        int r;

        r = parameter_pattern_check(pattern_cases[_i].pattern, &error);
        ck_assert_int_eq(r, pattern_cases[_i].error ? -EINVAL : 0);
        ck_assert_str_eq(error ?: "", pattern_cases[_i].error ?: "");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("parameter-check");
        TCase *check = tcase_create("check");

        tcase_add_loop_test(check, a_value_is_judged_by_its_type, 0, ARRAY_SIZE(check_cases));
        tcase_add_test(check, no_pattern_takes_for_ever);
        tcase_add_loop_test(check, a_normal_form_stays_as_it_is, 0, ARRAY_SIZE(check_cases));
        tcase_add_loop_test(check, a_pattern_is_judged_once, 0, ARRAY_SIZE(pattern_cases));
        suite_add_tcase(suite, check);
        return suite;
}
