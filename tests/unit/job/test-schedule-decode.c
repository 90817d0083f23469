/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "support/job-fixture.h"
#include "support/test-support.h"
#include "util/cleanup.h"

#define C "command: x\n"

/* clang-format off */
static const JobFaultCase fault_cases[] = {
        { C "schedule: 90s\n",                  "2:11: '90s' is an interval, not a cron expression; write schedule: {every: 90s}" },
        { C "schedule: 2026-12-24T18:00\n",     "2:11: '2026-12-24T18:00' is a point in time, not a cron expression; write schedule: {at: 2026-12-24T18:00}" },
        { C "schedule: {}\n",                   "2:11: a schedule needs one of cron, calendar, every, at, boot, startup, resume, rrule" },
        { C "schedule: {evry: 90s}\n",          "2:12: unknown key 'evry'; did you mean 'every'?" },
        { C "schedule: {every: 1s, at: x}\n",   "2:27: 'every' and 'at' exclude each other; write a list of two schedules" },
        { C "schedule: {every: 12:30}\n",       "2:19: 12:30 in 'every' could be a number in base 60: quote it if the text is meant, as \"12:30\"" },
        { C "schedule: {every: 1s, start: soon}\n", "2:30: 'start' expects a time such as 2026-01-31T08:00, not 'soon'" },
        { C "schedule: [[x]]\n",                "2:12: 'schedule' expects a cron expression or a mapping, not a list" },
        { C "schedule:\n",                      "2:1: 'schedule' has no value; write null for its default" },
};
/* clang-format on */

START_TEST(what_is_wrong_is_told_with_its_place) {
        test_assert_faults(&fault_cases[_i]);
}
END_TEST

START_TEST(an_unknown_minute_is_found_in_the_text) {
        CLEANUP_FREE char *quoted = test_job_faults(C "schedule: \"0 25 * * *\"\n", true);
        CLEANUP_FREE char *plain = test_job_faults(C "schedule: 0 25 * * *\n", true);
        CLEANUP_FREE char *mapping = test_job_faults(C "schedule:\n  - cron: 0 25 * * *\n", true);

        ck_assert_msg(strncmp(quoted, "2:14: 'schedule': ", 18) == 0, "%s", quoted);
        ck_assert_msg(strncmp(plain, "2:13: 'schedule': ", 18) == 0, "%s", plain);
        ck_assert_msg(strncmp(mapping, "3:13: 'cron': ", 14) == 0, "%s", mapping);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("schedule-decode");
        TCase *tcase = tcase_create("schedule-decode");

        tcase_add_loop_test(tcase, what_is_wrong_is_told_with_its_place, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(tcase, an_unknown_minute_is_found_in_the_text);
        suite_add_tcase(suite, tcase);
        return suite;
}
