/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/at-time.h"

#include <errno.h>

#include "support/test-support.h"
#include "support/test-time.h"

/* Saturday. What at(1) answers was asked of the real one; test-at.sh compares with it where it is installed.
 */
#define NOW "2026-11-21T14:28:40Z"

/* clang-format off */
static const struct {
        const char *zone, *now, *text, *due; /* due NULL: refused */
} cases[] = {
        { "UTC", NOW, "now",                      "2026-11-21T14:28:00Z" },
        { "UTC", NOW, "now + 1 minute",           "2026-11-21T14:29:00Z" },
        { "UTC", NOW, "now + 2 hours",            "2026-11-21T16:28:00Z" },
        { "UTC", NOW, "now+5minutes",             "2026-11-21T14:33:00Z" },
        { "UTC", NOW, "NOW + 5 Min",              "2026-11-21T14:33:00Z" },
        { "UTC", NOW, "+ 5 mins",                 "2026-11-21T14:33:00Z" },
        { "UTC", NOW, "now - 1 hour",             "2026-11-21T13:28:00Z" },
        { "UTC", NOW, "now + 1 month",            "2026-12-21T14:28:00Z" },
        { "UTC", NOW, "now + 1 year",             "2027-11-21T14:28:00Z" },
        { "UTC", NOW, "now + 3 week",             "2026-12-12T14:28:00Z" },

        { "UTC", NOW, "teatime",                  "2026-11-21T16:00:00Z" },
        { "UTC", NOW, "noon",                     "2026-11-22T12:00:00Z" },
        { "UTC", NOW, "midnight",                 "2026-11-22T00:00:00Z" },
        { "UTC", NOW, "2359",                     "2026-11-21T23:59:00Z" },
        { "UTC", NOW, "0930",                     "2026-11-22T09:30:00Z" },
        { "UTC", NOW, "14:28",                    "2026-11-22T14:28:00Z" },
        { "UTC", NOW, "14:29",                    "2026-11-21T14:29:00Z" },
        { "UTC", NOW, "9.30",                     "2026-11-22T09:30:00Z" },
        { "UTC", NOW, "9h30",                     "2026-11-22T09:30:00Z" },
        { "UTC", NOW, "9'30",                     "2026-11-22T09:30:00Z" },
        { "UTC", NOW, "9,30",                     "2026-11-22T09:30:00Z" },
        { "UTC", NOW, "12am",                     "2026-11-22T00:00:00Z" },
        { "UTC", NOW, "12pm",                     "2026-11-22T12:00:00Z" },
        { "UTC", NOW, "12:30am",                  "2026-11-22T00:30:00Z" },
        { "UTC", NOW, "11 pm",                    "2026-11-21T23:00:00Z" },
        { "UTC", NOW, "24:00",                    "2026-11-22T00:00:00Z" },
        { "UTC", NOW, "4pm + 3 days",             "2026-11-24T16:00:00Z" },
        { "UTC", NOW, "9:00 + 3 days",            "2026-11-24T09:00:00Z" },
        { "UTC", NOW, "noon-1hour",               "2026-11-22T11:00:00Z" },
        { "UTC", NOW, "14:00 + 1 hour",           "2026-11-21T15:00:00Z" },

        { "UTC", NOW, "today",                    "2026-11-21T14:28:00Z" },
        { "UTC", NOW, "tomorrow",                 "2026-11-22T14:28:00Z" },
        { "UTC", NOW, "9:00 tomorrow",            "2026-11-22T09:00:00Z" },
        { "UTC", NOW, "tomorrow 9:00",            "2026-11-22T09:00:00Z" },
        { "UTC", NOW, "1am tomorrow",             "2026-11-22T01:00:00Z" },
        { "UTC", NOW, "midnight today",           "2026-11-21T00:00:00Z" },
        { "UTC", NOW, "noon tomorrow + 2 weeks",  "2026-12-06T12:00:00Z" },
        { "UTC", NOW, "10am Jul 31",              "2027-07-31T10:00:00Z" },
        { "UTC", NOW, "JUL 31 10am",              "2027-07-31T10:00:00Z" },
        { "UTC", NOW, "10am July 31 2028",        "2028-07-31T10:00:00Z" },
        { "UTC", NOW, "Jul 31, 2027",             "2027-07-31T14:28:00Z" },
        { "UTC", NOW, "Jul 31 10:00",             "2027-07-31T10:00:00Z" },
        { "UTC", NOW, "31 Jul 2027",              "2027-07-31T14:28:00Z" },
        { "UTC", NOW, "9am 4 july",               "2027-07-04T09:00:00Z" },
        { "UTC", NOW, "Nov 20",                   "2027-11-20T14:28:00Z" },
        { "UTC", NOW, "10:00 Nov 21",             "2026-11-21T10:00:00Z" },
        { "UTC", NOW, "feb 29",                   "2028-02-29T14:28:00Z" },
        { "UTC", NOW, "112226",                   "2026-11-22T14:28:00Z" },
        { "UTC", NOW, "11222027",                 "2027-11-22T14:28:00Z" },
        { "UTC", NOW, "9am 11/22/26",             "2026-11-22T09:00:00Z" },
        { "UTC", NOW, "11/22/2026",               "2026-11-22T14:28:00Z" },
        { "UTC", NOW, "22.11.26",                 "2026-11-22T14:28:00Z" },
        { "UTC", NOW, "10:00 1.2.27",             "2027-02-01T10:00:00Z" },
        { "UTC", NOW, "2027-01-05",               "2027-01-05T14:28:00Z" },
        { "UTC", NOW, "10:00 2027-01-05",         "2027-01-05T10:00:00Z" },
        { "UTC", NOW, "2027-01-05 10:00",         "2027-01-05T10:00:00Z" },
        { "UTC", NOW, "sat",                      "2026-11-28T14:28:00Z" },
        { "UTC", NOW, "sunday",                   "2026-11-22T14:28:00Z" },
        { "UTC", NOW, "23:00 sat",                "2026-11-28T23:00:00Z" },
        { "UTC", NOW, "monday 9am",               "2026-11-23T09:00:00Z" },
        { "UTC", NOW, "monday + 1 week",          "2026-11-30T14:28:00Z" },
        { "UTC", NOW, "next monday",              "2026-11-23T14:28:00Z" },
        { "UTC", NOW, "next hour",                "2026-11-21T15:28:00Z" },
        { "UTC", NOW, "next week",                "2026-11-28T14:28:00Z" },
        { "UTC", NOW, "8:00 next week",           "2026-11-28T08:00:00Z" },
        { "UTC", NOW, "next month",               "2026-12-21T14:28:00Z" },
        { "UTC", NOW, "next year",                "2027-11-21T14:28:00Z" },

        { "UTC", NOW, "2026-12-01T10:00:30+02:00", "2026-12-01T08:00:30Z" },
        { "UTC", NOW, "2026-12-01T10:00Z",        "2026-12-01T10:00:00Z" },
        { "UTC", NOW, "@1800000000",              "2027-01-15T08:00:00Z" },

        /* in the caller's zone, over changes of the clock */
        { "Europe/Berlin", NOW, "16:00",          "2026-11-21T15:00:00Z" },
        { "Europe/Berlin", NOW, "16:00 utc",      "2026-11-21T16:00:00Z" },
        { "Europe/Berlin", NOW, "2026-12-01T10:00", "2026-12-01T09:00:00Z" },
        { "Europe/Berlin", "2026-03-28T12:00:00Z", "13:30 + 1 day",  "2026-03-29T11:30:00Z" },
        { "Europe/Berlin", "2026-03-28T12:00:00Z", "now + 1 day",    "2026-03-29T11:00:00Z" },
        { "Europe/Berlin", "2026-03-28T12:00:00Z", "now + 24 hours", "2026-03-29T12:00:00Z" },
        { "Europe/Berlin", "2026-03-28T12:00:00Z", "2:30 tomorrow",  "2026-03-29T01:00:00Z" },
        { "Europe/Berlin", "2026-10-25T01:10:00Z", "now + 5 minutes", "2026-10-25T01:15:00Z" },
        { "Pacific/Auckland", NOW, "9:00 utc tomorrow", "2026-11-22T09:00:00Z" },
        { "UTC", "2027-01-31T10:00:00Z", "now + 1 month", "2027-02-28T10:00:00Z" },

        { "UTC", NOW, "",                         NULL },
        { "UTC", NOW, "foo",                      NULL },
        { "UTC", NOW, "10",                       NULL },
        { "UTC", NOW, "930",                      NULL },
        { "UTC", NOW, "10a",                      NULL },
        { "UTC", NOW, "13pm",                     NULL },
        { "UTC", NOW, "23:60",                    NULL },
        { "UTC", NOW, "25:00",                    NULL },
        { "UTC", NOW, "10:00 Feb 30",             NULL },
        { "UTC", NOW, "13/13/26",                 NULL },
        { "UTC", NOW, "noon noon",                NULL },
        { "UTC", NOW, "today tomorrow",           NULL },
        { "UTC", NOW, "now tomorrow",             NULL },
        { "UTC", NOW, "now utc",                  NULL },
        { "UTC", NOW, "now + 1 fortnight",        NULL },
        { "UTC", NOW, "now + 1 hour + 1 hour",    NULL },
        { "UTC", NOW, "now + 999999999 years",    NULL },
        { "UTC", NOW, "now + 9999999999 days",    NULL },
        { "UTC", NOW, "5 minutes",                NULL },
        { "UTC", NOW, "next",                     NULL },
        { "UTC", NOW, "next fortnight",           NULL },
        { "UTC", NOW, "Jul",                      NULL },
        { "UTC", NOW, "eleventyelevenofthemonth", NULL },
        { "UTC", NOW, "10:00\xff",                NULL },
};

static const struct {
        const char *text, *due;
} stamp_cases[] = {
        { "12312359",        "2026-12-31T23:59:00Z" },
        { "01010000",        "2026-01-01T00:00:00Z" },
        { "2712312359",      "2027-12-31T23:59:00Z" },
        { "7001010000",      "1970-01-01T00:00:00Z" },
        { "202712312359",    "2027-12-31T23:59:00Z" },
        { "202712312359.30", "2027-12-31T23:59:30Z" },
        { "",                NULL },
        { "1231235",         NULL },
        { "12312359x",       NULL },
        { "12312359.3",      NULL },
        { "12312359.61",     NULL },
        { "13012359",        NULL },
        { "02302359",        NULL },
        { "12312459",        NULL },
        { "12312360",        NULL },
        { "20271231235959",  NULL },
};
/* clang-format on */

static void check_answer(int r, usec_t due_usec, const char *reason, const char *wanted, const char *text) {
        char shown[TIMESTAMP_MAX];

        ck_assert_msg(r == (wanted ? 0 : -EINVAL), "%s: %d", text, r);
        if (wanted)
                ck_assert_msg(due_usec == test_usec(wanted), "%s: %s", text, test_timestamp(due_usec, shown));
        else
                ck_assert_msg(reason && *reason, "%s", text);
}

START_TEST(a_text_means_an_instant) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(cases[_i].zone);
        const char *reason = NULL;
        usec_t due_usec = 0;
        int r;

        if (!zone)
                return; /* this host has no zone data */
        r = at_time_parse(zone, test_usec(cases[_i].now), cases[_i].text, &due_usec, &reason);

        check_answer(r, due_usec, reason, cases[_i].due, cases[_i].text);
}
END_TEST

START_TEST(a_stamp_means_an_instant) {
        const char *reason = NULL;
        usec_t due_usec = 0;
        int r;

        r = at_time_parse_stamp(time_zone_utc(), test_usec(NOW), stamp_cases[_i].text, &due_usec, &reason);

        check_answer(r, due_usec, reason, stamp_cases[_i].due, stamp_cases[_i].text);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("at-time");
        TCase *times = tcase_create("times");

        tcase_add_loop_test(times, a_text_means_an_instant, 0, (int) ARRAY_SIZE(cases));
        tcase_add_loop_test(times, a_stamp_means_an_instant, 0, (int) ARRAY_SIZE(stamp_cases));
        suite_add_tcase(suite, times);
        return suite;
}
