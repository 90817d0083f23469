/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-except.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "support/test-support.h"
#include "support/test-time.h"
#include "util/file.h"

static int read_except(const char *text, Exceptions **ret, CalendarError *reterr) {
        json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
        int r;

        ck_assert_msg(json, "the row is no JSON: %s", text);
        r = calendar_except_read(json, ret, reterr);
        json_decref(json);
        return r;
}

/* clang-format off */
static const struct {
        const char *text, *instant;
        bool excepted;
} match_cases[] = {
        { "{\"days\": \"Sat,Sun\"}",                               "2026-03-28T12:00:00Z", true },
        { "{\"days\": [\"Sat\", \"Sun\"]}",                        "2026-03-28T12:00:00Z", true },
        { "{\"days\": [\"Sat\", \"Sun\"]}",                        "2026-03-30T12:00:00Z", false },
        { "{\"dates\": \"12-25\"}",                                "2026-12-25T12:00:00Z", true },
        { "[{\"dates\": [\"2026-12-24\", \"12-31..01-02\"]}]",     "2027-01-02T12:00:00Z", true },
        { "[{\"dates\": [\"2026-12-24\", \"12-31..01-02\"]}]",     "2027-12-24T12:00:00Z", false },
        { "{\"time\": \"22:00..06:00\"}",                          "2026-03-28T04:00:00Z", true },
        { "{\"time\": \"22:00..06:00\"}",                          "2026-03-28T06:00:00Z", false },
        { "{\"time\": \"22:00..06:00\", \"days\": \"Mon\"}",       "2026-03-28T04:00:00Z", false },
        { "{\"calendar\": \"Sat\"}",                               "2026-03-28T04:00:00Z", true },
        { "{\"cron\": \"0 4 * * *\"}",                             "2026-03-28T04:00:00Z", true },
        { "[{\"days\": \"Sun\"}, {\"days\": \"Mon\"}]",            "2026-03-30T12:00:00Z", true },
        { "[]",                                                    "2026-03-30T12:00:00Z", false },
};
/* clang-format on */

START_TEST(items_mean_what_they_mean_in_files) {
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        CalendarError error;

        ck_assert_int_eq(read_except(match_cases[_i].text, &exceptions, &error), 0);

        ck_assert(exceptions_match(exceptions, time_zone_utc(), test_usec(match_cases[_i].instant)) ==
                  match_cases[_i].excepted);
}
END_TEST

/* clang-format off */
static const struct {
        const char *text, *message;
} fault_cases[] = {
        { "\"Sat\"",                                "'except' is an object such as" },
        { "[7]",                                    "'except' is an object such as" },
        { "{\"day\": \"Sat\"}",                     "'except', item 1, 'day': is an unknown key" },
        { "{\"days\": 6}",                          "'except', item 1, 'days': is a string or a list of strings" },
        { "{\"days\": []}",                         "'except', item 1, 'days': is an empty list" },
        { "{\"dates\": [\"12-25\", 7]}",            "'except', item 1, 'dates': is a list of strings" },
        { "{\"time\": [\"22:00..06:00\"]}",         "'except', item 1, 'time': is a string" },
        { "[{\"days\": \"Sat\"}, {\"days\": \"Someday\"}]", "'except', item 2, 'days': " },
        { "{\"dates\": \"02-30\"}",                 "'except', item 1, 'dates': " },
        { "{\"cron\": \"99 * * * *\"}",             "'except', item 1, 'cron': " },
        { "{}",                                     "'except', item 1, 'except': " },
        { "{\"ics\": \"/does/not/exist\"}",         "'except', item 1, 'ics': No such file" },
};
/* clang-format on */

START_TEST(a_fault_names_the_item) {
        Exceptions *exceptions = NULL;
        CalendarError error;

        ck_assert_int_eq(read_except(fault_cases[_i].text, &exceptions, &error), -EINVAL);

        ck_assert_ptr_null(exceptions);
        ck_assert_int_eq(error.code, CALENDAR_ERROR_VALUE);
        ck_assert_str_eq(error.field, "except");
        ck_assert_msg(strncmp(error.message, fault_cases[_i].message, strlen(fault_cases[_i].message)) == 0,
                      "got: %s", error.message);
}
END_TEST

START_TEST(icalendar_files_are_read) {
        static const char ics[] = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n"
                                  "DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\n"
                                  "END:VEVENT\r\nEND:VCALENDAR\r\n";
        CLEANUP(exceptions_freep) Exceptions *exceptions = NULL;
        char path[] = "/tmp/test-calendar-except.XXXXXX";
        CLEANUP_CLOSE int fd = mkstemp(path);
        CLEANUP_FREE char *text = NULL;
        CalendarError error = { 0 };
        int r;

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(fd_write_all(fd, ics, strlen(ics)), 0);
        ck_assert_int_ge(asprintf(&text, "{\"ics\": \"%s\"}", path), 0);

        r = read_except(text, &exceptions, &error);

        (void) unlink(path);
        if (r < 0 && strstr(error.message, "--with-libical"))
                return; /* this build cannot */
        ck_assert_msg(r == 0, "%s", error.message);
        ck_assert(exceptions_match(exceptions, time_zone_utc(), test_usec("2026-12-26T12:00:00Z")));
        ck_assert(!exceptions_match(exceptions, time_zone_utc(), test_usec("2026-12-27T12:00:00Z")));
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-except");
        TCase *items = tcase_create("items");

        tcase_add_loop_test(items, items_mean_what_they_mean_in_files, 0, ARRAY_SIZE(match_cases));
        tcase_add_loop_test(items, a_fault_names_the_item, 0, ARRAY_SIZE(fault_cases));
        tcase_add_test(items, icalendar_files_are_read);
        suite_add_tcase(suite, items);
        return suite;
}
