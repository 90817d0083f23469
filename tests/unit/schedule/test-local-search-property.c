/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Random local times in real and in made-up zones under each rule, beside a slow oracle that walks through
 * the instants, writes down what the clock shows, and follows the words of the rules.
 */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/local-search.h"
#include "schedule/timetable.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"
#include "util/buffer.h"

#define G SCHEDULE_NOTE_GAP
#define C SCHEDULE_NOTE_COLLAPSED
#define S SCHEDULE_NOTE_SHIFTED
#define FIRST SCHEDULE_NOTE_OVERLAP_FIRST
#define SECOND SCHEDULE_NOTE_OVERLAP_SECOND

/* clang-format off */
static const char *const oracle_zones[] = {
        "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/Sao_Paulo",
        "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "Asia/Tehran", "Africa/Casablanca",
        "Pacific/Chatham", "Antarctica/Troll", "America/Havana", "Africa/Cairo", "Africa/Monrovia", "Asia/Manila",
};
/* clang-format on */

/* --- a pattern that is a list ------------------------------------------------------------------------- */

#define LIST_MAX 6000U

typedef struct LocalList {
        usec_t times[LIST_MAX]; /* rising */
        size_t n_times;
} LocalList;

static size_t first_from(const LocalList *list, usec_t local) {
        size_t low = 0, high = list->n_times;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (list->times[middle] < local)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static bool list_next(const void *data, usec_t from, usec_t *ret) {
        const LocalList *list = data;
        size_t i = first_from(list, from);

        if (i == list->n_times)
                return false;
        *ret = list->times[i];
        return true;
}

static bool list_previous(const void *data, usec_t until, usec_t *ret) {
        const LocalList *list = data;
        size_t i = first_from(list, until + 1);

        if (i == 0)
                return false;
        *ret = list->times[i - 1];
        return true;
}

static uint64_t list_count(const void *data, usec_t from, usec_t until) {
        size_t begin = first_from(data, from), end = first_from(data, until + 1);

        return begin < end ? end - begin : 0;
}

static int compare_usec(const void *a, const void *b) {
        const usec_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static void list_sort(LocalList *list) {
        size_t n = 0;

        qsort(list->times, list->n_times, sizeof(usec_t), compare_usec);
        for (size_t i = 0; i < list->n_times; i++)
                if (n == 0 || list->times[n - 1] != list->times[i])
                        list->times[n++] = list->times[i];
        list->n_times = n;
}

/* Every few minutes or hours, any times, or both; and some that are years away. */
static void random_list(TestRandom *random, usec_t around, LocalList *ret) {
        static const usec_t steps[] = { 7, 15, 30, 60, 90, 720, 1440 };
        int kind = (int) (test_random(random) % 4);
        usec_t step = steps[test_random(random) % ARRAY_SIZE(steps)] * USEC_PER_MINUTE;
        usec_t at = around - 6 * USEC_PER_DAY;

        ret->n_times = 0;
        at -= at % USEC_PER_HOUR;
        for (; kind != 1 && at < around + 8 * USEC_PER_DAY; at += step)
                ret->times[ret->n_times++] = at;
        for (int64_t n = kind == 0 ? 0 : test_random_between(random, 1, 60); n > 0; n--)
                ret->times[ret->n_times++] =
                                around + test_random_between(random, -3 * 86400, 4 * 86400) * USEC_PER_SEC;
        for (int i = 0; i < 4; i++)
                ret->times[ret->n_times++] =
                                test_random_between(random, -5000000000, 9000000000) * USEC_PER_SEC + i;
        list_sort(ret);
}

/* --- the oracle ------------------------------------------------------------------------------------- */

/* What the clock showed: a run of instants without a jump. */
typedef struct Run {
        usec_t begin, end;
        usec_t offset_usec;
} Run;

#define ORACLE_MAX 20000U
#define RUNS_MAX 2000U
#define REACH (4 * USEC_PER_DAY)

typedef struct Oracle {
        Run runs[RUNS_MAX];
        size_t n_runs;
        Occurrence found[ORACLE_MAX];
        size_t n_found;
} Oracle;

static usec_t clock_offset(const TimeZone *zone, usec_t instant) {
        LocalTime local;

        time_zone_to_local(zone, instant, &local);
        return local.offset_seconds * USEC_PER_SEC;
}

/* By minutes; second by second through each in which the clock was set. */
static void oracle_walk(Oracle *oracle, const TimeZone *zone, usec_t begin, usec_t end) {
        usec_t offset = clock_offset(zone, begin);

        oracle->runs[0] = (Run){ begin, end, offset };
        oracle->n_runs = 1;
        for (usec_t at = begin; at < end; at += USEC_PER_MINUTE)
                for (usec_t second = at + USEC_PER_SEC;
                     clock_offset(zone, at + USEC_PER_MINUTE) != offset && second <= at + USEC_PER_MINUTE;
                     second += USEC_PER_SEC) {
                        if (clock_offset(zone, second) == offset)
                                continue;
                        offset = clock_offset(zone, second);
                        oracle->runs[oracle->n_runs - 1].end = second;
                        ck_assert_uint_lt(oracle->n_runs, RUNS_MAX);
                        oracle->runs[oracle->n_runs++] = (Run){ second, end, offset };
                }
}

static void oracle_add(Oracle *oracle, usec_t due, unsigned notes) {
        ck_assert_uint_lt(oracle->n_found, ORACLE_MAX);
        oracle->found[oracle->n_found++] = (Occurrence){ .due_usec = due, .notes = notes, .count = 1 };
}

/* Returns how often the clock showed it. */
static size_t oracle_add_shown(Oracle *oracle, DstOverlap overlap, usec_t local) {
        usec_t instants[RUNS_MAX];
        size_t n = 0;

        for (size_t i = 0; i < oracle->n_runs; i++) {
                usec_t instant = local - oracle->runs[i].offset_usec;

                if (instant >= oracle->runs[i].begin && instant < oracle->runs[i].end)
                        instants[n++] = instant;
        }
        for (size_t i = 0; i < n; i++)
                if (overlap == DST_OVERLAP_BOTH || i == (overlap == DST_OVERLAP_FIRST ? 0 : n - 1))
                        oracle_add(oracle, instants[i], i > 0 ? SECOND : n > 1 ? FIRST : 0);
        return n;
}

static void oracle_add_local(Oracle *oracle, DstRule rule, usec_t local) {
        if (oracle_add_shown(oracle, rule.overlap, local) > 0 || rule.gap == DST_GAP_SKIP)
                return;

        for (size_t i = 1; i < oracle->n_runs; i++) {
                usec_t at = oracle->runs[i].begin, shown = at + oracle->runs[i].offset_usec;
                usec_t length = oracle->runs[i].offset_usec - oracle->runs[i - 1].offset_usec;

                if (local < shown - length || local >= shown)
                        continue;
                if (rule.gap == DST_GAP_RUN)
                        oracle_add(oracle, at, G);
                else
                        oracle_add(oracle, at + (local + length - shown), S);
                return;
        }
}

static int compare_due(const void *a, const void *b) {
        const Occurrence *x = a, *y = b;

        return (x->due_usec > y->due_usec) - (x->due_usec < y->due_usec);
}

/* All occurrences of (after, until], in order, those of one instant as one. */
static void oracle_run(Oracle *oracle, const LocalList *list, DstRule rule, usec_t after, usec_t until) {
        size_t n = 0;

        oracle->n_found = 0;
        for (size_t i = 0; i < list->n_times; i++)
                oracle_add_local(oracle, rule, list->times[i]);
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

static bool is_same(const Occurrence *a, const Occurrence *b) {
        return a->due_usec == b->due_usec && a->notes == b->notes && a->count == b->count;
}

/* Forward and back through the whole window, and all at once. */
static void check_window(
                const char *what,
                const LocalPattern *pattern,
                const TimeZone *zone,
                const Oracle *oracle,
                usec_t after,
                usec_t until) {

        usec_t at = after;
        Occurrence got;
        uint64_t n;

        for (size_t i = 0; i <= oracle->n_found; i++) {
                bool found = local_search_next(pattern, zone, at, &got) > 0 && got.due_usec <= until;

                ck_assert_msg(found == (i < oracle->n_found), "%s: next after %" PRId64, what, at);
                if (!found)
                        break;
                ck_assert_msg(is_same(&got, &oracle->found[i]),
                              "%s: next after %" PRId64 " is %" PRId64 " (%x, %u), not %" PRId64 " (%x, %u)",
                              what, at, got.due_usec, got.notes, got.count, oracle->found[i].due_usec,
                              oracle->found[i].notes, oracle->found[i].count);
                at = got.due_usec;
        }

        at = until + 1;
        for (size_t i = oracle->n_found + 1; i-- > 0;) {
                bool found = local_search_previous(pattern, zone, at, &got) > 0 && got.due_usec > after;

                ck_assert_msg(found == (i > 0), "%s: previous before %" PRId64, what, at);
                if (!found)
                        break;
                ck_assert_msg(is_same(&got, &oracle->found[i - 1]),
                              "%s: previous before %" PRId64 " is %" PRId64, what, at, got.due_usec);
                at = got.due_usec;
        }

        n = local_search_count(pattern, zone, after, until);
        ck_assert_msg(n == oracle->n_found, "%s: %" PRIu64 ", not %zu in %" PRId64 " to %" PRId64, what, n,
                      oracle->n_found, after, until);
}

static void check_all_rules(TestRandom *random, const char *zone_name, const TimeZone *zone, usec_t after) {
        static LocalList list;
        static Oracle oracle;
        usec_t until = after + test_random_between(random, 1, 4 * 86400) * USEC_PER_SEC;
        LocalPattern pattern = {
                .data = &list, .next = list_next, .previous = list_previous, .count = list_count
        };

        random_list(random, after, &list);
        oracle_walk(&oracle, zone, after - REACH, until + REACH);
        for (int gap = DST_GAP_RUN; gap < DST_GAP_COUNT; gap++)
                for (int overlap = DST_OVERLAP_FIRST; overlap < DST_OVERLAP_COUNT; overlap++) {
                        char what[200];

                        pattern.dst = (DstRule){ (DstGap) gap, (DstOverlap) overlap };
                        oracle_run(&oracle, &list, pattern.dst, after, until);
                        (void) snprintf(what, sizeof(what), "%s, %s, %s (JOBSCHED_TEST_SEED=%" PRIu64 ")",
                                        zone_name, dst_gap_to_string((DstGap) gap),
                                        dst_overlap_to_string((DstOverlap) overlap), random->seed);
                        check_window(what, &pattern, zone, &oracle, after, until);
                }
}

static usec_t random_after(TestRandom *random, const TimeZone *zone) {
        usec_t instant = test_random_between(random, -2200000000, 6000000000) * USEC_PER_SEC, begin, end;

        time_zone_span(zone, instant, &begin, &end);
        if (end == USEC_INFINITY || test_random(random) % 4 == 0)
                return instant;
        return end - test_random_between(random, 0, 3 * 86400) * USEC_PER_SEC;
}

START_TEST(real_zones_agree_with_the_oracle) {
        TestRandom random = test_random_new();
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(oracle_zones[_i]);

        random.state += (uint64_t) _i;
        for (int i = 0; zone && i < 12; i++)
                check_all_rules(&random, oracle_zones[_i], zone, random_after(&random, zone));
}
END_TEST

static void add_u32(Buffer *buffer, uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8)
                (void) buffer_add_char(buffer, (char) (value >> shift));
}

#define MADE_UP_TRANSITIONS 60

/* A TZif file whose clock is set back and forth, some times within minutes, by anything up to a day. */
static TimeZone *made_up_zone(TestRandom *random) {
        static const int32_t sizes[] = { 1800, 3600, 3600, 3600, 7200, 12345, 43200, 86400 };
        CLEANUP(buffer_done) Buffer buffer = {};
        TimeZone *zone = NULL;
        uint32_t at = 0;

        (void) buffer_add(&buffer, "TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32);
        add_u32(&buffer, MADE_UP_TRANSITIONS);
        add_u32(&buffer, 8);
        add_u32(&buffer, 4);
        for (int i = 0; i < MADE_UP_TRANSITIONS; i++) {
                at += (uint32_t) test_random_between(random, 120, test_random(random) % 2 ? 7200 : 3 * 86400);
                add_u32(&buffer, at);
        }
        for (int i = 0; i < MADE_UP_TRANSITIONS; i++)
                (void) buffer_add_char(&buffer, (char) (test_random(random) % 8));
        for (int i = 0; i < 8; i++) {
                int32_t offset = sizes[test_random(random) % ARRAY_SIZE(sizes)];

                add_u32(&buffer, (uint32_t) (test_random(random) % 2 ? offset : -offset));
                (void) buffer_add(&buffer, "\0\0", 2);
        }
        (void) buffer_add(&buffer, "ABC", 4);
        ck_assert_int_eq(time_zone_parse("made up", buffer.data, buffer.size, &zone), 0);
        return zone;
}

START_TEST(made_up_zones_agree_with_the_oracle) {
        TestRandom random = test_random_new();

        for (int i = 0; i < 60; i++) {
                CLEANUP(time_zone_unrefp) TimeZone *zone = made_up_zone(&random);

                for (int j = 0; j < 3; j++)
                        check_all_rules(&random, "made up", zone,
                                        test_random_between(&random, -86400, 60 * 86400) * USEC_PER_SEC);
        }
}
END_TEST

/* --- cron, over years ----------------------------------------------------------------------------------- */

static const int field_min[] = { 0, 0, 1, 1, 0 }, field_max[] = { 59, 23, 31, 12, 6 };

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


/* Over years, with both ends at any second. */
START_TEST(counting_agrees_with_walking) {
        TestRandom random = test_random_new();
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(oracle_zones[_i]);
        ScheduleContext context = { .zone = zone };

        for (int i = 0; zone && i < 8; i++) {
                const ScheduleOptions options = { .dst = { (DstGap) (test_random(&random) % DST_GAP_COUNT),
                                                           (DstOverlap) (test_random(&random) %
                                                                         DST_OVERLAP_COUNT) } };
                CLEANUP(schedule_freep) Schedule *schedule = NULL;
                usec_t after = random_after(&random, zone), until;
                char expression[256];
                OccurrenceSpan span;
                Occurrence occurrence;
                uint64_t n = 0;

                random_expression(&random, expression);
                if (schedule_parse(SCHEDULE_CRON, expression, &options, &schedule, NULL) < 0)
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


Suite *test_suite(void) {
        Suite *suite = suite_create("local-search-property");
        TCase *oracle = tcase_create("oracle");

        tcase_set_timeout(oracle, 120);
        tcase_add_loop_test(oracle, real_zones_agree_with_the_oracle, 0, ARRAY_SIZE(oracle_zones));
        tcase_add_test(oracle, made_up_zones_agree_with_the_oracle);
        tcase_add_loop_test(oracle, counting_agrees_with_walking, 0, ARRAY_SIZE(oracle_zones));
        suite_add_tcase(suite, oracle);
        return suite;
}
