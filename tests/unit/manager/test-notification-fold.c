/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/notification-fold.h"

#include <stdio.h>
#include <string.h>

#include "job/notify-text.h"
#include "manager/notification-content.h"
#include "support/test-support.h"

static void fold(NotificationRecord *record, unsigned n, usec_t now_usec) {
        char summary[32], line[32];
        char *content[] = { summary, line, NULL };

        (void) snprintf(summary, sizeof(summary), "summary=%u", n);
        (void) snprintf(line, sizeof(line), "line=%u", n);
        ck_assert_int_eq(notification_fold(record, content, now_usec), 0);
}

static void begin(NotificationRecord *record) {
        *record = (NotificationRecord){
                .created_usec = 5,
                .count = 1,
                .window_usec = NOTIFICATION_WINDOW_USEC,
                .content = strdup("summary=1\nline=1\n"),
        };
        ck_assert_ptr_nonnull(record->content);
}

START_TEST(the_newest_speaks_for_all) {
        CLEANUP(notification_record_done) NotificationRecord record;

        begin(&record);
        fold(&record, 2, 7);
        fold(&record, 3, 8);
        ck_assert_uint_eq(record.count, 3);
        ck_assert_int_eq(record.created_usec, 5);
        ck_assert_str_eq(record.content, "summary=3\nline=1\nline=2\nline=3\n");
}
END_TEST

START_TEST(only_the_last_lines_stay) {
        CLEANUP(notification_record_done) NotificationRecord record;
        unsigned n_lines = 0;

        begin(&record);
        for (unsigned n = 2; n <= 10000; n++)
                fold(&record, n, 7);
        for (const char *at = record.content; (at = strstr(at, "line=")); at++)
                n_lines++;
        ck_assert_uint_eq(record.count, 10000);
        ck_assert_uint_eq(n_lines, NOTIFICATION_LINES_MAX);
        ck_assert_ptr_nonnull(strstr(record.content, "line=10000\n"));
        ck_assert_ptr_nonnull(strstr(record.content, "line=9991\n"));
}
END_TEST

START_TEST(what_came_while_it_was_told_is_left) {
        CLEANUP(notification_record_done) NotificationRecord record;

        begin(&record);
        record.attempts = 2;
        record.last_error = strdup("x");
        fold(&record, 2, 7);
        fold(&record, 3, 8);
        ck_assert_int_eq(notification_told(&record, 2, 9), 0);
        ck_assert_uint_eq(record.count, 1);
        ck_assert_int_eq(record.created_usec, 9);
        ck_assert_uint_eq(record.attempts, 0);
        ck_assert_ptr_null(record.last_error);
        ck_assert_str_eq(record.content, "summary=3\nline=3\n");
        ck_assert_int_eq(record.next_try_usec, 9 + 2 * NOTIFICATION_WINDOW_USEC);
}
END_TEST

START_TEST(a_window_grows_with_the_flood_only) {
        CLEANUP(notification_record_done) NotificationRecord record;

        begin(&record);
        ck_assert_int_eq(notification_told(&record, 1, 9), 0);
        ck_assert_uint_eq(record.count, 0);
        ck_assert_int_eq(record.window_usec, NOTIFICATION_WINDOW_USEC);
        ck_assert_str_eq(record.content, "summary=1\n");

        for (unsigned round = 0; round < 10; round++) {
                fold(&record, 2, 10);
                fold(&record, 3, 11);
                ck_assert_int_eq(record.created_usec, 10);
                ck_assert_int_eq(notification_told(&record, 2, 12), 0);
        }
        ck_assert_int_eq(record.window_usec, NOTIFICATION_WINDOW_MAX_USEC);
}
END_TEST

START_TEST(keys_tell_kinds_apart) {
        CLEANUP_FREE char *a = NULL, *b = NULL, *c = NULL, *d = NULL, *e = NULL, *f = NULL, *g = NULL;
        uint64_t hash = notification_target_hash("x");

        ck_assert_uint_ne(hash, notification_target_hash("y"));
        ck_assert_int_eq(notification_key(NOTIFY_ON_FAILURE, false, "job", 7, hash, &a), 0);
        ck_assert_int_eq(notification_key(NOTIFY_ON_SUCCESS, false, "job", 7, hash, &b), 0);
        ck_assert_int_eq(notification_key(NOTIFY_ON_TROUBLE, false, NULL, 7, hash, &c), 0);
        ck_assert_int_eq(notification_gather_key(7, hash, &d), 0);
        ck_assert_int_eq(notification_ping_key(hash, &e), 0);
        ck_assert_int_eq(notification_key(NOTIFY_ON_OVERDUE, false, "job", 7, hash, &f), 0);
        ck_assert_int_eq(notification_key(NOTIFY_ON_OVERDUE, true, "job", 7, hash, &g), 0);
        ck_assert_str_ne(f, g);
        ck_assert_str_ne(a, b);
        ck_assert_str_ne(c, d);
        ck_assert_str_ne(d, e);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("notification-fold");
        TCase *folds = tcase_create("folds");

        tcase_add_test(folds, the_newest_speaks_for_all);
        tcase_add_test(folds, only_the_last_lines_stay);
        tcase_add_test(folds, what_came_while_it_was_told_is_left);
        tcase_add_test(folds, a_window_grows_with_the_flood_only);
        tcase_add_test(folds, keys_tell_kinds_apart);
        suite_add_tcase(suite, folds);
        return suite;
}
