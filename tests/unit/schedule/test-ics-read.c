/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <stdio.h>

#include "schedule/exceptions.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define BERLIN                                                                                    \
        "BEGIN:VTIMEZONE\r\nTZID:Mitteleuropa\r\n"                                                \
        "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n" \
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"                             \
        "BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n" \
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

#define CALENDAR(events) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\n" events "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\nUID:a\r\n" lines "END:VEVENT\r\n"

/* clang-format off */
static const struct {
        const char *text, *zone, *instant;
        bool excepted;
} cases[] = {
        /* a day in the job's zone, with and without its end */
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20261225\r\n")), "Asia/Tokyo", "2026-12-24T15:00:00Z", true },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20261225\r\n")), "Asia/Tokyo", "2026-12-25T14:59:59Z", true },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20261225\r\n")), "Asia/Tokyo", "2026-12-25T15:00:00Z", false },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\n")), "UTC", "2026-12-26T23:59:59Z", true },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\n")), "UTC", "2026-12-27T00:00:00Z", false },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20261225\r\nDURATION:P2D\r\n")), "UTC", "2026-12-26T23:59:59Z", true },

        /* bare line ends, several calendars in one file */
        { "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\nEND:VCALENDAR\n", "UTC", "2026-12-25T12:00:00Z", true },
        { CALENDAR("") CALENDAR(EVENT("DTSTART;VALUE=DATE:20261225\r\n")), "UTC", "2026-12-25T12:00:00Z", true },
        { CALENDAR(""), "UTC", "2026-12-25T12:00:00Z", false },

        /* in UTC, in a zone of the file, in none */
        { CALENDAR(EVENT("DTSTART:20260701T100000Z\r\nDTEND:20260701T110000Z\r\n")), "Asia/Tokyo", "2026-07-01T10:00:00Z", true },
        { CALENDAR(EVENT("DTSTART:20260701T100000Z\r\nDTEND:20260701T110000Z\r\n")), "Asia/Tokyo", "2026-07-01T11:00:00Z", false },
        { CALENDAR(BERLIN EVENT("DTSTART;TZID=Mitteleuropa:20260701T100000\r\nDTEND;TZID=Mitteleuropa:20260701T110000\r\n")), "UTC", "2026-07-01T08:00:00Z", true },
        { CALENDAR(BERLIN EVENT("DTSTART;TZID=Mitteleuropa:20260701T100000\r\nDTEND;TZID=Mitteleuropa:20260701T110000\r\n")), "UTC", "2026-07-01T09:00:00Z", false },
        { CALENDAR(BERLIN EVENT("DTSTART;TZID=Mitteleuropa:20261025T023000\r\nDURATION:PT10M\r\n")), "UTC", "2026-10-25T00:30:00Z", true },
        { CALENDAR(BERLIN EVENT("DTSTART;TZID=Mitteleuropa:20261025T023000\r\nDURATION:PT10M\r\n")), "UTC", "2026-10-25T01:30:00Z", false },
        { CALENDAR(BERLIN EVENT("DTSTART;TZID=Mitteleuropa:20260329T023000\r\nDURATION:PT10M\r\n")), "UTC", "2026-03-29T01:30:00Z", true },
        { CALENDAR(BERLIN EVENT("DTSTART;TZID=Mitteleuropa:19600701T100000\r\nDURATION:PT10M\r\n")), "UTC", "1960-07-01T09:00:00Z", true },
        { CALENDAR(EVENT("DTSTART:20260701T100000\r\nDURATION:PT1H30M\r\n")), "Europe/Berlin", "2026-07-01T09:29:59Z", true },
        { CALENDAR(EVENT("DTSTART:20260701T100000\r\nDURATION:PT1H30M\r\n")), "Europe/Berlin", "2026-07-01T09:30:00Z", false },

        /* in a zone that the file only names */
        { CALENDAR(EVENT("DTSTART;TZID=Europe/Berlin:20260701T100000\r\nDTEND;TZID=Europe/Berlin:20260701T110000\r\n")), "UTC", "2026-07-01T08:00:00Z", true },
        { CALENDAR(EVENT("DTSTART;TZID=Europe/Berlin:20260701T100000\r\nDTEND;TZID=Europe/Berlin:20260701T110000\r\n")), "UTC", "2026-07-01T09:00:00Z", false },
        { CALENDAR(EVENT("DTSTART;TZID=Europe/Berlin:20260105T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n")), "UTC", "2026-07-06T08:30:00Z", true },
        { CALENDAR(EVENT("DTSTART;TZID=Europe/Berlin:20260105T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n")), "UTC", "2026-01-12T09:30:00Z", true },
        { CALENDAR(EVENT("DTSTART;TZID=Europe/Berlin:20261025T023000\r\nDURATION:PT10M\r\n")), "UTC", "2026-10-25T00:30:00Z", true },

        /* each year's, each week's in a zone with its clock changes, an end, dates left out and added */
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:19700101\r\nRRULE:FREQ=YEARLY\r\n")), "UTC", "2031-01-01T12:00:00Z", true },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:19700101\r\nRRULE:FREQ=YEARLY\r\n")), "UTC", "2031-01-02T12:00:00Z", false },
        { CALENDAR(BERLIN EVENT("DTSTART;TZID=Mitteleuropa:20260105T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n")), "UTC", "2026-07-06T08:30:00Z", true },
        { CALENDAR(BERLIN EVENT("DTSTART;TZID=Mitteleuropa:20260105T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY\r\n")), "UTC", "2026-07-06T09:30:00Z", false },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY;UNTIL=20260103\r\n")), "UTC", "2026-01-03T12:00:00Z", true },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY;COUNT=3\r\n")), "UTC", "2026-01-04T12:00:00Z", false },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY\r\nEXDATE;VALUE=DATE:20260103,20260105\r\n")), "UTC", "2026-01-05T12:00:00Z", false },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY\r\nEXDATE;VALUE=DATE:20260103,20260105\r\n")), "UTC", "2026-01-04T12:00:00Z", true },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRDATE;VALUE=DATE:20260301,20260401\r\n")), "UTC", "2026-04-01T12:00:00Z", true },

        /* one occurrence that was put elsewhere, one that was cancelled, and a cancelled event */
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY\r\n")
                   EVENT("RECURRENCE-ID;VALUE=DATE:20270101\r\nDTSTART;VALUE=DATE:20270104\r\n")), "UTC", "2027-01-01T12:00:00Z", false },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY\r\n")
                   EVENT("RECURRENCE-ID;VALUE=DATE:20270101\r\nDTSTART;VALUE=DATE:20270104\r\n")), "UTC", "2027-01-04T12:00:00Z", true },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY\r\n")
                   EVENT("RECURRENCE-ID;VALUE=DATE:20270101\r\nDTSTART;VALUE=DATE:20270101\r\nSTATUS:CANCELLED\r\n")), "UTC", "2027-01-01T12:00:00Z", false },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nSTATUS:CANCELLED\r\n")), "UTC", "2026-01-01T12:00:00Z", false },
};

static const struct {
        const char *text, *reason;
} faults[] = {
        { "",                                       "this is no iCalendar file: it has no VCALENDAR" },
        { "BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR\n", "this is no iCalendar file: its BEGIN and END lines do not match" },
        { "schedule: daily\n",                      "this is no iCalendar file: it has no VCALENDAR" },
        { EVENT("DTSTART:20260101T000000Z\r\n"),    "this is no iCalendar file: it has no VCALENDAR" },
        { CALENDAR(EVENT("SUMMARY:x\r\n")),         "event 1: it has no DTSTART" },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\n") EVENT("DTSTART:tomorrow\r\n")), "event 2: its DTSTART is not right" },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=NEVER\r\n")), "event 1: its RRULE is not right" },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=WEEKLY;BYMONTHDAY=1\r\n")), "event 1: BYMONTHDAY cannot be with this FREQ" },
        { CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY\r\n")), "event 1: it has more than one RRULE" },
        { CALENDAR(EVENT("DTSTART;TZID=Atlantis:20260101T000000\r\n")), "event 1: the file does not define its time zone 'Atlantis', and there is none of that name here" },
        { CALENDAR("BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\n" EVENT("DTSTART;TZID=X:20260101T000000\r\n")), "event 1: its time zone has no offset" },
        { CALENDAR(EVENT("DTSTART:20260101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY;INTERVAL=2\r\n")), "the events come more than 200000 times until the year 2100" },
};
/* clang-format on */

static int find_zone(void *userdata, const char *name, TimeZone **ret) {
        return time_zone_load(name, ret);
}

START_TEST(an_event_covers_its_time) {
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(cases[_i].zone);
        ExceptionItem item = { .ics = cases[_i].text, .find_zone = find_zone };
        ScheduleError error = {};

        ck_assert_int_eq(exceptions_new(&exceptions), 0);
        ck_assert_msg(exceptions_add(exceptions, &item, NULL, &error) == 0, "%s", error.reason);
        ck_assert(exceptions_match(exceptions, zone, test_usec(cases[_i].instant)) == cases[_i].excepted);
}
END_TEST

START_TEST(a_fault_names_its_event) {
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        ExceptionItem item = { .ics = faults[_i].text, .find_zone = find_zone };
        ScheduleError error = {};
        const char *key = NULL;

        ck_assert_int_eq(exceptions_new(&exceptions), 0);
        ck_assert_int_eq(exceptions_add(exceptions, &item, &key, &error), -EINVAL);
        ck_assert_str_eq(key, "ics");
        ck_assert_str_eq(error.reason, faults[_i].reason);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("ics-read");
        TCase *events = tcase_create("events");

        tcase_add_loop_test(events, an_event_covers_its_time, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(events, a_fault_names_its_event, 0, ARRAY_SIZE(faults));
        suite_add_tcase(suite, events);
        return suite;
}
