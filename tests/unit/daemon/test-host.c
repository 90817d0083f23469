/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "daemon/host.h"

#include <stdio.h>
#include <string.h>

#include "support/test-support.h"

START_TEST(a_boot_has_one_identity) {
        Host first, second;

        ck_assert_int_eq(host_init(&first), 0);
        ck_assert_int_eq(host_init(&second), 0);
        ck_assert_str_eq(first.boot_identity, second.boot_identity);
        ck_assert_uint_eq(strlen(first.boot_id), 32);
        ck_assert_int_eq(strncmp(first.boot_identity, first.boot_id, 32), 0);
        ck_assert_uint_gt(strlen(first.name), 0);
}
END_TEST

START_TEST(a_machine_is_known_by_an_id_that_is_not_its_own) {
        char own[64] = "";
        FILE *file = fopen("/etc/machine-id", "re");
        Host first, second;

        if (file) {
                ck_assert_int_le(fscanf(file, "%63s", own), 1);
                (void) fclose(file);
        }

        ck_assert_int_eq(host_init(&first), 0);
        ck_assert_int_eq(host_init(&second), 0);
        ck_assert_str_eq(first.machine_id, second.machine_id);
        ck_assert(first.machine_id[0] == '\0' || strlen(first.machine_id) == 32);
        ck_assert(first.machine_id[0] == '\0' || strcmp(first.machine_id, own) != 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("daemon-host");
        TCase *tcase = tcase_create("host");

        tcase_add_test(tcase, a_boot_has_one_identity);
        tcase_add_test(tcase, a_machine_is_known_by_an_id_that_is_not_its_own);
        suite_add_tcase(suite, tcase);
        return suite;
}
