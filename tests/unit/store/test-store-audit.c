/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "support/store-fixture.h"
#include "support/test-support.h"

#define BIT(event) (UINT32_C(1) << (event))

static StoreFixture fixture;

/* Row n (from 1) at second n: of job a, b or none in turn; paused, resumed in turn. */
static void setup(void) {
        store_fixture_init(&fixture);
        store_fixture_open(&fixture, NULL);
        for (unsigned n = 1; n <= 12; n++) {
                AuditRecord record = {
                        .time_usec = n * USEC_PER_SEC,
                        .event = n % 2 ? AUDIT_JOB_PAUSED : AUDIT_JOB_RESUMED,
                        .job =
                                        (char *) (n % 3 == 0                   ? NULL
                                                                  : n % 3 == 1 ? "a"
                                                                               : "b"),
                        .execution_id = n,
                        .user = (char *) "anna",
                        .uid = 1000,
                        .process = (char *) "schedctl",
                        .origin = (char *) "control",
                        .detail = (char *) (n == 12 ? "why" : NULL),
                };

                ck_assert_int_eq(store_add_audit(fixture.store, &record), 0);
        }
        ck_assert_int_eq(store_flush(fixture.store), 0);
}

static void teardown(void) {
        store_fixture_done(&fixture);
}

static char *const job_a[] = { (char *) "a", NULL };
static char *const job_ab[] = { (char *) "b", (char *) "a", NULL };
static char *const job_glob[] = { (char *) "[ab]", NULL };
static char *const no_jobs[] = { NULL };

/* clang-format off */
static const struct {
        AuditFilter filter;
        const char *ids;
} audit_cases[] = {
        { { 0 },                                                       "12 11 10 9 8 7 6 5 4 3 2 1 " },
        { { .limit = 2 },                                              "12 11 " },
        { { .before_id = 3 },                                          "2 1 " },
        { { .jobs = job_a },                                           "10 7 4 1 " },
        { { .jobs = job_a, .before_id = 7 },                           "4 1 " },
        { { .jobs = job_ab, .limit = 3 },                              "11 10 8 " },
        { { .jobs = job_glob, .limit = 3 },                            "11 10 8 " },
        { { .jobs = no_jobs },                                         "" },
        { { .events = BIT(AUDIT_JOB_RESUMED), .limit = 2 },            "12 10 " },
        { { .events = BIT(AUDIT_RELOADED) },                           "" },
        { { .since_usec = 10 * USEC_PER_SEC },                         "12 11 10 " },
        { { .until_usec = 2 * USEC_PER_SEC },                          "2 1 " },
        { { .since_usec = 1, .until_usec = USEC_INFINITY, .limit = 1 }, "12 " },
};
/* clang-format on */

static int print(void *userdata, const AuditRecord *record) {
        char *text = userdata;

        sprintf(text + strlen(text), "%" PRIu64 " ", record->id);
        return 0;
}

START_TEST(a_filter_shows_what_it_should_newest_first) {
        char text[256] = "";

        ck_assert_int_eq(store_list_audit(fixture.store, &audit_cases[_i].filter, print, text), 0);
        ck_assert_str_eq(text, audit_cases[_i].ids);
}
END_TEST

static int compare(void *userdata, const AuditRecord *record) {
        ck_assert_int_eq(record->time_usec, 12 * USEC_PER_SEC);
        ck_assert_int_eq(record->event, AUDIT_JOB_RESUMED);
        ck_assert_ptr_null(record->job);
        ck_assert_uint_eq(record->execution_id, 12);
        ck_assert_str_eq(record->user, "anna");
        ck_assert_uint_eq(record->uid, 1000);
        ck_assert_str_eq(record->process, "schedctl");
        ck_assert_str_eq(record->origin, "control");
        ck_assert_str_eq(record->detail, "why");
        return 1;
}

START_TEST(every_column_comes_back) {
        ck_assert_int_eq(store_list_audit(fixture.store, &(AuditFilter){ 0 }, compare, NULL), 0);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("store-audit");
        TCase *tcase = tcase_create("audit");

        tcase_add_checked_fixture(tcase, setup, teardown);
        tcase_add_loop_test(tcase, a_filter_shows_what_it_should_newest_first, 0, ARRAY_SIZE(audit_cases));
        tcase_add_test(tcase, every_column_comes_back);
        suite_add_tcase(suite, tcase);
        return suite;
}
