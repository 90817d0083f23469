/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "manager/alerts.h"
#include "support/test-support.h"

#define NONE NOTIFY_EVENT_COUNT

/* clang-format off */
static const struct {
        AlertFacts facts;
        NotifyEvent events[ALERTS_MAX + 1]; /* ended by NONE */
} end_cases[] = {
        { { EXECUTION_SUCCEEDED, false, false }, { NOTIFY_ON_SUCCESS, NONE } },
        { { EXECUTION_SUCCEEDED, false, true },  { NOTIFY_ON_SUCCESS, NOTIFY_ON_OUTPUT, NONE } },
        { { EXECUTION_SUCCEEDED, true, true },   { NOTIFY_ON_RECOVERY, NOTIFY_ON_SUCCESS, NOTIFY_ON_OUTPUT, NONE } },
        { { EXECUTION_FAILED, false, false },    { NOTIFY_ON_FAILURE, NONE } },
        { { EXECUTION_FAILED, true, true },      { NOTIFY_ON_FAILURE, NOTIFY_ON_OUTPUT, NONE } },
        { { EXECUTION_TIMED_OUT, false, false }, { NOTIFY_ON_FAILURE, NONE } },
        { { EXECUTION_LOST, false, false },      { NOTIFY_ON_FAILURE, NONE } },
        { { EXECUTION_CANCELLED, true, false },  { NONE } },
        { { EXECUTION_CANCELLED, false, true },  { NOTIFY_ON_OUTPUT, NONE } },
        { { EXECUTION_SKIPPED, true, false },    { NONE } },
        { { EXECUTION_MISSED, true, false },     { NOTIFY_ON_MISSED, NONE } },
};

static const struct {
        unsigned attempts;
        usec_t start_after_usec, started_usec, late_after_usec;
        bool late;
} late_cases[] = {
        { 1, 100,           200,           99,            true },
        { 1, 100,           200,           100,           false },
        { 0, 100,           200,           99,            true },
        { 2, 100,           200,           99,            false },
        { 1, 100,           USEC_INFINITY, 99,            false },
        { 1, USEC_INFINITY, 200,           99,            false },
        { 1, 100,           200,           USEC_INFINITY, false },
};
/* clang-format on */

START_TEST(an_end_is_these_events) {
        NotifyEvent events[ALERTS_MAX];
        size_t n = alerts_of_end(&end_cases[_i].facts, events);

        for (size_t i = 0; i < n; i++)
                ck_assert_int_eq(events[i], end_cases[_i].events[i]);
        ck_assert_int_eq(end_cases[_i].events[n], NONE);
}
END_TEST

START_TEST(late_is_later_than_it_may) {
        ExecutionRecord record;

        execution_record_init(&record);
        record.attempts = late_cases[_i].attempts;
        record.start_after_usec = late_cases[_i].start_after_usec;
        record.started_usec = late_cases[_i].started_usec;
        ck_assert_int_eq(alerts_is_late(&record, late_cases[_i].late_after_usec), late_cases[_i].late);
}
END_TEST

START_TEST(only_failures_are_failures) {
        for (int state = 0; state < EXECUTION_STATE_COUNT; state++)
                ck_assert_int_eq(
                                alerts_is_failure((ExecutionState) state),
                                state == EXECUTION_FAILED || state == EXECUTION_TIMED_OUT ||
                                                state == EXECUTION_LOST);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("alerts");
        TCase *events = tcase_create("events");

        tcase_add_loop_test(events, an_end_is_these_events, 0, ARRAY_SIZE(end_cases));
        tcase_add_loop_test(events, late_is_later_than_it_may, 0, ARRAY_SIZE(late_cases));
        tcase_add_test(events, only_failures_are_failures);
        suite_add_tcase(suite, events);
        return suite;
}
