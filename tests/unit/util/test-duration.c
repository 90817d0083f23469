/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/duration.h"

#include <errno.h>
#include <stdlib.h>

#include "support/test-support.h"
#include "util/cleanup.h"

#define MONTH ((usec_t) 2629800 * USEC_PER_SEC)
#define YEAR ((usec_t) 31557600 * USEC_PER_SEC)

/* clang-format off */
static const struct {
        const char *text;
        int r;
        usec_t span;
} parse_cases[] = {
        /* every unit */
        { "7us",          0, 7 },
        { "7usec",        0, 7 },
        { "7\302\265s",   0, 7 },
        { "7\316\274s",   0, 7 },
        { "7ms",          0, 7 * USEC_PER_MSEC },
        { "7msec",        0, 7 * USEC_PER_MSEC },
        { "7",            0, 7 * USEC_PER_SEC },
        { "7s",           0, 7 * USEC_PER_SEC },
        { "7sec",         0, 7 * USEC_PER_SEC },
        { "7second",      0, 7 * USEC_PER_SEC },
        { "7seconds",     0, 7 * USEC_PER_SEC },
        { "7m",           0, 7 * USEC_PER_MINUTE },
        { "7min",         0, 7 * USEC_PER_MINUTE },
        { "7minute",      0, 7 * USEC_PER_MINUTE },
        { "7minutes",     0, 7 * USEC_PER_MINUTE },
        { "7h",           0, 7 * USEC_PER_HOUR },
        { "7hr",          0, 7 * USEC_PER_HOUR },
        { "7hour",        0, 7 * USEC_PER_HOUR },
        { "7hours",       0, 7 * USEC_PER_HOUR },
        { "7d",           0, 7 * USEC_PER_DAY },
        { "7day",         0, 7 * USEC_PER_DAY },
        { "7days",        0, 7 * USEC_PER_DAY },
        { "7w",           0, 7 * USEC_PER_WEEK },
        { "7week",        0, 7 * USEC_PER_WEEK },
        { "7weeks",       0, 7 * USEC_PER_WEEK },
        { "7M",           0, 7 * MONTH },
        { "7month",       0, 7 * MONTH },
        { "7months",      0, 7 * MONTH },
        { "7y",           0, 7 * YEAR },
        { "7year",        0, 7 * YEAR },
        { "7years",       0, 7 * YEAR },

        /* several, with and without blanks, in any order */
        { "1h 30min",     0, 90 * USEC_PER_MINUTE },
        { "1h30min",      0, 90 * USEC_PER_MINUTE },
        { "30min 1h",     0, 90 * USEC_PER_MINUTE },
        { "1 h 30 min",   0, 90 * USEC_PER_MINUTE },
        { " \t1h  30m\n", 0, 90 * USEC_PER_MINUTE },
        { "1min 30",      0, 90 * USEC_PER_SEC },
        { "1s 1s",        0, 2 * USEC_PER_SEC },
        { "0",            0, 0 },
        { "0s",           0, 0 },
        { "007s",         0, 7 * USEC_PER_SEC },

        /* fractions, cut off below a microsecond */
        { "1.5h",         0, 90 * USEC_PER_MINUTE },
        { "1.5",          0, 1500 * USEC_PER_MSEC },
        { ".5s",          0, 500 * USEC_PER_MSEC },
        { "0.1s",         0, 100 * USEC_PER_MSEC },
        { "0.000001s",    0, 1 },
        { "0.0000019s",   0, 1 },
        { "1.9us",        0, 1 },
        { "0.333333333333333333333333333min", 0, 19999999 },
        { "0.5w",         0, 84 * USEC_PER_HOUR },

        /* limits */
        { "infinity",     0, USEC_INFINITY },
        { " infinity ",   0, USEC_INFINITY },
        { "9223372036854775806us",      0,       USEC_INFINITY - 1 },
        { "9223372036854775807us",      -ERANGE, 0 },
        { "9223372036854775808us",      -ERANGE, 0 },
        { "99999999999999999999999999", -ERANGE, 0 },
        { "9223372036855s",             -ERANGE, 0 },
        { "292471y",                    -ERANGE, 0 },
        { "200000y 200000y",            -ERANGE, 0 },
        { "-1s",                        -ERANGE, 0 },
        { "-.5s",                       -ERANGE, 0 },
        { "1h -5min",                   -ERANGE, 0 },

        /* nonsense */
        { "",             -EINVAL, 0 },
        { "  ",           -EINVAL, 0 },
        { "s",            -EINVAL, 0 },
        { "min 5",        -EINVAL, 0 },
        { "5 fortnights", -EINVAL, 0 },
        { "5S",           -EINVAL, 0 },
        { "5H",           -EINVAL, 0 },
        { "+5s",          -EINVAL, 0 },
        { "-",            -EINVAL, 0 },
        { "-s",           -EINVAL, 0 },
        { "1.s",          -EINVAL, 0 },
        { "1.",           -EINVAL, 0 },
        { ".",            -EINVAL, 0 },
        { "1..5s",        -EINVAL, 0 },
        { "1,5s",         -EINVAL, 0 },
        { "1e3s",         -EINVAL, 0 },
        { "0x10s",        -EINVAL, 0 },
        { "5s, 3ms",      -EINVAL, 0 },
        { "5s;",          -EINVAL, 0 },
        { "infinity 5s",  -EINVAL, 0 },
        { "5s infinity",  -EINVAL, 0 },
        { "infinit",      -EINVAL, 0 },
        { "Infinity",     -EINVAL, 0 },
        { "\302\265s",    -EINVAL, 0 },
        { "1 2 3 x",      -EINVAL, 0 },
};

static const struct {
        const char *text;
        bool calendar;
} calendar_cases[] = {
        { "1M",         true  },
        { "1 month",    true  },
        { "2years",     true  },
        { "1d 1y",      true  },
        { "0M",         true  },
        { "1m",         false },
        { "1w 3d",      false },
        { "90",         false },
        { "infinity",   false },
        { "",           false },
        { "rubbish",    false },
};

static const struct {
        usec_t span;
        const char *exact, *brief;
} format_cases[] = {
        { 0,                                           "0",                "0"          },
        { 1,                                           "1us",              "1us"        },
        { 999,                                         "999us",            "999us"      },
        { 12 * USEC_PER_MSEC,                          "12ms",             "12ms"       },
        { 12345,                                       "12ms 345us",       "12ms"       },
        { USEC_PER_SEC,                                "1s",               "1s"         },
        { 4200 * USEC_PER_MSEC,                        "4s 200ms",         "4.2s"       },
        { 4099 * USEC_PER_MSEC,                        "4s 99ms",          "4s"         },
        { 59999999,                                    "59s 999ms 999us",  "59.9s"      },
        { USEC_PER_MINUTE,                             "1min",             "1min"       },
        { 90 * USEC_PER_SEC,                           "1min 30s",         "1min 30s"   },
        { USEC_PER_MINUTE + 500 * USEC_PER_MSEC,       "1min 500ms",       "1min"       },
        { 90 * USEC_PER_MINUTE,                        "1h 30min",         "1h 30min"   },
        { USEC_PER_HOUR + 5 * USEC_PER_SEC,            "1h 5s",            "1h"         },
        { USEC_PER_DAY,                                "1d",               "1d"         },
        { 76 * USEC_PER_HOUR + USEC_PER_MINUTE,        "3d 4h 1min",       "3d 4h"      },
        { 14 * USEC_PER_DAY,                           "14d",              "14d"        },
        { USEC_INFINITY,                               "infinity",         "infinity"   },
        { USEC_INFINITY - 1,  "106751991d 4h 54s 775ms 806us",             "106751991d 4h" },
        { -90 * USEC_PER_SEC,                          "-1min 30s",        "-1min 30s"  },
        { -1500 * USEC_PER_MSEC,                       "-1s 500ms",        "-1.5s"      },
        { INT64_MIN,         "-106751991d 4h 54s 775ms 808us",             "-106751991d 4h" },
};
/* clang-format on */

START_TEST(parse_reads_what_systemd_does) {
        usec_t span = -77;

        ck_assert_int_eq(duration_parse(parse_cases[_i].text, &span), parse_cases[_i].r);
        ck_assert_int_eq(span, parse_cases[_i].r == 0 ? parse_cases[_i].span : -77);
}
END_TEST

START_TEST(months_and_years_are_noticed) {
        ck_assert_int_eq(duration_has_calendar_unit(calendar_cases[_i].text), calendar_cases[_i].calendar);
}
END_TEST

START_TEST(format_is_exact) {
        CLEANUP_FREE char *text = NULL;
        usec_t span = 0;

        ck_assert_int_eq(duration_format(format_cases[_i].span, &text), 0);

        ck_assert_str_eq(text, format_cases[_i].exact);
        if (format_cases[_i].span < 0)
                return; /* not for reading */
        ck_assert_int_eq(duration_parse(text, &span), 0);
        ck_assert_int_eq(span, format_cases[_i].span);
        ck_assert(!duration_has_calendar_unit(text));
}
END_TEST

START_TEST(short_format_has_two_units) {
        char buffer[DURATION_SHORT_MAX];

        ck_assert_str_eq(duration_format_short(format_cases[_i].span, buffer), format_cases[_i].brief);
}
END_TEST

START_TEST(what_is_written_reads_back_the_same) {
        unsigned seed = 1;

        for (int i = 0; i < 20000; i++) {
                CLEANUP_FREE char *text = NULL;
                usec_t span, back = 0;

                span = (usec_t) rand_r(&seed) << (rand_r(&seed) % 32);
                span += rand_r(&seed) % 1000;
                ck_assert_int_eq(duration_format(span, &text), 0);
                ck_assert_int_eq(duration_parse(text, &back), 0);
                ck_assert_int_eq(back, span);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("duration");
        TCase *parse = tcase_create("parse"), *format = tcase_create("format");

        tcase_add_loop_test(parse, parse_reads_what_systemd_does, 0, ARRAY_SIZE(parse_cases));
        tcase_add_loop_test(parse, months_and_years_are_noticed, 0, ARRAY_SIZE(calendar_cases));
        tcase_add_loop_test(format, format_is_exact, 0, ARRAY_SIZE(format_cases));
        tcase_add_loop_test(format, short_format_has_two_units, 0, ARRAY_SIZE(format_cases));
        tcase_add_test(format, what_is_written_reads_back_the_same);
        suite_add_tcase(suite, parse);
        suite_add_tcase(suite, format);
        return suite;
}
