/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "protocol/machine-id.h"

#include <stdio.h>
#include <string.h>

#include "support/test-support.h"

START_TEST(it_is_not_the_machine_s_own) {
        char own[64] = "", first[MACHINE_ID_TEXT_MAX], second[MACHINE_ID_TEXT_MAX];
        FILE *file = fopen("/etc/machine-id", "re");

        if (file) {
                ck_assert_int_le(fscanf(file, "%63s", own), 1);
                (void) fclose(file);
        }

        ck_assert_str_eq(machine_id_derive(first), machine_id_derive(second));

        ck_assert(first[0] == '\0' || strlen(first) == 32);
        ck_assert(first[0] == '\0' || strcmp(first, own) != 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("machine-id");
        TCase *derive = tcase_create("derive");

        tcase_add_test(derive, it_is_not_the_machine_s_own);
        suite_add_tcase(suite, derive);
        return suite;
}
