/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Clock changes: known cases, and random expressions beside a slow oracle that tries every local minute and
 * maps it by the words of the rules.
 */

#include "schedule/local-search.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/timetable.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define G SCHEDULE_NOTE_GAP
#define C SCHEDULE_NOTE_COLLAPSED
#define FIRST SCHEDULE_NOTE_OVERLAP_FIRST
#define SECOND SCHEDULE_NOTE_OVERLAP_SECOND

/* clang-format off */
static const struct {
        const char *expression, *zone, *after, *due;
        unsigned notes, count;
} cases[] = {
        /* strictly later than `after` */
        { "30 2 * * *",     "UTC",           "2026-01-01T02:29:59Z", "2026-01-01T02:30:00Z", 0, 1 },
        { "30 2 * * *",     "UTC",           "2026-01-01T02:30:00Z", "2026-01-02T02:30:00Z", 0, 1 },

        /* 02:30 is skipped: due when the gap ends; with others, one of them regular, still once */
        { "30 2 * * *",     "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", G, 1 },
        { "30 2 * * *",     "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", 0, 1 },
        { "0,30 2 * * *",   "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", G | C, 2 },
        { "0,30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", G | C, 3 },
        { "0,30 2,3 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", 0, 1 },
        { "0 3 * * *",      "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", 0, 1 },

        /* 02:30 comes twice: due the first time only */
        { "30 2 * * *",     "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", FIRST, 1 },
        { "30 2 * * *",     "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", 0, 1 },
        { "0 3 * * *",      "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T02:00:00Z", 0, 1 },

        /* interval-like: elapsed time, through both passes; the gap is just not there */
        { "*/30 * * * *",   "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", FIRST, 1 },
        { "*/30 * * * *",   "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", SECOND, 1 },
        { "*/30 * * * *",   "Europe/Berlin", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", SECOND, 1 },
        { "*/30 * * * *",   "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z", 0, 1 },
        { "*/30 * * * *",   "Europe/Berlin", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", 0, 1 },
        { "*/30 2 * * *",   "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-30T00:00:00Z", 0, 1 },

        /* a gap at midnight; of half an hour; of a whole day */
        { "0 0 * * *",      "America/Sao_Paulo",   "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z", G, 1 },
        { "15 2 * * *",     "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z", G, 1 },
        { "45 1 * * *",     "Australia/Lord_Howe", "2026-04-04T12:00:00Z", "2026-04-04T14:45:00Z", FIRST, 1 },
        { "45 1 * * *",     "Australia/Lord_Howe", "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z", 0, 1 },
        { "0 0 * * *",      "Pacific/Apia",        "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", G | C, 2 },
        { "0 12 30 12 *",   "Pacific/Apia",        "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z", G, 1 },
        { "0 12 30 12 *",   "Pacific/Apia",        "2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z", 0, 1 },

        /* offsets of 45 minutes, winter as "daylight saving", double summer time, the far future */
        { "0 12 * * *",     "Asia/Kathmandu",  "2026-01-01T00:00:00Z", "2026-01-01T06:15:00Z", 0, 1 },
        { "30 1 * * *",     "Europe/Dublin",   "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", G, 1 },
        { "30 1 * * *",     "Europe/Dublin",   "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", FIRST, 1 },
        { "0 12 * * *",     "Europe/London",   "1941-07-01T00:00:00Z", "1941-07-01T10:00:00Z", 0, 1 },
        { "30 2 * * *",     "Europe/London",   "1941-05-03T12:00:00Z", "1941-05-04T01:00:00Z", G, 1 },
        { "30 2 * * *",     "Europe/Berlin",   "2826-03-28T12:00:00Z", "2826-03-29T01:00:00Z", G, 1 },
        { "0 0 29 2 *",     "Europe/Berlin",   "2096-03-01T00:00:00Z", "2104-02-28T23:00:00Z", 0, 1 },
        { "0-0 0 29 2 *",   "Europe/Berlin",   "2096-03-01T00:00:00Z", "2104-02-28T23:00:00Z", 0, 1 },
        { "0 0 1 1 *",      "Europe/Berlin",   "9999-06-01T00:00:00Z", NULL, 0, 0 },
        { "* * * * *",      "UTC",             "9999-12-31T23:59:00Z", NULL, 0, 0 },
};

static const char *const oracle_zones[] = {
        "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Sao_Paulo",
        "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Asia/Tehran", "Africa/Casablanca",
        "Pacific/Chatham", "Antarctica/Troll", "America/Havana", "Africa/Cairo", "Africa/Monrovia", "Asia/Manila",
};
/* clang-format on */

START_TEST(next_knows_the_clock_change) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(cases[_i].zone);
        ScheduleContext context = { .zone = zone };
        Occurrence occurrence = {}, back;
        char buffer[TIMESTAMP_MAX];
        int r;

        if (!zone)
                return;

        ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, cases[_i].expression, NULL, &schedule, NULL), 0);
        r = schedule_next(schedule, &context, test_usec(cases[_i].after), &occurrence);
        ck_assert_int_eq(r, cases[_i].due ? 1 : 0);
        if (!cases[_i].due)
                return;
        ck_assert_str_eq(test_timestamp(occurrence.due_usec, buffer), cases[_i].due);
        ck_assert_uint_eq(occurrence.notes, cases[_i].notes);
        ck_assert_uint_eq(occurrence.count, cases[_i].count);

        ck_assert_int_eq(schedule_previous(schedule, &context, occurrence.due_usec + 1, &back), 1);
        ck_assert_int_eq(back.due_usec, occurrence.due_usec);
        ck_assert_uint_eq(back.notes, occurrence.notes);
        ck_assert_uint_eq(back.count, occurrence.count);
}
END_TEST

/* --- the oracle ------------------------------------------------------------------------------------- */

typedef struct OracleCron {
        bool values[5][64];
        bool days_either, interval_like;
} OracleCron;

static const int field_min[] = { 0, 0, 1, 1, 0 }, field_max[] = { 59, 23, 31, 12, 6 };

/* Reads "*", "a", "a-b", each with "/s", by stepping through the values; ranges may wrap. */
static void oracle_element(OracleCron *cron, int field, const char *element) {
        int first = field_min[field], last = field_max[field], step = 1, n;
        const char *slash = strchr(element, '/'), *dash = strchr(element, '-');

        if (slash)
                step = atoi(slash + 1);
        if (element[0] != '*') {
                first = atoi(element);
                last = dash ? atoi(dash + 1) : slash ? last : first;
        }
        if ((element[0] == '*' || slash || dash) && field < 2)
                cron->interval_like = true;

        n = 0;
        for (int value = first;; value = value == field_max[field] ? field_min[field] : value + 1) {
                if (n++ % step == 0)
                        cron->values[field][value] = true;
                if (value == last)
                        break;
        }
}

static OracleCron oracle_parse(const char *expression) {
        char copy[256], *field_rest = NULL, *element_rest = NULL;
        OracleCron cron = { .days_either = true };
        int field = 0;

        strcpy(copy, expression);
        for (char *text = strtok_r(copy, " ", &field_rest); text; text = strtok_r(NULL, " ", &field_rest)) {
                if ((field == 2 || field == 4) && text[0] == '*')
                        cron.days_either = false;
                for (char *element = strtok_r(text, ",", &element_rest); element;
                     element = strtok_r(NULL, ",", &element_rest))
                        oracle_element(&cron, field, element);
                field++;
        }
        return cron;
}

static bool oracle_matches(const OracleCron *cron, const CivilTime *time) {
        bool day = cron->values[2][time->date.day];
        bool weekday = cron->values[4][civil_date_weekday(time->date)];

        return cron->values[0][time->minute] && cron->values[1][time->hour] &&
                        cron->values[3][time->date.month] &&
                        (cron->days_either ? day || weekday : day && weekday);
}

#define ORACLE_MAX 40000U

typedef struct Oracle {
        Occurrence found[ORACLE_MAX];
        size_t n_found;
} Oracle;

static void oracle_add(Oracle *oracle, usec_t due, unsigned notes) {
        ck_assert_uint_lt(oracle->n_found, ORACLE_MAX);
        oracle->found[oracle->n_found++] = (Occurrence){ .due_usec = due, .notes = notes, .count = 1 };
}

static void oracle_add_local(Oracle *oracle, const OracleCron *cron, const TimeZone *zone, usec_t local) {
        CivilTime civil = civil_time_from_usec(local);
        ZoneInstants instants;

        if (!oracle_matches(cron, &civil))
                return;

        time_zone_from_local(zone, &civil, &instants);
        if (instants.n_instants > 0)
                oracle_add(oracle, instants.instants[0], instants.n_instants > 1 ? FIRST : 0);
        if (instants.n_instants > 1 && cron->interval_like)
                oracle_add(oracle, instants.instants[1], SECOND);
        if (instants.n_instants == 0 && !cron->interval_like)
                oracle_add(oracle, instants.transition_usec, G);
}

static int compare_due(const void *a, const void *b) {
        const Occurrence *x = a, *y = b;

        return (x->due_usec > y->due_usec) - (x->due_usec < y->due_usec);
}

/* All occurrences of (after, until], in order, those of one instant as one. */
static void oracle_run(
                Oracle *oracle,
                const OracleCron *cron,
                const TimeZone *zone,
                usec_t after,
                usec_t until) {
        usec_t first = after - after % USEC_PER_MINUTE - 2 * USEC_PER_DAY;
        size_t n = 0;

        oracle->n_found = 0;
        for (usec_t local = first; local <= until + 2 * USEC_PER_DAY; local += USEC_PER_MINUTE)
                oracle_add_local(oracle, cron, zone, local);
        qsort(oracle->found, oracle->n_found, sizeof(Occurrence), compare_due);

        for (size_t i = 0; i < oracle->n_found; i++) {
                Occurrence *found = &oracle->found[i];

                if (found->due_usec <= after || found->due_usec > until)
                        continue;
                if (n > 0 && oracle->found[n - 1].due_usec == found->due_usec) {
                        oracle->found[n - 1].count++;
                        oracle->found[n - 1].notes |= found->notes | C;
                        continue;
                }
                oracle->found[n++] = *found;
        }
        oracle->n_found = n;
}

static void random_element(TestRandom *random, int field, char *text) {
        int a = (int) test_random_between(random, field_min[field], field_max[field]);
        int b = (int) test_random_between(random, field_min[field], field_max[field]);
        int step = (int) test_random_between(random, 1, field_max[field]);

        switch (test_random(random) % 8) {
        case 0:
                (void) sprintf(text, "%d-%d", a, b);
                break;
        case 1:
                (void) sprintf(text, "%d-%d/%d", a, b, step);
                break;
        case 2:
                (void) sprintf(text, "*/%d", step);
                break;
        case 3:
                (void) sprintf(text, "%d/%d", a, step);
                break;
        default:
                (void) sprintf(text, "%d", a);
                break;
        }
}

/* Days and months are mostly free, so that most expressions are due some time in the window. */
static void random_expression(TestRandom *random, char *text) {
        size_t n = 0;

        for (int field = 0; field < 5; field++) {
                int64_t n_elements = test_random_between(random, 1, 3);
                char element[32];

                if (field > 0)
                        n += (size_t) sprintf(text + n, " ");
                if (test_random(random) % 4 < (field < 2 ? 1 : 3)) {
                        n += (size_t) sprintf(text + n, "*");
                        continue;
                }
                for (int64_t i = 0; i < n_elements; i++) {
                        random_element(random, field, element);
                        n += (size_t) sprintf(text + n, "%s%s", i > 0 ? "," : "", element);
                }
        }
}

static usec_t random_after(TestRandom *random, const TimeZone *zone) {
        usec_t instant = test_random_between(random, -2200000000, 6000000000) * USEC_PER_SEC, begin, end;

        time_zone_span(zone, instant, &begin, &end);
        if (end == USEC_INFINITY || test_random(random) % 4 == 0)
                return instant;
        return end - test_random_between(random, 0, 3 * 86400) * USEC_PER_SEC;
}

/* Forward and back through the whole window. */
static void check_window(
                const char *what,
                const Schedule *schedule,
                const TimeZone *zone,
                const Oracle *oracle,
                usec_t after,
                usec_t until) {

        ScheduleContext context = { .zone = zone };
        Occurrence got;
        usec_t at = after;

        for (size_t i = 0; i <= oracle->n_found; i++) {
                bool found = schedule_next(schedule, &context, at, &got) > 0 && got.due_usec <= until;

                ck_assert_msg(found == (i < oracle->n_found), "%s: next after %" PRId64, what, at);
                if (!found)
                        break;
                ck_assert_msg(got.due_usec == oracle->found[i].due_usec &&
                                              got.notes == oracle->found[i].notes &&
                                              got.count == oracle->found[i].count,
                              "%s: next after %" PRId64 " is %" PRId64 " (%x, %u), not %" PRId64 " (%x, %u)",
                              what, at, got.due_usec, got.notes, got.count, oracle->found[i].due_usec,
                              oracle->found[i].notes, oracle->found[i].count);
                at = got.due_usec;
        }

        at = until + 1;
        for (size_t i = oracle->n_found + 1; i-- > 0;) {
                bool found = schedule_previous(schedule, &context, at, &got) > 0 && got.due_usec > after;

                ck_assert_msg(found == (i > 0), "%s: previous before %" PRId64, what, at);
                if (!found)
                        break;
                ck_assert_msg(got.due_usec == oracle->found[i - 1].due_usec &&
                                              got.notes == oracle->found[i - 1].notes &&
                                              got.count == oracle->found[i - 1].count,
                              "%s: previous before %" PRId64 " is %" PRId64, what, at, got.due_usec);
                at = got.due_usec;
        }
}

static void check_count(
                const char *what,
                Schedule *schedule,
                const TimeZone *zone,
                const Oracle *oracle,
                usec_t after,
                usec_t until) {

        ScheduleEntry entry = { .schedule = schedule };
        ScheduleContext context = { .zone = zone };
        OccurrenceSpan span;

        timetable_count(&(Timetable){ &entry, 1 }, &context, after, until, &span);
        ck_assert_msg(span.n_occurrences == oracle->n_found,
                      "%s: %" PRIu64 " and not %zu in %" PRId64 " to %" PRId64, what, span.n_occurrences,
                      oracle->n_found, after, until);
        if (oracle->n_found > 0) {
                ck_assert_int_eq(span.first_usec, oracle->found[0].due_usec);
                ck_assert_int_eq(span.last_usec, oracle->found[oracle->n_found - 1].due_usec);
        }
}

START_TEST(random_expressions_agree_with_the_oracle) {
        static Oracle oracle;
        TestRandom random = test_random_new();
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(oracle_zones[_i]);

        random.state += (uint64_t) _i;
        for (int i = 0; zone && i < 30; i++) {
                CLEANUP(schedule_freep) Schedule *schedule = NULL;
                usec_t after = random_after(&random, zone), until = after + 5 * USEC_PER_DAY;
                char expression[256], what[400];
                OracleCron cron;

                random_expression(&random, expression);
                if (schedule_parse(SCHEDULE_CRON, expression, NULL, &schedule, NULL) < 0)
                        continue; /* a day that never comes */

                cron = oracle_parse(expression);
                ck_assert_int_eq(schedule_is_interval_like(schedule), cron.interval_like);
                oracle_run(&oracle, &cron, zone, after, until);
                (void) snprintf(what, sizeof(what), "'%s' in %s (JOBSCHED_TEST_SEED=%" PRIu64 ")", expression,
                                oracle_zones[_i], random.seed);
                check_window(what, schedule, zone, &oracle, after, until);
                check_count(what, schedule, zone, &oracle, after, until);
        }
}
END_TEST

/* Over years, with both ends at any second. */
START_TEST(counting_agrees_with_walking) {
        TestRandom random = test_random_new();
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(oracle_zones[_i]);
        ScheduleContext context = { .zone = zone };

        for (int i = 0; zone && i < 8; i++) {
                CLEANUP(schedule_freep) Schedule *schedule = NULL;
                usec_t after = random_after(&random, zone), until;
                char expression[256];
                OccurrenceSpan span;
                Occurrence occurrence;
                uint64_t n = 0;

                random_expression(&random, expression);
                if (schedule_parse(SCHEDULE_CRON, expression, NULL, &schedule, NULL) < 0)
                        continue;
                until = after + test_random_between(&random, 0, 900 * 86400) * USEC_PER_SEC;
                for (usec_t at = after; schedule_next(schedule, &context, at, &occurrence) > 0 &&
                     occurrence.due_usec <= until && n < 20000;
                     at = occurrence.due_usec)
                        n++;
                if (n == 20000)
                        until = occurrence.due_usec - 1;

                timetable_count(&(Timetable){ &(ScheduleEntry){ .schedule = schedule }, 1 }, &context, after,
                                until, &span);
                ck_assert_msg(span.n_occurrences == n, "'%s' in %s: %" PRIu64 " and not %" PRIu64, expression,
                              oracle_zones[_i], span.n_occurrences, n);
        }
}
END_TEST

START_TEST(random_expressions_survive_their_canonical_form) {
        TestRandom random = test_random_new();
        ScheduleContext context = { .zone = time_zone_utc() };

        for (int i = 0; i < 3000; i++) {
                CLEANUP(schedule_freep) Schedule *schedule = NULL;
                CLEANUP(schedule_freep) Schedule *again = NULL;
                CLEANUP_FREE char *text = NULL;
                char expression[256];
                Occurrence a = {}, b = {};
                usec_t after = test_random_between(&random, 0, 4000000000) * USEC_PER_SEC;

                random_expression(&random, expression);
                if (schedule_parse(SCHEDULE_CRON, expression, NULL, &schedule, NULL) < 0)
                        continue;
                ck_assert_int_eq(schedule_format(schedule, &text), 0);
                ck_assert_int_eq(schedule_parse(SCHEDULE_CRON, text, NULL, &again, NULL), 0);
                ck_assert_int_eq(schedule_is_interval_like(schedule), schedule_is_interval_like(again));
                for (int j = 0; j < 20; j++) {
                        ck_assert_int_eq(schedule_next(schedule, &context, after, &a), 1);
                        ck_assert_int_eq(schedule_next(again, &context, after, &b), 1);
                        ck_assert_msg(a.due_usec == b.due_usec, "'%s' and '%s'", expression, text);
                        after = a.due_usec;
                }
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("local-search");
        TCase *facts = tcase_create("facts"), *oracle = tcase_create("oracle");

        tcase_add_loop_test(facts, next_knows_the_clock_change, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, facts);

        tcase_set_timeout(oracle, 120);
        tcase_add_loop_test(oracle, random_expressions_agree_with_the_oracle, 0, ARRAY_SIZE(oracle_zones));
        tcase_add_loop_test(oracle, counting_agrees_with_walking, 0, ARRAY_SIZE(oracle_zones));
        tcase_add_test(oracle, random_expressions_survive_their_canonical_form);
        suite_add_tcase(suite, oracle);
        return suite;
}
