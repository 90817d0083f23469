/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/progress-bar.h"

#include "support/test-support.h"
#include "support/test-time.h"

#define SECONDS(n) ((n) *USEC_PER_SEC)

static const struct {
        int progress;
        usec_t elapsed_usec, median_usec, left_usec;
} left_cases[] = {
        { -1, SECONDS(10), SECONDS(60), SECONDS(50) },   /* history only */
        { 0, SECONDS(10), SECONDS(60), SECONDS(50) },    /* no pace yet */
        { 50, SECONDS(10), USEC_INFINITY, SECONDS(10) }, /* pace only */
        { 25, SECONDS(10), USEC_INFINITY, SECONDS(30) },
        { 50, SECONDS(10), SECONDS(40), SECONDS(20) }, /* half and half of 10 and 30 */
        { 100, SECONDS(10), SECONDS(40), 0 },
        { 50, SECONDS(50), SECONDS(40), SECONDS(50) }, /* longer than usual: its pace */
        { -1, SECONDS(50), SECONDS(40), USEC_INFINITY },
        { -1, SECONDS(50), USEC_INFINITY, USEC_INFINITY },
        { 50, USEC_INFINITY, SECONDS(40), USEC_INFINITY }, /* not started */
        { 50, -1, SECONDS(40), USEC_INFINITY },            /* the clock was set back */
};

START_TEST(what_is_left_is_estimated) {
        ck_assert_int_eq(
                        progress_left(left_cases[_i].progress, left_cases[_i].elapsed_usec,
                                      left_cases[_i].median_usec),
                        left_cases[_i].left_usec);
}
END_TEST

static const struct {
        const char *execution;
        usec_t median_usec;
        bool utf8;
        const char *text;
} format_cases[] = {
        { "{\"state\": \"running\", \"started\": \"2026-01-01T00:00:00.000000Z\", \"progress\": 50, "
          "\"status_text\": \"copying\"}",
          USEC_INFINITY, true, "██████████░░░░░░░░░░  50%, about 1min left: copying" },
        { "{\"state\": \"running\", \"started\": \"2026-01-01T00:00:00.000000Z\", \"progress\": 5}",
          USEC_INFINITY, false, "[#-------------------]   5%, about 19min left" },
        { "{\"state\": \"running\", \"started\": \"2026-01-01T00:00:00.000000Z\", \"progress\": 100}",
          SECONDS(600), false, "[####################] 100%" },
        { "{\"state\": \"running\", \"started\": \"2026-01-01T00:00:00.000000Z\"}", SECONDS(180), true,
          "about 2min left" },
        { "{\"state\": \"running\", \"status_text\": \"copying\"}", USEC_INFINITY, true, "copying" },
        { "{\"state\": \"running\"}", USEC_INFINITY, true, "" },
        { "{\"state\": \"succeeded\", \"progress\": 50}", SECONDS(60), true, "" },
};

START_TEST(a_line_says_what_is_known) {
        json_t *execution = json_loads(format_cases[_i].execution, 0, NULL);
        const Screen screen = { .utf8 = format_cases[_i].utf8 };
        CLEANUP(buffer_done) Buffer buffer = { 0 };

        ck_assert_ptr_nonnull(execution);
        ck_assert_int_eq(
                        progress_format(execution, test_usec("2026-01-01T00:01:00Z"),
                                        format_cases[_i].median_usec, &screen, &buffer),
                        0);
        ck_assert_str_eq(buffer.data ?: "", format_cases[_i].text);
        json_decref(execution);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("progress-bar");
        TCase *tcase = tcase_create("progress-bar");

        tcase_add_loop_test(tcase, what_is_left_is_estimated, 0, ARRAY_SIZE(left_cases));
        tcase_add_loop_test(tcase, a_line_says_what_is_known, 0, ARRAY_SIZE(format_cases));
        suite_add_tcase(suite, tcase);
        return suite;
}
