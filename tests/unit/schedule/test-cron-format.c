/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The normal form of each notation, which is parsed to the same again. */

#include <check.h>
#include <stddef.h>
#include <string.h>

#include "schedule/cron.h"
#include "support/test-support.h"

/* clang-format off */
static const struct {
        const char *text, *canonical;
} cases[] = {
        { "0 0 l * *",                "0 0 L * *" },
        { "0 0 L-0 * *",              "0 0 L * *" },
        { "0 0 L-3 * *",              "0 0 L-3 * *" },
        { "0 0 LW * *",               "0 0 LW * *" },
        { "0 0 wl * *",               "0 0 LW * *" },
        { "0 0 L-3w * *",             "0 0 L-3W * *" },
        { "0 0 15w * *",              "0 0 15W * *" },
        { "0 0 1W,15W * *",           "0 0 1W,15W * *" },
        { "0 0 1,15,L * *",           "0 0 1,15,L * *" },
        { "0 0 15,LW * *",            "0 0 15,LW * *" },
        { "0 0 * * friL",             "0 0 * * 5L" },
        { "0 0 * * FridayL",          "0 0 * * 5L" },
        { "0 0 * * 7L",               "0 0 * * 0L" },
        { "0 0 * * fri#2",            "0 0 * * 5#2" },
        { "0 0 * * 7#1,sunday#3",     "0 0 * * 0#1,0#3" },
        { "0 0 * * mon-wed,5L",       "0 0 * * 1-3,5L" },
        { "h h * * *",                "H H * * *" },
        { "H(00-029)/10 * * * *",     "H(0-29)/10 * * * *" },
        { "0 0 * * H(mon-fri)",       "0 0 * * H(1-5)" },
        { "H/15 * * * *",             "H/15 * * * *" },
        { "~ 3~ ~7 jan~mar *",        "0~59 3~23 1~7 1~3 *" },
        { "0 0 * * 7~7",              "0 0 * * 7~7" },
        { "0~30/10 0 * * *",          "0~30/10 0 * * *" },
        { "H 0 0 * * *",              "H 0 0 * * *" },
        { "0 H 0 * * * *",            "H 0 * * *" },
        { "*/5 H 0 * * * */2",        "*/5 H 0 * * * */2" },
        { "0 0 0 1 1 * *,2030",       "0 0 0 1 1 * *,2030" },
};
/* clang-format on */

static const ScheduleOptions options = { .hash_key = "backup" };

/* All that decides when it is due; what follows is how it was written. */
static void check_equal(const Schedule *one, const Schedule *other) {
        const CronSchedule *a = (const CronSchedule *) one, *b = (const CronSchedule *) other;

        ck_assert_mem_eq(
                        &a->seconds, &b->seconds,
                        offsetof(CronSchedule, warning) - offsetof(CronSchedule, seconds));
}

START_TEST(the_normal_form_is_parsed_to_the_same) {
        CLEANUP(schedule_freep) Schedule *schedule = NULL;
        CLEANUP(schedule_freep) Schedule *again = NULL;
        CLEANUP_FREE char *text = NULL;
        CLEANUP_FREE char *text_again = NULL;
        ScheduleError error = {};
        int r;

        r = cron_parse(cases[_i].text, &options, &schedule, &error);
        ck_assert_msg(r == 0, "'%s': %s", cases[_i].text, error.reason);
        ck_assert_int_eq(schedule_format(schedule, &text), 0);
        ck_assert_str_eq(text, cases[_i].canonical);

        ck_assert_int_eq(cron_parse(text, &options, &again, NULL), 0);
        ck_assert_int_eq(schedule_format(again, &text_again), 0);
        ck_assert_str_eq(text, text_again);
        check_equal(schedule, again);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("cron-format");
        TCase *format = tcase_create("format");

        tcase_add_loop_test(format, the_normal_form_is_parsed_to_the_same, 0, ARRAY_SIZE(cases));
        suite_add_tcase(suite, format);
        return suite;
}
