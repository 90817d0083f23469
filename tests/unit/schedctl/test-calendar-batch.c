/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/calendar-batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "support/test-support.h"
#include "support/test-time.h"

static int memory_file(void) {
        int fd = memfd_create("test", MFD_CLOEXEC);

        ck_assert_int_ge(fd, 0);
        return fd;
}

/* What the batch answers to this input. */
static char *answers_to(const char *input, size_t size) {
        CLEANUP(time_zone_cache_freep) TimeZoneCache *zones = NULL;
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("UTC");
        CLEANUP_CLOSE int in = memory_file(), out = memory_file();
        CalendarEnvironment environment = { .zone = zone, .now_usec = test_usec("2026-01-01T00:00:00Z") };
        off_t n;
        char *text;

        ck_assert_int_eq(write(in, input, size), (ssize_t) size);
        ck_assert_int_eq(lseek(in, 0, SEEK_SET), 0);
        ck_assert_int_eq(time_zone_cache_new(&zones), 0);
        environment.zones = zones;

        ck_assert_int_eq(calendar_batch(&environment, in, out), 0);

        n = lseek(out, 0, SEEK_END);
        text = calloc(1, (size_t) n + 1);
        ck_assert_ptr_nonnull(text);
        ck_assert_int_eq(pread(out, text, (size_t) n, 0), n);
        return text;
}

static size_t count_lines(const char *text) {
        size_t n = 0;

        for (; *text; text++)
                n += *text == '\n';
        return n;
}

#define GOOD "{\"id\":1,\"expression\":\"0 0 1 1 *\",\"count\":0}"
#define ANSWER                                                                                              \
        "{\"id\":1,\"expression\":\"0 0 1 1 *\",\"kind\":\"cron\",\"normalized\":\"0 0 1 1 "                \
        "*\",\"timezone\":"                                                                                 \
        "\"UTC\",\"description\":\"at 00:00 on day 1 of January\",\"interval_like\":false,\"warnings\":[]," \
        "\"exhausted\":false,\"next\":[]}\n"

/* clang-format off */
static const struct {
        const char *input;
        const char *begins[4]; /* of the lines of the answer */
} line_cases[] = {
        { "",                         { NULL } },
        { "{}\n",                     { "{\"error\":{\"code\":\"field\",\"field\":\"expression\",\"offset\":null,\"message\":\"'expression' is missing\"}}\n" } },
        { "{\"id\":\"a\\\"\\u00e4\"}",{ "{\"id\":\"a\\\"\303\244\",\"error\":{\"code\":\"field\"" } },
        { "{\"id\":null}\n",          { "{\"id\":null,\"error\":" } },
        { "{\"id\":1.5}\n",           { "{\"id\":1.5,\"error\":" } },
        { "{\"id\":{\"b\":[1,true],\"a\":2}}\n", { "{\"id\":{\"b\":[1,true],\"a\":2},\"error\":" } },
        { "{\"id\":-9007199254740993}\n", { "{\"id\":-9007199254740993,\"error\":" } },
        { "{\"id\":7,\"expression\":\"1 2 3\",\"kind\":\"cron\"}\n", { "{\"id\":7,\"error\":{\"code\":\"syntax\",\"field\":\"expression\",\"offset\":" } },
        { GOOD "\r\n" GOOD,           { "{\"id\":1,\"expression\"", "{\"id\":1,\"expression\"" } },
        /* a bad line stops nothing */
        { "nonsense\n" GOOD "\n",     { "{\"error\":{\"code\":\"json\",\"field\":null,\"offset\":null", "{\"id\":1," } },
        { GOOD "\n\n" GOOD "\n",      { "{\"id\":1,", "{\"error\":{\"code\":\"json\"", "{\"id\":1," } },
        { "[]\n",                     { "{\"error\":{\"code\":\"json\"" } },
        { "{\"id\":1,\"id\":2}\n",    { "{\"error\":{\"code\":\"json\"" } },
        { "{\"id\":1}{\"id\":2}\n",   { "{\"error\":{\"code\":\"json\"" } },
        { "{\"id\":\"\\u0000\"}\n",   { "{\"id\":\"\\u0000\",\"error\":{\"code\":\"field\"" } },
        { "{\"id\":1,\"expression\":\"@daily\\u0000\"}\n", { "{\"id\":1,\"error\":{\"code\":\"value\",\"field\":\"expression\"" } },
        { "null\n",                   { "{\"error\":{\"code\":\"json\",\"field\":null,\"offset\":null,\"message\":\"a request is a JSON object\"}}\n" } },
        { "{\"id\":\"\377\"}\n",      { "{\"error\":{\"code\":\"json\"" } },
};
/* clang-format on */

START_TEST(each_line_has_one_answer) {
        CLEANUP_FREE char *answers = answers_to(line_cases[_i].input, strlen(line_cases[_i].input));
        const char *at = answers;
        size_t n = 0;

        for (; line_cases[_i].begins[n]; n++) {
                ck_assert_msg(strncmp(at, line_cases[_i].begins[n], strlen(line_cases[_i].begins[n])) == 0,
                              "wanted: %s\ngot: %s", line_cases[_i].begins[n], at);
                at = strchr(at, '\n');
                ck_assert_ptr_nonnull(at);
                at++;
        }
        ck_assert_str_eq(at, "");
}
END_TEST

START_TEST(the_keys_are_in_their_order) {
        CLEANUP_FREE char *answers = answers_to(GOOD, strlen(GOOD));

        ck_assert_str_eq(answers, ANSWER);
}
END_TEST

/* clang-format off */
static const struct {
        size_t size;
        bool line_break, refused;
} long_cases[] = {
        { CALENDAR_LINE_MAX,         true,  false },
        { CALENDAR_LINE_MAX + 1,     true,  true },
        { CALENDAR_LINE_MAX + 1,     false, true },
        { 3 * CALENDAR_LINE_MAX,     true,  true },
        { CALENDAR_LINE_MAX,         false, false },
};
/* clang-format on */

START_TEST(a_line_that_is_too_long_is_one_error) {
        size_t size = long_cases[_i].size, tail = strlen("\n" GOOD);
        CLEANUP_FREE char *input = malloc(size + tail + 1), *answers = NULL;

        ck_assert_ptr_nonnull(input);
        memset(input, ' ', size);
        memcpy(input, GOOD, strlen(GOOD));
        strcpy(input + size, long_cases[_i].line_break ? "\n" GOOD : "");

        answers = answers_to(input, strlen(input));

        ck_assert_uint_eq(count_lines(answers), long_cases[_i].line_break ? 2 : 1);
        ck_assert((strstr(answers, "is longer than") != NULL) == long_cases[_i].refused);
        if (long_cases[_i].line_break)
                ck_assert_str_eq(answers + strlen(answers) - strlen(ANSWER), ANSWER);
}
END_TEST

START_TEST(order_is_kept_over_many_chunks) {
        CLEANUP(buffer_done) Buffer input = { 0 };
        CLEANUP_FREE char *answers = NULL;
        const char *at;

        for (int i = 0; i < 20000; i++)
                (void) buffer_add_format(
                                &input, "{\"id\":%d,\"expression\":\"@daily\",\"count\":%d}\n", i, i % 3);

        answers = answers_to(input.data, input.size);

        at = answers;
        for (int i = 0; i < 20000; i++) {
                char begin[32];

                (void) snprintf(begin, sizeof(begin), "{\"id\":%d,\"exp", i);
                ck_assert_msg(strncmp(at, begin, strlen(begin)) == 0, "not line %d: %.60s", i, at);
                at = strchr(at, '\n') + 1;
        }
        ck_assert_str_eq(at, "");
}
END_TEST

START_TEST(what_cannot_be_read_or_written_is_an_error) {
        CLEANUP(time_zone_unrefp) TimeZone *zone = test_zone("UTC");
        const CalendarEnvironment environment = { .zone = zone };
        CLEANUP_CLOSE int in = memory_file();

        ck_assert_int_eq(write(in, "{}\n", 3), 3);
        ck_assert_int_eq(lseek(in, 0, SEEK_SET), 0);

        ck_assert_int_eq(calendar_batch(&environment, -EBADF, in), -EBADF);
        ck_assert_int_eq(calendar_batch(&environment, in, -EBADF), -EBADF);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("calendar-batch");
        TCase *lines = tcase_create("lines");

        tcase_add_loop_test(lines, each_line_has_one_answer, 0, ARRAY_SIZE(line_cases));
        tcase_add_test(lines, the_keys_are_in_their_order);
        tcase_add_loop_test(lines, a_line_that_is_too_long_is_one_error, 0, ARRAY_SIZE(long_cases));
        tcase_add_test(lines, order_is_kept_over_many_chunks);
        tcase_add_test(lines, what_cannot_be_read_or_written_is_an_error);
        suite_add_tcase(suite, lines);
        return suite;
}
