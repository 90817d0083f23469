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

Suite *test_suite(void) {
        Suite *suite = suite_create("signal-name");
        TCase *tcase = tcase_create("signal-name");

        tcase_add_loop_test(tcase, names_give_numbers, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
