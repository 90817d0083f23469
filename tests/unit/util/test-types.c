/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/types.h"

#include "support/test-support.h"

/* clang-format off */
static const struct {
        usec_t a, b, sum;
} add_cases[] = {
        { 1,                 2,                 3 },
        { -5,                2,                 -3 },
        { USEC_INFINITY,     0,                 USEC_INFINITY },
        { USEC_INFINITY,     -1,                USEC_INFINITY },
        { -1,                USEC_INFINITY,     USEC_INFINITY },
        { USEC_INFINITY - 1, 1,                 USEC_INFINITY },
        { USEC_INFINITY - 1, USEC_INFINITY - 1, USEC_INFINITY },
        { USEC_INFINITY - 2, 1,                 USEC_INFINITY - 1 },
};
/* clang-format on */

START_TEST(sums_stay_at_infinity) {
        ck_assert_int_eq(usec_add(add_cases[_i].a, add_cases[_i].b), add_cases[_i].sum);
}
END_TEST

START_TEST(minimum_and_maximum_evaluate_once) {
        int a = 1, b = 5;

        ck_assert_int_eq(MIN(a++, b++), 1);
        ck_assert_int_eq(MAX(a++, b++), 6);
        ck_assert_int_eq(a, 3);
        ck_assert_int_eq(b, 7);
}
END_TEST

START_TEST(units_are_multiples_of_each_other) {
        ck_assert_int_eq(USEC_PER_SEC, 1000000);
        ck_assert_int_eq(USEC_PER_WEEK, INT64_C(604800000000));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("types");
        TCase *types = tcase_create("types");

        tcase_add_loop_test(types, sums_stay_at_infinity, 0, ARRAY_SIZE(add_cases));
        tcase_add_test(types, minimum_and_maximum_evaluate_once);
        tcase_add_test(types, units_are_multiples_of_each_other);
        suite_add_tcase(suite, types);
        return suite;
}
