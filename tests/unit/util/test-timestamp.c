/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "util/timestamp.h"

#include <errno.h>
#include <stdlib.h>

#include "support/test-support.h"

/* clang-format off */
static const struct {
        usec_t instant;
        const char *utc, *compact;
} utc_cases[] = {
        { 0,                  "1970-01-01T00:00:00.000000Z", "19700101T000000Z" },
        { -1,                 "1969-12-31T23:59:59.999999Z", "19691231T235959Z" },
        { 1774746000000000,   "2026-03-29T01:00:00.000000Z", "20260329T010000Z" },
        { 1774746000000042,   "2026-03-29T01:00:00.000042Z", "20260329T010000Z" },
        { -62135596800000000, "0001-01-01T00:00:00.000000Z", "00010101T000000Z" },
        { 253402300799999999, "9999-12-31T23:59:59.999999Z", "99991231T235959Z" },
        { INT64_MAX,          "294247-01-10T04:00:54.775807Z", "2942470110T040054Z" },
        { INT64_MIN + 1,      "-290308-12-21T19:59:05.224193Z", "-2903081221T195905Z" },
};

static const struct {
        usec_t instant;
        int32_t offset_seconds;
        const char *text;
} offset_cases[] = {
        { 1774746000000000,   3600, "2026-03-29T02:00:00+01:00" },
        { 1774746000500000,   7200, "2026-03-29T03:00:00.500000+02:00" },
        { 1774746000000000,      0, "2026-03-29T01:00:00+00:00" },
        { 1774746000000000, -12600, "2026-03-28T21:30:00-03:30" },
        { 1774746000000000,   3208, "2026-03-29T01:53:28+00:53:28" }, /* a local mean time */
        { INT64_MIN + 86400 * USEC_PER_SEC, -59, "-290308-12-22T19:58:06.224192-00:00:59" },
};

static const struct {
        const char *text;
        CivilTime local;
        bool has_time, has_seconds, has_offset;
        int32_t offset_seconds;
} parse_cases[] = {
        { "2026-03-29",                  { { 2026, 3, 29 },  0,  0,  0,      0 }, false, false, false, 0 },
        { "2026-03-29Z",                 { { 2026, 3, 29 },  0,  0,  0,      0 }, false, false, true,  0 },
        { "2026-03-29-01:00",            { { 2026, 3, 29 },  0,  0,  0,      0 }, false, false, true,  -3600 },
        { "2026-03-29T02:30",            { { 2026, 3, 29 },  2, 30,  0,      0 }, true,  false, false, 0 },
        { "2026-03-29 02:30",            { { 2026, 3, 29 },  2, 30,  0,      0 }, true,  false, false, 0 },
        { "2026-03-29T02:30Z",           { { 2026, 3, 29 },  2, 30,  0,      0 }, true,  false, true,  0 },
        { "2026-03-29T02:30:00",         { { 2026, 3, 29 },  2, 30,  0,      0 }, true,  true,  false, 0 },
        { "2026-03-29T23:59:59.5",       { { 2026, 3, 29 }, 23, 59, 59, 500000 }, true,  true,  false, 0 },
        { "2026-03-29T23:59:59.000001Z", { { 2026, 3, 29 }, 23, 59, 59,      1 }, true,  true,  true,  0 },
        { "2026-03-29T23:59:59.999999999Z",
                                         { { 2026, 3, 29 }, 23, 59, 59, 999999 }, true,  true,  true,  0 },
        { "2026-03-29T02:30:00+01:00",   { { 2026, 3, 29 },  2, 30,  0,      0 }, true,  true,  true,  3600 },
        { "2026-03-29T02:30:00+0130",    { { 2026, 3, 29 },  2, 30,  0,      0 }, true,  true,  true,  5400 },
        { "2026-03-29T02:30:00-03:30",   { { 2026, 3, 29 },  2, 30,  0,      0 }, true,  true,  true,  -12600 },
        { "1890-01-01T00:00:00+00:53:28", { { 1890, 1, 1 },  0,  0,  0,      0 }, true,  true,  true,  3208 },
        { "2026-03-29T02:30:00-00:00",   { { 2026, 3, 29 },  2, 30,  0,      0 }, true,  true,  true,  0 },
        { "2024-02-29",                  { { 2024, 2, 29 },  0,  0,  0,      0 }, false, false, false, 0 },
        { "0001-01-01",                  { {    1, 1,  1 },  0,  0,  0,      0 }, false, false, false, 0 },
        { "9999-12-31",                  { { 9999, 12, 31 }, 0,  0,  0,      0 }, false, false, false, 0 },
        { "@0",                          { { 1970, 1,  1 },  0,  0,  0,      0 }, true,  true,  true,  0 },
        { "@1774746000.25",              { { 2026, 3, 29 },  1,  0,  0, 250000 }, true,  true,  true,  0 },
        { "@-1",                         { { 1969, 12, 31 }, 23, 59, 59,     0 }, true,  true,  true,  0 },
        { "@-0.5",                       { { 1969, 12, 31 }, 23, 59, 59, 500000 }, true, true,  true,  0 },
        { "@253402300799",               { { 9999, 12, 31 }, 23, 59, 59,     0 }, true,  true,  true,  0 },
};

static const char *const refused[] = {
        "", " ", "2026", "2026-03", "2026-3-29", "26-03-29", "2026-03-9", "20260329", "2026/03/29",
        " 2026-03-29", "2026-03-29 ", "2026-03-29x", "+2026-03-29", "-2026-03-29", "12026-03-29",
        "0000-01-01", "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-02-29", "2026-04-31",
        "2026-03-29T", "2026-03-29 ", "2026-03-29T2", "2026-03-29T02", "2026-03-29T02:", "2026-03-29T02:3",
        "2026-03-29T2:30", "2026-03-29t02:30", "2026-03-29_02:30", "2026-03-29  02:30",
        "2026-03-29T24:00", "2026-03-29T02:60", "2026-03-29T02:30:60", "2026-03-29T02:30:6",
        "2026-03-29T02:30:", "2026-03-29T02:30:00.", "2026-03-29T02:30:00,5", "2026-03-29T02:30.5",
        "2026-03-29T02:30:00.0123456789", "2026-03-29T-2:30",
        "2026-03-29T02:30z", "2026-03-29T02:30 Z", "2026-03-29T02:30ZZ", "2026-03-29T02:30Z+01:00",
        "2026-03-29T02:30+1", "2026-03-29T02:30+01", "2026-03-29T02:30+1:00", "2026-03-29T02:30+01:0",
        "2026-03-29T02:30+24:00", "2026-03-29T02:30+01:60", "2026-03-29T02:30+01:00:", "2026-03-29T02:30+01:00:60",
        "2026-03-29T02:30:00 Europe/Berlin", "now", "tomorrow", "T02:30", "02:30",
        "@", "@-", "@x", "@1x", "@1.", "@.5", "@+1", "@ 1", "@1.0123456789", "@253402300800",
        "@-62135596801", "@9999999999999", "@1Z", "@99999999999999999999",
};
/* clang-format on */

START_TEST(utc_and_compact_forms_are_written) {
        char buffer[TIMESTAMP_MAX];

        ck_assert_str_eq(timestamp_format_utc(utc_cases[_i].instant, buffer), utc_cases[_i].utc);
        ck_assert_str_eq(timestamp_format_compact(utc_cases[_i].instant, buffer), utc_cases[_i].compact);
}
END_TEST

START_TEST(offset_form_is_written) {
        char buffer[TIMESTAMP_MAX];

        ck_assert_str_eq(
                        timestamp_format_offset(
                                        offset_cases[_i].instant, offset_cases[_i].offset_seconds, buffer),
                        offset_cases[_i].text);
}
END_TEST

START_TEST(parse_says_what_was_written) {
        Timestamp timestamp;

        ck_assert_int_eq(timestamp_parse(parse_cases[_i].text, &timestamp), 0);

        ck_assert_int_eq(timestamp.local.date.year, parse_cases[_i].local.date.year);
        ck_assert_int_eq(timestamp.local.date.month, parse_cases[_i].local.date.month);
        ck_assert_int_eq(timestamp.local.date.day, parse_cases[_i].local.date.day);
        ck_assert_int_eq(timestamp.local.hour, parse_cases[_i].local.hour);
        ck_assert_int_eq(timestamp.local.minute, parse_cases[_i].local.minute);
        ck_assert_int_eq(timestamp.local.second, parse_cases[_i].local.second);
        ck_assert_int_eq(timestamp.local.usec, parse_cases[_i].local.usec);
        ck_assert_int_eq(timestamp.has_time, parse_cases[_i].has_time);
        ck_assert_int_eq(timestamp.has_seconds, parse_cases[_i].has_seconds);
        ck_assert_int_eq(timestamp.has_offset, parse_cases[_i].has_offset);
        ck_assert_int_eq(timestamp.offset_seconds, parse_cases[_i].offset_seconds);
}
END_TEST

START_TEST(parse_refuses_everything_else) {
        Timestamp timestamp = { .offset_seconds = 77 };

        ck_assert_msg(timestamp_parse(refused[_i], &timestamp) == -EINVAL, "'%s' was not refused",
                      refused[_i]);
        ck_assert_int_eq(timestamp.offset_seconds, 77);
}
END_TEST

START_TEST(what_is_written_reads_back_the_same) {
        static const int32_t offsets[] = { 0, 3600, -3600, 19800, -34200, 50400, 86340, -86340 };
        unsigned seed = 1;

        for (int i = 0; i < 5000; i++) {
                /* up to the year 9995, where every offset stays in the range */
                usec_t instant = (usec_t) (rand_r(&seed) % 500000) * 500000 * USEC_PER_SEC + rand_r(&seed);
                char buffer[TIMESTAMP_MAX];
                Timestamp timestamp;

                ck_assert_int_eq(timestamp_parse(timestamp_format_utc(instant, buffer), &timestamp), 0);
                ck_assert(timestamp.has_offset);
                ck_assert_int_eq(timestamp_to_usec(&timestamp), instant);

                (void) timestamp_format_offset(instant, offsets[i % ARRAY_SIZE(offsets)], buffer);
                ck_assert_int_eq(timestamp_parse(buffer, &timestamp), 0);
                ck_assert(timestamp.has_offset);
                ck_assert_int_eq(timestamp_to_usec(&timestamp), instant);
        }
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("timestamp");
        TCase *format = tcase_create("format"), *parse = tcase_create("parse");

        tcase_add_loop_test(format, utc_and_compact_forms_are_written, 0, ARRAY_SIZE(utc_cases));
        tcase_add_loop_test(format, offset_form_is_written, 0, ARRAY_SIZE(offset_cases));
        tcase_add_loop_test(parse, parse_says_what_was_written, 0, ARRAY_SIZE(parse_cases));
        tcase_add_loop_test(parse, parse_refuses_everything_else, 0, ARRAY_SIZE(refused));
        tcase_add_test(parse, what_is_written_reads_back_the_same);
        suite_add_tcase(suite, format);
        suite_add_tcase(suite, parse);
        return suite;
}
