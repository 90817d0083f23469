/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The search in local time. What zones do to it is in test-local-search. */

#include <check.h>

#include "schedule/cron.h"
#include "support/test-support.h"
#include "support/test-time.h"

/* clang-format off */
static const struct {
        const char *expression, *from, *next; /* both as if UTC; NULL: none */
} next_cases[] = {
        { "30 2 * * *",      "2026-01-01T02:30:00Z",   "2026-01-01T02:30:00Z" }, /* not earlier than */
        { "30 2 * * *",      "2026-01-01T02:30:00.5Z", "2026-01-02T02:30:00Z" },
        { "59 23 31 12 *",   "2026-12-31T23:59:00.000001Z", "2027-12-31T23:59:00Z" },
        { "*/20 * * * *",    "2026-01-01T02:40:01Z",   "2026-01-01T03:00:00Z" },
        { "15 6,18 * * *",   "2026-01-01T06:16:00Z",   "2026-01-01T18:15:00Z" },
        { "0 22-6 * * *",    "2026-01-01T06:01:00Z",   "2026-01-01T22:00:00Z" },
        { "0 0 31 * *",      "2026-02-01T00:00:00Z",   "2026-03-31T00:00:00Z" },
        { "0 0 29 2 *",      "2026-03-01T00:00:00Z",   "2028-02-29T00:00:00Z" },
        { "0 0 29 2 *",      "2096-03-01T00:00:00Z",   "2104-02-29T00:00:00Z" }, /* 2100 has none */
        { "0 0 29 2 1",      "2026-02-23T00:00:01Z",   "2027-02-01T00:00:00Z" }, /* either day */
        { "0 0 1 * 1",       "2026-01-02T00:00:00Z",   "2026-01-05T00:00:00Z" },
        { "0 0 */10 * 1",    "2026-01-01T00:00:00Z",   "2026-05-11T00:00:00Z" }, /* both: a star begins */
        { "0 0 1 * */2",     "2026-02-01T00:00:01Z",   "2026-03-01T00:00:00Z" },
        { "0 0 29-31/40 2 */6", "2026-01-01T00:00:00Z", "2032-02-29T00:00:00Z" }, /* both: a Sunday or Saturday */
        { "0 0 * * 7",       "2026-03-23T00:00:00Z",   "2026-03-29T00:00:00Z" },
        { "0 0 * * fri-mon", "2026-03-24T00:00:00Z",   "2026-03-27T00:00:00Z" },
        { "0 0 1 1 *",       "1900-06-01T00:00:00Z",   "1901-01-01T00:00:00Z" },
        { "0 0 1 1 *",       "9999-01-01T00:00:01Z",   NULL },
        { "* * * * *",       "9999-12-31T23:59:00.1Z", NULL },

        /* seconds */
        { "15 30 2 * * *",       "2026-01-01T02:30:15Z",   "2026-01-01T02:30:15Z" },
        { "15 30 2 * * *",       "2026-01-01T02:30:15.1Z", "2026-01-02T02:30:15Z" },
        { "*/20 * * * * *",      "2026-01-01T02:30:41Z",   "2026-01-01T02:31:00Z" },
        { "*/20 30 * * * *",     "2026-01-01T02:30:41Z",   "2026-01-01T03:30:00Z" },
        { "5 0 0 * * *",         "2026-01-01T23:59:59Z",   "2026-01-02T00:00:05Z" },
        { "* * * * * *",         "2026-12-31T23:59:59.5Z", "2027-01-01T00:00:00Z" },
        { "59 59 23 31 12 *",    "2026-12-31T23:59:59Z",   "2026-12-31T23:59:59Z" },

        /* years */
        { "0 0 0 1 1 * 2030",    "2026-01-01T00:00:00Z",   "2030-01-01T00:00:00Z" },
        { "0 0 0 1 1 * 2030",    "1000-01-01T00:00:00Z",   "2030-01-01T00:00:00Z" },
        { "0 0 0 1 1 * 2030",    "2030-01-01T00:00:00Z",   "2030-01-01T00:00:00Z" },
        { "0 0 0 1 1 * 2030",    "2030-01-01T00:00:01Z",   NULL },
        { "0 0 0 1 1 * 1970",    "2026-01-01T00:00:00Z",   NULL },
        { "0 0 0 1 1 * 2199",    "2199-01-01T00:00:01Z",   NULL },
        { "0 0 0 1 1 * *",       "2199-01-01T00:00:01Z",   "2200-01-01T00:00:00Z" },
        { "0 0 0 29 2 * */3",    "2026-01-01T00:00:00Z",   "2036-02-29T00:00:00Z" },

        /* the days that only the shape of a month tells */
        { "0 0 L * *",           "2028-02-01T00:00:00Z",   "2028-02-29T00:00:00Z" },
        { "0 0 LW * *",          "2026-05-30T00:00:00Z",   "2026-06-30T00:00:00Z" },
        { "0 0 31W * *",         "2026-06-01T00:00:00Z",   "2026-07-31T00:00:00Z" },
        { "0 0 * * mon#5",       "2026-04-01T00:00:00Z",   "2026-06-29T00:00:00Z" },
        { "0 0 */28 2 mon#5",    "2026-01-01T00:00:00Z",   "2044-02-29T00:00:00Z" },
        { "0 0 */28 2 mon#5",    "2072-03-01T00:00:00Z",   "2112-02-29T00:00:00Z" }, /* 40 years */
        { "0 0 */28 2 sat#5",    "8888-01-01T00:00:00Z",   "8916-02-29T00:00:00Z" },
};

static const struct {
        const char *expression, *until, *previous;
} previous_cases[] = {
        { "30 2 * * *",    "2026-01-01T02:30:00Z", "2026-01-01T02:30:00Z" }, /* not later than */
        { "30 2 * * *",    "2026-01-01T02:29:59Z", "2025-12-31T02:30:00Z" },
        { "15 6,18 * * *", "2026-01-01T18:14:00Z", "2026-01-01T06:15:00Z" },
        { "15 6,18 * * *", "2026-01-01T17:20:00Z", "2026-01-01T06:15:00Z" },
        { "0 0 31 * *",    "2026-03-30T00:00:00Z", "2026-01-31T00:00:00Z" },
        { "0 0 29 2 *",    "2104-02-28T00:00:00Z", "2096-02-29T00:00:00Z" },
        { "59 23 31 12 *", "2026-12-31T23:58:00Z", "2025-12-31T23:59:00Z" },
        { "0 0 1 1 *",     "1900-06-01T00:00:00Z", "1900-01-01T00:00:00Z" },
        { "0 0 1 3 *",     "0001-01-01T00:00:00Z", NULL },
        { "15 30 2 * * *", "2026-01-01T02:30:15Z", "2026-01-01T02:30:15Z" },
        { "15 30 2 * * *", "2026-01-01T02:30:14.9Z", "2025-12-31T02:30:15Z" },
        { "*/20 30 * * * *", "2026-01-01T02:29:59Z", "2026-01-01T01:30:40Z" },
        { "0 0 0 1 1 * 2030", "9999-12-31T23:59:59Z", "2030-01-01T00:00:00Z" },
        { "0 0 0 1 1 * 2030", "2029-12-31T23:59:59Z", NULL },
        { "0 0 0 1 1 * */2",  "1969-12-31T23:59:59Z", NULL },
        { "0 0 */28 2 mon#5", "2112-02-28T00:00:00Z", "2072-02-29T00:00:00Z" },
        { "0 0 LW * *",       "2026-06-29T00:00:00Z", "2026-05-29T00:00:00Z" },
};

static const struct {
        const char *expression, *from, *until; /* both inclusive */
        uint64_t n;
} count_cases[] = {
        { "30 2 * * *",       "2026-01-01T02:30:00Z", "2026-01-03T02:30:00Z", 3 },
        { "30 2 * * *",       "2026-01-01T02:30:01Z", "2026-01-03T02:29:59Z", 1 },
        { "*/10 * * * * *",   "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", 7 },
        { "*/10 * * * * *",   "2026-01-01T00:00:01Z", "2026-01-01T00:00:09Z", 0 },
        { "* * * * * *",      "2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z", 31536000 },
        { "5,7 3 4 * * *",    "2026-01-01T04:03:06Z", "2026-01-02T04:03:06Z", 2 },
        { "0 0 0 29 2 * 2028-2040", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 4 },
        { "0 0 * * mon#5",    "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", 4 },
        { "0 0 1 1 *",        "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", 9999 },
        { "0 0 1 1 *",        "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", 0 },
};
/* clang-format on */

static Schedule *parse(const char *expression) {
        const ScheduleOptions options = {};
        Schedule *schedule = NULL;
        ScheduleError error;

        ck_assert_msg(cron_parse(expression, &options, &schedule, &error) == 0, "%s", expression);
        return schedule;
}

static void check_time(const char *expression, bool found, usec_t time, const char *expected) {
        char buffer[TIMESTAMP_MAX];

        ck_assert_msg(found == (expected != NULL), "'%s': %d", expression, found);
        if (expected)
                ck_assert_str_eq(test_timestamp(time, buffer), expected);
}

START_TEST(next_is_the_first_that_is_not_earlier) {
        CLEANUP(schedule_freep) Schedule *schedule = parse(next_cases[_i].expression);
        usec_t next = 0;
        bool found = cron_pattern_next(schedule, test_usec(next_cases[_i].from), &next);

        check_time(next_cases[_i].expression, found, next, next_cases[_i].next);
}
END_TEST

START_TEST(previous_is_the_last_that_is_not_later) {
        CLEANUP(schedule_freep) Schedule *schedule = parse(previous_cases[_i].expression);
        usec_t previous = 0;
        bool found = cron_pattern_previous(schedule, test_usec(previous_cases[_i].until), &previous);

        check_time(previous_cases[_i].expression, found, previous, previous_cases[_i].previous);
}
END_TEST

START_TEST(the_ends_of_time_are_no_trouble) {
        CLEANUP(schedule_freep) Schedule *schedule = parse("0 0 1 1 *");
        usec_t time;

        ck_assert(cron_pattern_next(schedule, INT64_MIN + 1, &time));
        ck_assert(!cron_pattern_next(schedule, INT64_MAX, &time));
        ck_assert(cron_pattern_previous(schedule, INT64_MAX, &time));
        ck_assert(!cron_pattern_previous(schedule, INT64_MIN + 1, &time));
}
END_TEST

START_TEST(counting_is_as_exact_as_walking) {
        CLEANUP(schedule_freep) Schedule *schedule = parse(count_cases[_i].expression);
        usec_t from = test_usec(count_cases[_i].from), until = test_usec(count_cases[_i].until);

        ck_assert_uint_eq(cron_pattern_count(schedule, from, until), count_cases[_i].n);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-next");
        TCase *search = tcase_create("search");

        tcase_add_loop_test(search, next_is_the_first_that_is_not_earlier, 0, ARRAY_SIZE(next_cases));
        tcase_add_loop_test(search, previous_is_the_last_that_is_not_later, 0, ARRAY_SIZE(previous_cases));
        tcase_add_loop_test(search, counting_is_as_exact_as_walking, 0, ARRAY_SIZE(count_cases));
        tcase_add_test(search, the_ends_of_time_are_no_trouble);
        suite_add_tcase(suite, search);
        return suite;
}
