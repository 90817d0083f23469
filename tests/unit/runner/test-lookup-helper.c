/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "runner/lookup-helper.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *request; /* "|" stands for the NUL after each string */
        int error;
        const char *message, *name;
} answer_cases[] = {
        { "0|||0|",               0,       "", "root" },
        { "0|root||0|",           0,       "", "root" },
        { "0|0||0|",              0,       "", "root" },
        { "|root||0|",            0,       "", "root" },
        { "0|none-such||0|",      ENOENT,  "no such user 'none-such'", "" },
        { "0|3999999999||0|",     ENOENT,  "no such user '3999999999'", "" },
        { "0|4294967296||0|",     ENOENT,  "no such user '4294967296'", "" }, /* not 0 */
        { "0|4294967295||0|",     ENOENT,  "no such user '4294967295'", "" },
        { "0|root|4294967296|0|", ENOENT,  "no such group '4294967296'", "" },
        { "0|root|no-group|0|",   ENOENT,  "no such group 'no-group'", "" },
        { "0|root||1|no-group|",  ENOENT,  "no such group 'no-group'", "" },
        { "65534|root||0|",       EPERM,   "a job of uid 65534 may not run as user 'root'", "" },
        { "0|",                   EBADMSG, "a look-up was asked in a wrong way", "" },
        { "x",                    EBADMSG, "a look-up was asked in a wrong way", "" },
};
/* clang-format on */

START_TEST(it_answers_from_the_user_database) {
        CLEANUP(buffer_done) Buffer answer = { 0 };
        CLEANUP_FREE char *request = strdup(answer_cases[_i].request);
        CLEANUP_FREE const char **fields = NULL;
        size_t n, size = strlen(request);

        for (size_t i = 0; i < size; i++)
                request[i] = (char) (request[i] == '|' ? '\0' : request[i]);
        ck_assert_int_eq(lookup_answer(request, size, &answer), 0);
        ck_assert_int_eq(lookup_message_split(answer.data, answer.size, &fields, &n), 0);

        ck_assert_uint_ge(n, LOOKUP_ANSWER_GROUPS);
        ck_assert_int_eq(atoi(fields[LOOKUP_ANSWER_ERROR]), answer_cases[_i].error);
        ck_assert_str_eq(fields[LOOKUP_ANSWER_MESSAGE], answer_cases[_i].message);
        ck_assert_str_eq(fields[LOOKUP_ANSWER_NAME], answer_cases[_i].name);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("lookup-helper");
        TCase *answers = tcase_create("answers");

        tcase_add_loop_test(answers, it_answers_from_the_user_database, 0, ARRAY_SIZE(answer_cases));
        suite_add_tcase(suite, answers);
        return suite;
}
