/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define C "command: x\n"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { C "except: Sat\n",                    "2:9: 'except' expects a mapping such as {days: [Sat, Sun]} or a list of such, not a text" },
        { C "except: [Sat]\n",                  "2:10: expected a mapping ('key: value'), not a text" },
        { C "except: {}\n",                     "2:9: 'except': days, dates, time, calendar, cron or ics expected" },
        { C "except: {day: Sat}\n",             "2:10: unknown key 'day'; did you mean 'days'?" },
        { C "except: {days: Sat,Sun}\n",        "2:20: unknown key 'Sun'; known are days, dates, time, calendar, cron, ics" },
        { C "except: {days: \"Sat,Son\"}\n",    "2:21: 'days': a day of the week such as \"Sat\" expected" },
        { C "except: {days: [Sat, 7]}\n",       "2:16: 'days': a day of the week such as \"Sat\" expected" },
        { C "except: {dates: [2026-12-24, 2026-13-01, 12-25]}\n", "2:30: 'dates': the calendar has no such day" },
        { C "except: {dates: 2026-02-30}\n",    "2:17: 'dates': the calendar has no such day" },
        { C "except: {dates: {a: b}}\n",        "2:17: 'dates' expects a text, not a mapping" },
        { C "except: {time: 22:00}\n",          "2:16: 22:00 in 'time' could be a number in base 60: quote it if the text is meant, as \"22:00\"" },
        { C "except: {time: 22:00..25:00}\n",   "2:16: 'time': the day has no such time" },
        { C "except: {calendar: Blursday}\n",   "2:20: 'calendar': 'Blursday' is no weekday or word; did you mean 'Thursday'?" },
        { C "except: [{days: Sat}, {cron: 61 * * * *}]\n", "2:30: 'cron': minute 61 is out of range: 0 to 59 expected" },
        { C "except: {ics: holidays.ics}\n",    "2:15: 'ics' expects an absolute path, not 'holidays.ics'" },
        { C "except: {ics: /nonexistent/a.ics}\n", "2:15: 'ics': '/nonexistent/a.ics' does not exist" },
        { C "except: {ics: /dev/zero}\n",       "2:15: 'ics': '/dev/zero' is not a regular file" },
        { C "on-except: later\n",               "2:12: 'on-except' expects one of skip, next-day, previous-day, next-business-day, previous-business-day, not 'later'" },
};

/* What is excepted, in UTC; 2026-01-03 is a Saturday. */
static const struct {
        const char *text, *instant;
        bool is_excepted;
} good_cases[] = {
        { "except: {days: Sat}",                            "2026-01-03T12:00:00Z", true },
        { "except: {days: \"Sat,Sun\"}",                    "2026-01-04T12:00:00Z", true },
        { "except: {days: [Sat, Sun]}",                     "2026-01-04T12:00:00Z", true },
        { "except: {days: Mon..Fri}",                       "2026-01-03T12:00:00Z", false },
        { "except: {dates: 01-03}",                         "2026-01-03T12:00:00Z", true },
        { "except: {dates: [12-25, 2026-01-01..2026-01-05]}", "2026-01-03T12:00:00Z", true },
        { "except: {days: Sat, time: 22:00..06:00}",        "2026-01-03T12:00:00Z", false },
        { "except: {days: Sat, time: 22:00..06:00}",        "2026-01-03T23:00:00Z", true },
        { "except: {calendar: \"Sat *-*-1..7\"}",           "2026-01-03T12:00:00Z", true },
        { "except: {cron: \"* 12 * * *\"}",                 "2026-01-03T12:30:00Z", true },
        { "except: [{days: Sun}, {dates: [01-03]}]",        "2026-01-03T12:00:00Z", true },
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(what_is_excepted_is_taken) {
        CLEANUP_FREE char *text = NULL;
        CLEANUP(job_unrefp) Job *job = NULL;
        CLEANUP(job_unrefp) Job *again = NULL;

        ck_assert_int_gt(asprintf(&text, C "on-except: next-day\n%s\n", good_cases[_i].text), 0);
        job = test_job(text);
        ck_assert_int_eq(job->timetable.on_except, ON_EXCEPT_NEXT_DAY);
        ck_assert_ptr_nonnull(job->timetable.exceptions);
        ck_assert_int_eq(
                        exceptions_match(
                                        job->timetable.exceptions, time_zone_utc(),
                                        test_usec(good_cases[_i].instant)),
                        good_cases[_i].is_excepted);

        again = test_job(job->definition);
        test_assert_jobs_equal(job, again);
}
END_TEST

START_TEST(nothing_is_excepted_by_an_empty_list) {
        CLEANUP(job_unrefp) Job *job = test_job(C "except: []\n");

        ck_assert_ptr_null(job->timetable.exceptions);
        ck_assert_int_eq(job->timetable.on_except, ON_EXCEPT_SKIP);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("except-decode");
        TCase *tcase = tcase_create("except-decode");

        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(tcase, what_is_excepted_is_taken, 0, ARRAY_SIZE(good_cases));
        tcase_add_test(tcase, nothing_is_excepted_by_an_empty_list);
        suite_add_tcase(suite, tcase);
        return suite;
}
