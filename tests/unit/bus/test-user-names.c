/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "bus/user-names.h"

#include <check.h>

#include "support/bus-fixture.h"
#include "support/test-support.h"

static BusFixture fixture;
static Executor executor;
static UserNames *names;
static unsigned n_known, n_asked;
static executor_user_t answer;
static void *answer_userdata;

/* Answers when the test says. */
static int ask(void *userdata, const char *name, uid_t uid, executor_user_t done, void *done_userdata) {
        n_asked++;
        answer = done;
        answer_userdata = done_userdata;
        return 0;
}

static int refuse(void *userdata, const char *name, uid_t uid, executor_user_t done, void *done_userdata) {
        n_asked++;
        return -ENOTCONN;
}

static void setup(void) {
        bus_fixture_init(&fixture);
        executor = fixture.executor;
        fixture.executor.lookup_user = ask;
        ck_assert_int_eq(user_names_new(fixture.manager, 4711, "me", &names), 0);
}

static void teardown(void) {
        names = user_names_free(names);
        fixture.executor = executor;
        bus_fixture_done(&fixture);
}

static void on_known(UserNameWaiter *waiter) {
        n_known++;
}

START_TEST(root_and_oneself_need_no_question) {
        UserNameWaiter waiter = { .on_known = on_known };

        ck_assert_str_eq(user_names_find(names, 0), "root");
        ck_assert_str_eq(user_names_find(names, 4711), "me");
        ck_assert_int_eq(user_names_wait(names, &waiter, 0), 1);
        ck_assert_uint_eq(n_asked, 0);
}
END_TEST

START_TEST(many_wait_for_one_answer) {
        UserNameWaiter waiters[3] = { { .on_known = on_known },
                                      { .on_known = on_known },
                                      { .on_known = on_known } };

        ck_assert_ptr_null(user_names_find(names, 7));
        for (size_t i = 0; i < ARRAY_SIZE(waiters); i++)
                ck_assert_int_eq(user_names_wait(names, &waiters[i], 7), 0);
        ck_assert_uint_eq(n_asked, 1);
        user_names_forget(names, &waiters[1]); /* gave up */
        user_names_forget(names, &waiters[1]);

        answer(answer_userdata, 0, 7, 7, "seven");
        ck_assert_uint_eq(n_known, 2);
        ck_assert_str_eq(user_names_find(names, 7), "seven");
        ck_assert_int_eq(user_names_wait(names, &waiters[0], 7), 1);
        ck_assert_uint_eq(n_asked, 1);
}
END_TEST

START_TEST(no_such_user_is_asked_for_again) {
        UserNameWaiter waiter = { .on_known = on_known };

        ck_assert_int_eq(user_names_wait(names, &waiter, 8), 0);
        answer(answer_userdata, -ENOENT, 8, 8, NULL);
        ck_assert_uint_eq(n_known, 1);
        ck_assert_ptr_null(user_names_find(names, 8));

        user_names_prefetch(names, 8);
        ck_assert_uint_eq(n_asked, 2);
        answer(answer_userdata, 0, 8, 8, "eight");
        ck_assert_str_eq(user_names_find(names, 8), "eight");
}
END_TEST

START_TEST(nobody_waits_where_nobody_can_be_asked) {
        UserNameWaiter waiter = { .on_known = on_known };

        fixture.executor.lookup_user = refuse;
        ck_assert_int_eq(user_names_wait(names, &waiter, 9), 1);
        ck_assert_ptr_null(user_names_find(names, 9));
        ck_assert_uint_eq(n_known, 0);
}
END_TEST

/* Each caller of a flood has a uid of its own. */
START_TEST(the_names_do_not_grow_without_end) {
        UserNameWaiter waiter = { .on_known = on_known };

        fixture.executor.lookup_user = refuse;
        for (uid_t uid = 10000; uid < 30000; uid++)
                user_names_prefetch(names, uid);
        ck_assert_uint_lt(n_asked, 10001);
        ck_assert_int_eq(user_names_wait(names, &waiter, 50000), 1);
        ck_assert_str_eq(user_names_find(names, 4711), "me");
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("user-names");
        TCase *lookups = tcase_create("names");

        tcase_add_checked_fixture(lookups, setup, teardown);
        tcase_add_test(lookups, root_and_oneself_need_no_question);
        tcase_add_test(lookups, many_wait_for_one_answer);
        tcase_add_test(lookups, no_such_user_is_asked_for_again);
        tcase_add_test(lookups, nobody_waits_where_nobody_can_be_asked);
        tcase_add_test(lookups, the_names_do_not_grow_without_end);
        suite_add_tcase(suite, lookups);
        return suite;
}
