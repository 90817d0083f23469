/* SPDX-License-Identifier: GPL-2.0-or-later */

/* One element: which values it stands for, with and without a hash, and what cron itself takes. */

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "schedule/cron.h"
#include "support/test-support.h"

static const ScheduleOptions vixie = { .dialect = CRON_DIALECT_VIXIE };

/* clang-format off */
static const struct {
        const char *text, *key, *salt;
        CronField field;
        const char *values; /* in order */
} value_cases[] = {
        { "*/20 0 * * *",        NULL, NULL, CRON_MINUTE,  "0 20 40" },
        { "?/20 0 * * *",        NULL, NULL, CRON_MINUTE,  "0 20 40" },
        { "50/3 0 * * *",        NULL, NULL, CRON_MINUTE,  "50 53 56 59" },
        { "58-1 0 * * *",        NULL, NULL, CRON_MINUTE,  "0 1 58 59" },
        { "0 22-6/2 * * *",      NULL, NULL, CRON_HOUR,    "0 2 4 6 22" },
        { "0 0 30-3 * *",        NULL, NULL, CRON_DAY,     "1 2 3 30 31" },
        { "0 0 28-5/2 * *",      NULL, NULL, CRON_DAY,     "1 3 5 28 30" },
        { "0 0 * nov-feb *",     NULL, NULL, CRON_MONTH,   "1 2 11 12" },
        { "0 0 * November-FEBRUARY/3 *", NULL, NULL, CRON_MONTH, "2 11" },
        { "0 0 * * fri-mon",     NULL, NULL, CRON_WEEKDAY, "0 1 5 6" },
        { "0 0 * * Fri-Tuesday/2", NULL, NULL, CRON_WEEKDAY, "0 2 5" },
        { "0 0 * * 5-7",         NULL, NULL, CRON_WEEKDAY, "0 5 6" },
        { "0 0 * * 7-2",         NULL, NULL, CRON_WEEKDAY, "0 1 2" },
        { "0 0 * * 0-7",         NULL, NULL, CRON_WEEKDAY, "0 1 2 3 4 5 6" },
        { "0 0 * * 7-7",         NULL, NULL, CRON_WEEKDAY, "0" },
        { "0 0 * * 7-07",        NULL, NULL, CRON_WEEKDAY, "0" },
        { "0 0 * * sat/2",       NULL, NULL, CRON_WEEKDAY, "6" },
        { "5-10,7-20/5,59 0 * * *", NULL, NULL, CRON_MINUTE, "5 6 7 8 9 10 12 17 59" },
        { "*/25 0 0 1 1 *",      NULL, NULL, CRON_SECOND,  "0 25 50" },
        { "0 0 0 1 1 * 1970-1972,2199", NULL, NULL, CRON_YEAR, "0 1 2 229" },
        { "0 0 0 1 1 * 2190/4",  NULL, NULL, CRON_YEAR,    "220 224 228" },

        /* The values below come from a SipHash in another language. */
        { "H 0 * * *",           "backup", NULL, CRON_MINUTE,  "47" },
        { "h 0 * * *",           "report", NULL, CRON_MINUTE,  "17" },
        { "H 0 * * *",           NULL,     NULL, CRON_MINUTE,  "33" },
        { "0 H 0 * * *",         "backup", NULL, CRON_MINUTE,  "47" }, /* the same with a second in front */
        { "H 0 0 * * *",         "backup", NULL, CRON_SECOND,  "58" },
        { "0 H * * *",           "backup", NULL, CRON_HOUR,    "1" },
        { "0 0 H * *",           "backup", NULL, CRON_DAY,     "7" },
        { "0 0 * H *",           "backup", NULL, CRON_MONTH,   "10" },
        { "0 0 * * H",           "backup", NULL, CRON_WEEKDAY, "4" },
        { "0 0 0 1 1 * H",       "backup", NULL, CRON_YEAR,    "126" },
        { "H 0 * * *",           "backup", "m1", CRON_MINUTE,  "25" },
        { "H(0-29) 0 * * *",     "backup", NULL, CRON_MINUTE,  "17" },
        { "H(50-9) 0 * * *",     "backup", NULL, CRON_MINUTE,  "57" },
        { "H/15 0 * * *",        "backup", NULL, CRON_MINUTE,  "2 17 32 47" },
        { "H(0-29)/10 0 * * *",  "backup", NULL, CRON_MINUTE,  "7 17 27" },
        { "0 0 H/10 * *",        "backup", NULL, CRON_DAY,     "7 17 27" },
        { "0 0 * * H(mon-fri)",  "backup", NULL, CRON_WEEKDAY, "1" },
        { "H/90 0 * * *",        "backup", NULL, CRON_MINUTE,  "47" },
        { "H(0-29),H(30-59) 0 * * *", "backup", NULL, CRON_MINUTE, "17 47" },
        { "~ 0 * * *",           "backup", NULL, CRON_MINUTE,  "47" },
        { "0~29 0 * * *",        "backup", NULL, CRON_MINUTE,  "17" },
        { "~29 0 * * *",         "backup", NULL, CRON_MINUTE,  "17" },
        { "30~ 0 * * *",         "backup", NULL, CRON_MINUTE,  "47" },
        { "0~29/10 0 * * *",     "backup", NULL, CRON_MINUTE,  "7 17 27" },
        { "0 0 ~ * *",           "backup", NULL, CRON_DAY,     "20" },
        { "0 0 * * ~",           "backup", NULL, CRON_WEEKDAY, "4" },
        { "0 0 * * mon~fri",     "backup", NULL, CRON_WEEKDAY, "1" },
};

static const struct {
        const char *text;
        size_t offset;
        const char *reason;
} invalid_cases[] = {
        { "H(0-29 0 * * *",      6,  "a ')' is missing" },
        { "H(5) 0 * * *",        3,  "the range of H is two values" },
        { "H() 0 * * *",         2,  "has no meaning here" },
        { "H(0-60) 0 * * *",     4,  "minute 60" },
        { "H(0-29)/0 0 * * *",   8,  "a step of 0" },
        { "H-5 0 * * *",         1,  "'-' has no meaning" },
        { "5H 0 * * *",          1,  "'H' (a value by hash) has no meaning here: it stands in the place of a value" },
        { "0~60 0 * * *",        2,  "minute 60" },
        { "0~5~7 0 * * *",       3,  "'~' (a random value) has no meaning here" },
        { "*~5 0 * * *",         1,  "'~'" },
        { "5? 0 * * *",          1,  "'?' (any value) has no meaning here: it stands in the place of a '*'" },
        { "0 0 0 1 1 * H(2030-2026)", 14, "a range of years cannot wrap" },
        { "0 0 * * tuseday",     8,  "'tuseday' is not a day of the week; did you mean 'tuesday'?" },
        { "0 0 * * frydayL",     8,  "did you mean 'friday'?" },
};

static const struct {
        const char *text;
        bool interval_like;
} vixie_cases[] = {
        { "30 2 * * *",       false },
        { "*/15 2 * * *",     true },
        { "0 */2 * * *",      true },
        { "0 * * * *",        true },
        { "0-59 2 * * *",     false }, /* the text of neither begins with a star */
        { "0 0-23/2 * * *",   false },
        { "1,* 2 * * *",      false },
        { "*,1 2 * * *",      true },
        { "0 0 * JAN-mar Mon-FRI", false },
        { "0 0 * * 5-7/2",    false },
        { "@hourly",          true },
        { "@daily",           false },
};

static const struct {
        const char *text;
        size_t offset;
        const char *reason;
} vixie_invalid_cases[] = {
        { "0 22-6 * * *",    2,  "no range wraps" },
        { "0 0 * * fri-mon", 8,  "no range wraps" },
        { "0 0 * * 7-2",     8,  "no range wraps" },
        { "5/15 * * * *",    1,  "only '*' and a range may have a step" },
        { "? * * * *",       0,  "'?' (any value) is not known to the dialect vixie" },
        { "H * * * *",       0,  "'H' (a value by hash) is not known" },
        { "1~5 * * * *",     1,  "'~' (a random value) is not known" },
        { "0 0 L * *",       4,  "'L' (the last day) is not known" },
        { "0 0 LW * *",      4,  "'LW'" },
        { "0 0 15W * *",     6,  "'W'" },
        { "0 0 * * 5L",      9,  "'L'" },
        { "0 0 * * friL",    11, "'L'" },
        { "0 0 * * fri#2",   11, "'#'" },
        { "0 0 * * friday",  8,  "names of three letters only" },
        { "0 0 * january *", 6,  "names of three letters only" },
        { "0 0 0 * * *",     10, "the dialect vixie has 5 fields, got 6" },
        { "0 0 0 * * * *",   10, "the dialect vixie has 5 fields, got 7" },
        { "0 0 1 1 * 2026",  10, "a year needs 7 fields" },
        { "@every 90s",      0,  "no @every" },
        { "*/0 * * * *",     2,  "a step of 0" },
        { "*5 * * * *",      1,  "'5' has no meaning" },
        { "61 * * * *",      0,  "minute 61" },
};
/* clang-format on */

static void add_values(const uint64_t masks[static 4], char *text) {
        for (unsigned value = 0; value < 256; value++)
                if (masks[value / 64] >> value % 64 & 1)
                        text += sprintf(text, "%u ", value);
        text[-1] = '\0'; /* no field is empty in these tests */
}

/* The values of a field, as text. */
static void field_values(const CronSchedule *cron, CronField field, char *text) {
        const uint64_t masks[CRON_FIELD_COUNT] = {
                [CRON_SECOND] = cron->seconds, [CRON_MINUTE] = cron->minutes,
                [CRON_HOUR] = cron->hours,     [CRON_DAY] = cron->day_set.days,
                [CRON_MONTH] = cron->months,   [CRON_WEEKDAY] = cron->day_set.weekdays,
        };
        const uint64_t one[4] = { masks[field] };

        add_values(field == CRON_YEAR ? cron->years : one, text);
}

START_TEST(an_element_stands_for_its_values) {
        const ScheduleOptions options = { .hash_key = value_cases[_i].key,
                                          .hash_salt = value_cases[_i].salt };
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error = {};
        char values[1024];
        int r;

        r = cron_parse(value_cases[_i].text, &options, &schedule, &error);
        ck_assert_msg(r == 0, "'%s': %s", value_cases[_i].text, error.reason);
        field_values((const CronSchedule *) schedule, value_cases[_i].field, values);
        ck_assert_msg(strcmp(values, value_cases[_i].values) == 0, "'%s': %s instead of %s",
                      value_cases[_i].text, values, value_cases[_i].values);
}
END_TEST

START_TEST(what_is_wrong_is_refused_at_its_place) {
        const ScheduleOptions options = {};
        Schedule *schedule = NULL;
        ScheduleError error = {};

        ck_assert_int_eq(cron_parse(invalid_cases[_i].text, &options, &schedule, &error), -EINVAL);
        ck_assert_msg(strstr(error.reason, invalid_cases[_i].reason) &&
                                      error.offset == invalid_cases[_i].offset,
                      "'%s': at %zu: %s", invalid_cases[_i].text, error.offset, error.reason);
}
END_TEST

START_TEST(vixie_takes_what_cron_takes) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        ScheduleError error = {};
        int r;

        r = cron_parse(vixie_cases[_i].text, &vixie, &schedule, &error);
        ck_assert_msg(r == 0, "'%s': %s", vixie_cases[_i].text, error.reason);
        ck_assert_int_eq(((const CronSchedule *) schedule)->interval_like, vixie_cases[_i].interval_like);
}
END_TEST

START_TEST(vixie_knows_no_more_than_cron) {
        Schedule *schedule = NULL;
        ScheduleError error = {};

        ck_assert_int_eq(cron_parse(vixie_invalid_cases[_i].text, &vixie, &schedule, &error), -EINVAL);
        ck_assert_msg(strstr(error.reason, vixie_invalid_cases[_i].reason) &&
                                      error.offset == vixie_invalid_cases[_i].offset,
                      "'%s': at %zu: %s", vixie_invalid_cases[_i].text, error.offset, error.reason);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-element");
        TCase *element = tcase_create("element");

        tcase_add_loop_test(element, an_element_stands_for_its_values, 0, ARRAY_SIZE(value_cases));
        tcase_add_loop_test(element, what_is_wrong_is_refused_at_its_place, 0, ARRAY_SIZE(invalid_cases));
        tcase_add_loop_test(element, vixie_takes_what_cron_takes, 0, ARRAY_SIZE(vixie_cases));
        tcase_add_loop_test(element, vixie_knows_no_more_than_cron, 0, ARRAY_SIZE(vixie_invalid_cases));
        suite_add_tcase(suite, element);
        return suite;
}
