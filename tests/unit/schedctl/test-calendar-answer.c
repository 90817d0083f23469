/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-answer.h"

#include <errno.h>
#include <string.h>

#include "schedule/stable-delay.h"
#include "support/test-support.h"
#include "support/test-time.h"

#define NOW "2026-03-28T12:00:00Z"

/* The answer as it is encoded, or the error. */
static json_t *ask(const char *text) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("Europe/Berlin");
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CalendarEnvironment environment = {
                .now_usec = test_usec(NOW), .boot_usec = test_usec(NOW), .machine_id = "m", .owner_uid = 7
        };
        json_t *json = json_loads(text, 0, NULL), *encoded;
        CalendarAnswer answer = { 0 };
        CalendarRequest request;
        CalendarError error;
        JsonWriter writer;
        int r;

        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        environment.zones = zones;
        environment.zone = zone;
        ck_assert_int_eq(calendar_request_read(json, &environment, &request, &error), 0);

        r = calendar_answer_find(&answer, &request, &environment, &error);

        ck_assert(r == 0 || r == -EINVAL);
        json_writer_init(&writer, &buffer);
        json_writer_begin_object(&writer, NULL);
        if (r == 0)
                calendar_answer_encode(&answer, &writer);
        else
                calendar_error_encode(&error, &writer);
        json_writer_end_object(&writer);

        encoded = json_loads(buffer.data, JSON_REJECT_DUPLICATES, NULL);
        ck_assert_msg(encoded, "no JSON: %s", buffer.data);
        calendar_answer_done(&answer);
        calendar_request_done(&request);
        json_decref(json);
        return encoded;
}

/* "2026-03-29T03:00:00+02:00 gap; …" */
static void collect_times(const json_t *answer, Buffer *buffer) {
        const json_t *time, *note;
        size_t i, j;

        json_array_foreach(json_object_get(answer, "next"), i, time) {
                (void) buffer_add_format(
                                buffer, "%s%s", i > 0 ? "; " : "",
                                json_string_value(json_object_get(time, "local")));
                json_array_foreach(json_object_get(time, "notes"), j, note)(void)
                                buffer_add_format(buffer, " %s", json_string_value(note));
        }
        if (json_is_true(json_object_get(answer, "exhausted")))
                (void) buffer_add_string(buffer, " exhausted");
}

/* clang-format off */
static const struct {
        const char *rest, *times; /* of the request; of the answer */
} time_cases[] = {
        /* `from` does not count, `until` does */
        { "\"0 * * * *\", \"from\": \"2026-01-01T05:00:00\", \"count\": 2",
          "2026-01-01T06:00:00+01:00; 2026-01-01T07:00:00+01:00" },
        { "\"0 * * * *\", \"from\": \"2026-01-01T05:00:00\", \"until\": \"2026-01-01T07:00:00\", \"count\": 9",
          "2026-01-01T06:00:00+01:00; 2026-01-01T07:00:00+01:00 exhausted" },
        { "\"0 * * * *\", \"from\": \"2026-01-01T05:00:00\", \"until\": \"2026-01-01T05:00:00\"", " exhausted" },
        { "\"0 * * * *\", \"from\": \"2026-01-01T05:00:00\", \"until\": \"2025-01-01\"", " exhausted" },
        { "\"0 * * * *\", \"count\": 0", "" },
        { "\"0 * * * *\"", "2026-03-28T14:00:00+01:00" },
        /* back in time */
        { "\"0 * * * *\", \"from\": \"2026-01-01T05:00:00\", \"reverse\": true, \"count\": 2",
          "2026-01-01T04:00:00+01:00; 2026-01-01T03:00:00+01:00" },
        { "\"0 * * * *\", \"from\": \"2026-01-01T05:00:00\", \"until\": \"2026-01-01T03:00\", \"reverse\": true, \"count\": 9",
          "2026-01-01T04:00:00+01:00; 2026-01-01T03:00:00+01:00 exhausted" },
        /* limits: a mere date is all of its day */
        { "\"0 12 * * *\", \"start\": \"2026-04-01\", \"end\": \"2026-04-02\", \"count\": 9",
          "2026-04-01T12:00:00+02:00; 2026-04-02T12:00:00+02:00 exhausted" },
        { "\"0 12 * * *\", \"start\": \"2026-04-01T12:00:00+02:00\", \"end\": \"2026-04-01T10:00:00Z\", \"count\": 9",
          "2026-04-01T12:00:00+02:00 exhausted" },
        /* clock changes */
        { "\"30 2 * * *\", \"count\": 2", "2026-03-29T03:00:00+02:00 gap; 2026-03-30T02:30:00+02:00" },
        { "\"30 2 * * *\", \"dst_gap\": \"skip\"", "2026-03-30T02:30:00+02:00" },
        { "\"30 2 * * *\", \"dst_gap\": \"shift\"", "2026-03-29T03:30:00+02:00 shifted" },
        { "\"30 2 * * *\", \"dst_overlap\": \"second\", \"from\": \"2026-10-24T12:00\"", "2026-10-25T02:30:00+01:00 overlap-second" },
        { "\"30 2 * * *\", \"dst_overlap\": \"both\", \"from\": \"2026-10-24T12:00\", \"count\": 2",
          "2026-10-25T02:30:00+02:00 overlap-first; 2026-10-25T02:30:00+01:00 overlap-second" },
        /* exceptions */
        { "\"0 12 * * *\", \"except\": [{\"days\": \"Sun\"}, {\"dates\": \"03-30\"}]", "2026-03-31T12:00:00+02:00" },
        { "\"0 12 * * *\", \"except\": {\"time\": \"00:00..18:00\"}", " exhausted" },
        /* grids: from the start, else from `from` */
        { "\"90min\", \"start\": \"2026-03-28T12:00:00Z\", \"from\": \"2026-03-28T12:00:00Z\"", "2026-03-28T14:30:00+01:00" },
        { "\"90min\", \"from\": \"2026-03-28T12:01:00Z\"", "2026-03-28T14:31:00+01:00" },
        { "\"2026-04-01T08:00\", \"count\": 2", "2026-04-01T08:00:00+02:00 exhausted" },
        { "\"@1774746000.5\"", "2026-03-29T03:00:00.500000+02:00" },
};
/* clang-format on */

START_TEST(times_are_those_that_were_asked_for) {
        CLEANUP(buffer_done) Buffer buffer = { 0 };
        CLEANUP_FREE char *text = NULL;
        json_t *answer;

        ck_assert_int_ge(asprintf(&text, "{\"expression\": %s}", time_cases[_i].rest), 0);

        answer = ask(text);

        collect_times(answer, &buffer);
        ck_assert_str_eq(buffer.data ?: "", time_cases[_i].times);
        json_decref(answer);
}
END_TEST

START_TEST(a_random_delay_is_stable) {
        json_t *answer = ask("{\"expression\": \"0 * * * *\", \"count\": 3, \"random_delay\": \"10min\", "
                             "\"hash_key\": \"backup\"}");
        json_t *other = ask("{\"expression\": \"0 * * * *\", \"random_delay\": 600, \"hash_key\": \"b\"}");
        usec_t delay_usec = stable_delay("m", 7, "backup", 10 * USEC_PER_MINUTE);
        const json_t *times = json_object_get(answer, "next"), *time;
        char text[TIMESTAMP_MAX];
        size_t i;

        ck_assert_int_gt(delay_usec, 0);
        json_array_foreach(times, i, time) {
                usec_t due_usec = json_integer_value(json_object_get(time, "epoch_usec"));

                ck_assert_str_eq(
                                json_string_value(json_object_get(time, "start")),
                                timestamp_format_utc(due_usec + delay_usec, text));
                ck_assert_str_eq(
                                json_string_value(json_array_get(json_object_get(time, "notes"), 0)),
                                "delayed");
        }
        ck_assert_uint_eq(i, 3);
        ck_assert(!json_equal(
                        json_object_get(json_array_get(times, 0), "start"),
                        json_object_get(json_array_get(json_object_get(other, "next"), 0), "start")));
        json_decref(answer);
        json_decref(other);
}
END_TEST

/* clang-format off */
static const struct {
        const char *rest, *kind, *normalized, *description, *zone, *warning;
        bool interval_like;
} meaning_cases[] = {
        { "\" 30 2 * * mon \"",                   "cron",  "30 2 * * 1", NULL, "Europe/Berlin", NULL, false },
        { "\"*/15 * * * *\", \"timezone\": \"UTC\"", "cron", NULL, "every 15 minutes", "UTC", NULL, true },
        { "\"90s\"",                              "every", "1min 30s", "every 90 seconds", "Europe/Berlin", NULL, true },
        { "\"@every 90s\", \"kind\": \"cron\"",   "every", "1min 30s", NULL, "Europe/Berlin", NULL, true },
        { "\"2025-01-01T00:00\"",                 "at",    NULL, NULL, "Europe/Berlin", "it never comes again", false },
        { "\"2025-01-01T00:00\", \"until\": \"2027-01-01\"", "at", NULL, NULL, "Europe/Berlin", NULL, false },
        { "\"@reboot\"",                          "boot",  NULL, NULL, "Europe/Berlin", NULL, false },
        { "\"5min\", \"kind\": \"resume\"",       "resume", NULL, NULL, "Europe/Berlin", NULL, false },
        /* the zone of the text wins */
        { "\"Mon *-*-* 06:00 America/New_York\"", "calendar", NULL, NULL, "America/New_York", NULL, false },
};
/* clang-format on */

static void equals_if_wanted(const json_t *object, const char *key, const char *wanted) {
        if (wanted)
                ck_assert_str_eq(json_string_value(json_object_get(object, key)), wanted);
}

START_TEST(the_meaning_is_told) {
        CLEANUP_FREE char *text = NULL;
        const json_t *warnings;
        json_t *answer;

        ck_assert_int_ge(asprintf(&text, "{\"expression\": %s}", meaning_cases[_i].rest), 0);

        answer = ask(text);

        equals_if_wanted(answer, "kind", meaning_cases[_i].kind);
        equals_if_wanted(answer, "normalized", meaning_cases[_i].normalized);
        equals_if_wanted(answer, "description", meaning_cases[_i].description);
        equals_if_wanted(answer, "timezone", meaning_cases[_i].zone);
        ck_assert(json_is_true(json_object_get(answer, "interval_like")) == meaning_cases[_i].interval_like);
        warnings = json_object_get(answer, "warnings");
        ck_assert_uint_eq(json_array_size(warnings), meaning_cases[_i].warning ? 1 : 0);
        if (meaning_cases[_i].warning)
                ck_assert_str_eq(json_string_value(json_array_get(warnings, 0)), meaning_cases[_i].warning);
        json_decref(answer);
}
END_TEST

/* clang-format off */
static const struct {
        const char *rest;
        json_int_t offset;
} fault_cases[] = {
        { "\"1 99 * * *\"",                  2 },
        { "\"  1 99 * * *\"",                4 },
        { "\"\"",                            0 },
        { "\"60s\", \"kind\": \"cron\"",     3 },
};
/* clang-format on */

START_TEST(a_wrong_expression_is_located) {
        CLEANUP_FREE char *text = NULL;
        const json_t *error;
        json_t *answer;

        ck_assert_int_ge(asprintf(&text, "{\"expression\": %s}", fault_cases[_i].rest), 0);

        answer = ask(text);

        error = json_object_get(answer, "error");
        ck_assert_str_eq(json_string_value(json_object_get(error, "code")), "syntax");
        ck_assert_str_eq(json_string_value(json_object_get(error, "field")), "expression");
        ck_assert_int_eq(json_integer_value(json_object_get(error, "offset")), fault_cases[_i].offset);
        ck_assert_uint_gt(json_string_length(json_object_get(error, "message")), 0);
        json_decref(answer);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-answer");
        TCase *answer = tcase_create("answer");

        tcase_add_loop_test(answer, times_are_those_that_were_asked_for, 0, ARRAY_SIZE(time_cases));
        tcase_add_test(answer, a_random_delay_is_stable);
        tcase_add_loop_test(answer, the_meaning_is_told, 0, ARRAY_SIZE(meaning_cases));
        tcase_add_loop_test(answer, a_wrong_expression_is_located, 0, ARRAY_SIZE(fault_cases));
        suite_add_tcase(suite, answer);
        return suite;
}
