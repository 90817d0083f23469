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
        { C "schedule: Mon..Fri 06:00\n",       "2:11: 'Mon..Fri 06:00' is a calendar expression, not a cron expression; write schedule: {calendar: \"Mon..Fri 06:00\"}" },
        { C "schedule: Mon..Fri 06:00 Europe/Berlin\n", "2:11: 'Mon..Fri 06:00 Europe/Berlin' is a calendar expression, not a cron expression; write schedule: {calendar: \"Mon..Fri 06:00 Europe/Berlin\"}" },
        { C "schedule: {calendar: 25:00}\n",    "2:22: 25:00 in 'calendar' could be a number in base 60: quote it if the text is meant, as \"25:00\"" },
        { C "schedule: {every: {of: 90s, from: end}}\n", "2:19: 'every' expects a duration, not a mapping; write schedule: {every: 90s, from: end}" },
        { C "schedule: {every: 90s, from: last}\n", "2:30: 'from' expects one of start, end, not 'last'" },
        { C "schedule: {every: 1month}\n",      "2:19: 'every': a month or a year has no fixed length: use a calendar schedule (or cron) instead" },
        { C "schedule: {boot: false}\n",        "2:18: false in 'boot' could be true or false: quote it if the text is meant, as \"false\"" },
        { C "schedule: {every: 1s, end: soon}\n", "2:28: 'end' expects a time such as 2026-01-31T08:00, not 'soon'" },
        { C "schedule: {every: 1s, start: 2026-02-01, end: 2026-01-31}\n", "2:42: 'end' is before 'start'" },
        { C "schedule: {every: 1s, start: 2026-02-01T00:00Z, end: 2026-02-01T00:30+01:00}\n", "2:49: 'end' is before 'start'" },
        { C "schedule: {at: 2026-12-24T18:00, start: 2026-01-01}\n", "2:34: 'start' goes with 'cron', 'calendar', 'every', 'boot', 'startup', 'resume' and 'rrule' only" },
        { C "schedule: {every: 1s, dst: {gap: run}}\n", "2:23: 'dst' goes with 'cron', 'calendar' and 'rrule' only" },
        { C "schedule: {calendar: daily, dialect: vixie}\n", "2:29: 'dialect' goes with 'cron' only" },
        { C "schedule: {calendar: daily, days: or}\n", "2:29: 'days' goes with 'cron' only" },
        { C "schedule: {every: 1s, hash-key: a}\n", "2:23: 'hash-key' goes with 'cron' only" },
        { C "schedule: {cron: '@daily', from: end}\n", "2:28: 'from' goes with 'every' only" },
        { C "schedule: {cron: '@daily', exdate: 2026-01-01}\n", "2:28: 'exdate' goes with 'rrule' only" },
        { C "schedule: {cron: '@daily', rdate: [2026-01-01, x]}\n", "2:28: 'rdate' goes with 'rrule' only\n2:48: 'rdate' expects a time such as 2026-01-31T08:00, not 'x'" },
        { C "schedule: {cron: '@daily', timezone: Mars/Base}\n", "2:38: 'timezone': time zone 'Mars/Base': no such time zone is installed; a name such as \"Europe/Berlin\" was expected" },
        { C "schedule: {calendar: 'daily Mars/Base'}\n", "2:29: 'calendar': time zone 'Mars/Base': no such time zone is installed; a name such as \"Europe/Berlin\" was expected" },
        { C "schedule: {calendar: 'daily Asia/Tokyo', timezone: Europe/Berlin}\n", "2:42: warning: 'timezone' is ignored: the zone in 'calendar' wins" },
        { C "schedule: 'H H * * 1-5'\n", "" },
        { C "schedule: '0 * * * * *'\ndialect: vixie\n", "2:22: 'schedule': the dialect vixie has 5 fields, got 6" },
        { C "schedule: {cron: 0 4 * * *, end: 2025-12-31}\n", "2:18: warning: this schedule never comes again" },
        { C "schedule: {every: 1h, start: 2020-01-01, end: 2025-12-31}\n", "2:19: warning: this schedule never comes again" },
        { C "schedule: {every: 1h, from: end, start: 2020-01-01}\n", "" },
        { C "schedule: {every: 1h, from: end, start: 2020-01-01, end: 2025-12-31}\n", "2:19: warning: this schedule never comes again" },
        { C "schedule: {calendar: 2025-*-* 06:00}\n", "2:22: warning: this schedule never comes again" },
        { C "schedule: {calendar: 2026-02-30}\n", "2:22: warning: 'calendar': there is no such date, so this is never due" },
#if HAVE_LIBICAL
        { C "schedule: FREQ=DAILY\n",           "2:11: 'FREQ=DAILY' is a recurrence rule, not a cron expression; write schedule: {rrule: \"FREQ=DAILY\"}" },
        { C "schedule: {rrule: FREQ=DAILY;INTERVAL=2}\n", "2:19: 'rrule': INTERVAL needs a start from which it is counted" },
        { C "schedule: {rrule: FREQ=DAILY, start: 2026-01-01, exdate: [2026-01-02, soon]}\n", "2:71: 'exdate' expects a time such as 2026-01-31T08:00, not 'soon'" },
        { C "schedule: {rrule: FREQ=DAILY;UNTIL=20251231T000000Z, start: 2025-12-01}\n", "2:19: warning: this schedule never comes again" },
#else
        { C "schedule: {rrule: FREQ=DAILY}\n",  "2:19: 'rrule': this build has no rrule schedules: configure found no libical (--with-libical)" },
#endif
        { C "schedule:\n",                      "2:1: 'schedule' has no value; write null for its default" },
};
/* clang-format on */

/* What `schedule` of a job shows: the schedule, and what else changes its meaning. */
/* clang-format off */
static const struct {
        const char *text, *shown;
} text_cases[] = {
        { "schedule: 30 2 * * 1",                                       "30 2 * * 1" },
        { "schedule: '@daily'\ndialect: vixie",                         "0 0 * * *, dialect vixie" },
        { "dialect: vixie\nschedule: {cron: '0 4 * * *', dialect: default}", "0 4 * * *" },
        { "schedule: {cron: 0 4 1 * 1, days: and, timezone: Asia/Tokyo}", "0 4 1 * 1 Asia/Tokyo, days and" },
        { "schedule: {cron: 0 4 * * *, dst: {overlap: both}}\ndst: {gap: skip}", "0 4 * * *, gap skip, overlap both" },
        { "schedule: {calendar: Mon..Fri 06:00}",                       "calendar Mon..Fri *-*-* 06:00:00" },
        { "schedule: {calendar: Mon 06:00 Asia/Tokyo, timezone: UTC}",  "calendar Mon *-*-* 06:00:00 Asia/Tokyo" },
        { "schedule: {every: 90s}\ndst: {gap: run}\ndays: or",          "every 1min 30s" },
        { "schedule: {every: 90s, from: end}",                          "every 1min 30s, from end" },
        { "schedule: {every: 1h, start: 2026-01-01, end: 2027-01-01T00:00Z}", "every 1h, start 2026-01-01, end 2027-01-01T00:00Z" },
        { "schedule: {boot: true}",                                     "boot 0" },
        { "schedule: {startup: 5s}",                                    "startup 5s" },
        { "schedule: {resume: 0}",                                      "resume 0" },
#if HAVE_LIBICAL
        { "schedule: {rrule: FREQ=DAILY;INTERVAL=2, start: 2026-01-01, exdate: 2026-01-03, rdate: [2026-01-04, 2026-01-06]}\ndst: {gap: run}",
          "rrule FREQ=DAILY;INTERVAL=2, gap run, start 2026-01-01, 1 exdate, 2 rdates" },
#endif
        { "schedule: {at: 2026-12-24T18:00, timezone: UTC}",            "at 2026-12-24T18:00:00 UTC" },
};
/* clang-format on */

START_TEST(a_schedule_is_shown_with_what_changes_its_meaning) {
        CLEANUP_FREE char *text = NULL;
        CLEANUP(job_unrefp) Job *job = NULL;
        CLEANUP(job_unrefp) Job *again = NULL;

        ck_assert_int_gt(asprintf(&text, "command: x\n%s\n", text_cases[_i].text), 0);
        job = test_job(text);
        ck_assert_uint_eq(job->timetable.n_entries, 1);
        ck_assert_str_eq(job->schedule_texts[0], text_cases[_i].shown);

        again = test_job(job->definition);
        test_assert_jobs_equal(job, again);
}
END_TEST

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
        tcase_add_loop_test(
                        tcase, a_schedule_is_shown_with_what_changes_its_meaning, 0, ARRAY_SIZE(text_cases));
        tcase_add_test(tcase, an_unknown_minute_is_found_in_the_text);
        suite_add_tcase(suite, tcase);
        return suite;
}
