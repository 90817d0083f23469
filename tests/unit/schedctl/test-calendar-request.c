/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-request.h"

#include <errno.h>
#include <string.h>

#include "support/test-support.h"
#include "support/test-time.h"

#define NOW "2026-03-28T12:00:00Z"

/* Everything is read in Berlin, unless the request says something else. */
static int read_request(const char *text, CalendarRequest *ret, CalendarError *reterr) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        const CalendarEnvironment environment = { .zone = zone, .now_usec = test_usec(NOW) };
        CalendarEnvironment own = environment;
        json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
        int r;

        ck_assert_ptr_nonnull(zone);
        ck_assert_msg(json, "the row is no JSON: %s", text);
        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        own.zones = zones;
        r = calendar_request_read(json, &own, ret, reterr);
        json_decref(json);
        return r;
}

/* clang-format off */
static const struct {
        const char *text;
        CalendarErrorCode code;
        const char *field, *message;
} fault_cases[] = {
        { "[]",                                              CALENDAR_ERROR_JSON,  "", "a request is a JSON object" },
        { "7",                                               CALENDAR_ERROR_JSON,  "", "a request is a JSON object" },
        { "{}",                                              CALENDAR_ERROR_FIELD, "expression", "'expression' is missing" },
        { "{\"expression\": null}",                          CALENDAR_ERROR_FIELD, "expression", "'expression' is missing" },
        { "{\"expression\": \"x\", \"time_zone\": \"UTC\"}", CALENDAR_ERROR_FIELD, "time_zone", "unknown key 'time_zone'; did you mean 'timezone'?" },
        { "{\"expression\": \"x\", \"Kind\": 1}",            CALENDAR_ERROR_FIELD, "Kind", "unknown key 'Kind'; did you mean 'kind'?" },
        { "{\"expression\": \"x\", \"zzz\": null}",          CALENDAR_ERROR_FIELD, "zzz", "unknown key 'zzz'" },
        { "{\"expression\": 5}",                             CALENDAR_ERROR_VALUE, "expression", "'expression' is a string, not a number" },
        { "{\"expression\": [\"x\"]}",                       CALENDAR_ERROR_VALUE, "expression", "'expression' is a string, not an array" },
        { "{\"expression\": \"x\", \"kind\": true}",         CALENDAR_ERROR_VALUE, "kind", "'kind' is a string, not a boolean" },
        { "{\"expression\": \"x\", \"kind\": \"sundial\"}",  CALENDAR_ERROR_VALUE, "kind",
          "'kind' is one of cron, calendar, every, at, boot, startup, resume and rrule, not 'sundial'" },
        { "{\"expression\": \"x\", \"days\": \"xor\"}",      CALENDAR_ERROR_VALUE, "days", "'days' is one of auto, or and and, not 'xor'" },
        { "{\"expression\": \"x\", \"dialect\": \"\"}",      CALENDAR_ERROR_VALUE, "dialect", "'dialect' is one of default and vixie, not ''" },
        { "{\"expression\": \"x\", \"dst_gap\": \"both\"}",  CALENDAR_ERROR_VALUE, "dst_gap", "'dst_gap' is one of auto, run, skip and shift, not 'both'" },
        { "{\"expression\": \"x\", \"dst_overlap\": {}}",    CALENDAR_ERROR_VALUE, "dst_overlap", "'dst_overlap' is a string, not an object" },
        { "{\"expression\": \"x\", \"timezone\": 1}",        CALENDAR_ERROR_VALUE, "timezone", "'timezone' is a string, not a number" },
        { "{\"expression\": \"x\", \"timezone\": \"Mars/Base\"}", CALENDAR_ERROR_ZONE, "timezone", "time zone 'Mars/Base': " },
        { "{\"expression\": \"x\", \"timezone\": \"../x\"}", CALENDAR_ERROR_ZONE, "timezone", "time zone '../x': " },
        { "{\"expression\": \"x\", \"timezone\": \"\"}",     CALENDAR_ERROR_ZONE, "timezone", "time zone '': " },
        { "{\"expression\": \"x\", \"from\": 1774746000}",   CALENDAR_ERROR_VALUE, "from", "'from' is a string, not a number" },
        { "{\"expression\": \"x\", \"from\": \"today\"}",    CALENDAR_ERROR_VALUE, "from", "'from' is a time such as" },
        { "{\"expression\": \"x\", \"until\": \"2026-02-30\"}", CALENDAR_ERROR_VALUE, "until", "'until' is a time such as" },
        { "{\"expression\": \"x\", \"start\": \"\"}",        CALENDAR_ERROR_VALUE, "start", "'start' is a time such as" },
        { "{\"expression\": \"x\", \"end\": false}",         CALENDAR_ERROR_VALUE, "end", "'end' is a string, not a boolean" },
        { "{\"expression\": \"x\", \"count\": \"5\"}",       CALENDAR_ERROR_VALUE, "count", "'count' is a whole number, not a string" },
        { "{\"expression\": \"x\", \"count\": 1.0}",         CALENDAR_ERROR_VALUE, "count", "'count' is a whole number, not a number" },
        { "{\"expression\": \"x\", \"count\": -1}",          CALENDAR_ERROR_VALUE, "count", "'count' is from 0 to 100000, not -1" },
        { "{\"expression\": \"x\", \"count\": 100001}",      CALENDAR_ERROR_VALUE, "count", "'count' is from 0 to 100000, not 100001" },
        { "{\"expression\": \"x\", \"reverse\": 1}",         CALENDAR_ERROR_VALUE, "reverse", "'reverse' is true or false, not a number" },
        { "{\"expression\": \"x\", \"hash_key\": 7}",        CALENDAR_ERROR_VALUE, "hash_key", "'hash_key' is a string, not a number" },
        { "{\"expression\": \"x\", \"random_delay\": \"soon\"}", CALENDAR_ERROR_VALUE, "random_delay", "'random_delay' is a duration such as" },
        { "{\"expression\": \"x\", \"random_delay\": -1}",   CALENDAR_ERROR_VALUE, "random_delay", "'random_delay' is a duration of at most" },
        { "{\"expression\": \"x\", \"random_delay\": 1e300}", CALENDAR_ERROR_VALUE, "random_delay", "'random_delay' is a duration of at most" },
        { "{\"expression\": \"x\", \"random_delay\": \"infinity\"}", CALENDAR_ERROR_VALUE, "random_delay", "'random_delay' is a duration such as" },
};
/* clang-format on */

START_TEST(a_fault_names_its_key) {
        CalendarRequest request;
        CalendarError error;

        ck_assert_int_eq(read_request(fault_cases[_i].text, &request, &error), -EINVAL);

        ck_assert_str_eq(error.field, fault_cases[_i].field);
        ck_assert_int_eq(error.code, fault_cases[_i].code);
        ck_assert_msg(strncmp(error.message, fault_cases[_i].message, strlen(fault_cases[_i].message)) == 0,
                      "got: %s", error.message);
}
END_TEST

/* clang-format off */
static const struct {
        const char *key, *value, *zone, *instant;
        bool reverse;
} time_cases[] = {
        { "from",  "2026-03-29T01:00:00Z",             NULL,               "2026-03-29T01:00:00Z" },
        { "from",  "2026-03-29T01:00:00.000001Z",      NULL,               "2026-03-29T01:00:00.000001Z" },
        { "from",  "2026-03-29T01:00:00+02:00",        NULL,               "2026-03-28T23:00:00Z" },
        { "from",  "2026-03-29 01:00",                 NULL,               "2026-03-29T00:00:00Z" },
        { "from",  "2026-03-29T01:00",                 "America/New_York", "2026-03-29T05:00:00Z" },
        { "from",  "2026-03-29",                       NULL,               "2026-03-28T23:00:00Z" },
        { "from",  "@1774746000",                      NULL,               "2026-03-29T01:00:00Z" },
        { "from",  "@1774746000.25",                   "America/New_York", "2026-03-29T01:00:00.250000Z" },
        { "from",  "@-1",                              NULL,               "1969-12-31T23:59:59Z" },
        /* skipped: the first instant after the gap; twice: the first */
        { "from",  "2026-03-29T02:30:00",              NULL,               "2026-03-29T01:00:00Z" },
        { "from",  "2026-10-25T02:30:00",              NULL,               "2026-10-25T00:30:00Z" },
        { "until", "2026-03-29T01:00",                 NULL,               "2026-03-29T00:00:00Z" },
        /* a mere date is all of it: 23 hours here */
        { "until", "2026-03-29",                       NULL,               "2026-03-29T21:59:59.999999Z" },
        { "until", "2026-03-29",                       NULL,               "2026-03-28T23:00:00Z", true },
};
/* clang-format on */

START_TEST(times_are_in_the_zone) {
        CLEANUP_FREE char *text = NULL;
        CalendarRequest request;
        CalendarError error;
        char got[TIMESTAMP_MAX];
        bool from = strcmp(time_cases[_i].key, "from") == 0;

        /* the zone counts wherever it stands */
        ck_assert_int_ge(
                        asprintf(&text,
                                 "{\"%s\": \"%s\", \"expression\": \"x\", \"timezone\": %s%s%s, "
                                 "\"reverse\": %s}",
                                 time_cases[_i].key, time_cases[_i].value, time_cases[_i].zone ? "\"" : "",
                                 time_cases[_i].zone ?: "null", time_cases[_i].zone ? "\"" : "",
                                 time_cases[_i].reverse ? "true" : "false"),
                        0);
        ck_assert_int_eq(read_request(text, &request, &error), 0);

        ck_assert_str_eq(
                        test_timestamp(from ? request.from_usec : request.until_usec, got),
                        time_cases[_i].instant);
        ck_assert(request.has_until != from);
        calendar_request_done(&request);
}
END_TEST

START_TEST(nothing_but_the_expression_is_needed) {
        CalendarRequest request;
        CalendarError error;

        ck_assert_int_eq(read_request("{\"expression\": \" @daily \"}", &request, &error), 0);

        ck_assert_str_eq(request.expression, " @daily ");
        ck_assert_int_eq(request.kind, -1);
        ck_assert_str_eq(time_zone_name(request.zone), "Europe/Berlin");
        ck_assert_int_eq(request.from_usec, test_usec(NOW));
        ck_assert(!request.has_until && !request.reverse);
        ck_assert_uint_eq(request.count, 1);
        ck_assert_ptr_null(request.options.start);
        ck_assert_ptr_null(request.options.hash_key);
        ck_assert_int_eq(request.random_delay_usec, 0);
        calendar_request_done(&request);
}
END_TEST

START_TEST(all_keys_are_taken) {
        CalendarRequest request;
        CalendarError error;

        ck_assert_int_eq(
                        read_request("{\"id\": {\"a\": [1]}, \"expression\": \"H H * * *\", \"kind\": "
                                     "\"cron\", \"timezone\": \"America/New_York\", \"from\": "
                                     "\"2026-01-01\", \"until\": \"2026-02-01\", \"count\": 100000, "
                                     "\"reverse\": true, \"days\": \"and\", \"dialect\": \"vixie\", "
                                     "\"dst_gap\": \"shift\", \"dst_overlap\": \"both\", \"hash_key\": "
                                     "\"job\", \"start\": \"2026-01-02\", \"end\": "
                                     "\"2026-01-03T04:05:06Z\", \"random_delay\": 90}",
                                     &request, &error),
                        0);

        ck_assert_int_eq(request.kind, SCHEDULE_CRON);
        ck_assert_str_eq(time_zone_name(request.zone), "America/New_York");
        ck_assert_uint_eq(request.count, 100000);
        ck_assert(request.reverse);
        ck_assert_int_eq(request.options.days, CRON_DAYS_AND);
        ck_assert_int_eq(request.options.dialect, CRON_DIALECT_VIXIE);
        ck_assert_int_eq(request.options.dst.gap, DST_GAP_SHIFT);
        ck_assert_int_eq(request.options.dst.overlap, DST_OVERLAP_BOTH);
        ck_assert_str_eq(request.options.hash_key, "job");
        ck_assert(!request.options.start->has_time && !request.options.start->has_offset);
        ck_assert_int_eq(timestamp_to_usec(request.options.end), test_usec("2026-01-03T04:05:06Z"));
        ck_assert_int_eq(request.random_delay_usec, 90 * USEC_PER_SEC);
        calendar_request_done(&request);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-request");
        TCase *read = tcase_create("read");

        tcase_add_loop_test(read, a_fault_names_its_key, 0, ARRAY_SIZE(fault_cases));
        tcase_add_loop_test(read, times_are_in_the_zone, 0, ARRAY_SIZE(time_cases));
        tcase_add_test(read, nothing_but_the_expression_is_needed);
        tcase_add_test(read, all_keys_are_taken);
        suite_add_tcase(suite, read);
        return suite;
}
