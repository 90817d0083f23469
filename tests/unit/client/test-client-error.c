/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "client/client-error.h"

#include <errno.h>

#include "protocol/names.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *name;
        int number;
        ClientFault fault;
        bool hint;
} cases[] = {
        { ERROR_NO_SUCH_JOB,           -ENOENT,     CLIENT_FAULT_NO_SUCH,     true },
        { ERROR_NO_SUCH_EXECUTION,     -ENOENT,     CLIENT_FAULT_NO_SUCH,     true },
        { ERROR_NOT_SCHEDULED,         -EIO,        CLIENT_FAULT_NO_SUCH,     false },
        { ERROR_NOT_ACTIVE,            -ESRCH,      CLIENT_FAULT_NOT_ACTIVE,  false },
        { ERROR_OVERLAP,               -EBUSY,      CLIENT_FAULT_OTHER,       true },
        { SD_BUS_ERROR_ACCESS_DENIED,  -EACCES,     CLIENT_FAULT_DENIED,      true },
        { SD_BUS_ERROR_NO_REPLY,       -ETIMEDOUT,  CLIENT_FAULT_UNREACHABLE, true },
        { "org.example.Unheard",       -EIO,        CLIENT_FAULT_OTHER,       false },
        { ERROR_NOT_ACTIVE,            -ECONNRESET, CLIENT_FAULT_UNREACHABLE, true }, /* the connection broke */
};
/* clang-format on */

START_TEST(a_fault_has_its_kind_its_text_and_what_to_do) {
        const sd_bus_error bus_error = SD_BUS_ERROR_MAKE_CONST(cases[_i].name, "the sentence");
        ClientError error = { 0 };

        ck_assert_int_eq(client_error_set_bus(&error, cases[_i].number, &bus_error), cases[_i].number);

        ck_assert_int_eq(error.fault, cases[_i].fault);
        ck_assert_int_eq(error.hint != NULL, cases[_i].hint);
        if (cases[_i].number == -ECONNRESET)
                ck_assert_str_ne(error.text, "the sentence");
        else
                ck_assert_str_eq(error.text, "the sentence");
        client_error_done(&error);
}
END_TEST

START_TEST(without_a_reply_the_errno_speaks) {
        ClientError error = { 0 };

        ck_assert_int_eq(client_error_set_bus(&error, -ENOMEM, NULL), -ENOMEM);
        ck_assert_str_eq(error.text, "Cannot allocate memory");
        client_error_done(&error);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("client-error");
        TCase *errors = tcase_create("errors");

        tcase_add_loop_test(errors, a_fault_has_its_kind_its_text_and_what_to_do, 0, (int) ARRAY_SIZE(cases));
        tcase_add_test(errors, without_a_reply_the_errno_speaks);
        suite_add_tcase(suite, errors);
        return suite;
}
