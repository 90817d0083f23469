/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/store-fixture.h"
#include "support/test-support.h"

static StoreFixture fixture;

static void setup(void) {
        store_fixture_init(&fixture);
        store_fixture_open(&fixture, NULL);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

#define TEXT(literal) ((char *) (literal))

static const NotificationRecord full = {
        .id = 7,
        .created_usec = 1000,
        .event = NOTIFY_ON_FAILURE,
        .job = TEXT("backup"),
        .owner_uid = 1000,
        .execution_id = 41,
        .fold_key = TEXT("on-failure backup 1000 0123456789abcdef"),
        .window_usec = 300,
        .count = 2,
        .target = TEXT("channel=mail\n"),
        .content = TEXT("job=backup\n"),
        .attempts = 3,
        .next_try_usec = 2000,
        .last_error = TEXT("no route to host"),
};
static const NotificationRecord bare = {
        .id = 8,
        .created_usec = 1001,
        .event = NOTIFY_ON_TROUBLE,
        .fold_key = TEXT("on-trouble"),
        .target = TEXT("channel=mail\n"),
        .content = TEXT("text=x\n"),
};

typedef struct Found {
        NotificationRecord records[4];
        size_t n;
} Found;

static int on_record(void *userdata, const NotificationRecord *record) {
        Found *found = userdata;

        ck_assert_uint_lt(found->n, ARRAY_SIZE(found->records));
        return notification_record_copy(record, &found->records[found->n++]);
}

static void found_done(Found *found) {
        for (size_t i = 0; i < found->n; i++)
                notification_record_done(&found->records[i]);
}

static void load(Found *found) {
        *found = (Found){ 0 };
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_notifications(fixture.store, on_record, found), 0);
}

static void expect_equal(const NotificationRecord *a, const NotificationRecord *b) {
        ck_assert_uint_eq(a->id, b->id);
        ck_assert_int_eq(a->created_usec, b->created_usec);
        ck_assert_int_eq(a->event, b->event);
        ck_assert_pstr_eq(a->job, b->job);
        ck_assert_uint_eq(a->owner_uid, b->owner_uid);
        ck_assert_uint_eq(a->execution_id, b->execution_id);
        ck_assert_str_eq(a->fold_key, b->fold_key);
        ck_assert_int_eq(a->window_usec, b->window_usec);
        ck_assert_uint_eq(a->count, b->count);
        ck_assert_str_eq(a->target, b->target);
        ck_assert_str_eq(a->content, b->content);
        ck_assert_uint_eq(a->attempts, b->attempts);
        ck_assert_int_eq(a->next_try_usec, b->next_try_usec);
        ck_assert_pstr_eq(a->last_error, b->last_error);
}

START_TEST(a_message_is_read_as_it_was_written) {
        CLEANUP(found_done) Found found;

        ck_assert_int_eq(store_put_notification(fixture.store, &full), 0);
        ck_assert_int_eq(store_put_notification(fixture.store, &bare), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        store_fixture_close(&fixture);
        store_fixture_open(&fixture, NULL);

        load(&found);
        ck_assert_uint_eq(found.n, 2);
        expect_equal(&found.records[0], &full);
        expect_equal(&found.records[1], &bare);
}
END_TEST

START_TEST(the_same_id_replaces_what_can_change) {
        CLEANUP(found_done) Found found;
        NotificationRecord changed = full;

        changed.created_usec = 1500;
        changed.execution_id = 42;
        changed.window_usec = 600;
        changed.count = 0;
        changed.content = TEXT("job=backup\nstate=failed\n");
        changed.attempts = 0;
        changed.next_try_usec = 9000;
        changed.last_error = NULL;
        ck_assert_int_eq(store_put_notification(fixture.store, &full), 0);
        ck_assert_int_eq(store_put_notification(fixture.store, &changed), 0);

        load(&found);
        ck_assert_uint_eq(found.n, 1);
        expect_equal(&found.records[0], &changed);
}
END_TEST

START_TEST(a_deleted_message_is_gone) {
        CLEANUP(found_done) Found found;

        ck_assert_int_eq(store_put_notification(fixture.store, &full), 0);
        ck_assert_int_eq(store_delete_notification(fixture.store, full.id), 0);
        ck_assert_int_eq(store_delete_notification(fixture.store, 99), 0); /* nothing to do */

        load(&found);
        ck_assert_uint_eq(found.n, 0);
}
END_TEST

static int refuse(void *userdata, const NotificationRecord *record) {
        return -ECANCELED;
}

START_TEST(a_visitor_may_stop_the_reading) {
        ck_assert_int_eq(store_put_notification(fixture.store, &full), 0);
        ck_assert_int_eq(store_flush(fixture.store), 0);
        ck_assert_int_eq(store_load_notifications(fixture.store, refuse, NULL), -ECANCELED);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-notification");
        TCase *rows = tcase_create("rows");

        tcase_add_checked_fixture(rows, setup, teardown);
        tcase_add_test(rows, a_message_is_read_as_it_was_written);
        tcase_add_test(rows, the_same_id_replaces_what_can_change);
        tcase_add_test(rows, a_deleted_message_is_gone);
        tcase_add_test(rows, a_visitor_may_stop_the_reading);
        suite_add_tcase(suite, rows);
        return suite;
}
