/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/statistics.h"

#include <stdio.h>

#include "client/client.h"
#include "support/test-support.h"

/* One execution that started at noon: its state, and after how many seconds it ended (-1: not yet). */
typedef struct Run {
        const char *state;
        int seconds;
} Run;

/* clang-format off */
static const struct {
        Run runs[6]; /* newest first */
        size_t n_runs, n_judged, n_succeeded;
        int median, p95; /* seconds; -1: unknown */
        const char *bars, *digits;
} cases[] = {
        { { { NULL, 0 } },                                                                0, 0, 0, -1, -1, "", "" },
        { { { "succeeded", 5 } },                                                         1, 1, 1,  5,  5, "█", "7" },
        { { { "succeeded", 0 } },                                                         1, 1, 1,  0,  0, "▁", "0" },
        { { { "failed", 8 }, { "succeeded", 4 } },                                        2, 2, 1,  4,  8, "▅█", "47" },
        { { { "cancelled", 1 }, { "succeeded", 7 } },                                     2, 1, 1,  1,  7, "█▂", "71" },
        { { { "running", -1 }, { "lost", 3 }, { "timed-out", 3 } },                       2, 2, 0,  3,  3, "██", "77" },
        { { { "succeeded", 1 }, { "succeeded", 2 }, { "succeeded", 3 }, { "succeeded", 4 }, { "succeeded", 5 } },
                                                                                          5, 5, 5,  3,  5, "█▇▅▄▂", "76431" },
};
/* clang-format on */

static json_t *executions_of(const Run *runs) {
        json_t *array = json_array();

        for (; runs->state; runs++) {
                json_t *execution = json_pack(
                                "{s:s, s:s}", "state", runs->state, "started", "2026-01-01T12:00:00.000000Z");
                char ended[40];

                if (runs->seconds >= 0) {
                        (void) snprintf(ended, sizeof(ended), "2026-01-01T12:00:%02d.000000Z", runs->seconds);
                        (void) json_object_set_new(execution, "ended", json_string(ended));
                }
                (void) json_array_append_new(array, execution);
        }
        return array;
}

static usec_t span_of(int seconds) {
        return seconds < 0 ? USEC_INFINITY : seconds * USEC_PER_SEC;
}

START_TEST(runs_are_counted_and_measured) {
        CLEANUP_JSON json_t *executions = executions_of(cases[_i].runs);
        Statistics statistics;

        statistics_compute(executions, &statistics);

        ck_assert_uint_eq(statistics.n_runs, cases[_i].n_runs);
        ck_assert_uint_eq(statistics.n_judged, cases[_i].n_judged);
        ck_assert_uint_eq(statistics.n_succeeded, cases[_i].n_succeeded);
        ck_assert_int_eq(statistics.median_usec, span_of(cases[_i].median));
        ck_assert_int_eq(statistics.p95_usec, span_of(cases[_i].p95));
}
END_TEST

static void assert_line(const Statistics *statistics, bool utf8, const char *expected) {
        const Screen screen = { .utf8 = utf8 };
        CLEANUP_FREE char *line = NULL;
        Buffer buffer = { 0 };

        ck_assert_int_eq(statistics_sparkline(statistics, &screen, &buffer), 0);
        ck_assert_int_eq(buffer_take(&buffer, &line), 0);
        ck_assert_str_eq(line, expected);
}

START_TEST(durations_are_bars_oldest_first) {
        CLEANUP_JSON json_t *executions = executions_of(cases[_i].runs);
        Statistics statistics;

        statistics_compute(executions, &statistics);
        assert_line(&statistics, true, cases[_i].bars);
        assert_line(&statistics, false, cases[_i].digits);
}
END_TEST

START_TEST(what_is_unknown_is_null) {
        CLEANUP_JSON json_t *executions = json_array();
        CLEANUP_JSON json_t *object = NULL;
        CLEANUP_FREE char *text = NULL;
        Statistics statistics;

        statistics_compute(executions, &statistics);
        object = statistics_to_json(&statistics);
        text = json_dumps(object, JSON_PRESERVE_ORDER);
        ck_assert_str_eq(
                        text,
                        "{\"runs\": 0, \"succeeded\": 0, \"success_rate\": null, "
                        "\"median_seconds\": null, \"p95_seconds\": null}");
}
END_TEST

/* More than are looked at: the newest count. */
START_TEST(old_runs_do_not_count) {
        CLEANUP_JSON json_t *executions = json_array();
        const Run good[] = { { "succeeded", 1 }, { NULL, 0 } }, bad[] = { { "failed", 9 }, { NULL, 0 } };
        Statistics statistics;

        for (unsigned i = 0; i < STATISTICS_RUNS_MAX + 5; i++) {
                CLEANUP_JSON json_t *one = executions_of(i < STATISTICS_RUNS_MAX ? good : bad);

                ck_assert_int_eq(json_array_extend(executions, one), 0);
        }
        statistics_compute(executions, &statistics);
        ck_assert_uint_eq(statistics.n_runs, STATISTICS_RUNS_MAX);
        ck_assert_uint_eq(statistics.n_succeeded, STATISTICS_RUNS_MAX);
        ck_assert_int_eq(statistics.p95_usec, USEC_PER_SEC);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("statistics");
        TCase *tcase = tcase_create("runs");

        tcase_add_loop_test(tcase, runs_are_counted_and_measured, 0, ARRAY_SIZE(cases));
        tcase_add_loop_test(tcase, durations_are_bars_oldest_first, 0, ARRAY_SIZE(cases));
        tcase_add_test(tcase, what_is_unknown_is_null);
        tcase_add_test(tcase, old_runs_do_not_count);
        suite_add_tcase(suite, tcase);
        return suite;
}
