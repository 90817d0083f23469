/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/time-text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/test-support.h"
#include "util/timestamp.h"

#define NOW "2026-03-28T12:00:00Z"

static usec_t instant(const char *text) {
        Timestamp timestamp;

        ck_assert_int_eq(timestamp_parse(text, &timestamp), 0);
        return timestamp_to_usec(&timestamp);
}

/* clang-format off */
static const struct {
        const char *text, *from, *until, *second; /* from == NULL: refused; second: begin of the other pass */
} parse_cases[] = {
        { "now",                        NOW,                    NOW },
        { "today",                      "2026-03-27T23:00:00Z", "2026-03-27T23:00:00Z" },
        { "yesterday",                  "2026-03-26T23:00:00Z", "2026-03-26T23:00:00Z" },
        { "tomorrow",                   "2026-03-28T23:00:00Z", "2026-03-28T23:00:00Z" },
        { "tomorrow 08:00",             "2026-03-29T06:00:00Z", "2026-03-29T06:00:59.999999Z" },
        { "yesterday 23:59:59",         "2026-03-27T22:59:59Z", "2026-03-27T22:59:59.999999Z" },
        { "today  02:30",               "2026-03-28T01:30:00Z", "2026-03-28T01:30:59.999999Z" },
        { "tomorrow 02:30",             "2026-03-29T01:00:00Z", "2026-03-29T01:00:59.999999Z" },
        { "-2h",                        "2026-03-28T10:00:00Z", "2026-03-28T10:00:00Z" },
        { "2h ago",                     "2026-03-28T10:00:00Z", "2026-03-28T10:00:00Z" },
        { "1d 2h ago",                  "2026-03-27T10:00:00Z", "2026-03-27T10:00:00Z" },
        { "+90s",                       "2026-03-28T12:01:30Z", "2026-03-28T12:01:30Z" },
        { "@1774746000",                "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z" },
        { "2026-03-29",                 "2026-03-28T23:00:00Z", "2026-03-28T23:00:00Z" },
        { "2026-03-28T02:30:00",        "2026-03-28T01:30:00Z", "2026-03-28T01:30:00.999999Z" },
        { "2026-03-28T02:30:00Z",       "2026-03-28T02:30:00Z", "2026-03-28T02:30:00.999999Z" },
        { "2026-03-28 02:30:00+05:00",  "2026-03-27T21:30:00Z", "2026-03-27T21:30:00.999999Z" },
        { "02:30:15",                   "2026-03-28T01:30:15Z", "2026-03-28T01:30:15.999999Z" },
        { "02:30:15.5",                 "2026-03-28T01:30:15.5Z", "2026-03-28T01:30:15.5Z" },
        /* minute precision covers the minute */
        { "02:30",                      "2026-03-28T01:30:00Z", "2026-03-28T01:30:59.999999Z" },
        { "2026-03-28T02:30",           "2026-03-28T01:30:00Z", "2026-03-28T01:30:59.999999Z" },
        /* a clock change skips it, and repeats it */
        { "2026-03-29T02:30",           "2026-03-29T01:00:00Z", "2026-03-29T01:00:59.999999Z" },
        { "2026-10-25T02:30",           "2026-10-25T00:30:00Z", "2026-10-25T00:30:59.999999Z", "2026-10-25T01:30:00Z" },
        { "",                           NULL },
        { "soon",                       NULL },
        { "2h",                         NULL },
        { "-",                          NULL },
        { "25:00",                      NULL },
        { "tomorrow 25:00",             NULL },
        { "tomorrow 2026-03-28",        NULL },
        { "tomorrow08:00",              NULL },
        { "tomorrow noon",              NULL },
        { "2026-02-30",                 NULL },
        { "ago",                        NULL },
        { " ago",                       NULL },
};
/* clang-format on */

START_TEST(times_are_read_as_people_write_them) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        TimeMeanings times;
        int r;

        ck_assert_int_eq(time_zone_load("Europe/Berlin", &zone), 0);
        r = time_text_parse(zone, instant(NOW), parse_cases[_i].text, &times);

        ck_assert_int_eq(r, parse_cases[_i].from ? 0 : -EINVAL);
        if (r < 0)
                return;
        ck_assert_int_eq(times.meanings[0].from_usec, instant(parse_cases[_i].from));
        ck_assert_int_eq(times.meanings[0].until_usec, instant(parse_cases[_i].until));
        ck_assert_uint_eq(times.n_meanings, parse_cases[_i].second ? 2 : 1);
        if (parse_cases[_i].second)
                ck_assert_int_eq(times.meanings[1].from_usec, instant(parse_cases[_i].second));
}
END_TEST

/* clang-format off */
static const struct {
        const char *instant, *text;
} format_cases[] = {
        { "2026-03-28T12:00:00Z",        "Sat 2026-03-28 13:00:00 CET" },
        { "2026-07-01T00:00:00.999999Z", "Wed 2026-07-01 02:00:00 CEST" },
        { "1970-01-01T00:00:00Z",        "Thu 1970-01-01 01:00:00 CET" },
};

static const struct {
        usec_t difference_usec;
        const char *text;
} relative_cases[] = {
        { 0,                        "now" },
        { 5 * USEC_PER_MINUTE,      "5min left" },
        { -5 * USEC_PER_MINUTE,     "5min ago" },
        { 90 * USEC_PER_SEC + 7,    "1min 30s left" },
        { -(26 * USEC_PER_HOUR),    "1d 2h ago" },
        { 1500 * USEC_PER_MSEC,     "1.5s left" },
};
/* clang-format on */

START_TEST(instants_are_shown_in_the_zone_with_weekday) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;
        char text[TIME_TEXT_MAX];

        ck_assert_int_eq(time_zone_load("Europe/Berlin", &zone), 0);
        ck_assert_str_eq(
                        time_text_format(zone, instant(format_cases[_i].instant), text),
                        format_cases[_i].text);
        ck_assert_str_eq(time_text_format(zone, USEC_INFINITY, text), "-");
}
END_TEST

START_TEST(spans_say_their_direction) {
        char text[TIME_TEXT_MAX];
        usec_t now_usec = instant(NOW);

        ck_assert_str_eq(
                        time_text_relative(now_usec + relative_cases[_i].difference_usec, now_usec, text),
                        relative_cases[_i].text);
        ck_assert_str_eq(time_text_relative(USEC_INFINITY, now_usec, text), "-");
}
END_TEST

START_TEST(the_zone_of_the_caller_is_that_of_the_environment) {
        static const char *const cases[][2] = {
                { "Europe/Berlin", "Europe/Berlin" },
                { ":Asia/Tokyo", "Asia/Tokyo" },
        };
        CLEANUP(time_zone_unrefp) TimeZone *zone = NULL;

        ck_assert_int_eq(setenv("TZ", cases[_i][0], 1), 0);
        zone = time_text_local_zone();
        ck_assert_str_eq(time_zone_name(zone), cases[_i][1]);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("time-text");
        TCase *texts = tcase_create("texts");

        tcase_add_loop_test(texts, times_are_read_as_people_write_them, 0, (int) ARRAY_SIZE(parse_cases));
        tcase_add_loop_test(
                        texts, instants_are_shown_in_the_zone_with_weekday, 0,
                        (int) ARRAY_SIZE(format_cases));
        tcase_add_loop_test(texts, spans_say_their_direction, 0, (int) ARRAY_SIZE(relative_cases));
        tcase_add_loop_test(texts, the_zone_of_the_caller_is_that_of_the_environment, 0, 2);
        suite_add_tcase(suite, texts);
        return suite;
}
