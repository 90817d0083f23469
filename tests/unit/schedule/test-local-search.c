/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Known clock changes under each rule. What holds for any zone and time is in test-local-search-property.c.
 */

#include "schedule/local-search.h"

#include <check.h>

#include "schedule/schedule-kind.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define G SCHEDULE_NOTE_GAP
#define C SCHEDULE_NOTE_COLLAPSED
#define S SCHEDULE_NOTE_SHIFTED
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

#define RUN_FIRST { DST_GAP_RUN, DST_OVERLAP_FIRST }
#define RUN_SECOND { DST_GAP_RUN, DST_OVERLAP_SECOND }
#define RUN_BOTH { DST_GAP_RUN, DST_OVERLAP_BOTH }
#define SKIP_FIRST { DST_GAP_SKIP, DST_OVERLAP_FIRST }
#define SKIP_SECOND { DST_GAP_SKIP, DST_OVERLAP_SECOND }
#define SKIP_BOTH { DST_GAP_SKIP, DST_OVERLAP_BOTH }
#define SHIFT_FIRST { DST_GAP_SHIFT, DST_OVERLAP_FIRST }
#define SHIFT_SECOND { DST_GAP_SHIFT, DST_OVERLAP_SECOND }
#define SHIFT_BOTH { DST_GAP_SHIFT, DST_OVERLAP_BOTH }

/* With a rule, in a window (after, until]: all that is due, notes and counts where they are not 0 and 1. */
static const struct {
        const char *expression, *zone;
        DstRule rule;
        const char *after, *until;
        struct {
                const char *due;
                unsigned notes, count;
        } due[5];
} rule_cases[] = {
        /* Berlin, 2026-03-29 02:00 → 03:00 */
        { "30 2 * * *", "Europe/Berlin", RUN_BOTH, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z",
          { { "2026-03-29T01:00:00Z", G, 1 } } },
        { "30 2 * * *", "Europe/Berlin", SKIP_FIRST, "2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z",
          { { "2026-03-28T01:30:00Z", 0, 1 }, { "2026-03-30T00:30:00Z", 0, 1 } } },
        { "30 2 * * *", "Europe/Berlin", SHIFT_FIRST, "2026-03-29T00:00:00Z", "2026-03-30T12:00:00Z",
          { { "2026-03-29T01:30:00Z", S, 1 }, { "2026-03-30T00:30:00Z", 0, 1 } } },
        { "*/30 * * * *", "Europe/Berlin", RUN_BOTH, "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z",
          { { "2026-03-29T00:30:00Z", 0, 1 }, { "2026-03-29T01:00:00Z", G | C, 3 }, { "2026-03-29T01:30:00Z", 0, 1 } } },
        { "*/30 * * * *", "Europe/Berlin", SHIFT_SECOND, "2026-03-29T00:30:00Z", "2026-03-29T02:00:00Z",
          { { "2026-03-29T01:00:00Z", S | C, 2 }, { "2026-03-29T01:30:00Z", S | C, 2 }, { "2026-03-29T02:00:00Z", 0, 1 } } },
        { "15,45 2,3 * * *", "Europe/Berlin", SHIFT_FIRST, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z",
          { { "2026-03-29T01:15:00Z", S | C, 2 }, { "2026-03-29T01:45:00Z", S | C, 2 } } },
        { "0 2 * * *", "Europe/Berlin", SHIFT_FIRST, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z",
          { { "2026-03-29T01:00:00Z", S, 1 }, { "2026-03-30T00:00:00Z", 0, 1 } } },

        /* Berlin, 2026-10-25 03:00 → 02:00 */
        { "30 2 * * *", "Europe/Berlin", RUN_SECOND, "2026-10-24T12:00:00Z", "2026-10-26T02:00:00Z",
          { { "2026-10-25T01:30:00Z", SECOND, 1 }, { "2026-10-26T01:30:00Z", 0, 1 } } },
        { "30 2 * * *", "Europe/Berlin", SKIP_BOTH, "2026-10-24T12:00:00Z", "2026-10-26T02:00:00Z",
          { { "2026-10-25T00:30:00Z", FIRST, 1 }, { "2026-10-25T01:30:00Z", SECOND, 1 }, { "2026-10-26T01:30:00Z", 0, 1 } } },
        { "*/30 1-3 * * *", "Europe/Berlin", SKIP_FIRST, "2026-10-24T23:00:00Z", "2026-10-25T02:00:00Z",
          { { "2026-10-24T23:30:00Z", 0, 1 }, { "2026-10-25T00:00:00Z", FIRST, 1 }, { "2026-10-25T00:30:00Z", FIRST, 1 }, { "2026-10-25T02:00:00Z", 0, 1 } } },
        { "*/30 1-3 * * *", "Europe/Berlin", SKIP_SECOND, "2026-10-24T23:00:00Z", "2026-10-25T02:00:00Z",
          { { "2026-10-24T23:30:00Z", 0, 1 }, { "2026-10-25T01:00:00Z", SECOND, 1 }, { "2026-10-25T01:30:00Z", SECOND, 1 }, { "2026-10-25T02:00:00Z", 0, 1 } } },

        /* New York, 2026-03-08 02:00 → 03:00 and 2026-11-01 02:00 → 01:00 */
        { "30 2 * * *", "America/New_York", SHIFT_FIRST, "2026-03-08T05:00:00Z", "2026-03-09T05:00:00Z",
          { { "2026-03-08T07:30:00Z", S, 1 } } },
        { "0,59 2 * * *", "America/New_York", RUN_SECOND, "2026-03-08T05:00:00Z", "2026-03-09T05:00:00Z",
          { { "2026-03-08T07:00:00Z", G | C, 2 } } },
        { "30 1 * * *", "America/New_York", SHIFT_SECOND, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z",
          { { "2026-11-01T06:30:00Z", SECOND, 1 } } },
        { "30 1 * * *", "America/New_York", SHIFT_BOTH, "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z",
          { { "2026-11-01T05:30:00Z", FIRST, 1 }, { "2026-11-01T06:30:00Z", SECOND, 1 } } },

        /* Lord Howe, half an hour: 2026-10-04 02:00 → 02:30 and 2026-04-05 02:00 → 01:30 */
        { "15 2 * * *", "Australia/Lord_Howe", SHIFT_FIRST, "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z",
          { { "2026-10-03T15:45:00Z", S, 1 } } },
        { "15,45 2 * * *", "Australia/Lord_Howe", SHIFT_FIRST, "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z",
          { { "2026-10-03T15:45:00Z", S | C, 2 } } },
        { "*/15 2 * * *", "Australia/Lord_Howe", SKIP_BOTH, "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z",
          { { "2026-10-03T15:30:00Z", 0, 1 }, { "2026-10-03T15:45:00Z", 0, 1 } } },
        { "45 1 * * *", "Australia/Lord_Howe", RUN_SECOND, "2026-04-04T12:00:00Z", "2026-04-05T12:00:00Z",
          { { "2026-04-04T15:15:00Z", SECOND, 1 } } },

        /* Apia had no 2011-12-30 */
        { "0 12 * * *", "Pacific/Apia", RUN_FIRST, "2011-12-29T12:00:00Z", "2012-01-01T00:00:00Z",
          { { "2011-12-29T22:00:00Z", 0, 1 }, { "2011-12-30T10:00:00Z", G, 1 }, { "2011-12-30T22:00:00Z", 0, 1 }, { "2011-12-31T22:00:00Z", 0, 1 } } },
        { "0 12 * * *", "Pacific/Apia", SKIP_SECOND, "2011-12-29T12:00:00Z", "2012-01-01T00:00:00Z",
          { { "2011-12-29T22:00:00Z", 0, 1 }, { "2011-12-30T22:00:00Z", 0, 1 }, { "2011-12-31T22:00:00Z", 0, 1 } } },
        { "0 12 * * *", "Pacific/Apia", SHIFT_BOTH, "2011-12-29T12:00:00Z", "2012-01-01T00:00:00Z",
          { { "2011-12-29T22:00:00Z", 0, 1 }, { "2011-12-30T22:00:00Z", S | C, 2 }, { "2011-12-31T22:00:00Z", 0, 1 } } },
        { "0 12 30 12 *", "Pacific/Apia", SHIFT_FIRST, "2011-12-01T00:00:00Z", "2012-12-31T00:00:00Z",
          { { "2011-12-30T22:00:00Z", S, 1 }, { "2012-12-29T22:00:00Z", 0, 1 } } },
        { "0 12 30 12 *", "Pacific/Apia", SKIP_FIRST, "2011-12-01T00:00:00Z", "2012-12-31T00:00:00Z",
          { { "2012-12-29T22:00:00Z", 0, 1 } } },

        /* Dublin: the winter is "daylight saving", with a negative amount */
        { "30 1 * * *", "Europe/Dublin", SHIFT_FIRST, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z",
          { { "2026-03-29T01:30:00Z", S, 1 } } },
        { "30 1 * * *", "Europe/Dublin", SKIP_SECOND, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z",
          { { "2026-10-25T01:30:00Z", SECOND, 1 } } },

        /* London, 1941-05-04 02:00 BST → 03:00 BDST and 1941-08-10 03:00 BDST → 02:00 BST */
        { "30 2 * * *", "Europe/London", SHIFT_FIRST, "1941-05-03T12:00:00Z", "1941-05-04T12:00:00Z",
          { { "1941-05-04T01:30:00Z", S, 1 } } },
        { "30 2 * * *", "Europe/London", SHIFT_BOTH, "1941-08-09T12:00:00Z", "1941-08-10T12:00:00Z",
          { { "1941-08-10T00:30:00Z", FIRST, 1 }, { "1941-08-10T01:30:00Z", SECOND, 1 } } },

        /* Casablanca: Ramadan is an hour back, 2026-02-15 03:00 → 02:00 and 2026-03-22 02:00 → 03:00 */
        { "30 2 * * *", "Africa/Casablanca", RUN_SECOND, "2026-02-14T12:00:00Z", "2026-02-15T12:00:00Z",
          { { "2026-02-15T02:30:00Z", SECOND, 1 } } },
        { "30 2 * * *", "Africa/Casablanca", SHIFT_SECOND, "2026-03-21T12:00:00Z", "2026-03-22T12:00:00Z",
          { { "2026-03-22T02:30:00Z", S, 1 } } },

        /* Troll: two hours, 2026-03-29 01:00 → 03:00 and 2026-10-25 03:00 → 01:00 */
        { "0,30 1,2 * * *", "Antarctica/Troll", RUN_FIRST, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z",
          { { "2026-03-29T01:00:00Z", G | C, 4 } } },
        { "30 1,3 * * *", "Antarctica/Troll", SHIFT_FIRST, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z",
          { { "2026-03-29T01:30:00Z", S | C, 2 } } },
        { "30 1,2 * * *", "Antarctica/Troll", SKIP_SECOND, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z",
          { { "2026-10-25T01:30:00Z", SECOND, 1 }, { "2026-10-25T02:30:00Z", SECOND, 1 } } },
        { "30 1,2 * * *", "Antarctica/Troll", SKIP_BOTH, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z",
          { { "2026-10-24T23:30:00Z", FIRST, 1 }, { "2026-10-25T00:30:00Z", FIRST, 1 }, { "2026-10-25T01:30:00Z", SECOND, 1 }, { "2026-10-25T02:30:00Z", SECOND, 1 } } },
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

START_TEST(all_that_a_rule_makes_due) {
        const ScheduleOptions options = { .dst = rule_cases[_i].rule };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(rule_cases[_i].zone);
        ScheduleContext context = { .zone = zone };
        usec_t after = test_usec(rule_cases[_i].after), until = test_usec(rule_cases[_i].until);
        Occurrence occurrence;
        char buffer[TIMESTAMP_MAX];
        size_t n = 0;

        if (!zone)
                return;
        ck_assert_int_eq(
                        schedule_parse(SCHEDULE_CRON, rule_cases[_i].expression, &options, &schedule, NULL),
                        0);

        for (usec_t at = after; schedule_next(schedule, &context, at, &occurrence) > 0; n++) {
                if (occurrence.due_usec > until)
                        break;
                ck_assert_ptr_nonnull(rule_cases[_i].due[n].due);
                ck_assert_str_eq(test_timestamp(occurrence.due_usec, buffer), rule_cases[_i].due[n].due);
                ck_assert_uint_eq(occurrence.notes, rule_cases[_i].due[n].notes);
                ck_assert_uint_eq(occurrence.count, rule_cases[_i].due[n].count);
                at = occurrence.due_usec;
        }
        ck_assert(n == ARRAY_SIZE(rule_cases[_i].due) || !rule_cases[_i].due[n].due);
        ck_assert_uint_eq(schedule_count(schedule, &context, after, until), n);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("local-search");
        TCase *facts = tcase_create("facts");

        tcase_add_loop_test(facts, next_knows_the_clock_change, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(facts, all_that_a_rule_makes_due, 0, ARRAY_SIZE(rule_cases));
        suite_add_tcase(suite, facts);
        return suite;
}
