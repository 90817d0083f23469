/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The search in local time, by cases and against a slow scan. What zones do to it is in test-local-search. */

#include <check.h>
#include <stdlib.h>

#include "schedule/calendar.h"
#include "support/test-calendar.h"
#include "support/test-support.h"
#include "support/test-time.h"
#include "util/civil-date.h"

#define N_EXPRESSIONS 400
#define N_TIMES 6

/* clang-format off */
static const struct {
        const char *expression, *from, *next; /* both as if UTC; NULL: none */
} next_cases[] = {
        { "02:30",                 "2026-01-01T02:30:00Z",        "2026-01-01T02:30:00Z" }, /* not earlier than */
        { "02:30",                 "2026-01-01T02:30:00.000001Z", "2026-01-02T02:30:00Z" },
        { "*:*:*",                 "2026-01-01T02:30:00.5Z",      "2026-01-01T02:30:01Z" },
        { "*:*:0/0.5",             "2026-01-01T02:30:00.1Z",      "2026-01-01T02:30:00.500000Z" },
        { "*:*:0/0.5",             "2026-01-01T23:59:59.6Z",      "2026-01-02T00:00:00Z" },
        { "*:*:0.3..10/0.3,7",     "2026-01-01T00:00:06.95Z",     "2026-01-01T00:00:07Z" },
        { "*:*:0.3..10/0.3,7",     "2026-01-01T00:00:07.01Z",     "2026-01-01T00:00:07.200000Z" },
        { "*:*:0.3..10/0.3,7",     "2026-01-01T00:00:09.91Z",     "2026-01-01T00:01:00.300000Z" },
        { "0/5:58:59.999999",      "2026-12-31T20:58:59.999999Z", "2026-12-31T20:58:59.999999Z" },
        { "0/5:58:59.999999",      "2026-12-31T20:59:00Z",        "2027-01-01T00:58:59.999999Z" },
        { "*-02~3",                "2026-01-01T00:00:00Z",        "2026-02-26T00:00:00Z" },
        { "*-02~3",                "2028-01-01T00:00:00Z",        "2028-02-27T00:00:00Z" },
        { "Mon *-05~07/1",         "2026-01-01T00:00:00Z",        "2026-05-25T00:00:00Z" },
        { "*-*~5/2",               "2026-01-27T00:00:01Z",        "2026-01-29T00:00:00Z" },
        { "*-*~3..7/3",            "2026-01-27T00:00:00Z",        "2026-01-29T00:00:00Z" },
        { "*-*-31",                "2026-02-01T00:00:00Z",        "2026-03-31T00:00:00Z" },
        { "*-02-29",               "2096-03-01T00:00:00Z",        "2104-02-29T00:00:00Z" }, /* 2100 has none */
        { "Mon *-02-29",           "2072-03-01T00:00:00Z",        "2112-02-29T00:00:00Z" },
        { "2199-12-31 23:59:59",   "1970-01-01T00:00:00Z",        "2199-12-31T23:59:59Z" },
        { "2199-12-31 23:59:59",   "2199-12-31T23:59:59.000001Z", NULL },
        { "1970/229-1-1",          "1970-01-02T00:00:00Z",        "2199-01-01T00:00:00Z" },
        { "*-02-30",               "1970-01-01T00:00:00Z",        NULL },
        { "2025-*-* *:*:*",        "2026-01-01T00:00:00Z",        NULL },
        { "*:*:*",                 "1960-01-01T00:00:00Z",        "1970-01-01T00:00:00Z" },
        { "*:*:*",                 "2200-01-01T00:00:00Z",        NULL },
        { "@951782400",            "1970-01-01T00:00:00Z",        "2000-02-29T00:00:00Z" },
        { "weekly",                "2026-03-23T00:00:00Z",        "2026-03-23T00:00:00Z" },
        { "Sat,Sun *-*-* 12:00",   "2026-03-23T00:00:00Z",        "2026-03-28T12:00:00Z" },
};

static const struct {
        const char *expression, *until, *previous;
} previous_cases[] = {
        { "02:30",             "2026-01-01T02:30:00Z",    "2026-01-01T02:30:00Z" }, /* not later than */
        { "02:30",             "2026-01-01T02:29:59Z",    "2025-12-31T02:30:00Z" },
        { "*:*:0/0.5",         "2026-01-01T00:00:00.4Z",  "2026-01-01T00:00:00Z" },
        { "*:*:0.5",           "2026-01-01T00:00:00.4Z",  "2025-12-31T23:59:00.500000Z" },
        { "*:*:0.3..10/0.3,7", "2026-01-01T00:00:07.1Z",  "2026-01-01T00:00:07Z" },
        { "*:*:0.3..10/0.3,7", "2026-01-01T00:00:59Z",    "2026-01-01T00:00:09.900000Z" },
        { "*-02~1",            "2025-02-27T00:00:00Z",    "2024-02-29T00:00:00Z" },
        { "*-02-29",           "2104-02-28T00:00:00Z",    "2096-02-29T00:00:00Z" },
        { "1970-01-01",        "2199-12-31T00:00:00Z",    "1970-01-01T00:00:00Z" },
        { "1970-01-01 00:01",  "1970-01-01T00:00:59Z",    NULL },
        { "2026-*-*",          "2025-12-31T00:00:00Z",    NULL },
        { "*:*:*",             "1969-12-31T23:59:59Z",    NULL },
        { "*:*:*",             "2300-01-01T00:00:00Z",    "2199-12-31T23:59:59Z" },
        { "*-02-30",           "2199-01-01T00:00:00Z",    NULL },
};

static const struct {
        const char *expression, *from, *until;
        uint64_t n;
} count_cases[] = {
        { "00:00",                       "2026-01-01T00:00:00Z",   "2026-12-31T00:00:00Z",         365 },
        { "*:*:*",                       "2026-01-01T00:00:00Z",   "2026-12-31T23:59:59Z",         31536000 },
        { "*:*:*",                       "2026-01-01T10:00:00.1Z", "2026-01-01T10:00:02.9Z",       2 },
        { "*:0/15",                      "2026-01-01T10:10:00Z",   "2026-01-02T10:10:00Z",         96 },
        { "9..17:0/15:30",               "2026-01-01T10:15:30Z",   "2026-01-01T10:30:29Z",         1 },
        { "*:*:0/0.000001",              "2026-01-01T00:00:00Z",   "2026-01-01T23:59:59.999999Z",  86400000000 },
        { "*:*:0/0.000001",              "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.500009Z",  10 },
        { "*:*:0/0.5,0/0.75",            "2026-01-01T00:00:00Z",   "2026-01-01T00:59:59.999999Z",  160 * 60 },
        { "*:*:0/0.5,0/0.75",            "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:01.5Z",       4 },
        { "*:*:0.5..2.5,10",             "2026-01-01T00:00:00.5Z", "2026-01-01T00:01:00Z",         4 },
        { "*-*~1",                       "2026-01-01T00:00:00Z",   "2026-12-31T00:00:00Z",         12 },
        { "Mon *-*-*",                   "2026-01-01T00:00:00Z",   "2026-12-31T00:00:00Z",         52 },
        { "*-02-29",                     "1970-01-01T00:00:00Z",   "2199-12-31T00:00:00Z",         56 },
        { "*-*-1,31",                    "2026-01-31T00:00:00Z",   "2026-03-01T00:00:00Z",         3 },
        { "*-02-30",                     "1970-01-01T00:00:00Z",   "2199-12-31T00:00:00Z",         0 },
        { "*:*:*",                       "2026-01-02T00:00:00Z",   "2026-01-01T00:00:00Z",         0 },
        { "*:*:*",                       "1950-01-02T00:00:00Z",   "1970-01-01T00:00:01Z",         2 },
};
static const struct {
        const char *expression, *after, *due; /* in New York, if the text names no zone */
} zone_cases[] = {
        { "02:30",                 "2026-01-01T12:00:00Z", "2026-01-02T07:30:00Z" },
        { "02:30 UTC",             "2026-01-01T12:00:00Z", "2026-01-02T02:30:00Z" },
        { "02:30 Europe/Berlin",   "2026-01-01T12:00:00Z", "2026-01-02T01:30:00Z" },

        /* 02:30 is skipped: due when the gap ends, but nothing that comes all the time is */
        { "02:30 Europe/Berlin",    "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z" },
        { "02:30:* Europe/Berlin",  "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z" },
        { "*:0/30 Europe/Berlin",   "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z" },

        /* 02:30 comes twice: due the first time only, but what comes all the time goes on */
        { "02:30 Europe/Berlin",    "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z" },
        { "02:30 Europe/Berlin",    "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z" },
        { "*:30 Europe/Berlin",     "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z" },
        { "2..2:30 Europe/Berlin",  "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z" },

        /* a whole day that was skipped */
        { "2011-12-30 12:00 Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z" },
};
/* clang-format on */

static int find_zone(void *userdata, const char *name, TimeZone **ret) {
        return time_zone_load(name, ret);
}

static CalendarSchedule *parse(const char *expression) {
        const ScheduleOptions options = { .find_zone = find_zone };
        Schedule *schedule = NULL;
        ScheduleError error = {};

        ck_assert_msg(schedule_parse(SCHEDULE_CALENDAR, expression, &options, &schedule, &error) == 0,
                      "'%s': %s", expression, error.reason);
        return (CalendarSchedule *) schedule;
}

static void calendar_freep(CalendarSchedule **calendar) {
        (void) schedule_free(&(*calendar)->base);
}

static void check_time(const char *expression, bool found, usec_t time, const char *expected) {
        char buffer[TIMESTAMP_MAX];

        ck_assert_msg(found == (expected != NULL), "'%s': %d", expression, found);
        if (expected)
                ck_assert_msg(test_usec(expected) == time, "'%s': %s and not %s", expression,
                              test_timestamp(time, buffer), expected);
}

START_TEST(next_is_the_first_that_is_not_earlier) {
        CLEANUP(calendar_freep) CalendarSchedule *calendar = parse(next_cases[_i].expression);
        usec_t next = 0;
        bool found = calendar_pattern_next(calendar, test_usec(next_cases[_i].from), &next);

        check_time(next_cases[_i].expression, found, next, next_cases[_i].next);
}
END_TEST

START_TEST(previous_is_the_last_that_is_not_later) {
        CLEANUP(calendar_freep) CalendarSchedule *calendar = parse(previous_cases[_i].expression);
        usec_t previous = 0;
        bool found = calendar_pattern_previous(calendar, test_usec(previous_cases[_i].until), &previous);

        check_time(previous_cases[_i].expression, found, previous, previous_cases[_i].previous);
}
END_TEST

START_TEST(a_count_needs_no_walk) {
        CLEANUP(calendar_freep) CalendarSchedule *calendar = parse(count_cases[_i].expression);
        uint64_t n = calendar_pattern_count(
                        calendar, test_usec(count_cases[_i].from), test_usec(count_cases[_i].until));

        ck_assert_uint_eq(n, count_cases[_i].n);
}
END_TEST

START_TEST(a_zone_has_clock_changes) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("America/New_York");
        CLEANUP(calendar_freep) CalendarSchedule *calendar = NULL;
        ScheduleContext context = { .zone = zone };
        Occurrence occurrence = {};
        int r;

        if (!zone)
                return;
        calendar = parse(zone_cases[_i].expression);
        r = schedule_next(&calendar->base, &context, test_usec(zone_cases[_i].after), &occurrence);
        check_time(zone_cases[_i].expression, r > 0, occurrence.due_usec, zone_cases[_i].due);
}
END_TEST

/* All values of the second, in order; every fraction in a random expression is a multiple of 50 ms. */
typedef struct Seconds {
        size_t n;
        int values[1200];
} Seconds;

static Seconds seconds_of(const TestCalendar *model) {
        Seconds seconds = {};

        for (int value = 0; value < 60 * USEC_PER_SEC; value += 50000)
                if (test_calendar_has(model, CALENDAR_SECOND, value))
                        seconds.values[seconds.n++] = value;
        return seconds;
}

static bool has_date(const TestCalendar *model, int64_t day) {
        CivilDate date = civil_date_from_days(day);
        int weekday = (civil_date_weekday(date) + 6) % 7;

        return date.year >= CALENDAR_YEAR_MIN && date.year <= CALENDAR_YEAR_MAX &&
                        test_calendar_has(model, CALENDAR_YEAR, date.year) &&
                        test_calendar_has(model, CALENDAR_MONTH, date.month) &&
                        test_calendar_has_day(model, date.day, civil_days_in_month(date.year, date.month)) &&
                        model->weekdays >> weekday & 1;
}

/* The first time of a day that is not earlier than `from`, minute by minute; -1: none. */
static usec_t scan_day(const TestCalendar *model, const Seconds *seconds, usec_t from) {
        for (int minute = 0; minute < 24 * 60; minute++) {
                if (!test_calendar_has(model, CALENDAR_HOUR, minute / 60) ||
                    !test_calendar_has(model, CALENDAR_MINUTE, minute % 60))
                        continue;
                for (size_t i = 0; i < seconds->n; i++) {
                        usec_t time = minute * USEC_PER_MINUTE + seconds->values[i];

                        if (time >= from)
                                return time;
                }
        }
        return -1;
}

/* Day by day until the end of all years. */
static bool scan(const TestCalendar *model, const Seconds *seconds, usec_t from, usec_t *ret) {
        int64_t first = from / USEC_PER_DAY;

        for (int64_t day = first; day <= civil_date_to_days((CivilDate){ CALENDAR_YEAR_MAX, 12, 31 });
             day++) {
                usec_t time;

                if (!has_date(model, day))
                        continue;
                time = scan_day(model, seconds, day == first ? from % USEC_PER_DAY : 0);
                if (time >= 0) {
                        *ret = day * USEC_PER_DAY + time;
                        return true;
                }
        }
        return false;
}

/* Forward by the scan; back, and the count, must say the same. */
static void check_against_scan(
                const TestCalendar *model,
                const CalendarSchedule *calendar,
                usec_t from,
                uint64_t seed) {
        Seconds seconds = seconds_of(model);
        usec_t at = from, expected = 0, time = 0, last = 0;
        uint64_t n = 0;

        while (n < N_TIMES) {
                bool found = scan(model, &seconds, at, &expected);

                ck_assert_msg(calendar_pattern_next(calendar, at, &time) == found, "seed %" PRIu64 ": '%s'",
                              seed, model->text);
                if (!found)
                        break;
                ck_assert_msg(time == expected,
                              "seed %" PRIu64 ": '%s' from %" PRId64 ": %" PRId64 " and not %" PRId64, seed,
                              model->text, at, time, expected);

                found = calendar_pattern_previous(calendar, time - 1, &last);
                ck_assert_msg(n == 0 ? !found || last < from : found && last == at - 1,
                              "seed %" PRIu64 ": '%s' before %" PRId64, seed, model->text, time);
                n++;
                at = time + 1;
                ck_assert_msg(calendar_pattern_count(calendar, from, time) == n,
                              "seed %" PRIu64 ": '%s' until %" PRId64, seed, model->text, time);
        }
}

START_TEST(the_search_finds_what_a_slow_scan_finds) {
        TestRandom random = test_random_new();

        for (int i = 0; i < N_EXPRESSIONS; i++) {
                CLEANUP(calendar_freep) CalendarSchedule *calendar = NULL;
                TestCalendar model;

                test_calendar_random(&random, &model);
                calendar = parse(model.text);
                check_against_scan(
                                &model, calendar,
                                test_random_between(&random, 0, 70 * 365) * USEC_PER_DAY +
                                                test_random_between(&random, 0, USEC_PER_DAY - 1),
                                random.seed);
        }
}
END_TEST

/* In a zone: in order, back again, and each that no clock change touched is a time of the pattern. */
START_TEST(instants_of_a_zone_are_times_of_the_pattern) {
        TestRandom random = test_random_new();
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        ScheduleContext context = { .zone = zone };

        for (int i = 0; zone && i < N_EXPRESSIONS; i++) {
                CLEANUP(calendar_freep) CalendarSchedule *calendar = NULL;
                usec_t at = test_random_between(&random, 15000, 30000) * USEC_PER_DAY;
                Occurrence occurrence, back;
                TestCalendar model;

                test_calendar_random(&random, &model);
                calendar = parse(model.text);
                for (int n = 0; n < N_TIMES && schedule_next(&calendar->base, &context, at, &occurrence) > 0;
                     n++) {
                        LocalTime local;
                        usec_t time;

                        ck_assert_msg(occurrence.due_usec > at, "'%s'", model.text);
                        at = occurrence.due_usec;
                        ck_assert_int_eq(schedule_previous(&calendar->base, &context, at + 1, &back), 1);
                        ck_assert_msg(back.due_usec == at, "'%s' at %" PRId64, model.text, at);

                        time_zone_to_local(zone, at, &local);
                        time = civil_time_to_usec(local.civil);
                        if (occurrence.notes == 0)
                                ck_assert_msg(calendar_pattern_next(calendar, time, &time) &&
                                                              time == civil_time_to_usec(local.civil),
                                              "'%s' at %" PRId64, model.text, at);
                }
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-next");
        TCase *tcase = tcase_create("calendar-next");

        tcase_add_loop_test(tcase, next_is_the_first_that_is_not_earlier, 0, ARRAY_SIZE(next_cases));
        tcase_add_loop_test(tcase, previous_is_the_last_that_is_not_later, 0, ARRAY_SIZE(previous_cases));
        tcase_add_loop_test(tcase, a_count_needs_no_walk, 0, ARRAY_SIZE(count_cases));
        tcase_add_loop_test(tcase, a_zone_has_clock_changes, 0, ARRAY_SIZE(zone_cases));
        tcase_add_test(tcase, the_search_finds_what_a_slow_scan_finds);
        tcase_add_test(tcase, instants_of_a_zone_are_times_of_the_pattern);
        suite_add_tcase(suite, tcase);
        return suite;
}
