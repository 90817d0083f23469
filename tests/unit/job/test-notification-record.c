/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/notification-record.h"
#include "support/test-support.h"

START_TEST(a_copy_shares_nothing) {
        char job[] = "backup";
        const NotificationRecord record = {
                .id = 3,
                .job = job,
                .fold_key = (char *) "key",
                .target = (char *) "target",
                .content = (char *) "content",
        };
        CLEANUP(notification_record_done) NotificationRecord copy = { 0 };

        ck_assert_int_eq(notification_record_copy(&record, &copy), 0);
        job[0] = 'x';
        ck_assert_str_eq(copy.job, "backup");
        ck_assert_str_eq(copy.fold_key, "key");
        ck_assert_str_eq(copy.target, "target");
        ck_assert_str_eq(copy.content, "content");
        ck_assert_ptr_null(copy.last_error);
        ck_assert_uint_eq(copy.id, 3);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("notification-record");
        TCase *copies = tcase_create("copies");

        tcase_add_test(copies, a_copy_shares_nothing);
        suite_add_tcase(suite, copies);
        return suite;
}
