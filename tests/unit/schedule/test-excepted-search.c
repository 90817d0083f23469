/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>

#include "schedule/timetable.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define N_DUE_MAX 6U

typedef struct Case {
        ScheduleKind kind;
        const char *text, *zone;
        ExceptionItem item;
        OnExcept on_except;
        const char *after, *until;
        const char *due[N_DUE_MAX]; /* what is due in between; "DUE<NOMINAL" was moved, "DUE*N" stands for n
                                     */
        uint64_t n_swallowed;
} Case;

/* clang-format off */
static const Case cases[] = {
        /* left out */
        { SCHEDULE_CRON, "0 2 * * *", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_SKIP,
          "2026-01-02T00:00:00Z", "2026-01-06T00:00:00Z",
          { "2026-01-02T02:00:00Z", "2026-01-05T02:00:00Z" }, 2 },
        { SCHEDULE_EVERY, "12h", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_SKIP,
          "2026-01-02T00:00:00Z", "2026-01-05T18:00:00Z",
          { "2026-01-02T12:00:00Z", "2026-01-05T00:00:00Z", "2026-01-05T12:00:00Z" }, 4 },

        /* to the next free day: the one that is there already, with which it is one */
        { SCHEDULE_CRON, "0 2 * * *", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-02T00:00:00Z", "2026-01-06T00:00:00Z",
          { "2026-01-02T02:00:00Z", "2026-01-05T02:00:00Z*3" }, 0 },
        { SCHEDULE_CRON, "0 2 * * sat", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-02T00:00:00Z", "2026-01-13T00:00:00Z",
          { "2026-01-05T02:00:00Z<2026-01-03T02:00:00Z", "2026-01-12T02:00:00Z<2026-01-10T02:00:00Z" }, 0 },
        { SCHEDULE_CRON, "0 2 * * sat,sun", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-02T00:00:00Z", "2026-01-06T00:00:00Z",
          { "2026-01-05T02:00:00Z<2026-01-03T02:00:00Z*2" }, 0 },

        /* the day before, planned ahead */
        { SCHEDULE_CRON, "0 2 24 12 *", "UTC", { .dates = (const char *const[]){ "12-24", "12-23", NULL } }, ON_EXCEPT_PREVIOUS_DAY,
          "2026-01-01T00:00:00Z", "2027-12-31T00:00:00Z",
          { "2026-12-22T02:00:00Z<2026-12-24T02:00:00Z", "2027-12-22T02:00:00Z<2027-12-24T02:00:00Z" }, 0 },
        { SCHEDULE_CRON, "0 2 * * *", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_PREVIOUS_DAY,
          "2026-01-01T12:00:00Z", "2026-01-06T00:00:00Z",
          { "2026-01-02T02:00:00Z*3", "2026-01-05T02:00:00Z" }, 0 },

        /* a business day: Friday the 1st of May is excepted, and the weekend is none */
        { SCHEDULE_CRON, "0 9 1 * *", "UTC", { .dates = (const char *const[]){ "05-01", NULL } }, ON_EXCEPT_NEXT_BUSINESS_DAY,
          "2026-04-15T00:00:00Z", "2026-06-15T00:00:00Z",
          { "2026-05-04T09:00:00Z<2026-05-01T09:00:00Z", "2026-06-01T09:00:00Z" }, 0 },
        { SCHEDULE_CRON, "0 9 4 * *", "UTC", { .dates = (const char *const[]){ "05-04", NULL } }, ON_EXCEPT_PREVIOUS_BUSINESS_DAY,
          "2026-04-15T00:00:00Z", "2026-05-15T00:00:00Z",
          { "2026-05-01T09:00:00Z<2026-05-04T09:00:00Z" }, 0 },

        /* no free day within a month */
        { SCHEDULE_CRON, "0 9 1 7 *", "UTC", { .dates = (const char *const[]){ "07-01..08-01", NULL } }, ON_EXCEPT_NEXT_DAY,
          "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", {}, 1 },
        { SCHEDULE_CRON, "0 9 1 7 *", "UTC", { .dates = (const char *const[]){ "07-01..07-31", NULL } }, ON_EXCEPT_NEXT_DAY,
          "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", { "2026-08-01T09:00:00Z<2026-07-01T09:00:00Z" }, 0 },

        /* always excepted: nothing is ever due */
        { SCHEDULE_CRON, "0 9 * * *", "UTC", { .days = "Mon..Sun" }, ON_EXCEPT_SKIP,
          "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", {}, 30 },
        { SCHEDULE_CRON, "0 9 * * *", "UTC", { .time = "08:00..10:00" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", {}, 30 },

        /* the wall time is kept, by the rule of the clock changes */
        { SCHEDULE_CRON, "30 2 * * sat", "Europe/Berlin", { .dates = (const char *const[]){ "2026-03-28", NULL } }, ON_EXCEPT_NEXT_DAY,
          "2026-03-27T00:00:00Z", "2026-04-01T00:00:00Z", { "2026-03-29T01:00:00Z<2026-03-28T01:30:00Z" }, 0 },
        { SCHEDULE_CRON, "0 12 * * sat", "Europe/Berlin", { .days = "sat,sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-03-27T00:00:00Z", "2026-04-01T00:00:00Z", { "2026-03-30T10:00:00Z<2026-03-28T11:00:00Z" }, 0 },

        /* interval-like ones are left out, whatever is to become of others */
        { SCHEDULE_CRON, "0 */12 * * *", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-02T00:00:00Z", "2026-01-05T06:00:00Z",
          { "2026-01-02T12:00:00Z", "2026-01-05T00:00:00Z" }, 4 },

        /* one instant */
        { SCHEDULE_AT, "2026-01-03T10:00:00Z", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_NEXT_DAY,
          "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", { "2026-01-05T10:00:00Z<2026-01-03T10:00:00Z" }, 0 },
        { SCHEDULE_AT, "2026-01-03T10:00:00Z", "UTC", { .days = "Sat,Sun" }, ON_EXCEPT_SKIP,
          "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", {}, 1 },
};
/* clang-format on */

static void make_timetable(const Case *row, ScheduleEntry *entry, Timetable *ret) {
        *entry = (ScheduleEntry){};
        *ret = (Timetable){ .entries = entry, .n_entries = 1, .on_except = row->on_except };
        ck_assert_int_eq(schedule_parse(row->kind, row->text, NULL, &entry->schedule, NULL), 0);
        ck_assert_int_eq(exceptions_new(&ret->exceptions), 0);
        ck_assert_int_eq(exceptions_add(ret->exceptions, &row->item, NULL, NULL), 0);
}

static void free_timetable(Timetable *timetable) {
        schedule_entry_done(timetable->entries);
        timetable->exceptions = exceptions_free(timetable->exceptions);
}

static void format_occurrence(const Occurrence *occurrence, char *ret, size_t size) {
        char due[TIMESTAMP_MAX], nominal[TIMESTAMP_MAX];
        bool moved = occurrence->notes & SCHEDULE_NOTE_EXCEPTED_MOVED;
        size_t length;

        ck_assert(moved == (occurrence->nominal_usec != occurrence->due_usec));
        length = (size_t) snprintf(
                        ret, size, "%s%s%s", test_timestamp(occurrence->due_usec, due), moved ? "<" : "",
                        moved ? test_timestamp(occurrence->nominal_usec, nominal) : "");
        if (occurrence->count > 1)
                (void) snprintf(ret + length, size - length, "*%u", occurrence->count);
}

START_TEST(what_is_excepted_moves_or_is_left_out) {
        const Case *row = &cases[_i];
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(row->zone);
        usec_t after = test_usec(row->after), until = test_usec(row->until), at = after;
        ScheduleContext context = { .zone = zone, .anchor_usec = after };
        ScheduleEntry entry;
        Timetable timetable;
        Occurrence occurrence;
        OccurrenceSpan span;
        char text[128];
        size_t n = 0;

        make_timetable(row, &entry, &timetable);

        for (;
             timetable_next(&timetable, &context, at, &occurrence, NULL) > 0 && occurrence.due_usec <= until;
             at = occurrence.due_usec) {
                format_occurrence(&occurrence, text, sizeof(text));
                ck_assert_ptr_nonnull(row->due[n]);
                ck_assert_str_eq(text, row->due[n++]);
        }
        ck_assert_ptr_null(row->due[n]);

        timetable_count(&timetable, &context, after, until, &span);
        ck_assert_uint_eq(span.n_occurrences, n);
        timetable_excepted(&timetable, &context, after, until, &span);
        ck_assert_uint_eq(span.n_occurrences, row->n_swallowed);

        for (at = until + 1; n > 0; at = occurrence.due_usec) {
                ck_assert_int_eq(timetable_previous(&timetable, &context, at, &occurrence), 1);
                format_occurrence(&occurrence, text, sizeof(text));
                ck_assert_str_eq(text, row->due[--n]);
        }
        free_timetable(&timetable);
}
END_TEST

#define N_DAYS 60
#define MARGIN_DAYS 40

/* The days around, each with the time at which the schedule comes and, in the end, how often it does. */
typedef struct Oracle {
        const Timetable *timetable;
        usec_t first_usec; /* of day 0, in UTC */
        uint8_t weekdays;  /* on which it comes */
        unsigned n_due[N_DAYS + 2 * MARGIN_DAYS];
        unsigned n_swallowed[N_DAYS + 2 * MARGIN_DAYS];
} Oracle;

static bool is_weekday_of(usec_t at, uint8_t mask) {
        return mask >> civil_date_weekday(civil_time_from_usec(at).date) & 1;
}

static bool is_excepted(const Oracle *oracle, usec_t at) {
        return exceptions_match(oracle->timetable->exceptions, time_zone_utc(), at);
}

/* Day by day, and for each that is excepted again day by day. */
static void oracle_fill(Oracle *oracle) {
        OnExcept how = oracle->timetable->on_except;
        int step = how == ON_EXCEPT_PREVIOUS_DAY || how == ON_EXCEPT_PREVIOUS_BUSINESS_DAY ? -1 : 1;
        bool business = how == ON_EXCEPT_NEXT_BUSINESS_DAY || how == ON_EXCEPT_PREVIOUS_BUSINESS_DAY;

        for (int day = 0; day < (int) ARRAY_SIZE(oracle->n_due); day++) {
                usec_t at = oracle->first_usec + day * USEC_PER_DAY;
                int to = day, n = 0;

                if (!is_weekday_of(at, oracle->weekdays))
                        continue;
                for (bool free = !is_excepted(oracle, at); !free && n <= 31 && how != ON_EXCEPT_SKIP; n++) {
                        to += step;
                        at += step * USEC_PER_DAY;
                        free = n < 31 && !is_excepted(oracle, at) &&
                                        (!business || is_weekday_of(at, oracle->timetable->business_days));
                }
                if (is_excepted(oracle, at) || n > 31)
                        oracle->n_swallowed[day]++;
                else if (to >= 0 && to < (int) ARRAY_SIZE(oracle->n_due))
                        oracle->n_due[to]++;
        }
}

static void add_random_item(TestRandom *random, Exceptions *exceptions) {
        static const char *const days[] = { "Sat,Sun", "Mon", "Fri..Mon", "Wed", "Tue..Sun" };
        char date[64];
        const char *const dates[] = { date, NULL };
        ExceptionItem item = {};
        int first = (int) test_random_between(random, 1, 20);

        (void) snprintf(date, sizeof(date), "%02d-%02d..%02d-%02d", (int) test_random_between(random, 2, 4),
                        first, (int) test_random_between(random, 4, 5), first);
        if (test_random_between(random, 0, 1) == 0)
                item.dates = dates;
        if (!item.dates || test_random_between(random, 0, 2) == 0)
                item.days = days[test_random_between(random, 0, ARRAY_SIZE(days) - 1)];
        if (test_random_between(random, 0, 5) == 0)
                item.time = test_random_between(random, 0, 1) == 0 ? "22:00..10:00" : "10:00..22:00";
        ck_assert_int_eq(exceptions_add(exceptions, &item, NULL, NULL), 0);
}

static void assert_as_oracle(const Oracle *oracle, uint64_t seed) {
        const ScheduleContext context = { .zone = time_zone_utc() };
        const Timetable *timetable = oracle->timetable;
        usec_t first = oracle->first_usec + MARGIN_DAYS * USEC_PER_DAY, last = first + N_DAYS * USEC_PER_DAY;
        usec_t at = first - 1;
        Occurrence occurrence;
        OccurrenceSpan span;

        for (int day = MARGIN_DAYS; day < MARGIN_DAYS + N_DAYS; day++) {
                usec_t due = oracle->first_usec + day * USEC_PER_DAY;

                timetable_excepted(timetable, &context, due - 1, due, &span);
                ck_assert_msg(span.n_occurrences == oracle->n_swallowed[day], "seed %" PRIu64, seed);
                if (oracle->n_due[day] == 0)
                        continue;
                ck_assert_msg(timetable_next(timetable, &context, at, &occurrence, NULL) > 0, "seed %" PRIu64,
                              seed);
                ck_assert_msg(occurrence.due_usec == due, "seed %" PRIu64, seed);
                ck_assert_uint_eq(occurrence.count, oracle->n_due[day]);
                at = due;
        }

        at = last;
        for (int day = MARGIN_DAYS + N_DAYS - 1; day >= MARGIN_DAYS; day--) {
                if (oracle->n_due[day] == 0)
                        continue;
                ck_assert_msg(timetable_previous(timetable, &context, at, &occurrence) > 0, "seed %" PRIu64,
                              seed);
                at = oracle->first_usec + day * USEC_PER_DAY;
                ck_assert_msg(occurrence.due_usec == at, "seed %" PRIu64, seed);
                ck_assert_uint_eq(occurrence.count, oracle->n_due[day]);
        }
}

START_TEST(moves_are_those_of_a_day_by_day_search) {
        TestRandom random = test_random_new();

        for (int n = 0; n < 400; n++) {
                ScheduleEntry entry = {};
                Timetable timetable = {
                        .entries = &entry,
                        .n_entries = 1,
                        .on_except = (OnExcept) test_random_between(&random, 0, ON_EXCEPT_COUNT - 1),
                        .business_days = (uint8_t) test_random_between(&random, 1, 127),
                };
                Oracle oracle = {
                        .timetable = &timetable,
                        .first_usec = test_usec("2026-02-01T09:30:00Z"),
                        .weekdays = (uint8_t) test_random_between(&random, 1, 127),
                };
                char text[64];
                int length = snprintf(text, sizeof(text), "30 9 * * ");

                for (int day = 0; day < 7; day++)
                        if (oracle.weekdays >> day & 1)
                                length += snprintf(text + length, sizeof(text) - (size_t) length, "%d,", day);
                text[length - 1] = '\0';
                ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, text, NULL, &entry.schedule, NULL), 0);
                ck_assert_int_eq(exceptions_new(&timetable.exceptions), 0);
                for (int64_t i = test_random_between(&random, 1, 3); i > 0; i--)
                        add_random_item(&random, timetable.exceptions);

                oracle_fill(&oracle);
                assert_as_oracle(&oracle, random.seed);
                free_timetable(&timetable);
        }
}
END_TEST

/* A dense schedule costs a step for each day that is excepted, not one for each second. */
START_TEST(an_excepted_weekend_is_leapt_over) {
        static const Case row = { .kind = SCHEDULE_EVERY, .text = "1s", .item = { .days = "Sat,Sun" } };
        usec_t after = test_usec("2026-01-02T23:59:59Z"), until = test_usec("2046-01-01T00:00:00Z");
        const ScheduleContext context = { .zone = time_zone_utc(), .anchor_usec = after };
        OccurrenceSpan due, swallowed;
        Occurrence occurrence;
        ScheduleEntry entry;
        Timetable timetable;

        make_timetable(&row, &entry, &timetable);

        ck_assert_int_eq(timetable_next(&timetable, &context, after, &occurrence, NULL), 1);
        ck_assert_int_eq(occurrence.due_usec, test_usec("2026-01-05T00:00:00Z"));
        ck_assert_int_eq(timetable_previous(&timetable, &context, occurrence.due_usec, &occurrence), 0);

        timetable_count(&timetable, &context, after, until, &due);
        timetable_excepted(&timetable, &context, after, until, &swallowed);
        ck_assert_int_eq(due.n_occurrences + swallowed.n_occurrences, (until - after) / USEC_PER_SEC);
        ck_assert_int_eq(swallowed.first_usec, after + USEC_PER_SEC);
        ck_assert_int_eq(due.first_usec, test_usec("2026-01-05T00:00:00Z"));
        free_timetable(&timetable);
}
END_TEST

/* Counted from the end of an execution it would never come again if it were left out. */
START_TEST(what_waits_for_an_end_waits_for_the_exceptions_end) {
        const ScheduleOptions options = { .from_end = true };
        const ScheduleContext context = {
                .zone = time_zone_utc(),
                .last_end_usec = test_usec("2026-01-02T23:30:00Z"),
        };
        ExceptionItem weekend = { .days = "Sat,Sun" };
        ScheduleEntry entry = {};
        Timetable timetable = { .entries = &entry, .n_entries = 1 };
        usec_t monday = test_usec("2026-01-05T00:00:00Z");
        Occurrence occurrence;
        OccurrenceSpan span;

        ck_assert_int_eq(schedule_parse(SCHEDULE_EVERY, "1h", &options, &entry.schedule, NULL), 0);
        ck_assert_int_eq(exceptions_new(&timetable.exceptions), 0);
        ck_assert_int_eq(exceptions_add(timetable.exceptions, &weekend, NULL, NULL), 0);

        ck_assert_int_eq(timetable_next(&timetable, &context, context.last_end_usec, &occurrence, NULL), 1);
        ck_assert_int_eq(occurrence.due_usec, monday);
        ck_assert_int_eq(occurrence.nominal_usec, test_usec("2026-01-03T00:30:00Z"));
        ck_assert_int_eq(timetable_next(&timetable, &context, monday, &occurrence, NULL), 0);
        ck_assert_int_eq(timetable_previous(&timetable, &context, monday + 1, &occurrence), 1);
        timetable_excepted(&timetable, &context, context.last_end_usec, monday, &span);
        ck_assert_uint_eq(span.n_occurrences, 0);
        free_timetable(&timetable);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("excepted-search");
        TCase *search = tcase_create("search");

        tcase_add_loop_test(search, what_is_excepted_moves_or_is_left_out, 0, ARRAY_SIZE(cases));
        tcase_add_test(search, moves_are_those_of_a_day_by_day_search);
        tcase_add_test(search, an_excepted_weekend_is_leapt_over);
        tcase_add_test(search, what_waits_for_an_end_waits_for_the_exceptions_end);
        suite_add_tcase(suite, search);
        return suite;
}
