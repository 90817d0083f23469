/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "schedctl/columns.h"

#include <signal.h>
#include <string.h>

#include "job/execution-record.h"
#include "schedctl/selection.h"
#include "support/test-support.h"
#include "support/test-time.h"

static json_t *parse(const char *text) {
        json_t *object = json_loads(text, 0, NULL);

        ck_assert_msg(object, "%s", text);
        return object;
}

/* What goes wrong is red, in each state that the store knows. */
START_TEST(each_state_of_an_execution_has_a_look) {
        const char *state = execution_state_to_string((ExecutionState) _i);
        bool is_bad = strcmp(state, "failed") == 0 || strcmp(state, "timed-out") == 0 ||
                        strcmp(state, "lost") == 0;

        ck_assert((state_colour(state) == COLOUR_RED) == is_bad);
        ck_assert((state_glyph(state) == GLYPH_FAILED) == is_bad);
}
END_TEST

START_TEST(what_runs_looks_active) {
        for (const char *const *state = active_states; *state; state++)
                ck_assert(state_glyph(*state) == GLYPH_ACTIVE);
        for (const char *const *state = job_states; *state; state++)
                ck_assert((state_colour(*state) == COLOUR_RED) == (strcmp(*state, "failed-to-load") == 0));
        ck_assert(state_glyph("of a later version") == GLYPH_INACTIVE);
        ck_assert(state_colour("of a later version") == COLOUR_NONE);
}
END_TEST

/* clang-format off */
static const struct {
        const char *execution, *text;
} exit_cases[] = {
        { "{}",                                     "" },
        { "{\"exit_code\":null,\"signal\":null}",   "" },
        { "{\"exit_code\":0}",                      "0" },
        { "{\"exit_code\":255,\"signal\":null}",    "255" },
        { "{\"exit_code\":null,\"signal\":9}",      "SIGKILL" },
        { "{\"signal\":15}",                        "SIGTERM" },
        { "{\"signal\":42}",                        "signal 42" }, /* a real-time one */
};
/* clang-format on */

START_TEST(an_exit_is_a_code_or_a_signal) {
        json_t *execution = parse(exit_cases[_i].execution);
        char text[EXIT_TEXT_MAX];

        ck_assert_str_eq(exit_text(execution, text), exit_cases[_i].text);
        json_decref(execution);
}
END_TEST

/* clang-format off */
static const struct {
        const char *execution;
        usec_t duration_usec;
} duration_cases[] = {
        { "{\"started\":null,\"ended\":null}", USEC_INFINITY },
        { "{\"started\":\"2026-01-01T00:00:00Z\",\"ended\":\"2026-01-01T00:00:02.5Z\"}", 2500000 },
        { "{\"started\":\"2026-01-01T00:00:00Z\",\"ended\":null}", 60 * USEC_PER_SEC }, /* until now */
        /* the clock was set back meanwhile */
        { "{\"started\":\"2026-01-01T00:00:00Z\",\"ended\":\"2025-12-31T23:00:00Z\"}", 0 },
};
/* clang-format on */

START_TEST(a_duration_is_never_negative) {
        json_t *execution = parse(duration_cases[_i].execution);
        usec_t now_usec = test_usec("2026-01-01T00:01:00Z");

        ck_assert_int_eq(execution_duration(execution, now_usec), duration_cases[_i].duration_usec);
        json_decref(execution);
}
END_TEST

START_TEST(a_row_has_a_cell_for_each_column) {
        json_t *execution = parse(
                        "{\"id\":7,\"job\":\"j\",\"state\":\"skipped\",\"reason\":\"overlap\",\"count\":3,"
                        "\"cause\":\"schedule\",\"due\":\"2026-01-01T00:00:00Z\"}");
        CLEANUP(table_freep) Table *table = NULL;
        Context context = { .clock = &system_clock, .zone = test_zone("UTC") };
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *file = open_memstream(&text, &size);

        ck_assert_int_eq(table_new(execution_columns, n_execution_columns, &table), 0);
        columns_add_execution(table, &context, execution);
        ck_assert_uint_eq(table_n_rows(table), 1);
        ck_assert_int_eq(table_print(table, &context.screen, false, "", file), 0);
        ck_assert_int_eq(fclose(file), 0);
        ck_assert_ptr_nonnull(strstr(text, "overlap (3 times)"));
        ck_assert_ptr_nonnull(strstr(text, "2026-01-01 00:00:00"));
        json_decref(execution);
        time_zone_unref(context.zone);
}
END_TEST

Suite *test_suite(void) {
        Suite *suite = suite_create("columns");
        TCase *columns = tcase_create("columns");

        tcase_add_loop_test(columns, each_state_of_an_execution_has_a_look, 0, EXECUTION_STATE_COUNT);
        tcase_add_test(columns, what_runs_looks_active);
        tcase_add_loop_test(columns, an_exit_is_a_code_or_a_signal, 0, ARRAY_SIZE(exit_cases));
        tcase_add_loop_test(columns, a_duration_is_never_negative, 0, ARRAY_SIZE(duration_cases));
        tcase_add_test(columns, a_row_has_a_cell_for_each_column);
        suite_add_tcase(suite, columns);
        return suite;
}
