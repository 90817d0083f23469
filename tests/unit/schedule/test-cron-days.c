/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "schedule/cron.h"
#include "support/test-support.h"
#include "util/civil-date.h"

/* clang-format off */
static const struct {
        CronDays days;
        const char *expression;
        int year, month;
        const char *matching; /* days, in order */
} cases[] = {
        /* August 2026 begins on a Saturday and has 31 days, the last a Monday */
        { CRON_DAYS_AUTO, "0 0 L * *",      2026, 8,  "31" },
        { CRON_DAYS_AUTO, "0 0 L-3 * *",    2026, 8,  "28" },
        { CRON_DAYS_AUTO, "0 0 L-30 * *",   2026, 8,  "1" },
        { CRON_DAYS_AUTO, "0 0 LW * *",     2026, 8,  "31" },
        { CRON_DAYS_AUTO, "0 0 1W * *",     2026, 8,  "3" },  /* not in July */
        { CRON_DAYS_AUTO, "0 0 2W * *",     2026, 8,  "3" },
        { CRON_DAYS_AUTO, "0 0 8W * *",     2026, 8,  "7" },
        { CRON_DAYS_AUTO, "0 0 15W * *",    2026, 8,  "14" },
        { CRON_DAYS_AUTO, "0 0 16W * *",    2026, 8,  "17" },
        { CRON_DAYS_AUTO, "0 0 12W * *",    2026, 8,  "12" },
        { CRON_DAYS_AUTO, "0 0 * * sat#1",  2026, 8,  "1" },
        { CRON_DAYS_AUTO, "0 0 * * sat#5",  2026, 8,  "29" },
        { CRON_DAYS_AUTO, "0 0 * * mon#5",  2026, 8,  "31" },
        { CRON_DAYS_AUTO, "0 0 * * tue#5",  2026, 8,  "" },
        { CRON_DAYS_AUTO, "0 0 * * friL",   2026, 8,  "28" },
        { CRON_DAYS_AUTO, "0 0 * * monL",   2026, 8,  "31" },
        { CRON_DAYS_AUTO, "0 0 * * tueL",   2026, 8,  "25" },
        { CRON_DAYS_AUTO, "0 0 * * wed,friL,sun#2", 2026, 8, "5 9 12 19 26 28" },

        /* February 2026 begins on a Sunday and ends on a Saturday */
        { CRON_DAYS_AUTO, "0 0 L * *",      2026, 2,  "28" },
        { CRON_DAYS_AUTO, "0 0 L * *",      2028, 2,  "29" },
        { CRON_DAYS_AUTO, "0 0 LW * *",     2026, 2,  "27" },
        { CRON_DAYS_AUTO, "0 0 L-1W * *",   2026, 2,  "27" },
        { CRON_DAYS_AUTO, "0 0 L-28 * *",   2026, 2,  "" },
        { CRON_DAYS_AUTO, "0 0 L-27 * *",   2026, 2,  "1" },
        { CRON_DAYS_AUTO, "0 0 31W * *",    2026, 2,  "" },   /* a day that it does not have */
        { CRON_DAYS_AUTO, "0 0 29W * *",    2026, 2,  "" },
        { CRON_DAYS_AUTO, "0 0 1W * *",     2026, 2,  "2" },

        /* May 2026 ends on a Sunday */
        { CRON_DAYS_AUTO, "0 0 LW * *",     2026, 5,  "29" },
        { CRON_DAYS_AUTO, "0 0 31W * *",    2026, 5,  "29" }, /* not in June */
        { CRON_DAYS_AUTO, "0 0 31W * *",    2026, 6,  "" },

        /* either, both */
        { CRON_DAYS_AUTO, "0 0 1,L * mon",  2026, 6,  "1 8 15 22 29 30" },
        { CRON_DAYS_AUTO, "0 0 LW * fri#2", 2026, 6,  "12 30" },
        { CRON_DAYS_AUTO, "0 0 */2 * fri#2", 2026, 6, "" },
        { CRON_DAYS_AUTO, "0 0 */2 * fri#3", 2026, 6, "19" },
        { CRON_DAYS_AND,  "0 0 13 * fri",   2026, 2,  "13" },
        { CRON_DAYS_AND,  "0 0 13 * fri",   2026, 4,  "" },
        { CRON_DAYS_AND,  "0 0 L * friL",   2026, 7,  "31" },
        { CRON_DAYS_OR,   "0 0 */10 * mon", 2026, 6,  "1 8 11 15 21 22 29" },
};

static const struct {
        const char *expression;
        unsigned n_years;
        bool valid;
} year_cases[] = {
        { "0 0 0 29 2 * 2026-2033",    2, true },
        { "0 0 0 29 2 * 2100",         0, false },
        { "0 0 0 29 2 */7 1970-2199",  8, true }, /* 1976 2004 2032 2060 2088 2128 2156 2184 */
        { "0 0 0 */28 2 1#5 1970-2199", 8, true }, /* 29 February, a Monday */
        { "0 0 0 L 2 * 2026",          1, true },
        { "0 0 0 * 2 sun#5 2032",      1, true },
        { "0 0 0 * 2 sun#5 2028",      0, false },
        { "0 0 0 31W 4,6,9,11 * 2026", 0, false },
};
/* clang-format on */

static void list_days(uint32_t mask, char text[static 128]) {
        size_t n = 0;

        text[0] = '\0';
        for (int day = 1; day <= 31; day++)
                if (mask >> day & 1)
                        n += (size_t) sprintf(text + n, "%s%d", n > 0 ? " " : "", day);
        ck_assert_uint_eq(mask & 1, 0);
}

START_TEST(a_month_has_these_days) {
        const ScheduleOptions options = { .days = cases[_i].days };
        CivilDate first = { .year = cases[_i].year, .month = cases[_i].month, .day = 1 };
        int n_days = civil_days_in_month(first.year, first.month);
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        const CronSchedule *cron;
        char text[128];

        ck_assert_int_eq(cron_parse(cases[_i].expression, &options, &schedule, NULL), 0);
        cron = (const CronSchedule *) schedule;
        list_days(cron->month_days[n_days - 28][civil_date_weekday(first)], text);
        ck_assert_msg(strcmp(text, cases[_i].matching) == 0, "'%s' in %d-%d: '%s'", cases[_i].expression,
                      first.year, first.month, text);
}
END_TEST

START_TEST(a_year_without_a_matching_day_is_none) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        const ScheduleOptions options = {};
        unsigned n_years = 0;
        int r;

        r = cron_parse(year_cases[_i].expression, &options, &schedule, NULL);
        ck_assert_int_eq(r == 0, year_cases[_i].valid);
        for (int i = 0; schedule && i < 4; i++)
                n_years += (unsigned) __builtin_popcountll(((const CronSchedule *) schedule)->years[i]);
        ck_assert_uint_eq(n_years, year_cases[_i].n_years);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-days");
        TCase *days = tcase_create("days");

        tcase_add_loop_test(days, a_month_has_these_days, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(days, a_year_without_a_matching_day_is_none, 0, ARRAY_SIZE(year_cases));
        suite_add_tcase(suite, days);
        return suite;
}
