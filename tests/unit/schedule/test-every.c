/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <errno.h>
#include <string.h>

#include "schedule/schedule.h"
#include "support/test-random.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define ANCHOR "2026-01-01T00:00:10Z"

/* clang-format off */
static const struct {
        const char *period, *start, *zone, *at, *next, *previous;
} cases[] = {
        /* without a start the first is one period after the anchor */
        { "90s", NULL, "UTC", "2020-01-01T00:00:00Z", "2026-01-01T00:01:40Z", NULL },
        { "90s", NULL, "UTC", ANCHOR,                 "2026-01-01T00:01:40Z", NULL },
        { "90s", NULL, "UTC", "2026-01-01T00:01:40Z", "2026-01-01T00:03:10Z", NULL },
        { "90s", NULL, "UTC", "2026-01-01T00:01:41Z", "2026-01-01T00:03:10Z", "2026-01-01T00:01:40Z" },
        { "1d",  NULL, "UTC", "2126-01-01T00:00:00Z", "2126-01-01T00:00:10Z", "2125-12-31T00:00:10Z" },

        /* with one it is the start itself */
        { "1h", "2026-06-01T12:30:00Z",      "UTC", "2026-01-01T00:00:00Z", "2026-06-01T12:30:00Z", NULL },
        { "1h", "2026-06-01T12:30:00Z",      "UTC", "2026-06-01T12:30:00Z", "2026-06-01T13:30:00Z", NULL },
        { "1h", "2026-06-01T12:30:00Z",      "UTC", "2026-06-01T12:30:01Z", "2026-06-01T13:30:00Z", "2026-06-01T12:30:00Z" },
        { "1h", "2026-06-01T12:30:00+02:00", "UTC", "2026-01-01T00:00:00Z", "2026-06-01T10:30:00Z", NULL },

        /* a start without an offset is in the zone; elapsed time knows no daylight saving */
        { "1d", "2026-03-28T02:30:00",       "Europe/Berlin", "2026-01-01T00:00:00Z", "2026-03-28T01:30:00Z", NULL },
        { "1d", "2026-03-28T02:30:00",       "Europe/Berlin", "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", NULL },
        { "1d", "2026-03-29T02:30:00",       "Europe/Berlin", "2026-01-01T00:00:00Z", "2026-03-29T01:00:00Z", NULL },

        { "500ms", "1970-01-01T00:00:00Z",   "UTC", "2026-01-01T00:00:00.2Z", "2026-01-01T00:00:00.500000Z", "2026-01-01T00:00:00Z" },
        { "1h", "9999-12-31T23:30:00Z",      "UTC", "9999-12-31T23:30:00Z", NULL, NULL },
};

static const struct {
        const char *text, *reason;
} invalid_cases[] = {
        { "0",        "the span is 0" },
        { "0s",       "the span is 0" },
        { "10us",     "too short" },
        { "infinity", "never comes round" },
        { "1month",   "no fixed length" },
        { "1y 2d",    "no fixed length" },
        { "-5s",      "negative or too long" },
        { "soon",     "not a span" },
};

static const struct {
        const char *text, *canonical, *description;
} text_cases[] = {
        { "90s",       "1min 30s", "every 90 seconds" },
        { "15min",     "15min",    "every 15 minutes" },
        { "60",        "1min",     "every minute" },
        { "24h",       "1d",       "every day" },
        { "1.5h",      "1h 30min", "every 90 minutes" },
        { "2w",        "14d",      "every 2 weeks" },
        { "1s 500ms",  "1s 500ms", "every 1s 500ms" },
};
/* clang-format on */

static void check_time(bool found, usec_t time, const char *expected) {
        char buffer[TIMESTAMP_MAX];

        ck_assert_int_eq(found, expected != NULL);
        if (expected)
                ck_assert_str_eq(test_timestamp(time, buffer), expected);
}

START_TEST(the_grid_begins_at_its_anchor) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone(cases[_i].zone);
        ScheduleContext context = { .zone = zone, .anchor_usec = test_usec(ANCHOR) };
        usec_t at = test_usec(cases[_i].at);
        Occurrence occurrence = {};
        ScheduleOptions options = {};
        Timestamp start;
        int r;

        if (!zone)
                return;

        if (cases[_i].start) {
                ck_assert_int_eq(timestamp_parse(cases[_i].start, &start), 0);
                options.start = &start;
        }
        ck_assert_int_eq(schedule_parse(SCHEDULE_EVERY, cases[_i].period, &options, &schedule, NULL), 0);
        ck_assert(schedule_is_interval_like(schedule));

        r = schedule_next(schedule, &context, at, &occurrence);
        check_time(r > 0, occurrence.due_usec, cases[_i].next);
        r = schedule_previous(schedule, &context, at, &occurrence);
        check_time(r > 0, occurrence.due_usec, cases[_i].previous);
}
END_TEST

START_TEST(a_million_periods_later_nothing_has_drifted) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleContext context = { .zone = time_zone_utc(), .anchor_usec = 17 };
        Occurrence occurrence;

        ck_assert_int_eq(schedule_parse(SCHEDULE_EVERY, "7s 3ms", NULL, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_next(schedule, &context, 17 + 1000000 * (usec_t) 7003000, &occurrence), 1);
        ck_assert_int_eq(occurrence.due_usec, 17 + 1000001 * (usec_t) 7003000);
}
END_TEST

START_TEST(the_ends_of_time_are_no_trouble) {
        static const usec_t ends[] = { INT64_MIN, INT64_MIN + 1, 0, INT64_MAX - 1, INT64_MAX };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        Occurrence occurrence;

        ck_assert_int_eq(schedule_parse(SCHEDULE_EVERY, "200000w", NULL, &schedule, NULL), 0);
        for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
                for (size_t j = 0; j < ARRAY_SIZE(ends); j++) {
                        ScheduleContext context = { .zone = time_zone_utc(), .anchor_usec = ends[j] };

                        if (schedule_next(schedule, &context, ends[i], &occurrence) > 0)
                                ck_assert_int_gt(occurrence.due_usec, ends[i]);
                        if (schedule_previous(schedule, &context, ends[i], &occurrence) > 0)
                                ck_assert_int_lt(occurrence.due_usec, ends[i]);
                }
}
END_TEST

START_TEST(spans_that_make_no_grid_are_refused) {
        Schedule *schedule = NULL;
        ScheduleError error;

        ck_assert_int_eq(
                        schedule_parse(SCHEDULE_EVERY, invalid_cases[_i].text, NULL, &schedule, &error),
                        -EINVAL);
        ck_assert_msg(strstr(error.reason, invalid_cases[_i].reason), "'%s': %s", invalid_cases[_i].text,
                      error.reason);
}
END_TEST

START_TEST(a_period_as_text) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *description = NULL;

        ck_assert_int_eq(schedule_parse(SCHEDULE_EVERY, text_cases[_i].text, NULL, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        ck_assert_str_eq(text, text_cases[_i].canonical);
        ck_assert_int_eq(schedule_describe(schedule, &description), 0);
        ck_assert_str_eq(description, text_cases[_i].description);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("every");
        TCase *every = tcase_create("every");

        tcase_add_loop_test(every, the_grid_begins_at_its_anchor, 0, ARRAY_SIZE(cases));
        tcase_add_test(every, a_million_periods_later_nothing_has_drifted);
        tcase_add_test(every, the_ends_of_time_are_no_trouble);
        tcase_add_loop_test(every, spans_that_make_no_grid_are_refused, 0, ARRAY_SIZE(invalid_cases));
        tcase_add_loop_test(every, a_period_as_text, 0, ARRAY_SIZE(text_cases));
        suite_add_tcase(suite, every);
        return suite;
}
