/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/signal-name.h"

#include <errno.h>
#include <signal.h>

#include "support/test-support.h"
#include "util/types.h"

static const struct {
        const char *name;
        int number;
} cases[] = {
        { "TERM", SIGTERM }, { "SIGTERM", SIGTERM }, { "sigint", SIGINT },
        { "Hup", SIGHUP },   { "KILL", SIGKILL },    { "", -EINVAL },
        { "SIG", -EINVAL },  { "TREM", -EINVAL },    { "15", -EINVAL },
};

START_TEST(names_give_numbers) {
        ck_assert_int_eq(signal_from_name(cases[_i].name), cases[_i].number);
}
END_TEST

START_TEST(numbers_give_names_back) {
        for (int i = 1; i < NSIG; i++)
                if (signal_to_name(i))
                        ck_assert_int_eq(signal_from_name(signal_to_name(i)), i);
        ck_assert_str_eq(signal_to_name(SIGTERM), "TERM");
        ck_assert_ptr_null(signal_to_name(0));
        ck_assert_ptr_null(signal_to_name(-1));
        ck_assert_ptr_null(signal_to_name(1000));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("signal-name");
        TCase *tcase = tcase_create("signal-name");

        tcase_add_loop_test(tcase, names_give_numbers, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, numbers_give_names_back);
        suite_add_tcase(suite, tcase);
        return suite;
}
