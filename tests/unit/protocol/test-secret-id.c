/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/secret-id.h"

#include "support/test-support.h"

#define ID "0123456789abcdef0123456789abcdef"

/* clang-format off */
static const struct {
        const char *text;
        bool is_one, begins;
} cases[] = {
        { ID,                                 true,  true  },
        { ID "}",                             false, true  },
        { ID " ",                             false, true  },
        { ID "0",                             false, false },
        { "0123456789abcdef0123456789abcde",  false, false },
        { "0123456789ABCDEF0123456789ABCDEF", false, false },
        { "0123456789abcdef0123456789abcdeg", false, false },
        { " " ID,                             false, false },
        { "",                                 false, false },
};
/* clang-format on */

START_TEST(an_id_has_so_many_digits) {
        ck_assert_int_eq(secret_id_valid(cases[_i].text), cases[_i].is_one);
        ck_assert_int_eq(secret_id_begins(cases[_i].text), cases[_i].begins);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("secret-id");
        TCase *id = tcase_create("id");

        tcase_add_loop_test(id, an_id_has_so_many_digits, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, id);
        return suite;
}
