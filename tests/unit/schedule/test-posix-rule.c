/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedule/posix-rule.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#include "support/test-support.h"
#include "support/test-time.h"

/* clang-format off */
static const struct {
        const char *text, *standard, *dst;
        int32_t standard_offset, dst_offset;
        int year;
        const char *begin, *end; /* local times as if UTC */
} valid_cases[] = {
        { "UTC0",                            "UTC", "", 0, 0, 0, NULL, NULL },
        { "<+0330>-3:30",                    "+0330", "", 12600, 0, 0, NULL, NULL },
        { "<-03>3",                          "-03", "", -10800, 0, 0, NULL, NULL },
        { "CET-1CEST,M3.5.0,M10.5.0/3",      "CET", "CEST", 3600, 7200, 2026, "2026-03-29T02:00:00Z", "2026-10-25T03:00:00Z" },
        { "EST5EDT,M3.2.0,M11.1.0",          "EST", "EDT", -18000, -14400, 2026, "2026-03-08T02:00:00Z", "2026-11-01T02:00:00Z" },
        { "EST5EDT",                         "EST", "EDT", -18000, -14400, 2026, "2026-03-08T02:00:00Z", "2026-11-01T02:00:00Z" },
        { "IST-1GMT0,M10.5.0,M3.5.0/1",      "IST", "GMT", 3600, 0, 2026, "2026-10-25T02:00:00Z", "2026-03-29T01:00:00Z" },
        { "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "+1030", "+11", 37800, 39600, 2026, "2026-10-04T02:00:00Z", "2026-04-05T02:00:00Z" },
        { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "-02", "-01", -7200, -3600, 2026, "2026-03-28T23:00:00Z", "2026-10-25T00:00:00Z" },
        { "IST-2IDT,M3.4.4/26,M10.5.0",      "IST", "IDT", 7200, 10800, 2026, "2026-03-27T02:00:00Z", "2026-10-25T02:00:00Z" },
        { "AAA0BBB,J60/0,J365/0",            "AAA", "BBB", 0, 3600, 2024, "2024-03-01T00:00:00Z", "2024-12-31T00:00:00Z" },
        { "AAA0BBB,J59/0,J365/0",            "AAA", "BBB", 0, 3600, 2023, "2023-02-28T00:00:00Z", "2023-12-31T00:00:00Z" },
        { "AAA0BBB,59/0,0/0",                "AAA", "BBB", 0, 3600, 2024, "2024-02-29T00:00:00Z", "2024-01-01T00:00:00Z" },
};

static const char *const invalid_cases[] = {
        "", "U", "UT0", "UTC", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0", "CET-1CEST,J0,J365", "CET-1CEST,0,366", "<+01", "<+01-1",
        "CET-1CEST,M3.5.0,M10.5.0x", "CET-25", "CET-1:60", "CET-1:00:60", "CET-1CEST,M3.5.0/168,M10.5.0", "<+0>0",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ0", "CET-99999999999999",
};
/* clang-format on */

START_TEST(a_rule_gives_names_offsets_and_dates) {
        PosixRule rule;

        ck_assert_int_eq(posix_rule_parse(valid_cases[_i].text, strlen(valid_cases[_i].text), &rule), 0);
        ck_assert_str_eq(rule.standard_name, valid_cases[_i].standard);
        ck_assert_str_eq(rule.dst_name, valid_cases[_i].dst);
        ck_assert_int_eq(rule.standard_offset_seconds, valid_cases[_i].standard_offset);
        ck_assert_int_eq(rule.has_dst, valid_cases[_i].begin != NULL);
        if (!rule.has_dst)
                return;

        ck_assert_int_eq(rule.dst_offset_seconds, valid_cases[_i].dst_offset);
        ck_assert_int_eq(
                        posix_rule_date_seconds(&rule.dst_begin, valid_cases[_i].year),
                        test_usec(valid_cases[_i].begin) / USEC_PER_SEC);
        ck_assert_int_eq(
                        posix_rule_date_seconds(&rule.dst_end, valid_cases[_i].year),
                        test_usec(valid_cases[_i].end) / USEC_PER_SEC);
}
END_TEST

START_TEST(what_is_no_rule_is_refused) {
        PosixRule rule;

        ck_assert_int_eq(posix_rule_parse(invalid_cases[_i], strlen(invalid_cases[_i]), &rule), -EBADMSG);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("posix-rule");
        TCase *parse = tcase_create("parse");

        tcase_add_loop_test(parse, a_rule_gives_names_offsets_and_dates, 0, ARRAY_SIZE(valid_cases));
        tcase_add_loop_test(parse, what_is_no_rule_is_refused, 0, ARRAY_SIZE(invalid_cases));
        suite_add_tcase(suite, parse);
        return suite;
}
