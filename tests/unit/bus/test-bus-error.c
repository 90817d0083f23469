/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "bus/bus-internal.h"
#include "protocol/names.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        int error;
        const char *text, *name, *message; /* message NULL: any sentence */
} cases[] = {
        { ENOENT,      NULL,    ERROR_NO_SUCH_JOB,         NULL },
        { EBUSY,       NULL,    ERROR_OVERLAP,             NULL },
        { ENOEXEC,     NULL,    ERROR_JOB_NOT_LOADED,      NULL },
        { ENOTCONN,    NULL,    ERROR_NO_RUNNER,           NULL },
        { ESRCH,       NULL,    ERROR_NOT_ACTIVE,          NULL },
        { EALREADY,    NULL,    ERROR_NOT_ACTIVE,          NULL },
        { EIO,         NULL,    ERROR_STORE,               NULL },
        { ENOSPC,      NULL,    ERROR_STORE,               NULL },
        { EROFS,       NULL,    ERROR_STORE,               NULL },
        { EINVAL,      NULL,    SD_BUS_ERROR_INVALID_ARGS, NULL },
        { ENOMEM,      NULL,    SD_BUS_ERROR_NO_MEMORY,    NULL },
        { EINVAL,      "Why.",  SD_BUS_ERROR_INVALID_ARGS, "Why." },
        /* one that nobody thought of */
        { EXDEV,       "Why.",  SD_BUS_ERROR_FAILED,       "Why." },
        { EXDEV,       NULL,    NULL,                      "This did not work: Invalid cross-device link" },
};
/* clang-format on */

START_TEST(an_errno_has_a_name_and_a_sentence) {
        for (int sign = -1; sign <= 1; sign += 2) {
                sd_bus_error error = SD_BUS_ERROR_NULL;

                ck_assert_int_lt(bus_error_set(&error, sign * cases[_i].error, cases[_i].text), 0);
                if (cases[_i].name)
                        ck_assert_str_eq(error.name, cases[_i].name);
                if (cases[_i].message)
                        ck_assert_str_eq(error.message, cases[_i].message);
                else
                        ck_assert_int_eq(error.message[strlen(error.message) - 1], '.');
                sd_bus_error_free(&error);
        }
}
END_TEST

START_TEST(what_is_not_there_is_named) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        char name[1024] = "";

        ck_assert_int_lt(bus_error_no_such_job(&error, "a"), 0);
        ck_assert_str_eq(error.message, "There is no job 'a'.");
        sd_bus_error_free(&error);

        /* but not as long as the caller likes */
        memset(name, 'x', sizeof(name) - 1);
        ck_assert_int_lt(bus_error_no_such_job(&error, name), 0);
        ck_assert_uint_lt(strlen(error.message), 256);
        sd_bus_error_free(&error);

        ck_assert_int_lt(bus_error_no_such_execution(&error, UINT64_MAX), 0);
        ck_assert_str_eq(error.name, ERROR_NO_SUCH_EXECUTION);
        ck_assert_str_eq(error.message, "There is no execution 18446744073709551615.");
        sd_bus_error_free(&error);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("bus-error");
        TCase *errors = tcase_create("errors");

        tcase_add_loop_test(errors, an_errno_has_a_name_and_a_sentence, 0, ARRAY_SIZE(cases));
        tcase_add_test(errors, what_is_not_there_is_named);
        suite_add_tcase(suite, errors);
        return suite;
}
