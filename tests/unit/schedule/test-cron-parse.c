/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/cron.h"
#include "support/test-support.h"
#include "util/cleanup.h"

static const ScheduleOptions defaults = {};

/* clang-format off */
static const struct {
        const char *text, *canonical;
        bool interval_like;
} valid_cases[] = {
        { "* * * * *",             "* * * * *",        true },
        { "30 2 * * *",            "30 2 * * *",       false },
        { "  30\t2  * *  * ",      "30 2 * * *",       false },
        { "007 02 * * *",          "7 2 * * *",        false },
        { "0,30 2 * * *",          "0,30 2 * * *",     false },
        { "*/15 2 * * *",          "*/15 2 * * *",     true },
        { "5/15 2 * * *",          "5/15 2 * * *",     true },
        { "0 */2 * * *",           "0 */2 * * *",      true },
        { "0 9-17 * * *",          "0 9-17 * * *",     true },
        { "0 9-9 * * *",           "0 9-9 * * *",      true },
        { "0 22-6 * * *",          "0 22-6 * * *",     true },
        { "0 2,9-17/4 * * *",      "0 2,9-17/4 * * *", true },
        { "0 0 */2 */3 */2",       "0 0 */2 */3 */2",  false }, /* only minute and hour count */
        { "0 0 * JAN,mar Mon-FRI", "0 0 * 1,3 1-5",    false },
        { "0 0 * january sunday",  "0 0 * 1 0",        false },
        { "0 0 * may may-sat",     NULL,               false }, /* a month is no weekday */
        { "0 0 * * fri-mon",       "0 0 * * 5-1",      false },
        { "0 0 * * 7",             "0 0 * * 0",        false },
        { "0 0 * * 5-7",           "0 0 * * 5-7",      false },
        { "0 0 * * 7-2",           "0 0 * * 0-2",      false },
        { "0 0 * * 7-7",           "0 0 * * 7-7",      false },
        { "0 0 * * 7/2",           "0 0 * * 0/2",      false },
        { "0 0 25-5 nov-feb *",    "0 0 25-5 11-2 *",  false },
        { "0 0 29 2 *",            "0 0 29 2 *",       false },
        { "0 0 30 2 1",            "0 0 30 2 1",       false }, /* the Mondays come */
        { "0 30 2 * * *",          "30 2 * * *",       false }, /* six fields: a second first */
        { "00 30 2 * * *",         "30 2 * * *",       false },
        { "15 30 2 * * *",         "15 30 2 * * *",    false },
        { "0,0 30 2 * * *",        "0,0 30 2 * * *",   false },
        { "* 30 2 * * *",          "* 30 2 * * *",     true },
        { "*/5 30 2 * * *",        "*/5 30 2 * * *",   true },
        { "0-0 30 2 * * *",        "0-0 30 2 * * *",   true },
        { "0/15 30 2 * * *",       "0/15 30 2 * * *",  true },
        { "0 30 2 * * * *",        "30 2 * * *",       false }, /* seven: a year last */
        { "0 0 0 1 1 * 2026",      "0 0 0 1 1 * 2026", false },
        { "0 0 0 1 1 * 2026-2030/2", "0 0 0 1 1 * 2026-2030/2", false },
        { "0 0 0 1 1 ? 2026/4,2027", "0 0 0 1 1 * 2026/4,2027", false },
        { "0 0 0 29 2 * */2",      "0 0 0 29 2 * */2", false },
        { "0 0 12 1 * ? *",        "0 12 1 * *",       false },
        { "? ? ? ? ?",             "* * * * *",        true },
        { "?/15 2 * * *",          "*/15 2 * * *",     true },
        { "@yearly",               "0 0 1 1 *",        false },
        { "@annually",             "0 0 1 1 *",        false },
        { "@monthly",              "0 0 1 * *",        false },
        { "@weekly",               "0 0 * * 0",        false },
        { "@daily",                "0 0 * * *",        false },
        { "@midnight",             "0 0 * * *",        false },
        { "@hourly",               "0 * * * *",        true },
        { "@Daily",                "0 0 * * *",        false },
};

static const struct {
        const char *text;
        size_t offset;
        const char *reason; /* a part of it */
} invalid_cases[] = {
        { "61 * * * *",         0,  "minute 61 is out of range: 0 to 59" },
        { "0 24 * * *",         2,  "hour 24 is out of range: 0 to 23" },
        { "0 0 0 * *",          4,  "day of the month 0" },
        { "0 0 32 * *",         4,  "day of the month 32" },
        { "0 0 * 13 *",         6,  "month 13" },
        { "0 0 * * 8",          8,  "day of the week 8" },
        { "  0 0 * * 8",        10, "day of the week 8" },
        { "0,5,60 * * * *",     4,  "minute 60" },
        { "0 0-24 * * *",       4,  "hour 24" },
        { "99999999999 * * * *", 0, "too large" },
        { "0 0 30 2 *",         4,  "February has no day 30" },
        { "0 0 31 4,6,9,11 *",  4,  "none of the months has a day 31" },
        { "0 0 30-31 feb */2",  4,  "February has no day 30" },
        { "*/0 * * * *",        2,  "step of 0" },
        { "*/ * * * *",         2,  "step is missing" },
        { "*/x * * * *",        2,  "step is missing" },
        { "*/1000 * * * *",     2,  "step 1000 is too large" },
        { "*/5/5 * * * *",      3,  "has no meaning" },
        { "5- * * * *",         2,  "a value is missing" },
        { "-5 * * * *",         0,  "'-' has no meaning" },
        { ",5 * * * *",         0,  "',' has no meaning" },
        { "5, * * * *",         2,  "a value is missing" },
        { "1.5 * * * *",        1,  "'.' has no meaning" },
        { "*5 * * * *",         1,  "has no meaning" },
        { "1-5-9 * * * *",      3,  "has no meaning" },
        { "0 0 * janury *",     6,  "did you mean 'January'?" },
        { "0 0 * jna *",        6,  "did you mean 'jan'?" },
        { "0 0 * * mno",        8,  "did you mean 'mon'?" },
        { "0 0 * mon *",        6,  "'mon' has no meaning here: 1 to 12 or jan to dec" },
        { "mon * * * *",        0,  "'mon' has no meaning here: 0 to 59" },
        { "0 0 * * \xc3\xa4",   8,  "a character that no cron expression has" },
        { "0 0 1 1 * 2026",     10, "a year needs 7 fields" },
        { "0 0 1 1 * 2026-2028", 10, "a year needs 7 fields" },
        { "0 0 1 1 * 2026/2",   10, "a year needs 7 fields" },
        { "0 0 0 1 1 * 1969",   12, "year 1969 is out of range: 1970 to 2199" },
        { "0 0 0 1 1 * 2200",   12, "year 2200 is out of range" },
        { "0 0 0 1 1 * 2030-2026", 12, "a range of years cannot wrap" },
        { "0 0 0 30 2 * 2026",  6,  "February has no day 30" },
        { "0 0 0 29 2 * 2026,2027", 13, "none of the years has such a day" },
        { "60 0 0 1 1 *",       0,  "second 60 is out of range" },
        { "0 0 0 1 1 * 2026 *", 17, "expected 5 fields (minute, hour, day of the month, month, day of the week), 6 (a second first) or 7 (a year last), got 8" },
        { "* * * *",            7,  "got 4" },
        { "*",                  1,  "got 1" },
        { "@daly",              0,  "did you mean '@daily'?" },
        { "@",                  0,  "is no macro" },
        { "@daily 5",           7,  "nothing may follow" },
        { "@every",             6,  "not a span" },
        { "@every 0",           7,  "the span is 0" },
        { "@every 1month",      7,  "no fixed length" },
};

static const struct {
        const char *text;
        bool warned;
} warning_cases[] = {
        { "*/15 * * * *", false },
        { "*/7 * * * *",  true },
        { "*/90 * * * *", true },
        { "0-29/30 * * * *", true },
        { "0-30/30 * * * *", false },
        { "50/30 * * * *", true },
        { "9-9/1 * * * *", false },
        { "H/7 * * * *",  true },
        { "H/15 * * * *", false },
        { "*/7 0 * * * *", true },
        { "0 0 0 1 1 * 2020", false }, /* the caller knows the time */
        { "0 */5 * * *",  true },
        { "0 0 */2 * *",  false },
        { "5-20/4 * * * *", false },
};
/* clang-format on */

START_TEST(an_expression_has_one_canonical_form) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP(schedule_freep) Schedule *again = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *text_again = NULL;
        ScheduleError error = {};
        int r;

        r = cron_parse(valid_cases[_i].text, &defaults, &schedule, &error);
        if (!valid_cases[_i].canonical) {
                ck_assert_int_eq(r, -EINVAL);
                return;
        }
        ck_assert_msg(r == 0, "'%s': %s", valid_cases[_i].text, error.reason);
        ck_assert_int_eq(schedule_kind(schedule), SCHEDULE_CRON);
        ck_assert_int_eq(schedule_is_interval_like(schedule), valid_cases[_i].interval_like);
        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        ck_assert_str_eq(text, valid_cases[_i].canonical);

        ck_assert_int_eq(cron_parse(text, &defaults, &again, NULL), 0);
        ck_assert_int_eq(schedule_format(again, &text_again), 0);
        ck_assert_str_eq(text, text_again);
        ck_assert_int_eq(schedule_is_interval_like(again), valid_cases[_i].interval_like);
}
END_TEST

START_TEST(what_cannot_be_right_is_refused_with_place_and_reason) {
        ScheduleError error = {};
        Schedule *schedule = NULL;
        int r;

        r = cron_parse(invalid_cases[_i].text, &defaults, &schedule, &error);
        ck_assert_int_eq(r, -EINVAL);
        ck_assert_msg(strstr(error.reason, invalid_cases[_i].reason), "'%s': %s", invalid_cases[_i].text,
                      error.reason);
        ck_assert_msg(error.offset == invalid_cases[_i].offset, "'%s': at %zu: %s", invalid_cases[_i].text,
                      error.offset, error.reason);

        ck_assert_int_eq(cron_parse(invalid_cases[_i].text, &defaults, &schedule, NULL), -EINVAL);
}
END_TEST

/* clang-format off */
static const struct {
        CronDialect dialect;
        CronDays days;
        const char *text;
        bool either;
} day_cases[] = {
        /* both restricted: either */
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 1 * mon",      true },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 1-31 * mon",   true },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 1,* * mon",    true },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 L * mon",      true },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 15W * fri#2",  true },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 H * 1",        true },
        { CRON_DIALECT_VIXIE,   CRON_DAYS_AUTO, "0 0 1 * mon",      true },
        { CRON_DIALECT_VIXIE,   CRON_DAYS_AUTO, "0 0 1-31 * 0-7",   true },

        /* the text of one begins with a star: both */
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 * * mon",      false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 */2 * mon",    false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 ?/2 * mon",    false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 *,5 * mon",    false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 1 * */2",      false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 1 * ?",        false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AUTO, "0 0 ? * fri#2",    false },
        { CRON_DIALECT_VIXIE,   CRON_DAYS_AUTO, "0 0 */2 * mon",    false },
        { CRON_DIALECT_VIXIE,   CRON_DAYS_AUTO, "0 0 1 * */2",      false },
        { CRON_DIALECT_VIXIE,   CRON_DAYS_AUTO, "@weekly",          false },

        /* by order; but a field that restricts nothing is no alternative */
        { CRON_DIALECT_DEFAULT, CRON_DAYS_AND,  "0 0 13 * fri",     false },
        { CRON_DIALECT_VIXIE,   CRON_DAYS_AND,  "0 0 13 * fri",     false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_OR,   "0 0 13 * fri",     true },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_OR,   "0 0 */2 * fri",    true },
        { CRON_DIALECT_VIXIE,   CRON_DAYS_OR,   "0 0 13 * */2",     true },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_OR,   "0 0 * * fri",      false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_OR,   "0 0 13 * ?",       false },
        { CRON_DIALECT_DEFAULT, CRON_DAYS_OR,   "0 0 */1 * fri",    false },
};
/* clang-format on */

START_TEST(the_day_fields_are_joined_by_rule_or_order) {
        const ScheduleOptions options = { .dialect = day_cases[_i].dialect, .days = day_cases[_i].days };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;

        ck_assert_int_eq(cron_parse(day_cases[_i].text, &options, &schedule, NULL), 0);
        ck_assert_msg(((const CronSchedule *) schedule)->day_set.either == day_cases[_i].either, "'%s'",
                      day_cases[_i].text);
}
END_TEST

START_TEST(what_is_right_but_odd_is_warned_of) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;

        ck_assert_int_eq(cron_parse(warning_cases[_i].text, &defaults, &schedule, NULL), 0);
        ck_assert_int_eq(schedule_warning(schedule) != NULL, warning_cases[_i].warned);
}
END_TEST

START_TEST(long_lists_are_refused) {
        static char text[5000];
        ScheduleError error = {};
        Schedule *schedule = NULL;
        size_t n = 0;

        for (int i = 0; i < 400; i++)
                n += (size_t) sprintf(text + n, "1,");
        strcpy(text + n, "1 * * * *");
        ck_assert_int_eq(cron_parse(text, &defaults, &schedule, &error), -EINVAL);
        ck_assert_ptr_nonnull(strstr(error.reason, "list elements"));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-parse");
        TCase *parse = tcase_create("parse");

        tcase_add_loop_test(parse, an_expression_has_one_canonical_form, 0, ARRAY_SIZE(valid_cases));
        tcase_add_loop_test(
                        parse, what_cannot_be_right_is_refused_with_place_and_reason, 0,
                        ARRAY_SIZE(invalid_cases));
        tcase_add_loop_test(parse, the_day_fields_are_joined_by_rule_or_order, 0, ARRAY_SIZE(day_cases));
        tcase_add_loop_test(parse, what_is_right_but_odd_is_warned_of, 0, ARRAY_SIZE(warning_cases));
        tcase_add_test(parse, long_lists_are_refused);
        suite_add_tcase(suite, parse);
        return suite;
}
