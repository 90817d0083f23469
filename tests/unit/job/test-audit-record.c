/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "job/audit-record.h"

#include <string.h>

#include "support/test-support.h"

START_TEST(enums_and_names_agree) {
        for (int i = 0; i < AUDIT_EVENT_COUNT; i++)
                ck_assert_int_eq(audit_event_from_string(audit_event_to_string((AuditEvent) i)), i);
        ck_assert_ptr_null(audit_event_to_string(AUDIT_EVENT_COUNT));
}
END_TEST

START_TEST(a_copy_owns_its_texts) {
        Caller caller = { .uid = 7, .pid = 42, .user = strdup("ann"), .origin = "bus" }, copy;

        ck_assert_int_eq(caller_copy(&caller, &copy), 0);
        caller_done(&caller);
        ck_assert_ptr_null(caller.user);
        ck_assert_uint_eq(copy.uid, 7);
        ck_assert_int_eq(copy.pid, 42);
        ck_assert_str_eq(copy.user, "ann");
        ck_assert_ptr_null(copy.process);
        ck_assert_str_eq(copy.origin, "bus");
        caller_done(&copy);
        caller_done(NULL);
}
END_TEST

START_TEST(a_record_gives_its_texts_back) {
        AuditRecord record = { .job = strdup("x"), .user = strdup("ann"), .detail = strdup("…") };

        audit_record_done(&record);
        ck_assert_ptr_null(record.job);
        audit_record_done(&record);
        audit_record_done(NULL);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("audit-record");
        TCase *tcase = tcase_create("audit-record");

        tcase_add_test(tcase, enums_and_names_agree);
        tcase_add_test(tcase, a_copy_owns_its_texts);
        tcase_add_test(tcase, a_record_gives_its_texts_back);
        suite_add_tcase(suite, tcase);
        return suite;
}
