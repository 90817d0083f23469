/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "schedule/timetable.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define N_SHOWN 6U
#define LONG_AGO (-62135596800 * USEC_PER_SEC)

/* clang-format off */

/* The examples of RFC 5545, 3.8.5.3, and some more: the first six, in UTC. */
static const struct {
        const char *start, *rule, *due;
} rules[] = {
        { "1997-09-02T09:00", "FREQ=DAILY;COUNT=10",
          "19970902T090000Z 19970903T090000Z 19970904T090000Z 19970905T090000Z 19970906T090000Z 19970907T090000Z" },
        { "1997-09-02T09:00", "FREQ=DAILY;UNTIL=19971224T000000",
          "19970902T090000Z 19970903T090000Z 19970904T090000Z 19970905T090000Z 19970906T090000Z 19970907T090000Z" },
        { "1997-09-02T09:00", "FREQ=DAILY;INTERVAL=2",
          "19970902T090000Z 19970904T090000Z 19970906T090000Z 19970908T090000Z 19970910T090000Z 19970912T090000Z" },
        { "1997-09-02T09:00", "FREQ=DAILY;INTERVAL=10;COUNT=5",
          "19970902T090000Z 19970912T090000Z 19970922T090000Z 19971002T090000Z 19971012T090000Z" },
        { "1997-09-02T09:00", "FREQ=WEEKLY;COUNT=10",
          "19970902T090000Z 19970909T090000Z 19970916T090000Z 19970923T090000Z 19970930T090000Z 19971007T090000Z" },
        { "1997-09-02T09:00", "FREQ=WEEKLY;UNTIL=19971224T000000",
          "19970902T090000Z 19970909T090000Z 19970916T090000Z 19970923T090000Z 19970930T090000Z 19971007T090000Z" },
        { "1997-09-02T09:00", "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
          "19970902T090000Z 19970916T090000Z 19970930T090000Z 19971014T090000Z 19971028T090000Z 19971111T090000Z" },
        { "1997-09-02T09:00", "FREQ=WEEKLY;UNTIL=19971007T000000;WKST=SU;BYDAY=TU,TH",
          "19970902T090000Z 19970904T090000Z 19970909T090000Z 19970911T090000Z 19970916T090000Z 19970918T090000Z" },
        { "1997-09-02T09:00", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
          "19970902T090000Z 19970904T090000Z 19970909T090000Z 19970911T090000Z 19970916T090000Z 19970918T090000Z" },
        { "1997-09-02T09:00", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000;WKST=SU;BYDAY=MO,WE,FR",
          "19970903T090000Z 19970905T090000Z 19970915T090000Z 19970917T090000Z 19970919T090000Z 19970929T090000Z" },
        { "1997-09-02T09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
          "19970902T090000Z 19970904T090000Z 19970916T090000Z 19970918T090000Z 19970930T090000Z 19971002T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
          "19970905T090000Z 19971003T090000Z 19971107T090000Z 19971205T090000Z 19980102T090000Z 19980206T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;UNTIL=19971224T000000;BYDAY=1FR",
          "19970905T090000Z 19971003T090000Z 19971107T090000Z 19971205T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
          "19970907T090000Z 19970928T090000Z 19971102T090000Z 19971130T090000Z 19980104T090000Z 19980125T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
          "19970922T090000Z 19971020T090000Z 19971117T090000Z 19971222T090000Z 19980119T090000Z 19980216T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;BYMONTHDAY=-3",
          "19970928T090000Z 19971029T090000Z 19971128T090000Z 19971229T090000Z 19980129T090000Z 19980226T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
          "19970902T090000Z 19970915T090000Z 19971002T090000Z 19971015T090000Z 19971102T090000Z 19971115T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
          "19970930T090000Z 19971001T090000Z 19971031T090000Z 19971101T090000Z 19971130T090000Z 19971201T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
          "19970910T090000Z 19970911T090000Z 19970912T090000Z 19970913T090000Z 19970914T090000Z 19970915T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
          "19970902T090000Z 19970909T090000Z 19970916T090000Z 19970923T090000Z 19970930T090000Z 19971104T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
          "19980602T090000Z 19980702T090000Z 19990602T090000Z 19990702T090000Z 20000602T090000Z 20000702T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
          "19990102T090000Z 19990202T090000Z 19990302T090000Z 20010102T090000Z 20010202T090000Z 20010302T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
          "20000101T090000Z 20000409T090000Z 20000718T090000Z 20030101T090000Z 20030410T090000Z 20030719T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;BYDAY=20MO",
          "19980518T090000Z 19990517T090000Z 20000515T090000Z 20010514T090000Z 20020520T090000Z 20030519T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
          "19980511T090000Z 19990517T090000Z 20000515T090000Z 20010514T090000Z 20020513T090000Z 20030512T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
          "19980305T090000Z 19980312T090000Z 19980319T090000Z 19980326T090000Z 19990304T090000Z 19990311T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
          "19980604T090000Z 19980611T090000Z 19980618T090000Z 19980625T090000Z 19980702T090000Z 19980709T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
          "19980213T090000Z 19980313T090000Z 19981113T090000Z 19990813T090000Z 20001013T090000Z 20010413T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
          "19970913T090000Z 19971011T090000Z 19971108T090000Z 19971213T090000Z 19980110T090000Z 19980207T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
          "19971104T090000Z 20011106T090000Z 20051108T090000Z 20091103T090000Z 20131105T090000Z 20171107T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
          "19970904T090000Z 19971007T090000Z 19971106T090000Z" },
        { "1997-09-02T09:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
          "19970929T090000Z 19971030T090000Z 19971127T090000Z 19971230T090000Z 19980129T090000Z 19980226T090000Z" },
        { "1997-09-02T09:00", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000",
          "19970902T090000Z 19970902T120000Z 19970902T150000Z" },
        { "1997-09-02T09:00", "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
          "19970902T090000Z 19970902T091500Z 19970902T093000Z 19970902T094500Z 19970902T100000Z 19970902T101500Z" },
        { "1997-09-02T09:00", "FREQ=MINUTELY;INTERVAL=90;COUNT=4",
          "19970902T090000Z 19970902T103000Z 19970902T120000Z 19970902T133000Z" },
        { "1997-09-02T09:00", "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40",
          "19970902T090000Z 19970902T092000Z 19970902T094000Z 19970902T100000Z 19970902T102000Z 19970902T104000Z" },
        { "1997-09-02T09:00", "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16",
          "19970902T090000Z 19970902T092000Z 19970902T094000Z 19970902T100000Z 19970902T102000Z 19970902T104000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;UNTIL=20000131T140000;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
          "19980101T090000Z 19980102T090000Z 19980103T090000Z 19980104T090000Z 19980105T090000Z 19980106T090000Z" },
        { "1997-09-02T09:00", "FREQ=SECONDLY;INTERVAL=45;COUNT=4",
          "19970902T090000Z 19970902T090045Z 19970902T090130Z 19970902T090215Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO",
          "19971222T090000Z 19971229T090000Z 19981228T090000Z 19990104T090000Z 19991227T090000Z 20000103T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;BYYEARDAY=-1,366",
          "19971231T090000Z 19981231T090000Z 19991231T090000Z 20001231T090000Z 20011231T090000Z 20021231T090000Z" },
        { "1997-09-02T09:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
          "20160229T090000Z 20440229T090000Z 20720229T090000Z 21120229T090000Z 21400229T090000Z 21680229T090000Z" },
        { "1997-09-02T09:00", "FREQ=SECONDLY;BYMONTH=1;BYHOUR=3;BYMINUTE=5;BYSECOND=7",
          "19980101T030507Z 19980102T030507Z 19980103T030507Z 19980104T030507Z 19980105T030507Z 19980106T030507Z" },
        { "1997-09-02T09:00", "FREQ=DAILY;BYSETPOS=-1;BYHOUR=9,18;BYMINUTE=0,30",
          "19970902T183000Z 19970903T183000Z 19970904T183000Z 19970905T183000Z 19970906T183000Z 19970907T183000Z" },
        { "1997-08-05T09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
          "19970805T090000Z 19970810T090000Z 19970819T090000Z 19970824T090000Z" },
        { "1997-08-05T09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
          "19970805T090000Z 19970817T090000Z 19970819T090000Z 19970831T090000Z" },
        { "2007-01-15T09:00", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
          "20070115T090000Z 20070130T090000Z 20070215T090000Z 20070315T090000Z 20070330T090000Z" },
        { "1997-06-13T09:00", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
          "19971026T090000Z 19981025T090000Z 19991031T090000Z 20001029T090000Z 20011028T090000Z 20021027T090000Z" },
};

static const struct {
        const char *zone, *start, *rule, *exdate, *rdate;
        DstRule dst;
        const char *due;
} options_cases[] = {
        /* what a gap skips is later by its length, and of a repeated hour it is the first */
        { "Europe/Berlin", "2026-03-28T02:30", "FREQ=DAILY;COUNT=3", NULL, NULL, {},
          "20260328T013000Z 20260329T013000Z 20260330T003000Z" },
        { "Europe/Berlin", "2026-10-24T02:30", "FREQ=DAILY;COUNT=3", NULL, NULL, {},
          "20261024T003000Z 20261025T003000Z 20261026T013000Z" },
        { "Europe/Berlin", "2026-03-28T02:30", "FREQ=DAILY;COUNT=3", NULL, NULL, { DST_GAP_SKIP, DST_OVERLAP_AUTO },
          "20260328T013000Z 20260330T003000Z" },
        { "Europe/Berlin", "2026-10-24T02:30", "FREQ=DAILY;COUNT=3", NULL, NULL, { DST_GAP_AUTO, DST_OVERLAP_SECOND },
          "20261024T003000Z 20261025T013000Z 20261026T013000Z" },

        /* a start with an offset is an instant, of which the rule takes the local time */
        { "Europe/Berlin", "2026-01-01T08:00Z", "FREQ=DAILY;COUNT=2", NULL, NULL, {},
          "20260101T080000Z 20260102T080000Z" },
        { "Europe/Berlin", "2026-03-28T08:00Z", "FREQ=DAILY;COUNT=3", NULL, NULL, {},
          "20260328T080000Z 20260329T070000Z 20260330T070000Z" },

        /* the end as an instant, and as a day */
        { "Europe/Berlin", "2026-01-01T09:00", "FREQ=DAILY;UNTIL=20260102T080000Z", NULL, NULL, {},
          "20260101T080000Z 20260102T080000Z" },
        { "Europe/Berlin", "2026-01-01T09:00", "FREQ=DAILY;UNTIL=20260102T075959Z", NULL, NULL, {},
          "20260101T080000Z" },
        { "Europe/Berlin", "2026-01-01T23:30", "FREQ=DAILY;UNTIL=20260102", NULL, NULL, {},
          "20260101T223000Z 20260102T223000Z" },

        /* left out and added: a time, an instant, a day */
        { "Europe/Berlin", "2026-01-01T09:00", "FREQ=DAILY;COUNT=3", "2026-01-02T09:00", NULL, {},
          "20260101T080000Z 20260103T080000Z" },
        { "Europe/Berlin", "2026-01-01T09:00", "FREQ=DAILY;COUNT=3", "2026-01-02T08:00Z", NULL, {},
          "20260101T080000Z 20260103T080000Z" },
        { "Europe/Berlin", "2026-01-01T09:00", "FREQ=DAILY;COUNT=3", "2026-01-01", NULL, {},
          "20260102T080000Z 20260103T080000Z" },
        { "Europe/Berlin", "2026-01-01T09:00", "FREQ=DAILY;COUNT=2", NULL, "2026-01-01T12:00", {},
          "20260101T080000Z 20260101T110000Z 20260102T080000Z" },
        { "Europe/Berlin", "2026-01-01T09:00", "FREQ=DAILY;COUNT=2", NULL, "2026-02-01", {},
          "20260101T080000Z 20260102T080000Z 20260201T080000Z" },
        { "Europe/Berlin", "2026-01-01T09:00", "FREQ=DAILY;COUNT=2", "2026-02-01", "2026-02-01", {},
          "20260101T080000Z 20260102T080000Z" },

        /* without a start: from midnight of the first load, which is on 2026-01-01 */
        { "Europe/Berlin", NULL, "FREQ=DAILY", NULL, NULL, {},
          "20251231T230000Z 20260101T230000Z 20260102T230000Z 20260103T230000Z 20260104T230000Z 20260105T230000Z" },

        /* a month that never comes, and seconds that never meet */
        { "UTC", "2026-01-01T09:00", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", NULL, NULL, {}, "" },
        { "UTC", "2026-01-01T09:00:00", "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", NULL, NULL, {}, "" },
};

static const struct {
        const char *rule;
        bool with_start;
        size_t offset;
        const char *reason;
} faults[] = {
        { "RRULE:",                          false, 6,  "a part of a rule such as FREQ=WEEKLY or BYDAY=MO expected" },
        { "BYDAY=MO",                        false, 0,  "FREQ is missing" },
        { "FREQ=FORTNIGHTLY",                false, 5,  "this is no value of FREQ" },
        { "FREQ=DAILY;FREQ=DAILY",           false, 11, "FREQ is there a second time" },
        { "FREQ=DAILY;BYDAYS=MO",            false, 11, "a part of a rule such as FREQ=WEEKLY or BYDAY=MO expected" },
        { "FREQ=DAILY;BYDAY",                false, 16, "\"=\" and a value expected" },
        { "RRULE:FREQ=DAILY;BYHOUR=24",      false, 24, "this is no value of BYHOUR" },
        { "FREQ=DAILY;BYMINUTE=60",          false, 20, "this is no value of BYMINUTE" },
        { "FREQ=MONTHLY;BYMONTHDAY=0",       false, 24, "this is no value of BYMONTHDAY" },
        { "FREQ=WEEKLY;BYDAY=MO,XX",         false, 18, "this is no value of BYDAY" },
        { "FREQ=DAILY;UNTIL=soon",           false, 17, "this is no value of UNTIL" },
        { "FREQ=DAILY;UNTIL=74672949T000000Z", false, 0, "the calendar has no such time as that of UNTIL" },
        { "FREQ=DAILY;INTERVAL=0",           true,  20, "INTERVAL is a number from 1 to 32767" },
        { "FREQ=DAILY;INTERVAL=99999999999", true,  20, "INTERVAL is a number from 1 to 32767" },
        { "FREQ=DAILY;COUNT=1x",             true,  18, "a digit expected" },
        { "FREQ=DAILY;COUNT=100001",         true,  17, "COUNT is a number from 1 to 100000" },
        { "FREQ=DAILY;COUNT=3",              false, 0,  "COUNT needs a start from which it is counted" },
        { "FREQ=DAILY;INTERVAL=2",           false, 0,  "INTERVAL needs a start from which it is counted" },
        { "FREQ=DAILY;COUNT=3;UNTIL=20270101", true, 0, "a rule has either COUNT or UNTIL" },
        { "FREQ=WEEKLY;BYMONTHDAY=1",        false, 12, "BYMONTHDAY cannot be with this FREQ" },
        { "FREQ=MONTHLY;BYWEEKNO=1",         false, 13, "BYWEEKNO cannot be with this FREQ" },
        { "FREQ=MONTHLY;BYYEARDAY=1",        false, 13, "BYYEARDAY cannot be with this FREQ" },
        { "FREQ=WEEKLY;BYDAY=2MO",           false, 0,  "a number in BYDAY needs FREQ=MONTHLY or YEARLY, and no BYWEEKNO" },
        { "FREQ=MONTHLY;BYSETPOS=1",         false, 0,  "BYSETPOS needs another BY part to choose from" },
};

static const struct {
        const char *start, *rule, *description;
        bool interval_like;
} descriptions[] = {
        { NULL, "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=18;BYMINUTE=0;BYSECOND=0", "at 18:00 on the last Friday of the month", false },
        { NULL, "RRULE:FREQ=DAILY;",                           "at 00:00 every day", false },
        { NULL, "freq=weekly",                                 "at 00:00 every week", false },
        { NULL, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9",   "at 09:00 on weekdays", false },
        { NULL, "FREQ=MONTHLY",                                "at 00:00 every month", false },
        { "2026-01-05T09:30", "FREQ=WEEKLY;INTERVAL=2",        "at 09:30 on Monday, every 2 weeks", false },
        { "2026-01-05T09:30", "FREQ=YEARLY",                   "at 09:30 on day 5 of January", false },
        { "2026-01-05T09:30", "FREQ=MONTHLY;BYMONTHDAY=1,-1",  "at 09:30 on day 1 and the last day of the month", false },
        { "2026-01-05T09:30", "FREQ=DAILY;COUNT=3",            "at 09:30 every day, 3 times", false },
        { "2026-01-05T09:30", "FREQ=DAILY;UNTIL=20260201",     "at 09:30 every day, until 2026-02-01", false },
        { NULL, "FREQ=YEARLY;BYDAY=20MO",                      "at 00:00 on the 20th Monday of the year", false },
        { NULL, "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",            "at 00:00 on Monday in week 20 of the year", false },
        { NULL, "FREQ=YEARLY;BYYEARDAY=1,-1",                  "at 00:00 on the first and the last days of the year", false },
        { NULL, "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",              "at 00:00 on Thursday in March", false },
        { NULL, "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",         "at 00:00 on Friday, but only on day 13 of the month", false },
        { "2026-01-05T09:30", "FREQ=DAILY;BYMONTH=1",          "at 09:30 every day in January", false },
        { NULL, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "at 00:00 on weekdays, only the second last of each month", false },
        { NULL, "FREQ=HOURLY",                                 "every hour", true },
        { NULL, "FREQ=HOURLY;BYMINUTE=5,35",                   "every hour at minutes 5 and 35", true },
        { "2026-01-05T09:30", "FREQ=MINUTELY;INTERVAL=15",     "every 15 minutes", true },
        { NULL, "FREQ=SECONDLY;BYHOUR=9,10",                   "every second between 09:00 and 10:59", true },
};
/* clang-format on */

static Schedule *parse(const char *rule, ScheduleOptions *options, const char *start, Timestamp *timestamp) {
        Schedule *schedule = NULL;
        ScheduleError error = {};

        if (start) {
                ck_assert_int_eq(timestamp_parse(start, timestamp), 0);
                options->start = timestamp;
        }
        ck_assert_msg(schedule_parse(SCHEDULE_RRULE, rule, options, &schedule, &error) == 0, "%s: %s", rule,
                      error.reason);
        return schedule;
}

/* The first occurrences, there and back again. */
static void assert_due(Schedule *schedule, const TimeZone *zone, const char *expected) {
        const ScheduleContext context = { .zone = zone, .anchor_usec = test_usec("2026-01-01T12:00:00Z") };
        usec_t due[N_SHOWN], at = LONG_AGO;
        char text[N_SHOWN * TIMESTAMP_MAX] = "", buffer[TIMESTAMP_MAX];
        const Timetable timetable = { .entries = &(ScheduleEntry){ .schedule = schedule }, .n_entries = 1 };
        size_t n = 0, length = 0;
        Occurrence occurrence;
        OccurrenceSpan span;

        for (; n < N_SHOWN && schedule_next(schedule, &context, at, &occurrence) > 0; n++) {
                at = due[n] = occurrence.due_usec;
                length += (size_t) snprintf(
                                text + length, sizeof(text) - length, "%s%s", n > 0 ? " " : "",
                                timestamp_format_compact(at, buffer));
        }
        ck_assert_str_eq(text, expected);

        timetable_count(&timetable, &context, LONG_AGO, at, &span);
        ck_assert_uint_eq(span.n_occurrences, n);

        while (n-- > 0) {
                ck_assert_int_eq(schedule_previous(schedule, &context, at + 1, &occurrence), 1);
                ck_assert_int_eq(occurrence.due_usec, due[n]);
                at = due[n] - 1;
        }
        ck_assert_int_eq(schedule_previous(schedule, &context, at + 1, &occurrence), 0);
}

START_TEST(a_rule_gives_what_the_rfc_says) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleOptions options = {};
        Timestamp start;

        schedule = parse(rules[_i].rule, &options, rules[_i].start, &start);
        assert_due(schedule, time_zone_utc(), rules[_i].due);
}
END_TEST

START_TEST(options_and_clock_changes_act_on_a_rule) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(options_cases[_i].zone);
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleOptions options = { .dst = options_cases[_i].dst };
        Timestamp start, exdate, rdate;

        if (options_cases[_i].exdate) {
                ck_assert_int_eq(timestamp_parse(options_cases[_i].exdate, &exdate), 0);
                options.exdates = &exdate;
                options.n_exdates = 1;
        }
        if (options_cases[_i].rdate) {
                ck_assert_int_eq(timestamp_parse(options_cases[_i].rdate, &rdate), 0);
                options.rdates = &rdate;
                options.n_rdates = 1;
        }
        schedule = parse(options_cases[_i].rule, &options, options_cases[_i].start, &start);
        assert_due(schedule, zone, options_cases[_i].due);
}
END_TEST

START_TEST(a_fault_has_a_place_and_a_reason) {
        Schedule *schedule = NULL;
        ScheduleOptions options = {};
        ScheduleError error = {};
        Timestamp start;

        ck_assert_int_eq(timestamp_parse("2026-01-01", &start), 0);
        if (faults[_i].with_start)
                options.start = &start;
        ck_assert_int_eq(
                        schedule_parse(SCHEDULE_RRULE, faults[_i].rule, &options, &schedule, &error),
                        -EINVAL);
        ck_assert_str_eq(error.reason, faults[_i].reason);
        ck_assert_uint_eq(error.offset, faults[_i].offset);
}
END_TEST

START_TEST(a_rule_is_said_and_written) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP(schedule_freep) Schedule *again = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *text_again = NULL;
        CLEANUP_FREE char *description = NULL;
        ScheduleOptions options = {};
        Timestamp start;

        schedule = parse(descriptions[_i].rule, &options, descriptions[_i].start, &start);
        ck_assert_int_eq(schedule_describe(schedule, &description), 0);
        ck_assert_str_eq(description, descriptions[_i].description);
        ck_assert(schedule_is_interval_like(schedule) == descriptions[_i].interval_like);

        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        again = parse(text, &options, descriptions[_i].start, &start);
        ck_assert_int_eq(schedule_format(again, &text_again), 0);
        ck_assert_str_eq(text_again, text);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("rrule");
        TCase *rule = tcase_create("rule");

        tcase_add_loop_test(rule, a_rule_gives_what_the_rfc_says, 0, ARRAY_SIZE(rules));
        tcase_add_loop_test(rule, options_and_clock_changes_act_on_a_rule, 0, ARRAY_SIZE(options_cases));
        tcase_add_loop_test(rule, a_fault_has_a_place_and_a_reason, 0, ARRAY_SIZE(faults));
        tcase_add_loop_test(rule, a_rule_is_said_and_written, 0, ARRAY_SIZE(descriptions));
        suite_add_tcase(suite, rule);
        return suite;
}
